"""Tiny valid roots: the files of each data set in their published form, with a few examples.

Each function writes into a folder and returns what it wrote. Read them with ``check=False``.
"""

import gzip
import struct
import zipfile

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz \n"


def idx_bytes(array):
    """`array` of uint8 as an IDX file."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_mnist(root, train=12, test=5, *, folder=".", packed=True, seed=0):
    """The four files; returns {"train": (images, labels), "t10k": …}."""
    rng = np.random.default_rng(seed)
    (root / folder).mkdir(parents=True, exist_ok=True)
    written = {}
    for split, n in (("train", train), ("t10k", test)):
        images = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        labels = rng.integers(0, 10, n, dtype=np.uint8)
        for name, array in ((f"{split}-images-idx3-ubyte", images), (f"{split}-labels-idx1-ubyte", labels)):
            content = idx_bytes(array)
            if packed:
                (root / folder / f"{name}.gz").write_bytes(gzip.compress(content, 6, mtime=0))
            else:
                (root / folder / name).write_bytes(content)
        written[split] = images, labels
    return written


def write_fashion_mnist(root, train=12, test=5, *, packed=True, seed=1):
    """As `write_mnist`, in the folder ``fashion``."""
    return write_mnist(root, train, test, folder="fashion", packed=packed, seed=seed)


def npy_bytes(array):
    """`array` of uint8 as NumPy writes it."""
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    header = f"{{'descr': '|u1', 'fortran_order': {fortran}, 'shape': {array.shape}, }}".encode()
    header += b" " * (-(11 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + array.tobytes("A")


def write_binarized_mnist(root, train=12, valid=4, test=5, *, texts=False, fortran=False, seed=2):
    """The packed file, or the three texts; returns {split: bits of shape (n, 28, 28)}."""
    rng = np.random.default_rng(seed)
    splits = {"train": train, "valid": valid, "test": test}
    bits = {split: rng.integers(0, 2, (n, 784), dtype=np.uint8) for split, n in splits.items()}
    if texts:
        for split, rows in bits.items():
            text = "".join(" ".join(map(str, row)) + "\n" for row in rows)
            (root / f"binarized_mnist_{split}.amat").write_bytes(text.encode())
    else:
        with zipfile.ZipFile(root / "binarized_mnist.npz", "w", zipfile.ZIP_DEFLATED) as archive:
            for split, rows in bits.items():
                packed = np.packbits(rows, axis=1)
                content = npy_bytes(np.asfortranarray(packed) if fortran else packed)
                archive.writestr(zipfile.ZipInfo(f"{split}.npy"), content, zipfile.ZIP_DEFLATED)
    return {split: rows.reshape(-1, 28, 28) for split, rows in bits.items()}


def write_frey_faces(root, n=6, seed=3):
    """The MATLAB file; returns the faces, (n, 28, 20)."""
    faces = np.random.default_rng(seed).integers(0, 256, (n, 28, 20), dtype=np.uint8)
    numbers = faces.tobytes() + b"\0" * (-faces.size % 8)
    matrix = struct.pack("<IIIIIIii", 6, 8, 9, 0, 5, 8, 560, n) + struct.pack("<HH4s", 1, 2, b"ff\0\0")
    matrix += struct.pack("<II", 2, faces.size) + numbers
    header = b"MATLAB 5.0 MAT-file, written by a test".ljust(124) + b"\x00\x01IM"
    (root / "frey_rawface.mat").write_bytes(header + struct.pack("<II", 14, len(matrix)) + matrix)
    return faces


def write_tiny_shakespeare(root, length=200, seed=4):
    """The text; returns it."""
    text = "".join(np.random.default_rng(seed).choice(list(LETTERS), length))
    (root / "tinyshakespeare.txt").write_bytes(text.encode("ascii"))
    return text
