"""The cache: what changed is made again, what did not is not, and the report is always that of a fresh build."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import nbformat
import pytest

from natpatsip import build as report
from natpatsip.files import memory
from natpatsip.quarter import Quarter
from support import projects as cells
from support.projects import EXAMPLE, edit, edit_cell, example

pytestmark = pytest.mark.end_to_end
FORMATS = ("html", "pdf")
Q2 = Quarter.parse("2024-25-Q2")
TIMES = re.compile(r'"(?:start_time|end_time)": "[^"]*"|"duration": [\d.e-]+')


def build(project, *, output=None, **options):
    """Build, drawing charts in this process, and return the report's folder and what was said."""
    said = []
    options = report.Options(renderer="pandoc", jobs=1, output=output, **options)
    return report.build(project, Q2, options, said.append), said


def executed(said):
    return {line.partition(":")[0] for line in said if ": executed in" in line}


def contents(folder):
    """Return the files of a report, without what tells the time or the place."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = untimed(path)
    return found


def untimed(path):
    if path.suffix == ".ipynb":
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "injected-parameters" in cell["metadata"]["tags"]:
                del cell["id"]  # papermill draws it at random
        return TIMES.sub("", json.dumps(notebook, sort_keys=True))
    if path.name == "manifest.json":
        manifest = json.loads(path.read_text(encoding="utf-8"))
        timed = [name for name in manifest["outputs"] if name.endswith(".ipynb")]
        return {
            **manifest,
            "seconds": sorted(manifest["seconds"]),
            "outputs": sorted(manifest["outputs"]),
            "timed": timed,
        }
    return path.read_bytes()


def with_more_cells(project):
    """Add cells that import something, and cells of prose that may change places."""
    path = project / "notebooks" / "glossary.ipynb"
    content = nbformat.read(path, as_version=4)
    content.cells += [
        cells.code("import pandas as pd", id="imports"),
        cells.prose("A clinic is open in the evening.", id="clinics"),
        cells.prose("A letter is sent by post.", id="letters"),
    ]
    nbformat.write(content, path)
    return project


@pytest.fixture(scope="module")
def kernels():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NATPATSIP_KERNELS", "auto")
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory, kernels):
    return with_more_cells(example(tmp_path_factory.mktemp("project")))


@pytest.fixture(scope="module")
def first(project):
    return build(project)


def test_everything_is_made_at_first(first, project):
    _, said = first
    assert executed(said) == {path.stem for path in (project / "notebooks").glob("*.ipynb")}


def test_an_unchanged_report_is_left_as_it_is(first, project):
    folder, _ = first
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    _, said = build(project)
    assert said[-1].startswith("unchanged, checked in")
    assert said[:-1] == [line for line in first[1] if line.startswith("checked: ")]  # what was found is said again
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_report_with_more_formats_than_are_asked_for_stands(first, project):
    _, said = build(project, formats=("pdf",))
    assert said[-1].startswith("unchanged, checked in")
    assert (first[0] / "html" / "index.html").is_file()


@pytest.mark.parametrize("spoil", [lambda file: file.unlink(), lambda file: file.write_bytes(b"%PDF-spoilt")])
def test_a_report_that_was_touched_is_made_again(first, project, spoil):
    folder, _ = first
    whole = (folder / "report.pdf").read_bytes()
    spoil(folder / "report.pdf")
    _, said = build(project)
    assert executed(said) == set()
    assert (folder / "report.pdf").read_bytes() == whole
    for changed in folder.glob("report-*.pdf"):  # a changed file is set aside: the next test compares whole reports
        assert changed.read_bytes() == b"%PDF-spoilt"
        changed.unlink()


def notebook(project, name, identity, old, new):
    edit_cell(project / "notebooks" / f"{name}.ipynb", identity, old, new)


def later_month(project):
    """A month after the quarter: known to nobody yet, but the file is another."""
    path = project / "data" / "appointments_monthly.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    last = [row for row in rows if row.startswith("2024-09")]
    assert last, rows[-1]
    path.write_text(
        "\n".join([*rows, *(row.replace("2024-09", "2024-10", 1) for row in last)]) + "\n", encoding="utf-8"
    )


def swapped(project):
    """Two cells of prose change places."""
    path = project / "notebooks" / "glossary.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    places = {cell["id"]: place for place, cell in enumerate(content["cells"])}
    one, other = places["clinics"], places["letters"]
    content["cells"][one], content["cells"][other] = content["cells"][other], content["cells"][one]
    path.write_text(json.dumps(content), encoding="utf-8")


ALL = {path.stem for path in (EXAMPLE / "notebooks").glob("*.ipynb")}
PAGE = Path("_extensions", "natpatsip", "page.html")


def prose(project):
    swapped(project)
    notebook(project, "index", "waits-q2", "The evening clinics took on", "These evening clinics took on")
    notebook(project, "waiting-times", "seen-text", "In all", "Altogether")  # around expressions
    notebook(project, "glossary", "title", "# Glossary", "# Words used")


def code(project):
    notebook(project, "glossary", "imports", "import pandas as pd", "import pandas as pd  # read")
    notebook(project, "missed-appointments", "missed-figure", 'y_title="Missed, %"', 'y_title="Not attended, %"')


def look(project):
    edit(project / PAGE, "</body>", "<!-- new --></body>")
    edit(project / "_quarto.yml", "missed-appointments: Attendance", "missed-appointments: Visits")


def expression(project):
    notebook(project, "index", "introduction", "here.label", "here.label.upper()")


def label(project):
    edit(project / "data" / "fact_labels.csv", "Community teams of the trust", "Teams of the trust")


EDITS = {  # what is edited, and the notebooks that are executed for it
    "prose": (prose, set()),
    "an inline expression": (expression, {"index"}),
    "code and a chart": (code, {"glossary", "missed-appointments"}),
    "a dataset": (later_month, {"missed-appointments"}),
    "a label": (label, ALL - {"glossary"}),  # a notebook that cites or publishes reads the labels
    "the look and the settings": (look, {"waiting-times"}),  # whose chart has a target: settings have its label
}


@pytest.mark.parametrize(
    "names",
    [("prose",), ("an inline expression", "a dataset", "a label"), ("code and a chart", "the look and the settings")],
    ids=" then ".join,
)
def test_after_edits_the_report_is_that_of_a_fresh_build(first, project, tmp_path, names):
    formats = (*FORMATS, "docx") if "prose" in names else FORMATS
    build(project, formats=formats)
    for name in names:
        change, expected = EDITS[name]
        change(project)
        folder, said = build(project, formats=formats)
        assert executed(said) == expected, name
    fresh, all_said = build(project, formats=formats, output=tmp_path, is_fresh=True)
    assert executed(all_said) == ALL
    assert contents(folder) == contents(fresh)


def typed_number(project):
    notebook(project, "index", "waits-q2", "evening clinics took on", "677 evening clinics took on")


def without_it(project):
    notebook(project, "index", "waits-q2", "677 evening clinics took on", "evening clinics took on")


def findings(said):
    return [line for line in said if line.startswith("checked: ")]


def test_a_process_that_stays_makes_the_report_of_one_that_begins(whole, kernels, tmp_path):
    """Each has a cache of its own, in which nothing is that the other has made; a fresh build has nothing of either."""
    stays, begins = (with_more_cells(whole.copy(tmp_path / name)) for name in ("stays", "begins"))

    def preview(project, *, remembers, is_fresh=False):
        with memory.remembering(is_on=remembers):
            folder, said = build(project, formats=("html",), is_preview=True, is_fresh=is_fresh)
        return contents(folder), findings(said), executed(said)

    for changes in ((), (typed_number,), (without_it,), (look, later_month), (label,), (code,), (prose, expression)):
        for change, project in itertools.product(changes, (stays, begins)):
            change(project)
        remembered = preview(stays, remembers=True)
        assert remembered == preview(begins, remembers=False), [change.__name__ for change in changes]
    *fresh, ran = preview(begins, remembers=False, is_fresh=True)
    assert ran == ALL
    assert [*remembered[:2]] == fresh
    memory.forget()


ASKING = [
    "from datetime import date\nnow = date.today()",
    "import datetime as dt\nnow = dt.datetime.now(tz=dt.UTC)",
    "import pandas as pd\nnow = pd.Timestamp.today()",
    "import pandas as pd\nnow = pd.Timestamp('now')",
    "import numpy as np\nnow = np.datetime64('today')",
    "import time\nnow = time.strftime('%d %B %Y')",
    "from days import today_in_words\nnow = today_in_words()",
]
NOT_ASKING = ["today = 'Today'\nnow = 'now and then'", "def now():\n    return 3\nn = now()"]


@pytest.mark.parametrize(("sources", "runs_again"), [(ASKING, True), (NOT_ASKING, False)])
def test_a_notebook_that_asks_for_the_date_runs_every_time(tmp_path, sources, runs_again):
    for number, source in enumerate(sources):
        project = cells.small(tmp_path / str(number), ward=[cells.code(source), cells.prose("## Ward\n\nAll is well.")])
        (project / "src").mkdir()
        (project / "src" / "days.py").write_text(
            "import datetime\n\ndef today_in_words():\n    return f'{datetime.date.today():%d %B}'\n", encoding="utf-8"
        )
        build(project, formats=("html",))
        _, said = build(project, formats=("html",))
        assert ("ward" in executed(said)) is runs_again, source
        assert "index" not in executed(said)
