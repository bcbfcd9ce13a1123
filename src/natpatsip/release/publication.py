"""Publication: a report appears whole, in one rename, or not at all."""

from __future__ import annotations

import contextlib
import glob
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ABANDONED = 24 * 60 * 60  # seconds after which nobody is still filling a folder: that takes minutes


@contextlib.contextmanager
def publication(report: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes the report when the block ends well.

    Where the block fails, the report that was there before stays as it was. Editions, which live inside the national
    report's folder, move over to the new one. What killed builds of the same report left goes, after a day.

    Parameters
    ----------
    report : Path
        The folder of the report, ``reports/<quarter>``.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    before = report.parent / f".{report.name}.before"
    if before.exists() and not report.exists():  # an earlier publication was cut off between its two renames
        before.rename(report)
    _remove_abandoned(report)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{report.name}.", dir=report.parent))
    try:
        yield unfinished
        unfinished.chmod(0o755)  # mkdtemp keeps others out
        if (report / "editions").is_dir() and not (unfinished / "editions").exists():
            shutil.copytree(report / "editions", unfinished / "editions")
        shutil.rmtree(before, ignore_errors=True)
        if report.exists():
            report.rename(before)
        try:
            unfinished.rename(report)
        except OSError:
            if before.exists():
                before.rename(report)
            raise
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _remove_abandoned(report: Path) -> None:
    """Remove folders that builds began to fill and never will; another build may be filling a newer one just now."""
    for folder in report.parent.glob(f".{glob.escape(report.name)}.{'?' * 8}"):  # as mkdtemp names them
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder)
