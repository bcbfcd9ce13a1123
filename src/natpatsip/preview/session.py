"""What a preview knows: which report there is, whether one is being made, and what is wrong with the newest save."""

from __future__ import annotations

import hashlib
import math
import re
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from natpatsip.preview.build_process import BuildError, Workshop

LONG = 20.0  # seconds after which a save ends a build that is still going on, and begins another
PLACE = re.compile(r'notebooks/([\w.-]+\.ipynb)(?:, cell "([^"]*)")?')
Log = Callable[[str], None]


@dataclass(frozen=True)
class News:
    """What the open pages are told.

    Parameters
    ----------
    version : str
        A hash of the report's pages and all that is beside them: a page that was served with another is out of date.
    is_building : bool
        Whether a build is going on.
    error : str
        What stopped the newest one; empty where nothing did.
    notebook, cell : str
        Where, as far as the error says.
    """

    version: str = ""
    is_building: bool = False
    error: str = ""
    notebook: str = ""
    cell: str = ""

    def record(self) -> dict[str, str | bool]:
        """Return it as JSON can hold it."""
        return asdict(self)


@dataclass
class Session:
    """A preview in progress: saves come in, builds are made one at a time, news goes out.

    Parameters
    ----------
    workshop : Workshop
        Builds.
    pages : Path
        The folder of the report's pages.
    log : callable
        Is given a line for the terminal.
    """

    workshop: Workshop
    pages: Path
    log: Log
    news: News = field(default_factory=News)
    _told: threading.Condition = field(default_factory=threading.Condition)
    _saved: threading.Event = field(default_factory=threading.Event)
    _begun: float = math.inf  # when the builder began what it is at; never, where it is at nothing
    _is_over: bool = False

    def changed(self, names: set[str]) -> None:
        """Hear of a save. One that comes while a build goes on is built after it; a build that hangs is given up."""
        self.log(f"saved: {', '.join(sorted(names))}")
        self._saved.set()
        if time.monotonic() - self._begun > LONG:
            self.workshop.abandon()

    def run(self) -> None:
        """Build now, and again after each save, until it is over."""
        self._saved.set()
        while True:
            self._saved.wait()
            self._saved.clear()
            if self._is_over:
                return
            self._build()

    def end(self) -> None:
        """Make `run` and those who wait for news return."""
        self._is_over = True
        self._saved.set()
        with self._told:
            self._told.notify_all()

    def after(self, known: News | None, *, seconds: float) -> News | None:
        """Return the news when it differs from what is known; None where it does not in so many seconds, or ever."""
        with self._told:
            self._told.wait_for(lambda: self._is_over or self.news != known, seconds)
            return None if self._is_over or self.news == known else self.news

    @property
    def is_over(self) -> bool:
        """Whether the preview ends."""
        return self._is_over

    def _build(self) -> None:
        self._begun = time.monotonic()
        self._say(replace(self.news, is_building=True))
        try:
            self.workshop.build(self._published)
        except BuildError as error:
            self._failed(str(error))
        except Exception:  # no reason to stop: what is wrong is said, and the next save is built
            self._failed(f"The preview itself failed. Save again, or start it again.\n{traceback.format_exc().strip()}")
        finally:
            self._begun = math.inf

    def _failed(self, text: str) -> None:
        if self._is_over or self._saved.is_set():  # the next build has the word
            return
        found = PLACE.search(text)
        self.log(text)
        notebook, cell = (found[1], found[2] or "") if found else ("", "")
        self._say(replace(self.news, is_building=False, error=text, notebook=notebook, cell=cell))

    def _published(self) -> None:
        self._begun = time.monotonic()  # of the checks, which may hang as well
        self._say(News(version=fingerprint(self.pages)))

    def _say(self, news: News) -> None:
        with self._told:
            self.news = news
            self._told.notify_all()


def fingerprint(folder: Path) -> str:
    """Return the hash of all files of a folder; empty where there is none."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
