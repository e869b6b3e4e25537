"""A few kills of a short training, for the slow tier; `make test-kill` does fifty."""

import sys

import pytest

from tests import kill


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_and_resumed_training_arrives_at_the_same_bits(capsys) -> None:
    kill.main(["--kills", "5", "--seconds", "1.5", "--seed", "1"])
    assert "5 kills in " in capsys.readouterr().out
