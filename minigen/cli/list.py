"""``minigen list``: the recipes there are."""

import click

from minigen import recipes


@click.command("list", epilog="\b\nExamples:\n  minigen list\n  minigen train gan-digits --help-settings")
def list_recipes() -> None:
    """List the recipes that can be trained."""
    for name, title in titles().items():
        click.echo(f"{name:<14} {title}")


def titles() -> dict[str, str]:
    """Return the first lines of the recipes' docstrings by name.

    Examples
    --------
    >>> titles()["gan-digits"]
    'A GAN on the bundled digits: 8x8 pixels, good samples in a minute.'
    """
    return {name: (recipes.load(name).__doc__ or name).splitlines()[0] for name in recipes.names()}
