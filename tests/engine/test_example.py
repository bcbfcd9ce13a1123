"""The example report: a trust that does not exist, built in both of its quarters without a finding."""

import re

import pytest

from natpatsip.datasets import dictionary
from natpatsip.datasets.declaration import declared
from support.projects import EXAMPLE, ROOT, command


def page(whole, name, quarter="2024-25-Q2"):
    text = (whole.report(quarter) / "html" / f"{name}.html").read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


@pytest.mark.parametrize("quarter", ["2024-25-Q1", "2024-25-Q2"])
def test_each_quarter_is_without_a_finding(whole, quarter):
    whole.report(quarter)
    run = command(whole.folder, "check", quarter)
    *accepted, last = run.stdout.splitlines()
    assert (run.returncode, last) == (0, "no findings"), run.stderr
    assert all(line.startswith("accepted: ") for line in accepted)


def test_each_quarter_has_its_own_news(whole):
    assert "Saturday clinic" in page(whole, "index")
    assert "full in most weeks" in page(whole, "index", "2024-25-Q1")


def test_the_settings_words_are_in_the_report(whole):
    text = page(whole, "waiting-times")
    assert "Published by Riverside Mental Health NHS Trust. Licence: Open Government Licence v3.0." in text
    assert "Illustrative data, made up for this example." in text
    chart = (whole.report() / "figures" / "fig-waits.svg").read_text(encoding="utf-8")
    assert "Standard" in chart
    assert "Target" not in chart


def test_small_counts_of_the_newest_team_are_suppressed(whole):
    assert re.search(r"East \* 1\d", page(whole, "waiting-times"))


def test_the_dictionary_of_the_example_is_that_of_its_declaration():
    assert (EXAMPLE / dictionary.README).read_text(encoding="utf-8") == dictionary.updated(EXAMPLE)


def test_the_tutorial_of_the_next_quarter_brings_each_file_that_the_example_requires():
    page = (ROOT / "docs" / "first-quarter.md").read_text(encoding="utf-8")
    for resource in declared(EXAMPLE).resources:
        if resource.natpatsip.required.startswith("each"):
            rows = f"docs/first-quarter/{resource.path}"
            assert (ROOT / rows).is_file()
            assert f"tail -n +2 ../../{rows} >> data/{resource.path}\n" in page


def test_the_example_names_nothing_of_another_report():
    words = re.compile(
        r"maternity|opioid|matneo|medsip|\bpsc\b|\bicb\b|health innovation|patient safety", re.IGNORECASE
    )
    files = [file for file in EXAMPLE.rglob("*") if file.is_file() and not {"build", "reports"} & set(file.parts)]
    assert not [file for file in files if words.search(file.read_text(encoding="utf-8", errors="replace"))]
