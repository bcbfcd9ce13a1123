"""Plain text in markdown: what comes from data, parameters and settings is shown letter by letter, and never parsed."""

from __future__ import annotations

import re

# What pandoc reads as markup anywhere in a text. Dots and hyphens are typography only in a row; a colon opens a fence
# only in a row; an ampersand begins a character's name only before one.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|@^~$]|&(?=#?\w+;)|(?<=-)-|-(?=-)|(?<=\.\.)\.|\.(?=\.\.)|(?<=:):|:(?=:)")
_LIST_MARK = re.compile(r"(\A[ \t]*(?:\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+))?)([-+:.)=])(?=\s|\Z)")
_SPACES = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")  # not those that do not break
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def escaped(text: str) -> str:
    r"""Return plain text with everything escaped that markdown would read as more than letters, on one line.

    A control character, which no format can show, becomes a replacement character.

    Examples
    --------
    >>> print(escaped("A&E, R&D; <b> and &copy; 1"))
    A&E, R\&D; \<b\> and \&copy; 1
    >>> print(escaped("- x"), escaped("2024. That"), escaped("a---b"), escaped("(c) Crown"))
    \- x 2024\. That a\-\-\-b (c\) Crown
    """
    line = _CONTROLS.sub("\ufffd", _SPACES.sub(" ", text.replace("\ufeff", "")).strip(" "))  # no PDF/A may hold a mark
    return _LIST_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", line))
