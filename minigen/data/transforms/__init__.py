"""Transforms of examples.

Reading order: `transform` (what one is; several; a function as one), `scale` (images to numbers), `binarize`,
`dequantize`.
"""

from minigen.data.transforms.binarize import Binarize, BinarizeAt
from minigen.data.transforms.dequantize import Dequantize, dequantized
from minigen.data.transforms.scale import Flatten, Normalize, ToTensor
from minigen.data.transforms.transform import Compose, Elementwise, Lambda, Transform

__all__ = [
    "Transform",
    "Elementwise",
    "Compose",
    "Lambda",
    "ToTensor",
    "Normalize",
    "Flatten",
    "Binarize",
    "BinarizeAt",
    "Dequantize",
    "dequantized",
]
