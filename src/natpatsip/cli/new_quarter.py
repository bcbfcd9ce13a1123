"""``natpatsip new-quarter``: open the next quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.application import app
from natpatsip.cli.console import say

if TYPE_CHECKING:
    from natpatsip.new_quarter import OpenedQuarter


@app.command("new-quarter", epilog="Example:  natpatsip new-quarter 2024-25-Q3")
def new_quarter(
    quarter: Annotated[str, typer.Argument(help="The quarter to open: the one after the newest in params/.")],
) -> None:
    """Open the next quarter: its params, and last quarter's narrative to review."""
    from natpatsip.new_quarter import open_quarter
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter

    for line in summary(open_quarter(project_root(), Quarter.parse(quarter))):
        say(line)


def summary(opened: OpenedQuarter) -> list[str]:
    """Return the lines that the command prints: what was done, which data are awaited, and what to do next."""
    quarter, before = opened.quarter, opened.before
    cells = sum(map(len, opened.copied.values()))
    lines = [
        f"{quarter.label} is open.",
        f"- params/{quarter}.yml: like {before}, with the cut-off moved; rebase dates and targets are unchanged",
        f"- {cells} cells of {before.label} copied for {quarter} and tagged to-review; the originals are collapsed:",
        *(f"    notebooks/{name}.ipynb: {len(ids)}" for name, ids in opened.copied.items()),
    ]
    for each, reference in opened.archived.items():
        lines.append(f"- {each.label} is archived: natpatsip build {each} builds it from git, in a separate worktree")
        if reference.startswith("report/"):
            lines.append(f"    from the tag {reference} of its final edition")
        else:
            lines.append(f"    from the commit {reference[:10]}, as it was never made final (no tag report/{each})")
    lines += [f"- cells of {each.label} stay, because the project is not in git" for each in opened.stayed]
    lines += ["", "Data awaited:" if opened.awaited else "Data: complete."]
    for file in opened.awaited:
        lines += [f"- {file.file}: {file.rows}", f"    {', '.join(file.columns)}"]
    return [
        *lines,
        "",
        "Next:",
        f'1. Look at the change and commit it: git add notebooks params && git commit -m "Open {quarter.label}"',
        f"2. Check params/{quarter}.yml: targets, rebases.",
        f"3. Add the data; natpatsip build {quarter} lists what is still missing.",
        f"4. Read each cell tagged to-review, rewrite it and remove the tag; natpatsip check {quarter} lists them.",
        f"5. natpatsip compare {before} {quarter} shows what changed, and so does a page of the draft.",
        f"6. Have it signed off in params/{quarter}.yml, commit, and run natpatsip build {quarter} --final",
    ]
