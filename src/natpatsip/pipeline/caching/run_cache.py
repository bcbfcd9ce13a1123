"""Runs of notebooks that need no repeating: nothing that their results rest on has changed.

A run is found by what the notebook says that runs (code and inline expressions, in order), its parameters, the
helpers and the environment; then by what it had read: files, and facts of other notebooks. Prose is no part of that. A
run that is found gets the notebook's prose as it now is.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from natpatsip.pipeline.caching import store
from natpatsip.pipeline.caching.digests import Inputs, sha256_of
from natpatsip.pipeline.notebook import appears_in, running, source_of
from natpatsip.project import MARK
from natpatsip.quarter import Quarter

TRACES, NOTEBOOKS = "traces", "runs"
MOST_TRACES = 16  # of one notebook with the same code: as data go to and fro
Facts = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Trace:
    """What a run has read: files by their hashes, and facts of other notebooks by theirs; empty where there was none.

    `beyond` says why the result may rest on something else, too; where it does, the run is not kept.
    """

    files: Mapping[str, str]
    facts: tuple[tuple[str, str, str], ...] = ()
    beyond: tuple[str, ...] = ()

    @classmethod
    def heard(cls, told: Mapping[str, Any], inputs: Inputs, facts: Facts, *, name: str) -> Trace:
        """Return the trace of a run that has just ended.

        Parameters
        ----------
        told : mapping
            What `natpatsip.pipeline.caching.tracing` heard; empty where nobody listened.
        inputs : Inputs
            The files as they were before the run.
        facts : mapping
            The records of facts that were handed to it.
        name : str
            The notebook's file.
        """
        if not told:
            return cls({}, beyond=("its process does not tell what it reads",))
        files = {read: sha256_of(inputs.project / read) for read in [*told["read"], *told["listed"]]}
        now = files | {name: sha256_of(inputs.project / name)}
        changed = [f"{each} changed meanwhile" for each, sha in now.items() if sha != inputs.files.get(each, sha)]
        asked = tuple((fact, period, fact_hash(facts, fact, period)) for fact, period in told["asked"])
        return cls(files, asked, (*told["beyond"], *changed))

    @classmethod
    def from_json(cls, content: Any) -> Trace:
        """Return a trace from what JSON holds of it."""
        return cls(content["files"], tuple((fact, period, sha) for fact, period, sha in content["facts"]))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {"files": dict(self.files), "facts": list(self.facts)}

    def holds(self, inputs: Inputs, facts: Facts) -> bool:
        """Say whether a run would read the same today."""
        return all(inputs.sha256(name) == sha for name, sha in self.files.items()) and all(
            fact_hash(facts, fact, period) == sha for fact, period, sha in self.facts
        )

    @property
    def key(self) -> str:
        """The hash of it."""
        return store.key(json.dumps(self.to_json(), sort_keys=True))


def fact_hash(facts: Facts, fact: str, period: str) -> str:
    """Return the hash of a fact that is handed to a notebook; empty where it is not among them."""
    record = facts.get((fact, period))
    return "" if record is None else store.key(json.dumps(record, sort_keys=True))


@dataclass(frozen=True)
class Run:
    """An executed notebook, its text where that is still the same, the seconds its run took, and what that had read."""

    content: Mapping[str, Any]
    text: str | None
    seconds: float
    trace: Trace


@dataclass(frozen=True)
class Runs:
    """The runs that a project's cache holds, for one quarter and edition.

    Parameters
    ----------
    kept : Cache
        The cache.
    inputs : Inputs
        The project as it is.
    quarter : Quarter
        What the notebooks report on.
    edition : str
        The edition; empty for the national one.
    kernels : str
        What they run on: "warm" or "stock".
    """

    kept: store.Cache
    inputs: Inputs
    quarter: Quarter
    edition: str
    kernels: str

    def key(self, content: Mapping[str, Any]) -> str:
        """Return the hash of what a notebook says that runs, and of what works on it."""
        steps = [step for _, step in running(content["cells"], self.quarter)]
        kernel = {name: value for name, value in content["metadata"].items() if name == "kernelspec"}
        said = json.dumps([steps, kernel, str(self.quarter), self.edition, self.kernels])
        return store.key(self.inputs.project, self.inputs.environment, said)

    def find(self, content: Mapping[str, Any], facts: Facts) -> Run | None:
        """Return a run that would come out the same today, with the prose of `content`; None where there is none.

        Parameters
        ----------
        content : mapping
            The notebook, before its run.
        facts : mapping
            The records of facts that would be handed to it, by id and period.
        """
        from nbformat.v4 import reads

        name = self.key(content)
        for trace in self._traces(name):
            if trace.holds(self.inputs, facts):
                kept = self.kept.get(NOTEBOOKS, store.key(name, trace.key))
                if kept is not None:
                    seconds, text = kept.decode().split("\n", 1)
                    before = reads(text)  # type: ignore[no-untyped-call]
                    now = with_prose_of(content, before, self.quarter)
                    return Run(now, text if now == before else None, float(seconds), trace)
        return None

    def uncovered(self, notebooks: Path) -> list[Path]:
        """Return the chapters' notebooks for which no run can be found, going by the files that they have read."""
        book = (self.inputs.project / MARK).read_text(encoding="utf-8", errors="replace")
        return [file for file in notebooks.glob("*.ipynb") if f"{file.stem}.qmd" in book and not self._may_find(file)]

    def _may_find(self, file: Path) -> bool:
        try:
            name = self.key(json.loads(file.read_bytes()))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # it is refused by name when it is read
            return False
        return any(
            all(self.inputs.sha256(read) == sha for read, sha in trace.files.items()) for trace in self._traces(name)
        )

    def keep(self, before: Mapping[str, Any], executed: str, seconds: float, trace: Trace) -> None:
        """Keep a run.

        Parameters
        ----------
        before : mapping
            The notebook before it.
        executed : str
            The file of the notebook after it.
        seconds : float
            How long it took.
        trace : Trace
            What it had read.
        """
        if trace.beyond:
            return
        name = self.key(before)
        self.kept.put(
            NOTEBOOKS,
            store.key(name, trace.key),
            f"{seconds}\n{executed}".encode(),
        )
        traces = [trace, *(each for each in self._traces(name) if each != trace)]
        self.kept.put(TRACES, name, json.dumps([each.to_json() for each in traces[:MOST_TRACES]]).encode())

    def _traces(self, name: str) -> Iterator[Trace]:
        content = self.kept.get(TRACES, name)
        yield from map(Trace.from_json, json.loads(content or b"[]"))


def with_prose_of(content: Mapping[str, Any], executed: Mapping[str, Any], quarter: Quarter) -> dict[str, Any]:
    """Return an executed notebook with the prose, ids and metadata that its source now has.

    Parameters
    ----------
    content : mapping
        The source; what runs of it is the same as when it ran.
    executed : mapping
        The run.
    quarter : Quarter
        What it reports on.
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
            continue  # the run's own stand for it
        cell = copy.deepcopy(dict(source))
        cell["source"] = source_of(source)
        cell["metadata"] = {**cell["metadata"], "tags": list(tags)}
        partner = partners.get(place)
        if partner is not None:
            for part in ("outputs", "execution_count"):
                if part in partner:
                    cell[part] = partner[part]
            for part in ("papermill", "user_expressions"):
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
    metadata = {**copy.deepcopy(dict(content["metadata"]))}
    metadata |= {name: value for name, value in executed["metadata"].items() if name in ("papermill", "language_info")}
    if "widgets" in executed["metadata"]:
        metadata["widgets"] = executed["metadata"]["widgets"]
    return {**executed, "cells": cells, "metadata": metadata}


def _times(idle: Mapping[str, Any] | None, at: str, source: Mapping[str, Any], quarter: Quarter) -> dict[str, Any]:
    """Return what papermill notes of a cell of prose."""
    appears = appears_in(source, quarter)
    before = idle["metadata"].get("papermill", {}) if idle else {}
    if before and (before.get("start_time") is not None) == appears:
        return dict(before)
    when = at if appears else None
    nothing = 0.0 if appears else None
    exception = False if appears else None
    return {"duration": nothing, "end_time": when, "exception": exception, "start_time": when, "status": "completed"}
