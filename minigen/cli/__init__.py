"""The commands: ``minigen list``, ``train``, ``sample``, ``evaluate``, ``tour``, ``info`` (also ``python -m minigen``).

Reading order: `main` (the program, its errors and exit codes), one file for each command, `settings` (what may be
changed), `runs` (from a run's folder to what is trained in it), `page` (what the tour writes).
"""

from minigen.cli.main import main

__all__ = ["main"]
