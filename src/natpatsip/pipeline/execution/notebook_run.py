"""One run of one notebook in this process, by papermill with our engine; a failure names its cell."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from natpatsip.errors import NotebookError, ReportError
from natpatsip.facts import HANDED
from natpatsip.pipeline.caching.run_cache import Facts
from natpatsip.pipeline.execution import kernels as notebook_kernels
from natpatsip.pipeline.execution.cancellation import CancelToken
from natpatsip.pipeline.inline_code import faulty_data
from natpatsip.pipeline.notebook import Notebook
from natpatsip.pipeline.plan import Plan

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class NotebookRun:
    """An executed notebook, how many seconds that took, and what the tracer in its process reported."""

    content: NotebookNode
    seconds: float
    reads: Mapping[str, Any] = field(default_factory=dict)


def run(
    plan: Plan,
    notebook: Notebook,
    facts: Facts,
    *,
    kernels: str,
    is_traced: bool,
    cancel: CancelToken | None = None,
) -> NotebookRun:
    """Run one notebook in this process.

    Parameters
    ----------
    plan : Plan
        What it is part of; the executed notebook is written to `output_of`, as far as it ran.
    notebook : Notebook
        The notebook.
    facts : mapping
        The facts of other notebooks that it may cite.
    kernels : str
        "warm", "stock" or "auto"; see `natpatsip.pipeline.execution.kernels.choose`.
    is_traced : bool
        Whether its process reports what it reads (`natpatsip.pipeline.caching.tracing`).
    cancel : CancelToken, optional
        What can end it before it is done.

    Raises
    ------
    NotebookError
        If a cell or an inline expression fails.
    """
    import papermill  # half a second, which a build that finds every run in the cache does not spend

    engine = notebook_kernels.ENGINES[notebook_kernels.choose(kernels)]
    output = output_of(plan, notebook)
    reads: dict[str, Any] = {}
    start = time.monotonic()
    try:
        content = papermill.execute_notebook(
            _verbatim(notebook.path),
            _verbatim(output),
            parameters={"quarter": str(plan.quarter), "edition": plan.edition},
            engine_name=engine,
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            execution_timeout=plan.params.limits.cell,
            notebook_timeout=plan.params.limits.notebook,
            failed_path=str(output),
            folder=str(notebook.path.parent),
            env=_environment(plan, _hand_over(plan, notebook.name, facts)),
            reads=reads if is_traced else None,
            project=str(plan.project),
            cancel=cancel,
        )
    except papermill.PapermillExecutionError as error:
        failure = NotebookError(_failure(plan, notebook, output, error))
        failure.faulty_data = faulty_data(error.ename, error.evalue)
        raise failure from error
    except NotebookError as error:
        failure = NotebookError(f"notebooks/{notebook.path.name}, {error}")
        failure.faulty_data = error.faulty_data
        raise failure from error
    except ReportError:  # not the notebook's
        raise
    except Exception as error:  # a kernel that dies or hangs: nbclient and jupyter_client have errors of their own
        raise NotebookError(f"notebooks/{notebook.path.name}: {type(error).__name__}: {_short(str(error))}") from error
    return NotebookRun(content, time.monotonic() - start, reads)


def output_of(plan: Plan, notebook: Notebook) -> Path:
    """Return the file that an executed notebook is written to, without what an earlier build has left there."""
    output = plan.workplace / "notebooks" / notebook.path.name
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    return output


def _environment(plan: Plan, facts: Path) -> dict[str, str]:
    """Return the environment of a notebook's process."""
    places = [str(plan.project / "src"), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        HANDED: str(facts),
        "PYTHONPATH": os.pathsep.join(filter(None, places)),  # the report's own Python needs no installation
        # Python tells whether bytecode is that of a source by its size and whole seconds: of two quick edits it could
        # run the first. So none is written, and the report's own Python is compiled for each run.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _hand_over(plan: Plan, name: str, facts: Facts) -> Path:
    """Write the facts that a notebook may cite to a file, and return it."""
    file = plan.workplace / "handed" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(list(facts.values())), encoding="utf-8")
    return file


def _verbatim(path: Path) -> str:
    """Return a path as papermill takes it, which replaces names in braces by parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _failure(plan: Plan, notebook: Notebook, output: Path, error: Any) -> str:
    """Return which cell failed and how: the sentence of a report's own error, else source and traceback."""
    executed = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]
    ids = {str(cell.get("execution_count")): cell.get("id", "") for cell in executed.cells if cell.cell_type == "code"}
    identity = ids.get(str(error.exec_count), "")
    where = f'notebooks/{notebook.path.name}, cell "{identity}"'
    if error.ename in _report_errors():
        sentence = re.sub(r"\[(\d+)\]", lambda match: f'"{ids.get(match[1], match[1])}"', str(error.evalue))
        return f"{where}: {sentence}"
    lines = [line for part in error.traceback for line in ESCAPES.sub("", part).splitlines() if line.strip()]
    shown = "\n".join(f"    {line}" for line in lines[-8:])
    saved = output.relative_to(plan.project) if output.is_relative_to(plan.project) else output
    return (
        f"{where} raised {error.ename}: {error.evalue}\n{shown}\n"
        f"  The notebook as far as it ran: {saved}. Fix the cell in notebooks/{notebook.path.name} and build again."
    )


def _report_errors() -> set[str]:
    kinds = [ReportError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return {kind.__name__ for kind in kinds}


def _short(text: str) -> str:
    lines = [line for line in ESCAPES.sub("", text).splitlines() if line.strip()]
    return " ".join([*lines[:3], "…", *lines[-2:]]) if len(lines) > 6 else " ".join(lines)
