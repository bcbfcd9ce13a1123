"""The warm-fork chain: the most that a user could put together without this package's pipeline.

One Python imports pandas, Altair, the vocabulary and nbconvert once. Two forks of it at a time run a notebook's cells
each, by plain IPython, and nbconvert writes each executed notebook as a page of HTML. Run as
``python tests/bench/warm_forks.py PROJECT QUARTER FOLDER ORDER``, where ORDER is JSON: notebooks by name, each with
those that have to run before it. With ``--cells`` it stops before nbconvert, with ``--preload`` before the cells.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

FORKS = 2
FACT = "application/vnd.natpatsip.fact+json"


def preload(*, with_pages: bool) -> Any:
    """Import what all notebooks and pages need, and use it once; return the exporter of pages."""
    import altair
    import nbformat
    import pandas
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    import natpatsip

    for name in natpatsip.__all__:
        part = getattr(natpatsip, name)
        for inner in getattr(part, "__all__", ()):
            getattr(part, inner)
    config = Config()
    config.HistoryManager.enabled = False  # forks would write to one database
    InteractiveShell.instance(config=config)
    frame = pandas.DataFrame({"month": pandas.to_datetime(["2024-07-01"]), "value": [1.0]})
    altair.Chart(frame).mark_line().encode(x="month:T", y="value:Q").to_dict()
    if not with_pages:
        return None
    exporter = importlib.import_module("nbconvert").HTMLExporter()
    exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Title")]))
    return exporter


def run_all(project: Path, quarter: str, folder: Path, order: dict[str, list[str]], exporter: Any) -> None:
    """Run notebooks in forks, two at a time, each as soon as those before it have run."""
    facts: list[dict[str, Any]] = []
    handed = folder / "facts.json"
    todo, done, running = dict(order), set[str](), dict[int, str]()
    while todo or running:
        for name in [each for each, before in todo.items() if done.issuperset(before)]:
            if len(running) < FORKS:
                written = handed.with_suffix(".new")  # a fork that runs may be reading the file
                written.write_text(json.dumps(facts), encoding="utf-8")
                written.replace(handed)
                del todo[name]
                running[_forked(project, quarter, folder, name, exporter)] = name
        child, status = os.wait()
        name = running.pop(child)
        if status:
            sys.exit(f"{name} failed")
        facts += json.loads((folder / f"{name}.facts.json").read_text(encoding="utf-8"))
        done.add(name)


def _forked(project: Path, quarter: str, folder: Path, name: str, exporter: Any) -> int:
    if child := os.fork():
        return child
    status = 1
    try:
        os.environ["NATPATSIP_FACTS"] = str(folder / "facts.json")
        os.chdir(project / "notebooks")
        _run(project / "notebooks" / f"{name}.ipynb", quarter, folder, exporter)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(path: Path, quarter: str, folder: Path, exporter: Any) -> None:
    """Run the cells of a notebook, and write its facts, the executed notebook, and its page."""
    import nbformat
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from nbformat import v4

    from natpatsip.pipeline.notebook import appears_in
    from natpatsip.quarter import Quarter

    shell: Any = InteractiveShell.instance()
    content = nbformat.read(path, as_version=4)
    for cell in content.cells:
        if cell.cell_type != "code" or not appears_in(cell, Quarter.parse(quarter)):
            continue
        with capture_output() as captured:
            shell.run_cell(cell.source, store_history=True).raise_error()
        if "parameters" in cell.metadata.get("tags", []):
            shell.run_cell(f'quarter = "{quarter}"\nedition = ""').raise_error()
        cell.outputs = [
            *([v4.new_output("stream", name="stdout", text=captured.stdout)] if captured.stdout else []),
            *(v4.new_output("display_data", data=each.data or {}, metadata=each.metadata or {})
              for each in captured.outputs),
        ]  # fmt: skip
    shown = [output.get("data", {}) for cell in content.cells for output in cell.get("outputs", ())]
    facts = [data[FACT] for data in shown if FACT in data]
    (folder / f"{path.stem}.facts.json").write_text(json.dumps(facts), encoding="utf-8")
    nbformat.write(content, folder / path.name)
    if exporter is not None:
        page, _ = exporter.from_notebook_node(content)
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")


def main() -> None:
    """Do the chain, or the first part of it."""
    project, quarter, folder, order = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), json.loads(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(project)  # whose own Python natpatsip then puts on the path
    exporter = preload(with_pages=not {"--cells", "--preload"} & set(sys.argv))
    if "--preload" not in sys.argv:
        run_all(project, quarter, folder, order, exporter)


if __name__ == "__main__":
    main()
