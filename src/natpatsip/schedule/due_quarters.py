"""Which quarters are due: the cut-off has passed, the data are complete, and there is no report of what is there now.

A draft is due again when its sources change, until its final edition is made. That is decided from the report's
manifest, so it needs no cache, and a machine that has only fetched the reports can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from natpatsip import wording
from natpatsip.errors import ReportError, first_few, machine_errors_in_words
from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.up_to_date import made_of
from natpatsip.pipeline.options import Options, files_of
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import read_manifest

if TYPE_CHECKING:
    from natpatsip.params import Params

State = Literal["final", "up to date", "due", "waiting", "not yet", "failed"]


@dataclass(frozen=True)
class QuarterState:
    """How things stand with a quarter, and why."""

    quarter: Quarter
    state: State
    reasons: tuple[str, ...] = ()  # why it is due, or what it waits for
    error: ReportError | None = None  # what kept this from being found out


def state_of(project: Path, quarter: Quarter, options: Options, *, today: date) -> QuarterState:
    """Return whether a quarter is due, and why; params or data that cannot be read make it a failed one."""
    try:
        with machine_errors_in_words():
            return _state_of(project, quarter, options, today)
    except ReportError as error:
        return QuarterState(quarter, "failed", error=error)


def _state_of(project: Path, quarter: Quarter, options: Options, today: date) -> QuarterState:
    """Return whether a quarter is due, and why; errors are raised."""
    from natpatsip import datasets, params  # they take long to import

    report = options.report(project, quarter)
    manifest = read_manifest(report)
    if manifest.get("status") == "final":
        return QuarterState(quarter, "final")
    if params.built_from(quarter, project):  # made of a commit, which does not change
        missing = _missing(report, options)
        return QuarterState(quarter, "due" if missing else "up to date", missing)
    decided: Params = params.load(quarter, project=project)
    if today <= decided.cut_off:
        return QuarterState(quarter, "not yet", (f"due from {wording.date(decided.cut_off + timedelta(days=1))}",))
    if lacking := datasets.complete(quarter, project, saved=store.of(project)):
        return QuarterState(quarter, "waiting", tuple(lacking))
    reasons = _missing(report, options) or _changed(manifest, made_of(Inputs.read(project), decided, options))
    return QuarterState(quarter, "due" if reasons else "up to date", reasons)


def _missing(report: Path, options: Options) -> tuple[str, ...]:
    """Return what is missing of a quarter's report, which is why the quarter is due."""
    if not (report / "manifest.json").is_file():
        return ("not built yet",)
    names = [file.name for file in files_of(report, options.formats) if not file.is_file()]
    return (f"{wording.listing(names)} {'is' if len(names) == 1 else 'are'} missing",) if names else ()


def _changed(manifest: dict[str, Any], now: dict[str, str]) -> tuple[str, ...]:
    """Return what has changed since a quarter's draft was built, which is why the quarter is due."""
    then = manifest.get("made_of")
    if not isinstance(then, dict):
        return ("built by an earlier version of natpatsip",)
    names = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    return (f"changed since it was built: {first_few(names)}",) if names else ()
