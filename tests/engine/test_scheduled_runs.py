"""Scheduled runs: what is due, one run at a time, the log, the summary, and what is posted."""

from __future__ import annotations

import datetime
import errno
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import time
from collections import namedtuple

import pytest

from natpatsip import params
from natpatsip.errors import NotebookError, ParamsError, ReportError, together
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.up_to_date import made_of
from natpatsip.pipeline.options import Options
from natpatsip.quarter import Quarter
from natpatsip.schedule import run_log, scheduled_run
from natpatsip.schedule.due_quarters import state_of
from natpatsip.schedule.run_lock import lock
from natpatsip.schedule.run_log import RunLog
from support.projects import code, command, edit, small

Q1, Q2 = Quarter(2024, 1), Quarter(2024, 2)
LATER, CUT_OFF = datetime.date(2024, 10, 1), datetime.date(2024, 9, 30)
HTML = Options(formats=("html",))
EVERY_LINE = {"time", "event"}


@pytest.fixture
def project(tmp_path):
    return small(tmp_path / "project")


def put(project, quarter, options=HTML, **more):
    """Put a report where a build would, made of what is there now."""
    report = options.report(project, quarter)
    (report / "html").mkdir(parents=True, exist_ok=True)
    (report / "html" / "index.html").touch()
    content = {"status": "draft", "findings": []}
    if "made_of" not in more:
        content["made_of"] = made_of(Inputs.read(project), params.load(quarter, project=project), options)
    (report / "manifest.json").unlink(missing_ok=True)
    (report / "manifest.json").write_text(json.dumps(content | more), encoding="utf-8")
    return report


class Runs:
    """Scheduled runs whose builds only put a manifest, unless they are told to fail."""

    def __init__(self, project, monkeypatch):
        self.project, self.built, self.fails = project, [], {}
        self.day = LATER
        monkeypatch.setattr(scheduled_run, "build", self.build)
        monkeypatch.setattr(scheduled_run, "today", lambda: self.day)

    def build(self, project, quarter, options, log):
        log(f"{quarter}: building")
        if quarter in self.fails:
            raise self.fails[quarter]
        self.built.append(quarter)
        put(project, quarter, findings=[{"check": "stale"}, {"check": "stale"}])

    def run(self, *named, **options):
        """Run the schedule; return its summary, and the error that it ends with."""
        said, error = [], None
        try:
            scheduled_run.run(self.project, named, HTML, log=lambda _: None, say=said.append, **options)
        except (ReportError, OSError, KeyboardInterrupt, RuntimeError) as found:
            error = found
        return "\n".join(said), error

    def log(self):
        """Return the lines of the newest log."""
        newest = max((self.project / "reports" / "logs").glob("*.jsonl"), key=lambda file: file.stat().st_mtime_ns)
        return [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def runs(project, monkeypatch):
    return Runs(project, monkeypatch)


# --- what is due ---


def state(project, quarter=Q2, *, today=LATER, options=HTML):
    found = state_of(project, quarter, options, today=today)
    return found.state, "; ".join(found.reasons)


def test_a_quarter_is_due_from_the_day_after_its_cut_off(project):
    assert state(project, today=CUT_OFF) == ("not yet", "due from 1 October 2024")
    assert state(project) == ("due", "not built yet")


def test_a_quarter_whose_data_lack_something_waits_for_them(project):
    data = project / "data" / "waits_monthly.csv"
    data.write_text(re.sub(r"^2024-09.*\n", "", data.read_text("utf-8"), flags=re.MULTILINE), encoding="utf-8")
    found, why = state(project)
    assert found == "waiting"
    assert "September 2024" in why or "2024-09" in why


def test_a_draft_is_due_again_when_what_it_is_made_of_changes_and_not_before(project):
    put(project, Q1)
    put(project, Q2)
    assert state(project) == ("up to date", "")
    edit(project / "params" / "2024-25-Q1.yml", "quarter:", "# of another quarter\nquarter:")
    assert state(project) == ("up to date", "")
    edit(project / "notebooks" / "ward.ipynb", "made progress", "made much progress")
    assert state(project) == ("due", "changed since it was built: notebooks/ward.ipynb")
    for name, line in (("params/2024-25-Q2.yml", "limits: {cell: 99}"), ("data/reported.csv", ""), ("_quarto.yml", "")):
        with (project / name).open("a", encoding="utf-8") as lines:
            lines.write(f"\n{line}\n")
    changed = "_quarto.yml, data/reported.csv, notebooks/ward.ipynb and 1 more"
    assert state(project) == ("due", f"changed since it was built: {changed}")


def test_a_sign_off_leaves_a_draft_as_it_is(project):
    put(project, Q2)
    with (project / "params" / "2024-25-Q2.yml").open("a", encoding="utf-8") as lines:
        lines.write("\nverified: [{fact: beds, period: 2024-25-Q2, value: 1, name: A, role: B, date: 2024-10-01}]")
    assert state(project) == ("up to date", "")


def test_a_draft_is_due_again_when_the_report_that_it_is_compared_with_was_built_again(project):
    put(project, Q2)
    (put(project, Q1) / "facts.csv").write_text("facts", encoding="utf-8")
    assert state(project) == ("due", "changed since it was built: the report of 2024-25-Q1")


def test_a_draft_that_was_built_elsewhere_is_up_to_date_here(project, tmp_path):
    put(project, Q2)
    fetched = shutil.copytree(project, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("build"))
    assert state(fetched) == ("up to date", "")


def test_a_draft_that_lacks_a_format_is_due(project):
    put(project, Q2)
    assert state(project, options=Options()) == ("due", "report.pdf and report.docx are missing")


def test_a_draft_that_does_not_say_what_it_is_made_of_is_due(project):
    put(project, Q2, made_of=None)
    assert state(project) == ("due", "built by an earlier version of natpatsip")


def test_a_final_edition_is_never_due_again(project):
    put(project, Q2, status="final", made_of={})
    assert state(project) == ("final", "")


def test_an_archived_quarter_is_due_until_it_is_built(project):
    edit(project / "params" / "2024-25-Q1.yml", "quarter:", "built_from: abc\na_key_of_another_time: 1\nquarter:")
    assert state(project, Q1) == ("due", "not built yet")
    put(project, Q1, made_of=None)
    assert state(project, Q1) == ("up to date", "")


# --- what a run does ---


def test_what_is_due_is_built_once_the_earliest_first_and_then_nothing_is_due(runs):
    said, error = runs.run()
    assert (runs.built, error) == ([Q1, Q2], None)
    assert said.splitlines()[0] == f"built {Q1} and {Q2}"
    assert "reports/2024-25-Q1/html/index.html" in said
    assert f"The checks have 2 findings (stale 2); see them with: natpatsip check {Q1}" in said
    said, error = runs.run()
    assert (len(runs.built), error) == (2, None)
    assert said.splitlines()[:2] == [
        "nothing due",
        f"Up to date: {Q1} (2 findings); {Q2} (2 findings)",
    ]


def test_only_the_quarters_that_are_named_are_looked_at(runs):
    runs.run(Q2)
    assert runs.built == [Q2]


FAILED = NotebookError("notebooks/ward.ipynb, cell 4 (id a), line 1:\n    1 / 0\n  raised ZeroDivisionError: no")


def test_a_quarter_that_fails_stops_no_other_and_gives_the_exit_status(runs):
    runs.fails = {Q1: FAILED}
    said, error = runs.run()
    assert runs.built == [Q2]
    assert error.exit_status == 1
    assert str(error) == f"could not build {Q1}; built {Q2}: notebooks/ward.ipynb, cell 4 (id a), line 1:"
    assert "  raised ZeroDivisionError: no" in said
    assert "The report: there is none yet" in said


def test_params_that_are_wrong_stop_no_other_quarter_and_end_with_status_2(runs):
    put(runs.project, Q1)
    edit(runs.project / "params" / f"{Q1}.yml", "cut_off:", "cutoff:")
    said, error = runs.run()
    assert (runs.built, error.exit_status) == ([Q2], ParamsError.exit_status)
    assert 'Did you mean "cut_off"?' in said
    assert f"The report: the earlier one is unchanged: reports/{Q1}" in said


def test_every_problem_of_a_failure_is_in_the_summary_and_the_log(runs):
    try:
        together([ReportError("data/x.csv, row 3: found -1."), ReportError("data/x.csv, row 4: found -2.")])
    except ReportError as error:
        runs.fails = {Q1: error}
    said, _ = runs.run()
    assert "row 3: found -1." in said
    assert "row 4: found -2." in said
    (failed,) = (line for line in runs.log() if line["event"] == "quarter" and line["state"] == "failed")
    assert [each["message"] for each in failed["failures"]] == [
        "data/x.csv, row 3: found -1.",
        "data/x.csv, row 4: found -2.",
    ]


def test_an_error_of_the_machine_is_a_failure_with_a_remedy_and_the_earlier_report_is_named(runs):
    put(runs.project, Q1, made_of={})
    runs.fails = {Q1: OSError(errno.ENOSPC, "full", "build/x")}
    said, error = runs.run()
    assert error.exit_status == 1
    assert f"build/x: {os.strerror(errno.ENOSPC)}. Free some space" in said
    assert f"The report: the earlier one is unchanged: reports/{Q1}" in said


def test_a_full_disk_is_named_by_the_folder_that_is_on_it(runs, monkeypatch):
    (runs.project / "build").mkdir()
    free = {runs.project / "build": 1_000}
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(scheduled_run.shutil, "disk_usage", lambda place: usage(free.get(place, 10**9)))
    runs.fails = {Q1: OSError(errno.ENOSPC, "full")}
    said, _ = runs.run()
    assert "then run this again. Less than 20 MB is free in build." in said


def test_params_that_may_not_be_read_stop_no_other_quarter(runs, monkeypatch):
    def read(file):
        if file == runs.project / "params" / f"{Q1}.yml":
            raise OSError(errno.EACCES, "no", str(file))
        return content_of(file)

    content_of = pathlib.Path.read_bytes
    monkeypatch.setattr(pathlib.Path, "read_bytes", read)
    said, error = runs.run()
    assert (runs.built, error.exit_status) == ([Q2], 1)
    assert f"params/{Q1}.yml: {os.strerror(errno.EACCES)}. Check the permissions there" in said


@pytest.mark.parametrize("fault", [RuntimeError("a fault"), KeyboardInterrupt()], ids=["fault", "ctrl-c"])
def test_a_run_that_is_cut_off_still_leaves_its_log_and_summary(runs, fault, tmp_path):
    runs.fails = {Q1: fault}
    said, error = runs.run(notify=f"cat > '{tmp_path / 'posted'}'")
    assert error is fault
    assert said.splitlines()[0] == "stopped before its end"
    assert f"Stopped at {Q1} by:\n  {'RuntimeError: a fault' if str(fault) else 'Ctrl-C'}" in said
    assert (tmp_path / "posted").read_text("utf-8").startswith("stopped before its end")
    assert (runs.log()[-1]["event"], runs.log()[-1]["outcome"]) == ("ended", "failed")


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="Windows has no SIGTERM to catch")
def test_sigterm_ends_a_run_as_ctrl_c_does(runs):
    runs.build = lambda *_: (os.kill(os.getpid(), signal.SIGTERM), time.sleep(5))
    scheduled_run.build = runs.build  # which the fixture puts back
    before = signal.getsignal(signal.SIGTERM)
    said, error = runs.run()
    assert isinstance(error, KeyboardInterrupt)
    assert f"Stopped at {Q1} by:\n  SIGTERM, as from a service manager" in said
    assert signal.getsignal(signal.SIGTERM) is before


# --- the lock ---


def test_a_second_run_is_skipped_and_told_who_holds_the_lock(runs):
    now = datetime.datetime(2024, 10, 1, 6, 30, tzinfo=datetime.UTC)
    with lock(runs.project, now):
        said, error = runs.run()
    assert (runs.built, error) == ([], None)
    holder = f"process {os.getpid()} on {platform.node()}, since 2024-10-01T06:30:00+00:00"
    assert said.splitlines()[0] == f"skipped: another scheduled run has not ended yet: {holder}"
    assert runs.log()[-1]["outcome"] == "skipped"
    said, _ = runs.run()
    assert runs.built == [Q1, Q2]
    assert "cut off" not in said


def test_after_a_crash_the_next_run_says_so_and_goes_on(runs):
    note = runs.project / "build" / "schedule" / "holder.json"
    note.parent.mkdir(parents=True)
    note.write_text('{"pid": 7, "host": "old", "since": "2024-09-30T06:30:00+00:00"}', encoding="utf-8")
    said, _ = runs.run()
    assert "note: the run of process 7 on old, since 2024-09-30T06:30:00+00:00 was cut off" in said
    assert runs.built == [Q1, Q2]
    assert not note.exists()
    note.write_text("{half", encoding="utf-8")
    assert runs.run()[1] is None


# --- the log ---


def test_a_run_leaves_json_lines_each_with_its_time_and_the_summary_beside_them(runs):
    said, _ = runs.run()
    lines = runs.log()
    assert all(line.keys() >= EVERY_LINE and datetime.datetime.fromisoformat(line["time"]).tzinfo for line in lines)
    assert [line["event"] for line in lines if line["event"] != "progress"] == ["began", "quarter", "quarter", "ended"]
    assert f"{Q1}: building" in [line.get("text") for line in lines]
    (summary,) = (runs.project / "reports" / "logs").glob("*.txt")
    assert [line for line in summary.read_text("utf-8").splitlines() if line] == said.splitlines()
    assert f"Its log: reports/logs/{summary.stem}.jsonl" in said


def test_what_is_posted_and_logged_names_no_folder_of_the_machine(runs, monkeypatch):
    posted = []
    monkeypatch.setattr(scheduled_run.notification, "notify", lambda *what: posted.append(what) or "")
    runs.fails = {Q1: ReportError(f"{runs.project / 'data' / 'x.csv'}: found -1.")}
    runs.run(notify="mail")
    ((_, summary, details),) = posted
    ended = runs.log()[-1]
    for each in (summary, details, ended):
        assert str(runs.project) not in json.dumps(each)
    assert details["quarters"] == ended["quarters"]
    failed, built = details["quarters"]
    assert [each["message"] for each in failed["failures"]] == ["data/x.csv: found -1."]
    assert built["files"] == [f"reports/{Q2}/html/index.html"]


def test_logs_of_old_runs_are_removed_and_files_of_others_are_not(project, monkeypatch):
    monkeypatch.setattr(run_log, "KEPT", 2)
    folder = project / "reports" / "logs"
    folder.mkdir(parents=True)
    for name in ("2024-01-01T000000Z-1", "2024-01-02T000000Z-1", "2024-01-03T000000Z-1", "notesTZ-of-mine"):
        (folder / f"{name}.txt").touch()
        (folder / f"{name}.jsonl").touch()
    log = RunLog(folder, "2024-01-04T000000Z-1")
    log.write("began")
    log.prune()
    assert sorted({file.stem for file in folder.iterdir()}) == [
        "2024-01-03T000000Z-1",
        "2024-01-04T000000Z-1",
        "notesTZ-of-mine",
    ]


def test_a_log_that_cannot_be_written_is_said_and_stops_nothing(runs):
    (runs.project / "reports").mkdir()
    (runs.project / "reports" / "logs").touch()
    said, error = runs.run()
    assert (runs.built, error) == ([Q1, Q2], None)
    assert "note: the log cannot be written: " in said
    assert "Its log" not in said


def test_a_clock_that_was_set_back_is_said_since_it_decides_what_is_due(runs):
    logs = runs.project / "reports" / "logs"
    logs.mkdir(parents=True)
    (logs / "2999-01-02T063000Z-1.jsonl").touch()
    runs.day = datetime.date(1970, 1, 1)
    said, error = runs.run()
    assert (runs.built, error) == ([], None)
    assert "but an earlier run began at 2999-01-02T063000Z. Check the date of this machine" in said
    assert f"Not due yet: {Q1} (due from 1 July 2024)" in said


# --- the whole ---


def test_a_notebook_that_fails_is_named_with_its_cell_and_those_that_wait_for_it(tmp_path):
    fails = code("beds = 3\nrows = []\n\ntotal = beds / len(rows)\nprint(total)", id="total", tags=["2024-25-Q2"])
    project = small(
        tmp_path, ward=[code('publish("beds", 3, label="Beds", unit="beds", source="x")', id="facts"), fails],
        index=[code('cite("beds")', id="cites")],
    )  # fmt: skip
    run = command(project, "build", "2024-25-Q2", "--due", "--to", "html")
    assert run.returncode == 1
    assert (
        """\
  notebooks/ward.ipynb, cell 5 (id total)
    | beds = 3
    | rows = []
    | total = beds / len(rows)
    ZeroDivisionError: division by zero
    The notebook as far as it ran: build/2024-25-Q2/notebooks/ward.ipynb
    Not run, since it cites facts of this one: index.ipynb
"""
        in run.stdout
    )
    assert (project / "build" / "2024-25-Q2" / "notebooks" / "ward.ipynb").is_file()
    assert "index: not run, since it cites facts of ward.ipynb" in run.stderr
    assert run.stderr.splitlines()[-1] == (
        "natpatsip: could not build 2024-25-Q2: notebooks/ward.ipynb, cell 5: ZeroDivisionError: division by zero"
    )
