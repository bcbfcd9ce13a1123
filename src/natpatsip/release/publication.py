"""Publication: a report appears whole, in one rename, or not at all."""

from __future__ import annotations

import contextlib
import glob
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ABANDONED = 24 * 60 * 60  # seconds after which no build can still be filling a folder: that takes minutes


@contextlib.contextmanager
def publication(report: Path) -> Iterator[Path]:
    """Yield a folder to fill, which becomes the report if the block ends without an error.

    If the block fails, the previous report is left unchanged. Editions, which are inside the national report's folder,
    move over to the new one. What killed builds of the same report left is removed after a day.

    Parameters
    ----------
    report : Path
        The folder of the report, ``reports/<quarter>``.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    restore(report)
    _remove_abandoned(report)
    before = _before(report)
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


def restore(report: Path) -> None:
    """Put the previous report back if a publication was killed between its two renames."""
    if _before(report).exists() and not report.exists():
        _before(report).rename(report)


def _before(report: Path) -> Path:
    return report.parent / f".{report.name}.before"


def _remove_abandoned(report: Path) -> None:
    """Remove folders that killed builds began to fill; another build may be filling a newer one just now."""
    for folder in report.parent.glob(f".{glob.escape(report.name)}.{'?' * 8}"):  # as mkdtemp names them
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder)
