"""Arrays: the only room that knows there are two array libraries.

Reading order: `arrays` (which library an array belongs to), `dtypes` (default type, PyTorch's
promotion), `devices` (cpu, cuda, moving between them), `special` (functions NumPy lacks).
"""

from minigen.backend.arrays import Array, as_array, namespace, register_array_type, shares_memory
from minigen.backend.devices import (
    Device,
    DeviceError,
    asarray_on,
    check_same_device,
    device,
    device_of,
    to_device,
    to_host,
)
from minigen.backend.dtypes import (
    DType,
    get_default_dtype,
    is_floating,
    promote,
    set_default_dtype,
    to_dtype,
)

__all__ = [
    "Array",
    "DType",
    "Device",
    "DeviceError",
    "as_array",
    "asarray_on",
    "check_same_device",
    "device",
    "device_of",
    "get_default_dtype",
    "is_floating",
    "namespace",
    "promote",
    "register_array_type",
    "set_default_dtype",
    "shares_memory",
    "to_device",
    "to_dtype",
    "to_host",
]
