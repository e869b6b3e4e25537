"""MNIST and Fashion-MNIST: 70000 gray images of 28 x 28 pixels with labels, in the IDX format.

Sources: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition" (1998); Xiao,
Rasul, Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms" (2017).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy

from minigen.autodiff.creation import as_tensor
from minigen.data.errors import DataError
from minigen.data.files import Published, source
from minigen.data.idx import of_uint8, parse_idx
from minigen.data.images import LabelledImages

IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"


class MNIST(LabelledImages):
    """Handwritten digits: example i is (image, label).

    Parameters
    ----------
    root : str or Path, optional
        The folder with the four files ``train-images-idx3-ubyte.gz`` …, packed or not, or with the folder ``MNIST/raw``
        that torchvision makes. None: the user's cache.
    train : bool
        The 60000 images for training, or the 10000 for testing.
    transform, target_transform : callable, optional
        Applied to an image, a Tensor of uint8 and shape (28, 28), and to a label, an int.
    download : bool, optional
        Whether to fetch files that are missing (into ``root/MNIST/raw``, as torchvision does). None: only if there
        is no `root`.
    check : bool
        Whether the files must be the published ones, by their sha256. False admits other files of the same form.

    Attributes
    ----------
    data : Tensor of uint8, shape (n, 28, 28)
        All images, 0 (paper) to 255 (ink).
    targets : Tensor of int64, shape (n,)
        The digits 0 … 9.

    Raises
    ------
    DataError
        If a file is missing and not to be fetched, damaged, or not the published one.

    Notes
    -----
    A `DataLoader` gives batches [images, labels], cut from `data` and transformed with one call.

    Licence: copyright Yann LeCun and Corinna Cortes, derived from NIST data; Creative Commons Attribution-Share Alike
    3.0 according to the Keras documentation.

    Examples
    --------
    >>> try:
    ...     digits = MNIST("nowhere")
    ... except DataError as error:
    ...     print(error.path.name)
    train-images-idx3-ubyte.gz
    """

    classes: ClassVar[list[str]] = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]
    folders: ClassVar[tuple[str, ...]] = ("MNIST/raw", ".")
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    # Of each file: its length and sha256 packed, and the same unpacked.
    files: ClassVar[dict[str, tuple[int, str, int, str]]] = {
        "train-images-idx3-ubyte": (
            9912422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            47040016,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        "train-labels-idx1-ubyte": (
            28881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            60008,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        "t10k-images-idx3-ubyte": (
            1648877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            7840016,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        "t10k-labels-idx1-ubyte": (
            4542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            10008,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    }

    def __init__(
        self,
        root: str | Path | None = None,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool | None = None,
        *,
        check: bool = True,
    ) -> None:
        self.train = train
        place = source(root, self.folders, download, check)
        images = place.read(self._forms(IMAGES), _images)
        labels = place.read(self._forms(LABELS), lambda path, content: _labels(path, content, len(images)))
        targets = as_tensor(labels.astype(numpy.int64))
        super().__init__(as_tensor(images), targets, transform, target_transform)

    def _forms(self, kind: str) -> list[Published]:
        name = f"{'train' if self.train else 't10k'}-{kind}"
        packed_size, packed_sha256, size, sha256 = self.files[name]
        return [
            Published(f"{name}.gz", packed_size, packed_sha256, self.mirrors),
            Published(name, size, sha256),
        ]


class FashionMNIST(MNIST):
    """Articles of clothing, in the form of `MNIST`: example i is (image, label).

    Parameters
    ----------
    root : str or Path, optional
        The folder that holds ``fashion`` or ``FashionMNIST/raw`` (as torchvision makes it) with the four files. None:
        the user's cache.
    train, transform, target_transform, download, check
        As for `MNIST`.

    Raises
    ------
    DataError
        If a file is missing and not to be fetched, damaged, or not the published one.

    Notes
    -----
    Licence: MIT, copyright Zalando SE.

    Examples
    --------
    >>> FashionMNIST.classes[9]
    'Ankle boot'
    """

    classes: ClassVar[list[str]] = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]
    folders: ClassVar[tuple[str, ...]] = ("FashionMNIST/raw", "fashion")
    mirrors: ClassVar[tuple[str, ...]] = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    files: ClassVar[dict[str, tuple[int, str, int, str]]] = {
        "train-images-idx3-ubyte": (
            26421880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            47040016,
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        "train-labels-idx1-ubyte": (
            29515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            60008,
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        "t10k-images-idx3-ubyte": (
            4422102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            7840016,
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        "t10k-labels-idx1-ubyte": (
            5148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            10008,
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    }


def _images(path: Path, content: bytes) -> Any:
    return of_uint8(path, parse_idx(path, content), (28, 28))


def _labels(path: Path, content: bytes, n: int) -> Any:
    labels = of_uint8(path, parse_idx(path, content), ())
    if len(labels) != n:
        raise DataError(path, f"{len(labels)} labels", f"{n}, one for each image", "place files of one split there")
    if labels.max() > 9:
        raise DataError(path, f"the label {labels.max()}", "labels 0 … 9", "place an undamaged copy there")
    return labels
