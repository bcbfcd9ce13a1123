"""``natpatsip new-quarter``: the next quarter is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.app import app
from natpatsip.cli.console import say

if TYPE_CHECKING:
    from natpatsip.new_quarter import Opened


@app.command("new-quarter", epilog="Example:  natpatsip new-quarter 2024-25-Q3")
def new_quarter(
    quarter: Annotated[str, typer.Argument(help="The quarter to open: the one after the newest in params/.")],
) -> None:
    """Open the next quarter: its params, and last quarter's narrative to be reviewed."""
    from natpatsip.new_quarter import open_quarter
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter

    for line in told(open_quarter(project_root(), Quarter.parse(quarter))):
        say(line)


def told(opened: Opened) -> list[str]:
    """Return what to say of a quarter that was opened: what was done, what is awaited, and what to do next."""
    quarter, before = opened.quarter, opened.before
    cells = sum(map(len, opened.copied.values()))
    lines = [
        f"{quarter.label} is open.",
        f"- params/{quarter}.yml: as {before}, with the cut-off moved; rebase dates and targets are as they were",
        f"- {cells} cells of {before.label} carried over to {quarter}, tagged to-review; the originals are collapsed:",
        *(f"    notebooks/{name}.ipynb: {len(ids)}" for name, ids in opened.copied.items()),
    ]
    for each, reference in opened.left.items():
        lines.append(
            f"- {each.label} has left the notebooks: natpatsip build {each} takes it from git, in a worktree of its own"
        )
        if reference.startswith("report/"):
            lines.append(f"    from the tag {reference} of its final edition")
        else:
            lines.append(f"    from the commit {reference[:10]}, since it was never made final (no tag report/{each})")
    lines += [f"- cells of {each.label} stay: no git repository keeps them" for each in opened.stayed]
    lines += ["", "Data awaited:"] if opened.awaited else ["", "Data: all there."]
    for file in opened.awaited:
        lines += [f"- {file.file}: {file.rows}", f"    {', '.join(file.columns)}"]
    return [
        *lines,
        "",
        "Next:",
        f'1. Look at the change and commit it: git add notebooks params && git commit -m "Open {quarter.label}"',
        f"2. Look through params/{quarter}.yml: targets, rebases.",
        f"3. Add the data; natpatsip build {quarter} says what is still lacking.",
        f"4. Read each cell tagged to-review, rewrite it and take the tag off; natpatsip check {quarter} lists them.",
        f"5. natpatsip compare {before} {quarter} shows what changed, and so does the draft's own page.",
        f"6. Have it signed off in params/{quarter}.yml, commit, and run natpatsip build {quarter} --final",
    ]
