"""The commands with few options: each reads them, calls the module that does the work, and prints the result.

Those with many, `build` and `check`, have a module of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.application import JOBS, QUARTER, app, one_of, quarter_or_newest
from natpatsip.cli.console import ProgressLog, say, say_as_is
from natpatsip.errors import UsageError, apart, lines_shown

if TYPE_CHECKING:
    from natpatsip.new_quarter import OpenedQuarter


FORMATS = ("text", "markdown", "json", "github")  # here too: changes.py is slow to import
REVIEW_FORMATS = ("text", "json", "github")


@app.command(epilog="Example:  natpatsip clean")
def clean() -> None:
    """Remove the cache and working files in build/; reports stay."""
    from natpatsip.pipeline.workspace import clean as remove
    from natpatsip.project import project_root

    freed = remove(project_root())
    say(f"removed build/ ({freed / 1_000_000:.1f} MB)" if freed else "nothing to remove")


@app.command(epilog="Example:  natpatsip compare 2024-25-Q1 2024-25-Q2 --format markdown")
def compare(
    before: Annotated[str, typer.Argument(help="The quarter to compare with, such as 2024-25-Q1.")],
    now: Annotated[str, typer.Argument(help="The quarter to compare, such as 2024-25-Q2.")],
    form: Annotated[str, typer.Option("--format", help="text, markdown, json or github (annotations).")] = "text",
    reports: Annotated[Path | None, typer.Option(help="The folder of built reports; by default reports/.")] = None,
) -> None:
    """Show what changed between two built quarters: numbers, messages of figures, narrative."""
    one_of("--format", form, FORMATS)
    from natpatsip.quarter import Quarter

    first, second = Quarter.parse(before), Quarter.parse(now)
    if first == second:
        raise UsageError(f"{first} is named twice. Name two quarters, such as {first.previous()} {first}.")
    from natpatsip.compare import BuiltReport, changes
    from natpatsip.compare import compare as compared
    from natpatsip.project import project_root

    folder = reports or project_root() / "reports"
    both = [BuiltReport.read(folder / str(quarter), quarter) for quarter in (first, second)]
    text = changes.FORMATS[form](compared(*both))
    say_as_is(text if form in ("json", "github") else lines_shown(text))


@app.command(epilog="Example:  natpatsip doctor")
def doctor() -> None:
    """Show what is installed, found and missing."""
    from natpatsip.doctor import examine

    results = examine()
    for each in results:
        label = f"{'ok     ' if each.is_ok else 'MISSING'}  {each.name}"
        problems = apart(each.found)
        if len(problems) == 1:
            say(f"{label}: {each.found}")
        else:
            say(f"{label}: {len(problems)} problems:")
            for problem in problems:
                say(f"         - {problem}")
        if not each.is_ok:
            say(f"         {each.remedy}")
    if any(not each.is_ok and each.is_needed for each in results):
        raise typer.Exit(1)


@app.command(
    epilog='Example:  natpatsip init waits --title "Waiting times" --publisher "Riverside Mental Health NHS Trust"'
)
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
    title: Annotated[str, typer.Option(help="What the report is called.")] = "Quarterly progress report",
    publisher: Annotated[str, typer.Option(help="Who publishes it.")] = "Name of your organisation",
    quarter: Annotated[str, typer.Option(help="Its first quarter; by default the last one that has ended.")] = "",
) -> None:
    """Create a new report that builds: settings, one quarter, one chapter, one dataset."""
    from datetime import date

    from natpatsip.init import create_report, default_quarter
    from natpatsip.quarter import Quarter

    first = Quarter.parse(quarter) if quarter else default_quarter(date.today())
    created = create_report(folder, title=title, publisher=publisher, quarter=first)
    say(f"{created.folder}: a new report, {len(created.files)} files.")
    say("")
    say("Next:")
    say(f"1. cd {folder} && git init && git add . && git commit -m 'A new report'")
    say(f"2. natpatsip build {first} makes its first report, from illustrative data.")
    say("3. Bring your own data: put a file into data/, and natpatsip data add data/FILE writes its first declaration.")
    say("4. Say in _quarto.yml who publishes the report and who readers tell about a problem.")


@app.command("new-quarter", epilog="Example:  natpatsip new-quarter 2024-25-Q3")
def new_quarter(
    quarter: Annotated[str, typer.Argument(help="The quarter to open: the one after the newest in params/.")],
) -> None:
    """Open the next quarter: its params, and last quarter's narrative to review."""
    from natpatsip.new_quarter import open_quarter
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter

    for line in opened_summary(open_quarter(project_root(), Quarter.parse(quarter))):
        say(line)


def opened_summary(opened: OpenedQuarter) -> list[str]:
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


@app.command(epilog="Example:  natpatsip preview 2024-25-Q2")
def preview(
    quarter: Annotated[str | None, typer.Argument(help=QUARTER)] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to serve on; 0 takes a free one.")] = 0,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help=JOBS)] = 2,
) -> None:
    """Show the report in a browser, and rebuild it when a notebook, params, data or the look is saved."""
    from natpatsip.preview.serve import serve
    from natpatsip.project import project_root

    project = project_root()
    chosen, incomplete = quarter_or_newest(quarter, project)
    log = ProgressLog()
    for newer, missing in incomplete.items():
        log(f"{newer}: data not complete: {'; '.join(missing)}")
    serve(project, chosen, port=port, is_opened=is_opened, jobs=jobs, log=log, say=say)


@app.command(epilog="Example:  natpatsip review report-from-ann.docx report-from-ben.docx --apply")
def review(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Word, PDF and comments (.json) files that reviewers have sent back."),
    ],
    quarter: Annotated[str, typer.Option(help="What they report on; by default what each file says itself.")] = "",
    is_applied: Annotated[
        bool, typer.Option("--apply", help="Take changes of wording into the notebooks' markdown cells.")
    ] = False,
    is_recorded: Annotated[
        bool, typer.Option("--record", help="Put comments into the notebooks, below their cells, to be answered there.")
    ] = False,
    form: Annotated[str, typer.Option("--format", help="text, json or github (annotations).")] = "text",
    reports: Annotated[Path | None, typer.Option(help="The folder of built reports; by default reports/.")] = None,
) -> None:
    """List reviewers' comments and tracked changes by notebook and cell; the exit status is 1 if anything is open."""
    one_of("--format", form, REVIEW_FORMATS)
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter
    from natpatsip.review import items
    from natpatsip.review import review as reviewed

    project = project_root()
    about = Quarter.parse(quarter) if quarter else None
    found = reviewed(
        files,
        project,
        reports=reports or project / "reports",
        quarter=about,
        is_applied=is_applied,
        is_recorded=is_recorded,
    )
    text = items.FORMATS[form](found.items)
    log = ProgressLog()
    for note in found.notes:
        log(note)
    if form == "text":
        say_as_is(lines_shown(text))
        for file in found.written:
            say(f"changed: {file}. Look at the difference with git diff, then build again.")
    else:
        say_as_is(text)
    if found.is_open:
        raise typer.Exit(1)
