"""Which two builds are compared: each is named by its quarter, or by its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from natpatsip.compare.built_report import BuiltReport, CompareError
from natpatsip.errors import UsageError
from natpatsip.quarter import FORM, Quarter

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Side:
    """A report that is compared: its folder, its quarter, and what tells it from another build of that quarter."""

    folder: Path
    quarter: Quarter
    name: str = ""

    def read(self) -> BuiltReport:
        """Return the report."""
        return BuiltReport.read(self.folder, self.quarter, name=self.name)


def located(before: str, now: str, reports: Path, *, is_last_year: bool = False) -> tuple[Side, Side]:
    """Return the two builds that a command line names.

    Parameters
    ----------
    before, now : str
        A quarter, whose report is in `reports`; the folder of a report; or a folder that ``build --output`` has put a
        report of the other side's quarter into.
    is_last_year : bool
        Whether `before` is the one to compare with the same quarter of the year before; `now` is empty then.

    Raises
    ------
    UsageError
        If one is neither a quarter nor such a folder, or both are the same.
    CompareError
        If a folder has a damaged manifest.
    """
    if is_last_year:
        this = _side(before, reports, None)
        earlier = Quarter(this.quarter.year - 1, this.quarter.number)
        return Side(reports / str(earlier), earlier), this
    quarters = [Quarter.parse(each) for each in (before, now) if FORM.fullmatch(each)]
    one, two = (_side(each, reports, quarters[0] if len(quarters) == 1 else None) for each in (before, now))
    if one.folder.resolve() == two.folder.resolve():
        other = f"{one.quarter.previous()} {one.quarter}"
        raise UsageError(f"{before} is named twice. Name two quarters, such as {other}, or another build of it.")
    if one.quarter == two.quarter:
        one, two = (replace(side, name=_shown(each, side, reports)) for each, side in ((before, one), (now, two)))
    return one, two


def _shown(written: str, side: Side, reports: Path) -> str:
    """Return a build as it is told from another one of its quarter: its folder as it was written, or in the project."""
    if not FORM.fullmatch(written):
        return written
    project = reports.parent
    shown = side.folder.relative_to(project) if side.folder.is_relative_to(project) else side.folder
    return shown.as_posix()


def _side(written: str, reports: Path, other: Quarter | None) -> Side:
    if FORM.fullmatch(written):
        return Side(reports / written, Quarter.parse(written))
    for folder in (Path(written), *([Path(written) / str(other)] if other else [])):
        if (folder / MANIFEST).is_file():
            return Side(folder, _quarter_of(folder))
    if Path(written).is_dir():
        raise UsageError(f"{written}: holds no report. Name the folder that has its {MANIFEST}.")
    try:
        return Side(reports / written, Quarter.parse(written))
    except UsageError as error:
        raise UsageError(f"{error} Or name the folder of a built report.") from None


def _quarter_of(folder: Path) -> Quarter:
    try:
        return Quarter.parse(json.loads((folder / MANIFEST).read_bytes())["quarter"])
    except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
        cause = f"{type(error).__name__}: {error}"
        raise CompareError(f"{folder}: its {MANIFEST} does not say which quarter it is of ({cause}).") from error
