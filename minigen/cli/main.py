"""The program: its commands, and how it ends.

Exit codes: 0 success; 1 failure, with one line on standard error that says what to do; 2 a call that makes no sense;
130 after Ctrl-C.
"""

import warnings
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


def explained(error: Exception) -> str:
    """Say in one line what went wrong and what to do.

    Examples
    --------
    >>> explained(FileNotFoundError(2, "No such file or directory", "data"))
    'data: No such file or directory: check the path, the rights and the space there'
    >>> explained(KeyError("x"))
    "KeyError: 'x': minigen --traceback … shows where"
    """
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}: check the path, the rights and the space there"
    if isinstance(error, MemoryError):
        return "there is not enough memory: try a smaller --batch-size"
    if isinstance(error, (*SAYS_IT_ALL, OSError)) and str(error):
        return one_line(error)
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
