"""Random programs of Tensors, each step compared with a naive model of single numbers.

`GraphMachine` is a rule-based state machine of Hypothesis. Its rules compute, take views, write in place, detach, hook,
go backward, differentiate twice; beside every Tensor stands a `Twin` in a ledger that says what must be true: values,
gradients, who shares memory with whom, and which step must be refused. Hypothesis finds programs after which the two
disagree, and shrinks them.

Reading order: `scalar` (gradients of single numbers), `ledger` (memory, versions, releases), `base` (comparing), then
the rules: `computing`, `writing`, `sweeping`.
"""

from minigen.testing.machine.sweeping import Sweeping
from minigen.testing.machine.writing import Writing

__all__ = ["GraphMachine"]


class GraphMachine(Writing, Sweeping):
    """A machine that looks for programs on which the engine and its naive model disagree.

    Run ``GraphMachine.TestCase`` with unittest or pytest, or call `hypothesis.stateful.run_state_machine_as_test`
    on the class. A subclass may add rules: `pick` chooses a Twin (its Tensor is ``.tensor``), `record` enters a
    Tensor that an operation returned, with the Scalars it should hold; the invariants compare after every rule.

    Examples
    --------
    A user's own operation joins as one rule::

        class Mine(GraphMachine):
            @rule(x=st.integers(0, 7))
            def cube(self, x):
                x = self.pick(x)
                self.record(cube(x.tensor), x.shape, [s * s * s for s in x.read()], [x], saved=[x.memory])
    """
