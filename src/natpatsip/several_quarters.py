"""Several quarters built by one command: each once and in order, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from natpatsip.build import build
from natpatsip.errors import ReportError
from natpatsip.pipeline.caching.inputs import SourceChanged
from natpatsip.pipeline.options import Log, Options
from natpatsip.quarter import Quarter


@dataclass(frozen=True)
class BuildResults:
    """What became of several quarters: the folders of those that were built, and the errors of the others."""

    built: Mapping[Quarter, Path]
    failed: Mapping[Quarter, ReportError]

    def error(self) -> ReportError | None:
        """Return the errors of all quarters as one, of the first one's kind; None if all were built."""
        if not self.failed:
            return None
        first, number = next(iter(self.failed.values())), len(self.failed) + len(self.built)
        if number == 1:
            return first
        lines = (f"- {quarter}: {error}" for quarter, error in self.failed.items())
        return type(first)("\n".join([f"{len(self.failed)} of {number} quarters could not be built:", *lines]))


def build_all(project: Path, quarters: Collection[Quarter], options: Options, log: Log) -> BuildResults:
    """Build quarters, each once and in order, since a draft is compared with the quarter before; failures stop none.

    Raises
    ------
    SourceChanged
        If the code is edited meanwhile: none of the quarters that follow could be built.
    """
    built: dict[Quarter, Path] = {}
    failed: dict[Quarter, ReportError] = {}
    for quarter in sorted(set(quarters)):
        try:
            built[quarter] = build(project, quarter, options, log)
        except SourceChanged:
            raise
        except ReportError as error:
            failed[quarter] = error
            if len(set(quarters)) > 1:  # the reason follows at the end; for a single quarter, the end is now
                log(f"{quarter}: could not be built")
    return BuildResults(built, failed)
