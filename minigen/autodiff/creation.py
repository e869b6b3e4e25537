"""Making Tensors: from data, by shape, by rule."""

from typing import Any

import numpy

from minigen.autodiff.graph import TensorBase, describe, wrap
from minigen.autodiff.tensor import Tensor
from minigen.backend import Array, asarray_on, device_of, get_default_dtype, to_dtype, to_host
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
        Where to put it; the cpu, or where `data` lives.
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
    where = device if device is not None else (device_of(data) if type(data) in namespaces else None)
    if type(data) in namespaces and type(data) is not numpy.ndarray:
        data = to_host(data)
    return _finish(asarray_on(where, _array("tensor", data, dtype)), requires_grad)


def _array(name: str, data: Any, dtype: Any) -> Any:
    """Copy `data` into a NumPy array of a type minigen computes with."""
    if isinstance(data, list | tuple) and any(isinstance(item, TensorBase) for item in data):
        data = [item.array.tolist() if isinstance(item, TensorBase) else item for item in data]
    try:
        array = numpy.array(data, order="C")
    except ValueError as error:
        raise ValueError(f"{name}: rows of unequal length: {error}") from None
    if dtype is not None:
        dtype = to_dtype(dtype)
    elif isinstance(data, numpy.ndarray | numpy.generic):
        dtype = to_dtype(array.dtype)
    elif array.dtype.kind == "f":
        dtype = get_default_dtype()
    else:
        dtype = array.dtype
    if array.dtype.kind not in "buif":
        raise TypeError(f"{name}: expected numbers, got {describe(data)} of type {array.dtype}")
    return array.astype(dtype, order="C", copy=False)


def _finish(array: Array, requires_grad: bool) -> Tensor:
    result = wrap(array)
    if requires_grad:
        result.requires_grad = True
    return result


def as_tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Return `data` as a Tensor, sharing memory with an array or Tensor where possible.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.ones(2)
    >>> mg.as_tensor(x) is x
    True
    """
    if isinstance(data, TensorBase):
        return data.to(dtype=dtype, device=device)  # type: ignore[attr-defined, no-any-return]
    if type(data) in namespaces:
        return wrap(data).to(dtype=to_dtype(dtype or data.dtype), device=device)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array: Any) -> Tensor:
    """Return a Tensor on the memory of a NumPy array.

    Raises
    ------
    TypeError
        If `array` is no NumPy array or of a type minigen does not compute with.

    Examples
    --------
    >>> import numpy, minigen as mg
    >>> mg.from_numpy(numpy.array([1, 2]))
    tensor([1, 2])
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
        Where to put it.
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
    host = numpy.zeros(_shape("zeros", shape), to_dtype(dtype or float))
    return _finish(asarray_on(device, host), requires_grad)


def ones(*shape: Shape, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a Tensor of ones; see `zeros`.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.ones(2)
    tensor([1., 1.])
    """
    host = numpy.ones(_shape("ones", shape), to_dtype(dtype or float))
    return _finish(asarray_on(device, host), requires_grad)


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
    value = fill_value.item() if isinstance(fill_value, TensorBase) else fill_value  # type: ignore[attr-defined]
    kind = to_dtype(dtype or (bool if isinstance(value, bool) else int if isinstance(value, int) else float))
    shape = _shape("full", (size,) if isinstance(size, int) else tuple(size))
    return _finish(asarray_on(device, numpy.full(shape, value, kind)), requires_grad)


def arange(
    start: float, end: float | None = None, step: float = 1, *, dtype: Any = None, device: Any = None
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
    kind = float if any(isinstance(n, float) for n in (start, end, step)) else int
    return wrap(asarray_on(device, numpy.arange(start, end, step).astype(to_dtype(dtype or kind))))


def linspace(start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Return `steps` numbers evenly spaced from `start` to `end`, both included.

    Examples
    --------
    >>> import minigen as mg
    >>> mg.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    if steps < 0:
        raise ValueError(f"linspace: steps must not be negative, got {steps}")
    return wrap(asarray_on(device, numpy.linspace(start, end, steps, dtype=to_dtype(dtype or float))))


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
    return _finish(asarray_on(device, numpy.eye(*shape, dtype=to_dtype(dtype or float))), requires_grad)


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
