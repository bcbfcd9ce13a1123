"""One run of one notebook in this process, by papermill with our engine; a failure names its cell."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip.errors import CellFailure, NotebookError, ReportError, is_own, of_the_machine
from natpatsip.facts.publishing import HANDED
from natpatsip.pipeline.caching.run_cache import Facts
from natpatsip.pipeline.execution import kernels as notebook_kernels
from natpatsip.pipeline.execution.cancellation import CancelToken
from natpatsip.pipeline.inline_code import faulty_data
from natpatsip.pipeline.notebook import SLOW, Notebook, advice_on_name, block_imports, place_of, source_of
from natpatsip.pipeline.plan import Plan

if TYPE_CHECKING:
    from nbformat import NotebookNode

# What colours text and makes links in a terminal.
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
# As IPython writes a traceback: the place of each frame, and an arrow at its line; "A cell" is faulthandler's.
IN_CELL = re.compile(r"\s*(?:Cell In\[(\d+)\]|(?:File )?A cell), line (\d+)")
FRAME = re.compile(r"(?:File (\S.*?):\d+(?:,|$)|Cell In\[)")
ARROW = re.compile(r"-+> (\d+) (.*)")
PLACE = re.compile(r'\bcell (\d+)(?: "[^"]*")? \(id ([\w-]+)\)')  # as messages name a cell
FIRST_LINES = 3  # of a cell, in summaries
ERROR_MARKER = "papermill-error-cell-tag"  # of the cells in which papermill says that one has failed


@dataclass(frozen=True)
class NotebookRun:
    """An executed notebook, how many seconds that took, and what the tracer in its process reported."""

    content: NotebookNode
    seconds: float
    reads: Mapping[str, Any] = field(default_factory=dict)


def run(
    plan: Plan,  # what it is part of; the executed notebook is written to `output_of`, as far as it ran
    notebook: Notebook,
    facts: Facts,  # the facts of other notebooks that it may cite
    *,
    kernels: str,  # "warm", "stock" or "auto"; see `natpatsip.pipeline.execution.kernels.choose`
    is_traced: bool,  # whether its process reports what it reads (`natpatsip.pipeline.caching.tracing`)
    cancel: CancelToken | None = None,  # what can end it before it is done
) -> NotebookRun:
    """Run one notebook in this process.

    Raises
    ------
    NotebookError
        If a cell or an inline expression fails.
    """
    with block_imports(SLOW):
        import papermill  # half a second, which a build that finds every run in the cache does not spend

    engine = notebook_kernels.ENGINES[notebook_kernels.choose(kernels)]
    output = output_of(plan, notebook)
    reads: dict[str, Any] = {}
    start = time.monotonic()
    try:
        content = papermill.execute_notebook(
            _verbatim(_copy_of(plan, notebook)),
            _verbatim(output),
            kernel_name="python3" if notebook.language == "python" else None,  # the project's own, whatever saved it
            language=notebook.language,
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
            source=str(notebook.path),
            cancel=cancel,
        )
    except papermill.PapermillExecutionError as error:
        failure = NotebookError(_failure(plan, notebook, output, error))
        failure.faulty_data = faulty_data(error.ename, error.evalue)
        last = ESCAPES.sub("", str(error.evalue)).strip().splitlines()[-1:]
        failure.failure = _cell_failure(plan, notebook, output, str(failure), ": ".join([error.ename, *last]))
        raise failure from error
    except NotebookError as error:
        failure = NotebookError(f"notebooks/{notebook.path.name}, {error}")
        failure.faulty_data = error.faulty_data
        failure.failure = _cell_failure(plan, notebook, output, str(failure), PLACE.sub("", str(error)).lstrip(" ,:"))
        raise failure from error
    except ReportError:  # not the notebook's
        raise
    except Exception as error:  # a kernel that dies or hangs: nbclient and jupyter_client have errors of their own
        if isinstance(error, OSError) and of_the_machine(error):  # such as a full disk
            raise
        words = f"{type(error).__name__}: {_short(str(error))}"
        failure = NotebookError(f"notebooks/{notebook.path.name}: {words}")
        failure.failure = _cell_failure(plan, notebook, output, "", words)
        raise failure from error
    return NotebookRun(content, time.monotonic() - start, reads)


def _copy_of(plan: Plan, notebook: Notebook) -> Path:
    """Write the notebook that is run as it was read, in which every cell has its id, and return the file."""
    import nbformat  # where a notebook runs: papermill imports it too

    file = plan.workplace / "sources" / notebook.path.name
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook.content, file)  # type: ignore[no-untyped-call]
    return file


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
    """Return which cell failed and how: the sentence of a report's own error, else the analyst's line and the error."""
    import nbformat

    executed = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]
    own = [cell for cell in executed.cells if ERROR_MARKER not in cell.metadata.get("tags", [])]
    code = {str(cell.execution_count): cell for cell in own if cell.cell_type == "code"}
    names = {count: place_of(own, cell) for count, cell in code.items()}
    count = str(error.exec_count)
    where = f"notebooks/{notebook.path.name}, {names.get(count, 'a cell')}"
    words = ESCAPES.sub("", str(error.evalue))
    if is_own(error.ename):
        sentence = re.sub(r"cell \[(\d+)\]", lambda match: names.get(match[1], match[0]), words)
        return f"{where}: {sentence}"
    traceback = [line for part in error.traceback for line in ESCAPES.sub("", part).splitlines() if line.strip()]
    cell, through = code.get(count), _reports_line(plan, traceback)
    advice = advice_on_name(own, cell, error.ename, words) if cell and not through else ""
    return "\n".join(
        [
            where + _analysts_line(cell, count, traceback),
            f"  raised {error.ename}: {words}",
            *through,
            *([f"  {advice}"] if advice else []),
            f"  The notebook as far as it ran: {_within(plan, output)}. Fix the cell and build again.",
        ]
    )


def _cell_failure(plan: Plan, notebook: Notebook, output: Path, message: str, error: str) -> CellFailure:
    """Return where a notebook stopped; the cell is the first that a message names."""
    found = PLACE.search(message)
    number, identity = (int(found[1]), found[2]) if found else (0, "")
    cell = next((each for each in notebook.content.cells if identity and each.get("id") == identity), None)
    lines = [line for line in source_of(cell).splitlines() if line.strip()] if cell else []
    return CellFailure(
        f"notebooks/{notebook.path.name}",
        number,
        identity,
        "\n".join(lines[:FIRST_LINES]),
        error,
        _within(plan, output) if output.is_file() else "",
    )


def _within(plan: Plan, output: Path) -> str:
    return (output.relative_to(plan.project) if output.is_relative_to(plan.project) else output).as_posix()


def _analysts_line(cell: NotebookNode | None, count: str, traceback: Sequence[str]) -> str:
    """Return the line of the failing cell that the error came from; without one, the end of the traceback."""
    places = (IN_CELL.match(line) for line in traceback)
    number = next((int(found[2]) for found in places if found and found[1] in (count, None)), 0)
    lines = cell.source.splitlines() if cell else []
    if 0 < number <= len(lines):
        return f", line {number}:\n    {lines[number - 1].strip()}"
    return "".join(f"\n    {line}" for line in traceback[-8:])


def _reports_line(plan: Plan, traceback: Sequence[str]) -> list[str]:
    """Return the innermost line of the report's own Python that the error came through, if it came through any."""
    found, file = "", Path()
    for line in traceback:
        if frame := FRAME.match(line):
            file = Path(frame[1] or "").expanduser()
        elif (arrow := ARROW.match(line)) and file.is_relative_to(plan.project / "src"):
            found = f"  in {file.relative_to(plan.project).as_posix()}, line {arrow[1]}: {arrow[2].strip()}"
    return [found] if found else []


def _short(text: str) -> str:
    lines = [line for line in ESCAPES.sub("", text).splitlines() if line.strip()]
    return " ".join([*lines[:3], "…", *lines[-2:]]) if len(lines) > 6 else " ".join(lines)
