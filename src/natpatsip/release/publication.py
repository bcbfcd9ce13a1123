"""Publication: a report appears whole, in one step, or not at all, and without paths of the machine that built it."""

from __future__ import annotations

import contextlib
import datetime
import glob
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from natpatsip.files.digests import key, sha256_of
from natpatsip.files.short_paths import in_strings, shortener
from natpatsip.pipeline.options import Log
from natpatsip.pipeline.review_notes import without_notes
from natpatsip.release.final_edition import read_manifest

if TYPE_CHECKING:
    from natpatsip.pipeline.caching.store import Cache
    from natpatsip.pipeline.plan import Plan

NOTEBOOKS = "published-notebooks"
ABANDONED = 24 * 60 * 60  # seconds after which no build can still be filling a folder: that takes minutes
REVIEWED = ("report.docx", "report.pdf")  # people comment in these files
COMMENTS = "comments-*.json"  # what readers downloaded from the pages, and saved beside them
_QUARTER = re.compile(r"\.(\d{4}-\d\d-Q[1-4])\.(?:before|[a-z0-9_]{8})")
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux's fcntl.h and fs.h
_ATTEMPTS = 10  # at two renames, when another command restores the report between them


@contextlib.contextmanager
def publication(
    report: Path,  # the folder of the report, ``reports/<quarter>``
    log: Log = lambda _: None,  # receives a line for each changed file that is kept
) -> Iterator[Path]:
    """Yield a folder to fill, which becomes the report if the block ends without an error.

    If the block fails, the previous report is left unchanged. Editions, which are inside the national report's folder,
    move over to the new one, and so do Word and PDF files that somebody has changed since they were built, and files
    that somebody has put into the folder.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    restore(report)
    with _unfinished(report) as unfinished:
        yield unfinished
        unfinished.chmod(0o755)  # mkdtemp keeps others out
        if (report / "editions").is_dir() and not (unfinished / "editions").exists():
            shutil.copytree(report / "editions", unfinished / "editions")
        kept = keep_reviewed(report, unfinished)
        _swap(unfinished, report)
        kept |= keep_reviewed(unfinished, report)  # saved at the very moment; now the previous report is here
        log_kept(kept, report, log)


def restore(report: Path) -> None:
    """Repair what a killed publication left behind, once no other build is publishing.

    Where the system cannot exchange two folders in one step, a build that is killed between two renames leaves no
    report; the previous one is put back. Folders that killed builds began to fill are removed.
    """
    with _locked(report.parent):  # a publication is never seen between its two renames
        before = _before(report)
        if before.exists() and not report.exists():
            with contextlib.suppress(OSError):  # another command has restored it
                before.rename(report)
        for folder in report.parent.glob(f".{glob.escape(report.name)}.{'?' * 8}"):  # as mkdtemp names them
            _remove_abandoned(folder)
        if report.exists():
            shutil.rmtree(before, ignore_errors=True)


def restore_all(reports: Path) -> None:
    """Repair what killed publications of any quarter in a folder left behind."""
    found = [_QUARTER.fullmatch(each.name) for each in reports.iterdir()] if reports.is_dir() else []
    for quarter in sorted({each[1] for each in found if each}):
        restore(reports / quarter)


def changed_since_built(report: Path) -> list[str]:
    """Return the Word and PDF files of a report that differ from those that its build made."""
    built = _built(report)
    return [name for name in REVIEWED if name in built and sha256_of(report / name) not in ("", built[name])]


def files_of_people(report: Path) -> list[str]:
    """Return the files in a report's folder that its build did not make; none if it has no manifest to tell them by."""
    built = _built(report)
    files = (path for path in report.rglob("*") if path.is_file()) if built else ()
    names = (path.relative_to(report) for path in files)
    return sorted(
        name.as_posix()
        for name in names
        if not (name.as_posix() in built or name.parts[0] in ("manifest.json", "editions") or _is_hidden(name))
    )


def _is_hidden(name: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in name.parts)  # as those of a program that has a file open


def _built(report: Path) -> dict[str, str]:
    """Return the files that a report's build made, with their hashes."""
    built = read_manifest(report).get("outputs")
    return built if isinstance(built, dict) else {}


def keep_reviewed(report: Path, folder: Path) -> dict[str, str]:
    """Copy files of a report that people have changed, or put beside it, into a folder; return the names of new copies.

    What they put there keeps its name, unless the folder has another file of that name.
    """
    for pattern in (*(name.replace(".", "-*.") for name in REVIEWED), COMMENTS):
        copy_missing(report, folder, (path.name for path in report.glob(pattern)))
    people, kept = files_of_people(report), {}
    copy_missing(report, folder, people)
    differ = [name for name in people if sha256_of(report / name) != sha256_of(folder / name)]
    for name in [*changed_since_built(report), *differ]:
        file, (stem, dot, suffix) = report / name, name.rpartition(".")
        day = datetime.date.fromtimestamp(file.stat().st_mtime)
        for number in itertools.count(1):
            more = "" if number == 1 else f"-{number}"
            copy = folder / (f"{stem}-{day}{more}.{suffix}" if dot else f"{name}-{day}{more}")
            if not copy.exists():
                shutil.copy2(file, copy)
                kept[name] = copy.relative_to(folder).as_posix()
            if sha256_of(copy) == sha256_of(file):
                break
    return kept


def copy_missing(folder: Path, other: Path, names: Iterable[str]) -> None:
    """Copy files of a report's folder, by their names in it, into another that has none of that name."""
    for name in names:
        if not (other / name).exists():
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, other / name)


def log_kept(kept: Mapping[str, str], report: Path, log: Log) -> None:
    """Log which changed files are kept, and under which names."""
    for name, copy in kept.items():
        log(f"{name} is not as it was built, so it is kept as {report / copy}")


@contextlib.contextmanager
def _unfinished(report: Path) -> Iterator[Path]:
    """Yield a new folder beside the report, and remove what is there at the end.

    It is locked while this process lives, so that others can tell it from one that a killed build left behind.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{report.name}.", dir=report.parent))
        with _locked(folder):
            if not folder.exists():  # another build took it for abandoned before it was locked
                continue
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return


@contextlib.contextmanager
def _locked(folder: Path, *, waits: bool = True) -> Iterator[bool | None]:
    """Lock a folder to publish and yield True; False if another process has; None if the system cannot lock folders."""
    try:
        import fcntl  # not on Windows

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield None
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_locked: bool | None = True
        except BlockingIOError:
            is_locked = False
        except OSError:  # some network file systems
            is_locked = None
        yield is_locked
    finally:
        os.close(descriptor)


def _remove_abandoned(folder: Path) -> None:
    """Remove what a killed publication left: nobody has locked it, or it is a day old where none can be locked."""
    with _locked(folder, waits=False) as is_locked, contextlib.suppress(OSError):
        if is_locked or (is_locked is None and time.time() - folder.stat().st_mtime > ABANDONED):
            shutil.rmtree(folder)


def _swap(unfinished: Path, report: Path) -> None:
    """Replace the previous report by the new one; the previous one is then in the new one's place, or gone."""
    if report.exists() and _exchange(unfinished, report):
        return
    with _locked(report.parent):
        _rename_twice(unfinished, report)


def _rename_twice(unfinished: Path, report: Path) -> None:
    """Replace the report by two renames. Where folders cannot be locked, `restore` may come between them."""
    before = _before(report)
    for attempt in range(1, _ATTEMPTS + 1):
        shutil.rmtree(before, ignore_errors=True)
        if report.exists():
            report.rename(before)
        try:
            unfinished.rename(report)
            break
        except OSError:
            if before.exists() and not report.exists():
                before.rename(report)
            if attempt == _ATTEMPTS or not report.exists():
                raise
    if before.exists():
        keep_reviewed(before, report)
        shutil.rmtree(before, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders of a report in one step; return False if the system or its file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2  # glibc 2.28, musl 1.2.5 and newer
    except (OSError, AttributeError):
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _before(report: Path) -> Path:
    return report.parent / f".{report.name}.before"


def copy_files(staged: Path, folder: Path) -> None:
    """Copy facts and figures into the folder of a report."""
    shutil.copy2(staged / "facts.csv", folder)
    beside_pages = shutil.ignore_patterns("*.png", "*.js")  # Quarto's pages are made where the figures are
    shutil.copytree(staged / "figures", folder / "figures", ignore=beside_pages)


def write_notebooks(plan: Plan, folder: Path, *, cache: Cache | None = None, toolchain: str = "") -> None:
    """Write the executed notebooks into the folder of a report.

    Parameters
    ----------
    cache : Cache, optional
        What earlier builds have made of the same executed notebooks.
    toolchain : str
        The digest of what makes them.
    """
    (folder / "notebooks").mkdir()
    for name in plan.notebooks:
        executed = (plan.workplace / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        made = partial(publishable, executed, name, plan.project)
        entry = key(toolchain, name, *_places(plan.project), executed)
        text = cache.text(NOTEBOOKS, entry, made) if cache else made()
        (folder / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8", newline="\n")


def _places(project: Path) -> list[Path]:
    """Return the folders whose paths a publication shortens in its notebooks: they are a part of the cache key."""
    return [each for path in (project, Path.home()) for each in (path, path.resolve())]


def publishable(
    text: str,  # the notebook's text
    name: str,  # the chapter's name
    project: Path,
) -> str:
    """Return the text of an executed notebook without absolute paths and reviewers' comments.

    Papermill records where it read and wrote, and warnings say in which file they arose: these paths are shortened.
    Reviewers' comments, which are for the report's authors, are left out.
    """
    content = json.loads(text)
    content["cells"] = without_notes(content["cells"])
    if ran := content["metadata"].get("papermill"):
        ran["input_path"] = ran["output_path"] = f"notebooks/{name}.ipynb"
    return json.dumps(in_strings(content, shortener(project)), indent=1, ensure_ascii=False) + "\n"
