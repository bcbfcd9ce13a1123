"""Facts: one owner, one printed form, and a clear error if there is none."""

import json
import re
from datetime import date

import pytest

from natpatsip import context, datasets, facts
from natpatsip.errors import FactError
from natpatsip.facts import Fact, cite, printed, publish
from support import trust
from support.projects import code, write

PARAMS = """\
quarter: 2024-25-Q2
cut_off: 2024-09-30
model:
  people_per_group: {value: 8, unit: people, source: Evidence}
"""


@pytest.fixture
def project(tmp_path):
    """A trust whose notebook on waits publishes a fact, with nothing built."""
    trust.make(tmp_path)
    for name in ("params", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "_quarto.yml").touch()
    (tmp_path / "params" / "2024-25-Q2.yml").write_text(PARAMS, encoding="utf-8")
    write(
        tmp_path / "notebooks" / "waits.ipynb", "Waits", code('publish("long_waits", 3, unit="people", source="List")')
    )
    return tmp_path


@pytest.fixture(autouse=True)
def _here(monkeypatch, project):
    monkeypatch.delenv(facts.HANDED, raising=False)
    facts.forget()
    with context.use("2024-25-Q2", project=project):
        yield
    facts.forget()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (677, "people", "677"),
        (1016, "contacts", "1,016"),
        (1_000_000, "people", "1 million"),
        (18_000_000, "GBP", "£18 million"),
        (83.0, "percent", "83%"),
        (85.94, "percent", "85.9%"),
        (2.2, "adjusted odds ratio", "2.2"),
        (date(2024, 8, 14), "date", "14 August 2024"),
        ("2024-25-Q3", "quarter", "Q3 2024/25"),
        (0, "people", "0"),
    ],
)
def test_a_value_is_printed_as_uk_reports_print_it(value, unit, text):
    assert printed(value, unit) == text


def test_a_published_fact_is_cited_with_text_and_value():
    publish("ward_beds", 12, unit="beds", source="Ward list")
    assert (str(cite("ward_beds")), cite("ward_beds").value) == ("12", 12)


def test_a_fact_is_known_by_id_and_period():
    publish("ward_beds", 12, unit="beds", source="Ward list")
    publish("ward_beds", 24, unit="beds", period="2024-25-YTD", source="Ward list")
    assert cite("ward_beds", "2024-25-YTD").value == 24
    assert cite("ward_beds").value == 12


def test_publishing_the_same_value_again_is_not_an_error():
    publish("ward_beds", 12, unit="beds", source="Ward list")
    assert publish("ward_beds", 12, unit="beds", source="Ward list").value == 12


def test_publishing_another_value_from_another_cell_names_both(monkeypatch):
    cells = iter(["first-cell", "second-cell"])
    monkeypatch.setattr(facts, "_running_cell", lambda: next(cells))
    publish("ward_beds", 12, unit="beds", source="Ward list")
    with pytest.raises(FactError, match=r"published twice: 12 in cell first-cell and 13 in cell second-cell"):
        publish("ward_beds", 13, unit="beds", source="Ward list")


def test_running_a_corrected_cell_again_replaces_its_value(monkeypatch):
    monkeypatch.setattr(facts, "_running_cell", lambda: "the-cell")
    publish("ward_beds", 12, unit="beds", source="Ward list")
    publish("ward_beds", 13, unit="beds", source="Ward list")
    assert cite("ward_beds").value == 13


@pytest.mark.parametrize("value", [None, "many", float("nan"), True, [1]])
def test_a_value_that_is_not_a_number_cannot_be_published(value):
    with pytest.raises(FactError, match="the value is"):
        publish("ward_beds", value, unit="beds", source="Ward list")


def test_an_id_is_lower_case():
    with pytest.raises(FactError, match="lower-case"):
        publish("Ward beds", 1, unit="beds", source="Ward list")


def test_a_reported_fact_is_cited_from_any_notebook():
    people = cite("people")
    assert (people.value, people.unit, people.kind, people.is_illustrative) == (13, "people", "reported", False)


def test_a_parameter_is_cited_with_its_source():
    size = cite("people_per_group", "all")
    assert (size.value, size.source, size.kind) == (8, "Evidence", "params")


def test_a_project_without_reported_facts_still_has_the_others(project):
    declared = trust.descriptor()
    declared["resources"] = [each for each in declared["resources"] if each["name"] != "reported"]
    trust.declare(project, declared)
    assert cite("people_per_group", "all").value == 8
    with pytest.raises(FactError, match="nobody publishes this fact"):
        cite("people")


def test_a_misspelt_fact_is_answered_with_the_nearest():
    with pytest.raises(FactError, match=r'nobody publishes this fact. Did you mean "people"'):
        cite("peple")


def test_a_fact_of_another_period_is_answered_with_its_periods():
    with pytest.raises(FactError, match="is known for all, not for 2024-25-Q2"):
        cite("people_per_group")


def test_a_fact_that_the_quarter_still_awaits_is_answered_with_the_file_to_add_it_to(project):
    rows = [row for row in trust.read(project, "reported") if row[:2] != ["people", "2024-25-Q2"]]
    trust.save(project, "reported", rows)
    with pytest.raises(FactError, match=r"Add its row to data/reported.csv, or cite one of those"):
        cite("people")
    with pytest.raises(FactError, match=r"not for 2024-25-Q2\. Cite one of those"):
        cite("people_per_group")


def test_a_fact_of_another_notebook_needs_a_build():
    with pytest.raises(FactError, match=r"waits.ipynb calculates it, .* Run: natpatsip build 2024-25-Q2"):
        cite("long_waits")


def test_a_fact_of_another_notebook_comes_from_the_newest_build(project):
    report = project / "reports" / "2024-25-Q2"
    report.mkdir(parents=True)
    head = "id,period,value,text,unit,section,notebook,cell,source,formula,inputs,rows,rows_sha256"
    row = "long_waits,2024-25-Q2,3,3,people,waits,waits.ipynb,code,List,,,,"
    (report / "facts.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    assert (cite("long_waits").value, cite("long_waits").section) == (3, "waits")
    with pytest.raises(FactError, match=r"does not publish it for all in this build"):
        cite("long_waits", "all")


def test_a_running_build_passes_facts_on(project, monkeypatch):
    published = publish("long_waits", 3, unit="people", source="List")
    facts.forget()
    (project / "facts.json").write_text(json.dumps([published.record()]), encoding="utf-8")
    monkeypatch.setenv(facts.HANDED, str(project / "facts.json"))
    assert cite("long_waits").value == 3


def test_a_fact_is_the_same_after_a_round_trip_through_json():
    people = cite("people")
    groups = publish(
        "groups", 2, unit="groups", source="Model", inputs=[people], formula="people / 8", is_estimate=True
    )
    assert Fact.from_record(groups.record()).record() == groups.record()
    day = publish("day", date(2024, 8, 14), unit="date", source="Calendar")
    assert Fact.from_record(day.record()).value == date(2024, 8, 14)


def test_a_fact_of_illustrative_rows_is_illustrative():
    import pandas as pd

    rows = pd.DataFrame({"n": [1], "provenance": ["illustrative"]})
    assert publish("drawn", 1, unit="people", source="Series", rows=rows).is_illustrative
    assert publish("above", 1, unit="people", source="Sum", inputs=["drawn"]).is_illustrative
    assert not publish("real", 1, unit="people", source="Count").is_illustrative


def test_a_fact_of_inputs_alone_is_based_on_their_rows_and_changes_fingerprint_with_them():
    people, size = cite("people"), cite("people_per_group", "all")
    groups = publish("groups", 2, unit="groups", source="Model", inputs=[people, size])
    assert groups.rows == f"{people.rows}; {size.rows}"
    other = publish("others", 2, unit="groups", source="Model", inputs=[cite("people", "since-baseline"), size])
    fingerprints = {fact.rows_sha256 for fact in (people, size, groups, other)}
    assert len(fingerprints) == 4
    assert all(len(each) == 64 for each in fingerprints)


def test_a_fact_of_rows_records_their_filter():
    monthly = datasets.load("waits_monthly")
    seen = datasets.total(monthly, "seen", where={"pathway": "assessment"})
    rows = publish("seen", 1, unit="percent", source="Series", rows=seen).rows
    assert rows == "data/waits_monthly.csv: pathway assessment, summed by month, month 2024-04 to 2024-09, 6 rows"
    assert publish("none", 0, unit="percent", source="Series", rows=seen.iloc[:0]).rows.endswith(
        "summed by month, 0 rows"
    )


@pytest.mark.parametrize(("name", "period"), [("people", "2024-25-Q2"), ("people_per_group", "all")])
def test_reported_and_decided_facts_have_their_row_and_fingerprint(name, period):
    fact = cite(name, period)
    assert re.fullmatch(r"(data/reported\.csv: fact_id|params/2024-25-Q2\.yml:) .+", fact.rows)
    assert len(fact.rows_sha256) == 64
