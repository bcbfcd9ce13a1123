"""The final edition: what it waits for, the tag that it leaves in git, and the guard that no draft replaces it.

All that is missing is reported at once, with what the checks found, since each round costs its reader time. The guard
is read with every build, so this module imports little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip import git
from natpatsip.errors import DataError, ReportError, first_few, nearest
from natpatsip.pipeline.review_notes import unanswered
from natpatsip.project import MARK
from natpatsip.project import OUTPUTS as OUTPUT_FOLDERS
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from natpatsip.params import Params

MOST_NAMED = 10
# What is written until somebody knows: TBC, [name], ???
PLACEHOLDER = re.compile(
    r"[\W_]*((tb[acd]|to ?do|to be \w+|not known( yet)?|unknown|pending|n/?a|nil|none|null|x{2,}|placeholder)"
    r"[\W_]*)?|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}",
    re.IGNORECASE,
)
ADDRESS = re.compile(  # where a reader can turn to: e-mail, web, telephone, post
    r"[^\s@]@[\w-]+\.\w|\b(https?://|www\.)\w|(\d\W{0,2}){7}|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
)
OUTPUTS: tuple[str, ...] = (*(f"{name}/**" for name in OUTPUT_FOLDERS), "**/__pycache__/**")


class FinalError(ReportError):
    """A final edition cannot be made yet, or its tag could not be."""


class ReplacesFinalError(ReportError):
    """A draft would have replaced a final edition."""


def is_final(report: Path) -> bool:
    """Return True if a report's folder holds a final edition, by its manifest."""
    return read_manifest(report).get("status") == "final"


def refuse_replacing(report: Path, project: Path) -> None:
    """Check that a draft may be put into the folder `report`.

    Raises
    ------
    ReplacesFinalError
        If the folder holds a final edition.
    """
    if is_final(report):
        raise ReplacesFinalError(
            f"{report}: holds the final edition, which a draft does not replace. Put the draft elsewhere with --output "
            "DIR, make the final edition again with --final, or remove that folder first."
            + (f"\n{advice}" if (advice := missing_tag(report, project)) else "")
        )


def missing_tag(report: Path, project: Path) -> str:
    """Return what to do if a final edition has no tag, since its build was cut off; else an empty string."""
    content = read_manifest(report)
    quarter, commit = content.get("quarter"), content.get("commit")
    name = tag_of(quarter)
    if not (quarter and commit and git.is_tracked(project)) or git.commit_of(project, f"refs/tags/{name}"):
        return ""
    remedy = (
        f"Run: natpatsip build {quarter} --final"
        if git.head(project) == commit
        else f'Run: git tag --annotate --message "{quarter}, final edition" {name} {commit}'
    )
    return f"Its tag {name} is not in git: the build that made it was cut off, or the tag was deleted. {remedy}"


def tag_of(quarter: object) -> str:
    """Return the name of the tag of a quarter's final edition."""
    return f"report/{quarter}"


def read_manifest(report: Path) -> dict[str, Any]:
    """Return the manifest of a report; empty if there is none that can be read."""
    try:
        content = json.loads((report / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@dataclass(frozen=True)
class Candidate:
    """A final edition that is being made."""

    project: Path
    params: Params  # the quarter's
    commit: str  # the commit that it is made of
    lacks: tuple[str, ...]  # what it waits for, except findings of the checks
    outputs: tuple[str, ...] = OUTPUTS  # patterns of what builds write, which need not be committed

    @classmethod
    def of(
        cls,
        project: Path,
        params: Params,  # the quarter's
        *,
        output: Path | None,  # the folder that reports are put into, if not the project's own
        today: date,  # a sign-off cannot have a later date
    ) -> Candidate:
        """Find out what a quarter's final edition still lacks."""
        from natpatsip import datasets

        outputs: tuple[str, ...] = OUTPUTS
        if output and output.resolve().is_relative_to(project.resolve()):
            outputs = (*OUTPUTS, f"{output.resolve().relative_to(project.resolve()).as_posix()}/**")
        commit = git.head(project) if git.is_tracked(project) else ""
        quarter = Quarter.parse(params.quarter)
        try:
            missing_data = [*datasets.complete(quarter, project), *_not_stated(project)]
        except DataError as error:
            missing_data = [str(error)]
        signed = [*_accepted(project, params), *_sign_offs(project, params, today)]
        answers = unanswered(project, str(quarter))
        lacks = (*_in_git(project, quarter, outputs), *missing_data, *_published(project, params), *answers, *signed)
        return cls(project, params, commit, lacks, outputs)

    @property
    def quarter(self) -> Quarter:
        """The quarter that the edition reports on."""
        return Quarter.parse(self.params.quarter)

    def refuse(self, *more: str) -> None:
        """Raise all that the final edition lacks as one error; do nothing if it lacks nothing.

        Raises
        ------
        FinalError
            With a line for each.
        """
        lacks = list(dict.fromkeys([*self.lacks, *more]))
        if lacks:
            lines = "\n".join(f"- {each}" for each in lacks)
            number = "one thing is" if len(lacks) == 1 else f"{len(lacks)} things are"
            raise FinalError(f"{self.quarter} cannot be made final; {number} missing:\n{lines}")

    def confirm(self) -> None:
        """Check, before it is published, that the project is still what the commit holds.

        Raises
        ------
        FinalError
            If something was changed while it was built.
        """
        changed = git.changes(self.project, exclude=self.outputs)
        if changed or git.head(self.project) != self.commit:
            what = ", ".join(changed[:MOST_NAMED]) or "the commit"
            raise FinalError(f"{self.quarter}: {what} changed while the final edition was built. Build it again.")

    def seal(self, report: Path) -> str:
        """Tag the edition, which was published, and return the tag's name.

        If the tag is on this very commit already, the edition was made again and the tag stays.

        Raises
        ------
        FinalError
            If the tag could not be made.
        """
        name = tag_of(self.quarter)
        if git.commit_of(self.project, f"refs/tags/{name}") == self.commit:
            return name

        from natpatsip.settings import read_settings  # here: this module is read with every build

        people = ", ".join(f"{each.name} ({each.what}, {each.date})" for each in self.params.sign_offs)
        title = f"{read_settings(self.project).for_quarter(self.quarter.label).subtitle}, final edition"
        try:
            git.tag(self.project, name, self.commit, f"{title}\n\nSigned off: {people}")
        except git.GitError as error:
            raise FinalError(
                f"{report}: the final edition is published, but its tag {name} could not be made: {error}. "
                f'Make it by hand: git tag --annotate --message "{title}" {name} {self.commit}'
            ) from error
        return name


def _published(project: Path, params: Params) -> Iterator[str]:
    """Yield what readers of a published report have to know and is not given.

    The law asks every public body for a contact in the accessibility statement. A placeholder gives nothing.
    """
    from natpatsip.files.yaml_models import place_of
    from natpatsip.params import place
    from natpatsip.settings import OWN, read_settings

    settings, written = read_settings(project), (project / MARK).read_bytes()
    needed = {
        "publisher": (settings.publisher, "names no publisher. Add who publishes the report."),
        "contact": (
            settings.contact,
            "the accessibility statement has no contact for readers with a problem. Add an address, or a sentence "
            "with one.",
        ),
        "licence": (settings.licence, "names no licence. Add the one under which readers may use the report."),
    }
    for key, (value, complaint) in needed.items():
        if not ADDRESS.search(value) if key == "contact" else PLACEHOLDER.fullmatch(value):
            found = f'found "{value}"; ' if value else ""
            yield f"{place_of(MARK, written, [OWN, key])}: {found}{complaint}"
    day, where = params.publication.date, place(Quarter.parse(params.quarter), project, "publication", "date")
    if day is None:
        yield f"{where}: the date of publication is not set. Add the day on which the report is published."
    elif day < params.cut_off:
        yield f"{where}: it would be published on {day}, before the day that its data go up to, {params.cut_off}."


def _in_git(project: Path, quarter: Quarter, outputs: Sequence[str]) -> Iterator[str]:
    """Yield what a final edition waits for in git."""
    if not git.is_tracked(project):
        yield (
            "git: the project is not in a git repository with a commit. Make one, so that the edition can be rebuilt."
        )
        return
    if changed := git.changes(project, exclude=outputs):
        yield f"git: not committed: {first_few(changed, MOST_NAMED)}. Commit or undo that."
    name, head = tag_of(quarter), git.head(project)
    tagged = git.commit_of(project, f"refs/tags/{name}")
    if tagged and tagged != head:
        yield (
            f"git: the tag {name} is on another commit ({tagged[: git.SHORT]}, not {head[: git.SHORT]}): the final "
            f"edition has been made. To make it again, delete the tag first: git tag --delete {name}"
        )
    if not git.has_identity(project):
        yield "git: does not know who you are, so it cannot make a tag. Set user.name and user.email with git config."


def _not_stated(project: Path) -> Iterator[str]:
    """Yield the datasets that a final edition waits for: their provenance is not stated."""
    from natpatsip import datasets

    for resource in datasets.declared(project).resources:
        if resource.given_schema and not resource.natpatsip.provenance:
            yield (
                f"data/datapackage.yaml, {resource.name}: its provenance is not stated. Write natpatsip.provenance: "
                "reported or illustrative, or the column that says it by row."
            )


def _is_placeholder(name: str | None) -> bool:
    return bool(name and PLACEHOLDER.fullmatch(name))


def _accepted(project: Path, params: Params) -> Iterator[str]:
    """Yield accepted findings that a final edition waits for: the reason is a placeholder, not who judged and why."""
    from natpatsip.params import place

    for number, each in enumerate(params.accepted):
        if _is_placeholder(each.reason):
            where = place(Quarter.parse(params.quarter), project, "accepted", number, "reason")
            yield f"{where}: is {each.reason}. Say why the finding may stay; of a drawing, who has looked, and when."


def _sign_offs(project: Path, params: Params, today: date) -> Iterator[str]:
    """Yield the sign-offs that a final edition waits for."""
    from natpatsip.params import place
    from natpatsip.settings import chapter_names, read_book

    place_in_params = partial(place, Quarter.parse(params.quarter), project, "sign_offs")
    if not params.sign_offs:
        yield f"{place_in_params()}: names nobody. List who signs the edition off, with role, name and date."
    chapters = chapter_names(read_book(project))
    for number, each in enumerate(params.sign_offs):
        where = place_in_params(number)
        if each.chapter and each.chapter not in chapters:
            hint = nearest(each.chapter, chapters)
            yield f'{where}: there is no chapter "{each.chapter}".{hint} Name one of {", ".join(chapters)}.'
        elif each.chapter and (not each.signed or _is_placeholder(each.name)):
            command = f'natpatsip sign {each.chapter} --role "{each.role}" --name NAME --quarter {params.quarter}'
            yield f"{where}: {each.what} has not signed off what the chapter says. Once that is done: {command}"
        elif each.name is None or each.date is None or _is_placeholder(each.name):
            command = f'natpatsip sign --role "{each.role}" --name NAME --quarter {params.quarter}'
            yield f"{where}: {each.what} has not signed off. Once the report has been read: {command}"
        elif each.date > today:
            yield f"{where}: {each.what} signs off on {each.date}, which is in the future."
        elif each.date < params.cut_off:
            data_end = f"before the day that the data go up to, {params.cut_off}"
            yield f"{where}: {each.what} signs off on {each.date}, {data_end}."
