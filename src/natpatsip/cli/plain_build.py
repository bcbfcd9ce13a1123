"""A plain build, without Typer: to import that, and to have it read a command line, takes 0.15 s.

Only the plainest command line is read here: one quarter, and options with one value each. Whatever is not understood is
left to the command line as it is declared in `natpatsip.cli.build`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from natpatsip.cli.console import ProgressLog, say
from natpatsip.errors import ReportError
from natpatsip.pipeline.options import FORMATS, RENDERERS, Log, Options, files_of
from natpatsip.project import find_root
from natpatsip.quarter import FORM, Quarter

COMMAND = "build"


def is_built(arguments: Sequence[str]) -> bool:
    """Build what a plain command line asks for, and return True; False if it asks for anything else.

    Raises
    ------
    ReportError
        If the report cannot be made.
    """
    asked, project = understood(arguments), find_root(Path.cwd().resolve())
    if asked is None or project is None:
        return False
    quarter, options = asked
    if _is_being_published(project, options, quarter):
        return False
    build_and_say(project, [quarter], options, ProgressLog())
    return True


def build_and_say(project: Path, quarters: Collection[Quarter], options: Options, log: Log) -> None:
    """Build quarters, and say which files their reports have.

    Raises
    ------
    ReportError
        If one of them cannot be made, after all others are.
    """
    from natpatsip.several_quarters import build_all

    outcome = build_all(project, quarters, options, log)
    for folder in outcome.built.values():
        for file in files_of(folder, options.formats):
            say(str(file))
    if failure := outcome.error():
        raise failure


def _is_being_published(project: Path, options: Options, quarter: Quarter) -> bool:
    """Return True if a build is publishing a report, or was killed while it did: the command line restores it."""
    report = options.report(project, quarter)
    return any((project / "reports").glob(".*")) or any(report.parent.glob(f".{report.name}.*"))


def understood(arguments: Sequence[str]) -> tuple[Quarter, Options] | None:
    """Return the quarter and the options of a plain build; None for any other command line.

    Examples
    --------
    >>> understood(["build", "2024-25-Q2", "--to", "pdf,html"])[1].formats
    ('html', 'pdf')
    >>> understood(["build", "2024-25-Q2", "--final"]), understood(["build"]), understood(["build", "2024-25-Q2", "-h"])
    (None, None, None)
    """
    if not arguments or arguments[0] != COMMAND:
        return None
    words = iter(arguments[1:])
    quarters: list[str] = []
    given: dict[str, str] = {}
    for word in words:
        if FORM.fullmatch(word) and not quarters:
            quarters.append(word)
        elif word in ("--to", "--renderer", "--jobs", "--output") and word not in given:
            given[word] = next(words, "")
        else:
            return None
    formats = given.get("--to", ",".join(FORMATS)).split(",")
    renderer, jobs, output = (given.get(f"--{name}") for name in ("renderer", "jobs", "output"))
    is_plain = quarters and all(_plain(formats, renderer, jobs, output))
    if not is_plain:
        return None
    try:
        quarter = Quarter.parse(quarters[0])
    except ReportError:
        return None
    return quarter, Options(
        formats=tuple(name for name in FORMATS if name in formats),
        renderer=renderer or Options.renderer,
        jobs=int(jobs or Options.jobs),
        output=Path(output) if output else None,
    )


def _plain(formats: Sequence[str], renderer: str | None, jobs: str | None, output: str | None) -> Iterator[bool]:
    """Yield whether each option of a command line has a value that it may have, and no dash to begin with."""
    yield set(formats) <= set(FORMATS)
    yield renderer is None or renderer in RENDERERS
    yield jobs is None or re.fullmatch("[1-9][0-9]{0,3}", jobs) is not None
    yield output is None or (output != "" and not output.startswith("-"))
