"""Measures by organisation: what is shown of each is what the policy lets be seen, and no icon says more than that."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from natpatsip import context, measures, spc
from natpatsip.errors import DataError
from natpatsip.measures import organisation_limits, organisations_block
from natpatsip.measures.definitions import HIDDEN
from natpatsip.measures.measured_series import MeasuredSeries
from natpatsip.measures.organisation_series import ByOrganisation
from natpatsip.settings import read_settings
from support.measured import RESOURCE, months, project, rebased
from support.yaml_text import to_yaml

POLICY = {"policy": "Ours", "source": "The trust", "counts": ["seen_in_time", "seen"], "geography": "team",
          "threshold": 7, "base": 5, "symbol": "*", "percent": ["seen_in_time", "seen"]}  # fmt: skip
STEADY = [700, 720, 710, 690, 700, 710, 730, 700, 690, 710, 720, 700, 710, 700, 720]
LATEST = "Q2 2024/25"


def rows_of(team, tops, whole=1000, *, last="2024-09"):
    named = zip(months(len(tops), last=last), tops, strict=True)
    return [(month, team, "routine", "*" if top is None else top, whole) for month, top in named]


@pytest.fixture
def made(tmp_path):
    """Return a function that gives the measure `waits` by organisation."""

    def make(*rows, policy=POLICY, listed=None, **keys):
        project(tmp_path, [each for own in rows for each in own], **keys)
        declare(tmp_path, policy, listed)
        return ByOrganisation.of(MeasuredSeries("waits"))

    with context.use("2024-25-Q2", project=tmp_path):
        yield make


def declare(folder, policy, listed):
    resource = json.loads(json.dumps(RESOURCE))
    resource["natpatsip"] |= {"disclosure": policy} if policy else {}
    resources = [resource]
    if listed is not None:
        resource["schema"]["fields"][1]["natpatsip"] = {"organisation": "team"}
        names = ("kind", "name", "parent", "aliases", "open_from", "open_to")
        types = {"aliases": "list", "open_from": "date", "open_to": "date"}
        fields = [{"name": name, "type": types.get(name, "string")} for name in names]
        schema = {"fields": fields, "primaryKey": ["kind", "name"]}
        kinds = {"kinds": {"team": {"label": "a team"}}, "provenance": "reported"}
        resources.append({"name": "organisations", "path": "organisations.csv", "schema": schema, "natpatsip": kinds})
        lines = [",".join(names), *(f"team,{name},,{more}" for name, more in listed.items())]
        (folder / "data" / "organisations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    package = to_yaml({"name": "trust", "resources": resources})
    (folder / "data" / "datapackage.yaml").write_text(package, encoding="utf-8")


def shown(block):
    (data,) = block.data.values()
    (group,) = data["groups"]
    return group


def test_organisations_are_of_rounded_counts_and_the_national_series_of_raw_ones(made):
    found = made(rows_of("North", [713] * 9, 1001), rows_of("South", [388] * 9, 902))
    assert found.names == ("North", "South")
    assert found.counts["numerator"][:, -1].tolist() == [715, 390]
    assert found.values[:, -1] == pytest.approx([100 * 715 / 1000, 100 * 390 / 900])
    assert found.national["numerator"][-1] == 713 + 388
    assert found.national_values[-1] == pytest.approx(100 * 1101 / 1903)


@pytest.mark.parametrize(
    ("whole", "step", "periods"),
    [(99, "quarter", ["Q1 2024/25", LATEST]), (100, "month", ["August 2024", "September 2024"])],
)
def test_a_share_of_small_months_is_by_quarter(made, whole, step, periods):
    found = made(rows_of("North", [60] * 9, whole), rows_of("South", [50] * 9, whole))
    assert (found.step, found.periods[-2:]) == (step, periods)


def test_a_count_stays_by_its_own_step(made):
    found = made(rows_of("North", [12] * 9, 20), numerator=None, denominator=None, value="seen", unit="people")
    assert (found.step, found.latest(0)) == ("month", "20")


def test_without_a_policy_for_counts_numbers_are_as_they_are(made):
    found = made(rows_of("North", [3] * 9, 11), policy={"policy": "None", "source": "Public"})
    assert (found.step, found.latest(0)) == ("month", "27.3")


def test_a_small_count_is_hidden_and_so_is_its_share(made):
    found = made(rows_of("North", [*STEADY[:-1], 4]), rows_of("South", STEADY))
    assert [found.latest(place) for place in (0, 1)] == ["*", "72"]
    assert found.remark(0) == "Its number for September 2024 is too small to be shown."
    assert found.has_icons.tolist() == [False, True]


@pytest.mark.parametrize(
    ("tops", "remark"),
    [
        (STEADY, ""),
        ([700, 710, 720], "With 3 points, a change cannot be told from chance."),
        ([700], "With 1 point, a change cannot be told from chance."),
        ([*STEADY, "NS"], "No value: September 2024."),
        (["NS"] * 9, "There are no data."),
        ([*STEADY, None], "Its number for September 2024 is too small to be shown."),
        ([None] * 9, "Its numbers are too small to be shown."),
        ([3] * 9, "Its numbers are too small to be shown."),
    ],
)
def test_a_series_that_says_little_says_so_and_has_no_icon(made, tops, remark):
    found = made(rows_of("North", tops), rows_of("South", [*STEADY, 710]))
    assert found.remark(0) == remark
    assert bool(found.has_icons[0]) == (not remark)
    group = shown(measures.by_organisation())
    assert (group["measures"][0]["icons"][0] is None) == bool(remark)


@pytest.mark.parametrize(("mark", "latest"), [(None, "*"), ("NS", "–")])
@pytest.mark.parametrize("whole", [1000, 60])  # by month, and by quarter
def test_a_count_that_came_in_suppressed_is_told_from_one_that_is_missing(made, whole, mark, latest):
    steady = [each * whole // 1000 for each in STEADY]
    found = made(rows_of("North", [*steady[:-2], mark, steady[-1]] if whole == 60 else [*steady, mark], whole),
                 rows_of("South", steady, whole))  # fmt: skip
    assert [found.latest(0), found.latest(1) not in ("*", "–")] == [latest, True]
    assert found.hidden["numerator"][0].sum() == (mark is None)
    assert not found.hidden["denominator"].any()


def test_an_organisation_without_a_row_is_there_and_says_so(made):
    found = made(rows_of("North", STEADY), listed={"North": ",,", "East": ",,"})
    assert (found.names, found.remark(1), found.latest(1)) == (("North", "East"), "There are no data.", "–")


def test_one_that_has_closed_says_when_and_has_no_icon(made):
    closed = rows_of("West", STEADY, last="2024-04")
    found = made(rows_of("North", STEADY), closed, listed={"North": ",,", "West": ",,2024-04-30"})
    assert (found.remark(1), bool(found.has_icons[1])) == ("Closed on 30 April 2024.", False)
    assert "| West (closed on 30 April 2024) | – |" in measures.by_organisation().shown


@pytest.mark.parametrize(("day", "said"), [("2024-09-15", "Closed on 15 September 2024."), ("2024-10-01", "")])
def test_one_that_closed_in_the_last_month_of_the_quarter_says_so(made, day, said):
    west = rows_of("West", STEADY, last="2024-08")
    found = made(rows_of("North", STEADY), west, listed={"North": ",,", "West": f",,{day}"})
    assert found.closed(1) == said


def test_one_that_was_merged_into_another_is_part_of_it(made):
    joined = rows_of("West", STEADY), rows_of("North", STEADY)
    found = made(*joined, listed={"North": "West,,"})
    assert (found.names, found.counts["denominator"][0, -1]) == (("North",), 2000)


def test_the_target_of_a_count_is_the_countrys(made):
    assert made(rows_of("North", STEADY), target=75).target == 75
    own = {"numerator": None, "denominator": None, "value": "seen", "unit": "percent", "target": "standard"}
    assert made(rows_of("North", STEADY), **(own | {"unit": "people", "target": None})).target is None


@pytest.mark.parametrize(
    ("date", "whole", "begins"),
    [("2024-02", 1000, "February 2024"), ("2024-01", 99, "Q4 2023/24"), ("2024-02", 99, "Q1 2024/25")],
)
def test_limits_start_again_only_for_reasons_that_hold_everywhere(made, date, whole, begins):
    tops = [600] * 8 + [800] * 8 if whole > 900 else [60] * 8 + [80] * 8
    rows = rows_of("North", tops, whole)
    assert made(rows, rebase=[rebased(date)]).rebase_dates == []
    found = made(rows, rebase=[rebased(date, everywhere=True)])
    assert [found.periods[list(found.dates).index(each)] for each in found.rebase_dates] == [begins]
    assert len(shown(measures.by_organisation())["measures"][0]["limits"][0]) == 2


def test_with_few_points_since_limits_started_again_there_is_no_icon(made):
    found = made(rows_of("North", STEADY), rebase=[rebased("2024-07", everywhere=True)])
    assert not found.has_icons.any()


def test_a_run_chart_has_neither_limits_nor_icons(made):
    found = made(rows_of("North", STEADY), chart="run")
    group = shown(measures.by_organisation())
    assert not found.has_icons.any()
    assert (group["measures"][0]["limits"], group["measures"][0]["kinds"]) == ([], [])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"by": None}, "has no by"),
        ({"chart": "trend"}, "is drawn as trend"),
        ({"rolling": 3}, "not rolling"),
        ({"policy": None}, "no policy for small numbers"),
        ({"policy": {**POLICY, "counts": ["seen"], "percent": None}}, "seen_in_time is not among the counts"),
    ],
)
def test_what_cannot_be_shown_by_organisation_is_refused(made, keys, said):
    with pytest.raises(DataError, match=said):
        made(rows_of("North", STEADY), **keys)


def test_a_report_without_such_a_measure_is_told_so(made):
    with pytest.raises(DataError, match="has no by"):
        made(rows_of("North", STEADY), by=None)
    with pytest.raises(DataError, match="has by, the column of organisations"):
        measures.by_organisation()


def test_the_table_has_the_latest_values_and_the_national_ones(made):
    made(rows_of("North", STEADY, 1003), rows_of("South", [3] * 15, 12))
    lines = measures.by_organisation().shown.splitlines()
    assert lines[:5] == [
        "| Team | Waiting times, % |",
        "|:--|--:|",
        "| North | 72 |",
        r"| South | \* |",
        "| All | 71.2 |",
    ]
    assert lines[6] == "*Latest values by Team, September 2024*"


def test_the_notes_say_that_the_national_numbers_are_not_rounded(made):
    made(rows_of("North", STEADY, 1003), rows_of("South", [3] * 15, 12))
    assert "Totals are neither rounded nor hidden." in measures.by_organisation().shown


def test_a_heading_names_the_period_only_where_it_is_not_that_of_most_measures(made):
    def measure(label, unit, period):
        own = SimpleNamespace(label=label, unit=unit, is_percent=unit == "percent")
        return SimpleNamespace(measure=SimpleNamespace(definition=own, is_illustrative=False), periods=[period])

    group = [
        measure("All visits", "visits per month", "September 2024"),
        measure("Seen in time", "percent", "Q2 2024/25"),
        measure("Waiting", "percent", "Q2 2024/25"),
    ]
    assert [organisations_block._heading(each, group) for each in group] == [
        "All visits, per month (September 2024)",
        "Seen in time, %",
        "Waiting, %",
    ]
    made(rows_of("North", STEADY))
    settings = read_settings(context.current().project)
    assert organisations_block._caption("team", group, settings) == "Latest values by Team, Q2 2024/25"


def test_nothing_small_is_in_what_the_page_is_given(made):
    made(rows_of("North", STEADY), rows_of("South", [None, 0, 1, 2, 7, 8, 9, 12, 13, 0, 5, 6, "NS", 99, 3], 1000))
    block = measures.by_organisation()
    (measure,) = shown(block)["measures"]
    small = HIDDEN
    assert measure["counts"]["numerator"][1] == [
        *(small, 0, small, small, small, 10, 10, 10, 15, 0, small, small, None, 100, small)
    ]
    assert measure["kinds"][1][-1] == "."
    assert json.dumps(block.data) == json.dumps(json.loads(json.dumps(block.data)))


def test_the_funnel_compares_the_shares_of_the_latest_period_with_the_national_one(made):
    teams = [rows_of(team, [top] * 15) for team, top in (("A", 700), ("B", 705), ("C", 500), ("D", 3))]
    funnel = made(*teams).funnel
    assert funnel["proportion"] == pytest.approx((700 + 705 + 500 + 3) / 4000)
    assert funnel["places"] == ["above_outer", "above_outer", "within", ""]
    assert np.diff(funnel["sizes"]).min() > 0


def test_two_organisations_make_no_funnel(made):
    assert made(rows_of("A", STEADY), rows_of("B", STEADY)).funnel is None


@pytest.mark.parametrize("whole", [1000.5, 999.99])
@pytest.mark.parametrize("column", ["seen", "seen_in_time"])
def test_numbers_that_are_not_whole_make_no_funnel(made, monkeypatch, whole, column):
    fields = RESOURCE["schema"]["fields"]
    monkeypatch.setitem(
        RESOURCE["schema"],
        "fields",
        [field | ({"type": "number"} if field["name"] == column else {}) for field in fields],
    )
    teams = [rows_of(team, STEADY) for team in "AB"]
    teams += [[(*row[:3], *((whole - 400, 1000) if column == "seen_in_time" else (600, whole))) for row in teams[0]]]
    teams[-1] = [(row[0], "C", *row[2:]) for row in teams[-1]]
    open_policy = {"policy": "Ours", "source": "The trust"}
    assert made(*teams, policy=open_policy).funnel is None
    assert shown(measures.by_organisation())["measures"][0]["funnel"] is None


def test_a_number_below_0_is_not_taken_for_a_hidden_one(made):
    changes = [[(month, "North", "routine", number, 1) for month, number in zip(months(3), (-1, 2, -1), strict=True)]]
    open_policy = {"policy": "Ours", "source": "The trust"}
    made(*changes, policy=open_policy, numerator=None, denominator=None, value="seen_in_time", unit="people",
         noun=None, verb=None)  # fmt: skip
    assert shown(measures.by_organisation())["measures"][0]["counts"]["value"] == [[-1, 2, -1]]


@pytest.mark.parametrize(("nameless", "said"), [([3], "row 5"), ([0, 1, 2, 3, 4], "rows 2, 3, 4 and 2 more")])
def test_a_row_without_an_organisation_is_refused_with_file_and_row(made, nameless, said):
    rows = [(month, "" if at in nameless else team, *more)
            for at, (month, team, *more) in enumerate(rows_of("North", STEADY))]  # fmt: skip
    with pytest.raises(DataError, match=f"data/waits_monthly.csv, {said}, team: found no organisation"):
        made(rows)


def test_it_is_named_by_what_it_holds(made):
    made(rows_of("North", STEADY))
    one, again = measures.by_organisation(), measures.by_organisation()
    made(rows_of("North", [*STEADY[:-1], 800]))
    assert list(one.data) == list(again.data) != list(measures.by_organisation().data)


P = {"chart": "p"}
BY_CHANCE = [850, 862, 841, 856, 848, 860, 845, 852, 858, 847, 853, 849, 861, 844, 855]


def test_a_p_chart_has_limits_of_each_point_from_the_counts_that_are_shown(made):
    found = made(rows_of("North", BY_CHANCE), rows_of("South", [*BY_CHANCE[:-1], 760]), **P)
    chart = spc.p_chart(found.counts["numerator"][1], found.counts["denominator"][1])
    assert found.result[found.result["organisation"] == 1]["lpl"].tolist() == chart["lpl"].tolist()
    assert found.has_icons.tolist() == [True, True]
    waits = shown(measures.by_organisation())["measures"][0]
    assert waits["icons"][1][0].startswith("variation-concern")
    assert waits["bounds"][1][0][-1] == round(chart["lpl"].iloc[-1], 3)
    assert waits["limits"][1] == [[0, round(chart["mean"].iloc[0], 3), None, None]]
    assert waits["kinds"][1][-1] == "2"


@pytest.mark.parametrize(
    ("tops", "whole", "remark"),
    [
        ([800, 900] * 8, 1000, organisation_limits.NARROW),
        ([5] * 24, 20, organisation_limits.COARSE),
        ([1] * 15, 1000, "Its numbers are too small to be shown."),
    ],
)
def test_no_icon_is_of_limits_that_are_too_narrow_or_of_rounding(made, tops, whole, remark):
    found = made(rows_of("North", tops, whole), **P)
    assert (found.has_icons.tolist(), found.remark(0)) == ([False], remark)
    waits = shown(measures.by_organisation())["measures"][0]
    assert (waits["icons"], set(waits["kinds"][0])) == ([None], {"."})


def test_a_u_chart_is_by_quarter_where_events_are_few_and_has_its_target(made):
    rate = {"chart": "u", "per": 1000, "unit": "per 1,000 seen", "improvement": "decrease"}
    rows = (rows_of("North", [12, 9, 14] * 5, 3000), rows_of("South", [11, 13, 10] * 5, 3000))
    found = made(*rows, **rate)
    assert found.step == "quarter"
    assert found.counts["numerator"][0].tolist() == [35.0] * 5
    assert found.values[0][-1] == pytest.approx(1000 * 35 / 9000)
    assert made(*(rows_of(name, [120] * 9, 3000) for name in ("North", "South")), **rate).step == "month"


@pytest.mark.parametrize(("target", "assurance"), [(99, "assurance-fail"), (89, "assurance-none")])
def test_an_assurance_that_depends_on_the_latest_denominator_is_not_shown(made, target, assurance):
    rows = rows_of("North", BY_CHANCE) + [(*row[:3], 510, 600) for row in rows_of("North", [0], last="2024-10")]
    made([(month, *rest) for month, (_, *rest) in zip(months(16), rows, strict=True)], target=target, **P)
    assert shown(measures.by_organisation())["measures"][0]["icons"][0][1] == assurance


def test_a_gap_of_the_national_series_is_explained(made):
    said = "All has no number where that of an organisation is missing in the data."
    made(rows_of("North", STEADY), rows_of("South", [*STEADY[:-1], None]))
    assert said in measures.by_organisation().markdown
    made(rows_of("North", STEADY), rows_of("South", STEADY))
    assert said not in measures.by_organisation().markdown
