"""The final edition: what it waits for, and the tag that it leaves in git.

Everything that is lacking is said at once, what the checks found included, since each costs its reader another round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from natpatsip import git
from natpatsip.errors import DataError, ReportError
from natpatsip.params import Params
from natpatsip.quarter import Quarter
from natpatsip.quarters import FOLDER
from natpatsip.settings import read_settings

MOST_NAMED = 10
OUTPUTS: tuple[str, ...] = ("build/**", "reports/**", "**/__pycache__/**")


class FinalError(ReportError):
    """A final edition cannot be made yet, or its tag could not be."""


def tag_of(quarter: object) -> str:
    """Return the name of the tag of a quarter's final edition."""
    return f"report/{quarter}"


@dataclass(frozen=True)
class Candidate:
    """A final edition in the making.

    Parameters
    ----------
    project : Path
        The project's folder.
    params : Params
        The quarter's.
    commit : str
        What it is made of.
    lacks : tuple of str
        What it waits for, but for findings of the checks.
    outputs : tuple of str
        Patterns of what builds write, which need not be committed.
    """

    project: Path
    params: Params
    commit: str
    lacks: tuple[str, ...]
    outputs: tuple[str, ...] = OUTPUTS

    @classmethod
    def of(cls, project: Path, params: Params, *, output: Path | None, today: date) -> Candidate:
        """Look at what there is.

        Parameters
        ----------
        project : Path
            The project's folder.
        params : Params
            The quarter's.
        output : Path
            The folder that reports are put into, where it is another than the project's own.
        today : date
            A sign-off cannot be of a later day.
        """
        from natpatsip import datasets

        outputs: tuple[str, ...] = OUTPUTS
        if output and output.resolve().is_relative_to(project.resolve()):
            outputs = (*OUTPUTS, f"{output.resolve().relative_to(project.resolve()).as_posix()}/**")
        commit = git.head(project) if git.keeps(project) else ""
        quarter = Quarter.parse(params.quarter)
        try:
            lacking_data = [*datasets.complete(quarter, project), *_not_stated(project)]
        except DataError as error:
            lacking_data = [str(error)]
        lacks = (*_in_git(project, quarter, outputs), *lacking_data, *_sign_offs(params, today))
        return cls(project, params, commit, lacks, outputs)

    @property
    def quarter(self) -> Quarter:
        """The quarter that it reports on."""
        return Quarter.parse(self.params.quarter)

    def refuse(self, *more: str) -> None:
        """Raise all that is lacking as one error; do nothing where nothing is.

        Raises
        ------
        FinalError
            With a line for each.
        """
        lacks = list(dict.fromkeys([*self.lacks, *more]))
        if lacks:
            lines = "\n".join(f"- {each}" for each in lacks)
            number = "one thing is" if len(lacks) == 1 else f"{len(lacks)} things are"
            raise FinalError(f"{self.quarter} cannot be made final; {number} lacking:\n{lines}")

    def confirm(self) -> None:
        """See that what it was made of is what stands in the commit, before it is published.

        Raises
        ------
        FinalError
            Where something was changed while it was built.
        """
        changed = git.changes(self.project, but=self.outputs)
        if changed or git.head(self.project) != self.commit:
            what = ", ".join(changed[:MOST_NAMED]) or "the commit"
            raise FinalError(f"{self.quarter}: {what} changed while the final edition was built. Build it again.")

    def seal(self, report: Path) -> str:
        """Make the tag of the edition, which was published, and return its name.

        Where the tag stands on this very commit already, the edition was made again and the tag stays.

        Raises
        ------
        FinalError
            Where the tag could not be made.
        """
        name = tag_of(self.quarter)
        if git.commit_of(self.project, f"refs/tags/{name}") == self.commit:
            return name
        people = ", ".join(f"{each.name} ({each.role}, {each.date})" for each in self.params.sign_offs)
        title = f"{read_settings(self.project).for_quarter(self.quarter.label).subtitle}, final edition"
        try:
            git.tag(self.project, name, self.commit, f"{title}\n\nSigned off: {people}")
        except git.GitError as error:
            raise FinalError(
                f"{report}: the final edition is published, but its tag {name} could not be made: {error}. "
                f'Make it by hand: git tag --annotate --message "{title}" {name} {self.commit}'
            ) from error
        return name


def _in_git(project: Path, quarter: Quarter, outputs: Sequence[str]) -> Iterator[str]:
    if not git.keeps(project):
        yield "git: the project is in no git repository with a commit. Make one, so that the edition can be made again."
        return
    if changed := git.changes(project, but=outputs):
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        yield f"git: not committed: {', '.join(changed[:MOST_NAMED])}{more}. Commit or undo that."
    name, head = tag_of(quarter), git.head(project)
    tagged = git.commit_of(project, f"refs/tags/{name}")
    if tagged and tagged != head:
        yield (
            f"git: the tag {name} stands on another commit ({tagged[: git.SHORT]}, not {head[: git.SHORT]}): the final "
            f"edition has been made. To make it anew, delete the tag first: git tag --delete {name}"
        )
    if not git.has_identity(project):
        yield "git: does not know who you are, and so can make no tag. Set user.name and user.email with git config."


def _not_stated(project: Path) -> Iterator[str]:
    """Yield the datasets that do not say whether they are real."""
    from natpatsip import datasets

    for resource in datasets.declared(project).resources:
        if resource.given_schema and not resource.natpatsip.provenance:
            yield (
                f"data/datapackage.yaml, {resource.name}: its provenance is not stated. Write natpatsip.provenance: "
                "reported or illustrative, or the column that says it by row."
            )


def _sign_offs(params: Params, today: date) -> Iterator[str]:
    where = f"{FOLDER}/{params.quarter}.yml, sign_offs"
    if not params.sign_offs:
        yield f"{where}: names nobody. List who signs the edition off, with role, name and date."
    for each in params.sign_offs:
        if each.name is None or each.date is None:
            yield f"{where}: {each.role} has not signed off. Add name and date once that is done."
        elif each.date > today:
            yield f"{where}: {each.role} signs off on {each.date}, which is still to come."
