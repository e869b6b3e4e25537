"""The program: its commands, and how it ends.

Exit codes: 0 success; 1 failure, with one line on standard error that says what to do; 2 a call that makes no sense;
130 after Ctrl-C.
"""

import os
import re
import warnings
from pathlib import Path
from typing import Any

import click

import minigen
from minigen.cli.evaluate import evaluate
from minigen.cli.info import info
from minigen.cli.list import list_recipes
from minigen.cli.sample import sample
from minigen.cli.tour import tour
from minigen.cli.train import train

INTERRUPTED = 130
SAYS_IT_ALL = (ValueError, TypeError, RuntimeError, ArithmeticError)  # whose message needs no name of a class
NO_MEMORY = "there is not enough memory: ask for less at once (train: --batch-size; sample: -n)"
FILE = "check the path, the rights and the space there"
TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{8}\.tmp(\.\w+)?")  # of minigen.training.files, which is not loaded for this
PHRASES = {
    "or pass download=True": "or leave out --root and MINIGEN_DATA, and it is fetched",
    "take another checkpoint, or a copy of this one": "put a copy there, or remove it, and the one before is taken",
}
"""What errors advise those who write Python, and what the commands have for it."""
EXAMPLES = """\b
Examples:
  minigen list
  minigen train gan-digits
  minigen sample runs/gan-digits-1 -n 64
  minigen tour

Exit codes: 0 success, 1 failure, 2 wrong use, 130 Ctrl-C."""


class Program(click.Group):
    """A group of commands whose errors take one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn errors, warnings and Ctrl-C into what a user reads."""
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_: click.echo(f"Note: {one_line(message)}", err=True)
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.exceptions.Exit, click.Abort):
                raise
            except KeyboardInterrupt:
                click.echo("interrupted", err=True)
                ctx.exit(INTERRUPTED)
            except Exception as error:
                if ctx.params["traceback"] or isinstance(error, BrokenPipeError):
                    raise
                raise click.ClickException(explained(error)) from error


def one_line(message: object) -> str:
    """Return the text of `message` without line breaks."""
    return " ".join(str(message).split())


def own_name(path: str | bytes) -> Path:
    """Return `path`, or of a temporary file that which it was to become.

    Examples
    --------
    >>> own_name("runs/a/.curves.png.cf596013.tmp.png").as_posix()
    'runs/a/curves.png'
    """
    place = Path(os.fsdecode(path))
    temporary = TEMPORARY.fullmatch(place.name)
    return place.with_name(temporary[1]) if temporary else place


def explained(error: Exception) -> str:
    """Say in one line what went wrong and what to do.

    Examples
    --------
    >>> explained(FileNotFoundError(2, "No such file or directory", "data"))
    'data: No such file or directory: check the path, the rights and the space there'
    >>> explained(KeyError("x"))
    "KeyError: 'x': minigen --traceback … shows where"
    """
    if isinstance(error, OSError) and error.errno is not None:
        name = error.filename2 or error.filename  # of a move, where to
        return f"{'' if name is None else f'{own_name(name)}: '}{error.strerror}: {FILE}"
    if isinstance(error, MemoryError):
        return NO_MEMORY
    if isinstance(error, (*SAYS_IT_ALL, OSError)) and str(error):
        text = one_line(error)
        for phrase, ours in PHRASES.items():
            text = text.replace(phrase, ours)
        return text
    return f"{type(error).__name__}: {one_line(error)}: minigen --traceback … shows where"


@click.group(
    cls=Program,
    epilog=EXAMPLES,
    help="Train generative models, look at what they make, and score them.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(minigen.__version__, message="minigen %(version)s")
@click.option(
    "--traceback", is_flag=True, envvar="MINIGEN_TRACEBACK", show_envvar=True, help="Show where an error came from."
)
def main(traceback: bool) -> None:
    """Run the program ``minigen``."""


for command in (list_recipes, train, sample, evaluate, tour, info):
    main.add_command(command)
