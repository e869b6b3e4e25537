"""Op records: one for each operation and way of calling it, by family.

All tests of an operation are generated from its records: derivatives, values, dtypes, ties and errors.
"""

from importlib import import_module

from minigen.testing.records.record import Record

__all__ = ["Record", "op_records"]

FAMILIES = (
    "arithmetic",
    "exponential",
    "activation",
    "comparison",
    "reduction",
    "norm",
    "ordering",
    "shape",
    "indexing",
    "gathering",
    "joining",
    "matmul",
    "einsum",
    "loss",
    "coupling",
    "tensor",
)


def op_records() -> tuple[Record, ...]:
    """Return the records of all operations of minigen.

    Examples
    --------
    >>> import minigen as mg
    >>> records = {record.name: record for record in op_records()}
    >>> records["exp"].covers
    ('exp',)
    """
    return tuple(record for family in FAMILIES for record in import_module(f"minigen.testing.records.{family}").RECORDS)
