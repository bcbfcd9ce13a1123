"""The application that every command is added to."""

from __future__ import annotations

import typer

from natpatsip.errors import UsageError, nearest

app = typer.Typer(
    name="natpatsip",
    help="Quarterly progress reports in health care, from parameterised notebooks.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def natpatsip() -> None:
    """Quarterly progress reports in health care, from parameterised notebooks."""


def one_of(option: str, word: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is none of an option's choices."""
    if word not in choices:
        raise UsageError(f'{option}: "{word}" is none of {", ".join(choices)}.{nearest(word, choices)}')
