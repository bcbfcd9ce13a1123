"""A month of a schedule: data in parts, a notebook that fails, a crash, an overlap, a review, the final edition.

The days are simulated, the builds are real. Nobody does anything except what the summary of a run asks for.
"""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from natpatsip.errors import ReportError
from natpatsip.pipeline.options import Options
from natpatsip.schedule import scheduled_run
from natpatsip.schedule.run_lock import lock
from support.projects import code, command, edit, edit_cell, prose, small
from support.repositories import AUTHOR, commit, repository
from support.reviewing import ReviewedFile

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(sys.platform == "win32", reason="a run is killed by a signal of POSIX"),
]
Q2 = "2024-25-Q2"
AT = Path(__file__).parents[1] / "soak" / "at.py"
OPTIONS = Options(formats=("html", "docx"), renderer="pandoc", jobs=2)
SUMMARY = """\
## Summary

The standard is `{python} cite("waits_standard", "all")`. `{python} cite("teams")` sent
`{python} cite("reminders_sent")`, and `{python} cite("staff_trained")` were trained."""
WARD = "## Progress\n\nThe ward has `{python} beds` beds."
SETTINGS = "natpatsip: {contact: access@riverside.example, publisher: Riverside Trust, licence: OGL v3.0}"
SIGNED = "sign_offs:\n  - role: Programme lead\n    name: Ann Example\n    date: 2024-10-28\n"
OF_SEPTEMBER = re.compile(r"^2024-09.*\n|^\w+,2024-25-Q2,.*\n", re.MULTILINE)
DATA = ("waits_monthly", "appointments_monthly", "reported")


class Month:
    """A project on a schedule, and the days of October on which it runs."""

    def __init__(self, project):
        self.project, self.whole = project, {}
        for name in DATA:
            file = self.file(name)
            self.whole[name] = file.read_text(encoding="utf-8")
            file.write_text(OF_SEPTEMBER.sub("", self.whole[name]), encoding="utf-8")
            assert file.read_text(encoding="utf-8") != self.whole[name]

    def file(self, name):
        return self.project / "data" / f"{name}.csv"

    def arrives(self, name):
        self.file(name).write_text(self.whole[name], encoding="utf-8")

    def run(self):
        """Run the schedule; return its summary and its exit status, and check what holds for each run."""
        said, told, status = [], [], 0
        try:
            scheduled_run.run(self.project, [], OPTIONS, log=told.append, say=said.append)
        except ReportError as error:
            status = error.exit_status
        self.log = told
        newest = max((self.project / "reports" / "logs").glob("*.txt"), key=lambda file: file.stat().st_mtime_ns)
        assert newest.read_text("utf-8").splitlines()[0] == said[0]
        return "\n".join(said), status

    def page(self):
        return (self.project / "reports" / Q2 / "html" / "ward.html").read_text(encoding="utf-8")

    def is_killed(self, day):
        """Run the schedule, and SIGKILL it when its notebooks have run."""
        arguments = [sys.executable, AT, str(day), "build", "--due", "--to", "html,docx", "--renderer", "pandoc"]
        with subprocess.Popen(arguments, cwd=self.project, stderr=subprocess.PIPE, text=True) as process:
            reached = any("staged " in line for line in process.stderr)
            process.kill()
        return reached


@pytest.fixture
def month(tmp_path, monkeypatch):
    for name, value in AUTHOR.items():
        monkeypatch.setenv(name, value)
    project = small(
        tmp_path / "project",
        index=[prose(SUMMARY)],
        ward=[code("beds = 12", id="beds"), prose(WARD, tags=["typed-number"])],
    )
    (project / "params" / "2024-25-Q1.yml").unlink()  # one quarter is enough: each would be built as this one is
    edit(project / "_quarto.yml", "lang: en-GB", f"lang: en-GB\n{SETTINGS}")
    return Month(repository(project))


def test_a_month_needs_no_hand_except_where_a_summary_asks_for_one(month, monkeypatch):
    today = iter(datetime.date(2024, 9, 30) + datetime.timedelta(days) for days in count())
    day = next(today)
    monkeypatch.setattr(scheduled_run, "today", lambda: day)

    # 30 September, the cut-off
    said, status = month.run()
    assert (status, said.splitlines()[0]) == (0, "nothing due")
    assert f"Not due yet: {Q2} (due from 1 October 2024)" in said

    # 1 to 3 October: the data come in parts, and the summary says what is awaited
    for name, awaited in (("waits_monthly", 3), ("appointments_monthly", 2), ("reported", 1)):
        day = next(today)
        said, status = month.run()
        assert status == 0
        assert f"Due, but waiting for data: {Q2}" in said
        assert len(set(re.findall(r"data/(\w+)\.csv", said.partition("waiting for data")[2]))) == awaited
        month.arrives(name)
    day = next(today)
    said, status = month.run()
    assert (status, said.splitlines()[0]) == (0, f"built {Q2}")
    assert "The checks have no findings." in said
    said, _ = month.run()
    assert said.splitlines()[0] == "nothing due"
    assert said.splitlines()[1] == f"Up to date: {Q2} (no findings)"

    # 5 and 6 October: a notebook fails; the summary asks for a hand, and the reports stay
    ward = month.project / "notebooks" / "ward.ipynb"
    edit_cell(ward, "beds", "beds = 12", "beds = 12 / 0")
    for _ in range(2):
        day = next(today)
        said, status = month.run()
        assert (status, said.splitlines()[0]) == (1, f"could not build {Q2}")
        assert "notebooks/ward.ipynb, cell 4 (id beds)\n    | beds = 12 / 0\n    ZeroDivisionError" in said
        assert "index: unchanged" in month.log
        assert "has 12 beds" in month.page()
    edit_cell(ward, "beds", "beds = 12 / 0", "beds = 14")

    # 7 October: the machine goes down in the midst of the run; the next goes on from the cache
    day = next(today)
    assert month.is_killed(day)
    assert "has 12 beds" in month.page()
    said, status = month.run()
    assert (status, said.splitlines()[0]) == (0, f"built {Q2}")
    assert re.search(r"note: the run of process \d+ on \S+, since \S+ was cut off", said)
    assert "ward: unchanged" in month.log
    assert "has 14 beds" in month.page()

    # 8 October: somebody runs it by hand at the same time
    day = next(today)
    with lock(month.project, datetime.datetime.now(datetime.UTC)):
        said, status = month.run()
    assert status == 0
    assert said.startswith(f"skipped: another scheduled run has not ended yet: process {os.getpid()} on ")

    # 9 October: a reviewer comments and rewords; that alone starts no build, and what was written is kept
    day = next(today)
    reviewed = ReviewedFile(month.project / "reports" / Q2 / "report.docx")
    reviewed.comment("beds", "Since when?", within="The ward has")
    reviewed.replace("The ward has", "After the move, the ward has")
    reviewed.save()
    assert month.run()[0].splitlines()[0] == "nothing due"
    edit_cell(month.project / "notebooks" / "index.ipynb", "prose", "were trained.", "were trained by September.")
    day = next(today)
    said, status = month.run()
    assert status == 0
    (kept,) = reviewed.path.parent.glob("report-*.docx")
    advice = re.search(rf"Read it: natpatsip (review reports/{Q2}/{re.escape(kept.name)})", said)
    assert advice

    # 11 October: the authors do what the summary said; the next run has the reviewer's words, and the question
    day = next(today)
    done = command(month.project, *advice[1].split(), "--apply", "--record")
    assert "1 comment, 1 insertion, 1 deletion; 1 open" in done.stdout
    said, status = month.run()
    assert (status, said.splitlines()[0]) == (0, f"built {Q2}")
    assert "After the move, the ward has" in month.page()
    assert "reviewers' comments: 1, 1 without an answer" in month.log

    # 28 October: signed off, and made final by people, once the question is answered; from then on nothing makes it due
    edit(month.project / "params" / f"{Q2}.yml", "sign_offs:\n  - role: Head of performance\n",
         f"publication: {{date: 2024-10-31}}\n{SIGNED}")  # fmt: skip
    commit(month.project, "Sign off")
    waits = command(month.project, "build", Q2, "--final", "--renderer", "pandoc")
    assert (waits.returncode, "Since when?" in waits.stderr) == (1, True)
    edit(ward, "Answer:", "Answer: Since August.")
    commit(month.project, "Answer")
    final = command(month.project, "build", Q2, "--final", "--renderer", "pandoc")
    assert final.returncode == 0, final.stderr
    edit_cell(ward, "beds", "beds = 14", "beds = 15")
    day = datetime.date(2024, 10, 29)
    said, status = month.run()
    assert (status, said.splitlines()[0]) == (0, "nothing due")
    assert f"Final: {Q2}" in said
    assert "has 14 beds" in month.page()
