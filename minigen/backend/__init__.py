"""Arrays: the only room that knows there are two array libraries.

Reading order: `arrays` (which library an array belongs to), `dtypes` (default type, PyTorch's
promotion), `devices` (cpu, cuda, the default), `moving` between them (through `pinned` host memory), `cuda` (the GPUs),
`special` (functions NumPy lacks).
"""

from minigen.backend.arrays import Array, as_array, namespace, register_array_type, shares_memory
from minigen.backend.devices import (
    Device,
    DeviceError,
    check_same_device,
    chosen_device,
    device,
    device_of,
    get_default_device,
    set_default_device,
)
from minigen.backend.dtypes import (
    DType,
    get_default_dtype,
    is_floating,
    promote,
    set_default_dtype,
    to_dtype,
)
from minigen.backend.moving import asarray_on, made_on, to_device, to_host

__all__ = [
    "Array",
    "DType",
    "Device",
    "DeviceError",
    "as_array",
    "asarray_on",
    "check_same_device",
    "chosen_device",
    "device",
    "device_of",
    "get_default_device",
    "get_default_dtype",
    "is_floating",
    "made_on",
    "namespace",
    "promote",
    "register_array_type",
    "set_default_device",
    "set_default_dtype",
    "shares_memory",
    "to_device",
    "to_dtype",
    "to_host",
]
