"""What can go wrong, as sentences: where, what was found, what was expected, what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

MANY = re.compile(r"\d+ problems:\n")


class ReportError(Exception):
    """A report cannot be made, for a reason that its reader can act on."""

    exit_status = 1


class UsageError(ReportError):
    """The command line asks for something that there is not."""

    exit_status = 2


class ParamsError(ReportError):
    """A file in ``params/`` is not as it must be."""

    exit_status = 2


class SettingsError(ReportError):
    """The settings in ``_quarto.yml`` are not as they must be."""


class DataError(ReportError, ValueError):
    """Data are missing or are not as they must be."""


class DataFileError(DataError):
    """A data file is missing or is not as its schema says: the same for everyone who reads it."""


class SpcError(ReportError, ValueError):
    """A series, or the settings of its chart, cannot be analysed."""


class ClaimError(ReportError):
    """A sentence says of a chart what the chart does not show."""


class ModelError(ReportError, ValueError):
    """An impact model is given values that it cannot calculate with."""


class FactError(ReportError):
    """A fact is published twice with two values, or cited and owned by nobody."""


class FigureError(ReportError):
    """A figure lacks what every reader needs of it."""


class NotebookError(ReportError):
    """A notebook is malformed, or a cell or an inline expression of it failed.

    ``faulty_data`` has what is wrong in a data file, where nothing else failed; then the notebook is not to blame.
    """

    faulty_data = ""


class StagingError(ReportError):
    """An executed notebook cannot be made into a chapter."""


class RenderError(ReportError):
    """A renderer is missing, or could not make a format."""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a hint at the name that was probably meant, or nothing.

    Examples
    --------
    >>> nearest("mgso4_woman", ["mgso4_women", "iap_women"])
    ' Did you mean "mgso4_women"?'
    >>> nearest("x", ["mgso4_women"])
    ''
    """
    found = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f' Did you mean "{found[0]}"?' if found else ""


def together(errors: Sequence[ReportError]) -> None:
    """Raise what was collected as one error of the first one's kind; do nothing where there is none."""
    if not errors:
        return
    if len(errors) == 1:
        raise errors[0]
    lines = "\n".join(f"- {error}" for error in errors)
    raise type(errors[0])(f"{len(errors)} problems:\n{lines}") from errors[0]


def apart(text: str) -> list[str]:
    r"""Return the problems that `together` made one text of.

    Examples
    --------
    >>> apart("2 problems:\n- row 3: found abc.\n- row 4: found def."), apart("row 3: found abc.")
    (['row 3: found abc.', 'row 4: found def.'], ['row 3: found abc.'])
    """
    if not MANY.match(text):
        return [text]
    return MANY.sub("", text).removeprefix("- ").split("\n- ")
