"""Signatures of a chapter, the whole report or a fact: checked against the newest build and recorded in the params."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from natpatsip import params, wording
from natpatsip.compare.built_report import BuiltReport
from natpatsip.errors import ReportError, UsageError, first_few, nearest
from natpatsip.facts.fact import Fact
from natpatsip.files.atomic_write import write_atomically
from natpatsip.files.digests import sha256
from natpatsip.files.yaml_entries import with_entry
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.up_to_date import ENGINE_VERSION, made_of
from natpatsip.pipeline.options import Options
from natpatsip.pipeline.workspace import try_locked
from natpatsip.project import MARK
from natpatsip.quarter import PARAMS_FOLDER, Quarter
from natpatsip.release.final_edition import is_final
from natpatsip.reporters import counted
from natpatsip.signing.snapshot import Snapshot, file_of, kept_chapters, list_of_chapters

MOST_NAMED = 5
CONTENT = ("notebooks", "params", "data", "src")
COMMENT = "Numbers that their owners have verified. natpatsip sign --fact writes this list."


class SigningError(ReportError):
    """Something cannot be signed off: the report is not built, is out of date, or was edited meanwhile."""


@dataclass(frozen=True)
class Signed:
    """What was signed, in words, and the files that were written."""

    what: str
    files: tuple[Path, ...]


def sign_off(
    project: Path,
    quarter: Quarter,
    chapter: str,  # without one, the whole report is signed
    *,
    role: str,
    name: str,
    today: date,
    reports: Path | None = None,
) -> Signed:
    """Record in the params that somebody has signed off what a chapter, or all of the newest build of a quarter, says.

    Raises
    ------
    UsageError
        If there is no such chapter, a text is empty, or the params have the role sign chapters and none is named.
    SigningError
        If the quarter is not built, or was built from other files than those that are there now.
    ParamsError
        If the params are not valid, or cannot be edited safely.
    """
    role, name = _text("--role", role), _text("--name", name)
    if not chapter:
        _check_signs_all(role, params.load(quarter, project=project))
    report = _report(project, quarter, reports)
    names = [_chapter(chapter, report)] if chapter else list(report.notebooks)
    snapshots = [Snapshot.of(report, each) for each in names]
    records = {file_of(project, quarter, each.chapter, each.digest): each.written() for each in snapshots}
    digest = snapshots[0].digest
    if not chapter:
        listed = list_of_chapters(snapshots)
        digest = sha256(listed)
        records[file_of(project, quarter, None, digest)] = listed
    of = {"chapter": names[0]} if chapter else {}
    entry = {"role": role, **of, "name": name, "date": today, "signed": digest}
    file = params.path(quarter, project)
    with _alone(project):
        text = _with(file, "sign_offs", entry, by=("role", "chapter"))
        for record, content in records.items():
            write_atomically(record, content.encode())
        write_atomically(file, text)
        for old in _unused(project, quarter):
            old.unlink()
    what = f"{snapshots[0].title}, {quarter.label}" if chapter else f"the whole report of {quarter.label}"
    chapters = [] if chapter else [counted(len(snapshots), "chapter")]
    parts = (("passage", "passages"), ("fact", "facts"), ("figure", "figures"))
    counts = [counted(sum(len(getattr(each, key)) for each in snapshots), noun) for noun, key in parts]
    return Signed(f"{name} ({role}) has signed off {what}: {', '.join([*chapters, *counts])}", (file, *records))


def _check_signs_all(role: str, listed: params.Params) -> None:
    """Reject a signature of the whole report by a role that the params list for chapters alone."""
    own = [each.chapter for each in listed.sign_offs if each.role == role]
    if own and None not in own:
        raise UsageError(
            f"{role} signs {wording.listing([str(each) for each in own])}, and not the whole report. Name the chapter, "
            f"or list the role in sign_offs without a chapter: {PARAMS_FOLDER}/{listed.quarter}.yml"
        )


def verify_fact(
    project: Path,
    quarter: Quarter,
    fact: str,
    *,
    role: str,
    name: str,
    today: date,
    period: str = "",
    reports: Path | None = None,
) -> Signed:
    """Record in the params that the owner of a fact has verified the value that it has in the newest build.

    Raises
    ------
    UsageError
        If there is no such fact, or a text is empty.
    SigningError
        If the quarter is not built, or was built from other files than those that are there now.
    ParamsError
        If the params are not valid, or cannot be edited safely.
    """
    role, name = _text("--role", role), _text("--name", name)
    found = _fact(fact, period, _report(project, quarter, reports), quarter)
    value = found.value if isinstance(found.value, int | float) else str(found.value)
    entry = {"fact": found.id, "period": found.period, "value": value, "role": role, "name": name, "date": today}
    file = params.path(quarter, project)
    with _alone(project):
        write_atomically(file, _with(file, "verified", entry, by=("fact", "period"), comment=COMMENT))
    return Signed(f"{name} ({role}) has verified {found.name} ({found.period}): {found.text}", (file,))


def _text(option: str, text: str) -> str:
    if not (words := " ".join(text.split())):
        raise UsageError(f"{option} is empty. Say who signs.")
    return words


def _report(project: Path, quarter: Quarter, reports: Path | None) -> BuiltReport:
    """Return the newest build of a quarter, to be signed, if it was made of what the project holds now."""
    loaded = params.load(quarter, project=project)
    if loaded.built_from:
        raise UsageError(f"{quarter} is archived: it is built from {loaded.built_from} in git. Sign it off there.")
    folder = (reports or project / "reports") / str(quarter)
    report = BuiltReport.read(folder, quarter)
    shown = (folder.relative_to(project) if folder.is_relative_to(project) else folder).as_posix()
    again = f"Build it and read it again before you sign: natpatsip build {quarter}"
    if is_final(folder):
        raise SigningError(f"{shown}: holds the final edition, which has been signed off. There is nothing to sign.")
    before = json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("made_of")
    if not isinstance(before, dict):
        raise SigningError(f"{shown}: was built by an earlier version of natpatsip. {again}")
    now = made_of(Inputs.read(project), loaded, Options(output=reports))
    changed = [name for name in sorted({*before, *now}) if _is_content(name) and before.get(name) != now.get(name)]
    if changed:
        named = f"{first_few(changed, MOST_NAMED)} {wording.plural(len(changed), 'has', 'have')}"
        raise SigningError(f"{shown}: is out of date: {named} changed since it was built. {again}")
    return report


def _is_content(name: str) -> bool:
    """Return True for files that words and numbers come from, and natpatsip; a new look takes no signature back."""
    return name in (MARK, ENGINE_VERSION) or name.partition("/")[0] in CONTENT


def _chapter(written: str, report: BuiltReport) -> str:
    """Return the name of the chapter to sign off."""
    name = Path(written).name.removesuffix(".ipynb").removesuffix(".qmd")
    if name not in report.notebooks:
        known = list(report.notebooks)
        raise UsageError(f'There is no chapter "{name}".{nearest(name, known)} The chapters are {", ".join(known)}.')
    return name


def _fact(name: str, period: str, report: BuiltReport, quarter: Quarter) -> Fact:
    """Return the fact to verify, of a period."""
    found = {fact.period: fact for fact in report.facts if fact.id == name}
    if not found:
        raise UsageError(f'{quarter.label} has no fact "{name}".{nearest(name, [each.id for each in report.facts])}')
    wanted = period or (str(quarter) if str(quarter) in found else "") or (next(iter(found)) if len(found) == 1 else "")
    if wanted not in found:
        asked = f"has no value for {period}" if period else "has several periods"
        raise UsageError(f"{name} {asked}. Name one with --period: {', '.join(found)}.")
    return found[wanted]


def _with(file: Path, key: str, entry: Mapping[str, Any], *, by: Sequence[str], comment: str = "") -> bytes:
    """Return the content of a params file with an entry in one of its lists."""
    where = f"{PARAMS_FOLDER}/{file.name}"
    return with_entry(file.read_bytes().decode(), key, entry, by=by, comment=comment, where=where).encode()


def _unused(project: Path, quarter: Quarter) -> Iterator[Path]:
    """Yield the files of what was signed that no sign-off refers to any more."""
    signed = [(each.chapter, each.signed) for each in params.load(quarter, project=project).sign_offs if each.signed]
    used = {file_of(project, quarter, *each) for each in signed}
    for chapter, digest in signed:
        listed = {} if chapter else kept_chapters(project, quarter, digest)
        if listed is None:  # it cannot be known which files belong to it
            return
        used |= {file_of(project, quarter, *each) for each in listed.items()}
    folder = file_of(project, quarter, None, "").parent
    yield from (file for file in sorted(folder.glob("*.json")) if file not in used)


@contextmanager
def _alone(project: Path) -> Iterator[None]:
    """Let nobody else sign meanwhile."""
    with try_locked(project / "build" / "sign") as is_free:
        if not is_free:
            raise SigningError("Another natpatsip sign is running in this project. Wait until it has ended.")
        yield
