"""Check every op record at a thousand points, and count what the points were: `make thorough`.

Each record is checked at `--cases` drawn points: the first derivative everywhere, the second at every fifth point. The
directions and cotangents are drawn from a seed of the point's own.
Where elements tie at a kink, the derivative along the operands is checked too. A record that could meet a class (0-d,
size 0, broadcast, strided, tied operands, second order) and never did is a failure like a wrong derivative.
"""

import argparse
import math
import sys
import time
import traceback
import warnings
import zlib
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from hypothesis import HealthCheck, given, seed, settings

from minigen.autodiff import Tensor, no_grad, wrap
from minigen.testing import op_records
from tests.autodiff.generated import check_along_ties, check_record

CLASSES = ("0-d", "size 0", "broadcast", "strided", "tied", "create_graph")
SHARE = 5  # of the points, one in so many is checked at second order
RECORDS = {record.name: record for record in op_records()}
FORMS = {"0-d": [()], "size 0": [(0,), (0, 3), (2, 0), (0, 3, 2)], "broadcast": []}


def classes_of(arrays):
    """Return the classes that a point belongs to."""
    found = set()
    shapes = {a.shape for a in arrays}
    if () in shapes:
        found.add("0-d")
    if any(a.size == 0 for a in arrays):
        found.add("size 0")
    if len(shapes) > 1 and broadcast(shapes):
        found.add("broadcast")
    if not all(a.flags.c_contiguous for a in arrays):
        found.add("strided")
    elements = np.concatenate([a.ravel() for a in arrays])
    if len(np.unique(elements)) < len(elements):
        found.add("tied")
    return found


def broadcast(shapes):
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def accepts(record, count, kind):
    """Whether the record's function takes `count` operands of this kind."""
    if kind == "broadcast":
        return count == 2 and all(takes(record, [(2, 3), other]) for other in ((3,), (2, 1), ()))
    return any(takes(record, [form] * count) for form in FORMS[kind])


def takes(record, shapes):
    try:
        with no_grad(), warnings.catch_warnings():
            warnings.simplefilter("error")
            out = record.function(*[wrap(np.full(shape, 0.5)) for shape in shapes])
    except Exception:
        return False
    outputs = (out,) if isinstance(out, Tensor) else tuple(out)
    return all(np.isfinite(o.array).all() for o in outputs)


def check(job):
    """Check one record; return its name, the number of points, the counts of classes, and what went wrong."""
    name, cases, start = job
    record = RECORDS[name]
    counts = Counter()
    problems = []
    operands = [1]
    options = settings(
        max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=False
    )

    @seed(start)
    @options
    @given(record.samples)
    def differentiate(arrays):
        operands[0] = len(arrays)
        counts["cases"] += 1
        order = min(record.order, 2 if counts["cases"] % SHARE == 0 else 1)
        check_record(record, arrays, order, rng=zlib.crc32(b"".join(a.tobytes() for a in arrays)))
        counts.update(classes_of(arrays))
        counts["create_graph"] += order == 2

    @seed(start)
    @settings(options, max_examples=cases // 5)
    @given(record.samples if record.tied is None else record.tied)
    def tie(arrays):
        counts["cases"] += 1
        check_along_ties(record, arrays)
        counts.update(classes_of(arrays))

    for run in (differentiate, tie) if record.tied is not None else (differentiate,):
        try:
            run()
        except Exception:
            problems.append(traceback.format_exc(limit=-3))
    wanted = ["strided", "tied", *["create_graph"][: record.order - 1]]
    wanted += [kind for kind in FORMS if accepts(record, operands[0], kind)]
    problems += [f"no point was {kind}" for kind in wanted if not counts[kind] and record.order]
    if counts["cases"] < cases:
        problems.append(f"only {counts['cases']} points")
    return name, counts, [f"{name}: {problem}" for problem in problems]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000, help="points for each record (1000)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--seed", type=int, default=0, help="of the draws (0)")
    parser.add_argument("--only", default="", help="records whose name starts so")
    options = parser.parse_args()
    started = time.monotonic()
    jobs = [(name, options.cases, options.seed) for name in RECORDS if name.startswith(options.only)]
    total, problems, rows = Counter(), [], []
    with get_context("fork").Pool(options.workers) as pool:
        for name, counts, found in pool.imap_unordered(check, jobs):
            total.update(counts)
            problems += found
            rows.append((name, counts))
            print(f"{len(rows):4} of {len(jobs)}  {name}" + "  FAILED" * bool(found), file=sys.stderr, flush=True)
    width = max(len(name) for name, _ in rows)
    print(f"{'record':{width}} {'cases':>8}" + "".join(f"{kind:>14}" for kind in CLASSES))
    for name, counts in [*sorted(rows, key=lambda row: list(RECORDS).index(row[0])), ("all", total)]:
        print(f"{name:{width}} {counts['cases']:8}" + "".join(f"{counts[kind] or '-':>14}" for kind in CLASSES))
    minutes = math.ceil((time.monotonic() - started) / 6) / 10
    print(f"\n{total['cases']} cases of {len(rows)} records in {minutes} min, {len(problems)} problems")
    print("\n\n".join(problems))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
