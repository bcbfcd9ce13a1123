"""Which two builds are compared: each is named by its quarter, or by its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
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

    def read(self, units: Mapping[str, str] | None = None) -> BuiltReport:
        """Return the report, which calls units of the data what `units` has for them."""
        return BuiltReport.read(self.folder, self.quarter, name=self.name, units=units)


def located(before: str, now: str, reports: Path, *, is_last_year: bool = False) -> tuple[Side, Side]:
    """Return the two builds to compare that a command line names.

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
        project = reports.parent
        sides = ((before, one, two), (now, two, one))
        one, two = (replace(side, name=_shown(written, side, other, project)) for written, side, other in sides)
    return one, two


def _shown(written: str, side: Side, other: Side, project: Path) -> str:
    """Return the name that tells a build from another one of its quarter: its folder, without folders of the machine.

    The name goes into a page that may be sent to others.
    """
    if not FORM.fullmatch(written) and not Path(written).is_absolute():
        return written
    if side.folder.is_relative_to(project):
        return side.folder.relative_to(project).as_posix()
    own, others = (each.folder.resolve().parts for each in (side, other))
    ends = ((own[-length:], others[-length:]) for length in range(1, len(own)))
    return "/".join(next((end for end, theirs in ends if end != theirs), own[1:]))


def _side(written: str, reports: Path, other: Quarter | None) -> Side:
    """Return a build to compare by the quarter or the folder that names it."""
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
