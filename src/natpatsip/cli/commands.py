"""The commands with few options: each reads them, calls the module that does the work, and prints the result.

Those with many, such as `build` and `check`, have a module of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.application import JOBS, QUARTER, app, one_of, quarter_or_newest
from natpatsip.cli.console import ProgressLog, say, say_as_is
from natpatsip.errors import apart, lines_shown
from natpatsip.reporters import counted

if TYPE_CHECKING:
    from natpatsip.new_quarter import OpenedQuarter


REVIEW_FORMATS = ("text", "json", "github")


@app.command(epilog="Example:  natpatsip clean")
def clean() -> None:
    """Remove the cache and working files in build/; reports stay."""
    from natpatsip.pipeline.workspace import clean as remove
    from natpatsip.project import project_root

    freed = remove(project_root())
    say(f"removed build/ ({freed / 1_000_000:.1f} MB)" if freed else "nothing to remove")


@app.command(epilog="Example:  natpatsip doctor --report")
def doctor(
    is_reported: Annotated[
        bool, typer.Option("--report", help="Write what a report of a bug needs into a file that you can send.")
    ] = False,
) -> None:
    """Show what is installed, found and missing, and what to install on this machine."""
    from natpatsip.doctor import examine

    results = examine()
    if is_reported:
        from natpatsip.doctor.bug_report import write_report

        say(f"written: {write_report(results)}. Read it before you send it: it should name nobody and no place.")
    for each in results:
        label = f"{each.status:<8} {each.name}"
        problems = apart(each.found)
        if len(problems) == 1:
            say(f"{label}: {each.found}")
        else:
            say(f"{label}: {len(problems)} problems:")
            for problem in problems:
                say(f"         - {problem}")
        if each.status != "ok":
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
    say("2. python -m natpatsip.notebook_merges lets git show and merge notebooks by cell, with nbdime.")
    say(f"3. natpatsip build {first} makes its first report, from illustrative data.")
    say("4. Bring your own data: put a file into data/, and natpatsip data add data/FILE writes its first declaration.")
    say("5. Say in _quarto.yml who publishes the report and who readers tell about a problem.")


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
    cells = counted(sum(map(len, opened.copied.values())), "cell")
    lines = [
        f"{quarter.label} is open.",
        f"- params/{quarter}.yml: like {before}, with the cut-off moved; rebase dates and targets are unchanged",
        f"- {cells} of {before.label} copied for {quarter} and tagged to-review; the originals are collapsed:",
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
        "3. Add the data; natpatsip doctor lists what is still missing, file by file.",
        f"4. Read each cell tagged to-review, rewrite it and remove the tag; natpatsip check {quarter} lists them.",
        f"5. natpatsip compare {before} {quarter} shows what changed, and so does a page of the draft.",
        f"6. Have it signed off (natpatsip sign; params/{quarter}.yml says by whom), commit, and run "
        f"natpatsip build {quarter} --final",
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
    from natpatsip.review import comments_and_changes
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
    text = comments_and_changes.FORMATS[form](found.items)
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
