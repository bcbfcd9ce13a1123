"""The tutorials of the three kinds of user are true: followed word by word, they lead to their ends."""

from __future__ import annotations

import re
import sys

import pytest

from natpatsip.compare import changes_chapter
from support import tutorial
from support.reading import words_of_page
from support.repositories import git

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(sys.platform == "win32", reason="the pages' commands are those of a POSIX shell"),
]
ANALYST, ENGINEER, REVIEWER = (
    tutorial.DOCS / f"{name}.md" for name in ("first-quarter", "set-up-the-schedule", "comment-on-a-draft")
)


def test_an_analyst_opens_a_quarter_and_makes_it_final(tmp_path, whole):
    reader = tutorial.followed(tmp_path, whole, ANALYST, serves=False)
    page = reader.project / "reports" / "2024-25-Q3" / "html" / "index.html"
    words = words_of_page(page)
    assert "The evening clinics kept their hours over the winter. The teams sent 2,512 reminders." in words
    assert "Quality assurance record" in page.read_text(encoding="utf-8")
    assert "Draft" not in words
    (way_back,) = re.findall(
        r"^To leave the repository as it was: (.*?)\.$", ANALYST.read_text(encoding="utf-8"), re.M | re.S
    )
    for command in re.findall("`([^`]+)`", way_back):
        assert reader.shell(command).returncode == 0
    assert git(reader.project, "status", "--short") + git(reader.project, "tag") == ""


def test_an_engineer_sees_a_schedule_fail_build_and_do_nothing(tmp_path, whole):
    reader = tutorial.followed(tmp_path, whole, ENGINEER)
    assert git(reader.project, "status", "--short") == ""


@pytest.mark.parametrize("page", [ANALYST, ENGINEER, REVIEWER], ids=lambda page: page.stem)
def test_each_block_of_code_says_what_is_done_with_it(page):
    deeds = [step.deed for step in tutorial.steps(page)]
    assert all(hasattr(tutorial.Reader, f"_{deed}") for deed in deeds), deeds


def test_what_reviewers_are_told_to_look_for_is_in_the_report(html_pages):
    text = REVIEWER.read_text(encoding="utf-8")
    page = (html_pages / "waiting-times.html").read_text(encoding="utf-8")
    words = re.findall(r"\*([A-Z][^*→]+)\*", text.partition("## 3.")[0])
    assert len(words) == 5
    assert [each for each in words if each not in page + changes_chapter.TITLE] == []
