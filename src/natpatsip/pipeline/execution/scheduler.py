"""Running the notebooks of a plan: each as soon as those that it cites have run, several at once."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import nbformat
from nbformat import NotebookNode

from natpatsip import wording
from natpatsip.errors import DataFileError, NotebookError, ReportError, apart, together
from natpatsip.facts import HANDED
from natpatsip.pipeline.caching.run_cache import Facts, Runs, Trace
from natpatsip.pipeline.execution import kernels as notebook_kernels
from natpatsip.pipeline.execution.cancellation import Brake
from natpatsip.pipeline.inline_code import faulty_data
from natpatsip.pipeline.notebook import Notebook
from natpatsip.pipeline.outputs import Outputs
from natpatsip.pipeline.plan import Plan

if TYPE_CHECKING:
    from natpatsip.pipeline.execution.cluster.client import Cluster

WARNS = re.compile(r"\bSpcWarning: (.*)")  # of natpatsip.spc, which takes long to import
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LOOK = 0.5  # seconds; Windows hears Ctrl-C only between two waits
Log = Callable[[str], None]


@dataclass(frozen=True)
class Executed:
    """A notebook after its run, how long that took in seconds, and what it had read."""

    name: str
    content: NotebookNode
    seconds: float
    trace: Trace
    is_new: bool = True

    @cached_property
    def outputs(self) -> Outputs:
        """What it holds for the build."""
        return Outputs.of(self.name, self.content)


@dataclass(frozen=True)
class Ran:
    """A run, and what it was heard to read (`natpatsip.pipeline.caching.tracing`)."""

    content: NotebookNode
    seconds: float
    heard: Mapping[str, Any]


class Place(Protocol):
    """Where a notebook runs: `run` here, or a cluster's."""

    def __call__(self, plan: Plan, notebook: Notebook, facts: Facts, *, kernels: str, is_watched: bool) -> Ran:
        """Run a notebook."""


def execute(
    plan: Plan,
    *,
    jobs: int,
    log: Log,
    kernels: str = "",
    runs: Runs | None = None,
    see: Callable[[Executed], None] = lambda _: None,
    cluster: Cluster | None = None,
) -> dict[str, Executed]:
    """Execute a plan's notebooks with papermill and return them by name.

    Parameters
    ----------
    plan : Plan
        What to run.
    jobs : int
        How many notebooks may run at once.
    log : callable
        Is given a line as each notebook is done.
    kernels : str
        "warm", "stock" or "auto"; see `natpatsip.pipeline.execution.kernels.choose`.
    runs : Runs, optional
        The runs of earlier builds: a notebook is not executed again where nothing that its results rest on has
        changed.
    see : callable
        Is given each notebook as it is done.
    cluster : Cluster, optional
        Where to run them instead of here; then the threads merely wait for it, each for a notebook.

    Raises
    ------
    NotebookError
        Where a cell or an inline expression failed; every notebook that failed by itself is named. What cites a
        notebook that failed does not run.
    """
    done: dict[str, Executed] = {}
    errors: dict[str, ReportError] = {}
    order, before = plan.order(), plan.before()
    running: dict[Future[Executed], str] = {}
    brake = Brake()
    where: Place = cluster.run if cluster else partial(run, brake=brake)
    places = len(plan.notebooks) if cluster else max(1, jobs)

    def has_run(executed: Executed) -> None:
        done[executed.name] = executed
        how = f"executed in {executed.seconds:.1f} s" if executed.is_new else "unchanged"
        log(f"{executed.name}: {how}")
        for warning in _warnings(executed):
            log(warning)
        see(executed)
        order.done(executed.name)

    with ThreadPoolExecutor(max_workers=places) as pool:
        try:
            while order.is_active():
                while ready := order.get_ready():
                    for name in ready:
                        facts = _facts_of(done[each] for each in _all_before(before, name))
                        if runs and (known := _known(plan, name, facts, runs)):
                            has_run(known)
                        else:
                            running[pool.submit(_work, where, plan, plan.notebooks[name], facts, kernels, runs)] = name
                if not running:  # all that is left cites what failed
                    break
                finished, _ = wait(running, LOOK, return_when=FIRST_COMPLETED)
                for future in finished:
                    name = running.pop(future)
                    try:
                        has_run(future.result())
                    except ReportError as error:
                        if str(error) not in map(str, errors.values()):
                            errors[name] = error
        except KeyboardInterrupt:  # whenever it comes: leaving the pool would wait for what runs in it
            cluster.stop() if cluster else brake.pull()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    together([*_faulty_files(errors), *(each for each in errors.values() if not _faulty_data(each))])
    return {name: done[name] for name in plan.notebooks}


def _warnings(executed: Executed) -> Iterator[str]:
    """Go through what the control charts of a notebook warn of, each with its cell."""
    for cell in executed.content.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                for said in WARNS.findall(output.text):
                    yield f'warning: notebooks/{executed.name}.ipynb, cell "{cell.get("id", "")}": {said}'


def _faulty_data(error: ReportError) -> str:
    return error.faulty_data if isinstance(error, NotebookError) else ""


def _faulty_files(errors: Mapping[str, ReportError]) -> Iterator[DataFileError]:
    """Go through what is wrong in data files, each thing once, and say which notebooks it stopped."""
    stopped: dict[str, list[str]] = {}
    for name, error in errors.items():
        if said := _faulty_data(error):
            stopped.setdefault(said, []).append(f"{name}.ipynb")
    for said, names in stopped.items():
        *problems, last = apart(said)
        yield from map(DataFileError, problems)
        verb = "reads" if len(names) == 1 else "read"
        yield DataFileError(f"{last}\n  Mend the file and build again; {wording.listing(sorted(names))} {verb} it.")


def _all_before(before: Mapping[str, set[str]], name: str) -> set[str]:
    """Return the notebooks that a notebook rests on, and those they rest on."""
    found: set[str] = set()
    todo = set(before[name])
    while todo:
        each = todo.pop()
        found.add(each)
        todo |= before[each] - found
    return found


def _facts_of(executed: Iterable[Executed]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the records of the facts that notebooks published, by id and period."""
    return {fact.key: fact.record() for each in executed for fact in each.outputs.published}


def _known(plan: Plan, name: str, facts: Facts, runs: Runs) -> Executed | None:
    """Return a notebook as it ran in an earlier build, where it would come out the same."""
    notebook = plan.notebooks[name]
    found = runs.find(notebook.content, facts)
    if found is None:
        return None
    content = nbformat.from_dict(found.content)  # type: ignore[no-untyped-call]
    output = _output(plan, notebook)
    text = found.text or nbformat.writes(content)  # type: ignore[no-untyped-call]
    output.write_text(text, encoding="utf-8")
    return Executed(name, content, found.seconds, found.trace, is_new=False)


def _hand_over(plan: Plan, name: str, facts: Facts) -> Path:
    """Write down the facts that a notebook may cite, and return where."""
    file = plan.workplace / "handed" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(list(facts.values())), encoding="utf-8")
    return file


def _output(plan: Plan, notebook: Notebook) -> Path:
    output = plan.workplace / "notebooks" / notebook.path.name
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    return output


def _verbatim(path: Path) -> str:
    """Return a path as papermill takes it, which fills parameters in for names in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _work(where: Place, plan: Plan, notebook: Notebook, facts: Facts, kernels: str, runs: Runs | None) -> Executed:
    """Have a notebook run somewhere, and keep the run."""
    ran = where(plan, notebook, facts, kernels=kernels, is_watched=runs is not None)
    if runs is None:
        return Executed(notebook.name, ran.content, ran.seconds, Trace({}, beyond=("it was not asked",)))
    trace = Trace.heard(ran.heard, runs.inputs, facts, name=f"notebooks/{notebook.path.name}")
    written = plan.workplace / "notebooks" / notebook.path.name
    runs.keep(notebook.content, written.read_text(encoding="utf-8"), ran.seconds, trace)
    return Executed(notebook.name, ran.content, ran.seconds, trace)


def run(
    plan: Plan, notebook: Notebook, facts: Facts, *, kernels: str, is_watched: bool, brake: Brake | None = None
) -> Ran:
    """Run one notebook in this process.

    Parameters
    ----------
    plan : Plan
        What it is part of; the executed notebook is written into the plan's workplace, as far as it ran.
    notebook : Notebook
        The notebook.
    facts : mapping
        The facts of other notebooks that it may cite.
    kernels : str
        As for `execute`.
    is_watched : bool
        Whether to hear what it reads.
    brake : Brake, optional
        What can end it before it is done.

    Raises
    ------
    NotebookError
        Where a cell or an inline expression failed.
    """
    import papermill

    engine = notebook_kernels.ENGINES[notebook_kernels.choose(kernels)]
    output = _output(plan, notebook)
    handed = _hand_over(plan, notebook.name, facts)
    heard: dict[str, Any] = {}
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
            kept=str(output),
            folder=str(notebook.path.parent),
            env=os.environ | {HANDED: str(handed)},
            heard=heard if is_watched else None,
            project=str(plan.project),
            brake=brake,
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
    except Exception as error:  # a kernel that dies or hangs: nbclient and jupyter_client raise kinds of their own
        raise NotebookError(f"notebooks/{notebook.path.name}: {type(error).__name__}: {_short(str(error))}") from error
    return Ran(content, time.monotonic() - start, heard)


def _failure(plan: Plan, notebook: Notebook, output: Path, error: Any) -> str:
    """Say which cell failed and how: a report's own error by its sentence, any other with its source and traceback."""
    executed = nbformat.read(output, as_version=4)  # type: ignore[no-untyped-call]
    ids = {str(cell.get("execution_count")): cell.get("id", "") for cell in executed.cells if cell.cell_type == "code"}
    identity = ids.get(str(error.exec_count), "")
    where = f'notebooks/{notebook.path.name}, cell "{identity}"'
    if error.ename in _report_errors():
        sentence = re.sub(r"\[(\d+)\]", lambda match: f'"{ids.get(match[1], match[1])}"', str(error.evalue))
        return f"{where}: {sentence}"
    lines = [line for part in error.traceback for line in ESCAPES.sub("", part).splitlines() if line.strip()]
    shown = "\n".join(f"    {line}" for line in lines[-8:])
    try:
        kept = output.relative_to(plan.project)
    except ValueError:
        kept = output
    return (
        f"{where} raised {error.ename}: {error.evalue}\n{shown}\n"
        f"  The notebook as far as it ran: {kept}. Mend the cell in notebooks/{notebook.path.name} and build again."
    )


def _report_errors() -> set[str]:
    kinds = [ReportError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return {kind.__name__ for kind in kinds}


def _short(text: str) -> str:
    lines = [line for line in ESCAPES.sub("", text).splitlines() if line.strip()]
    return " ".join([*lines[:3], "…", *lines[-2:]]) if len(lines) > 6 else " ".join(lines)
