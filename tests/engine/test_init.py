"""A new report: what is written, what is refused, and that it works at once."""

import json
import subprocess
import sys
import tomllib
from datetime import date

import docx
import pytest
import yaml

from natpatsip.datasets import dictionary
from natpatsip.errors import UsageError
from natpatsip.init import create_report, default_quarter
from natpatsip.quarter import Quarter
from natpatsip.settings import read_settings
from support.projects import command
from support.reading import READERS

Q2 = Quarter.parse("2024-25-Q2")
TITLES = ["Waits", 'How long: "a question"?', "Ansökan – {{quarter}} & 100%", "it's 2024", "#1 [waits]"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A new report, built in all formats as soon as it was made."""
    folder = tmp_path_factory.mktemp("new") / "waits"
    run = command(folder.parent, "init", "waits", "--title", "Waits", "--publisher", "A trust", "--quarter", str(Q2))
    assert run.returncode == 0, run.stderr
    run = command(folder, "build", "--renderer", "pandoc")
    assert run.returncode == 0, run.stderr
    assert "no findings" in run.stderr
    return folder


def test_a_new_report_builds_in_three_formats(built):
    report = built / "reports" / str(Q2)
    assert {"html", "report.pdf", "report.docx", "facts.csv"} <= {file.name for file in report.iterdir()}
    page = (report / "html" / "index.html").read_text(encoding="utf-8")
    assert "Published by A trust." in page
    assert 'alt="A trust"' in page
    assert "/logo.svg" in page
    facts = (report / "facts.csv").read_text(encoding="utf-8")
    assert "waits_mean,2024-25-Q2" in facts


def test_every_format_names_the_publisher_and_shows_the_logo(built):
    report = built / "reports" / str(Q2)
    whole = (report / "html" / "report.html").read_text(encoding="utf-8")
    assert 'src="data:image/svg+xml;base64,' in whole
    document = docx.Document(str(report / "report.docx"))
    assert document.element.body.xpath(".//wp:docPr")[0].get("descr") == "A trust"
    assert document.core_properties.author == "A trust"
    assert all("Published by A trust." in read(report) for read in READERS.values())


def test_what_quarto_has_to_know_is_put_in_where_a_report_does_not_say_it(built):
    own = yaml.safe_load((built / "_quarto.yml").read_text(encoding="utf-8"))
    staged = yaml.safe_load((built / "build" / str(Q2) / "book" / "_quarto.yml").read_text(encoding="utf-8"))
    assert "format" not in own
    assert set(staged["format"]) == {"natpatsip-html", "natpatsip-typst", "natpatsip-docx"}
    assert (staged["project"]["type"], staged["execute"]) == ("book", {"enabled": False})
    assert "pre-render" not in staged["project"]


def test_a_new_report_is_checked_and_looked_over_at_once(built):
    assert command(built, "check").stdout == "no findings\n"
    doctor = command(built, "doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "look: the engine's" in doctor.stdout
    assert "2024-25-Q2: data complete" in doctor.stdout


def test_the_next_quarter_of_a_new_report_can_be_opened(built):
    run = command(built, "new-quarter", "2024-25-Q3")
    assert run.returncode == 0, run.stderr
    assert "waits_monthly.csv" in run.stdout  # the data that are awaited
    assert (built / "params" / "2024-25-Q3.yml").is_file()


@pytest.mark.parametrize("title", TITLES)
def test_every_title_is_written_as_it_was_given(tmp_path, title):
    create_report(tmp_path, title=title, publisher=title, quarter=Q2)
    book = yaml.safe_load((tmp_path / "_quarto.yml").read_text(encoding="utf-8"))
    assert book["book"]["title"] == title
    assert read_settings(tmp_path).publisher == title
    assert tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]["description"] == title
    assert yaml.safe_load((tmp_path / "data" / "datapackage.yaml").read_text(encoding="utf-8"))["title"] == title
    for notebook in (tmp_path / "notebooks").glob("*.ipynb"):
        json.loads(notebook.read_text(encoding="utf-8"))


@pytest.mark.parametrize("option", ["title", "publisher"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The {quarter} team", "found {quarter}, which readers would see as it stands. Write the text itself."),
        ("The {{< env USER >}}", "found a shortcode"),
        ("team " * 60, "found a text of 299 letters."),
        ("a team\x07", "found a control character"),
    ],
)
def test_a_text_that_no_report_could_print_is_refused_before_anything_is_written(tmp_path, option, text, found):
    with pytest.raises(UsageError) as caught:
        create_report(tmp_path / "new", **{option: text}, quarter=Q2)
    assert str(caught.value).startswith(f"--{option}: {found}")
    assert str(caught.value).endswith(" Nothing was written.")
    assert not (tmp_path / "new").exists()


def test_no_word_of_the_template_is_left_open(tmp_path):
    created = create_report(tmp_path, quarter=Q2)
    for file in created.files:
        assert "@QUARTER" not in str(file)
        assert not any(f"@{word}@" in file.read_text(encoding="utf-8") for word in ("TITLE", "QUARTER", "SLUG", "NEXT"))
    assert {".gitignore", ".gitattributes", ".pre-commit-config.yaml", ".github"} <= {
        f.name for f in tmp_path.iterdir()
    }


def test_the_dictionary_of_a_new_report_is_that_of_its_declaration(tmp_path):
    create_report(tmp_path, quarter=Q2)
    text = (tmp_path / dictionary.README).read_text(encoding="utf-8")
    assert "`seen_in_time`" in text
    assert text == dictionary.updated(tmp_path)


def test_the_data_end_with_the_quarter_and_are_the_same_each_time(tmp_path):
    texts = []
    for name in ("one", "two"):
        create_report(tmp_path / name, quarter=Q2)
        texts.append((tmp_path / name / "data" / "waits_monthly.csv").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert max(line[:7] for line in texts[0].splitlines()[1:]) == "2024-09"


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (["notes.txt"], r"waits is not empty: it holds notes.txt. Nothing was written"),
        ([".hidden"], r"it holds .hidden"),
        (["a", "b", "c", "d", "e"], r"it holds a, b, c and 2 more"),
    ],
)
def test_a_folder_that_holds_anything_is_refused(tmp_path, found, message):
    folder = tmp_path / "waits"
    folder.mkdir()
    for name in found:
        (folder / name).touch()
    with pytest.raises(UsageError, match=message):
        create_report(folder, quarter=Q2)
    assert sorted(each.name for each in folder.iterdir()) == sorted(found)


def test_a_folder_with_nothing_but_its_git_repository_is_taken(tmp_path):
    (tmp_path / ".git").mkdir()
    assert create_report(tmp_path, quarter=Q2).files


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "waits").touch()
    with pytest.raises(UsageError, match=r"waits is a file\. Name a new or an empty folder"):
        create_report(tmp_path / "waits", quarter=Q2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--title", " "), "--title is empty"),
        (("--publisher", ""), "--publisher is empty"),
        (("--quarter", "2024-Q2"), '"2024-Q2" is not a quarter'),
    ],
)
def test_an_argument_that_says_nothing_is_refused_and_nothing_is_written(tmp_path, arguments, message):
    run = command(tmp_path, "init", "waits", *arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert not (tmp_path / "waits").exists()


@pytest.mark.parametrize(
    ("today", "quarter"),
    [(date(2024, 9, 30), "2024-25-Q1"), (date(2024, 10, 1), "2024-25-Q2"), (date(2025, 1, 2), "2024-25-Q3")],
)
def test_the_first_quarter_is_the_last_that_has_ended(today, quarter):
    assert str(default_quarter(today)) == quarter


def test_the_hook_of_quarto_finds_the_report_from_its_own_folder(tmp_path):
    create_report(tmp_path, quarter=Q2)
    code = "import runpy; print(runpy.run_path('scripts/prerender.py')['ROOT'])"

    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(tmp_path)
