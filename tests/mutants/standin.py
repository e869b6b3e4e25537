"""Traps that NumPy does not see and the stand-in must, one of each class; and holes in the stand-in itself."""

from tests.mutants.mutant import Mutant

KERNELS = "minigen/backend/kernels.py"
ROOM = "minigen/testing/standin/"
ENGINE = "tests/backend/test_standin.py::"
TRAINS = ENGINE + "test_a_network_trains_as_on_numpy"
WAITS = ENGINE + "test_a_network_trains_without_waiting"
AGREES = ENGINE + "test_operations_agree_with_numpy"
SNIPPET = "tests/backend/test_snippets.py::test_the_stand_in_agrees"

MUTANTS = [
    Mutant(
        "host number: as an array of no axes",
        KERNELS,
        "    xp.multiply(x, a, scratch)\n",
        "    xp.multiply(x, numpy.asarray(a, x.dtype), scratch)\n",
        TRAINS + "[float32]",
    ),
    Mutant(
        "host array: positions of a gather made by NumPy",
        "minigen/autodiff/ops/gathering.py",
        "places = [xp.arange(n)",
        "places = [numpy.arange(n)",
        AGREES + "[gather]",
    ),
    Mutant(
        "implicit sync: a gradient of zeros decays no weight",
        KERNELS,
        "        elif weight_decay:\n",
        "        elif weight_decay and g.any():\n",
        WAITS + "[float64]",
    ),
    Mutant(
        "unsupported keyword: initial in a reduction",
        "minigen/autodiff/ops/norm.py",
        "(x * x).sum(axis, keepdims=keepdims)",
        "(x * x).sum(axis, keepdims=keepdims, initial=0.0)",
        AGREES + "[std]",
    ),
    Mutant(
        "unsupported name: a function of NumPy's alone",
        "minigen/autodiff/ops/exponential.py",
        '"log", lambda xp, x: xp.log(x)',
        '"log", lambda xp, x: xp.emath.log(x)',
        "tests/backend/test_static.py::test_minigen_asks_the_array_library_for_what_cupy_has",
    ),
    Mutant(
        "dtype drift: a decay of NumPy's float64",
        KERNELS,
        "        elif weight_decay:\n            g = g + weight_decay * p\n",
        "        elif weight_decay:\n            g = g + numpy.float64(weight_decay) * p\n",
        WAITS + "[float32]",
    ),
    Mutant(
        "wrapped index: ignored classes looked up on the device",
        "minigen/autodiff/ops/loss.py",
        "    index = namespace(index).where(counts, index, 0)\n",
        '    index = namespace(index).where(counts, index, 0) if device_of(index).type == "cpu" else index\n',
        AGREES + "[nll weighted]",
    ),
    Mutant(
        "nothing is written to what is empty",
        ROOM + "ndarray.py",
        "        host.fill(numpy.nan)\n",
        "        host.fill(0.0)\n",
        ENGINE + "test_what_nothing_was_written_to",
    ),
    Mutant(
        "an array of NumPy among the operands",
        ROOM + "holding.py",
        "    if is_scalar(value):\n        return value\n    raise",
        "    if is_scalar(value) or isinstance(value, numpy.ndarray):\n        return value\n    raise",
        SNIPPET + "[device + host]",
    ),
    Mutant(
        "an array of NumPy in a list",
        ROOM + "calling.py",
        "    if type(value) in (tuple, list):\n        return any(_from_host(part) for part in value)\n",
        "",
        SNIPPET + "[einsum of both]",
    ),
    Mutant(
        "what is in a list is looked at once",
        ROOM + "calling.py",
        "            kind = (kind, *parts)\n",
        "",
        ENGINE + "test_each_call_is_looked_at_though_one_like_it_passed",
    ),
    Mutant(
        "an element assigned twice",
        ROOM + "indexing.py",
        "if numpy.unique(named).size < named.size:",
        "if numpy.unique(named).size < 1:",
        SNIPPET + "[x[twice the same] = rows]",
    ),
    Mutant(
        "a list as index",
        ROOM + "indexing.py",
        "type(item) in (int, slice) or",
        "type(item) in (int, slice, list) or",
        SNIPPET + "[x[list]]",
    ),
    Mutant(
        "a mask does not wait",
        ROOM + "indexing.py",
        '    if masks:\n        note_sync("x[mask]")\n',
        "",
        SNIPPET + "[x[mask]]",
    ),
    Mutant(
        "a number read does not wait",
        ROOM + "ndarray.py",
        '        note_sync("float(x)")\n',
        "",
        SNIPPET + "[math.exp]",
    ),
    Mutant(
        "a keyword that only NumPy knows",
        ROOM + "ufuncs.py",
        'KEYWORDS = {"out", "dtype", "casting"}',
        'KEYWORDS = {"out", "dtype", "casting", "order"}',
        SNIPPET + "[exp(order=)]",
    ),
    Mutant(
        "a method that CuPy's ufuncs lack",
        ROOM + "ufuncs.py",
        "        if method not in self._methods:\n",
        "        if not hasattr(self._host, method):\n",
        SNIPPET + "[maximum.reduce]",
    ),
    Mutant(
        "an element is a number, not a view",
        ROOM + "indexing.py",
        "    if not any(item is Ellipsis for item in place):\n        place.append(Ellipsis)\n",
        "",
        ENGINE + "test_views_know_their_owner",
    ),
    Mutant(
        "a view owns its memory",
        ROOM + "holding.py",
        "return hold(value, source if source._base is None else source._base, device)",
        "return hold(value, None, device)",
        ENGINE + "test_views_know_their_owner",
    ),
    Mutant(
        "the known types stay",
        ROOM + "installing.py",
        "        namespaces.clear()\n        namespaces.update(known)\n",
        "        namespaces.update(known)\n",
        ENGINE + "test_afterwards_everything_is_as_before",
    ),
    Mutant(
        "pinned memory is read at once",
        ROOM + "ndarray.py",
        "        if blocking or not is_pinned(out):\n",
        "        if True:\n",
        ENGINE + "test_pinned_memory_is_not_to_be_used_while_a_copy_is_under_way",
    ),
]
