"""Asking for gradients: `backward` fills the leaves, `grad` returns what was asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minigen.autodiff.graph import TensorBase, describe, node_of, wrap
from minigen.autodiff.sweep import sweep
from minigen.backend import check_same_device, namespace

if TYPE_CHECKING:
    from minigen.autodiff.tensor import Tensor


def backward(
    tensors: "Tensor | Sequence[Tensor]",
    grad_tensors: "Tensor | Sequence[Tensor | None] | None" = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> None:
    """Add the gradient of `tensors` to the ``grad`` of every leaf they depend on.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensors
        What to differentiate.
    grad_tensors : Tensor or sequence of Tensors, optional
        For each, the gradient of a final scalar with respect to it; may be left out for one element.
    retain_graph : bool, optional
        Keep the saved arrays for another sweep; by default only with `create_graph`.
    create_graph : bool, optional
        Record the sweep, so that the gradients can be differentiated again.

    Raises
    ------
    RuntimeError
        If nothing requires grad, if a gradient is needed, or if the graph was released.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor(3.0, requires_grad=True)
    >>> mg.autograd.backward(x * x)
    >>> x.grad
    tensor(6.)
    """
    seeds = _seeds("backward", _sequence(tensors), _sequence(grad_tensors), create_graph)
    sweep(seeds, None, create_graph if retain_graph is None else retain_graph, create_graph)


def grad(
    outputs: "Tensor | Sequence[Tensor]",
    inputs: "Tensor | Sequence[Tensor]",
    grad_outputs: "Tensor | Sequence[Tensor | None] | None" = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool = False,
) -> "tuple[Tensor | None, ...]":
    """Return the gradients of `outputs` with respect to `inputs`; no leaf's ``grad`` changes.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensors
        What to differentiate.
    inputs : Tensor or sequence of Tensors
        With respect to what: leaves or computed Tensors that require grad.
    grad_outputs : Tensor or sequence of Tensors, optional
        For each output, the gradient of a final scalar with respect to it; may be left out for one element.
    retain_graph : bool, optional
        Keep the saved arrays for another sweep; by default only with `create_graph`.
    create_graph : bool, optional
        Record the sweep, so that the result can be differentiated again.
    only_inputs : bool, optional
        Only True, as in PyTorch.
    allow_unused : bool, optional
        Return None for an input that `outputs` do not depend on, instead of raising.

    Returns
    -------
    tuple of Tensor or None
        One gradient for each input, of its shape and dtype.

    Raises
    ------
    RuntimeError
        If an input does not require grad or was not used, or if the graph was released.

    Examples
    --------
    >>> import minigen as mg
    >>> x = mg.tensor(3.0, requires_grad=True)
    >>> (slope,) = mg.grad(x**3, x, create_graph=True)
    >>> mg.grad(slope, x)
    (tensor(18.),)
    """
    if not only_inputs:
        raise ValueError("grad: only_inputs=False is not offered: call backward() to fill the leaves")
    wanted = _sequence(inputs)
    if not wanted:
        raise ValueError("grad: expected one or more inputs, got none")
    for i, tensor in enumerate(wanted):
        if not isinstance(tensor, TensorBase) or not tensor._requires_grad:
            raise RuntimeError(
                f"grad: input {i} ({describe(tensor)}) does not require grad: set requires_grad=True before the forward"
            )
    nodes = [node_of(tensor) for tensor in wanted]
    seeds = _seeds("grad", _sequence(outputs), _sequence(grad_outputs), create_graph)
    found = sweep(seeds, set(nodes), create_graph if retain_graph is None else retain_graph, create_graph)
    for i, node in enumerate(nodes):
        if node not in found and not allow_unused:
            raise RuntimeError(
                f"grad: input {i} ({describe(wanted[i])}) was not used in the graph of the outputs: "
                "pass allow_unused=True to get None for it"
            )
    return tuple([found.get(node) for node in nodes])


def _sequence(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) or hasattr(value, "__next__") else [value]


def _seeds(name: str, outputs: list[Any], gradients: list[Any], create_graph: bool) -> list[tuple[Any, Any]]:
    """Pair each output's node with the gradient it starts from."""
    if gradients and len(gradients) != len(outputs):
        raise ValueError(f"{name}: expected {len(outputs)} gradients, one for each output, got {len(gradients)}")
    seeds = []
    for output, gradient in zip(outputs, gradients or [None] * len(outputs), strict=True):
        if not isinstance(output, TensorBase):
            raise TypeError(f"{name}: expected a Tensor to differentiate, got {describe(output)}")
        if not output._requires_grad:
            raise RuntimeError(
                f"{name}: {describe(output)} does not require grad, so there is nothing to differentiate: "
                "set requires_grad=True on an input, and compute outside no_grad()"
            )
        array = output.array
        if gradient is None:
            if array.size != 1:
                raise RuntimeError(
                    f"{name}: only a Tensor of one element has an implied gradient, got shape {array.shape}: "
                    "reduce it, as in .sum(), or pass the gradient"
                )
            seed = namespace(array).ones(array.shape, array.dtype)
        elif not isinstance(gradient, TensorBase):
            raise TypeError(f"{name}: expected a Tensor as gradient, got {describe(gradient)}")
        elif gradient.array.shape != array.shape:
            raise ValueError(
                f"{name}: the gradient has shape {gradient.array.shape}, the Tensor {array.shape}: they must agree"
            )
        else:
            check_same_device(name, [array, gradient.array])
            seed = gradient.to(dtype=array.dtype) if create_graph else gradient.array.astype(array.dtype, copy=False)  # type: ignore[attr-defined]
        seeds.append((node_of(output), wrap(seed) if create_graph and not isinstance(seed, TensorBase) else seed))
    return seeds
