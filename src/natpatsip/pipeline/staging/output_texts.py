"""What readers see of an output: its texts, and the Markdown of an inline expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.blocks.tables_and_callouts import BLOCK, fact_span
from natpatsip.blocks.values_in_words import escaped
from natpatsip.errors import StagingError
from natpatsip.facts.fact import CITED, Fact
from natpatsip.pipeline.inline_code import text_of
from natpatsip.python_words import words_of_python

TEXTS = {
    FIGURE: ("title", "description", "caption", "alt"),
    PICTURE: ("alt", "caption", "credit"),
    BLOCK: ("markdown",),
}
"""What readers see of an output, by its kind."""


def check_words(data: Mapping[str, Any], *, typed: Callable[[], Iterable[str]] = tuple) -> None:
    """Check an output, before a chapter shows it, for what Python prints for no value, in texts made by code.

    Parameters
    ----------
    data : mapping
        The forms of the output by type.
    typed : callable
        Returns what authors have typed in the code; a word in a phrase of theirs is a word.

    Raises
    ------
    StagingError
        If it shows ``nan``, or an object as its code.
    """
    texts = [data[kind].get(name, "") for kind, names in TEXTS.items() if kind in data for name in names]
    shown = texts or [data["text/markdown"]] if "text/markdown" in data and CITED not in data else texts
    for text in shown:
        if words_of_python(str(text)) and (found := words_of_python(str(text), typed=typed())):
            raise StagingError(
                f'shows "{found}" to readers, in "{_around(str(text), found)}". Say in words what is not known, and '
                "print numbers and dates with `wording`."
            )


def _around(text: str, found: str) -> str:
    at = text.replace("\\", "").find(found)
    return " ".join(text.replace("\\", "")[max(0, at - 30) : at + 40].split())


def printed(data: Mapping[str, Any], *, typed: Callable[[], Iterable[str]] = tuple) -> str:
    """Return what an inline expression prints in a chapter, as `inline_markdown` does.

    Raises
    ------
    StagingError
        If it shows what Python prints where there is no value.
    """
    shown = data if BLOCK in data or "text/markdown" in data else {"text/markdown": text_of(data)}
    check_words(shown, typed=typed)
    return inline_markdown(data)


def inline_markdown(data: Mapping[str, Any]) -> str:
    """Return the markdown of an inline expression in a chapter: facts marked, markdown as it is, else plain text.

    Nothing is checked: an earlier build may have published what today's would refuse.
    """
    if BLOCK in data:
        return str(data[BLOCK]["markdown"])
    if CITED in data:
        return fact_span(Fact.from_record(data[CITED]), text_of(data))
    text = text_of(data)
    if "text/markdown" in data:
        return text
    return f"{' ' * text.startswith(' ')}{escaped(text)}{' ' * text.endswith(' ')}"  # a clause brings its own space
