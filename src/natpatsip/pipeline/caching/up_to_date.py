"""Whether there is anything to build: which quarters are complete, and whether a report is up to date.

That is decided from bytes alone, before anything slow is imported. A build that succeeds saves what its report was made
of and the digest of each of the report's files. While the inputs have the same digests and the report has the same
files, there is nothing to do.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip import git
from natpatsip.files.digests import key, sha256, sha256_of
from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.inputs import Inputs, SourceChanged, engine_digest
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.options import FORMATS, Options
from natpatsip.pipeline.review_notes import REVIEW
from natpatsip.quarter import PARAMS_FOLDER, Quarter, known_quarters

if TYPE_CHECKING:
    from natpatsip.params import Params

KIND = "reports"
ENGINE_NAME, ENGINE_VERSION = "the engine", "natpatsip"
WITHOUT_EFFECT = ("jobs", "output", "is_fresh", "cluster")  # options that change nothing in a report
OF_OTHERS = ("editions",)  # folders of a report that hold reports of their own


@dataclass(frozen=True)
class BuildRecord:
    """What the cache knows of the last build of a report."""

    report: Path
    options: Options
    inputs: Inputs  # the project as it is before the build
    cache: Cache  # where records are saved
    made_of: tuple[object, ...]  # what it is made of and with, besides the options

    @classmethod
    def of(
        cls, report: Path, quarter: Quarter, options: Options, inputs: Inputs, cache: Cache, *, archived: str = ""
    ) -> BuildRecord:
        """Return the record of a quarter's report, before the build: the commit or Quarto may change during it.

        Parameters
        ----------
        archived : str
            The commit that an archived quarter is built from: then the project's files do not count, except for the
            installed packages.
        """
        made_of: tuple[object, ...] = (report.absolute(), quarter, _renderer(options))
        if archived:
            made_of += ("archived", archived, inputs.environment)
        else:
            made_of += (inputs.digest, git.head(inputs.project))
        return cls(report, options, inputs, cache, made_of)

    def key(self, formats: Collection[str]) -> str:
        """Return the digest by which the record of a report in some formats is found."""
        effective = {name: value for name, value in asdict(self.options).items() if name not in WITHOUT_EFFECT}
        effective["formats"] = sorted(formats)
        return key(*self.made_of, repr(sorted(effective.items())))

    def check(self) -> list[str] | None:
        """Return the saved log lines if the report is up to date, in the formats asked for or in more; else None."""
        for saved in self._saved():
            read = saved["read"].items()
            if all(self.inputs.sha256(file) == sha for file, sha in read) and _files(self.report) == saved["files"]:
                return list(saved["log"])
        return None

    def read(self) -> list[str]:
        """Return the files that notebooks have read, besides those that every report is made of, when it was built."""
        return sorted({file for saved in self._saved() for file in saved["read"]})

    def _saved(self) -> Iterator[dict[str, Any]]:
        """Yield what was saved of builds in the formats asked for or in more."""
        for formats in _with_more(self.options.formats):
            if (content := self.cache.get(KIND, self.key(formats))) is not None:
                yield json.loads(content)

    def save(self, *, read: Iterable[Mapping[str, str]], log: Collection[str] = ()) -> None:
        """Save that the report was just built; nothing if the inputs have changed since.

        Parameters
        ----------
        read : iterable of mapping
            The files that notebooks have read, with their digests.
        log : collection of str
            Lines that the next build repeats, although it does nothing.
        """
        try:
            if Inputs.read(self.inputs.project).digest != self.inputs.digest:
                return
        except SourceChanged:  # this report is complete; the next build raises it
            return
        files = {file: sha for each in read for file, sha in each.items() if file not in self.inputs.files}
        content = {"files": _files(self.report), "read": files, "log": list(log)}
        self.cache.put(KIND, self.key(self.options.formats), json.dumps(content).encode())


def earlier_reports(project: Path, quarter: Quarter, options: Options) -> dict[str, str]:
    """Return the digests of earlier reports' files, which this one is made of too: drafts compare, checks use facts."""
    known = sorted(file.stem for file in (project / "params").glob("*.yml") if file.stem < str(quarter))
    files = [project / "reports" / name / "facts.csv" for name in known]
    for folder in options.earlier(project, quarter.previous()):
        notebooks = folder / "notebooks"
        files += [folder / "manifest.json", folder / "facts.csv", notebooks, *sorted(notebooks.glob("*.ipynb"))]
    return {str(file.absolute()): sha256_of(file) for file in files}


def made_of(inputs: Inputs, params: Params, options: Options) -> dict[str, str]:
    """Return the digests of what a quarter's report is made of, by which any machine tells whether it is up to date.

    `BuildRecord` knows more, but only where the cache is. The manifest goes where the report goes. Of the params, what
    is decided counts and not who has signed: a sign-off leaves a report as it is.
    """
    from importlib.metadata import version

    quarter = Quarter.parse(params.quarter)
    decided = params.model_dump_json(exclude={"sign_offs", "verified"})
    before = quarter.previous()
    folders = options.earlier(inputs.project, before)
    facts = next((file for folder in folders if (file := folder / "facts.csv").is_file()), None)
    comments = f"{PARAMS_FOLDER}/{quarter}.{REVIEW}/"  # which the Word file of a draft shows
    found = inputs.without_params() | {name: sha for name, sha in inputs.files.items() if name.startswith(comments)}
    found |= {f"{PARAMS_FOLDER}/{quarter}.yml": sha256(decided)}
    found |= {ENGINE_NAME: engine_digest(), ENGINE_VERSION: version("natpatsip")}
    return found | ({f"the report of {before}": sha256_of(facts)} if facts else {})


def _with_more(formats: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Yield the formats that a build's record may be of: supersets of those asked for, smallest first."""
    others = [name for name in FORMATS if name not in formats]
    for count in range(len(others) + 1):
        for more in combinations(others, count):
            yield tuple(name for name in FORMATS if name in formats or name in more)


def _files(report: Path) -> dict[str, str]:
    """Return the digests of a report's files, by which it is up to date or not."""
    found = {}
    for place, inner, names in os.walk(report):
        if Path(place) == report:
            inner[:] = [name for name in inner if name not in OF_OTHERS]
        for name in names:
            file = Path(place, name)
            found[file.relative_to(report).as_posix()] = sha256_of(file)
    return found


def _renderer(options: Options) -> str:
    """Return the quarto program that would render, by its size and date: asking for its version takes a second."""
    path = shutil.which("quarto") if options.renderer != "pandoc" else None
    if path is None:
        return ""
    found = Path(path).resolve().stat()
    return f"{path} {found.st_size} {found.st_mtime_ns}"


def complete_quarters(project: Path, *, only_newest: bool = False) -> tuple[list[Quarter], dict[Quarter, list[str]]]:
    """Return the quarters in ``params/`` whose data are complete, the newest first, and what others lack.

    With `only_newest`, stop at the first that is complete.
    """
    from natpatsip import datasets  # takes long to import

    found: list[Quarter] = []
    lacking: dict[Quarter, list[str]] = {}
    saved = store.of(project)
    for quarter in reversed(known_quarters(project)):
        if missing := datasets.complete(quarter, project, saved=saved):
            lacking[quarter] = missing
            continue
        found.append(quarter)
        if only_newest:
            break
    return found, lacking
