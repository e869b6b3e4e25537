"""Batches of a data set, in order or shuffled, and where an epoch stands."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from minigen.backend import Array, Device, cuda
from minigen.backend import device as as_device
from minigen.data.reading import is_constant, read
from minigen.data.sending import mapped, pinned, sent
from minigen.data.state import restore, state_of
from minigen.random import Generator, as_generator, get_default_generator


@dataclass
class Epoch:
    """One pass over the data: its order, the generator's state it was drawn from, and how far it got.

    Attributes
    ----------
    drawn_from : dict or None
        None, as `order`, without shuffling.
    order : array of int64 or None
        The numbers of the examples.
    given : int
        Batches given so far.
    """

    drawn_from: dict[str, Any] | None
    order: Array | None
    given: int = 0


class DataLoader:
    """Iterate over batches of `dataset`; each ``for`` over the loader is one epoch.

    Parameters
    ----------
    dataset : Tensor, array, Dataset, or any object with ``__len__`` and ``__getitem__``
        Tensors, arrays and data sets with a method ``batch`` (those of minigen) are read a batch at a time; of
        others ``__getitems__`` is called if they have it, else ``__getitem__`` for each example.
    batch_size : int
        Examples a batch; the last batch holds what is left.
    shuffle : bool
        Whether each epoch has a new order, drawn when the iteration starts.
    num_workers : int
        0: batches are made in this process, when they are asked for. There are no worker processes.
    collate_fn : callable, optional
        Makes a batch from a list of examples; `default_collate` if not given. With it the data set is read
        example by example.
    pin_memory : bool
        Whether batches lie in pinned memory, which a GPU copies by itself. Without a GPU there is a warning and no
        effect.
    drop_last : bool
        Whether to leave out the last batch if it is not full.
    generator : Generator, optional
        PyTorch's name for `rng`.
    device : str or Device, optional
        Where batches are given; each is copied while the step before it runs. If not given, they are where the data set
        puts them.
    rng : None, int or Generator
        What the order is drawn from. None: a child of the default generator, taken when the first order is drawn
        (or `state_dict` is called before) and kept.

    Attributes
    ----------
    dataset, batch_size, shuffle, drop_last, collate_fn, pin_memory, device
        As given.
    rng : Generator or None
        What the orders are drawn from, once that is settled.

    Raises
    ------
    TypeError
        If `dataset` has no length or cannot be indexed, `batch_size` is not an int, `rng` is not a
        generator, or both `rng` and `generator` are given.
    ValueError
        If `dataset` is empty, `batch_size` is below 1 or `num_workers` is not 0.
    DeviceError
        While it gives batches, if `device` is not there.

    Notes
    -----
    A batch is of the form of an example: a Tensor for a data set of Tensors, arrays or numbers, a list of such
    for a data set of tuples; see `default_collate`.

    Without `shuffle`, batches of Tensors, arrays and a `TensorDataset` are views of its storage, not copies: clone a
    batch before writing into it.

    Several iterators may be under way at once. `state_dict` speaks of the one that was started last; the
    others go on undisturbed, and are not counted.

    Examples
    --------
    >>> import minigen as mg
    >>> from minigen.data import TensorDataset
    >>> loader = DataLoader(TensorDataset(mg.arange(5), mg.zeros(5, 2)), batch_size=2)
    >>> len(loader)
    3
    >>> for index, x in loader:
    ...     print(index.tolist(), x.shape)
    [0, 1] (2, 2)
    [2, 3] (2, 2)
    [4] (1, 2)
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        generator: Generator | None = None,
        device: str | int | Device | None = None,
        rng: int | Generator | None = None,
    ) -> None:
        if not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
            raise TypeError(
                f"DataLoader: a data set needs __len__ and __getitem__, got {type(dataset).__name__}: "
                "pass a Tensor, a TensorDataset or a sequence"
            )
        if isinstance(batch_size, bool) or not isinstance(batch_size, int | numpy.integer):
            raise TypeError(f"DataLoader: batch_size must be an int, got {batch_size!r}")
        if batch_size < 1:
            raise ValueError(f"DataLoader: batch_size must be at least 1, got {batch_size}")
        if len(dataset) == 0:
            raise ValueError(f"DataLoader: the data set is empty ({type(dataset).__name__} of length 0)")
        if num_workers != 0:
            raise ValueError(f"DataLoader: there are no worker processes, got num_workers={num_workers}: use 0")
        if rng is not None and generator is not None:
            raise TypeError("DataLoader: rng and generator are two names for one argument: give one")
        self.dataset = dataset
        self.batch_size = int(batch_size)
        self.shuffle = bool(shuffle)
        self.drop_last = bool(drop_last)
        self.collate_fn = collate_fn
        self.device = None if device is None else as_device(device)
        self.pin_memory = bool(pin_memory)
        if self.pin_memory and not cuda.is_available():
            warnings.warn("DataLoader: pin_memory=True, and there is no GPU: batches are not pinned", stacklevel=2)
            self.pin_memory = False
        chosen = generator if rng is None else rng
        self.rng = None if chosen is None else as_generator(chosen)
        self._epoch: Epoch | None = None  # the one started last; None when it came to its end
        self._to_continue = False  # whether it was loaded, and the next iteration goes on with it

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        full, left = divmod(len(self.dataset), self.batch_size)
        return full + (left > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[Any]:
        """Return an iterator over one epoch, its order drawn now; after `load_state_dict`, over the rest of one."""
        if self._epoch is None or not self._to_continue:
            self._epoch = self._new_epoch()
        self._to_continue = False
        return self._given(self._epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return where the loader stands, to go on exactly there: small, and JSON-able.

        Returns
        -------
        dict
            ``given`` is the number of batches given in the epoch under way, None between epochs; ``drawn_from`` the
            generator's state from which the order of that epoch was drawn, ``generator`` its state now; ``dataset``
            the data set's state if it has one; the rest tells loaders apart.

        Examples
        --------
        >>> loader = DataLoader(range(6), 2, shuffle=True, rng=0)
        >>> epoch = iter(loader)
        >>> _ = next(epoch)
        >>> state, rest = loader.state_dict(), list(epoch)
        >>> other = DataLoader(range(6), 2, shuffle=True)
        >>> other.load_state_dict(state)
        >>> [batch.tolist() for batch in other] == [batch.tolist() for batch in rest]
        True
        """
        return {
            **self._settings(),
            "given": None if self._epoch is None else self._epoch.given,
            "drawn_from": None if self._epoch is None else self._epoch.drawn_from,
            "generator": self._own_rng().state_dict() if self.shuffle else None,
            "dataset": state_of(self.dataset),
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Stand where the loader that gave `state_dict` stood: the next iteration gives the rest of its epoch.

        If all batches of the epoch had been given but the iteration had not ended, that rest is empty. The generator
        (shared with others or not) is set to the state it had then. Iterators under way go on, but are not counted.

        Parameters
        ----------
        state_dict : mapping
            What `state_dict` of an equal loader returned, possibly read back from JSON.

        Raises
        ------
        ValueError, TypeError
            If it is of another loader, or is no such state; the loader is then left as it was.
        """
        self._check(state_dict)
        given, drawn_from = state_dict["given"], state_dict["drawn_from"]
        rng = Generator(0) if self.rng is None else self.rng
        before, order = rng.state_dict(), None
        try:
            if drawn_from is not None:
                rng.load_state_dict(drawn_from)
                order = rng.permutation(len(self.dataset), device="cpu").array
            if self.shuffle:
                rng.load_state_dict(state_dict["generator"])
            restore(self.dataset, state_dict["dataset"])
        except (TypeError, ValueError):
            rng.load_state_dict(before)
            raise
        if self.shuffle:
            self.rng = rng
        self._epoch = None if given is None else Epoch(drawn_from, order, given)
        self._to_continue = given is not None

    def _own_rng(self) -> Generator:
        if self.rng is None:
            self.rng = get_default_generator().spawn()
        return self.rng

    def _new_epoch(self) -> Epoch:
        if not self.shuffle:
            return Epoch(None, None)
        rng = self._own_rng()
        return Epoch(rng.state_dict(), rng.permutation(len(self.dataset), device="cpu").array)

    def _given(self, epoch: Epoch) -> Iterator[Any]:
        """Yield the rest of an epoch, counting what is given."""
        batches = self._read(epoch)
        if self.device is not None and self.device.type == "cpu":
            batches = (mapped(batch, lambda x: x.to(self.device)) for batch in batches)
        elif self.device is not None:
            batches = sent(batches, self.device, ahead=self.collate_fn is None and is_constant(self.dataset))
        elif self.pin_memory:
            batches = map(pinned, batches)
        for batch in batches:
            epoch.given += 1
            yield batch
        if self._epoch is epoch:
            self._epoch = None

    def _read(self, epoch: Epoch) -> Iterator[Any]:
        n = len(self.dataset) if epoch.order is None else len(epoch.order)
        end = n - n % self.batch_size if self.drop_last else n
        for start in range(epoch.given * self.batch_size, end, self.batch_size):
            rows = range(start, min(start + self.batch_size, end))
            yield read(self.dataset, rows if epoch.order is None else epoch.order[start : rows.stop], self.collate_fn)

    def _settings(self) -> dict[str, Any]:
        return {
            "length": len(self.dataset),
            "batch_size": self.batch_size,
            "shuffle": self.shuffle,
            "drop_last": self.drop_last,
        }

    def _check(self, state: Any) -> None:
        if not isinstance(state, Mapping):
            raise TypeError(f"expected the dict that DataLoader.state_dict() returns, got {type(state).__name__}")
        keys = {*self._settings(), "given", "drawn_from", "generator", "dataset"}
        if set(state) != keys:
            missing, unknown = sorted(keys - set(state)), sorted(map(str, set(state) - keys))
            raise ValueError(f"not a DataLoader's state: missing {missing}, unknown {unknown}")
        for name, value in self._settings().items():
            if type(state[name]) is not type(value) or state[name] != value:
                raise ValueError(f"the state is of a DataLoader with {name} {state[name]!r}, this one has {value!r}")
        given = state["given"]
        if given is not None and (type(given) is not int or not 0 <= given <= len(self)):
            raise ValueError(f"a DataLoader's state needs an int up to {len(self)} or None as 'given', got {given!r}")
        if (state["drawn_from"] is None) == (self.shuffle and given is not None):
            raise ValueError("a DataLoader's state needs 'drawn_from' within a shuffled epoch, and only there")
