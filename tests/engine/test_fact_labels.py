"""Labels of facts in words: who gives them, that they travel with the fact, and what is said where there is none."""

from __future__ import annotations

import pytest

from natpatsip import context
from natpatsip.checks import glossary
from natpatsip.errors import DataFileError, FactError
from natpatsip.facts import publishing as facts
from natpatsip.facts.fact import Fact
from natpatsip.facts.fact_descriptions import named
from natpatsip.facts.publishing import cite, publish
from natpatsip.files.csv_files import from_csv
from natpatsip.pipeline.notebook_outputs import collect_facts, gather
from natpatsip.pipeline.staging.passports import homes_of, write_facts
from natpatsip.quarter import Quarter
from support import trust
from support.checking import context as checked
from support.checking import printing, publishing
from support.measured import project, rebased, rows_of

PARAMS = """\
quarter: 2024-25-Q2
cut_off: 2024-09-30
model:
  size: {value: 8, unit: people, source: Evidence}
"""
LABELS = [["fact_id", "label"], ["people", "People seen, all teams"], ["size", "People in a group"]]
FIELDS = [
    {"name": "fact_id", "type": "string", "constraints": {"required": True}},
    {"name": "label", "type": "string", "constraints": {"required": True}},
]


@pytest.fixture
def labelled(tmp_path):
    """A trust with labels, and the context of its second quarter."""
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "2024-25-Q2.yml").write_text(PARAMS, encoding="utf-8")
    trust.make(tmp_path)
    trust.save(tmp_path, "fact_labels", LABELS)
    declare(tmp_path, FIELDS)
    facts.forget()
    with context.use("2024-25-Q2", project=tmp_path):
        yield tmp_path
    facts.forget()


def declare(folder, fields):
    declared = trust.descriptor()
    schema = {"fields": fields, "primaryKey": ["fact_id"]}
    declared["resources"].append({"name": "fact_labels", "path": "fact_labels.csv", "schema": schema})
    trust.declare(folder, declared)


# Who gives a label


@pytest.mark.parametrize(
    ("name", "period", "label"),
    [
        ("people", "2024-25-Q2", "People seen, all teams"),
        ("people", "since-baseline", "People seen, all teams"),
        ("size", "all", "People in a group"),
        ("webinar", "2024-25-Q2", ""),
    ],
)
def test_a_reported_or_decided_fact_has_the_label_of_the_file_in_all_its_periods(labelled, name, period, label):
    assert cite(name, period).label == label


@pytest.mark.parametrize("given", ["Beds on the wards", "  Beds on\n the wards "])
def test_a_published_fact_has_the_label_that_it_is_given_on_one_line(labelled, given):
    assert publish("beds", 12, label=given, unit="beds", source="List").label == "Beds on the wards"
    assert cite("beds").label == "Beds on the wards"


def test_a_published_fact_without_one_has_that_of_the_file(labelled):
    assert publish("people", 25, unit="people", period="2024-25-YTD", source="s").label == "People seen, all teams"
    assert publish("beds", 12, unit="beds", source="List").label == ""


def test_a_fact_has_one_label(labelled):
    publish("people", 13, label="People seen, all teams", unit="people", source="s")
    with pytest.raises(FactError) as error:
        publish("people", 25, label="All seen", unit="people", period="2024-25-YTD", source="s")
    assert str(error.value) == (
        'publish("people"): the label is "All seen" here and "People seen, all teams" in data/fact_labels.csv. '
        "A fact has one label: leave it out here, or remove the row."
    )


@pytest.mark.parametrize(
    ("chart", "keys", "labels"),
    [
        (
            "xmr",
            {"rebase": [rebased("2024-05")]},
            {
                "baseline": "Waiting times: mean at the baseline",
                "mean_before": "Waiting times: mean before May 2024",
                "mean": "Waiting times: mean since May 2024",
                "latest": "Waiting times: latest month",
            },
        ),
        (
            "run",
            {},
            {
                "baseline": "Waiting times: median at the baseline",
                "mean": "Waiting times: median since September 2023",
                "latest": "Waiting times: latest month",
            },
        ),
        (
            "trend",
            {},
            {"baseline": "Waiting times: first month", "latest": "Waiting times: latest month"},
        ),
        (
            "trend",
            {"rolling": 3},
            {"baseline": "Waiting times: first 3-month mean", "latest": "Waiting times: latest 3-month mean"},
        ),
    ],
)
@pytest.mark.parametrize("is_owner", [True, False])
def test_a_measure_labels_its_facts_by_what_they_are_and_since_when(tmp_path, chart, keys, labels, is_owner):
    from natpatsip.measures.indicator import Measure

    project(tmp_path, rows_of([70, 72, 71, 69, 70, 71, 73, 70, 69, 71, 72, 70, 71]), chart=chart, **keys)
    facts.forget()
    with context.use("2024-25-Q2", project=tmp_path):
        found = Measure("waits", is_owner=is_owner).facts
    facts.forget()
    assert {role: fact.label for role, fact in found.items()} == labels


# The file


def test_a_file_that_is_not_declared_is_refused_with_what_to_declare(labelled):
    trust.declare(labelled, trust.descriptor())
    with pytest.raises(DataFileError, match=r"data/fact_labels\.csv: is not declared\. Add fact_labels to data/"):
        cite("people")


def test_a_declaration_without_its_columns_is_refused(labelled):
    declare(labelled, FIELDS[:1])
    with pytest.raises(DataFileError, match=r"fact_labels: has no column label; expected fact_id and label"):
        cite("people")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["people", "Again"], "row 4"),
        (["beds", ""], "row 4, column label"),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_place(labelled, row, said):
    trust.save(labelled, "fact_labels", [*LABELS, row])
    with pytest.raises(DataFileError, match=rf"data/fact_labels\.csv, {said}"):
        cite("people")


# It travels with the fact


def test_a_label_stays_with_its_fact_through_outputs_and_facts_csv(tmp_path):
    inputs = Fact("seen", "all", 3, "people", "Return", kind="reported", label="People seen")
    fact = Fact("beds", "2024-25-Q2", 12, "beds", "List", inputs=(inputs,), label='Beds, "in use"')
    assert Fact.from_record(fact.record()) == fact
    here = checked(tmp_path, publishing(fact))
    outputs = gather(here.executed)
    write_facts(collect_facts(outputs), homes_of(outputs, ["ward"]), tmp_path / "facts.csv")
    text = (tmp_path / "facts.csv").read_bytes().decode()
    assert text.splitlines()[0] == (
        "id,period,label,value,text,unit,section,notebook,cell,source,formula,inputs,rows,rows_sha256"
    )
    assert [Fact.from_row(row).label for row in from_csv(text)] == ['Beds, "in use"', "People seen"]


def test_a_fact_is_called_by_its_label_and_by_its_id_while_it_has_none():
    q2 = Quarter(2024, 2)
    assert named(Fact("beds", "2024-25-Q2", 12, "beds", "", label="Beds"), q2) == "Beds (Q2 2024/25)"
    assert named(Fact("beds", "2024-25-Q2", 12, "beds", ""), q2) == "beds (Q2 2024/25)"


# What the check finds


def test_a_fact_that_is_published_without_a_label_is_found_at_its_cell(tmp_path):
    (found,) = glossary.check(checked(tmp_path, publishing(Fact("beds", "2024-25-Q2", 12, "beds", "List"))))
    assert found.message == ('beds (2024-25-Q2: 12) has no label in words. Publish it with one, label="…".')
    assert (found.check, found.notebook, found.cell, found.fact) == ("glossary", "ward.ipynb", "facts", "beds")


@pytest.mark.parametrize("kind", ["reported", "params"])
def test_a_fact_that_is_not_published_is_found_at_the_file_of_labels_with_the_nearest_row(tmp_path, kind):
    fact = Fact("teem", "2024-25-Q2", 3, "teams", "List", kind=kind)
    (found,) = glossary.check(checked(tmp_path, printing("`{python} cite(…)`", fact)))
    assert found.message == (
        'teem (2024-25-Q2: 3) has no label in words. Did you mean "teams"? Add its row to data/fact_labels.csv: teem,…'
    )
    assert (found.where, found.notebook, found.fact) == ("data/fact_labels.csv", "", "teem")


@pytest.mark.parametrize(
    ("period", "label", "count"),
    [("2024-25-Q2", "Beds", 1), ("2024-25-YTD", "Beds", 0), ("2024-25-Q2", "Beds in use", 0)],
)
def test_two_facts_of_one_period_have_two_labels(tmp_path, period, label, count):
    beds = Fact("beds", "2024-25-Q2", 12, "beds", "List", label="Beds")
    other = Fact("more_beds", period, 14, "beds", "List", label=label)
    found = glossary.check(checked(tmp_path, publishing(beds, other)))
    assert len(found) == count
    assert all("has the label of beds" in each.message and each.fact == "more_beds" for each in found)
