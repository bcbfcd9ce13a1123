"""Measures with p, u, T and G charts, and numbers that are too small to be shown."""

import pandas as pd
import pytest

from natpatsip import context, figure, measure, measures
from natpatsip.blocks.figures import FIGURE
from natpatsip.errors import DataError, DataFileError, ParamsError
from natpatsip.facts import publishing
from natpatsip.measures.measures_file import declared
from support.chart_samples import words_of
from support.measured import QUARTER, months, project, rows_of
from support.yaml_text import to_yaml

FALLS = {
    "label": "Falls with harm",
    "definition": "Falls of inpatients that did harm",
    "dataset": "falls",
    "unit": "days",
    "chart": "t",
    "noun": "falls with harm",
}
DAY, WARD = {"name": "day", "type": "date"}, {"name": "ward", "type": "string"}
COUNT = {"name": "falls", "type": "number", "missingValues": ["*"]}
STAYS = {"name": "stays", "type": "integer"}
EVERY_9_DAYS = pd.date_range("2024-01-03", periods=20, freq="9D").strftime("%Y-%m-%d").tolist()
WAITS = [("routine", 60, 100)] * 13


def falls(folder, rows, *, fields=(DAY, WARD), rebase=(), targets=None, **keys):
    """Write a project with the measure `falls` of a row for each event, or for each day with counts."""
    project(folder, rows_of([70]))
    options = {"period": fields[0]["name"], "provenance": "reported"}
    resource = {"name": "falls", "path": "falls.csv", "schema": {"fields": list(fields)}, "natpatsip": options}
    (folder / "data/datapackage.yaml").write_text(to_yaml({"name": "trust", "resources": [resource]}))
    names = ",".join(field["name"] for field in fields)
    lines = [names, *(",".join(map(str, row if isinstance(row, tuple) else (row, "A"))) for row in rows)]
    (folder / "data/falls.csv").write_text("\n".join(lines) + "\n")
    kept = {key: value for key, value in (FALLS | keys).items() if value is not None}
    (folder / "data/measures.yml").write_text(to_yaml({"falls": kept}, sort_keys=False))
    decided = {"quarter": QUARTER, "cut_off": "2024-09-30", "rebase": list(rebase), "targets": targets or {}}
    (folder / f"params/{QUARTER}.yml").write_text(to_yaml(decided))
    return folder


def rebased(date):
    return {"measure": "falls", "date": date, "reason": "new beds", "when": "new beds came", "provenance": "reported"}


@pytest.fixture
def here(tmp_path):
    publishing.forget()
    with context.use(QUARTER, project=tmp_path):
        yield tmp_path
    publishing.forget()


# T and G charts


def test_a_list_of_dates_makes_the_days_between_them(here):
    falls(here, EVERY_9_DAYS[::-1])
    made = measure("falls")
    assert made.series["value"].tolist() == [9] * 19
    assert made.definition.improvement == "increase"
    assert made.step == "interval"
    assert made.axis == "Days between falls with harm"
    record = figure(made, title="Falls are rare")._repr_mimebundle_()[FIGURE]
    assert record["description"] == "Falls with harm: days between falls with harm, by date of the later one"
    assert record["data"].splitlines()[0] == (
        "Date,Falls with harm,Centre line,Lower limit,Upper limit,What the point shows"
    )
    assert made.mean.text == "9.0"
    assert made.mean.formula == "centre line of the chart's only period"


def test_its_sentence_says_how_far_apart_events_are_and_when_the_latest_was(here):
    falls(here, [*pd.date_range("2024-01-01", periods=14, freq="6D").strftime("%Y-%m-%d"), *EVERY_9_DAYS[12:]])
    said = str(measure("falls").sentence)
    assert said.startswith("Falls with harm have typically been ")
    assert " days apart. " in said
    assert said.endswith("The latest was on 22 June 2024, 100 days before the quarter ended.")


def test_limits_are_new_from_the_first_event_in_a_rebase_month(here):
    dates = [*EVERY_9_DAYS, *pd.date_range("2024-07-15", periods=8, freq="10D").strftime("%Y-%m-%d")]
    falls(here, dates, rebase=[rebased("2024-07")])
    made = measure("falls")
    assert made.rebase_dates == (pd.Timestamp("2024-07-15"),)
    assert "New limits" not in (text := " ".join(words_of(made.chart.to_dict())))
    assert "15 Jul 2024: new beds" in text
    assert str(made.sentence).startswith(
        "Since 15 July 2024, when new beds came, falls with harm have typically been 11"
    )


def test_a_rebase_after_the_last_event_is_told(here):
    falls(here, EVERY_9_DAYS, rebase=[rebased("2024-08")])
    with pytest.raises(ParamsError, match=r"found 2024-08; falls has no point from that month on"):
        measure("falls")


@pytest.mark.parametrize("dates", [["2024-05-03"], [("2024-05-03", 1), ("2024-05-04", 0)], [("2024-05-03", 0)]])
def test_fewer_than_two_events_make_a_chart_that_says_so(here, dates):
    counted = isinstance(dates[0], tuple)
    falls(here, dates, **({"fields": (DAY, COUNT), "value": "falls"} if counted else {}))
    made = measure("falls")
    assert str(made.sentence) == "There have been fewer than two falls with harm, so there is nothing between them yet."
    assert "No data" in words_of(made.chart.to_dict())
    assert made.facts == {}


def test_few_events_have_no_icon(here):
    falls(here, ["2024-05-01", "2024-05-09", "2024-06-20"])
    made = measure("falls")
    assert str(made.sentence).startswith("There are 2 intervals between falls with harm so far, too few to tell")
    assert "Variation" not in words_of(made.chart.to_dict())
    assert "| too few points |" in measures.overview("falls").markdown


def test_a_suppressed_count_makes_a_gap_not_a_long_interval(here):
    days = pd.date_range("2024-07-01", periods=60).strftime("%Y-%m-%d")
    counts = [1 if place % 4 == 0 else 0 for place in range(60)]
    counts[20] = "*"
    falls(here, list(zip(days, counts, strict=True)), fields=(DAY, COUNT), value="falls")
    made = measure("falls")
    assert made.series["value"].isna().sum() == 1
    assert made.series["value"].max() == 4
    assert "A gap in the line is an interval whose length is not known." in " ".join(words_of(made.chart.to_dict()))


def test_opportunities_between_events_make_a_g_chart(here):
    days = pd.date_range("2024-07-01", periods=90).strftime("%Y-%m-%d")
    rows = [(day, int(place % 5 == 0), 4) for place, day in enumerate(days)]
    falls(here, rows, fields=(DAY, COUNT, STAYS), chart="g", unit="stays", numerator="falls", denominator="stays")
    made = measure("falls")
    assert made.series["value"].tolist() == [20] * 17
    assert made.mean.formula == "median of the chart's only period"
    assert str(made.sentence).startswith("Falls with harm have typically been 20 stays apart. ")


@pytest.mark.parametrize(
    ("rows", "keys", "told"),
    [
        ([("2024-07-01", 1), ("2024-07-03", -2)], {}, r"a count is below 0 in data/falls.csv: falls -2 on 3 July 2024"),
        (
            [("2024-07-01", 1), ("2024-07-03", 1.5)],
            {},
            r"a count is not a whole number in .*: falls 1.5 on 3 July 2024",
        ),
    ],
)
def test_counts_of_events_that_cannot_be_are_refused(here, rows, keys, told):
    falls(here, rows, fields=(DAY, COUNT), value="falls", **keys)
    with pytest.raises(DataError, match=told):
        measure("falls")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"improvement": "decrease"}, "falls.improvement: found decrease; a t chart shows what lies between events"),
        ({"unit": "weeks"}, 'falls.unit: found "weeks"; a t chart of dates measures the time between events in days.'),
        ({"per": 1000}, "falls.per: a t chart shows no rate."),
        ({"rolling": 3}, "falls.rolling: the limits of a t chart are those of single counts."),
        ({"verb": "have happened"}, "falls.verb: the sentences of a t chart are made from the noun alone"),
        ({"smallest_shown": 8}, "falls.smallest_shown: this measure shows single events"),
        ({"numerator": "ward", "denominator": "ward"}, "falls.numerator: a t chart is made of dates."),
    ],
)
def test_what_a_t_chart_cannot_be_is_told_with_its_place(tmp_path, keys, told):
    falls(tmp_path, EVERY_9_DAYS, **keys)
    with pytest.raises(DataFileError) as error:
        declared(tmp_path)
    assert told in str(error.value)
    assert "data/measures.yml, line " in str(error.value)


def test_a_t_chart_needs_days_not_months(tmp_path):
    falls(tmp_path, [("2024-07", "A")], fields=({"name": "month", "type": "yearmonth"}, WARD))
    with pytest.raises(DataFileError, match=r"falls.chart: falls.month is of type yearmonth; a t chart needs the day"):
        declared(tmp_path)


def test_a_target_in_another_unit_is_told(here):
    weeks = {"aim": {"value": 3, "unit": "weeks", "source": "Policy"}}
    falls(here, EVERY_9_DAYS, targets=weeks, target="aim")
    with pytest.raises(DataFileError, match=r"aim is in weeks; expected a target in days"):
        measure("falls")


def test_a_target_is_compared_with_the_typical_interval(here):
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(pd.Series([5, 12, 8, 15] * 6).cumsum(), unit="D")
    falls(
        here,
        dates.dt.strftime("%Y-%m-%d").tolist(),
        targets={"aim": {"value": 14, "unit": "days", "source": "Policy"}},
        target="aim",
    )
    said = str(measure("falls").sentence)
    assert (
        "The typical interval is below the ambition of 14, which single intervals meet or miss by chance."
        in said.replace("target of", "ambition of")
    )


# p and u charts


def waits(folder, values, **keys):
    """Write the project of `waits`, with numerators and denominators by month."""
    rows = [(month, "North", "routine", *pair) for month, pair in zip(months(len(values)), values, strict=True)]
    return project(folder, rows, **{"chart": "p", **keys})


def test_a_p_chart_has_the_limits_of_each_month_and_the_mean_of_the_sums(here):
    waits(here, [(60, 100), (31, 50), (64, 100)] * 5)
    made = measure("waits")
    assert made.mean.text == "62.0%"
    assert made.result["upl"].nunique() == 2
    assert "The limits are wider where fewer are counted." in " ".join(words_of(made.chart.to_dict()))
    assert str(made.sentence).startswith("Since July 2023, 62.0% of patients on average have been seen in time.")


def test_a_u_chart_is_of_so_many_in_the_denominator(here):
    waits(here, [(3, 900), (5, 1100), (4, 1000)] * 5, chart="u", unit="per 1,000 bed days", per=1000)
    assert measure("waits").mean.text == "4.0"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"numerator": None, "denominator": None, "value": "seen"}, "waits: has no numerator and denominator, which a"),
        ({"unit": "per 1,000", "per": 1000}, 'waits.unit: found "per 1,000"; a p chart shows a percentage.'),
        ({"chart": "u"}, "waits.unit: found percent; a u chart shows events per so many."),
        ({"rolling": 3}, "waits.rolling: the limits of a p chart are those of single counts."),
        ({"smallest_shown": 0}, "waits.smallest_shown"),
        ({"chart": "xmr", "numerator": None, "denominator": None, "value": "seen", "smallest_shown": 8},
         "waits.smallest_shown: this measure shows percent, no counts"),
        ({"chart": "stacked", "numerator": None, "denominator": None, "category": "list", "unit": "people",
          "smallest_shown": 8}, "waits.smallest_shown: this measure shows rows, no counts"),
    ],
)  # fmt: skip
def test_what_p_and_u_charts_cannot_be_is_told_with_its_place(tmp_path, keys, told):
    waits(tmp_path, [(60, 100)], **keys)
    with pytest.raises(DataFileError) as error:
        declared(tmp_path)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("pair", "keys", "told"),
    [
        (
            (12, 10),
            {},
            r"a numerator is above its denominator in data/waits_monthly.csv: seen_in_time 12 and seen 10 in",
        ),
        ((-1, 10), {}, r"a count is below 0 in data/waits_monthly.csv: seen_in_time -1 in September 2024 \(North\)"),
        ((1, 0), {"chart": "u", "unit": "per 1,000", "per": 1000}, r"something is counted of a denominator of 0 in"),
    ],
)
def test_counts_that_cannot_be_are_refused_with_month_and_organisation(here, pair, keys, told):
    waits(here, [pair], **keys)
    with pytest.raises(DataError, match=told):
        measure("waits")


def test_an_overdispersed_p_chart_has_no_icons_and_says_why(here):
    waits(here, [(60_000, 100_000), (65_000, 100_000), (58_000, 100_000)] * 7)
    with pytest.warns(match=r"data/measures.yml, line \d+, waits.chart: The points vary up to .* Use an XmR chart"):
        made = measure("waits")
    assert "Variation" not in words_of(made.chart.to_dict())
    assert "| limits too narrow |" in measures.overview("waits").markdown
    assert str(made.sentence) == (
        "Since January 2023, 61.0% of patients on average have been seen in time. The limits are too narrow: the "
        "points vary much more than counts of this size do by chance."
    )


def test_the_summary_compares_with_what_the_same_chart_said_a_quarter_before(here):
    waits(here, [(60, 100)] * 13 + [(62, 100)] * 4 + [(40, 100)] * 3, improvement="increase")
    assert "What is new since Q1 2024/25:**\n    - Waiting times: getting worse" in measures.summary("waits").markdown


# The smallest number that may be shown


@pytest.mark.parametrize(
    ("pair", "is_hidden"),
    [((7, 100), True), ((8, 100), False), ((0, 100), False), ((1, 100), True), ((0, 7), True), ((0, 8), False)],
)
@pytest.mark.parametrize("chart", ["xmr", "run", "trend", "p"])
def test_a_period_with_a_number_below_the_smallest_is_not_shown(here, pair, is_hidden, chart):
    waits(here, [(60, 100), (55, 90)] * 7 + [pair], chart=chart, smallest_shown=8)
    made = measure("waits")
    assert made.series.iloc[-1][["numerator", "denominator", "value"]].isna().all() == is_hidden
    assert (made.hidden == (pd.Timestamp("2024-09-01"),)) == is_hidden
    record = figure(made, title="Waits")._repr_mimebundle_()[FIGURE]
    counted = [made.columns[key] for key in ("value", "numerator", "denominator") if made.columns[key] in made.table]
    assert made.table.iloc[-1][counted].isna().all() == is_hidden
    assert made.table.iloc[-1][counted].notna().all() != is_hidden
    note = "Numbers below 8 are not shown: those of 1 month."
    assert record["caption"].endswith(note) == is_hidden
    assert str(made.sentence).endswith(note) == is_hidden


@pytest.mark.parametrize("value", [0.01, 0.6, 0.999, 1])
def test_without_a_smallest_number_nothing_is_hidden(here, value):
    rows = [(month + "-01", value) for month in months(12)]
    falls(here, rows, fields=(DAY, COUNT), chart="xmr", value="falls", unit="per 1,000 bed days", noun=None)
    made = measure("falls")
    assert made.series["value"].tolist() == [value] * 12
    assert made.hidden == ()
    assert "not shown" not in made.caption + str(made.sentence)


def test_what_is_hidden_is_said_to_be_hidden_not_missing(here):
    waits(here, [(60, 100)] * 5 + [(61, 100)] * 8 + [(3, 100), (60, 100), (2, 80)], chart="xmr", smallest_shown=8)
    made = measure("waits")
    drawn = made.chart.to_dict()
    assert "A gap in the line is a month without data, or with a number below 8." in " ".join(words_of(drawn))
    assert "the 1 month after it is not shown" in str(made.sentence)
    assert "latest values not shown" in measures.overview("waits").markdown
    text = str(drawn) + made.table.to_csv() + str(made.sentence) + made.chart.description
    assert not any(number in text for number in ("'Value': '3%'", "2.5%", ",3.0,", ",80"))


def test_levels_and_limits_come_from_what_is_shown(here):
    values = [(60, 100), (70, 100)] * 7
    waits(here, [*values, (3, 90)], smallest_shown=8)
    with_hidden = measure("waits").result["mean"].iloc[0]
    assert with_hidden == 65


@pytest.mark.parametrize("verb", ["have been seen in time", None])
@pytest.mark.parametrize("chart", ["xmr", "p", "run"])
@pytest.mark.parametrize("number", [5, 20])
def test_a_mean_without_hidden_months_says_what_it_is_of(here, chart, verb, number):
    values = [(count, 20) for count in (2, 9, 12, 14, 15)] * (number // 5)
    waits(here, values, chart=chart, verb=verb, noun="patients" if verb else None, smallest_shown=5)
    made = measure("waits")
    of = "the months that may be shown"
    assert f"in {of}" in str(made.sentence)
    assert made.mean.label.endswith(f", of {of}")
    assert made.mean.formula.endswith(f", of {of}")
    assert of not in made.latest.label + made.latest.formula
    middle = "median" if chart == "run" else "mean"
    assert made.notes == (f"The {middle} is of {of}.",)
    assert made.notes[0] in made.chart.description
    assert f"({of})" in measures.overview().markdown


@pytest.mark.parametrize("chart", ["xmr", "p", "run"])
def test_a_mean_of_all_months_does_not_say_that_some_may_be_shown(here, chart):
    waits(here, [(count, 20) for count in (8, 9, 12, 11, 10)] * 4, chart=chart, smallest_shown=5)
    made = measure("waits")
    assert "may be shown" not in str(made.sentence) + made.mean.label + made.mean.formula


def test_all_hidden_is_said(here):
    waits(here, [(3, 100)] * 4, smallest_shown=8)
    assert str(measure("waits").sentence).startswith("The numbers on waiting times are too small to be shown.")


def test_means_of_several_months_leave_out_those_with_a_hidden_one(here):
    waits(here, [(60, 100)] * 5 + [(3, 100)] + [(60, 100)] * 5, chart="trend", rolling=3, smallest_shown=8)
    assert measure("waits").series["value"].isna().tolist() == [False] * 3 + [True] * 3 + [False] * 3
