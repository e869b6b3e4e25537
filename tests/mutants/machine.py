"""Bugs of the engine that random programs must find."""

from tests.mutants.mutant import Mutant

GRAPH = "minigen/autodiff/graph.py"
SWEEP = "minigen/autodiff/sweep.py"
TABLE = "minigen/autodiff/table.py"
TENSOR = "minigen/autodiff/tensor.py"
INPLACE = "minigen/autodiff/ops/inplace.py"
INDEXING = "minigen/autodiff/ops/indexing.py"
GRAPHS = "tests/autodiff/test_graph.py::"
PROGRAMS = "tests/testing/test_machine.py::test_random_programs_agree_with_the_model"

MUTANTS = [
    Mutant(
        "versions are not looked at",
        GRAPH,
        "            if storage.version != version:\n",
        "            if storage.version < version:\n",
        PROGRAMS,
    ),
    Mutant(
        "a write through an index is not counted",
        INDEXING,
        "        self.storage.version += 1\n",
        "        self.storage.version += 0\n",
        "tests/autodiff/ops/test_indexing.py::test_setitem_outside_a_graph_writes_the_memory",
    ),
    Mutant(
        "a write under no_grad is not counted",
        INPLACE,
        "        target.storage.version += 1\n",
        "        target.storage.version += 0\n",
        PROGRAMS,
    ),
    Mutant(
        "the second arrival counts twice",
        SWEEP,
        "            pending[node] = as_array(previous + gradient)\n",
        "            pending[node] = as_array(previous + 2 * gradient)\n",
        PROGRAMS,
    ),
    Mutant(
        "hooks run in reverse order",
        GRAPH,
        "        for hook in tuple(self.hooks.values()):\n",
        "        for hook in tuple(self.hooks.values())[::-1]:\n",
        PROGRAMS,
    ),
    Mutant(
        "what a hook returns is ignored",
        GRAPH,
        "            gradient = replaced.array if raw else replaced\n",
        "            gradient = gradient if raw else replaced\n",
        PROGRAMS,
    ),
    Mutant(
        "views do not share their memory's versions",
        TABLE,
        "        source.storage.share(source, tensor)\n",
        "        tensor.storage.share(tensor)\n",
        PROGRAMS,
    ),
    Mutant(
        "a Tensor with views is changed inside a graph",
        INPLACE,
        "        if target.storage.is_shared():\n",
        "        if target.storage.is_shared() and not mode.enabled:\n",
        PROGRAMS,
    ),
    Mutant(
        "nothing is released",
        SWEEP,
        "                if not retain_graph:\n",
        "                if retain_graph is None:\n",
        PROGRAMS,
    ),
    Mutant(
        ".data shares nothing",
        TENSOR,
        "        value.storage.share(value, self)\n",
        "        value.storage.share(value)\n        self._storage = None\n",
        PROGRAMS,
    ),
    Mutant(
        "a leaf switched off receives a gradient",
        GRAPH,
        "if tensor is not None and tensor._requires_grad and (",
        "if tensor is not None and (",
        PROGRAMS,
    ),
    Mutant(
        "hooks run where no input is reached",
        SWEEP,
        "        if targets is None or node in needed:\n",
        "        if targets is None or order:\n",
        GRAPHS + "test_hooks_of_an_output_that_leads_to_no_input_do_not_run",
    ),
    Mutant(
        "a leaf that moved into a graph receives its old gradient",
        GRAPH,
        "tensor._requires_grad and (tensor._node is None or type(tensor._node) is Leaf):",
        "tensor._requires_grad and (tensor._node is None or tensor._requires_grad):",
        GRAPHS + "test_a_leaf_that_moved_into_a_graph_receives_nothing_from_its_past",
    ),
    Mutant(
        "a leaf that requires grad is changed in place",
        INPLACE,
        "    if target._requires_grad and mode.enabled and (",
        "    if target._requires_grad and not mode.enabled and (",
        PROGRAMS,
    ),
    Mutant(
        "what is saved for the second order leaves the graph",
        TABLE,
        "    tensor = wrap(value, node is not None, node)\n",
        "    tensor = wrap(value)\n",
        PROGRAMS,
    ),
]
