"""Where a text of the report stands, so that a finding leads to the cell to open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from natpatsip.checks.findings import Finding


@dataclass(frozen=True)
class Place:
    """A cell of a notebook."""

    notebook: str
    cell: str
    position: int
    tags: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place as errors name it."""
        return f'notebooks/{self.notebook}.ipynb, cell "{self.cell}"'

    def finding(self, check: str, message: str, *, fact: str = "", found: str = "", expected: str = "") -> Finding:
        """Return a finding at this place."""
        return Finding(
            check=check,
            message=message,
            where=self.where,
            notebook=f"{self.notebook}.ipynb",
            cell=self.cell,
            fact=fact,
            found=found,
            expected=expected,
            position=self.position,
        )


def place_of(notebook: str, position: int, cell: Any) -> Place:
    """Return the place of the cell that is the nth of a notebook, counted from one."""
    return Place(notebook, str(cell.get("id", "")), position, tuple(cell.metadata.get("tags", [])))


def numbered(content: Any) -> Iterator[tuple[int, Any]]:
    """Go through a notebook's cells by their number from one, as its writer counts them: not what papermill put in."""
    own = (cell for cell in content.cells if "injected-parameters" not in cell.metadata.get("tags", []))
    yield from enumerate(own, start=1)
