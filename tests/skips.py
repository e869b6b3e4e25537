"""The tests that are not run beyond NumPy, and why: one list for `pytest --on standin` and `--on cupy`.

A row names a file, a test or one case of it by the beginning of its node id, and the libraries it is skipped on. What
stands here can say nothing there that it does not say on NumPy; `tests/test_skips.py` keeps the list short. Tests that
need what a machine may lack (a compiler, CuPy's wheel) say so themselves.
"""

MOST = 0.02  # of all tests
NEVER = ("tests/models/", "tests/learning/", "minigen/models/", "minigen/learning/")

BEYOND = ("standin", "cupy")
STAND_IN = ("standin",)

PROCESS = "its processes compute on the host, whatever the tests run on"
FILES = "it reads the files of the project, or runs them in a process on the host"
ASKED = "it asks the CuPy that is installed, and the stand-in is in its place"

SKIPS = {
    "tests/cli/test_processes.py": (BEYOND, PROCESS),
    "tests/cli/test_together.py::test_a_run_is_trained_by_one_process": (BEYOND, PROCESS),
    "tests/cli/test_together.py::test_runs_begun_at_once_have_folders_of_their_own": (BEYOND, PROCESS),
    "tests/data/test_loader_state.py::test_a_fresh_process_continues": (BEYOND, PROCESS),
    "tests/mutants/test_run.py": (BEYOND, PROCESS),
    "tests/recipes/test_resume.py": (BEYOND, PROCESS),
    "tests/testing/test_plugin.py": (BEYOND, PROCESS),
    "tests/training/test_files.py::test_a_kill_leaves_the_old_file_and_a_leftover_that_is_removed": (BEYOND, PROCESS),
    "tests/training/test_interrupts.py::test_a_program_in_the_middle_of_training": (BEYOND, PROCESS),
    "tests/training/test_resume.py::test_a_fresh_process_with_another_hash_seed_goes_on_bit_for_bit": (BEYOND, PROCESS),
    "tests/backend/test_static.py": (BEYOND, FILES),
    "tests/test_docs.py::test_the_paths_that_a_page_names_exist": (BEYOND, FILES),
    "tests/test_ground.py": (BEYOND, FILES),
    "tests/backend/test_record.py::test_the_installed_cupy_is_the_one_recorded": (STAND_IN, ASKED),
    "tests/backend/test_snippets.py::test_cupy_agrees_as_far_as_it_gets_without_a_device": (STAND_IN, ASKED),
    "tests/backend/test_snippets.py::test_cupy_agrees_in_full": (STAND_IN, ASKED),
}


def names(row: str, test: str) -> bool:
    """Say whether the beginning of a node id `row` names the test with the node id `test`."""
    return test == row or test.startswith((f"{row}::", f"{row}["))


def reason(library: str, test: str) -> str | None:
    """Return why a test is skipped on a library, None if it is run there."""
    return next((why for row, (where, why) in SKIPS.items() if library in where and names(row, test)), None)


def faults(library: str, tests: list[str]) -> list[str]:
    """Return what is wrong with the list, given the node ids of all tests."""
    skipped = [test for test in tests if reason(library, test)]
    found = [f"{test} is skipped, of models or learning" for test in skipped if test.startswith(NEVER)]
    found += [f"{row} names no test" for row in SKIPS if not any(names(row, test) for test in tests)]
    if len(skipped) > MOST * len(tests):
        found.append(f"{len(skipped)} of {len(tests)} tests are skipped, more than {MOST:.0%}")
    return found
