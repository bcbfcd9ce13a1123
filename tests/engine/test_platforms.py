"""What differs on Windows and macOS, as far as it can be tried here: processes, encodings, paths, names, line ends."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path, PureWindowsPath

import pytest

from natpatsip.errors import SettingsError
from natpatsip.files.short_paths import shortener
from natpatsip.quarter import Quarter
from natpatsip.schedule.run_summary import QuarterResult, ScheduledRun
from natpatsip.settings import chapter_names
from support.less_posix import environment
from support.projects import ROOT, code, command, natpatsip, prose, small, with_look

OURS = [
    *ROOT.glob("src/**/*.py"),
    *ROOT.glob("scripts/*.py"),
    *ROOT.glob("_extensions/**/*.py"),
    *ROOT.glob("data/**/*.py"),
]
FIGURE = """\
import altair as alt
import pandas as pd
rows = pd.DataFrame({"town": ["Łódź", "Aberystwyth"], "beds": [3, 5]})
beds = publish("beds", int(rows["beds"].sum()), label="Beds in Łódź & Aberystwyth", unit="beds", source="Ward list −")
figure(
    "fig-beds",
    alt.Chart(rows).mark_bar().encode(x=alt.X("town:N", title="Town"), y=alt.Y("beds:Q", title="Beds")),
    title="Beds in two towns", description="Beds by town", caption="A count.", data=rows,
)
"""
WORDS = "## Łódź\n\nThere are `{python} beds` beds – −5 °C outside ✓."
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
LONGEST = 150  # of a path below the project's folder: Windows allows 260 with the folder's own


@cache
def nodes(file: Path) -> list[ast.AST]:
    """Return what there is in a file of Python."""
    return [*ast.walk(ast.parse(file.read_text(encoding="utf-8")))]


def towns(folder: Path) -> Path:
    return small(folder, ward=[code(FIGURE), prose(WORDS)])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small report with letters that cp1252 lacks, built as usual."""
    project = towns(tmp_path_factory.mktemp("towns") / "project")
    run = command(project, "build", "2024-25-Q2", "--to", "html")
    assert run.returncode == 0, run.stderr
    return project / "reports" / "2024-25-Q2"


@pytest.mark.end_to_end
@pytest.mark.skipif(sys.platform == "win32", reason="this takes from POSIX what Windows lacks")
def test_a_build_needs_no_fork_no_locks_of_posix_and_no_encoding_of_the_system(built, tmp_path):
    (tmp_path / "site").mkdir()
    project, lacking = towns(tmp_path / "a report with spaces"), environment(tmp_path / "site")
    run = natpatsip(project, "build", "2024-25-Q2", "--to", "html", env=lacking, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    assert different(project / "reports" / "2024-25-Q2", built) == []
    (project / "notebooks" / "ward.ipynb").write_text("{", encoding="utf-8")
    run = natpatsip(project, "check", "2024-25-Q2", env=lacking, encoding="utf-8")
    assert "notebooks/ward.ipynb" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.end_to_end
def test_files_that_end_their_lines_as_windows_does_make_the_same_report(built, tmp_path):
    project = with_look(towns(tmp_path / "project"))
    changed = 0
    for file in project.rglob("*"):
        content = file.read_bytes() if file.is_file() else b"\0"
        if b"\0" not in content and b"\r" not in content:
            file.write_bytes(content.replace(b"\n", b"\r\n"))
            changed += 1
    run = command(project, "build", "2024-25-Q2", "--to", "html")
    assert (changed > 30, run.returncode) == (True, 0), run.stderr
    assert different(project / "reports" / "2024-25-Q2", built, apart=r"html/assets/[\w-]+\.(js|svg)|.*/OFL\.txt") == []
    # the others are made; those are copied


def different(report: Path, built: Path, *, apart: str = "nothing") -> list[str]:
    """Return the files that are not those of the usual build, apart from records of this run and the workbook."""
    files = {each.relative_to(built).as_posix() for each in built.rglob("*") if each.is_file()}
    own = re.compile(rf"manifest\.json|notebooks/.*|.*\.xlsx|{apart}")
    same = [name for name in files if not own.fullmatch(name)]
    assert len(same) > 10
    return sorted(name for name in same if (report / name).read_bytes() != (built / name).read_bytes())


@pytest.mark.end_to_end
def test_every_file_of_a_report_has_a_name_that_windows_allows(whole):
    report = whole.report()
    paths = [each.relative_to(report.parents[1]) for each in report.parents[1].rglob("*")]
    assert len(paths) > 100
    assert [str(path) for path in paths if not all(map(is_allowed, path.parts))] == []
    assert len({str(path).lower() for path in paths}) == len(paths), "two names differ by capitals alone"
    assert max(len(str(path)) for path in paths) < LONGEST


def is_allowed(name: str) -> bool:
    return not (re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', name) or RESERVED.fullmatch(name))


@pytest.mark.parametrize("name", ["a:b", "what?", "con", "NUL.csv", "ends.", "ends ", 'a"b', "a|b"])
def test_names_that_windows_does_not_allow_are_found(name):
    assert not is_allowed(name)


def test_git_has_no_two_files_that_are_one_on_windows():
    names = [
        str(each.relative_to(ROOT))
        for folder in ("src", "docs", "data", "notebooks", "params", "tests", "_extensions", "examples", "scripts")
        for each in (ROOT / folder).rglob("*")
        if not {"node_modules", "build", "reports", "__pycache__"} & set(each.parts)
    ]
    assert len({name.lower() for name in names}) == len(names) > 300
    assert [name for name in names if not all(map(is_allowed, Path(name).parts))] == []
    assert max(map(len, names)) < LONGEST


def test_chapters_that_are_one_file_on_windows_are_refused():
    book = {"book": {"chapters": ["index.qmd", "Ward.qmd", "ward.qmd"]}}
    with pytest.raises(SettingsError, match=r"ward\.qmd and Ward\.qmd are one file on Windows and macOS"):
        chapter_names(book)


# Paths ----------------------------------------------------------------------------------------------------------------


class WindowsPath(PureWindowsPath):
    """A path of Windows on any system."""

    def resolve(self) -> WindowsPath:
        return self


@pytest.mark.parametrize(
    ("printed", "published"),
    [
        (r'File "C:\Users\Ann Lee\report\src\helpers\x.py", line 3', r'File "src\helpers\x.py", line 3'),
        (r"'C:\\Users\\Ann Lee\\report\\data\\x.csv'", r"'data\\x.csv'"),
        ("c:/users/ann lee/Report/data/x.csv", "data/x.csv"),
        (r"C:\Users\Ann Lee\report-2\x.csv", r"~/report-2\x.csv"),
        (r"D:\Users\Ann Lee\report\x.csv", r"D:\Users\Ann Lee\report\x.csv"),
        (r"C:\Users\Ann Lee\AppData\Local\Temp\ipykernel_12\3.py:1: UserWarning", "<cell>/3.py:1: UserWarning"),
        (r"C:\Users\ANNLEE~1\AppData\Local\Temp\ipykernel_12\3.py:1: UserWarning", "<cell>/3.py:1: UserWarning"),
        (r"2\3 of all, C: drive", r"2\3 of all, C: drive"),
    ],
)
def test_paths_of_windows_in_outputs_are_shortened(monkeypatch, printed, published):
    monkeypatch.setattr(Path, "home", lambda: WindowsPath(r"C:\Users\Ann Lee"))
    assert shortener(WindowsPath(r"C:\Users\Ann Lee\report"))(printed) == published


def test_the_summary_of_a_scheduled_run_names_files_from_the_project_with_a_slash(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: WindowsPath(r"C:\Users\Ann Lee"))
    project = WindowsPath(r"C:\report")
    report = project / "reports" / "2024-25-Q2"
    files = {"report": report, "files": (report / "report.pdf",), "kept": (report / "report-2024-10-01.docx",)}
    built = QuarterResult(Quarter(2024, 2), "built", ("not built yet",), **files)
    run = ScheduledRun(datetime.now().astimezone(), [built], log=project / "reports" / "logs" / "a.jsonl")
    text = run.text(project)
    assert "\\" not in text + json.dumps(run.record(project))
    (quarter,) = run.record(project)["quarters"]
    assert quarter["files"] == ["reports/2024-25-Q2/report.pdf"]
    assert quarter["kept"] == ["reports/2024-25-Q2/report-2024-10-01.docx"]
    for name in ("2024-25-Q2/report.pdf", "2024-25-Q2/report-2024-10-01.docx", "logs/a.jsonl"):
        assert f" reports/{name}\n" in text


def test_paths_in_messages_and_files_are_written_with_a_slash():
    found = [place for file in OURS for place in written_as_the_system_does(file)]
    assert found == []


def written_as_the_system_does(file: Path) -> Iterator[str]:
    """Yield where a relative path becomes text in the system's own form, as it is or by a name that it was given."""
    named = {
        node.targets[0].id: ast.unparse(node.value)
        for node in nodes(file)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in nodes(file):
        shown = node.value if isinstance(node, ast.FormattedValue) else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
            shown = node.args[0]
        written = ast.unparse(shown) if shown else ""
        written = named.get(written, written)
        if ".relative_to(" in written and not re.search(r"\.as_posix\(|\.parts\b", written):
            yield f"{file.relative_to(ROOT).as_posix()}, line {node.lineno}"


# Encodings and processes ----------------------------------------------------------------------------------------------


def test_every_text_is_read_and_written_in_an_encoding_that_is_named():
    assert [place for file in OURS for place in in_the_systems_encoding(file)] == []


def in_the_systems_encoding(file: Path) -> Iterator[str]:
    """Yield where a file is opened, or a program is run, whose text is in whatever encoding the system has."""
    for node in nodes(file):
        if not isinstance(node, ast.Call):
            continue
        name, module = getattr(node.func, "attr", getattr(node.func, "id", "")), ""
        if isinstance(node.func, ast.Attribute):
            module = ast.unparse(node.func.value)
        named = {each.arg for each in node.keywords}
        modes = [each.value for each in node.args if isinstance(each, ast.Constant)]
        is_text = {
            "read_text": not node.args,
            "write_text": len(node.args) < 2,
            # A path's own `open` begins with the mode; other things that are opened are not text.
            "open": (not module or ((node.args[:1] == [] or bool(modes)) and module not in ("tarfile", "zipfile")))
            and not any("b" in str(mode) for mode in modes),
            "fdopen": not any("b" in str(mode) for mode in modes),
            "run": module == "subprocess" and bool(named & {"text", "universal_newlines"}),
            "Popen": bool(named & {"text", "universal_newlines"}),
            "check_output": bool(named & {"text", "universal_newlines"}),
        }.get(name, False)
        if is_text and "encoding" not in named:
            yield f"{file.relative_to(ROOT).as_posix()}, line {node.lineno}: {ast.unparse(node)[:80]}"


def test_processes_are_started_in_a_way_that_every_system_has():
    """As programs of their own, with Popen; a pool of Python's would have to be one that does not fork."""
    pools = ("ProcessPoolExecutor", "Pool", "Process", "Popen")
    calls = [
        (file.name, ast.unparse(node))
        for file in OURS
        for node in nodes(file)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in pools
    ]
    assert calls
    assert [call for call in calls if not re.search(r"get_context\('spawn'\)|^subprocess\.Popen\(", call[1])] == []


def test_modules_of_posix_are_imported_where_their_lack_is_handled():
    """At the top of a module, or outside a `try`, such an import would stop every command on Windows."""
    found = []
    for file in OURS:
        guarded = {id(node) for each in nodes(file) if isinstance(each, ast.Try) for node in each.body}
        for node in nodes(file):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if {"fcntl", "grp", "pwd", "resource", "termios"} & set(names) and id(node) not in guarded:
                found.append(f"{file.relative_to(ROOT).as_posix()}, line {node.lineno}")
    assert found == []


def test_texts_and_processes_that_depend_on_the_system_are_found(tmp_path, monkeypatch):
    file = tmp_path / "bad.py"
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    file.write_text(
        "import subprocess\nopen('a')\nopen('a', 'rb')\np.read_text()\np.write_text('a')\n"
        "subprocess.run([], text=True)\nf'{p.relative_to(q)}'\nstr(p.relative_to(q) if p else p)\n"
        "shown = p.relative_to(q)\nf'{shown}'\nf'{shown.as_posix()}'\n",
        encoding="utf-8",
    )
    assert len([*in_the_systems_encoding(file)]) == 4
    assert len([*written_as_the_system_does(file)]) == 3
