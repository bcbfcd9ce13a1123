"""What pandoc does for a report in tasks, many of them in one process: ``tasks.lua`` is the script that it runs.

A process for each would cost as much in starting as in work, so one that has done its tasks waits for the next, of
later quarters too. Each task has its place in the cache, so that what depends on one chapter is done again for that
chapter alone; and since no task is about more than a chapter, pandoc's memory is that of the longest chapter, however
long the report.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from natpatsip.errors import RenderError
from natpatsip.pipeline.render import pandoc_process
from natpatsip.pipeline.render.render_cache import MadeOf, RenderCache

Found = TypeVar("Found")
SCRIPT = Path(__file__).with_name("tasks.lua")
STOPPED = (-signal.SIGINT, -signal.SIGTERM)  # by Ctrl-C or a shutdown, which are for the build too: not tried again
ENOUGH = 100_000  # letters for each process: it does that many in the time that it takes to start
CONVERTED_FIRST = ("\t", "\r", "\ufeff")  # by pandoc's command line, before a reader has the text


@dataclass(frozen=True)
class Task:
    """One thing that pandoc is to do."""

    kind: str  # of the entry in the cache
    orders: Mapping[str, Any]  # what the script is told
    content: str
    alone: Callable[[], str]  # does the same by the command line, and raises with pandoc's words if that fails
    key: Sequence[object] = field(default=())  # what the entry in the cache is made of, by default the two above
    has_figures: bool = True

    @property
    def made_of(self) -> MadeOf:
        """What the result of pandoc's task is made of."""
        return MadeOf.of(self.key or (dict(self.orders), self.content), has_figures=self.has_figures)

    def written(self) -> Task:
        """Return pandoc's task: it is written out already."""
        return self

    @property
    def is_alone(self) -> bool:
        """Whether pandoc's command line does something that the script cannot."""
        return not self.orders or (
            self.orders["do"] == "read" and any(each in self.content for each in CONVERTED_FIRST)
        )


@dataclass(frozen=True)
class UnwrittenTask:
    """A task of which it is known what its result is made of: it is written out only if that is not in the cache."""

    kind: str
    made_of: MadeOf
    written: Callable[[], Task]


def perform(tasks: Sequence[Task | UnwrittenTask], *, cache: RenderCache, jobs: int) -> list[str]:
    """Return the results of tasks, as `attempt` does.

    Raises
    ------
    RenderError
        That of the first task that pandoc cannot do.
    """
    return [raised(each) for each in attempt(tasks, cache=cache, jobs=jobs)]


def raised(found: Found | RenderError) -> Found:
    """Return the result of pandoc's task, or raise it if it is an error."""
    if isinstance(found, RenderError):
        raise found
    return found


def attempt(asked: Sequence[Task | UnwrittenTask], *, cache: RenderCache, jobs: int) -> list[str | RenderError]:
    """Return the results of tasks, or what is wrong with them in pandoc's words.

    They come from the cache where they are there; so many processes at once do the others.
    """
    names = [cache.name(task.kind, task.made_of) for task in asked]
    found: list[str | RenderError | None] = [
        cache.found(task.kind, name) for task, name in zip(asked, names, strict=True)
    ]
    waiting = [at for at, text in enumerate(found) if text is None]
    tasks = {at: asked[at].written() for at in waiting}
    shares = _shares(tasks, [at for at in waiting if not tasks[at].is_alone], jobs)
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        done = pool.map(lambda share: _run([tasks[at] for at in share], cache.root), shares)
        for share, answers in zip(shares, done, strict=True):
            for at, answer in zip(share, answers, strict=True):
                found[at] = answer
        left = [at for at in waiting if found[at] is None]
        for at, outcome in zip(left, pool.map(lambda at: _alone(tasks[at]), left), strict=True):
            found[at] = outcome
    for at in waiting:
        if isinstance(text := found[at], str):
            cache.keep(tasks[at].kind, names[at], text)
    return [each or "" for each in found]


def _alone(task: Task) -> str | RenderError:
    try:
        return task.alone()
    except RenderError as error:
        return error


def _shares(tasks: Mapping[int, Task], waiting: Sequence[int], jobs: int) -> list[list[int]]:
    """Deal out tasks to pandocs, the largest first, each to the one with the least to do; few letters to one."""
    wanted = math.ceil(sum(len(tasks[at].content) + 1 for at in waiting) / ENOUGH)
    shares: list[list[int]] = [[] for _ in range(min(max(1, jobs), wanted, len(waiting)))]
    sizes = [0] * len(shares)
    for at in sorted(waiting, key=lambda at: -len(tasks[at].content)):
        least = sizes.index(min(sizes))
        shares[least].append(at)
        sizes[least] += len(tasks[at].content) + 1
    return shares


def _run(tasks: Sequence[Task], root: Path) -> list[str | None]:
    """Return the results of some tasks, which one pandoc does; None for each that it could not."""
    parts = [(dict(task.orders), task.content.encode()) for task in tasks]
    return pandoc_process.answers(parts, root=root, script=SCRIPT, is_stopped=lambda status: status in STOPPED)
