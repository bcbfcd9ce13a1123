"""The tutorial *Write a chapter* is true: followed word by word, it gives what it says."""

from __future__ import annotations

import re
import sys

import pytest

from natpatsip.files.csv_files import from_csv
from support import tutorial
from support.projects import ROOT

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(sys.platform == "win32", reason="the page's commands are those of a POSIX shell"),
]
MOST_LINES = 15


def test_followed_word_by_word_it_gives_chart_sentence_claim_and_passport(tmp_path, whole):
    project = tutorial.followed(tmp_path, whole).project
    report = project / "reports" / "2024-25-Q2"
    page = (report / "html" / "care-plans.html").read_text(encoding="utf-8")
    assert 'id="fig-reviews"' in page
    assert "have had their care plan reviewed in time" in page
    assert "The average has risen since each person was given a named nurse." in re.sub("<[^>]*>", "", page)
    facts = {row["id"]: row for row in from_csv((report / "facts.csv").read_text(encoding="utf-8"))}
    mean = facts["reviews_mean_now"]
    assert (mean["text"], mean["notebook"]) == ("78.6%", "care-plans.ipynb")
    assert mean["rows"].startswith("data/reviews_monthly.csv: ")
    assert "fact-reviews_mean_now-2024-25-Q2" in (report / "html" / "sources.html").read_text(encoding="utf-8")


def test_each_block_of_code_says_what_is_done_with_it():
    deeds = [step.deed for step in tutorial.steps()]
    assert all(hasattr(tutorial.Reader, f"_{deed}") for deed in deeds), deeds
    assert {"run", "serve", "shown", "change", "append", "cell", "wrong", "replace"} == set(deeds)


def test_a_new_indicator_needs_few_lines_of_python():
    text = tutorial.PAGE.read_text(encoding="utf-8")
    assert "You write five lines of Python" in text
    assert tutorial.python_lines() == 5 <= MOST_LINES


def test_each_picture_is_there_has_words_and_is_of_a_reasonable_size():
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", tutorial.PAGE.read_text(encoding="utf-8"))
    assert len(pictures) == 4
    for words, name in pictures:
        assert 40 < len(words) < 200
        assert 5_000 < (ROOT / "docs" / name).stat().st_size < 200_000
