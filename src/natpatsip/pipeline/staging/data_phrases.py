"""Phrases of authors and data with a word that Python prints for no value, such as *nan bread*: they are words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.pipeline.inline_code import expressions, texts_of_code
from natpatsip.python_words import words_of_python

if TYPE_CHECKING:
    from nbformat import NotebookNode

_BETWEEN_CELLS = re.compile(r"[,;\t|\"\r\n]+")
PARQUET = ".parquet"


def typed_in(cells: Iterable[NotebookNode]) -> list[str]:
    """Return the texts in a notebook's code, which authors have typed."""
    listed = list(cells)
    codes = [cell.source for cell in listed if cell.cell_type == "code"]
    codes += [text for cell in listed for text in expressions(cell).values()]
    return [text for code in codes for text in texts_of_code(code)]


def phrases_in(files: Iterable[str], project: Path) -> list[str]:
    """Return the phrases in data files of a project that `words_of_python` would report by themselves.

    This reads the files, so it is for a table that has such a word.
    """
    return sorted({text for name in files for text in _texts(project / name) if words_of_python(text)})


def _texts(file: Path) -> Iterator[str]:
    """Yield the phrases of a data file: between the separators of a text file, or the texts of a Parquet file."""
    if not file.is_file():  # of a folder, or outside of the project
        return
    if file.suffix.lower() == PARQUET:
        import pandas as pd

        frame = pd.read_parquet(file)
        for column in frame.select_dtypes(exclude=["number", "datetime", "bool"]):
            yield from (each for each in frame[column].unique() if isinstance(each, str))
    else:
        yield from set(_BETWEEN_CELLS.split(file.read_text(encoding="utf-8", errors="replace")))
