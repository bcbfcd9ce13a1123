"""What this report's reported and set numbers are called: data/fact_labels.csv."""

import csv

import pytest

from natpatsip.facts.fact_labels import labels_of
from natpatsip.facts.facts_in_code import published_in, source_of
from natpatsip.params import load
from natpatsip.quarter import Quarter, known_quarters
from support.projects import ROOT


@pytest.fixture(scope="module")
def given():
    """The ids of facts that are reported, or set in the params of any quarter."""
    with (ROOT / "data" / "reported.csv").open(encoding="utf-8", newline="") as lines:
        reported = {row["fact_id"] for row in csv.DictReader(lines)}
    return reported.union(*(load(quarter, project=ROOT).values for quarter in known_quarters(ROOT)))


def test_every_reported_or_set_fact_has_a_label(given):
    assert given - set(labels_of(ROOT)) == set()


def test_every_label_is_of_a_fact(given):
    published = [published_in(source_of(file), ROOT) for file in (ROOT / "notebooks").glob("*.ipynb")]
    assert set(labels_of(ROOT)) - given.union(*published) == set()


@pytest.mark.parametrize("word", ["avoided", "survived", "spared", "saved", "prevented"])
def test_a_label_of_a_modelled_effect_says_that_it_may_be(word):
    labels = [label for label in labels_of(ROOT).values() if word in label]
    assert [label for label in labels if " may " not in label] == []


def test_no_label_names_a_quarter_since_a_fact_has_one_in_all_its_periods():
    quarters = [Quarter.parse(str(quarter)).label for quarter in known_quarters(ROOT)]
    assert [label for label in labels_of(ROOT).values() if any(quarter in label for quarter in quarters)] == []
