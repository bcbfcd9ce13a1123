"""Notebooks as the build reads them: title, cells of a quarter, and what they publish and cite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from natpatsip.errors import NotebookError
from natpatsip.facts import CITES, PUBLISHES
from natpatsip.pipeline.cells import appears_in, is_quarter
from natpatsip.pipeline.lazy_imports import SLOW, block_imports
from natpatsip.quarter import Quarter

with block_imports(SLOW):
    import nbformat
    from nbformat import NotebookNode

REBASES = re.compile(r"""\brebase(?:s|_dates|_reasons)\(\s*(?:["']([^"']*)["'])?""")  # a series, or nothing: no literal
TITLE = re.compile(r"\A\s*#\s+(.+?)\s*(?:\{[^}]*\}\s*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Notebook:
    """A notebook of the project.

    Parameters
    ----------
    path : Path
        Where it is.
    content : NotebookNode
        What it holds.
    """

    path: Path
    content: NotebookNode

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Read a notebook, and check what the build relies on.

        Raises
        ------
        NotebookError
            Where the file is missing or no notebook, has no title, or has no parameters cell that sets the quarter.
        """
        if not path.is_file():
            raise NotebookError(
                f"notebooks/{path.name}: there is no such notebook. Write it, or take it out of _quarto.yml."
            )
        try:
            content = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        except Exception as error:  # nbformat raises errors of several libraries
            raise NotebookError(f"notebooks/{path.name}: is no notebook that Jupyter can read: {error}") from error
        notebook = cls(path, content)
        notebook._check()
        return notebook

    def _check(self) -> None:
        where = f"notebooks/{self.path.name}"
        if not self.content.cells or not TITLE.search(self.content.cells[0].source):
            raise NotebookError(
                f'{where}: the first cell has no title. Begin it with "# " and the title of the chapter.'
            )
        for cell in self.content.cells:
            tags = cell.metadata.get("tags", [])
            if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
                raise NotebookError(
                    f'{where}, cell "{cell.get("id")}": its tags are {tags!r}; expected a list of words.'
                )
            for tag in tags:
                if re.match(r"\d{4}-", tag) and not is_quarter(tag):
                    raise NotebookError(
                        f'{where}, cell "{cell.get("id")}": the tag "{tag}" is no quarter. Write it like 2024-25-Q2.'
                    )
        parameters = [cell for cell in self.content.cells if "parameters" in cell.metadata.get("tags", [])]
        if not parameters or not re.search(r"^quarter\s*=", parameters[0].source, re.MULTILINE):
            raise NotebookError(
                f'{where}: no cell tagged "parameters" sets the quarter. Add one with: quarter = "2024-25-Q2"'
            )

    @property
    def name(self) -> str:
        """Its name without the ending, which is the chapter's too."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The title of its chapter."""
        found = TITLE.search(self.content.cells[0].source)
        return found[1].strip() if found else self.name

    def cells_of(self, quarter: Quarter) -> list[NotebookNode]:
        """Return the cells that appear in a quarter."""
        return [cell for cell in self.content.cells if appears_in(cell, quarter)]

    @cached_property
    def source(self) -> str:
        """All of its code and prose, for static reading."""
        return "\n".join(cell.source for cell in self.content.cells)

    def publishes(self) -> set[str]:
        """Return the ids of the facts that it owns, by what its code says."""
        return set(PUBLISHES.findall(self.source))

    def cites(self) -> set[str]:
        """Return the ids of the facts that it cites."""
        return set(CITES.findall(self.source))

    def rebases(self) -> set[str] | None:
        """Return the series whose rebases it asks the params for; None where it puts some name together."""
        names = set(filter(None, REBASES.findall(self.source)))
        return None if "" in REBASES.findall(self.source) else names
