"""Saving and loading without pickle: one file of safetensors (arrays) with JSON (the rest) in its header.

    8 bytes   length of the header, little-endian
    header    {"__metadata__": {"minigen": "{format, sha256, structure}"}, name: {dtype, shape, place}, …}
    payload   the arrays, one after another

``sha256`` is that of the whole file with 64 zeros in its own place, so that no bit can change unnoticed: safetensors
itself loads a payload with a flipped bit. ``structure`` says how numbers, strings and containers hold the arrays (see
`minigen.training.structure`). Nothing is believed before the sum is right, nothing read before the lengths agree.
"""

import hashlib
import json
import os
import re
from typing import Any, BinaryIO

import numpy

from minigen.backend import Device, DeviceError, device
from minigen.training import files
from minigen.training.structure import DTYPES, put_together, take_apart

FORMAT = 1
BLANK = b"0" * 64
LONGEST_HEADER = 100_000_000  # that of safetensors
OPENING = re.compile(rb'\{"__metadata__":\{"minigen":"\{\\"format\\":([0-9]{1,9}),\\"sha256\\":\\"([0-9a-f]{64})\\"')
FOREIGN = {
    b"PK\x03\x04": "a zip archive, as torch.save and numpy.savez write",
    b"\x80": "a pickle",
    b"\x93NUMPY": "a .npy file: read it with numpy.load",
    b"\x1f\x8b": "a gzip file",
    b"\x89HDF": "an HDF5 file",
    b"\x89PNG": "a picture",
    b"{": "JSON text",
}
DAMAGED = "take another checkpoint, or a copy of this one"
CONVERT = "read it with what wrote it and save its arrays with minigen.save (pickles run code and are never read)"


class CheckpointError(RuntimeError):
    """A file that cannot be loaded, or does not fit what it should be loaded into; nothing was changed."""


def save(obj: Any, f: str | os.PathLike[str] | BinaryIO) -> None:
    """Save Tensors, arrays, numbers, strings and None in nested dicts, lists and tuples; exactly, in one file.

    Parameters
    ----------
    obj : object
        What to save; of a module or an optimizer its ``state_dict()``. NumPy scalars become Python numbers, other
        mappings dicts, subclasses of tuple tuples.
    f : path or binary file
        Where to. A path is written atomically: whatever happens, it holds the old file or the new one.

    Raises
    ------
    TypeError
        If something is none of these.
    ValueError
        If it is nested more than 100 levels deep, or has more than 100 MB beside arrays.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, minigen as mg
    >>> model = mg.nn.Linear(2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mg.save({"model": model.state_dict(), "step": 7}, f"{folder}/state.safetensors")
    ...     state = mg.load(f"{folder}/state.safetensors")
    >>> state["step"], model.load_state_dict(state["model"])
    (7, IncompatibleKeys(missing_keys=[], unexpected_keys=[]))
    """
    pieces = _pack(obj)
    if hasattr(f, "write"):
        for piece in pieces:
            f.write(piece)
    else:
        files.write(f, *pieces)


def load(
    f: str | os.PathLike[str] | BinaryIO, map_location: str | Device | None = None, *, weights_only: bool = True
) -> Any:
    """Load what `save` has written.

    Parameters
    ----------
    f : path or binary file
        The file.
    map_location : str or Device, optional
        Where Tensors are put; by default where they were.
    weights_only : bool, optional
        For PyTorch's sake; it must be True, because no code is ever loaded.

    Raises
    ------
    CheckpointError
        If the file is damaged, was written by something else, or has a newer format; or if its device is not there.
    OSError
        If it cannot be read.
    ValueError, TypeError
        If `weights_only` is False, or `f` was opened as text.

    Examples
    --------
    >>> import io, minigen as mg
    >>> file = io.BytesIO()
    >>> mg.save([mg.ones(2), (0.1, None)], file)
    >>> mg.load(io.BytesIO(file.getvalue()))
    [tensor([1., 1.]), (0.1, None)]
    """
    if not weights_only:
        raise ValueError("load: weights_only must be True: minigen never loads code")
    place = None if map_location is None else device(map_location)
    if hasattr(f, "read"):
        name, data = str(getattr(f, "name", "the stream")), f.read()
        if not isinstance(data, bytes):
            raise TypeError(f"load: expected a binary file, got one of {type(data).__name__}: open it with 'rb'")
        _check_lengths(name, data[:16], len(data))
    else:
        name = os.fspath(f)
        with open(f, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(16)
            _check_lengths(name, start, size)
            data = start + file.read()
    return _unpack(name, data, place)


def _pack(obj: Any) -> list[Any]:
    """Return the bytes of the file, in pieces."""
    from safetensors.numpy import save as pack

    structure, arrays = take_apart(obj)
    note = {"format": FORMAT, "sha256": BLANK.decode(), "structure": structure}
    packed = pack(arrays, {"minigen": json.dumps(note, separators=(",", ":"), allow_nan=False)})
    if int.from_bytes(packed[:8], "little") > LONGEST_HEADER:
        raise ValueError("save: there are more than 100 MB of numbers and strings: make the numbers arrays")
    opening = OPENING.match(packed, 8)
    assert opening is not None, "safetensors has changed the order of its header"
    digest = hashlib.sha256(packed).hexdigest().encode()
    return [packed[: opening.start(2)], digest, memoryview(packed)[opening.end(2) :]]


def _check_lengths(name: str, start: bytes, size: int) -> None:
    """Refuse what is foreign, cut off or claims lengths that the file does not have."""
    if size == 0:
        raise CheckpointError(f"{name} is empty: {DAMAGED}")
    header = int.from_bytes(start[:8], "little")
    if not (header <= size - 8 and start[8:9] == b"{"):
        if start[8:9] == b"{":
            claim = f"its header should have {header} bytes, the file has {size}"
            raise CheckpointError(f"{name} is cut off or damaged: {claim}: {DAMAGED}")
        for sign, kind in FOREIGN.items():
            if start.startswith(sign):
                raise CheckpointError(f"{name} is no checkpoint but {kind}: {CONVERT}")
        raise CheckpointError(f"{name} is no checkpoint of minigen: give a file that minigen.save or a run has written")
    if header > LONGEST_HEADER:
        raise CheckpointError(f"{name} is damaged: it claims a header of {header} bytes: {DAMAGED}")


def _unpack(name: str, data: bytes, place: Device | None) -> Any:
    opening = OPENING.match(data, 8)
    if opening is None:
        raise CheckpointError(
            f"{name} has no checksum of minigen's: it is damaged, or something else has written it "
            "(safetensors.numpy.load_file reads plain safetensors)"
        )
    found, digest = int(opening[1]), hashlib.sha256(data[: opening.start(2)])
    if found > FORMAT:
        raise CheckpointError(f"{name} has format {found}, this minigen reads up to {FORMAT}: update minigen")
    digest.update(BLANK)
    digest.update(memoryview(data)[opening.end(2) :])
    if digest.hexdigest().encode() != opening[2]:
        raise CheckpointError(f"{name} is damaged: its bytes do not have the checksum written in it: {DAMAGED}")
    try:
        structure, arrays = _content(data)
        return put_together(structure, arrays, lambda was: was if place is None else place)
    except DeviceError as error:
        raise CheckpointError(f"{name}: {error}, as in load(…, map_location='cpu')") from None
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise CheckpointError(f"{name} makes no sense, though its checksum is right: {error}: {DAMAGED}") from error


def _content(data: bytes) -> tuple[Any, dict[str, Any]]:
    """Return the structure and the arrays of a file whose checksum is right."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as unpack

    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    note = json.loads(header.pop("__metadata__")["minigen"])
    if note["format"] != FORMAT:
        raise ValueError(f"format {note['format']}")
    for entry, kind in header.items():
        if kind["dtype"] not in DTYPES:
            raise ValueError(f"array {entry!r} has the unknown dtype {kind['dtype']!r}")
    try:
        arrays = unpack(data)
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    return note["structure"], {name: numpy.require(array, requirements=["C", "W"]) for name, array in arrays.items()}
