"""Runs the notebooks of a plan: each as soon as those that it cites have run, several at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from natpatsip import wording
from natpatsip.context import WARNING
from natpatsip.errors import DataFileError, NotebookError, ReportError, apart, together
from natpatsip.files.digests import sha256
from natpatsip.pipeline.caching.run_cache import Executed, Facts, RunCache, Trace
from natpatsip.pipeline.execution.cancellation import CancelToken
from natpatsip.pipeline.execution.notebook_run import NotebookRun, output_of, run
from natpatsip.pipeline.notebook import Notebook, name_of, numbered, running
from natpatsip.pipeline.options import Log
from natpatsip.pipeline.plan import Plan

if TYPE_CHECKING:
    from natpatsip.pipeline.execution.dask_cluster import Cluster

PYTHON_WARNING = re.compile(r"^\S.*:\d+: (?P<kind>\w+(?:Warning|Error)): (?P<message>.+)$", re.MULTILINE)
OF_VERSIONS = ("DeprecationWarning", "FutureWarning")  # what a later version of a library will do
POLL = 0.5  # seconds; Windows notices Ctrl-C only between two waits


def execute(
    plan: Plan,
    *,
    jobs: int,  # how many notebooks may run at once
    log: Log,  # receives a line as each notebook is done
    kernels: str = "",  # "warm", "stock" or "auto"; see `natpatsip.pipeline.execution.kernels.choose`
    # the runs of earlier builds: a notebook is not executed again if nothing that its results depend on has changed
    runs: RunCache | None = None,
    on_done: Callable[[Executed], None] = lambda _: None,  # receives each notebook as it is done
    cluster: Cluster | None = None,  # where to run notebooks instead of here; then each thread only waits for one
) -> dict[str, Executed]:
    """Execute a plan's notebooks with papermill and return them by name.

    Raises
    ------
    NotebookError
        If a cell or an inline expression fails; every notebook that failed by itself is named. The others run, except
        those that cite a failed one.
    """
    done: dict[str, Executed] = {}
    errors: dict[str, ReportError] = {}
    failed: set[str] = set()  # some with the same error as another
    order, before = plan.order(), plan.before()
    running: dict[Future[Executed], str] = {}
    cancel = CancelToken()
    run_notebook = partial(cluster.run, kernels=kernels) if cluster else partial(run, kernels=kernels, cancel=cancel)

    def finish(executed: Executed) -> None:
        done[executed.name] = executed
        how = f"executed in {executed.seconds:.1f} s" if executed.is_new else "unchanged"
        log(f"{executed.name}: {how}")
        for warning in _warnings(executed):
            log(warning)
        on_done(executed)
        order.done(executed.name)

    with ThreadPoolExecutor(max_workers=len(plan.notebooks) if cluster else max(1, jobs)) as pool:
        try:
            while order.is_active():
                while ready := order.get_ready():
                    for name in ready:
                        notebook = plan.notebooks[name]
                        facts = _facts_of(done[each] for each in _all_before(before, name))
                        if runs and (found := runs.find(notebook, facts, output_of(plan, notebook))):
                            finish(found)
                        else:
                            running[pool.submit(_execute, run_notebook, plan, notebook, facts, runs)] = name
                if not running:  # all that is left cites what failed
                    break
                finished, _ = wait(running, POLL, return_when=FIRST_COMPLETED)
                for future in finished:
                    name = running.pop(future)
                    try:
                        finish(future.result())
                    except ReportError as error:
                        failed.add(name)
                        log(f"{name}: failed")
                        if str(error) not in map(str, errors.values()):
                            errors[name] = error
        except KeyboardInterrupt:  # leaving the pool's block would wait for what runs in it
            cluster.stop() if cluster else cancel.cancel()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    not_run = {
        name: sorted(_all_before(before, name) & failed) for name in plan.notebooks if name not in {*done, *failed}
    }
    for name, causes in not_run.items():
        log(f"{name}: not run, since it cites facts of {wording.listing([f'{each}.ipynb' for each in causes])}")
    errors = {name: errors[name] for name in plan.notebooks if name in errors}  # in reading order
    for name, stopped in errors.items():
        if isinstance(stopped, NotebookError) and stopped.failure:
            waiting = tuple(f"{each}.ipynb" for each, causes in not_run.items() if name in causes)
            stopped.failure = replace(stopped.failure, not_run=waiting)
    together([*_faulty_files(errors), *(each for each in errors.values() if not _faulty_data(each))])
    return {name: done[name] for name in plan.notebooks}


def _execute(
    run_notebook: Callable[..., NotebookRun], plan: Plan, notebook: Notebook, facts: Facts, runs: RunCache | None
) -> Executed:
    """Have a notebook run, and save the run."""
    ran = run_notebook(plan, notebook, facts, is_traced=runs is not None)
    if runs is None:
        return Executed(notebook.name, ran.content, ran.seconds, Trace({}, untracked=("it was not traced",)))
    code = "\n".join(text for _, step in running(notebook.content["cells"], plan.quarter) for text in step)
    trace = Trace.of(ran.reads, runs.inputs, facts, name=f"notebooks/{notebook.path.name}", code=code)
    written = plan.workplace / "notebooks" / notebook.path.name
    text = written.read_text(encoding="utf-8")
    runs.save(notebook.content, text, ran.seconds, trace)
    return Executed(notebook.name, ran.content, ran.seconds, trace, digest=sha256(text))


def _warnings(executed: Executed) -> Iterator[str]:
    """Yield what the control charts of a notebook and its libraries warn of, each with its cell."""
    for number, cell in numbered(executed.content.cells):
        for output in cell.get("outputs", []):
            for message in _warned(output):
                yield f"warning: notebooks/{executed.name}.ipynb, {name_of(number, cell)}: {message}"


def _warned(output: Mapping[str, Any]) -> Iterator[str]:
    """Yield the warnings in an output of a cell; those of Python are in its standard error."""
    if warning := output.get("data", {}).get(WARNING):
        yield warning["message"]
    elif output.get("name") == "stderr":
        for warned in PYTHON_WARNING.finditer(output["text"]):
            if not warned["kind"].endswith(OF_VERSIONS):
                yield f"{warned['kind']}: {warned['message']}"


def _faulty_data(error: ReportError) -> str:
    return error.faulty_data if isinstance(error, NotebookError) else ""


def _faulty_files(errors: Mapping[str, ReportError]) -> Iterator[DataFileError]:
    """Yield each fault of a data file once, with all notebooks that it stopped."""
    stopped: dict[str, list[str]] = {}
    for name, error in errors.items():
        if fault := _faulty_data(error):
            stopped.setdefault(fault, []).append(f"{name}.ipynb")
    for fault, names in stopped.items():
        *problems, last = apart(fault)
        yield from map(DataFileError, problems)
        verb = "reads" if len(names) == 1 else "read"
        yield DataFileError(f"{last}\n  Fix the file and build again; {wording.listing(sorted(names))} {verb} it.")


def _all_before(before: Mapping[str, set[str]], name: str) -> set[str]:
    """Return the notebooks that a notebook waits for, directly or not."""
    found: set[str] = set()
    todo = set(before[name])
    while todo:
        each = todo.pop()
        found.add(each)
        todo |= before[each] - found
    return found


def _facts_of(executed: Iterable[Executed]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the records of the facts that notebooks which have run publish, for those that cite them."""
    return {fact.key: fact.record() for each in executed for fact in each.outputs.published}
