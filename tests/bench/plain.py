"""The plain chain: each notebook by the papermill command, one after another, then the same renderer.

Run as ``python tests/bench/plain.py PROJECT QUARTER FORMATS``.
"""

from __future__ import annotations

import calendar
import json
import os
import subprocess
import sys
from pathlib import Path

from natpatsip.facts.publishing import HANDED
from natpatsip.pipeline.notebook_outputs import Outputs, collect_facts, gather
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter


def execute(plan: Plan, folder: Path) -> None:
    """Execute each notebook with the papermill command, those first whose facts others cite."""
    import nbformat

    handed = folder / "facts.json"
    facts: list[dict[str, object]] = []
    folder.mkdir(parents=True, exist_ok=True)
    papermill = Path(sys.executable).with_name("papermill")
    for name in _ordered(plan):
        handed.write_text(json.dumps(facts), encoding="utf-8")
        output = folder / f"{name}.ipynb"
        parameters = ["-p", "quarter", str(plan.quarter), "-p", "edition", ""]
        engine = ["--engine", "natpatsip", "--no-progress-bar", "--cwd", str(plan.project / "notebooks")]
        command = [str(papermill), str(plan.notebooks[name].path), str(output), *parameters, *engine]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {HANDED: str(handed)})
        content = nbformat.read(output, as_version=4)
        facts += [fact.record() for fact in Outputs.of(name, content).published]


def _ordered(plan: Plan) -> list[str]:
    order, names = plan.order(), []
    while order.is_active():
        ready = order.get_ready()
        names += ready
        order.done(*ready)
    return names


def render(plan: Plan, folder: Path, formats: list[str]) -> None:
    """Stage and render what was executed, as a build does, with nothing from a cache."""
    import nbformat

    from natpatsip.pipeline import render as renderer
    from natpatsip.pipeline.caching.store import Cache
    from natpatsip.pipeline.drawing.staged_drawings import write_drawings
    from natpatsip.pipeline.staging.stage import stage

    executed = {name: nbformat.read(folder / f"{name}.ipynb", as_version=4) for name in plan.notebooks}
    outputs = gather(executed)
    staged = stage(plan.without_changes(), executed, outputs, collect_facts(outputs))
    write_drawings(
        staged.folder,
        staged.figures,
        outputs,
        cache=Cache(folder / "cache", is_read=False),
        fonts=plan.project / "_extensions" / "natpatsip" / "fonts",
        phrases=staged.phrases,
    )
    timestamp = calendar.timegm(plan.params.cut_off.timetuple())
    renderer.render(staged.folder, folder / "report", formats, renderer=renderer.PANDOC, timestamp=timestamp)


def main() -> None:
    """Do the whole chain."""
    project, quarter, formats = Path(sys.argv[1]), Quarter.parse(sys.argv[2]), sys.argv[3].split(",")
    plan = Plan.of(project, quarter)
    folder = project / "build" / "plain"
    execute(plan, folder)
    render(plan, folder, formats)


if __name__ == "__main__":
    main()
