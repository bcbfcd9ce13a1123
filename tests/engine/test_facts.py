"""Facts: one owner, one printed form, and a clear error if there is none."""

import json
import os
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from natpatsip import context, datasets
from natpatsip.errors import FactError
from natpatsip.facts import facts_in_code, publishing
from natpatsip.facts.fact import BESIDE, CITED, PUBLISHED, Fact, parse_value, printed
from natpatsip.facts.publishing import cite, publish
from natpatsip.files.digests import sha256
from natpatsip.measures import measures_file
from natpatsip.quarter import Quarter
from support import measured, trust
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
    monkeypatch.delenv(publishing.HANDED, raising=False)
    publishing.forget()
    with context.use("2024-25-Q2", project=project):
        yield
    publishing.forget()


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
    monkeypatch.setattr(publishing, "_running_cell", lambda: next(cells))
    publish("ward_beds", 12, unit="beds", source="Ward list")
    with pytest.raises(FactError, match=r"published twice: 12 in cell first-cell and 13 in cell second-cell"):
        publish("ward_beds", 13, unit="beds", source="Ward list")


def test_running_a_corrected_cell_again_replaces_its_value(monkeypatch):
    monkeypatch.setattr(publishing, "_running_cell", lambda: "the-cell")
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


def test_a_fact_inferred_from_reported_ones_is_not_said_to_be_reported(project):
    file, declaration = project / "data" / "reported.csv", project / "data" / "datapackage.yaml"
    text = file.read_text(encoding="utf-8").replace(",reported,", ",inferred,").replace(",illustrative,", ",inferred,")
    file.write_text(text, encoding="utf-8")
    declared = declaration.read_text(encoding="utf-8")
    declaration.write_text(declared.replace("illustrative", "inferred"), encoding="utf-8")
    assert (cite("people").kind, cite("people").is_illustrative) == ("inferred", False)


def test_a_parameter_is_cited_with_its_source():
    size = cite("people_per_group", "all")
    assert (size.value, size.source, size.kind) == (8, "Evidence", "model")


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


def test_looking_for_a_fact_that_nobody_publishes_shows_nothing(monkeypatch):
    texts = []
    monkeypatch.setattr(context, "record", lambda _kind, _record, text: texts.append(text))
    assert "nobody publishes this fact" in said(cite, "peple")
    assert not any(texts)


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
    assert cite("long_waits").label == ""  # a build of an earlier version has no column of labels
    with pytest.raises(FactError, match=r"does not publish it for all in this build"):
        cite("long_waits", "all")


def test_a_running_build_passes_facts_on(project, monkeypatch):
    published = publish("long_waits", 3, unit="people", source="List")
    publishing.forget()
    (project / "facts.json").write_text(json.dumps([published.record()]), encoding="utf-8")
    monkeypatch.setenv(publishing.HANDED, str(project / "facts.json"))
    assert cite("long_waits").value == 3


def test_a_fact_is_the_same_after_a_round_trip_through_json():
    people = cite("people")
    groups = publish(
        "groups", 2, unit="groups", source="Model", inputs=[people], formula="people / 8", is_estimate=True
    )
    assert Fact.from_record(groups.record()).record() == groups.record()
    day = publish("day", date(2024, 8, 14), unit="date", source="Calendar")
    assert Fact.from_record(day.record()).value == date(2024, 8, 14)


def test_what_is_calculated_from_an_estimate_is_one(project):
    count = publish("seen", 10, unit="people", source="Count")
    saved = publish("saved", 3, unit="lives", source="Model", is_estimate=True)
    share = publish("share", 30, unit="percent", source="Calculation", inputs=[saved, "seen"])
    cost = publish("cost", 3000, unit="GBP", source="Calculation", inputs=["share"])
    assert [each.is_estimate for each in (count, saved, share, cost)] == [False, True, True, True]
    assert Fact.from_record(cost.record()).is_estimate


def test_a_fact_of_illustrative_rows_is_illustrative():
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
    assert rows == "data/waits_monthly.csv: pathway assessment, summed by month, month 2024-04 to 2024-09, 6 sums"
    assert publish("none", 0, unit="percent", source="Series", rows=seen.iloc[:0]).rows.endswith(
        "summed by month, 0 sums"
    )


def test_rows_are_described_by_what_they_have_in_common_alone():
    rows = pd.DataFrame({"team": ["North", "South"], "pathway": "home", "seen": 3, "provenance": "reported"})
    assert beds(rows=rows).rows == "pathway home, 2 rows"
    assert publish("one", 1, unit="beds", source="s", rows=rows[:1]).rows == "team North, pathway home, 1 row"


@pytest.mark.parametrize(
    ("months", "told"), [(["2024-08"], "month 2024-08, 1 row"), (["2024-08", "2024-08"], "month 2024-08, 2 rows")]
)
def test_rows_of_one_month_are_described_by_it_alone(months, told):
    assert beds(rows=pd.DataFrame({"month": pd.to_datetime(months)})).rows == told


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_fingerprint_of_rows_is_that_of_their_csv_on_every_system(monkeypatch, line_end):
    monkeypatch.setattr(os, "linesep", line_end)
    rows = pd.DataFrame({"team": ["North", "South"], "seen": [3, 4]}, index=[7, 8])
    assert beds(rows=rows).rows_sha256 == sha256("team,seen\nNorth,3\nSouth,4\n")


@pytest.mark.parametrize("name", ["label", "unit", "source", "formula"])
def test_a_text_of_a_fact_with_a_mark_that_nothing_can_show_is_refused_by_its_name(name):
    assert said(beds, **{name: "bell \x07"}).startswith(f'publish("ward_beds"), {name}: ')


@pytest.mark.parametrize(("name", "period"), [("people", "2024-25-Q2"), ("people_per_group", "all")])
def test_reported_and_decided_facts_have_their_row_and_fingerprint(name, period):
    fact = cite(name, period)
    assert re.fullmatch(r"(data/reported\.csv: fact_id|params/2024-25-Q2\.yml:) .+", fact.rows)
    assert len(fact.rows_sha256) == 64


def said(call, *arguments, **options):
    """Return the sentence with which a call is refused."""
    with pytest.raises(FactError) as refused:
        call(*arguments, **options)
    return str(refused.value)


def beds(value=12, **options):
    return publish("ward_beds", value, **{"unit": "beds", "source": "Ward list"} | options)


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (83.46, "percent", 0, "83%"),
        (83.46, "percent", 1, "83.5%"),
        (83.46, "percent", np.int64(2), "83.46%"),
        (12.6, "beds", 0, "13"),
        (0.04, "beds", 0, "0.04"),
        (1_000_000, "beds", 0, "1,000,000"),
        (1_000_000, "beds", None, "1 million"),
    ],
)
def test_a_fact_is_printed_with_the_decimals_it_is_given_and_so_after_a_build(value, unit, decimals, text):
    fact = beds(value, unit=unit, decimals=decimals)
    assert fact.text == text
    assert Fact.from_record(json.loads(json.dumps(fact.record()))).text == text
    assert Fact.from_row({**fact.record(), "cell": ""}).text == text


@pytest.mark.parametrize("decimals", [-1, 2.0, "1", True, [1]])
def test_decimals_that_are_no_whole_number_from_0_are_refused_where_the_fact_is_published(decimals):
    assert said(beds, decimals=decimals) == (
        f'publish("ward_beds"): decimals is {decimals!r}; expected a whole number from 0, such as 1. To print it to '
        "tens or hundreds, round the value."
    )


def test_a_published_fact_has_what_was_given_and_nothing_else():
    fact = beds()
    assert (fact.id, fact.period, fact.value, fact.unit, fact.source) == (
        "ward_beds",
        "2024-25-Q2",
        12,
        "beds",
        "Ward list",
    )
    assert (fact.kind, fact.section, fact.formula, fact.inputs, fact.rows, fact.rows_sha256) == (
        "published",
        "",
        "",
        (),
        "",
        "",
    )
    assert (fact.is_estimate, fact.is_illustrative, fact.cell) == (False, False, "outside a notebook")
    full = beds(9, period=Quarter(2024, 1), formula="a / b", rows="team North", is_estimate=True, inputs=["people"])
    assert (full.period, full.formula, full.rows, full.is_estimate) == ("2024-25-Q1", "a / b", "team North", True)
    assert full.inputs == (cite("people"),)
    assert full.rows_sha256 == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"), [(12, "beds", "12 beds"), (18_000_000, "GBP", "£18 million"), (83.0, "percent", "83%")]
)
def test_a_published_fact_is_an_output_of_its_cell_with_its_number_in_words(monkeypatch, value, unit, text):
    recorded = []
    monkeypatch.setattr(context, "record", lambda *given: recorded.append(given))
    fact = beds(value, unit=unit)
    assert [each for each in recorded if each[0] == PUBLISHED] == [
        (PUBLISHED, fact.record(), f"ward_beds · 2024-25-Q2: {text}")
    ]


@pytest.mark.parametrize("name", ["Ward_beds", "ward beds", "1bed", "_beds", "ward-beds", "", "b\u00e9ds", "beds\n"])
def test_an_id_that_is_not_lower_case_letters_digits_and_underscores_is_refused(name):
    assert said(publish, name, 1, unit="beds", source="List") == (
        f'publish("{name}"): an id is lower-case letters, digits and underscores, such as long_waits.'
    )


@pytest.mark.parametrize("name", ["b", "b2", "beds_of_ward_2", "b_"])
def test_an_id_begins_with_a_letter_and_may_go_on_with_digits_and_underscores(name):
    assert publish(name, 1, unit="beds", source="List").id == name


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (np.int64(3), "beds", 3),
        (np.float64(2.5), "beds", 2.5),
        (3.0, "beds", 3),
        (-0.5, "percent", -0.5),
        (Quarter(2024, 3), "quarter", "2024-25-Q3"),
        ("2024-08-14", "date", date(2024, 8, 14)),
        ("12", "beds", 12),
        (np.float32(85.9), "percent", 85.9),
        (np.float16(0.1), "beds", 0.1),
        (pd.Timestamp("2024-08-14"), "date", date(2024, 8, 14)),
        (np.datetime64("2024-08-14"), "date", date(2024, 8, 14)),
        (2**53, "beds", 2**53),
    ],
)
def test_a_value_is_a_plain_number_date_or_quarter(value, unit, expected):
    fact = beds(value, unit=unit)
    assert fact.value == expected
    assert type(fact.value) is type(expected)
    assert publish("again", fact, unit=unit, source="Copy").value == expected


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), np.float64("inf"), None, True, np.True_, [1]])
def test_what_is_not_a_finite_number_cannot_be_published(value):
    shown = value.item() if hasattr(value, "item") else value
    assert said(beds, value) == f'publish("ward_beds"): the value is {shown!r}; expected a number, a date or a quarter.'


@pytest.mark.parametrize("value", [float("nan"), np.float64("nan")])
def test_a_missing_sum_cannot_be_published_and_the_message_says_why_it_is_missing(value):
    assert said(beds, value) == (
        'publish("ward_beds"): the value is missing. A sum is missing if a part of it is, such as a suppressed count: '
        "publish one that has all its parts, or say in the text that the number is not known."
    )


@pytest.mark.parametrize(
    ("value", "unit"), [("many", "beds"), ("2024-02-30", "date"), (5, "date"), ("2024-25-Q5", "quarter")]
)
def test_a_value_that_is_none_of_its_unit_is_refused(value, unit):
    assert (
        said(beds, value, unit=unit)
        == f'publish("ward_beds"): the value is {value!r}, which is not a valid value in {unit}.'
    )


def test_a_number_published_twice_is_named_with_both_cells_and_what_to_do(monkeypatch):
    cells = iter(["first", "second"])
    monkeypatch.setattr(publishing, "_running_cell", lambda: next(cells))
    beds()
    assert said(beds, 13) == (
        "ward_beds (2024-25-Q2) is published twice: 12 in cell first and 13 in cell second. A fact has one owner: "
        "publish it in one cell and cite it in the other."
    )


@pytest.mark.parametrize(
    ("name", "period", "value", "owner"),
    [("people", "2024-25-Q2", 13, "data/reported.csv"), ("people_per_group", "all", 8, "params/2024-25-Q2.yml")],
)
def test_a_fact_that_has_an_owner_is_refused_in_a_sentence_and_its_own_value_is_not(name, period, value, owner):
    assert said(publish, name, value + 1, unit="people", period=period, source="s") == (
        f"{name} ({period}) is {value + 1} here and {value} in {owner}. A fact has one owner: cite it here, or publish "
        "this one under another id."
    )
    assert publish(name, value, unit="people", period=period, source="s").kind == "published"
    assert cite(name, period).kind == "published"


def test_a_fact_is_illustrative_if_one_of_its_inputs_or_rows_is():
    real, drawn = cite("people"), cite("people", "2024-25-Q1")
    assert (real.is_illustrative, drawn.is_illustrative) == (False, True)
    assert beds(inputs=[real, drawn]).is_illustrative
    assert not publish("one", 1, unit="beds", source="s", inputs=[real]).is_illustrative
    rows = pd.DataFrame({"n": [1], "provenance": ["reported"]})
    assert not publish("two", 1, unit="beds", source="s", rows=rows).is_illustrative
    assert publish("three", 1, unit="beds", source="s", rows=rows, inputs=[drawn]).is_illustrative


@pytest.mark.parametrize(
    ("shell", "cell"),
    [
        (None, "outside a notebook"),
        (SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "c7"}}, user_ns={"In": ["", "a"]}), "c7"),
        (SimpleNamespace(get_parent=lambda: {"metadata": {}}, user_ns={"In": ["", "a", "b"]}), "[2]"),
        (SimpleNamespace(get_parent=lambda: None, user_ns={"In": ["", "a"]}), "[1]"),
        (SimpleNamespace(user_ns={}), "[-1]"),
    ],
)
def test_the_cell_of_a_fact_is_the_one_that_runs_by_id_or_else_by_count(monkeypatch, shell, cell):
    monkeypatch.setattr(context, "shell", lambda: shell)
    monkeypatch.setattr(context, "record", lambda *given: None)
    assert beds().cell == cell


def test_a_reported_fact_is_its_row_with_the_words_that_pick_it():
    people = cite("people", "2024-25-Q1")
    assert (people.id, people.period, people.value, people.unit, people.source) == (
        "people",
        "2024-25-Q1",
        12,
        "people",
        "drawn",
    )
    assert people.rows == "data/reported.csv: fact_id people, as_of 2024-25-Q1, period 2024-25-Q1"
    assert len({cite("people", period).rows_sha256 for period in ("2024-25-Q1", "2024-25-Q2", "since-baseline")}) == 3


def test_of_several_reports_of_one_period_the_latest_counts():
    assert cite("people", "since-baseline").value == 113
    assert cite("people", "since-baseline").rows.endswith("as_of 2024-25-Q2, period since-baseline")
    assert cite("webinar").value == date(2024, 8, 14)


def test_a_decided_fact_is_of_the_model_or_a_target_as_the_params_say(project):
    goal = "targets:\n  goal: {value: 90, unit: percent, source: Plan}\n"
    (project / "params" / "2024-25-Q2.yml").write_text(f"{PARAMS}{goal}", encoding="utf-8")
    assert [cite(name, "all").kind for name in ("people_per_group", "goal")] == ["model", "target"]


def test_a_decided_fact_is_an_estimate_if_its_wording_says_so(project):
    size = cite("people_per_group", "all")
    assert (size.rows, size.unit, size.is_estimate) == ("params/2024-25-Q2.yml: people_per_group", "people", False)
    assert (size.label, cite("people").label) == ("", "")
    text = PARAMS.replace("source: Evidence", "source: Evidence, wording: estimate")
    (project / "params" / "2024-25-Q2.yml").write_text(text, encoding="utf-8")
    assert cite("people_per_group", "all").is_estimate
    assert cite("people_per_group", "all").rows_sha256 == size.rows_sha256
    (project / "params" / "2024-25-Q2.yml").write_text(text.replace("value: 8", "value: 9"), encoding="utf-8")
    assert cite("people_per_group", "all").rows_sha256 != size.rows_sha256


def built(folder):
    folder.mkdir(parents=True)
    head = "id,period,value,text,unit,section,notebook,cell,source,formula,inputs,rows,rows_sha256"
    row = "long_waits,2024-25-Q2,3,3,people,waits,waits.ipynb,code,List,f,,r,h"
    (folder / "facts.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")


def test_a_fact_of_a_build_has_all_that_its_row_holds(project):
    built(project / "reports" / "2024-25-Q2")
    fact = cite("long_waits")
    assert (fact.id, fact.period, fact.value, fact.unit, fact.section) == (
        "long_waits",
        "2024-25-Q2",
        3,
        "people",
        "waits",
    )
    assert (fact.source, fact.formula, fact.rows, fact.rows_sha256, fact.cell) == ("List", "f", "r", "h", "code")
    assert ("long_waits", "2024-25-Q2") in context.ASKED


def test_an_edition_takes_facts_from_its_own_build(project):
    built(project / "reports" / "2024-25-Q2" / "editions" / "mill-lane")
    assert "there is no build of 2024-25-Q2" in said(cite, "long_waits")
    with context.use("2024-25-Q2", edition="mill-lane", project=project):
        assert cite("long_waits").value == 3


@pytest.mark.parametrize(
    "call", ["publish('long_waits', 3)", 'publish (\n  "long_waits",\n 3)', "x = publish( 'long_waits',3)"]
)
def test_the_owner_of_a_fact_is_found_however_its_call_is_written(project, call):
    write(project / "notebooks" / "waits.ipynb", "Waits", code("1", id="first"), code(call))
    assert said(cite, "long_waits") == (
        'cite("long_waits", "2024-25-Q2"): waits.ipynb calculates it, and there is no build of 2024-25-Q2 to take it '
        "from. Run: natpatsip build 2024-25-Q2"
    )


def test_a_fact_that_its_owner_does_not_publish_for_the_period_is_told_from_one_that_is_not_built(project, monkeypatch):
    expected = 'cite("long_waits", "all"): waits.ipynb does not publish it for all in this build. Check the period.'
    (project / "facts.json").write_text("[]", encoding="utf-8")
    monkeypatch.setenv(publishing.HANDED, str(project / "facts.json"))
    assert said(cite, "long_waits", "all") == expected
    monkeypatch.delenv(publishing.HANDED)
    built(project / "reports" / "2024-25-Q2")
    assert said(cite, "long_waits", "all") == expected


def test_a_fact_of_another_period_is_answered_with_all_periods_in_which_it_is_known():
    assert said(cite, "people", "all") == (
        'cite("people", "all"): the fact is known for 2024-25-Q1, 2024-25-Q2 and since-baseline, not for all. '
        "Cite one of those."
    )
    publish("people_per_group", 3, unit="people", source="s", period="2024-25-Q1")
    assert said(cite, "people_per_group") == (
        'cite("people_per_group", "2024-25-Q2"): the fact is known for 2024-25-Q1 and all, not for 2024-25-Q2. '
        "Cite one of those."
    )


def test_only_what_is_reported_each_quarter_is_awaited_and_only_for_the_quarter_built(project):
    rows = [row for row in trust.read(project, "reported") if row[:3] != ["people", "2024-25-Q2", "2024-25-Q2"]]
    trust.save(project, "reported", rows)
    assert said(cite, "people").endswith("not for 2024-25-Q2. Add its row to data/reported.csv, or cite one of those.")
    assert said(cite, "people", "2023-24-Q4").endswith("not for 2023-24-Q4. Cite one of those.")


def test_a_fact_that_nobody_knows_is_answered_with_the_nearest_of_all_there_are():
    for word, near in (("long_wait", "long_waits"), ("people_per_grop", "people_per_group"), ("webinars", "webinar")):
        assert said(cite, word) == (
            f'cite("{word}", "2024-25-Q2"): nobody publishes this fact. Did you mean "{near}"? Publish it in the '
            "section that owns it."
        )


def test_what_was_published_is_forgotten_on_request():
    beds()
    publishing.forget()
    assert "nobody publishes this fact" in said(cite, "ward_beds")


def test_a_record_of_a_citation_gives_the_fact_and_those_beside_it():
    one, other = beds(), publish("waits", 3, unit="people", source="List", inputs=["people"])
    record = one.record() | {BESIDE: [other.record()]}
    assert [fact.record() for fact in Fact.cited(record)] == [one.record(), other.record()]
    assert list(Fact.cited(one.record())) == [one]
    assert one._repr_mimebundle_() == {"text/plain": "12", "text/markdown": "12", CITED: one.record()}


def test_a_record_names_the_value_its_text_and_all_else():
    day = date(2024, 8, 14)
    fact = Fact("day", "all", day, "date", "s", "params", "sec", "f", (), "r", "h", True, True, "c", "The day")
    record = fact.record()
    names = ("id", "period", "label", "value", "text", "unit", "source", "kind", "section", "formula", "inputs", "rows")
    assert [record[name] for name in names] == [
        "day", "all", "The day", "2024-08-14", "14 August 2024", "date", "s", "params", "sec", "f", [], "r"
    ]  # fmt: skip
    assert (record["rows_sha256"], record["is_estimate"], record["is_illustrative"]) == ("h", True, True)
    assert Fact.from_record(record) == fact
    assert (
        Fact.from_record({name: record[name] for name in ("id", "period", "value", "unit", "source")}).kind
        == "published"
    )


def test_executed_notebooks_hold_facts_under_the_types_that_earlier_builds_wrote():
    assert PUBLISHED == "application/vnd.natpatsip.fact+json"
    assert CITED == "application/vnd.natpatsip.citation+json"
    assert BESIDE == "beside"  # in such a record


def test_facts_are_equal_wherever_they_were_published_and_cannot_be_changed():
    one, other = (Fact("a", "all", 1, "beds", "s", cell=cell) for cell in ("x", "y"))
    assert one == other
    assert (one.kind, one.section, one.formula, one.inputs, one.rows, one.rows_sha256) == (
        "published",
        "",
        "",
        (),
        "",
        "",
    )
    assert (one.is_estimate, one.is_illustrative, Fact("a", "all", 1, "beds", "s").cell) == (False, False, "")
    with pytest.raises(AttributeError):
        one.value = 2


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.345, "ratio", "2.35"),
        (2.0, "ratio", "2"),
        (1_500_000.0, "people", "1.5 million"),
        ("Mill Lane", "site", "Mill Lane"),
        (1_500_000.5, "people", "1,500,000.5"),
        (0.004, "ratio", "0.004"),
    ],
)
def test_a_number_that_is_not_whole_has_two_decimals_at_most(value, unit, text):
    assert printed(value, unit) == text


@pytest.mark.parametrize(
    ("given", "unit", "value"),
    [("12", "beds", 12), ("12.0", "beds", 12), ("12.5", "beds", 12.5), (date(2024, 8, 14), "date", date(2024, 8, 14)),
     ("2024-25-Q2", "quarter", "2024-25-Q2"), (" 2024-25-Q2 ", "quarter", "2024-25-Q2")],
)  # fmt: skip
def test_a_text_of_a_file_is_read_as_its_unit_has_it(given, unit, value):
    read = parse_value(given, unit)
    assert read == value
    assert type(read) is type(value)


def test_the_facts_that_code_publishes_and_cites_are_found_by_its_calls():
    code = "publish('a', 1); x = cite (\n  \"b\") + cite('c', 'all') + recite('d') + republish('e') + cite(name)"
    assert (facts_in_code.PUBLISHES.findall(code), facts_in_code.CITES.findall(code)) == (["a"], ["b", "c"])


def test_the_facts_of_a_notebook_are_those_that_it_publishes_by_name_and_by_its_measures(tmp_path):
    (tmp_path / "measured").mkdir()
    folder = measured.project(tmp_path / "measured", measured.rows_of([66, 67]))
    own = measures_file.declared(folder).fact_ids
    assert own
    assert facts_in_code.published_in('publish("beds", 3)', folder) == {"beds"}
    assert facts_in_code.published_in('publish("beds", 3); measure("waits")', folder) == {"beds", *own}


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"cells": [{}]}', '{"cells": 1}', '{"cells": [{"source": 1}]}']
)
def test_a_file_that_is_no_notebook_has_no_code_to_look_for_facts_in(tmp_path, content):
    (tmp_path / "waits.ipynb").write_text(content, encoding="utf-8")
    assert facts_in_code.source_of(tmp_path / "waits.ipynb") == ""


@pytest.mark.parametrize(
    "unit", ["%", "per cent", "Percent", "PERCENT", "pct", "percnt", "percents", "precent", "£", "gbp"]
)
def test_a_unit_whose_sign_is_printed_has_one_spelling(unit):
    with pytest.raises(FactError, match=f'The unit of 5 is "{re.escape(unit)}"; expected "(percent|GBP)"'):
        parse_value(5, unit)


@pytest.mark.parametrize(
    "unit",
    [
        *("percentile", "percentage points", "per 1,000", "people", "parents", "GP"),
        *("per centre", "per center", "per client", "PCTs", "PACT", "Gbps"),
    ],
)
def test_a_unit_that_is_only_like_one_with_a_sign_is_taken_as_it_is(unit):
    assert parse_value(5, unit) == 5


def test_pounds_have_the_decimals_that_were_asked_for():
    assert [printed(value, "GBP", 2) for value in (345.678, -12.5, 1200)] == ["£345.68", "−£12.50", "£1,200.00"]


def test_a_year_has_no_thousands():
    assert (printed(2024, "year"), printed(2024, "years")) == ("2024", "2,024")


@pytest.mark.parametrize(
    "period", ["Q2 2024/25", "2024-25", "2024-26-Q1", "2024-25-Q5", "2024/25", "September 2024", "2024-13"]
)
def test_a_period_has_one_form(period):
    with pytest.raises(FactError, match=f'the period is "{period}"; expected a period such as 2024-25-Q2'):
        publish("seen", 3, unit="people", source="s", period=period)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("1_000", "beds"),
        ("\uff11\uff12", "beds"),
        ("nan", "beds"),
        ("1e400", "beds"),
        (pd.NaT, "beds"),
        (pd.NaT, "date"),
        (date(2024, 8, 14), "beds"),
        (pd.Timestamp("2024-08-14 23:59"), "date"),
        (pd.Timestamp("2024-08-14", tz="UTC"), "date"),
        (np.datetime64("2024-08"), "date"),
        (np.datetime64("2024-08-14T23:59"), "date"),
        (np.float32("inf"), "beds"),
    ],
)
def test_a_value_that_would_lose_a_part_of_itself_or_is_none_is_refused(value, unit):
    assert said(beds, value, unit=unit).startswith('publish("ward_beds"): the value is ')


@pytest.mark.parametrize("value", [2**53 + 1, 12345678901234567890, "12345678901234567890", np.int64(2**53 + 1)])
def test_a_number_of_more_digits_than_are_kept_is_refused(value):
    assert said(beds, value) == (
        f"{value} has more digits than a number keeps. Round it, or publish it in thousands or millions."
    )


@pytest.mark.parametrize(
    ("unit", "usual"), [("Year", "year"), ("DATE", "date"), ("Quarter", "quarter"), ("%", "percent")]
)
def test_a_unit_that_decides_how_a_value_is_printed_is_written_in_one_way(unit, usual):
    assert said(parse_value, 2024, unit) == (
        f'The unit of 2024 is "{unit}"; expected "{usual}", which says how it is printed.'
    )


ASKED = [
    "fact == 0",
    "np.float64(0) == fact",
    "fact in (0, 1)",
    "fact == date(2024, 9, 30)",
    "fact == other",
    "fact != other",
    "not fact",
    "fact or other",
    "1 if fact else 2",
]


@pytest.mark.parametrize("asked", ASKED)
def test_a_notebook_that_compares_a_fact_itself_is_told_to_compare_its_value(monkeypatch, asked):
    fact, other = beds(0), publish("beds_taken", 0, unit="beds", source="Ward list")
    monkeypatch.setattr(context, "shell", object)
    names = {"__name__": "__main__", "fact": fact, "other": other, "np": np, "date": date}
    assert said(eval, asked, names).endswith("Compare its value: fact.value == 0.")


def test_a_fact_is_itself_and_no_text_wherever_it_is():
    fact = beds(0)
    assert fact == Fact.from_record(fact.record())
    assert fact != "0"
    assert len({fact, Fact.from_record(fact.record())}) == 1


@pytest.mark.parametrize(
    "change",
    [
        *({"value": 13}, {"unit": "places"}, {"kind": "reported"}, {"rows_sha256": "0"}, {"is_estimate": True}),
        *({"label": "Beds"}, {"source": "Another list"}, {"inputs": (1,)}, {"id": "beds"}, {"period": "all"}),
    ],
)
def test_a_fact_with_another_value_or_origin_is_another_one(change):
    fact = beds()
    assert replace(fact, **change) != fact


@pytest.mark.parametrize("change", [{"decimals": 1}, {"cell": "another"}])
def test_a_fact_is_the_same_in_another_print_and_from_another_cell(change):
    fact = beds()
    assert replace(fact, **change) == fact
    assert len({replace(fact, **change), fact}) == 1


@pytest.mark.parametrize(("name", "period"), [("people", "2024-25-Q2"), ("people_per_group", "all")])
def test_a_number_that_is_published_in_another_unit_than_its_owners_is_refused(name, period):
    owner = cite(name, period)
    refused = said(publish, name, owner.value, unit="percent", period=period, source="List")
    assert refused.startswith(f"{name} ({period}) is {owner.value}% (percent) here and {owner.text} ({owner.unit}) in ")
