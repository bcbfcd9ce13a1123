"""Several quarters in one go: one warm process, one drawing, one reading of what they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from natpatsip import build
from natpatsip.errors import ReportError
from natpatsip.pipeline.caching.inputs import SourceChanged
from natpatsip.pipeline.options import Log, Options
from natpatsip.quarter import Quarter


@dataclass(frozen=True)
class Outcome:
    """What became of several quarters: the folders of those that were built, and what stopped the others."""

    built: Mapping[Quarter, Path]
    failed: Mapping[Quarter, ReportError]

    def error(self) -> ReportError | None:
        """Return what stopped quarters as one error, of the first one's kind; None where all were built."""
        if not self.failed:
            return None
        first = next(iter(self.failed.values()))
        lines = [f"{len(self.failed)} of {len(self.failed) + len(self.built)} quarters could not be built:"]
        lines += [f"- {quarter}: {error}" for quarter, error in self.failed.items()]
        return type(first)("\n".join(lines))


def build_all(project: Path, quarters: Collection[Quarter], options: Options, log: Log) -> Outcome:
    """Build quarters, the earliest first, since a draft is compared with the quarter before it.

    A quarter that cannot be built does not keep the others from it.

    Parameters
    ----------
    project : Path
        The project's folder.
    quarters : collection of Quarter
        What to build; each once.
    options : Options
        How.
    log : callable
        Is given a line for each step.

    Raises
    ------
    SourceChanged
        Where the engine is edited meanwhile: none of what follows could be built.
    """
    built: dict[Quarter, Path] = {}
    failed: dict[Quarter, ReportError] = {}
    for quarter in sorted(set(quarters)):
        try:
            built[quarter] = build.build(project, quarter, options, log)
        except SourceChanged:
            raise
        except ReportError as error:
            failed[quarter] = error
            if len(set(quarters)) > 1:  # why, is said at the end; of a single quarter, that is now
                log(f"{quarter}: could not be built")
    return Outcome(built, failed)
