"""Indexing against NumPy; PyTorch's order of axes; what is shared, what is copied, what is refused."""

import gc
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

import minigen as mg
from minigen.autodiff import wrap
from minigen.autodiff.ops.index import steps
from minigen.backend import shares_memory
from minigen.backend.arrays import namespaces
from tests.host import assert_allclose, assert_array_equal, host, share_memory

X = np.arange(60.0, dtype="float32").reshape(3, 4, 5)
MASK = X % 3 == 0

BASIC = {
    "int": 1,
    "negative int": -1,
    "ints": (2, -4, 0),
    "NumPy integer": (np.int32(1), np.uint8(2)),
    "0-d array": np.array(2),
    "0-d Tensor": mg.tensor(2, device="cpu"),  # on a GPU see below
    "slice": slice(1, None),
    "slice with a Tensor": slice(mg.tensor(1), np.int64(3)),
    "slices": (slice(None, None, 2), slice(-2, None)),
    "negative step": (slice(None, None, -1), ..., slice(4, 0, -2)),
    "empty slice": slice(2, 1),
    "past the end": slice(1, 100),
    "None": (None, 1, None),
    "Ellipsis": (..., 0),
    "Ellipsis inside": (0, ..., slice(2)),
    "nothing": (),
    "all": ...,
}
ARRAYS = {
    "list": [0, 2, 0],
    "list of one": [1],
    "empty list": [],
    "nested list": [[0, 1], [2, 2]],
    "range": range(2),
    "array": np.array([0, -1]),
    "int32 array": np.array([0, -1], "int32"),
    "Tensor": mg.tensor([2, 2, 1]),
    "list of Tensors": [mg.tensor(1), mg.tensor(0)],
    "2-D": (slice(None), np.array([[0, 1], [2, 3], [0, 0]])),
    "two": ([0, 1], [3, 3]),
    "three": ([0, 1], mg.tensor([3, 3]), np.array([0, 4])),
    "broadcast": ([[0], [2]], [1, 2, 3]),
    "after a slice": (slice(None), [0, 0, 1]),
    "between slices": (slice(1, None), [3, 0], slice(None, None, -2)),
    "apart": ([0, 1], slice(None), [2, 3]),
    "after ...": (..., [4, 4]),
    "with None": (None, [0, 1]),
    "beside None": ([0, 1], None, [0, 1]),
    "int beside": (1, [0, 3]),
    "int after": ([0, 2], 1),
    "no elements": np.zeros((0, 2), int),
    "mask": MASK,
    "mask of rows": np.array([True, False, True]),
    "mask of two axes": MASK[:, :, 0],
    "mask Tensor": mg.tensor(MASK),
    "mask as a list": [True, False, True],
    "mask after a slice": (slice(None), np.array([True, False, True, True])),
    "mask and int": (np.array([True, False, True]), 0),
    "mask and array": (slice(None), [True, False, False, True], [1, 2]),
    "two masks": ([True, False, True], [False, True, True, False]),
    "none true": np.zeros((3, 4), bool),
    "True": True,
    "False": False,
    "NumPy True": np.True_,
    "True and a slice": (True, slice(1)),
}


def as_numpy(index):
    items = index if isinstance(index, tuple) else (index,)
    items = tuple(np.asarray(host(i)) if isinstance(i, mg.Tensor | list | range) else i for i in items)
    items = tuple(
        i.astype(int) if isinstance(i, np.ndarray) and not i.size and i.dtype.kind == "f" else i for i in items
    )
    return items if isinstance(index, tuple) else items[0]


@pytest.mark.parametrize("name", BASIC)
def test_basic_indexing_gives_views(name) -> None:
    x = mg.tensor(X)
    y = x[BASIC[name]]
    expected = X[as_numpy(BASIC[name])]
    assert_array_equal(y, expected)
    assert y.shape == expected.shape
    assert y.dtype == mg.float32
    assert shares_memory(y.array, x.array)
    assert y.storage is x.storage
    y.fill_(-1.0)
    assert (host(x) == -1).sum() == expected.size


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_pick_copies(name) -> None:
    x = mg.tensor(X)
    y = x[ARRAYS[name]]
    expected = X[as_numpy(ARRAYS[name])]
    assert y.shape == expected.shape
    assert_array_equal(y, expected)
    assert y.dtype == mg.float32
    assert not share_memory(y, x)
    assert y.storage is not x.storage


@pytest.mark.parametrize("name", BASIC | ARRAYS)
def test_the_gradient_counts_uses(name) -> None:
    x = mg.tensor(X, requires_grad=True)
    index = (BASIC | ARRAYS)[name]
    y = x[index]
    y.sum().backward()
    uses = [(host(y) == value).sum() for value in X.ravel()]
    assert_array_equal(x.grad, np.reshape(uses, X.shape))
    assert x.grad.dtype == mg.float32


@pytest.mark.parametrize("name", BASIC | ARRAYS)
def test_setting_as_numpy_does(name) -> None:
    index = (BASIC | ARRAYS)[name]
    expected = X.copy()
    expected[as_numpy(index)] = -7.0
    x = mg.tensor(X)
    y = mg.index_set(x, index, -7.0)
    assert_array_equal(y, expected)
    assert_array_equal(x, X)
    x[index] = -7.0
    assert_array_equal(x, expected)
    part = mg.tensor(X)
    picked = X[as_numpy(index)]
    if len(np.unique(picked)) == picked.size:  # no element is named twice
        part[index] = part[index] * 2.0
        expected[as_numpy(index)] = 2.0 * picked
        assert_array_equal(part, expected)


def test_an_integer_does_not_move_the_picked_axes() -> None:
    """PyTorch selects first; NumPy would put the picked axis in front and give (2, 4)."""
    x = mg.tensor(X)
    y = x[0, :, [1, 3]]
    assert y.shape == (4, 2)
    assert_array_equal(y, X[0][:, [1, 3]])
    x[0, :, [1, 3]] = mg.zeros(4, 2)
    assert (host(x)[0][:, [1, 3]] == 0).all()
    assert (host(x) == 0).sum() == 8 + 1  # and the first element
    assert_array_equal(mg.index_set(mg.tensor(X), (0, slice(None), [1, 3]), mg.zeros(4, 2)), x)


def test_an_integer_on_a_gpu_picks_a_copy_and_is_not_waited_for(gpu) -> None:
    x = mg.tensor(X, device="cuda", requires_grad=True)
    one = mg.tensor(2, device="cuda")
    y = x[one, 1:]
    (g,) = mg.grad(y.sum(), x)
    assert_array_equal(y, X[2, 1:])
    assert_array_equal(g.sum((1, 2)), [0, 0, 15])
    assert not share_memory(x, y)
    with mg.no_grad():
        x[one] = 0.0
    assert_array_equal(x, np.where(np.arange(3)[:, None, None] == 2, 0, X))


def test_a_mask_of_another_shape_is_refused() -> None:
    x = mg.tensor(X)
    for index in ([True, False], ([True, False], [True] * 4), ([True] * 3, [[True] * 3] * 4)):
        with pytest.raises(IndexError, match=r"shape|match"):
            x[index]


def test_a_mask_of_two_axes_beside_one_of_another() -> None:
    x, two, one = mg.tensor(X), MASK[:, :, 0], np.array([False, True, False, True, False])
    two = two & (np.cumsum(two).reshape(two.shape) <= 2)
    assert_array_equal(x[two, one], X[two, one])
    assert_array_equal(x[mg.tensor(two), mg.tensor(one)], X[two, one])


def test_picking_is_one_step_unless_a_view_comes_first() -> None:
    assert len(steps("getitem", X, (slice(None), [0], ...), False)) == 1
    assert len(steps("getitem", X, (slice(1, None), [0]), False)) == 2


def test_an_index_is_copied_when_recorded() -> None:
    x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    rows, mask, tensor = np.array([0, 0]), np.array([True, False, False]), mg.tensor([0])
    pieces = [x[rows], x[mask], x[tensor], mg.index_set(x, rows, 0.0), x.index_select(0, tensor)]
    rows[:], mask[:], tensor[0] = 2, True, 2
    gradients = [mg.grad(piece.sum(), x)[0].tolist() for piece in pieces]
    assert gradients == [[2, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 1], [1, 0, 0]]


def test_gather_says_when_its_index_was_changed() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    index = mg.tensor([0, 0])
    y = x.gather(0, index)
    index[0] = 1
    with pytest.raises(RuntimeError, match="gather: an array saved for its gradient was changed in place"):
        y.sum().backward()


def test_an_index_from_the_host_is_checked_on_its_way_to_a_gpu(monkeypatch) -> None:
    """CuPy would wrap it silently; an index that is there already is not read."""

    class OnDevice:
        shape, ndim, dtype = (3, 4), 2, np.dtype("int64")

    there = OnDevice()
    monkeypatch.setitem(namespaces, OnDevice, SimpleNamespace(asarray=lambda index: there))
    assert steps("getitem", there, (slice(None), [-4, 3]), False) == [(slice(None), there)]
    assert steps("getitem", there, wrap(there), False) == [(there, slice(None))]
    for wrong in (4, -5):
        with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 1 with size 4"):
            steps("getitem", there, (0, np.array([0, wrong])), False)


# ------------------------------------------------------------------------- along an axis


def test_gather_and_scatter_against_loops() -> None:
    x = X[:, :, 0].copy()
    index, distinct = np.array([[3, 0, 0], [1, 2, 1]]), np.array([[3, 0, 1], [1, 2, 0]])
    got = mg.gather(mg.tensor(x), 1, mg.tensor(index))
    scattered, added, put = mg.tensor(x), x.copy(), x.copy()
    source = np.arange(12.0, dtype="float32").reshape(3, 4) + 1
    for i in range(2):
        for j in range(3):
            assert host(got)[i, j] == x[i, index[i, j]]
            added[i, index[i, j]] += source[i, j]
            put[i, distinct[i, j]] = source[i, j]
    assert got.shape == (2, 3)
    assert_array_equal(scattered.scatter_add(1, mg.tensor(index), mg.tensor(source)), added)
    assert_array_equal(scattered.scatter(1, mg.tensor(distinct), mg.tensor(source)), put)
    assert scattered.scatter_add_(-1, mg.tensor(index), mg.tensor(source)) is scattered
    assert_array_equal(scattered, added)


def test_one_hot_by_scatter() -> None:
    labels = mg.tensor([2, 0, 1])
    one_hot = mg.zeros(3, 3).scatter_(1, labels.unsqueeze(1), 1.0)
    assert_array_equal(one_hot, np.eye(3)[[2, 0, 1]])


def test_gather_along_the_first_axis() -> None:
    index = np.array([[[0, 2], [1, 1]]])
    got = host(mg.gather(mg.tensor(X), 0, mg.tensor(index)))
    assert_array_equal(got, np.take_along_axis(X[:, :2, :2], index, 0))


def test_take_along_dim_broadcasts() -> None:
    index = np.array([[[1], [0]]])
    assert_array_equal(
        mg.take_along_dim(mg.tensor(X), mg.tensor(index), 1), np.take_along_axis(X, index, 1)
    )
    order = X[:, ::-1].argsort(1)
    assert_array_equal(
        mg.tensor(X).take_along_dim(mg.tensor(order), dim=-2), np.take_along_axis(X, order, 1)
    )
    assert_array_equal(mg.tensor(X).take_along_dim(mg.tensor([[59, 0]])), [59, 0])


def test_index_select_and_index_add() -> None:
    x = mg.tensor(X)
    rows = mg.tensor([2, 0, 2])
    assert_array_equal(x.index_select(0, rows), X[[2, 0, 2]])
    assert_array_equal(mg.index_select(x, -1, rows), X[..., [2, 0, 2]])
    assert_array_equal(x.index_select(1, mg.tensor(3)), X[:, 3:])
    expected = X.copy()
    np.add.at(expected, [2, 0, 2], 0.5 * X)
    assert_array_equal(x.index_add(0, rows, x, alpha=0.5), expected)
    assert_array_equal(x, X)
    assert x.index_add_(0, rows, x, alpha=0.5) is x
    assert_array_equal(x, expected)
    counts = mg.zeros(3, dtype="int64").index_add_(0, rows, mg.ones(3, dtype="int64"))
    assert counts.tolist() == [1, 0, 2]


def test_where_and_masked_fill() -> None:
    x = mg.tensor(X)
    assert_array_equal(mg.where(x > 9, x, 0.0), np.where(X > 9, X, 0))
    assert_array_equal(x.where(x > 9, -x), np.where(X > 9, X, -X))
    assert_array_equal(x.masked_fill(x > 9, -np.inf), np.where(X > 9, -np.inf, X))
    assert_array_equal(mg.masked_fill(x, mg.tensor(MASK[0]), mg.tensor(2)), np.where(MASK[0], 2, X))
    assert x.masked_fill(x > 9, 1).dtype == mg.float32
    assert mg.tensor([1, 2]).masked_fill(mg.tensor([True, False]), 5).tolist() == [5, 2]
    assert x.masked_fill_(x > 9, 0.0) is x
    assert host(x).max() == 9


def test_where_takes_nothing_from_the_branch_not_taken() -> None:
    """A gradient of inf or nan where the other branch was taken is not multiplied by 0."""
    x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = mg.where(mg.tensor([True, False, False]), x, 0.0)
    with np.errstate(invalid="ignore"):
        (gradient,) = mg.grad(y, x, mg.tensor([5.0, np.inf, np.nan]))
    assert gradient.tolist() == [5.0, 0.0, 0.0]
    z = mg.index_set(x, slice(1, None), 0.0) + x.masked_fill(mg.tensor([False, True, True]), 0.0)
    (gradient,) = mg.grad(z, x, mg.tensor([5.0, np.inf, np.nan]))
    assert gradient.tolist() == [10.0, 0.0, 0.0]


def test_float32_stays_float32() -> None:
    x = mg.tensor(X[0], requires_grad=True)
    index = mg.tensor([[0, 0]])
    results = [
        mg.index_set(x, 0, 1.5),
        mg.index_set(x, 0, mg.ones(5, dtype="float64")),
        x.index_add(0, mg.tensor([1]), x[:1], alpha=0.1),
        x.gather(1, index),
        x.scatter_add(1, index, x),
        x.scatter(1, index, 0.5),
        x.masked_fill(x > 1, 0.1),
    ]
    assert {y.dtype for y in results} == {mg.float32}
    for y in results:
        (gradient,) = mg.grad(y.sum(), x)
        assert gradient.dtype == mg.float32


# ------------------------------------------------------------------------- setting in place


def test_setitem_outside_a_graph_writes_the_memory() -> None:
    x = mg.zeros(3)
    array, row = x.array, x[1:]
    x[1] = 2.0
    x[[0, 2]] = mg.tensor([5.0, 6.0])
    x[x > 5.5] = 7
    assert x.array is array
    assert x.tolist() == [5.0, 2.0, 7.0]
    assert row.tolist() == [2.0, 7.0]
    assert row.storage.version == x.storage.version == 3


def test_setitem_converts_to_the_dtype_of_the_target() -> None:
    x = mg.zeros(2, dtype="int64")
    x[0] = mg.tensor(2.7)
    x[1] = np.float64(3.2)
    assert x.tolist() == [2, 3]


def test_setitem_in_a_graph_equals_index_set() -> None:
    start, v = mg.tensor(X[:, :, 1] - 20), mg.tensor([0.5, -1.0, 2.0])
    results = []
    for form in ("in place", "out of place"):
        x, value = start.clone().requires_grad_(), v.clone().requires_grad_()
        y = x * 2.0
        if form == "in place":
            y[:, 1] = value * value
            y[0] = 0.0
        else:
            y = mg.index_set(mg.index_set(y, (slice(None), 1), value * value), 0, 0.0)
        y.square().sum().backward()
        results.append([y.tolist(), x.grad.tolist(), value.grad.tolist()])
    assert results[0] == results[1]


def test_an_autoregressive_loop_by_setitem() -> None:
    """z_i = w_i sum_{j<i} z_j, so that dz_3/dz_0 = w_3 (1 + w_1 + w_2 (1 + w_1))."""
    w = mg.tensor([1.0, 0.5, -2.0, 3.0], dtype="float64", requires_grad=True)
    first = mg.tensor([[0.7], [1.1]], dtype="float64", requires_grad=True)
    z = mg.zeros(2, 4, dtype="float64")
    z[:, :1] = first
    for i in range(1, 4):
        z[:, i] = w[i] * z[:, :i].sum(1)
    z[:, 3].sum().backward()
    a, b, c = host(w)[1:]
    assert_allclose(first.grad, np.full((2, 1), c * (1 + a) * (1 + b)))
    assert_allclose(w.grad, 1.8 * np.array([0, c * (1 + b), c * (1 + a), (1 + a) * (1 + b)]))


def test_setitem_in_a_graph_keeps_what_was_saved() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3.0
    z = y * y
    y[0] = 0.0
    (z.sum() + y.sum()).backward()
    assert_allclose(x.grad, [18.0, 39.0])


def test_setitem_in_a_graph_with_views_is_refused() -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3.0
    view = y[:1]
    with pytest.raises(RuntimeError, match=r"change a \.clone\(\), or use minigen.index_set"):
        y[1] = 0.0
    with pytest.raises(RuntimeError, match="clone"):
        view[0] = 0.0
    del view
    y[1] = 0.0
    assert y.tolist() == [3.0, 0.0]


def test_setitem_on_a_leaf_that_requires_grad_is_refused() -> None:
    x = mg.zeros(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf Tensor that requires grad"):
        x[0] = 1.0
    with mg.no_grad():
        x[0] = 1.0
    assert x.tolist() == [1.0, 0.0]
    assert x.is_leaf
    assert x.requires_grad


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.__setitem__(0, 9.0),
        lambda x: x[:1].fill_(9.0),
        lambda x: x.detach().__setitem__(0, 9.0),
        lambda x: x.data.__setitem__([0], 9.0),
        lambda x: x.reshape(1, 2).T.data[0].__setitem__(..., 9.0),
        lambda x: x.view(2, 1).masked_fill_(x.view(2, 1) > 1.5, 9.0),
        lambda x: x.detach().index_add_(0, mg.tensor([1]), mg.ones(1)),
        lambda x: x.chunk(2)[0].scatter_(0, mg.tensor([0]), 9.0),
        lambda x: next(iter(x)).fill_(9.0),
    ],
)
def test_a_write_through_any_view_makes_a_saved_array_stale(write) -> None:
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with mg.no_grad():
        write(x)
    with pytest.raises(RuntimeError, match=r"mul: an array saved .*clone"):
        y.sum().backward()


def test_a_failed_write_changes_nothing() -> None:
    x = mg.zeros(3)
    with pytest.raises(ValueError, match=r"x\[index\] = value: .* \(given a Tensor"):
        x[:2] = mg.ones(3)
    with pytest.raises(IndexError, match="index 3 is out of bounds for axis 0 with size 3"):
        x[3] = 1.0
    assert x.tolist() == [0.0, 0.0, 0.0]
    assert x.storage.version == 0


def test_no_reference_cycles() -> None:
    def lived():
        x = mg.tensor(X[0].T[:3], requires_grad=True)
        y = x * 1.0
        y[:, 0] = y[:, 1].clone()
        y[[0, 2]] = x[[1, 2], ::2].repeat(1, 2)
        total = sum(piece.sum() for piece in mg.split(mg.cat([y, x.gather(1, mg.tensor([[0, 0, 1, 0]]))]), 2))
        (gradient,) = mg.grad((total * total).sum(), x, create_graph=True)
        gradient.sum().backward()
        return [weakref.ref(tensor) for tensor in (x, y, total, gradient)]

    lived()  # what is made once
    gc.collect()
    gc.disable()
    try:
        assert [reference() for reference in lived()] == [None] * 4
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.usefixtures("on_the_host")
@pytest.mark.parametrize("position", [-1, 3])
@pytest.mark.parametrize("name", ["gather", "scatter_add", "scatter", "index_select", "index_add"])
def test_positions_count_from_zero(name, position):
    x, source = mg.zeros(3), mg.ones(1)
    args = (source,) if name in ("scatter_add", "scatter", "index_add") else ()
    with pytest.raises(IndexError, match=f"{name}: index {position} is out of bounds for axis 0 with size 3"):
        getattr(mg, name)(x, 0, mg.tensor([position]), *args)
