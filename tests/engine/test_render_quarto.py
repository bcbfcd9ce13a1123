"""The Quarto renderer up to the call of Quarto: which one is taken, what it is asked for, what becomes of its output.

Quarto itself is not installed everywhere; what it makes of the chapters is compared in test_parity.py where it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
import yaml

from natpatsip.errors import RenderError, UsageError
from natpatsip.pipeline import render
from natpatsip.pipeline.options import FORMATS
from natpatsip.pipeline.render import quarto
from natpatsip.pipeline.render.chapters import read_chapters
from natpatsip.pipeline.render.constructs import check_chapters
from natpatsip.pipeline.render.pandoc import FILTERS, run_pandoc
from natpatsip.pipeline.render.pandoc_ast import attributes_of, walk
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.renderer import Renderer, too_old, version_of
from natpatsip.pipeline.render.staged_report import read_report
from natpatsip.pipeline.staging.stage import PAGE_FILES
from support.projects import ROOT, command, prose, small, with_look
from support.staged import TIMESTAMP, stage

NOT_THERE = Renderer("quarto", "/nowhere/quarto", (1, 11))
HOOK = "_extensions/natpatsip/prerender.py"
EXTENSION = yaml.safe_load((ROOT / "_extensions/natpatsip/_extension.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return stage(tmp_path_factory.mktemp("staged"))


@pytest.fixture
def no_quarto(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


# Which Quarto ---------------------------------------------------------------


def test_auto_takes_the_embedded_renderer_where_quarto_is_not(no_quarto):
    assert render.choose("auto") == render.PANDOC


def test_quarto_asked_for_and_absent_says_what_to_do(no_quarto):
    with pytest.raises(RenderError, match=r"none on PATH\. Install Quarto 1\.9 or newer .* --renderer pandoc"):
        render.choose("quarto")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("1.8.27\\n", "is Quarto 1.8; the report's extension needs 1.9 or newer"),
        ("1.9.0\\n", None),
        ("1.11.3\\n", None),
        ("99.9.9\\n", None),
        ("hello\\n", "gives no version of Quarto"),
        ("", "gives no version of Quarto"),
    ],
)
def test_a_quarto_is_taken_by_its_version(tmp_path, said, complaint):
    program = tmp_path / "quarto"
    program.write_text(f"#!/bin/sh\nprintf '{said}'\n", encoding="utf-8")
    program.chmod(0o755)
    found = too_old("/opt/quarto", version_of(str(program)))
    assert found is None if complaint is None else complaint in found


def test_an_unknown_renderer_is_refused_with_the_nearest(no_quarto):
    with pytest.raises(UsageError, match=r'renderer "pandok": expected one of auto, quarto, pandoc\. Did you mean'):
        render.choose("pandok")


def test_chapters_are_checked_before_quarto_is_run(tmp_path):
    project = stage(tmp_path / "staged")
    with (project / "glossary.qmd").open("a", encoding="utf-8") as chapter:
        chapter.write("\n{{< pagebreak >}}\n")
    with pytest.raises(RenderError, match="found a shortcode"):
        render.render(
            project,
            tmp_path / "out",
            ["html"],
            renderer=Renderer("quarto", "/nowhere/quarto", (1, 11)),
            timestamp=TIMESTAMP,
        )


FAKE = """#!/bin/sh
echo "$1" >> "{log}"
if [ "$1" = --version ]; then echo 1.11.3; else mkdir -p _book; touch _book/index.html; fi
"""


def test_quarto_is_asked_once_for_its_version_and_given_pages_with_the_marks_of_cells(tmp_path, monkeypatch):
    program, log = tmp_path / "quarto", tmp_path / "log"
    program.write_text(FAKE.format(log=log), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    renderer = render.choose("auto")
    assert renderer == Renderer("quarto", str(program), (1, 11))
    project = stage(tmp_path / "staged")
    (project / "places.json").write_text(json.dumps({"visits": [[1, "", "title"]]}), encoding="utf-8")
    render.render(project, tmp_path / "out", ["html"], renderer=renderer, timestamp=TIMESTAMP)
    assert (tmp_path / "out" / "html" / "index.html").is_file()
    assert log.read_text(encoding="utf-8").split() == ["--version", "render"]
    pages = json.loads((project / "pages.json").read_text(encoding="utf-8"))
    assert [name for name, page in pages.items() if "np-cell" in page["document"]] == ["visits"]
    assert pages["visits"]["variables"]["notebook"] == "visits"


# What it is asked for ---------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_asked_for_through_the_extension(staged, name):
    report = read_report(staged)
    assert quarto.command("quarto", report, name) == [
        "quarto",
        "render",
        str(staged),
        "--to",
        {"html": "natpatsip-html", "pdf": "natpatsip-typst", "docx": "natpatsip-docx"}[name],
        "--no-execute",
    ]


def test_quarto_is_given_the_date_and_the_typeface_and_nothing_of_a_quarto_around_it(staged, monkeypatch):
    monkeypatch.setenv("QUARTO_PROJECT_DIR", "/elsewhere")
    monkeypatch.setenv("QUARTO_DOCUMENT_PATH", "/elsewhere/index.qmd")
    monkeypatch.setenv("QUARTO_PYTHON", "/usr/bin/python3")
    given = quarto.environment(read_report(staged), timestamp=TIMESTAMP)
    assert given["SOURCE_DATE_EPOCH"] == str(TIMESTAMP)
    assert given["TYPST_FONT_PATHS"] == str(staged / "_extensions/natpatsip/fonts")
    assert given["TYPST_IGNORE_SYSTEM_FONTS"] == "true"
    assert given[quarto.STAGED] == "1"
    assert [name for name in given if name.startswith("QUARTO_")] == ["QUARTO_PYTHON"]


@pytest.mark.parametrize(
    ("status", "said", "complaint"),
    [
        (0, "Output created: _book/Report.pdf", None),
        (1, "ERROR: visits.qmd: no such filter", r"could not make natpatsip-typst (visits.qmd): ERROR"),
        (
            0,
            "\x1b[33mwarning: unknown font family: open sans\x1b[0m",
            "natpatsip-typst: unknown font family: open sans",
        ),
        (1, "", "could not make natpatsip-typst"),
    ],
)
def test_what_quarto_says_of_its_failure_is_passed_on(status, said, complaint):
    found = quarto.complaint_of("natpatsip-typst", status, said)
    assert found is None if complaint is None else complaint in found


# What it wrote ---------------------------------------------------------------


@pytest.fixture
def rendered(tmp_path):
    report = read_report(stage(tmp_path / "staged"))
    (report.root / "_book").mkdir()
    (tmp_path / "out").mkdir()
    return report, report.root / "_book", tmp_path / "out"


def test_pages_and_files_are_collected_under_the_reports_names(rendered):
    report, book, output = rendered
    (book / "index.html").write_text("page", encoding="utf-8")
    (book / "National-Programmes.pdf").write_text("paper", encoding="utf-8")
    quarto.collect(report, output, "html")
    quarto.collect(report, output, "pdf")
    assert (output / "html" / "index.html").read_text(encoding="utf-8") == "page"
    assert (output / "report.pdf").read_text(encoding="utf-8") == "paper"


def test_a_run_that_ends_well_and_writes_nothing_is_an_error(rendered):
    report, _, output = rendered
    with pytest.raises(RenderError, match=r"left 0 \.docx files"):
        quarto.collect(report, output, "docx")
    with pytest.raises(RenderError, match=r"wrote no .*index\.html"):
        quarto.collect(report, output, "html")


# The project that is rendered ---------------------------------------------------------------

CHART = """\
import altair as alt
import pandas as pd
rows = pd.DataFrame({"month": ["July"], "women": [3]})
figure("fig-women", alt.Chart(rows).mark_bar(), title="Three women", description="Women", caption="C", data=rows,
       alt="One bar.")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    from support.projects import code

    folder = small(
        tmp_path_factory.mktemp("project"),
        index=[prose("## Summary\n\nThree women, as @fig-women shows.")],
        ward=[code(CHART, id="chart")],
    )
    done = command(folder, "build", "2024-25-Q2", "--to", "html", "--renderer", "pandoc", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    return folder / "build" / "2024-25-Q2" / "book"


def test_the_staged_project_is_a_book_without_a_hook(project):
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["project"] == {"type": "book", "output-dir": "_book", "resources": PAGE_FILES}
    assert settings["book"]["chapters"] == ["index.qmd", "ward.qmd"]
    assert settings["book"]["title"] == "Test report"
    assert settings["natpatsip"]["date"] == settings["book"]["date"]


def test_every_file_that_a_staged_chapter_names_and_pages_show_is_staged(project):
    report = read_report(project)
    chapters = read_chapters(report, RenderCache(report.root))
    check_chapters(report, chapters, formats=["html"])
    named = [
        attributes_of(node)[2][key]
        for chapter in chapters
        for node in walk(chapter.blocks)
        if node["t"] == "Div" and "report-figure" in attributes_of(node)[1]
        for key in ("svg", "png", "data")
    ]
    assert named == ["figures/fig-women.svg", "figures/fig-women.png", "figures/fig-women.csv"]
    assert [name for name in named if not (project / name).is_file()] == ["figures/fig-women.png"]  # it is for Word


def test_the_extension_is_staged_with_all_that_its_formats_name(project):
    folder = project / "_extensions" / "natpatsip"
    formats = EXTENSION["contributes"]["formats"]
    names = [
        *(each["path"] for each in formats["common"]["filters"]),
        formats["html"]["template"],
        *formats["typst"]["template-partials"],
        formats["docx"]["reference-doc"],
    ]
    assert [name for name in names if not (folder / name).is_file()] == []
    assert list((folder / "fonts").glob("*.ttf"))


def test_the_filters_run_before_quartos_own():
    """Later, Quarto has taken every div with a fig- id for a float of its own."""
    entries = EXTENSION["contributes"]["formats"]["common"]["filters"]
    assert entries == [{"path": name, "at": "pre-ast"} for name in ("pages.lua", "passports.lua", "natpatsip.lua")]
    assert EXTENSION["quarto-required"] == ">=1.9.0"


DUMP = "function Pandoc(doc) io.stdout:write(pandoc.write(doc, 'json')) end"


def test_word_is_given_nothing_that_quarto_would_take_for_a_figure_of_its_own(staged, tmp_path):
    """A div named as Quarto names figures, or a paragraph of one image, would get a second number and caption."""
    (tmp_path / "dump.lua").write_text(DUMP, encoding="utf-8")
    options = ("--from=json", "--to=docx", *FILTERS, f"--lua-filter={tmp_path / 'dump.lua'}")
    found = []
    for chapter in read_chapters(read_report(staged), RenderCache(staged)):
        text = json.dumps(chapter.document)
        read = run_pandoc(*options, f"--output={tmp_path / 'x.docx'}", folder=staged, what=chapter.name, text=text)
        found += walk(json.loads(read)["blocks"])
    assert "fig-caseload" in [node["c"][0][0] for node in found if node["t"] == "Span"]
    assert [node["c"][0][0] for node in found if node["t"] == "Div" and node["c"][0][0].startswith("fig-")] == []
    assert [node for node in found if node["t"] == "Para" and [each["t"] for each in node["c"]] == ["Image"]] == []
    assert "Image" in [node["t"] for node in found]


# `quarto render` at the root ---------------------------------------------------------------


def hook(project, *, path="/usr/bin:/bin", **variables):
    return subprocess.run(
        [sys.executable, project / HOOK],
        cwd=project,
        env={"PATH": path, "QUARTO_PROJECT_RENDER_ALL": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hook_builds_through_quarto_or_says_to_run_natpatsip_build(tmp_path):
    done = hook(with_look(small(tmp_path)), path=str(tmp_path))
    assert done.returncode == 1
    assert "The quarto renderer needs the quarto program" in done.stderr
    assert "run natpatsip build" in done.stderr


def test_the_hook_does_nothing_in_the_rendering_that_it_started(tmp_path):
    done = hook(with_look(small(tmp_path)), **{quarto.STAGED: "1"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "file", [".gitignore", "examples/waiting-times/.gitignore", "src/natpatsip/init/template/dot_gitignore"]
)
def test_quarto_render_leaves_the_repository_clean(file):
    """Quarto (1.11) adds these two lines to a project's .gitignore where one is missing."""
    assert {"/.quarto/", "**/*.quarto_ipynb"} <= set((ROOT / file).read_text(encoding="utf-8").splitlines())


def test_the_hook_names_the_report_that_it_replaced(tmp_path):
    project = with_look(small(tmp_path))
    report = project / "reports" / "2024-25-Q2"
    report.mkdir(parents=True)
    (report / "manifest.json").write_text('{"renderer": "pandoc"}', encoding="utf-8")
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho '{{}}' > {report}/manifest.json\n", encoding="utf-8")
    python.chmod(0o755)
    done = hook(project)
    assert (done.returncode, done.stderr) == (
        0,
        f"{report}: replaces the report that was there, which was made with pandoc.\n",
    )


def test_the_hook_says_what_to_do_where_natpatsip_is_not_installed(tmp_path):
    folder = tmp_path / "_extensions" / "natpatsip"
    folder.mkdir(parents=True)
    shutil.copy2(ROOT / HOOK, folder)
    (tmp_path / "_quarto.yml").touch()
    done = subprocess.run(
        [getattr(sys, "_base_executable", sys.executable), "-I", tmp_path / HOOK],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is not installed here" in done.stderr
    assert "run natpatsip build" in done.stderr
