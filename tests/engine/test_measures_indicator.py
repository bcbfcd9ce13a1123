"""A measure: its series, chart, table and facts; data that cannot be charted are refused or said, never guessed."""

import contextlib
import copy
import datetime
from dataclasses import replace
from unittest.mock import Mock

import pandas as pd
import pytest

from natpatsip import context, figure, measure, spc, wording
from natpatsip.blocks.figures import FIGURE
from natpatsip.errors import DataError, FactError, ParamsError
from natpatsip.facts import publishing
from natpatsip.facts.fact import Fact
from natpatsip.files import memory
from natpatsip.measures import kinds
from natpatsip.measures.indicator import CALLED, OFFERED, Measure, calculate_all
from support.chart_samples import words_of
from support.measured import months, project, rebased, rows_of

STEADY = [70, 72, 71, 69, 70, 71, 73, 70, 69, 71, 72, 70, 71]


@pytest.fixture
def made(tmp_path):
    """Return a function that makes the measure `waits` of values, or rows, in a project of its own."""
    publishing.forget()

    def make(values=STEADY, *, rows=None, **keys):
        project(tmp_path, rows_of(values) if rows is None else rows, **keys)
        return measure("waits")

    with context.use("2024-25-Q2", project=tmp_path):
        yield make
    publishing.forget()


def test_a_share_is_that_of_the_sums_over_organisations(made):
    waits = made(rows=[("2024-08", "North", "routine", 9, 10), ("2024-08", "South", "routine", 30, 90)])
    assert waits.series["value"].tolist() == [39.0]


def test_its_facts_are_those_of_its_chart(made):
    step = made([60] * 3 + [61, 62] + [80, 82] * 4, rebase=[rebased("2024-02")])
    assert {role: fact.text for role, fact in step.facts.items()} == {
        "baseline": "60.6%", "mean": "81.0%", "latest": "82.0%", "mean_before": "60.6%",
    }  # fmt: skip
    assert step.mean.id == "waits_mean_now"
    assert step.mean.formula == "mean of the chart's latest period"
    assert (step.gain, step.moved) == (20.4, "up from 60.6%")


@pytest.mark.parametrize("chart", ["xmr", "p", "run"])
@pytest.mark.parametrize("keys", [{}, {"decimals": 2}, {"decimals": 0}])
@pytest.mark.parametrize("values", [[80, 82] * 6, [80, 81] * 6, [3, 97] * 6])
def test_a_level_has_the_same_digits_in_the_chart_as_in_text_and_tables(made, values, chart, keys):
    level = made(values, chart=chart, **keys)
    name = "Median" if chart == "run" else "Mean"
    assert f"{name} {level.mean}" in words_of(level.chart.to_dict())
    assert f"{level.mean}" in str(level.sentence)
    assert {len(fact.text.partition(".")[2]) for fact in level.facts.values()} == {
        len(str(level.mean).partition(".")[2])
    }
    assert Fact.from_record(level.mean.record()).text == level.mean.text
    assert Fact.from_row({**level.mean.record(), "cell": ""}).text == level.mean.text


def of_counts(made, values, **keys):
    """Return the measure `waits` as numbers of people."""
    return made(values, **{"numerator": None, "denominator": None, "value": "seen_in_time", "unit": "people"} | keys)


COUNTS = {"small": [12, 13] * 8, "close": [12, 12, 13] * 5, "large": [12_407, 12_471] * 8}


@pytest.mark.parametrize("chart", ["xmr", "run"])
@pytest.mark.parametrize("keys", [{}, {"decimals": 2}, {"decimals": 1}, {"decimals": 0}, {"decimals": -1}])
@pytest.mark.parametrize("values", COUNTS.values(), ids=COUNTS)
def test_a_level_of_counts_has_the_same_digits_in_the_chart_as_in_text_and_tables(made, values, chart, keys):
    level = of_counts(made, values, chart=chart, **keys)
    name = "Median" if chart == "run" else "Mean"
    words = words_of(level.chart.to_dict())
    assert f"{name} {level.mean}" in words
    assert f"{level.mean}" in str(level.sentence)
    without_words = of_counts(made, values, chart=chart, verb=None, noun=None, **keys)
    assert f"{level.mean}" in str(without_words.sentence)
    assert set(level.table[name]) == {float(level.mean.value)}
    for limit in ("Lower limit", "Upper limit") if chart == "xmr" else ():
        (at,) = set(level.table[limit])
        assert f"{limit.split()[0]} limit {wording.number(at, level.places)}" in words
    assert set(level.table.iloc[:, 1]) == set(values), "the values themselves are not rounded"


@pytest.mark.parametrize("keys", [{}, {"decimals": 1}, {"decimals": -1}])
@pytest.mark.parametrize("values", COUNTS.values(), ids=COUNTS)
def test_the_ends_of_a_line_of_counts_have_the_same_digits_in_the_chart_as_in_text(made, values, keys):
    line = of_counts(made, values, chart="trend", **keys)
    for end in (line.baseline, line.latest):
        assert f"{end}" in words_of(line.chart.to_dict())
    assert f" from {line.baseline} " in line.chart.to_dict()["description"]


def test_a_difference_has_the_decimals_of_its_measure(made):
    step = made([60] * 13 + [80] * 13, rebase=[rebased(months(26)[13])])
    assert step.publish("waits_gain", step.mean, less=step.baseline, label="Gain").text == "20.0"


@pytest.mark.parametrize(
    ("tops", "of", "mean"), [([3, 4, 2] * 5, 10_000, "0.030%"), ([9_999, 9_998, 9_997] * 5, 10_000, "99.980%")]
)
def test_the_facts_of_small_or_nearly_full_shares_are_not_0_or_100(made, tops, of, mean):
    waits = made(rows=[(month, "North", "routine", top, of) for month, top in zip(months(15), tops, strict=True)])
    assert waits.mean.text == mean
    assert {fact.text for fact in waits.facts.values()}.isdisjoint({"0%", "100%"})


def test_a_small_gain_is_not_0(made):
    rows = [(month, "North", "routine", 3 + (place > 7), 10_000) for place, month in enumerate(months(16))]
    waits = made(rows=rows, rebase=[rebased(months(16)[8])])
    assert waits.gain == 0.01


def test_a_fact_that_its_chart_does_not_have_is_told(made):
    with pytest.raises(
        FactError, match=r"waits.mean_before: waits has no such fact in 2024-25-Q2. It has baseline, mean"
    ):
        made().mean_before  # noqa: B018


@pytest.mark.parametrize(
    ("name", "hint"),
    [("average", "mean"), ("Average", "mean"), ("sentense", "sentence"), ("last", "latest"), ("zzz", "")],
)
def test_an_attribute_that_a_measure_does_not_have_is_told_with_the_nearest(made, name, hint):
    waits = made()
    with pytest.raises(AttributeError) as refused:
        getattr(waits, name)
    assert (f'has no {name}. Did you mean "{hint}"? It has the facts' in str(refused.value)) == bool(hint)
    assert "It has the facts baseline, mean" in str(refused.value)
    assert all(hasattr(type(waits), each) for each in (*OFFERED, *CALLED.values()))


def test_what_libraries_ask_of_any_object_is_not_answered(made):
    waits = made()
    assert not hasattr(waits, "_repr_html_")
    assert copy.copy(waits).id == "waits"


def test_an_error_within_an_attribute_is_its_own(made, monkeypatch):
    waits = made()
    monkeypatch.setattr(type(waits), "caption", property(lambda self: self.definition.captoin))
    with pytest.raises(AttributeError, match="captoin"):
        waits.caption  # noqa: B018


def test_a_difference_of_its_levels_is_published_as_printed_with_its_unit_source_and_inputs(made):
    step = made([60] * 3 + [61, 62] + [80, 82] * 4, rebase=[rebased("2024-02")])
    gain = step.publish("waits_gain", step.mean, less=step.baseline, label="Waits: gain")
    assert (gain.text, gain.unit, gain.source) == ("20.4", "percentage points", step.mean.source)
    assert gain.formula == "mean now − baseline"
    assert (gain.inputs, gain.rows_sha256 != "") == ((step.mean, step.baseline), True)
    since_june = step.publish("waits_since_june", step.latest, less=step.at("2024-06"), decimals=0, unit="points")
    assert (since_june.value, since_june.unit, since_june.rows_sha256) == (2, "points", step.mean.rows_sha256)


@pytest.mark.parametrize("period", ["2024-10", "2024-25-Q2", "2024", "July", "2024-13", "2024-09-02", 5, None])
def test_a_period_without_a_value_is_told(made, period):
    with pytest.raises(DataError, match=rf"waits.at\('{period}'\): found no value; expected a month .* to 2024-09"):
        made().at(period)


@pytest.mark.parametrize("period", ["2024-09", "2024-09-01", datetime.date(2024, 9, 1), pd.Timestamp(2024, 9, 1)])
def test_a_month_is_named_by_text_or_date(made, period):
    waits = made()
    assert waits.at(period) == waits.series["value"].iloc[-1]


def test_its_figure_takes_all_but_the_title_from_it(made):
    record = figure(made(), title="Most are seen in time")._repr_mimebundle_()[FIGURE]
    assert record["id"] == "fig-waits"
    assert record["caption"] == "People seen within 18 weeks."
    assert record["data"].splitlines()[0].startswith("Month,Seen in time,Seen,")


@pytest.mark.parametrize(
    ("keys", "axis"),
    [({}, "% of patients"), ({"noun": None, "verb": None}, "%"), ({"axis": "Share"}, "Share")],
)
def test_an_axis_is_named_by_its_unit(made, keys, axis):
    assert axis in words_of(made(**keys).chart.to_dict())


def test_an_illustrative_reason_is_said_below_the_chart_and_in_its_text_alternative(made):
    waits = made(rebase=[rebased("2024-02", provenance="illustrative")])
    assert waits.notes == ("The reason given for new limits from February 2024 is illustrative.",)
    assert waits.chart.description.endswith(waits.notes[0])
    assert made(rebase=[rebased("2024-02")]).notes == ()


def test_a_month_with_a_denominator_of_0_has_no_value(made):
    rows = [*rows_of(STEADY[:-1], last="2024-08"), ("2024-09", "North", "routine", 0, 0)]
    waits = made(rows=rows)
    assert waits.series["value"].isna().tolist()[-1]
    assert "A gap in the line is a month without data." in str(waits.chart.to_dict())


def test_a_gap_where_a_part_is_missing_is_not_called_a_month_without_data(made):
    north, south = rows_of(STEADY), [(month, "South", *rest) for month, _, *rest in rows_of(STEADY)]
    waits = made(rows=[*north, *south[:-1], (*south[-1][:3], "*", 100)])
    assert waits.series["value"].isna().tolist()[-2:] == [False, True]
    assert "a month without data, or with a part that is missing." in str(waits.chart.to_dict())


def test_a_numerator_above_its_denominator_is_told_with_month_and_organisation(made):
    with pytest.raises(DataError, match=r"seen_in_time 12 and seen 10 in August 2024 \(North\)"):
        made(rows=[("2024-08", "North", "routine", 12, 10)])


def test_a_filter_that_finds_nothing_is_told(made):
    with pytest.raises(DataError, match=r'waits.filter.list: no row of data/waits_monthly.csv has list "urgent"'):
        made(filter={"list": "urgent"})


def test_a_percentage_that_is_given_is_not_added_up(made):
    rows = [("2024-08", team, "routine", 50, 90) for team in ("North", "South")]
    with pytest.raises(DataError, match=r"waits.value: .* several rows in August 2024 .*cannot be added up"):
        made(rows=rows, numerator=None, denominator=None, value="seen_in_time")


def test_a_rebase_in_a_month_without_a_point_is_told_with_its_place(made):
    with pytest.raises(ParamsError, match=r"line \d+, rebase.0.date: found 2021-01; waits has no point in that month"):
        made(rebase=[rebased("2021-01")])


@pytest.mark.parametrize("values", [[None] * 8, [None, 70, None]])
def test_a_measure_with_few_or_no_values_has_a_chart_and_no_icon(made, values):
    waits = made(values)
    assert waits.draw().to_dict()
    assert len(waits.table) == len(values)
    assert waits.kind.draw(waits, waits.result, {}).to_dict() == waits.draw(with_icons=False).to_dict()


def test_counts_are_whole_and_rates_are_of_so_many(made):
    counted = made(unit="patients", numerator=None, denominator=None, value="seen_in_time", filter=None)
    assert (counted.decimals, counted.mean.text, counted.mean.unit) == (0, "71", "patients")
    publishing.forget()
    rate = made(unit="per 1,000 patients", per=1000)
    assert rate.series["value"].iloc[0] == 700


def test_a_run_chart_has_medians(made):
    assert made([1, 1, 9], chart="run").mean.formula == "median of the chart's only period"


def test_a_line_is_of_rolling_means_of_whole_numbers(made):
    line = made(
        [70, 71, 75], chart="trend", rolling=2, numerator=None, denominator=None, value="seen_in_time", unit="patients"
    )
    assert line.series["value"].tolist() == [70, 73]
    assert (line.baseline.text, line.latest.text) == ("70", "73")


def test_the_ends_of_a_line_are_rounded_as_its_facts_are(made):
    line = made(
        [7016, 7123, 7584], chart="trend", decimals=-2, numerator=None, denominator=None, value="seen_in_time",
        unit="patients",
    )  # fmt: skip
    assert (line.baseline.text, line.latest.text) == ("7,000", "7,600")
    assert "from 7,000 in July 2024 to 7,600 in September 2024" in line.chart.to_dict()["description"]


def test_stacked_bars_count_rows_by_part(made):
    rows = [("2024-08", "North", "urgent", 1, 1), ("2024-08", "South", "routine", 1, 1)]
    bars = made(
        rows=rows, chart="stacked", category="list", categories={"routine": "Routine list", "urgent": "Urgent list"},
        numerator=None, denominator=None, unit="teams",
    )  # fmt: skip
    assert bars.table.iloc[0].to_dict() == {"Month": "August 2024", "Routine list": 1, "Urgent list": 1}


CHANGES = {
    "data": {"values": [value + 1 for value in STEADY]},
    "rebase": {"rebase": [rebased("2024-02")]},
    "chart": {"chart": "p"},
    "improvement": {"improvement": "decrease"},
    "filter": {"filter": {"list": "routine"}, "label": "Routine waits"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_remembered_of_a_measure_is_what_would_be_made_again(made, change):
    def shown():
        waits = made(**change)
        publishing.forget()
        return waits.series, waits.result, waits.found

    with memory.remembering(is_on=True):
        made()
        publishing.forget()
        remembered = shown(), shown()
    memory.forget()
    series, result, found = shown()
    for each in remembered:
        pd.testing.assert_frame_equal(each[0], series)
        pd.testing.assert_frame_equal(each[1], result)
        assert (each[0].attrs, each[1].attrs, repr(each[2])) == (series.attrs, result.attrs, repr(found))


@pytest.mark.parametrize("error", [None, KeyError])
def test_what_is_analysed_before_notebooks_run_is_neither_recorded_nor_read_by_one(made, tmp_path, monkeypatch, error):
    made()
    displayed = []
    monkeypatch.setattr(context, "READ", before := {"data/other.csv": "reported"})
    monkeypatch.setattr(context, "shell", object)
    monkeypatch.setattr("IPython.display.display", lambda *shown, **_: displayed.append(shown))
    if error:
        monkeypatch.setattr(spc, "findings", Mock(side_effect=error))
    with memory.remembering(is_on=True), pytest.raises(error) if error else contextlib.nullcontext():
        calculate_all(tmp_path, "2024-25-Q2", of=["waits_monthly"])
    memory.forget()
    assert before == {"data/other.csv": "reported"}
    assert not displayed
    context.record(context.WARNING, {"message": "A notebook's own."})
    assert len(displayed) == 1


def test_measures_are_analysed_before_notebooks_ask_for_them(made, tmp_path, monkeypatch):
    made()
    monkeypatch.setattr(context, "READ", {})
    with memory.remembering(is_on=True):
        calculate_all(tmp_path, "2024-25-Q2", of=["waits_monthly"])
        assert context.READ == {}, "what a notebook has read is that notebook's own"
        monkeypatch.setitem(kinds.KINDS, "xmr", replace(kinds.KINDS["xmr"], analyse=None))
        monkeypatch.setattr(spc, "findings", None)
        waits = Measure("waits", is_owner=False)
        assert waits.found.points == len(STEADY)
        assert context.READ, "it is read all the same"
        waits.result["value"] = waits.series["value"] = 0.0
        assert set(Measure("waits", is_owner=False).result["value"]) == set(STEADY), "each has frames of its own"
    memory.forget()
