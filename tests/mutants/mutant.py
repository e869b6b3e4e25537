"""A known bug, as a patch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A plausible bug and the test that must catch it.

    `old`, which stands once in `file` (a path in the project), becomes `new`: at most three lines each, whose shapes
    and dtypes are the same. `test` is the node id of one test: it passes as things are, and fails by its assertion
    under the mutant, `on` the array library named as for ``pytest --on``.
    """

    name: str
    file: str
    old: str
    new: str
    test: str
    on: str = "numpy"
