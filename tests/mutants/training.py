"""Training: what a checkpoint holds and refuses, damage, atomic files, the loop's counting, averages."""

from tests.mutants.mutant import Mutant

TRAINING = "minigen/training/"
CHECKPOINT, LOOP, FILES = TRAINING + "checkpoint.py", TRAINING + "loop.py", TRAINING + "files.py"
SERIALIZATION, STATE, EMA = TRAINING + "serialization.py", TRAINING + "state.py", TRAINING + "callbacks/ema.py"
KEEPING = TRAINING + "callbacks/checkpoints.py"
TESTS = "tests/training/"
MIDDLE = TESTS + "test_resume.py::test_from_every_step[5]"  # of an epoch
FRESH = TESTS + "test_resume.py::test_a_fresh_process_with_another_hash_seed_goes_on_bit_for_bit[5]"


def refused(edit):
    """Return the test that a checkpoint edited in this way is refused and changes nothing."""
    return f"{TESTS}test_checkpoint.py::test_what_does_not_fit_is_refused_and_changes_nothing[{edit}]"


MUTANTS = [
    Mutant(
        "the default generator's state is not loaded",
        LOOP,
        '        random.get_default_generator().load_state_dict(state_dict["rng"])\n',
        "",
        MIDDLE,
    ),
    Mutant(
        "the loader's state is not loaded",
        CHECKPOINT,
        "            part.load_state_dict(copied(state[name]))\n",
        '            name == "loader" or part.load_state_dict(copied(state[name]))\n',
        TESTS + "test_checkpoint.py::test_it_fits",
    ),
    Mutant(
        "the loop's counters are not loaded",
        LOOP,
        "            setattr(self, name, state_dict[name])\n",
        "            setattr(self, name, getattr(self, name))\n",
        TESTS + "test_checkpoint.py::test_it_fits",
    ),
    Mutant(
        "callbacks' states are not loaded",
        LOOP,
        "            callback.load_state_dict(saved[name])\n",
        "            callback.load_state_dict(callback.state_dict())\n",
        TESTS + "test_checkpoint.py::test_it_fits",
    ),
    Mutant(
        "what is loaded is not read back",
        CHECKPOINT,
        "            wrong = difference(state[name], part.state_dict(), name)\n",
        "            wrong = None\n",
        TESTS + "test_checkpoint.py::test_a_part_that_loads_something_else_is_caught",
    ),
    Mutant(
        "a refused state is not put back",
        CHECKPOINT,
        "                part.load_state_dict(before[name])\n",
        "                part.state_dict()\n",
        refused("an average's shape"),
    ),
    Mutant(
        "what is to be put back shares memory",
        CHECKPOINT,
        "    before = copied(own)\n",
        "    before = own\n",
        refused("an average's shape"),
    ),
    Mutant(
        "settings are not compared",
        CHECKPOINT,
        "    if settings is not None:\n        wrong = difference",
        "    if settings is None:\n        wrong = difference",
        refused("other settings"),
    ),
    Mutant(
        "newer formats are read",
        CHECKPOINT,
        "    if type(found) is int and found > FORMAT:\n",
        "    if type(found) is int and found > FORMAT + 99:\n",
        refused("a newer format"),
    ),
    Mutant(
        "another class is loaded",
        CHECKPOINT,
        "        if was != kind:\n",
        "        if not was:\n",
        refused("another algorithm"),
    ),
    Mutant(
        "another machine does not warn",
        CHECKPOINT,
        "    if other:\n        warnings.warn",
        "    if len(other) > 1:\n        warnings.warn",
        TESTS + "test_checkpoint.py::test_another_machine_warns[blas]",
    ),
    Mutant(
        "bits are compared to a tolerance",
        STATE,
        "return None if a.tobytes() == b.tobytes() else",
        "return None if numpy.allclose(a, b, equal_nan=True) else",
        TESTS + "test_state.py::test_a_difference_of_one_bit_is_seen[tensor]",
    ),
    Mutant(
        "zeros of either sign are equal",
        STATE,
        "return None if a.tobytes() == b.tobytes() else",
        "return None if numpy.array_equal(a, b, equal_nan=True) else",
        TESTS + "test_state.py::test_a_difference_of_one_bit_is_seen[tensor]",
    ),
    Mutant(
        "True is 1",
        STATE,
        "    same = repr(a) == repr(b)",
        "    same = a == b",
        TESTS + "test_state.py::test_numbers_are_compared_by_kind",
    ),
    Mutant(
        "the checksum is not compared",
        SERIALIZATION,
        "    if digest.hexdigest().encode() != opening[2]:\n",
        "    if len(digest.hexdigest().encode()) != len(opening[2]):\n",
        TESTS + "test_corruption.py::test_every_flipped_bit_is_seen",
    ),
    Mutant(
        "the checksum is of the header only",
        SERIALIZATION,
        "    digest.update(memoryview(data)[opening.end(2) :])\n",
        "    digest.update(memoryview(data)[opening.end(2) :] if False else b'')\n",
        TESTS + "test_corruption.py::test_the_whole_file_is_loaded",
    ),
    Mutant(
        "a failed write leaves its rest",
        FILES,
        "            temporary.unlink()\n",
        "            temporary.exists()\n",
        TESTS + "test_files.py::test_a_full_disk_leaves_the_old_file_alone",
    ),
    Mutant(
        "the name is taken before the bytes reach the disk",
        FILES,
        "        _reach_the_disk(temporary, os.O_RDWR)\n        os.replace(temporary, target)\n",
        "        os.replace(temporary, target)\n        _reach_the_disk(target, os.O_RDWR)\n",
        TESTS + "test_files.py::test_the_bytes_reach_the_disk_before_the_name_and_the_name_after",
    ),
    Mutant(
        "leftovers stay",
        FILES,
        "            path.unlink(missing_ok=True)\n",
        "            path.exists()\n",
        TESTS + "test_files.py::test_only_leftovers_are_removed",
    ),
    Mutant(
        "one step too many",
        LOOP,
        "        return counted >= limit\n",
        "        return counted > limit\n",
        TESTS + "test_loop.py::test_each_limit_ends_the_run_where_it_should[limit1-2-0-2-2 steps]",
    ),
    Mutant(
        "an epoch ends a batch late",
        LOOP,
        "self.batch == len(self.loader)\n",
        "self.batch > len(self.loader)\n",
        TESTS + "test_loop.py::test_each_limit_ends_the_run_where_it_should[limit2-3-1-0-3 steps]",
    ),
    Mutant(
        "the last reason counts",
        LOOP,
        "self.reason = self.reason or reason",
        "self.reason = reason",
        TESTS + "test_loop.py::test_a_callback_ends_the_run_and_the_first_reason_counts",
    ),
    Mutant(
        "the time of the run before is forgotten",
        LOOP,
        "self.seconds = before + time.monotonic() - start",
        "self.seconds = time.monotonic() - start",
        TESTS + "test_loop.py::test_seconds_end_the_run_between_two_steps",
    ),
    Mutant(
        "the oldest checkpoints are kept",
        KEEPING,
        "checkpoints(self.folder)[: -self.keep]:",
        "checkpoints(self.folder)[self.keep :]:",
        TESTS + "callbacks/test_checkpoints.py::test_the_last_are_kept[2]",
    ),
    Mutant(
        "the best checkpoint is removed",
        KEEPING,
        "            if step_of(path) != self.best_step:\n",
        "            if step_of(path) is not None:\n",
        TESTS + "callbacks/test_checkpoints.py::test_the_best_is_kept_too[min-costs0-expected0]",
    ),
    Mutant(
        "the best checkpoint is forgotten",
        KEEPING,
        'return {"best_step": self.best_step, "best_value": self.best_value}',
        'return {"best_step": None, "best_value": None}',
        TESTS + "callbacks/test_checkpoints.py::test_the_best_is_remembered_by_the_next_process",
    ),
    Mutant(
        "averages decay the wrong way",
        EMA,
        "                average *= self.decay\n                average += (1 - self.decay) * parameter.array\n",
        "                average *= 1 - self.decay\n                average += self.decay * parameter.array\n",
        TESTS + "callbacks/test_others.py::test_averages_are_those_of_the_formula",
    ),
    Mutant(
        "averages begin at 0",
        EMA,
        "wrap(p.array.copy()) for",
        "wrap(0.0 * p.array) for",
        TESTS + "callbacks/test_others.py::test_averages_are_those_of_the_formula",
    ),
    Mutant(
        "averages share memory with the parameters",
        EMA,
        "wrap(p.array.copy()) for",
        "wrap(p.array) for",
        TESTS + "callbacks/test_others.py::test_averages_do_not_share_memory_with_parameters",
    ),
    Mutant(
        "a swap is not counted as a write",
        EMA,
        "            parameter.bump_version()\n",
        "",
        TESTS + "callbacks/test_others.py::test_a_graph_recorded_before_the_swap_knows_of_it",
    ),
    Mutant(
        "a second start empties the metrics before it is refused",
        LOOP,
        '            self._tell("before_start")\n            self._tell("on_start")\n',
        '            self._tell("on_start")\n            self._tell("before_start")\n',
        "tests/training/test_second_look.py::test_a_run_started_twice_loses_nothing",
    ),
    Mutant(
        "another game of the same shapes is taken",
        "minigen/learning/algorithm.py",
        "            if there.get(name) != here.get(name):\n",
        "            if there.get(name) is None:\n",
        "tests/training/test_second_look.py::"
        "test_another_game_of_the_same_shapes_is_refused[<lambda>-k is 2 there, 1 here]",
    ),
    Mutant(
        "a setup with more in it is taken",
        "minigen/learning/algorithm.py",
        "        for name in here | there:\n",
        "        for name in here:\n",
        "tests/learning/test_every_algorithm.py::test_a_state_that_does_not_fit_changes_nothing[contrastive]",
    ),
    Mutant(
        "a state with more parts is taken",
        "minigen/learning/algorithm.py",
        "        if strange:\n",
        "        if not strange < state_dict.keys():\n",
        "tests/learning/test_every_algorithm.py::test_a_state_that_does_not_fit_changes_nothing[contrastive]",
    ),
]
