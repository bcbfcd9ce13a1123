"""Runs of notebooks that need not be repeated, because nothing that their results depend on has changed.

A run is found by the notebook's code and inline expressions in order, its parameters, the engine and the environment;
then by what the run had read: files, and facts of other notebooks. Prose plays no part: a run that is found gets the
notebook's present prose.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.context import NOT_SHOWN, OPENED
from natpatsip.files import memory
from natpatsip.files.digests import key, sha256, sha256_of
from natpatsip.files.memory import Same
from natpatsip.pipeline import notebook_file
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.store import TRACES, Cache
from natpatsip.pipeline.notebook import appears_in, running, source_of
from natpatsip.project import MARK
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from natpatsip.pipeline.notebook import Notebook
    from natpatsip.pipeline.notebook_outputs import Outputs

NOTEBOOKS, WITH_PROSE = "runs", "runs-with-prose"
_CLOCK = re.compile(
    r"""\.(?:today|now|utcnow)\(|\btime\.(?:time|localtime|gmtime|ctime|strftime)\(|(['"])(?:today|now)\1"""
)
"""How code asks what day or time it is, also as ``pd.Timestamp("today")``."""
MOST_TRACES = 16  # of one notebook with the same code: data may change to and fro
Facts = Mapping[tuple[str, str], Mapping[str, Any]]
"""Records of facts, by id and period."""


@dataclass(frozen=True)
class Trace:
    """What a run has read: digests of files, and of facts of other notebooks; empty for what was not there.

    `untracked` says why the result may depend on something else, too; if it does, the run is not saved.
    """

    files: Mapping[str, str]
    facts: tuple[tuple[str, str, str], ...] = ()
    untracked: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        # what the tracer in its process reported; empty if it could not, as in another language than Python
        report: Mapping[str, Any],
        inputs: Inputs,  # the project's files as they were before the run
        facts: Facts,  # the facts that were handed to it
        *,
        name: str,  # the notebook's file
        code: str,  # its code and inline expressions
    ) -> Trace:
        """Return the trace of a run that has just ended."""
        if not report:
            return cls({}, untracked=("its process does not report what it reads",))
        files = {read: sha256_of(inputs.project / read) for read in [*report["read"], *report["listed"]]}
        now = files | {name: sha256_of(inputs.project / name)}
        changed = [f"{each} changed during the run" for each, sha in now.items() if sha != inputs.files.get(each, sha)]
        asked = tuple((fact, period, fact_digest(facts, fact, period)) for fact, period in report["asked"])
        modules = ((inputs.project / read).read_text("utf-8", "replace") for read in files if read.endswith(".py"))
        time = ["asks for the date or the time"] if any(map(_CLOCK.search, [code, *modules])) else []
        return cls(files, asked, (*report["untracked"], *changed, *time))

    @classmethod
    def from_json(cls, content: Any) -> Trace:
        """Return a trace from the record that `to_json` made."""
        return cls(content["files"], tuple((fact, period, sha) for fact, period, sha in content["facts"]))

    def to_json(self) -> dict[str, Any]:
        """Return the trace as a record that JSON can hold."""
        return {"files": dict(self.files), "facts": list(self.facts)}

    def is_current(self, inputs: Inputs, facts: Facts | None) -> bool:
        """Return True if a run would read the same today; without facts, as far as files go."""
        return all(inputs.sha256(name) == sha for name, sha in self.files.items()) and (
            facts is None or all(fact_digest(facts, fact, period) == sha for fact, period, sha in self.facts)
        )

    @property
    def key(self) -> str:
        """The trace's digest."""
        return key(json.dumps(self.to_json(), sort_keys=True))


def fact_digest(facts: Facts, fact: str, period: str) -> str:
    """Return the digest of a fact that is handed to a notebook; empty if it is not among them."""
    record = facts.get((fact, period))
    return "" if record is None else key(json.dumps(record, sort_keys=True))


@dataclass(frozen=True)
class Executed:
    """An executed notebook, how many seconds its run took, and what it had read."""

    name: str
    content: NotebookNode
    seconds: float
    trace: Trace
    is_new: bool = True
    """Whether it ran just now; else an earlier run was found."""
    digest: str = ""
    """The digest of its file's text; empty if nobody can tell what else it depends on."""

    @cached_property
    def outputs(self) -> Outputs:
        """What the executed notebook holds for the build."""
        from natpatsip.pipeline.notebook_outputs import Outputs

        return Outputs.of(self.name, self.content)


@dataclass(frozen=True)
class RunCache:
    """The runs in a project's cache, for one quarter and edition."""

    cache: Cache
    inputs: Inputs  # the project as it is
    quarter: Quarter  # the quarter that notebooks report on
    edition: str  # the edition; empty for the national one
    kernels: str  # what notebooks run on: "warm" or "stock"

    @property
    def _made_of(self) -> tuple[str, ...]:
        """What a saved run is found by besides the notebook."""
        own = (str(self.quarter), self.edition, self.kernels)
        return ("the key of a run", str(self.inputs.project), self.inputs.environment, *own)

    def key(self, content: Mapping[str, Any]) -> str:
        """Return the digest of all in a notebook that runs, and of what runs it."""
        steps = [step for _, step in running(content["cells"], self.quarter)]
        kernel = {name: value for name, value in content["metadata"].items() if name == "kernelspec"}
        code = json.dumps([steps, kernel, str(self.quarter), self.edition, self.kernels])
        return key(self.inputs.project, self.inputs.environment, code)

    def find(
        self,
        notebook: Notebook,  # the notebook, before its run
        facts: Facts,  # the facts that would be handed to it
        output: Path,  # the file that the executed notebook is written to
    ) -> Executed | None:
        """Return a run that would give the same results today, with the notebook's present prose; None without one."""
        name = memory.once(partial(self.key, notebook.content), Same(notebook), *self._made_of)
        for trace in self._traces(name):
            if not trace.is_current(self.inputs, facts):
                continue
            saved = self.cache.get(NOTEBOOKS, key(name, trace.key))
            if saved is None:
                continue
            restored = partial(self._restored, notebook, trace, saved)
            executed, text = memory.once(restored, "run", Same(notebook), name, trace.key, saved)
            output.write_text(text, encoding="utf-8")
            return executed
        return None

    def _restored(self, notebook: Notebook, trace: Trace, saved: bytes) -> tuple[Executed, str]:
        """Return a saved run with the notebook's present prose, and the text of its file."""
        seconds, text = saved.decode().split("\n", 1)
        entry = key(*self._made_of, notebook.path.name, notebook.text, text)
        if found := self.cache.get(WITH_PROSE, entry):
            text = found.decode()
            content = notebook_file.reads(text)
        else:
            before = notebook_file.reads(text)
            now = with_prose_of(notebook.content, before, self.quarter)
            if now != before:
                text = notebook_file.writes(now)
            content = notebook_file.reads(text)
            self.cache.put(WITH_PROSE, entry, text.encode())
        return Executed(notebook.name, content, float(seconds), trace, is_new=False, digest=sha256(text)), text

    def uncovered(self, notebooks: Path) -> list[Path]:
        """Return the chapters' notebooks that will have to run, as far as the files that they read can tell."""
        book = (self.inputs.project / MARK).read_text(encoding="utf-8", errors="replace")
        return [file for file in notebooks.glob("*.ipynb") if f"{file.stem}.qmd" in book and not self._may_find(file)]

    def _may_find(self, file: Path) -> bool:
        """Return True if a saved run of a notebook may be used, by the files that it has read."""
        try:
            written = file.read_bytes()
            name = memory.once(lambda: self.key(json.loads(written)), written, *self._made_of)
        except (
            OSError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            RecursionError,
        ):  # rejected by name when it is read
            return False
        return any(trace.is_current(self.inputs, None) for trace in self._traces(name))

    def save(
        self,
        before: Mapping[str, Any],  # the notebook before it
        executed: str,  # the text of the notebook's file after it
        seconds: float,  # how long it took
        trace: Trace,  # what it had read
    ) -> None:
        """Save a run, unless nobody can tell what it depends on."""
        if trace.untracked:
            return
        name = self.key(before)
        self.cache.put(NOTEBOOKS, key(name, trace.key), f"{seconds}\n{executed}".encode())
        traces = [trace, *(each for each in self._traces(name) if each != trace)]
        self.cache.put(TRACES, name, json.dumps([each.to_json() for each in traces[:MOST_TRACES]]).encode())

    def _traces(self, name: str) -> Iterator[Trace]:
        content = self.cache.get(TRACES, name)
        yield from map(Trace.from_json, json.loads(content or b"[]"))


def with_prose_of(content: Mapping[str, Any], executed: Mapping[str, Any], quarter: Quarter) -> dict[str, Any]:
    """Return a saved run's notebook with the prose, ids and metadata that its source now has.

    What runs in the source is the same as when it ran, in the same order; so its results are dealt out in that order,
    whatever has happened to the cells of prose between.
    """
    ran = [executed["cells"][place] for place, _ in running(executed["cells"], quarter)]
    partners = dict(zip((place for place, _ in running(content["cells"], quarter)), ran, strict=True))
    injected = [cell for cell in executed["cells"] if "injected-parameters" in cell["metadata"].get("tags", [])]
    idle = {cell.get("id"): cell for cell in executed["cells"]}
    at = executed["metadata"]["papermill"]["start_time"]
    cells = []
    for place, source in enumerate(content["cells"]):
        tags = source["metadata"].get("tags", [])
        if "injected-parameters" in tags:
            continue  # the run's own cell takes its place
        cell = copy.deepcopy(dict(source))
        cell["source"] = source_of(source)
        cell["metadata"] = {**cell["metadata"], "tags": list(tags)}
        partner = partners.get(place)
        if partner is not None:
            for part in ("outputs", "execution_count"):
                if part in partner:
                    cell[part] = partner[part]
            for part in ("papermill", "user_expressions", NOT_SHOWN, OPENED):
                if part in partner["metadata"]:
                    cell["metadata"][part] = partner["metadata"][part]
        else:
            cell["metadata"]["papermill"] = _times(idle.get(source.get("id")), at, source, quarter)
            cell["metadata"].pop("user_expressions", None)
            if source["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        cells.append(cell)
        if "parameters" in tags and injected:
            cells.append(injected.pop(0))
    metadata = copy.deepcopy(dict(content["metadata"]))
    metadata |= {name: value for name, value in executed["metadata"].items() if name in ("papermill", "language_info")}
    if "widgets" in executed["metadata"]:
        metadata["widgets"] = executed["metadata"]["widgets"]
    return {**executed, "cells": cells, "metadata": metadata}


def _times(idle: Mapping[str, Any] | None, at: str, source: Mapping[str, Any], quarter: Quarter) -> dict[str, Any]:
    """Return what papermill records for a cell of prose, in a run that is not repeated."""
    appears = appears_in(source, quarter)
    before = idle["metadata"].get("papermill", {}) if idle else {}
    if before and (before.get("start_time") is not None) == appears:
        return dict(before)
    when = at if appears else None
    nothing = 0.0 if appears else None
    exception = False if appears else None
    return {"duration": nothing, "end_time": when, "exception": exception, "start_time": when, "status": "completed"}
