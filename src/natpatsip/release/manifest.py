"""What a report says of its own making: its manifest, and the quality assurance record of a final edition.

The manifest names what a report was made of, from which commit and with what, so that it can be made again. The record
is in the manifest, and a chapter of the report.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from natpatsip import git, wording
from natpatsip.blocks.values_in_words import escaped
from natpatsip.files.digests import sha256_of
from natpatsip.params import Params
from natpatsip.pipeline.plan import FINALS_ONLY, Plan
from natpatsip.project import MARK
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import tag_of

ASKS = {
    "typed-number": "Each number in the narrative is taken from where it is owned, and not typed",
    "stale": "Each passage carried over from the quarter before was read again",
    "contradiction": "Numbers that should agree do",
    "unsupported-claim": "Each claim about a chart is borne out by the chart",
    "unhedged-estimate": "Estimates are worded as estimates",
    "uncited-fact": "Each number that is published is used",
    "unmentioned-figure": "Each figure is mentioned in the text",
    "glossary": "Each acronym is in the glossary, and no other",
    "moved": "No number moved further since the quarter before than is plausible",
    "old-data": "The data are as new as the quarter's cut-off",
    "broken-link": "Each link and reference leads somewhere",
    "not-shown": "Each table, figure and chart that a notebook makes is in the report",
    "own-drawing": "Each drawing and table that natpatsip did not make was looked at beside its data",
    "undeclared-data": "Each file that is read is declared: its cut-off, its schema and its provenance",
    "inline-syntax": "No inline code of another tool is printed as it is",
    "missing-as-zero": "No sum takes a value that is missing for 0",
    "sign-off": "What was signed off or verified is what the report says",
    "small-number": "No small number is shown, or follows from others, that a disclosure policy hides",
}
"""What each check asks of the report, in the order of `natpatsip.checks.CHECKS`."""
PACKAGES = ("natpatsip", "papermill", "nbconvert", "pandas", "altair", "vl-convert-python", "pypandoc_binary", "typst")


@dataclass(frozen=True)
class QaRecord:
    """What was checked and who signed off: the record of a final edition."""

    params: Params  # the quarter's, with its sign-offs
    commit: str  # the commit that the edition is made of
    run: tuple[str, ...]  # the checks that were run
    # the findings that were accepted, each with check, message, where and reason
    accepted: Sequence[Mapping[str, Any]] = ()
    titles: Mapping[str, str] = field(default_factory=dict)  # of the chapters

    def record(self) -> dict[str, Any]:
        """Return the record of quality assurance for the manifest."""
        return {
            "commit": self.commit,
            "tag": tag_of(Quarter.parse(self.params.quarter)),
            "checks": {check: {"open": 0, "accepted": self._count(check)} for check in self.run},
            "accepted": [dict(each) for each in self.accepted],
            "sign_offs": [each.model_dump(mode="json", exclude_none=True) for each in self.params.sign_offs],
            "verified": [each.model_dump(mode="json") for each in self.params.verified],
        }

    def _count(self, check: str) -> int:
        return sum(each["check"] == check for each in self.accepted)

    def chapter(self) -> str:
        """Return the record of quality assurance as a chapter of the report."""
        quarter = Quarter.parse(self.params.quarter)
        return (
            "\n\n".join(
                [
                    f"# Quality assurance record {{#{FINALS_ONLY}}}",
                    f"This is the final edition of the report of {quarter.label}. A final edition is made only where "
                    "its data are complete, no finding of the checks is open, everything that it is made of is kept in "
                    "version control, and all who have to have signed it off.",
                    f"It was made from version `{self.commit[: git.SHORT]}` of the project, tagged "
                    f"`{tag_of(quarter)}`.",
                    f"## Sign-offs {{#{FINALS_ONLY}-sign-offs}}",
                    _table(("Role", "Name", "Date", "What was signed"), self._signed(), "Who signed this edition off"),
                    *self._verified(),
                    f"## Checks {{#{FINALS_ONLY}-checks}}",
                    "Each check was run on the text, numbers, figures and data of this edition.",
                    _table(("Check", "What it asks", "Open", "Accepted"), self._checks(), "Checks of this edition"),
                    f"## Findings that were accepted {{#{FINALS_ONLY}-accepted}}",
                    *self._findings(),
                ]
            )
            + "\n"
        )

    def _signed(self) -> Iterator[Sequence[str]]:
        for each in self.params.sign_offs:
            of = self.titles.get(each.chapter, each.chapter) if each.chapter else "the whole report"
            yield each.role, each.name or "", wording.date(each.date) if each.date else "", of

    def _verified(self) -> Iterator[str]:
        if verified := self.params.verified:
            rows = [(each.fact, each.period, each.name, each.role, wording.date(each.date)) for each in verified]
            yield _table(("Number", "Period", "Name", "Role", "Date"), rows, "Numbers that their owners have verified")

    def _checks(self) -> Iterator[Sequence[str]]:
        for check in self.run:
            yield check, ASKS[check], "none", str(self._count(check) or "none")

    def _findings(self) -> Iterator[str]:
        """Yield the findings that were accepted, for the record of quality assurance."""
        if not self.accepted:
            yield "None: the checks found nothing that had to be accepted."
            return
        rows = [[each[name] for name in ("check", "message", "where", "reason")] for each in self.accepted]
        yield _table(("Check", "Finding", "Where", "Why it was accepted"), rows, "Findings accepted, with reasons")


def _table(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]], caption: str) -> str:
    lines = ["| " + " | ".join(map(escaped, row)) + " |" for row in (head, *rows)]
    widths = "|" + "|".join(":" + "-" * max(3, len(max(name.split(), key=len))) for name in head) + "|"
    return "\n".join([lines[0], widths, *lines[1:], "", f": {caption}"])


def manifest(
    plan: Plan,  # what was built
    *,
    renderer: str,  # "pandoc" or "quarto"
    data: Mapping[str, str],  # the data files that were read, with their SHA-256
    report: Path,  # the report's folder; its files are listed with their SHA-256
    **more: Any,  # further entries
) -> dict[str, Any]:
    """Return the manifest of a report."""
    sources = [MARK, f"params/{plan.quarter}.yml", *(f"notebooks/{name}.ipynb" for name in plan.notebooks)]
    files = {path.relative_to(report): path for path in sorted(report.rglob("*")) if path.is_file()}
    return {
        "quarter": str(plan.quarter),
        "edition": plan.edition,
        "renderer": renderer,
        **more,
        "commit": git.describe(plan.project),
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES},
        "sources": {name: sha256_of(plan.project / name) for name in sources},
        "data": dict(sorted(data.items())),
        "outputs": {name.as_posix(): sha256_of(file) for name, file in files.items() if "editions" not in name.parts},
    }


def write(content: Mapping[str, Any], file: Path) -> None:
    """Write a manifest."""
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
