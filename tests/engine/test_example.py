"""The example report: a trust that does not exist, built in both of its quarters without a finding."""

import re
import shutil

import pytest

from natpatsip.datasets import dictionary
from support.projects import ROOT, natpatsip

EXAMPLE = ROOT / "examples" / "waiting-times"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """A copy of the example with the reports of both quarters."""
    folder = tmp_path_factory.mktemp("example") / "waiting-times"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("build", "reports", "__pycache__"))
    for quarter in ("2024-25-Q1", "2024-25-Q2"):
        run = natpatsip(folder, "build", quarter, "--renderer", "pandoc")
        assert run.returncode == 0, run.stderr
        assert "no findings" in run.stderr
    return folder


def page(example, name, quarter="2024-25-Q2"):
    text = (example / "reports" / quarter / "html" / f"{name}.html").read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def test_each_quarter_has_its_own_news(example):
    assert "Saturday clinic" in page(example, "index")
    assert "full in most weeks" in page(example, "index", "2024-25-Q1")


def test_the_settings_words_are_in_the_report(example):
    text = page(example, "waiting-times")
    assert "Published by Riverside Mental Health NHS Trust. Licence: Open Government Licence v3.0." in text
    assert "Illustrative data, made up for this example." in text
    chart = (example / "reports" / "2024-25-Q2" / "figures" / "fig-waits.svg").read_text(encoding="utf-8")
    assert "Standard" in chart
    assert "Target" not in chart


def test_small_counts_of_the_newest_team_are_suppressed(example):
    assert re.search(r"East \* 1\d", page(example, "waiting-times"))


def test_the_dictionary_of_the_example_is_that_of_its_declaration():
    assert (EXAMPLE / dictionary.README).read_text(encoding="utf-8") == dictionary.updated(EXAMPLE)


def test_the_example_names_nothing_of_another_report():
    words = re.compile(
        r"maternity|opioid|matneo|medsip|\bpsc\b|\bicb\b|health innovation|patient safety", re.IGNORECASE
    )
    files = [file for file in EXAMPLE.rglob("*") if file.is_file() and not {"build", "reports"} & set(file.parts)]
    assert not [file for file in files if words.search(file.read_text(encoding="utf-8", errors="replace"))]
