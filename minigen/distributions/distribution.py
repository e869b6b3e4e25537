"""What every distribution has: independent elements, a density in nats, draws from an injected generator.

A distribution holds one law for each element of its `batch_shape`, and ``log_prob`` gives one number for each: who has
vectors sums over their axes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy

from minigen.autodiff import Tensor
from minigen.autodiff.creation import as_tensor
from minigen.backend import Array, device_of, get_default_dtype
from minigen.random import Generator
from minigen.random.arguments import Shape, as_shape


class Distribution(ABC):
    """The base of distributions.

    A distribution takes ``validate_args``: whether to check the values of parameters, and of what ``log_prob`` is asked
    for. By default those are checked that enter here: Tensors on the host that no graph has computed. So a training
    step reads no values.

    Attributes
    ----------
    batch_shape : tuple of int
        Shape of one draw.
    event_shape : tuple of int
        Always empty: elements are independent.
    has_rsample : bool
        Whether draws can be differentiated, by ``rsample``.
    """

    event_shape: ClassVar[tuple[int, ...]] = ()
    has_rsample: ClassVar[bool] = False

    batch_shape: tuple[int, ...]
    _validate_args: bool | None

    @property
    @abstractmethod
    def mean(self) -> Tensor:
        """The mean of each element."""

    @property
    @abstractmethod
    def variance(self) -> Tensor:
        """The variance of each element."""

    @property
    def stddev(self) -> Tensor:
        """The standard deviation of each element."""
        return self.variance.sqrt()

    @abstractmethod
    def log_prob(self, value: Tensor) -> Tensor:
        """Return the logarithm of the density (or probability) of each element at `value`, in nats."""

    def joint_log_prob(self, value: Tensor, ndims: int) -> Tensor:
        """Return the log-probability of the last `ndims` axes of `value` together: the sum over them, in nats.

        Parameters
        ----------
        value : Tensor
            Broadcast against the parameters.
        ndims : int
            How many axes make one event: those that PyTorch's ``Independent`` reinterprets. With 0 each element is one.

        Examples
        --------
        >>> import minigen as mg
        >>> law = mg.distributions.Normal(mg.zeros(5, 2, 3), 1.0)
        >>> law.joint_log_prob(mg.zeros(5, 2, 3), 2).shape
        (5,)
        """
        log_prob = self.log_prob(value)
        return log_prob.flatten(-ndims).sum(-1) if ndims else log_prob

    @abstractmethod
    def entropy(self) -> Tensor:
        """Return the entropy of each element, in nats."""

    @abstractmethod
    def sample(self, sample_shape: Shape = (), *, rng: Generator | int | None = None) -> Tensor:
        """Draw, outside any graph.

        Parameters
        ----------
        sample_shape : int or tuple of int, optional
            How many draws; they come before the axes of `batch_shape`.
        rng : None, int or minigen.random.Generator, optional
            What is drawn from.
        """

    def _extended(self, sample_shape: Shape) -> tuple[int, ...]:
        """Return the shape of draws."""
        return (*as_shape(sample_shape), *self.batch_shape)

    def _check(self, what: str, value: Tensor, valid: Callable[[Array], Array], fix: str) -> None:
        """Raise ValueError if `value` is to be checked and `valid` is not true of all of it."""
        here = value.is_leaf and device_of(value.array).type == "cpu"
        if not (here if self._validate_args is None else self._validate_args):
            return
        holds = valid(value.array)
        if not bool(holds.all()):
            wrong = value.array[~holds]
            raise ValueError(
                f"{type(self).__name__}: {what}, got {float(wrong[0]):g} ({wrong.size} of {holds.size} values): {fix}"
            )


def as_tensors(*values: Any) -> list[Tensor]:
    """Return parameters as floating Tensors; numbers take the dtype and device of the Tensors among them.

    Examples
    --------
    >>> import minigen as mg
    >>> as_tensors(mg.zeros(2), 1)
    [tensor([0., 0.]), tensor(1.)]
    """
    given = next((value for value in values if isinstance(value, Tensor) and value.is_floating_point()), None)
    dtype, device = (get_default_dtype(), None) if given is None else (given.dtype, given.device)
    return [as_tensor(value, dtype=dtype, device=device) if value is not given else given for value in values]


def broadcast(name: str, *tensors: Tensor) -> list[Tensor]:
    """Return views of one shape.

    Raises
    ------
    ValueError
        If their shapes do not broadcast.

    Examples
    --------
    >>> import minigen as mg
    >>> broadcast("Normal", mg.zeros(2), mg.tensor(1.0))
    [tensor([0., 0.]), tensor([1., 1.])]
    """
    shapes = [tensor.shape for tensor in tensors]
    if len(set(shapes)) == 1:
        return list(tensors)
    try:
        shape = numpy.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"{name}: shapes {' and '.join(map(str, dict.fromkeys(shapes)))} do not broadcast") from None
    return [tensor if tensor.shape == shape else tensor.broadcast_to(shape) for tensor in tensors]
