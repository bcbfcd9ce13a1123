"""What an own chart calculates, selects and colours by is what its rows say, or the chart is refused."""

import datetime

import altair as alt
import pandas as pd
import pytest

from natpatsip.charts.own_charts.encodings import misstated

GAP = pd.DataFrame(
    {"team": ["North", "South", "East"], "seen": [5.0, None, 17.0], "n": [1, 2, 3], "code": ["5", "10", "9"]}
)
DAYS = pd.DataFrame({"day": pd.to_datetime([f"2024-{month:02}-01" for month in range(4, 10)]), "n": range(6)})
SEEN, NAMES, DATES = alt.Chart(GAP), {"x": "team:N"}, {"x": "yearmonth(day):T", "y": "n:Q"}
CHOSEN = alt.selection_point(fields=["team"], name="chosen")
GREEN, RED = alt.value("green"), alt.value("red")


def coloured(test, **channels):
    return SEEN.mark_rect().encode(**NAMES, color=alt.condition(test, GREEN, RED), **channels)


def counted(test):
    return SEEN.mark_bar().encode(y="count()").transform_filter(test)


def calculated(expression, **made):
    return SEEN.mark_bar().encode(**NAMES, y="more:Q").transform_calculate(more=expression, **made)


def dated(*steps):
    made = alt.Chart(DAYS).mark_bar().encode(**DATES)
    made.transform = list(steps)  # the schema is not asked here, which each process that collects tests would wait for
    return made


def moving(operation, frame):
    return dated({"window": [{"op": operation, "field": "n", "as": "moved"}], "frame": frame})


def looked_up(teams):
    other = alt.LookupData(pd.DataFrame({"team": teams, "size": range(len(teams))}), "team", ["size"])
    return SEEN.mark_bar().encode(**NAMES, y="size:Q").transform_lookup("team", from_=other)


MISSING, UNKNOWN, TEXTS = "Vega takes it for 0", "which its data do not have", "holds numbers as text"
REFUSED = {
    "filter": (counted("datum.seen < 18"), MISSING),
    "filter-of-altair": (counted(alt.datum.seen <= 18), MISSING),
    "filter-without-a-text": (counted(alt.FieldLTPredicate(field="seen", lt=18)), MISSING),
    "filter-by-a-range": (counted(alt.FieldRangePredicate(field="seen", range=[0, 18])), MISSING),
    "filter-that-negates": (counted("!(datum.seen > 18)"), MISSING),
    "colour": (coloured("datum.seen > 10"), MISSING),
    "colour-of-altair": (coloured(alt.datum.seen > 10), MISSING),
    "words": (
        SEEN.mark_text().encode(**NAMES, text=alt.condition("datum.seen < 9", alt.value("few"), alt.value("many"))),
        MISSING,
    ),
    "compared-in-a-test": (calculated("datum.n > datum.seen ? 'more' : 'fewer'"), MISSING),
    "value-before-the-first": (
        dated(
            {"window": [{"op": "lag", "field": "n", "as": "before"}], "sort": [{"field": "day"}]},
            {"calculate": "datum.n - datum.before", "as": "change"},
        ),
        "column before, which the first or last row lacks",
    ),
    "unknown-in-a-filter": (counted("datum.tem != 'South'"), f'"tem", {UNKNOWN}'),
    "unknown-in-brackets": (counted("datum['the team'] != 'South'"), f'"the team", {UNKNOWN}'),
    "unknown-without-a-text": (
        counted({"not": alt.FieldEqualPredicate(field="Team", equal="South")}),
        f'"Team", {UNKNOWN}',
    ),
    "unknown-in-a-colour": (coloured("datum.sen > 10"), f'"sen", {UNKNOWN}'),
    "unknown-in-a-calculation": (calculated("datum.N + 1"), f'"N", {UNKNOWN}'),
    "sum-of-texts": (calculated("datum.code + datum.code"), TEXTS),
    "texts-compared": (counted("datum.code > '5'"), TEXTS),
    "dates-compared-with-a-text": (dated({"filter": "!(datum.day < '2024-06-01')"}), "Vega holds dates as numbers"),
    "month": (dated({"filter": "month(datum.day) == 4"}), "counts from 0"),
    "month-as-a-label": (dated({"calculate": "'Month ' + month(datum.day)", "as": "name"}), "counts from 0"),
    "quarter": (dated({"calculate": "quarter(datum.day)", "as": "name"}), "counts quarters from January"),
    "date-of-parts": (dated({"filter": "datum.day >= datetime(2024, 9, 1)"}), "months count from 0"),
    "greenwich": (dated({"calculate": "utcFormat(datum.day, '%d')", "as": "name"}), "at Greenwich"),
    "greenwich-in-labels": (
        alt.Chart(DAYS).mark_bar().encode(y="n:Q", x=alt.X("day:T", axis=alt.Axis(labelExpr="utcdate(datum.value)"))),
        "at Greenwich",
    ),
    "moving-sum": (moving("sum", [-2, 0]), "begin with fewer rows than the frame [-2, 0] has"),
    "moving-mean": (moving("mean", [-1, 1]), "begin with fewer rows"),
    "lookup": (looked_up(["North", "North", "South", "East"]), "looks up team North, of which there are 2 rows"),
    "names-of-a-column": (SEEN.mark_bar().encode(y="distinct(seen):Q"), "counts a missing one as one more"),
    "count-of-a-column": (SEEN.mark_bar().encode(y="count(seen):Q"), "counts column seen, and Vega counts rows"),
}
DRAWN = {
    "guarded-filter": counted("isValid(datum.seen) && datum.seen < 18"),
    "guarded-by-itself": calculated("datum.seen ? datum.seen + ' seen' : 'not known'"),
    "changes-but-the-first": dated(
        {"window": [{"op": "lag", "field": "n", "as": "before"}], "sort": [{"field": "day"}]},
        {"filter": "isValid(datum.before)"},
        {"calculate": "datum.n - datum.before", "as": "change"},
    ),
    "ends-of-bins": SEEN.mark_bar()
    .encode(x="label:N", y="count()")
    .transform_bin("from", field="n")
    .transform_calculate(label="datum.from + ' to ' + datum.from_end"),
    "colour-of-a-mean": SEEN.mark_bar().encode(
        **NAMES, y="mean(n):Q", color=alt.condition("datum.mean_n > 2", GREEN, RED)
    ),
    "filter-before": counted("datum.seen < 18").transform_filter("isValid(datum.seen)"),
    "filter-that-0-fails": counted("datum.seen > 10"),
    "range-that-0-fails": counted(alt.FieldRangePredicate(field="seen", range=[1, 18])),
    "filter-by-equality": counted("datum.seen == 5"),
    "filter-of-a-column-without-gaps": counted("datum.n < 2"),
    "bars-have-no-length": SEEN.mark_bar().encode(
        **NAMES, y="seen:Q", color=alt.condition("datum.seen > 10", GREEN, RED)
    ),
    "bars-that-are-selected": SEEN.mark_bar().encode(**NAMES, y="seen:Q").transform_filter("datum.seen < 18"),
    "guarded-colour": coloured("isValid(datum.seen) && datum.seen > 10"),
    "colour-by-name": coloured("datum.team == 'North'"),
    "valid": SEEN.mark_bar().encode(y="valid(seen):Q"),
    "names": SEEN.mark_bar().encode(y="distinct(team):Q"),
    "rows": SEEN.mark_bar().encode(y="count():Q"),
    "made-before": calculated("datum.two + 1", two="2 * datum.n"),
    "looked-up": looked_up(["North", "South", "East", "West"]).transform_calculate(more="datum.size + 1"),
    "folded": SEEN.mark_bar()
    .encode(**NAMES, y="sum(value):Q")
    .transform_fold(["n"])
    .transform_filter("datum.key == 'n'"),
    "names-joined": SEEN.mark_text().encode(**NAMES, text="more:N").transform_calculate(more="datum.code + datum.team"),
    "texts-made-numbers": calculated("toNumber(datum.code) + 1"),
    "codes-compared": counted("datum.code == '5'"),
    "month-and-1": dated({"filter": "month(datum.day) + 1 == 4"}),
    "name-of-a-month": dated({"calculate": "monthFormat(month(datum.day))", "as": "name"}),
    "date-of-python": alt.Chart(DAYS)
    .mark_bar()
    .encode(**DATES)
    .transform_filter(alt.datum.day >= datetime.date(2024, 6, 1)),
    "time-of-python": alt.Chart(DAYS)
    .mark_bar()
    .encode(**DATES, color=alt.condition(alt.datum.day >= datetime.datetime(2024, 6, 1, 12), GREEN, RED)),
    "date-of-a-text": dated({"filter": "datum.day >= toDate('2024-06-01T00:00')"}),
    "running-sum": moving("sum", [None, 0]),
    "sum-of-all": moving("sum", [None, None]),
    "rank": moving("rank", [-2, 0]),
    "looked-up-in-what-is-selected": SEEN.mark_bar()
    .encode(**NAMES, y="n:Q")
    .transform_lookup("team", from_=alt.LookupSelection(key="team", param="chosen", fields=["n"])),
    "filtered-by-what-is-selected": SEEN.mark_bar()
    .encode(**NAMES, y="n:Q")
    .transform_filter(CHOSEN)
    .add_params(CHOSEN),
    "coloured-by-what-is-selected": SEEN.mark_bar()
    .encode(**NAMES, y="n:Q", color=alt.when(CHOSEN).then(GREEN).otherwise(RED))
    .add_params(CHOSEN),
    "coloured-by-two-tests": SEEN.mark_bar().encode(
        **NAMES, y="n:Q", color=alt.when(alt.datum.n > 1, alt.datum.team != "North").then(GREEN).otherwise(RED)
    ),
    "details-and-orders": SEEN.mark_bar().encode(
        **NAMES, y="n:Q", detail=["team:N", "code:N"], order=["n:Q", "team:N"]
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_calculated_or_selected_otherwise_is_refused(name):
    made, said = REFUSED[name]
    assert said in misstated(made.to_dict())


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_calculated_and_selected_as_the_rows_say_is_drawn(name):
    assert misstated(DRAWN[name].to_dict()) == ""
