"""What Python prints for a missing value or an object, which readers of a report could make nothing of."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OF_PYTHON = re.compile(
    r"""
    # a missing value; (inf) in brackets is a word, as of an infusion
    (?<![\w'’.]) (?: nan|NaN|NaT | \\?<NA\\?> | -?inf(?!(?<=\(inf)\)) ) (?![\w'’]) | £None\b | \bNone%
    # an object, with what Python writes in its brackets: Period(s) and a confidence Interval(95%) are words
    | \b(?:np|numpy|pd|pandas|datetime)\.\w+\(
    | (?<![\w-])(?:19|20)\d\dQ[1-4](?![\w-])  # a quarter of pandas, of which 2024Q1 may be April 2023
    | \b(?:Timestamp|Timedelta|Period|Decimal)\( (?=['"‘“][^'"’”()]+['"’”])
    | \bInterval\( (?=[^()]*\bclosed=)
    | \barray\( (?=\\?\[ | ['"‘“] | [-+\d.e]+[),] | (?:inf|True|False)\b)
    | \bdtype:[ ]\w+ | \\?<[\w.]+[ ](?:object[ ])?at[ ]0x\w+\\?>
    """,
    re.VERBOSE,
)
"""What ``str(…)``, ``f"…"`` and ``astype(str)`` print for a missing value or an object."""


def words_of_python(text: str, *, typed: Iterable[str] = ()) -> str:
    """Return the first word of a text that Python prints and readers could make nothing of, or an empty text.

    Parameters
    ----------
    text : str
        What code has made, as plain text or as markdown.
    typed : iterable of str
        What an author has typed in that code. In a phrase of theirs such a word is a word; by itself it is no phrase.

    Examples
    --------
    >>> words_of_python("The mean is nan%"), words_of_python("[np.float64(3.5)]"), words_of_python("None of them, Nan")
    ('nan', 'np.float64(', '')
    >>> words_of_python("My nan came", typed=["My nan came"]), words_of_python("My nan: nan", typed=["My nan: "])
    ('', 'nan')
    """
    found = _OF_PYTHON.search(text)
    if found:
        plain = _one_line(text)
        for phrase in sorted(map(_one_line, typed), key=len, reverse=True):
            if _OF_PYTHON.search(phrase) and re.search(r"[^\W\d_]{2}", _OF_PYTHON.sub("", phrase)):
                plain = plain.replace(phrase, "…")
        found = _OF_PYTHON.search(plain)
    return found[0].replace("\\", "") if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.replace("\\", "").split())
