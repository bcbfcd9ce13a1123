"""A tag that is nearly one with a meaning would have none, without a word: its cell would be in every report."""

from __future__ import annotations

import pytest

from natpatsip.errors import NotebookError
from natpatsip.pipeline.cell_tags import wrong_tag
from natpatsip.pipeline.notebook import Notebook
from support.projects import prose, small

NEARLY_QUARTERS = (
    " 2024-25-Q1", "2024-25-Q1 ", "2024-25-q1", "2024/25-Q1", "Q1 2024/25", "2024-25_Q1", "2024–25-Q1", "2024_25_Q1",
    "Q1-2024-25", "2024-2025-Q1", "202425Q1", "2024-25", "2024/25", "FY2024-25 Q1", "24/25 Q1", "Q1 24/25", "Q1 2024",
    "2024-25-Q5", "2024-26-Q1",
)  # fmt: skip
NEARLY_OTHERS = ("to review", "To-Review", "TO_REVIEW", "to-review ", "typed number", "Typed-Number", "Parameters")
OWN = (
    "2024-25-Q1",
    "to-review",
    "typed-number",
    "parameters",
    "injected-parameters",
    "draft",
    "2024",
    "Q1",
    "12-14",
    "v2",
)


@pytest.mark.parametrize("tag", NEARLY_QUARTERS)
def test_a_tag_that_is_nearly_a_quarter_is_refused_with_its_cell(tmp_path, tag):
    project = small(tmp_path / "project", ward=[prose("In spring.", id="spring", tags=[tag])])
    with pytest.raises(NotebookError) as caught:
        Notebook.read(project / "notebooks" / "ward.ipynb")
    assert f'(id spring): the tag "{tag}" is not a valid quarter. Write it like 2024-25-Q2.' in str(caught.value)


@pytest.mark.parametrize("tag", NEARLY_OTHERS)
def test_a_tag_that_is_nearly_another_one_with_a_meaning_is_refused(tag):
    assert wrong_tag(tag).startswith('is nearly "')


@pytest.mark.parametrize("tag", OWN)
def test_tags_with_a_meaning_and_an_authors_own_are_right(tag):
    assert not wrong_tag(tag)
