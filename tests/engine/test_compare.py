"""What changed between two quarters: numbers by role, messages of figures, narrative word by word."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from nbformat import v4
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from natpatsip.blocks.figures import FIGURE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.blocks.values_in_words import escaped
from natpatsip.compare import BuiltReport, changes_chapter, compare
from natpatsip.compare.changes import NUMBERS, as_github, as_json, as_markdown, as_text, number_rows, number_table
from natpatsip.compare.word_diff import difference, words_of
from natpatsip.facts.fact import CITED, PUBLISHED, Fact
from natpatsip.files.csv_files import from_csv
from natpatsip.pipeline.staging.passports import Home, write_facts
from natpatsip.quarter import Quarter
from support.projects import command, edit, small

Q1, Q2, Q3, Q4 = (Quarter(2024, number) for number in (1, 2, 3, 4))
MONTHS = {Q1: ("2024-04", "2024-05", "2024-06"), Q2: ("2024-07", "2024-08", "2024-09")}
LINE = {"id": "fig-line", "title": "A line", "data": "Month,Births\n2024-09-01,80\n"}
SERIES = "data/waits_monthly.csv: month 2021-01 to 2024-09, 45 rows"


def built(quarter, *cells, facts=()):
    """Make a report of one chapter, Ward."""
    first = new_markdown_cell("# Ward\n\nPurpose.", id="title")
    return BuiltReport(quarter, tuple(facts), {"ward": new_notebook(cells=[first, *cells])})


def prose(source, *, id="prose", tags=(), values=()):  # noqa: A002
    kept = [{"expression": expression, "result": {"status": "ok", "data": data}} for expression, data in values]
    return new_markdown_cell(source, id=id, metadata={"tags": list(tags), "user_expressions": kept})


def chart(title, point_types, *, quarter, name="fig-births", id="chart"):  # noqa: A002
    rows = [f"{month}-01,80,{kind}" for month, kind in zip(MONTHS[quarter], point_types, strict=True)]
    record = {"id": name, "title": title, "data": "\n".join(["month,percent,point_type", *rows]) + "\n"}
    return new_code_cell("", id=id, outputs=[new_output("display_data", data={FIGURE: record})])


def fact(value, period, *, id="women", unit="women", **more):  # noqa: A002
    return Fact(id, str(period), value, unit, "Returns", **more)


def kinds(before, now):
    return [(change.check, change.message) for change in compare(before, now).changes]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (
            fact(662, Q1),
            fact(677, Q2),
            ("fact-rose", "women (Q2 2024/25) rose from 662 women to 677 women, by 15 (+2.3%)"),
        ),
        (fact(68, Q1), fact(64, Q2), ("fact-fell", "women (Q2 2024/25) fell from 68 women to 64 women, by 4 (−5.9%)")),
        (
            fact(79.1, Q1, unit="percent"),
            fact(83, Q2, unit="percent"),
            ("fact-rose", "women (Q2 2024/25) rose from 79.1% to 83%, by 3.9 percentage points"),
        ),
        (fact(0, Q1), fact(3, Q2), ("fact-rose", "women (Q2 2024/25) rose from 0 women to 3 women, by 3")),
        (
            fact("2024-25-Q3", Q1, unit="quarter"),
            fact("2024-25-Q4", Q2, unit="quarter"),
            ("fact-changed", "women (Q2 2024/25) changed from Q3 2024/25 to Q4 2024/25"),
        ),
        (
            fact(18, "2024-25-YTD"),
            fact(36, "2024-25-YTD"),
            ("fact-rose", "women (2024/25 year to date) rose from 18 women to 36 women, by 18"),
        ),
        (
            fact(5, "to-2024-03"),
            fact(6, "to-2024-06"),
            ("fact-rose", "women (to June 2024) rose from 5 women to 6 women, by 1 (+20.0%)"),
        ),
    ],
)
def test_a_number_is_compared_with_the_one_of_the_same_role(before, now, expected):
    assert kinds(built(Q1, facts=[before]), built(Q2, facts=[now])) == [expected]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"label": "Women treated"}, {"label": "Babies treated"}, '; before, it was called "Women treated"'),
        ({"formula": "a / b"}, {"formula": "a / c"}, "; before, it was calculated as a / b"),
        (
            {"label": "Women", "formula": "a / b"},
            {"label": "Babies", "formula": "a / c"},
            '; before, it was called "Women" and it was calculated as a / b',
        ),
        ({"label": "Women"}, {"label": "Women"}, ""),
        ({"formula": "value of June 2024"}, {"formula": "value of September 2024"}, ""),  # the period says so
        ({"formula": "the latest value, Q1 2024/25"}, {"formula": "the latest value, Q2 2024/25"}, ""),
        ({"formula": "women on 30 June 2024"}, {"formula": "women on 1 September 2024"}, ""),
        ({"formula": "a, 2023-24-Q4 and 2024-06"}, {"formula": "a, 2024-25-Q1 and 2024-09"}, ""),
        ({"formula": "sum of 2023/24"}, {"formula": "sum of 2024/25"}, ""),
        ({"formula": "a of May 2024"}, {"formula": "b of June 2024"}, "; before, it was calculated as a of May 2024"),
        (
            {"formula": "mean of 3 months"},
            {"formula": "mean of 6 months"},
            "; before, it was calculated as mean of 3 months",
        ),
        ({}, {"is_estimate": True}, '; before, it was listed as "Calculated", now as "Modelled estimate"'),
        ({}, {"label": "Women", "formula": "a / b"}, ""),  # an earlier report does not have them
    ],
)
def test_a_number_that_is_called_or_calculated_otherwise_says_so(before, now, expected):
    found = compare(built(Q1, facts=[fact(10, Q1, **before)]), built(Q2, facts=[fact(20, Q2, **now)]))
    assert found.changes[0].message.endswith(f"rose from 10 women to 20 women, by 10 (+100.0%){expected}")
    for text in (changes_chapter.chapter(found), as_markdown(found)):
        row = next(line for line in text.splitlines() if "| 20 |" in line)
        assert row.replace("\N{NO-BREAK SPACE}", " ").endswith(f"| Rose by 10 (+100.0%){escaped(expected)} |")


@pytest.mark.parametrize(("before", "now"), [(True, False), (False, True)])
def test_an_illustrative_number_and_a_reported_one_do_not_say_by_how_much_it_changed(before, now):
    facts = [
        fact(value, quarter, kind="reported", is_illustrative=is_illustrative)
        for value, quarter, is_illustrative in ((10, Q1, before), (20, Q2, now))
    ]
    found = compare(built(Q1, facts=facts[:1]), built(Q2, facts=facts[1:]))
    kinds = [("Illustrative" if each else "Reported") for each in (before, now)]
    expected = '; before, it was listed as "{}", now as "{}"'.format(*kinds)
    assert found.changes[0].message.endswith(f"changed from 10 women to 20 women{expected}")
    for text in (changes_chapter.chapter(found), as_markdown(found)):
        assert f"| 10 | 20 | Changed{escaped(expected)} |" in text


@pytest.mark.parametrize("is_illustrative", [True, False])
def test_the_chapter_of_changes_says_that_some_numbers_are_illustrative(is_illustrative):
    found = compare(built(Q1, facts=[fact(10, Q1)]), built(Q2, facts=[fact(20, Q2, is_illustrative=is_illustrative)]))
    assert ("Some of these numbers are illustrative" in changes_chapter.chapter(found)) is is_illustrative


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {"is_estimate": True}, 'it was listed as "Calculated", now as "Modelled estimate"'),
        (
            {"is_illustrative": True},
            {},
            'it was listed as "Calculated, rests on illustrative data", now as "Calculated"',
        ),
        ({"label": "Women"}, {"label": "Babies"}, 'it was called "Women"'),
        ({"formula": "a / b"}, {"formula": "a / c"}, "it was calculated as a / b"),
        ({"formula": "a in May 2024"}, {"formula": "a in June 2024"}, ""),
    ],
)
@pytest.mark.parametrize("period", [Q1, Q2])
def test_a_number_that_is_the_same_and_means_another_is_listed(before, now, expected, period):
    old = built(Q1, facts=[fact(10, Q1, **before)])
    found = compare(old, built(Q2, facts=[fact(10, period, **now)]))
    changes = [each for each in found.changes if each.check not in ("fact-appeared", "fact-vanished")]
    if not expected:
        assert changes == []
        return
    (change,) = changes
    assert change.check == "fact-redefined"
    assert change.message.endswith(f"is still 10 {change.expected.partition(' ')[2]}; before, {expected}")
    for text in (changes_chapter.chapter(found), as_markdown(found)):
        assert f"| 10 | 10 | The same; before, {escaped(expected)} |" in text


def test_a_report_that_is_read_has_the_kinds_of_its_numbers_from_its_notebooks(tmp_path):
    estimate, rest = fact(10, Q1, is_estimate=True), fact(3, Q1, id="beds")
    outputs = [new_output("display_data", data={PUBLISHED: estimate.record()})]
    content = new_notebook(cells=[new_markdown_cell("# Ward", id="title"), new_code_cell("", id="a", outputs=outputs)])
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "ward.ipynb").write_text(v4.writes(content), encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"sources": {"notebooks/ward.ipynb": ""}}', encoding="utf-8")
    write_facts(
        [replace(estimate, is_estimate=False), rest],
        {each.key: Home("ward", "a") for each in (estimate, rest)},
        tmp_path / "facts.csv",
    )
    assert [each.is_estimate for each in BuiltReport.read(tmp_path, Q1).facts] == [True, False]


@pytest.mark.parametrize(
    ("check", "before", "now"),
    [
        ("fact-revised", built(Q1, facts=[fact(10, Q1, formula="a")]), built(Q2, facts=[fact(12, Q1, formula="b")])),
        (
            "fact-began-again",
            built(Q4, facts=[fact(10, "2024-25-YTD", formula="a")]),
            built(Quarter(2025, 1), facts=[fact(12, "2025-26-YTD", formula="b")]),
        ),
    ],
)
def test_a_revision_and_a_year_that_began_again_say_so_too(check, before, now):
    message = dict(kinds(before, now))[check]
    assert message.endswith("; before, it was calculated as a")


def test_a_table_names_the_unit_of_percentage_points_and_says_what_a_mean_since_a_date_is_of():
    def chapter(unit, label):
        reports = [built(at, facts=[fact(value, at, unit=unit, label=label)]) for at, value in ((Q1, 37.0), (Q2, 37.3))]
        return changes_chapter.chapter(compare(*reports))

    gain = chapter("percentage points", "Care: gain")
    assert "| Care: gain | 37 percentage points | 37.3 percentage points |" in gain
    levels = chapter("percent", "Care: mean since May 2023")
    assert "| Care: mean since May 2023 | 37% | 37.3% |" in levels
    assert changes_chapter.SINCE in levels
    assert changes_chapter.SINCE not in chapter("percent", "Patients since May 2023")


def test_a_number_is_compared_with_the_last_one_as_it_was_revised():
    now = built(Q2, facts=[fact(12, Q1), fact(30, Q2)])
    text = changes_chapter.chapter(compare(built(Q1, facts=[fact(10, Q1)]), now))
    assert "| women (Q1 2024/25) | 10 | 12 |" in text
    assert "| women | 12 (revised) | 30 |" in text  # the column is headed with the quarter that printed 10
    assert kinds(built(Q1, facts=[fact(10, Q1)]), now) == [
        ("fact-revised", "women (Q1 2024/25) was reported as 10 women and is now 12 women"),
        ("fact-rose", "women (Q2 2024/25) rose from 12 women to 30 women, by 18 (+150.0%)"),
    ]


def test_a_year_is_no_amount_that_rises_by_a_part_of_a_percent():
    before, now = (
        built(quarter, facts=[fact(year, quarter, unit="year")]) for quarter, year in ((Q1, 2023), (Q2, 2024))
    )
    assert kinds(before, now) == [("fact-changed", "women (Q2 2024/25) changed from 2023 to 2024")]


def test_numbers_that_are_printed_alike_have_not_changed():
    before, now = fact(5.04, Q1, decimals=1), fact(5, Q2, decimals=1)
    assert kinds(built(Q1, facts=[before]), built(Q2, facts=[now])) == []


def test_a_number_that_is_the_same_is_no_change():
    assert kinds(built(Q1, facts=[fact(9, "all")]), built(Q2, facts=[fact(9, "all")])) == []


def test_a_number_is_named_by_its_label_and_its_period_in_words():
    named = {"id": "women_seen", "label": "Women seen (all sites)"}
    periods = ("2024-25-YTD", "since-baseline", "all")
    before, now = (built(q, facts=[fact(n, each, **named) for each in periods]) for q, n in ((Q1, 1), (Q2, 2)))
    found = compare(before, now)
    assert [change.label for change in found.changes] == [
        "Women seen (all sites) (2024/25 year to date)",
        "Women seen (all sites) (since the baseline)",
        "Women seen (all sites)",
    ]
    assert all(change.message.startswith(f"{change.label} rose from 1 woman to 2 women") for change in found.changes)
    for text in (as_text(found), as_markdown(found), changes_chapter.chapter(found)):
        assert "women\\_seen" not in text
        assert "women_seen" not in text
    assert json.loads(as_json(found))[0]["label"] == "Women seen (all sites) (2024/25 year to date)"
    assert "| Women seen (all sites) (since the baseline) | 1 | 2 |" in changes_chapter.chapter(found)


def test_a_report_that_was_built_before_facts_had_labels_is_compared():
    rows = "id,period,value,text,unit,section,notebook,cell,source,formula,inputs,rows,rows_sha256"
    old = [Fact.from_row(row) for row in from_csv(f"{rows}\r\nwomen,{Q1},662,662,women,w,w.ipynb,c,S,,,,\r\n"
                                                  f"women,all,3,3,women,w,w.ipynb,c,S,,,,\r\n")]  # fmt: skip
    now = built(Q2, facts=[fact(677, Q2, label="Women seen")])
    assert kinds(built(Q1, facts=old), now) == [
        ("fact-rose", "Women seen (Q2 2024/25) rose from 662 women to 677 women, by 15 (+2.3%)"),
        ("fact-vanished", "Women seen is gone; it was 3 women"),
    ]


@pytest.mark.parametrize(("unit", "values"), [("women", ("662", "677")), ("people", ("662 women", "677 people"))])
def test_a_table_has_values_without_their_unit_unless_it_changed(unit, values):
    (change,) = compare(built(Q1, facts=[fact(662, Q1)]), built(Q2, facts=[fact(677, Q2, unit=unit)])).changes
    assert change.values == values


def test_numbers_appear_and_vanish():
    before, now = built(Q1, facts=[fact(1, Q1)]), built(Q2, facts=[fact(2, Q2, id="men", unit="men")])
    assert kinds(before, now) == [
        ("fact-appeared", "men (Q2 2024/25) is new: 2 men"),
        ("fact-vanished", "women (Q1 2024/25) is gone; it was 1 woman"),
    ]


@pytest.mark.parametrize(
    ("period", "words"), [("2024-06", "June 2024"), ("2023-24-Q4", "Q4 2023/24"), ("2022-01", "January 2022")]
)
def test_a_number_of_one_month_or_quarter_in_two_reports_was_revised_and_did_not_rise(period, words):
    before, now = built(Q1, facts=[fact(20, period)]), built(Q2, facts=[fact(23, period)])
    assert kinds(before, now) == [
        ("fact-revised", f"women ({words}) was reported as 20 women and is now 23 women"),
    ]
    text = changes_chapter.chapter(compare(before, now)).replace("\N{NO-BREAK SPACE}", " ")
    assert "| 20 | 23 | Revised by 3 (+15.0%) |" in text
    assert kinds(before, built(Q2, facts=[fact(20, period)])) == []


@pytest.mark.parametrize("period", ["all", "2024-25-YTD", "since-baseline"])
def test_a_number_of_a_time_that_goes_on_rose(period):
    before, now = built(Q1, facts=[fact(20, period)]), built(Q2, facts=[fact(23, period)])
    assert [check for check, _ in kinds(before, now)] == ["fact-rose"]


def test_a_number_of_the_quarter_in_two_builds_of_its_report_rose():
    before, now = built(Q1, facts=[fact(20, Q1)]), built(Q1, facts=[fact(23, Q1)])
    assert [check for check, _ in kinds(before, now)] == ["fact-rose"]


def test_an_earlier_quarter_is_news_only_where_it_was_revised():
    before = built(Q1, facts=[fact(662, Q1)])
    same, revised = (built(Q2, facts=[fact(677, Q2), fact(value, Q1)]) for value in (662, 665))
    assert [kind for kind, _ in kinds(before, same)] == ["fact-rose"]
    assert kinds(before, revised)[1] == (
        "fact-revised",
        "women (Q1 2024/25) was reported as 662 women and is now 665 women",
    )


def test_the_year_to_date_begins_again_in_april():
    before, now = (
        built(Q4, facts=[fact(70, "2024-25-YTD")]),
        built(Quarter(2025, 1), facts=[fact(18, "2025-26-YTD")]),
    )
    assert kinds(before, now) == [
        (
            "fact-began-again",
            "women (2025/26 year to date) is 18 women: the year began again. Before that it was 70 women",
        )
    ]


def test_the_years_to_date_of_the_same_quarter_of_two_years_rise_and_fall():
    before, now = built(Quarter(2023, 2), facts=[fact(70, "2023-24-YTD")]), built(Q2, facts=[fact(68, "2024-25-YTD")])
    assert [kind for kind, _ in kinds(before, now)] == ["fact-fell"]


@pytest.mark.parametrize(("before", "now", "unit"), [(0.1 + 0.2, 0.3, "percent"), (2.001, 2.002, "days")])
def test_numbers_that_are_printed_alike_in_full_have_not_changed(before, now, unit):
    assert kinds(built(Q1, facts=[fact(before, Q1, unit=unit)]), built(Q2, facts=[fact(now, Q2, unit=unit)])) == []


@pytest.mark.parametrize(
    ("last", "is_signal", "shows"),
    [
        ("special_cause_improvement", True, "special cause: improvement"),
        ("common_cause", False, "normal variation"),
    ],
)
def test_a_number_of_a_series_has_the_verdict_of_its_control_chart(last, is_signal, shows):
    means = {"id": "mean", "unit": "percent", "section": "ward", "cell": "means", "rows": SERIES}
    cells = [
        prose("## Births", id="heading"),
        new_code_cell("", id="means"),
        chart("Births", ["common_cause", "common_cause", last], quarter=Q2),
    ]
    change = compare(
        built(Q1, facts=[fact(79.1, Q1, **means)]), built(Q2, *cells, facts=[fact(83, Q2, **means)])
    ).changes[0]
    assert (change.signal, change.figure, change.shows) == (is_signal, "fig-births", shows)
    assert f"SPC calls it {'a' if is_signal else 'no'} signal (Figure 1, {shows})" in change.message


@pytest.mark.parametrize("column", ["month", "date"])
def test_a_number_of_a_measure_has_the_verdict_of_the_chart_that_follows_it(column):
    own = {"unit": "percent", "section": "ward", "rows": f"data/waits.csv: {column} 2021-01 to 2024-09, 45 rows"}
    cells = [
        new_code_cell("", id="first"),
        new_code_cell("", id="line", outputs=[new_output("display_data", data={FIGURE: LINE})]),
        new_code_cell("", id="second"),
        chart("Births", ["common_cause"] * 3, quarter=Q2),
    ]
    facts = [[fact(n, q, id=each, cell=each, **own) for each in ("first", "second")] for q, n in ((Q1, 79), (Q2, 83))]
    found = compare(built(Q1, facts=facts[0]), built(Q2, *cells, facts=facts[1])).changes
    assert {change.fact: change.signal for change in found if change.fact} == {"first": None, "second": False}


def test_a_chart_of_another_section_says_nothing_about_a_number():
    means = {"id": "mean", "unit": "percent", "section": "ward", "cell": "means", "rows": SERIES}
    cells = [
        prose("## Deaths", id="one"),
        new_code_cell("", id="means"),
        prose("## Births", id="two"),
        chart("Births", ["common_cause"] * 3, quarter=Q2),
    ]
    changes = compare(
        built(Q1, facts=[fact(79, Q1, **means)]), built(Q2, *cells, facts=[fact(83, Q2, **means)])
    ).changes
    assert changes[0].signal is None


def test_a_number_that_rests_on_no_series_has_no_verdict():
    own = {"section": "ward", "cell": "means", "rows": "data/reported.csv: fact_id women"}
    cells = [new_code_cell("", id="means"), chart("Births", ["special_cause_concern"] * 3, quarter=Q2)]
    changes = compare(built(Q1, facts=[fact(1, Q1, **own)]), built(Q2, *cells, facts=[fact(2, Q2, **own)])).changes
    assert changes[0].signal is None


def test_figures_whose_message_changed_are_named_and_so_are_new_and_lost_ones():
    steady = ["common_cause"] * 3
    before = built(
        Q1, chart("Steady at 79%", steady, quarter=Q1), chart("Gone", steady, quarter=Q1, name="fig-old", id="old")
    )
    now = built(Q2, chart("Up to 83%", steady, quarter=Q2), chart("New", steady, quarter=Q2, name="fig-new", id="new"))
    assert kinds(before, now) == [
        ("figure-message", 'Figure 1 (fig-births) said "Steady at 79%" and now says "Up to 83%"'),
        ("figure-appeared", "Figure 2 (fig-new) is new: New"),
        ("figure-vanished", "Figure 2 (fig-old) is gone: Gone"),
    ]


def test_narrative_of_each_quarter_is_compared_word_by_word():
    before = built(
        Q1,
        prose("## News\n\nMost of the teams met online this time.\n\n- It rained on all of us.", tags=[str(Q1)]),
        prose("Of the quarter after.", id="later", tags=[str(Q2)]),
    )
    now = built(Q2, prose("## News\n\nMost of the teams met in person this time.\n\nA site joined.", tags=[str(Q2)]))
    found = compare(before, now).changes
    assert [(change.check, change.message) for change in found] == [
        ("narrative-reworded", "Most of the teams met [-online-] {+in person+} this time."),
        ("narrative-added", "A site joined."),
        ("narrative-removed", "It rained on all of us."),
    ]
    assert {change.where for change in found} == {"Ward › News"}


def test_a_number_that_follows_its_fact_is_no_rewording():
    def told(quarter, value):
        cited = {CITED: fact(value, quarter).record(), "text/plain": str(value)}
        return built(quarter, prose('We saw `{python} cite("women")` women.', values=[('cite("women")', cited)]))

    assert kinds(told(Q1, 662), told(Q2, 677)) == []


def test_a_typed_number_that_becomes_a_citation_is_no_rewording():
    cited = {CITED: fact(15, Q2).record(), "text/plain": "15"}
    values = [('cite("women")', cited)]
    before = built(Q1, prose("We saw 15 women in all.\n\nThe 15 of the wards met online."))
    text = 'We saw `{python} cite("women")` women in all.\n\nThe `{python} cite("women")` of the wards met in person.'
    now = built(Q2, prose(text, values=values * 2))
    assert kinds(before, now) == [("narrative-reworded", "The 15 of the wards met [-online.-] {+in person.+}")]


def test_what_is_news_comes_before_what_always_grows():
    means = {"unit": "percent", "section": "ward", "cell": "means", "rows": SERIES}
    points = ["common_cause", "common_cause", "special_cause_improvement"]
    cells = [new_code_cell("", id="means"), chart("Births", points, quarter=Q2)]
    old = [fact(18, "2024-25-YTD", id="avoided"), fact(662, Q1), fact(79, Q1, id="mean", **means)]
    new = [fact(36, "2024-25-YTD", id="avoided"), fact(677, Q2), fact(83, Q2, id="mean", **means)]
    changes = compare(built(Q1, facts=old), built(Q2, *cells, facts=new)).changes
    assert [change.fact for change in changes if change.fact] == ["mean", "women", "avoided"]


def test_a_sentence_that_code_makes_is_reworded_where_its_words_change():
    def told(quarter, text):
        return built(
            quarter, prose("`{python} describe(births)`", values=[("describe(births)", {"text/plain": repr(text)})])
        )

    before = told(Q1, "In the 42 months the mean is 79.1%, without a signal in sight.")
    assert kinds(before, told(Q2, "In the 45 months the mean is 79.3%, without a signal in sight.")) == []
    ((kind, message),) = kinds(before, told(Q2, "In the 45 months the mean is 79.3%, with a signal in sight."))
    assert (kind, message) == (
        "narrative-reworded",
        "… months the mean is 79.3%, [-without-] {+with+} a signal in sight.",
    )


FIRST, SECOND, THIRD = "The first thing to say here.", "And then another thing follows.", "A third one is last of all."


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([FIRST, SECOND, THIRD], [SECOND, THIRD, FIRST], [("narrative-moved", f"{FIRST} (moved further down)")]),
        ([FIRST, SECOND, THIRD], [THIRD, FIRST, SECOND], [("narrative-moved", f"{THIRD} (moved further up)")]),
        ([FIRST, SECOND], [FIRST, "## News", SECOND], [("narrative-added", "News")]),  # its section alone is another
        (
            ["## A", FIRST, "## B", SECOND, THIRD],
            ["## A", "## B", SECOND, THIRD, FIRST],
            [("narrative-moved", f"{FIRST} (moved from Ward › A)")],
        ),
        ([FIRST, FIRST, SECOND], [FIRST, SECOND], [("narrative-removed", FIRST)]),
        (
            [FIRST, SECOND, THIRD],
            [SECOND, FIRST.replace("here", "now"), THIRD],
            [
                ("narrative-moved", f"{SECOND} (moved further up)"),
                ("narrative-reworded", "The first thing to say [-here.-] {+now.+}"),
            ],
        ),
    ],
)
def test_a_passage_that_moved_is_shown_as_moved(before, now, expected):
    one, two = (built(quarter, *map(_cell, range(9), texts)) for quarter, texts in ((Q1, before), (Q2, now)))
    assert kinds(one, two) == expected


def _cell(number, text):
    return prose(text, id=f"cell-{number}")


def test_a_passage_that_moved_to_another_chapter_is_shown_as_moved():
    def two(quarter, ward, clinic):
        chapters = {"ward": ward, "clinic": clinic}
        notebooks = {
            name: new_notebook(cells=[new_markdown_cell(f"# {name}", id="title"), prose(text)])
            for name, text in chapters.items()
        }
        return BuiltReport(quarter, (), notebooks)

    before, now = two(Q1, f"{FIRST}\n\n{SECOND}\n\nNews", THIRD), two(Q2, SECOND, f"{THIRD}\n\n{FIRST}\n\nNews")
    found = compare(before, now)
    assert [(each.check, each.message, each.where) for each in found.changes] == [
        ("narrative-removed", "News", "ward"),  # too short to be known again
        ("narrative-moved", f"{FIRST} (moved from ward)", "clinic"),
        ("narrative-added", "News", "clinic"),
    ]
    assert f"- {FIRST} (moved from ward)" in as_markdown(found)
    assert f"### Moved: clinic {{#changes-clinic-moved}}\n\n- {FIRST} (from ward)" in changes_chapter.chapter(found)


def test_callouts_that_code_makes_are_narrative_and_tables_of_facts_are_not():
    def shown(quarter, text):
        data = [f"::: {{.callout-note}}\n## Note\n\n{text}\n:::", "| Women |\n|--:|\n| " + text + " |"]
        outputs = [new_output("display_data", data={BLOCK: {"markdown": each, "facts": []}}) for each in data]
        return built(quarter, new_code_cell("", id="note", outputs=outputs))

    assert [kind for kind, _ in kinds(shown(Q1, "All is well."), shown(Q2, "Look out!"))] == [
        "narrative-added",
        "narrative-removed",
    ]


def test_marks_for_the_eye_are_no_words():
    source = "**The network** is [the centre](medicines.ipynb), *always*; see snake_case."
    (change,) = compare(built(Q1), built(Q2, prose(source))).changes
    assert change.found == "The network is the centre, always; see snake_case."


def test_what_keeps_a_sign_from_being_markup_is_no_part_of_a_passage():
    result = [("reviews.sentence", {"text/markdown": "Reviews are up to 86\\.1%\\. See \\*."})]
    (change,) = compare(
        built(Q1), built(Q2, prose("`{python} reviews.sentence` Of 5 \\* 3 wards.", values=result))
    ).changes
    assert change.found == "Reviews are up to 86.1%. See *. Of 5 * 3 wards."


def test_a_difference_holds_both_texts():
    before, now = list("abcdef"), list("axcefg")
    words = difference(words_of(" ".join(before)), words_of(" ".join(now)))
    texts = [" ".join(text for kind, text in words if kind in ("same", own)).split() for own in ("removed", "added")]
    assert texts == [before, now]


BOTH = (
    built(Q1, prose("## News, 100%\n\nMost of the teams met online this time."), facts=[fact(662, Q1)]),
    built(Q2, prose("## News, 100%\n\nMost of the teams met in person this time."), facts=[fact(677, Q2)]),
)


def test_json_is_a_list_of_findings():
    found = json.loads(as_json(compare(*BOTH)))
    assert [set(each) & {"check", "message", "where"} for each in found] == [{"check", "message", "where"}] * 2
    assert (found[0]["fact"], found[0]["expected"], found[0]["found"]) == ("women", "662 women", "677 women")
    assert found[1]["notebook"] == "ward.ipynb"
    assert found[1]["words"][1] == ["removed", "online"]


def test_text_and_markdown_say_the_same():
    text, markdown = as_text(compare(*BOTH)), as_markdown(compare(*BOTH))
    assert "2 changes from Q1 2024/25 to Q2 2024/25." in text
    assert "met [-online-] {+in person+} this time." in text
    assert "| women | 662 | 677 | Rose\N{NO-BREAK SPACE}by\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}(+2.3%) |" in markdown
    assert "met ~~online~~ **in person** this time." in markdown


def test_github_gets_a_notice_a_change_with_its_signs_escaped():
    lines = as_github(compare(*BOTH)).splitlines()
    assert len(lines) == 2
    assert re.match(
        r"::notice file=notebooks/ward\.ipynb,title=Narrative that was reworded::Ward › News, 100%25: ", lines[1]
    )


def test_where_nothing_changed_it_says_so():
    assert as_text(compare(BOTH[0], BOTH[0])) == "Nothing changed from Q1 2024/25 to Q1 2024/25."


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((str(Q1), str(Q2)), 1, f"reports/{Q1}: Q1 2024/25 has not been built. Run: natpatsip build {Q1}"),
        ((str(Q1), str(Q1)), 2, f"{Q1} is named twice"),
        ((str(Q1), "autumn"), 2, '"autumn" is not a quarter'),
        ((str(Q1), str(Q2), "--format", "jsn"), 2, 'Did you mean "json"?'),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path, arguments, status, said):
    run = command(small(tmp_path), "compare", *arguments)
    assert (run.returncode, run.stdout) == (status, "")
    assert said in run.stderr


def test_a_report_that_is_not_whole_is_named(tmp_path):
    project = small(tmp_path)
    report = project / "reports" / str(Q1)
    report.mkdir(parents=True)
    (report / "manifest.json").write_text('{"sources": {"notebooks/ward.ipynb": ""}}', encoding="utf-8")
    run = command(project, "compare", str(Q1), str(Q2))
    assert run.returncode == 1
    assert f"reports/{Q1}: is incomplete (FileNotFoundError" in run.stderr


def test_the_page_for_reviewers_marks_words_and_links_to_the_charts():
    def told(quarter, how, title, value):
        news = prose(f"## News\n\nMost of the teams met {how} this time.")
        drawn = chart(title, ["common_cause"] * 3, quarter=quarter)
        return built(quarter, news, drawn, facts=[fact(value, quarter)])

    before, now = told(Q1, "online", "Steady at 79%", 662), told(Q2, "in person", "Steady at 80%", 677)
    text = changes_chapter.chapter(compare(before, now))
    assert text.startswith("# What changed since last quarter {#changes}\n")
    assert "| women | 662 | 677 | Rose\N{NO-BREAK SPACE}by\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}(+2.3%) |" in text
    changed = "Steady at [79%]{.removed} [80%]{.added} (months of Q2 2024/25: normal variation)"
    assert f"- [Figure 1](ward.qmd#fig-births): {changed}" in text
    reworded = "### Reworded: Ward {#changes-ward-reworded}"
    was = "**Q1 2024/25:** Most of the teams met [online]{.removed} this time."
    assert (
        f"{reworded}\n\n**News**\n\n{was}\\\n**Q2 2024/25:** Most of the teams met [in person]{{.added}} this" in text
    )
    wording = "## Changes of wording {#changes-of-wording}"
    headings = ["## Ward {#changes-ward}", "## Other numbers {#changes-other}", wording, reworded]
    assert re.findall("(?m)^##.*", text) == headings


def test_the_page_has_a_reworded_passage_as_each_report_had_it_with_its_own_numbers():
    def told(quarter, how, value):
        cited = {CITED: fact(value, quarter).record(), "text/plain": str(value)}
        text = f'In all, `{{python}} cite("women")` women met the team {how} and were pleased.'
        return built(quarter, prose(text, values=[('cite("women")', cited)]), facts=[fact(value, quarter)])

    text = changes_chapter.chapter(compare(told(Q1, "online", 662), told(Q2, "in person", 677)))
    was, now = text.partition("### Reworded")[2].split("\n\n", 1)[1].strip().split("\\\n")
    rest = "women met the team"
    assert was == f"**Q1 2024/25:** In all, [662]{{.removed}} {rest} [online]{{.removed}} and were pleased."
    long = " ".join(f"word{number}" for number in range(40))
    before, after = (built(each, prose(f"{more}{long}")) for each, more in ((Q1, ""), (Q2, "It has begun. ")))
    both = changes_chapter.chapter(compare(before, after)).rpartition("\n\n")[2]
    assert both.startswith("**Q1 2024/25:** word0 word1 ")  # where words were added, not an ellipsis alone
    assert now == f"**Q2 2024/25:** In all, [677]{{.added}} {rest} [in person]{{.added}} and were pleased."


@pytest.mark.parametrize(
    ("shows", "columns", "cells"),
    [(["", ""], 4, set()), (["all points show normal variation", ""], 5, {"No chart"}), (["A", "B"], 5, {"A", "B"})],
)
def test_a_table_of_numbers_has_no_empty_column_and_no_empty_cell(shows, columns, cells):
    reports = [
        built(quarter, facts=[fact(value, quarter, id=name) for name in ("men", "women")])
        for quarter, value in ((Q1, 662), (Q2, 677))
    ]
    comparison = compare(*reports)
    changes = [replace(each, shows=words) for each, words in zip(comparison.of(*NUMBERS), shows, strict=True)]
    heads, *rows = number_rows(changes, comparison)
    assert {len(row) for row in (heads, *rows)} == {columns}
    assert all(cell for row in rows for cell in row)
    assert cells <= {row[-1] for row in rows}
    lines = list(number_table(changes, comparison))
    assert {line.count(" | ") for line in lines} == {columns - 1}


def test_the_page_says_of_a_number_that_only_one_report_has_that_it_is_new_or_gone():
    text = changes_chapter.chapter(
        compare(built(Q1, facts=[fact(3, Q1, id="men")]), built(Q2, facts=[fact(2, Q2, id="women")]))
    )
    assert "- New: women (2 women)" in text
    assert "- Gone: men (it was 3 women)" in text


@pytest.mark.parametrize("kind", ["Added", "Removed"])
def test_the_page_names_a_new_or_lost_section_once(kind):
    without = prose("## News\n\nAll as before.")
    more = [prose("### Next steps\n\nThe team will meet online.", id="more"), prose("### Alone", id="alone")]
    sides = [[without], [without, *more]] if kind == "Added" else [[without, *more], [without]]
    reports = [built(quarter, *cells) for quarter, cells in zip((Q1, Q2), sides, strict=True)]
    text = changes_chapter.chapter(compare(*reports))
    assert f"### {kind}: Ward {{#changes-ward-{kind.lower()}}}\n\n**News › Next steps**\n\n- The team will" in text
    assert text.endswith("**News › Alone**\n")
    assert text.count("Next steps") == text.count("Alone") == text.count(f"{kind}: ") == 1


def test_an_amount_and_its_share_stay_on_a_line_of_the_table():
    text = changes_chapter.chapter(compare(built(Q1, facts=[fact(662, Q1)]), built(Q2, facts=[fact(677, Q2)])))
    assert "Rose\N{NO-BREAK SPACE}by\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}(+2.3%)" in text


@pytest.mark.parametrize(
    ("rows", "formula", "names"),
    [
        ("a", "mean of the chart's only period", {"now"}),
        ("b", "mean of the chart's only period", {"baseline", "now"}),
        ("a", "value of September 2024", {"baseline", "now"}),
        ("", "", {"baseline", "now"}),
    ],
    ids=["one number of two names", "of other rows", "calculated otherwise", "without rows"],
)
def test_a_number_of_two_names_is_compared_once(rows, formula, names):
    def facts(value, quarter):
        own = {"unit": "percent", "section": "ward", "cell": "chart"}
        only = "mean of the chart's only period" if rows else ""
        return [
            fact(value, quarter, id="baseline", rows_sha256="a" if rows else "", formula=only, **own),
            fact(value, quarter, id="now", rows_sha256=rows, formula=formula, **own),
        ]

    found = compare(built(Q1, facts=facts(41.8, Q1)), built(Q2, facts=facts(41.7, Q2))).changes
    assert {change.fact for change in found} == names


@pytest.mark.parametrize("is_final", [False, True], ids=["draft", "final"])
def test_the_page_names_no_command_and_a_final_edition_shows_no_revisions(is_final):
    def told(quarter, how, value):
        return built(quarter, prose(f"## News\n\nMost of the teams met {how} this time."), facts=[fact(value, quarter)])

    text = changes_chapter.chapter(compare(told(Q1, "online", 662), told(Q2, "in person", 677)), is_final=is_final)
    assert "| women | 662 | 677 | Rose\N{NO-BREAK SPACE}by\N{NO-BREAK SPACE}15\N{NO-BREAK SPACE}(+2.3%) |" in text
    assert ("{.removed}" in text) is not is_final
    assert "natpatsip" not in text
    assert "`" not in text


def test_without_a_report_of_the_quarter_before_there_is_no_page(tmp_path):
    now = built(Q2, prose("## News\n\nNone."), facts=[fact(1, Q2)])
    assert changes_chapter.since_previous_quarter(now, [tmp_path, tmp_path / "gone"]) is None


@pytest.mark.parametrize("is_of_project", [True, False])
def test_a_build_says_that_the_quarter_before_is_not_built(tmp_path, is_of_project):
    project = small(tmp_path)
    edit(project / "_quarto.yml", "ward.qmd]", "ward.qmd, changes.qmd]")
    if not is_of_project:
        (project / "params" / f"{Q1}.yml").unlink()
    run = command(project, "build", str(Q2), "--to", "html", "--jobs", "1")
    assert run.returncode == 0, run.stderr
    said = f"no comparison with Q1 2024/25, which is not built: natpatsip build {Q1}"
    assert (said in run.stderr) is is_of_project
    assert not (project / "reports" / str(Q2) / "html" / "changes.html").exists()


def test_the_page_has_the_numbers_of_each_chapter_under_its_title_and_all_wording_last():
    def of(quarter, value, how):
        def cited(*facts):
            return new_code_cell("", outputs=[new_output("display_data", data={CITED: f.record()}) for f in facts])

        reported, own = fact(value, quarter, id="reported"), fact(value, quarter, id="own", section="ward", cell="c")
        unused = fact(value, quarter, id="unused")
        cells = {"summary": cited(reported, own), "ward": cited(reported), "clinic": cited(reported)}
        met = prose(f"Most teams met {how} this time.")
        notebooks = {
            name: new_notebook(cells=[new_markdown_cell(f"# The {name}"), uses, met]) for name, uses in cells.items()
        }
        return BuiltReport(quarter, (reported, own, unused), notebooks)

    text = changes_chapter.chapter(compare(of(Q1, 6, "online"), of(Q2, 7, "in person")))
    headings = re.split(r"(?m)^## (.*)$", text)
    assert headings[1::2] == [
        "The ward {#changes-ward}",
        "Other numbers {#changes-other}",
        "Changes of wording {#changes-of-wording}",
    ]
    rows = [re.findall(r"(?m)^\| (\w+) \| 6 ", part) for part in headings[2::2]]
    assert [set(each) for each in rows] == [{"own", "reported"}, {"unused"}, set()]
    assert [part.count("{.added}") for part in headings[2::2]] == [0, 0, 3]
    chapters = re.findall(r"(?m)^### Reworded: The (\w+) ", headings[-1])
    assert chapters == ["summary", "ward", "clinic"]
