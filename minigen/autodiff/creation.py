"""Making Tensors: from data, by shape, by rule; on the default device unless told otherwise."""

from typing import Any

import numpy

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.ops.index import plain
from minigen.autodiff.tensor import Tensor
from minigen.backend import Array, asarray_on, chosen_device, device_of, get_default_dtype, made_on, to_dtype, to_host
from minigen.backend.arrays import namespaces

Shape = Any
"""Integers, or one tuple or list of them."""


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a new Tensor with a copy of `data`.

    Parameters
    ----------
    data : number, sequence, array or Tensor
        Python floats become the default dtype, integers int64, booleans bool; arrays and Tensors keep theirs.
    dtype : dtype, optional
        The type of the elements.
    device : str or Device, optional
        Where to put it; if not given, the default device if one was chosen, else where `data` lives.
    requires_grad : bool, optional
        Whether operations on it are recorded.

    Returns
    -------
    Tensor
        A leaf.

    Raises
    ------
    TypeError
        If `data` cannot be an array of numbers.
    ValueError
        If rows have unequal lengths.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    if isinstance(data, TensorBase):
        data = data.array
    where = device if device is not None else chosen_device()
    if where is None and type(data) in namespaces:
        where = device_of(data)
    if type(data) in namespaces and type(data) is not numpy.ndarray:
        data = to_host(data)
    return _finish(asarray_on(where, _array("tensor", data, dtype)), requires_grad)


def _array(name: str, data: Any, dtype: Any) -> Any:
    """Copy `data` into a NumPy array of a type minigen computes with."""
    try:
        array = numpy.array(plain(data), order="C")
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: expected rows of equal length and numbers that fit a dtype: {error}") from None
    if array.dtype.kind not in "buif" or array.dtype == numpy.uint64:
        raise TypeError(f"{name}: expected numbers (integers below 2**63), got {describe(data)} of type {array.dtype}")
    if dtype is None and array.dtype.kind == "f" and not _is_typed(data):
        dtype = get_default_dtype()
    return _fitted(name, array, to_dtype(dtype or array.dtype))


def _fitted(name: str, array: Any, dtype: Any) -> Any:
    """Convert `array` to `dtype`; integers that do not fit an integer type are refused, not wrapped."""
    result = array.astype(dtype, order="C", copy=False)
    if array.dtype.kind in "iu" and dtype.kind in "iu" and (result != array).any():
        raise ValueError(f"{name}: not every integer fits {dtype}: give a wider dtype")
    return result


def _is_typed(data: Any) -> bool:
    """Say whether `data` holds anything that has a dtype already."""
    if isinstance(data, list | tuple):
        return any(_is_typed(item) for item in data)
    return isinstance(data, TensorBase | numpy.ndarray | numpy.generic)


def _finish(array: Array, requires_grad: bool) -> Tensor:
    result = wrap(array)
    if requires_grad:
        result.requires_grad = True
    return result


def as_tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Return `data` as a Tensor, sharing memory with an array or Tensor where possible; the devices as for `tensor`.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.ones(2)
    >>> mg.as_tensor(x) is x
    True
    """
    device = chosen_device() if device is None else device
    if isinstance(data, TensorBase):
        return data.to(dtype=dtype, device=device)  # type: ignore[attr-defined, no-any-return]
    if type(data) in namespaces:
        return wrap(data).to(dtype=to_dtype(dtype or data.dtype), device=device)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array: Any) -> Tensor:
    """Return a Tensor on the memory of a NumPy array, in host memory whatever the default device.

    Raises
    ------
    TypeError
        If `array` is no NumPy array or of a type minigen does not compute with.

    Examples
    --------
    >>> import numpy, minigen as mg
    >>> array = numpy.array([1, 2])
    >>> mg.from_numpy(array).add_(10).tolist()
    [11, 12]
    >>> array
    array([11, 12])
    """
    if not isinstance(array, numpy.ndarray):
        raise TypeError(f"from_numpy: expected a NumPy array, got {describe(array)}: use minigen.tensor(...)")
    return wrap(numpy.asarray(array).astype(to_dtype(array.dtype), copy=False))


def _shape(name: str, shape: tuple[Any, ...]) -> tuple[int, ...]:
    if len(shape) == 1 and isinstance(shape[0], tuple | list):
        shape = tuple(shape[0])
    for n in shape:
        if not isinstance(n, int | numpy.integer) or isinstance(n, bool):
            raise TypeError(f"{name}: a shape is made of integers, got {n!r} in {shape}")
        if n < 0:
            raise ValueError(f"{name}: a shape has no negative length, got {shape}")
    return tuple(map(int, shape))


def zeros(*shape: Shape, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of zeros.

    Parameters
    ----------
    *shape : int, or one tuple or list of int
        The length of each axis.
    dtype : dtype, optional
        The type of the elements; the default dtype if not given.
    device : str or Device, optional
        Where to put it; the default device if not given.
    requires_grad : bool, optional
        Whether operations on it are recorded.

    Raises
    ------
    ValueError
        If a length is negative.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    shape, dtype = _shape("zeros", shape), to_dtype(dtype or get_default_dtype())
    return _finish(made_on(device, lambda xp: xp.zeros(shape, dtype)), requires_grad)


def ones(*shape: Shape, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of ones; see `zeros`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.ones(2)
    tensor([1., 1.])
    """
    shape, dtype = _shape("ones", shape), to_dtype(dtype or get_default_dtype())
    return _finish(made_on(device, lambda xp: xp.ones(shape, dtype)), requires_grad)


def empty(*shape: Shape, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor whose elements are yet to be written (zeros here); see `zeros`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.empty(2, 3).shape
    (2, 3)
    """
    return zeros(*shape, dtype=dtype, device=device, requires_grad=requires_grad)


def full(size: Shape, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of shape `size` filled with `fill_value`, whose type it takes; see `zeros`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.full((2,), 7.0)
    tensor([7., 7.])
    """
    value = fill_value.array if isinstance(fill_value, TensorBase) else fill_value
    value = value.item() if hasattr(value, "item") else value
    kind = bool if isinstance(value, bool) else int if isinstance(value, int) else get_default_dtype()
    shape, dtype = _shape("full", (size,) if isinstance(size, int) else tuple(size)), to_dtype(dtype or kind)
    return _finish(made_on(device, lambda xp: xp.full(shape, value, dtype)), requires_grad)


def arange(
    start: float = 0,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return the numbers from `start` (0 if only one is given) to before `end`, `step` apart.

    Raises
    ------
    ValueError
        If `step` is 0 or leads away from `end`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.arange(4)
    tensor([0, 1, 2, 3])
    """
    start, end = (0, start) if end is None else (start, end)
    if step == 0 or (end - start) / step < 0:
        raise ValueError(f"arange: a step of {step} does not lead from {start} to {end}: change its sign or size")
    host = numpy.arange(start, end, step)
    kind = get_default_dtype() if host.dtype.kind == "f" else int
    return _finish(asarray_on(device, host.astype(to_dtype(dtype or kind))), requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return `steps` numbers evenly spaced from `start` to `end`, both included.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    if steps < 0:
        raise ValueError(f"linspace: steps must not be negative, got {steps}")
    host = numpy.linspace(start, end, steps, dtype=to_dtype(dtype or get_default_dtype()))
    return _finish(asarray_on(device, host), requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of shape (n, m or n) with ones on the diagonal.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    shape = _shape("eye", (n, n if m is None else m))
    return _finish(asarray_on(device, numpy.eye(*shape, dtype=to_dtype(dtype or get_default_dtype()))), requires_grad)


def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return zeros of the shape, dtype and device of `input`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.zeros_like(mg.tensor([1, 2]))
    tensor([0, 0])
    """
    return full_like(input, 0, dtype=dtype, device=device, requires_grad=requires_grad)


def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return ones of the shape, dtype and device of `input`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.ones_like(mg.tensor([1.5, 2.5]))
    tensor([1., 1.])
    """
    return full_like(input, 1, dtype=dtype, device=device, requires_grad=requires_grad)


def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of the shape, dtype and device of `input` whose elements are yet to be written.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.empty_like(mg.ones(2, 3)).shape
    (2, 3)
    """
    return full_like(input, 0, dtype=dtype, device=device, requires_grad=requires_grad)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a Tensor of the shape, dtype and device of `input` filled with `fill_value`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.full_like(mg.tensor([1.5, 2.5]), 3)
    tensor([3., 3.])
    """
    if not isinstance(input, TensorBase):
        raise TypeError(f"expected a Tensor whose shape to take, got {describe(input)}: make one with minigen.tensor")
    where = device_of(input.array) if device is None else device
    return full(
        input.array.shape,
        fill_value,
        dtype=dtype or input.array.dtype,
        device=where,
        requires_grad=requires_grad,
    )
