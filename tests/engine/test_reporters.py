"""What every command reports in the same form: JSON lists, GitHub annotations, counts."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from natpatsip.reporters import annotation, as_json, counted


@dataclass
class Item:
    message: str

    def record(self):
        return {"check": "stale", "message": self.message}


def test_json_is_a_list_of_records_with_letters_as_they_are():
    text = as_json([Item("±5 – “quoted”"), Item("b")])
    assert json.loads(text) == [{"check": "stale", "message": "±5 – “quoted”"}, {"check": "stale", "message": "b"}]
    assert "±5 – “quoted”" in text
    assert as_json([]) == "[]"


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ({}, "::notice title=t::m"),
        ({"file": "a.csv"}, "::notice file=a.csv,title=t::m"),
        ({"file": "a.csv", "line": 3}, "::notice file=a.csv,line=3,title=t::m"),
        ({"line": 3}, "::notice title=t::m"),
    ],
)
def test_an_annotation_names_file_and_line_where_they_are_known(place, written):
    assert annotation("notice", "m", title="t", **place) == written


def test_signs_that_github_reads_are_escaped():
    assert annotation("error", "1,5%\n: a", title="a: b, c%") == "::error title=a%3A b%2C c%25::1,5%25%0A: a"


@pytest.mark.parametrize(("number", "words"), [(0, "no changes"), (1, "1 change"), (2, "2 changes")])
def test_a_count_has_its_noun_in_the_right_number(number, words):
    assert counted(number, "change") == words
