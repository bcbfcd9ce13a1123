"""Small numbers of people are never shown below the whole country: not in a table, a chart or the data behind it."""

import json

import numpy as np
import pandas as pd
import pytest

from natpatsip import charts, context, datasets, spc
from natpatsip.datasets.descriptor import Disclosure
from natpatsip.datasets.disclosure import SuppressionPolicy
from natpatsip.datasets.secondary_suppression import interval_of
from natpatsip.datasets.sums import quarterly, rolling, total
from natpatsip.errors import DataError
from natpatsip.facts.fact import FILTER
from support import trust

WAITS = "waits_monthly"


@pytest.fixture
def project(tmp_path):
    return trust.make(tmp_path / "project")


@pytest.fixture
def rule(project):
    return datasets.policy(WAITS, project=project)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1, "*"),
        (2, "*"),
        (7, "*"),
        (8, "10"),
        (12, "10"),
        (13, "15"),
        (17, "15"),
        (18, "20"),
        (1002, "1,000"),
    ],
)
def test_one_to_seven_become_an_asterisk_and_all_others_go_to_the_nearest_five(rule, count, text):
    assert rule.shown(pd.Series([count])).tolist() == [text]
    rounded = rule.rounded(pd.Series([count])).iloc[0]
    assert np.isnan(rounded) if text == "*" else rounded == int(text.replace(",", ""))


def test_a_policy_is_as_declared(project):
    content = trust.descriptor()
    waits = next(each for each in content["resources"] if each["name"] == WAITS)
    waits["natpatsip"]["disclosure"] |= {"threshold": 4, "base": 10, "symbol": "[c]"}
    trust.declare(project, content)
    rule = datasets.policy(WAITS, project=project)
    assert rule.shown(pd.Series([4, 5, 44])).tolist() == ["[c]", "10", "40"]
    assert rule.note == "Counts of 1 to 4 are shown as [c]; others are rounded to the nearest 10."


def test_a_policy_that_counts_no_people_rounds_to_whole_numbers_and_hides_none():
    rule = Disclosure(policy="Ours", source="No people are counted")
    assert (rule.threshold, rule.base, rule.symbol, rule.percent) == (0, 1, "*", None)


@pytest.mark.parametrize(
    ("count", "base", "interval"),
    [(0, 5, (0, 0)), (10, 5, (8, 12)), (15, 5, (13, 17)), (20, 10, (15, 24)), (12, 1, (12, 12)), (10, 10, (8, 14))],
)
def test_a_rounded_count_can_have_been_as_many_numbers_as_its_base_that_are_not_hidden(count, base, interval):
    rule = Disclosure(policy="Ours", source="us", counts="seen", geography="team", threshold=7, base=base)
    assert interval_of(count, rule, is_rounded=True) == interval
    assert interval_of(count, rule, is_rounded=False) == (count, count)


def test_a_policy_is_found_from_the_notebooks_project(project):
    with context.use("2024-25-Q2", project=project):
        assert datasets.policy(WAITS).geography == "team"


def test_a_dataset_without_a_policy_is_refused(project):
    with pytest.raises(DataError, match=r'"returns" has no policy for small numbers\. Declare one as natpatsip\.disc'):
        datasets.policy("returns", project=project)
    with pytest.raises(DataError, match='There is no dataset "mortality"'):
        datasets.policy("mortality", project=project)


def test_percentages_come_from_the_rounded_numbers(rule):
    frame = pd.DataFrame({"team": ["North", "South", "East"], "seen_in_time": [13, 4, 0], "seen": [22, 9, 6]})
    shown = rule.apply(frame)
    assert shown["percent"].iloc[0] == 75.0
    assert shown["percent"].iloc[1:].isna().all()
    assert shown["is_suppressed"].tolist() == [False, True, True]
    assert frame["seen_in_time"].tolist() == [13, 4, 0]


def test_counts_of_organisations_are_left_as_they_are(project):
    frame = pd.DataFrame({"site": ["Mill Lane"], "sites": [3]})
    assert datasets.suppress_small_counts(frame, "site_plans", project=project)["sites"].tolist() == [3]


def test_a_frame_without_the_column_of_its_geography_is_refused(rule):
    frame = pd.DataFrame({"seen_in_time": [3], "seen": [9]})
    with pytest.raises(DataError, match="no column team"):
        rule.apply(frame)


@pytest.mark.parametrize("count", [-1, 2.5])
def test_what_is_not_a_count_is_refused(rule, count):
    frame = pd.DataFrame({"team": ["North"], "seen_in_time": [count], "seen": [9]})
    with pytest.raises(DataError, match="expected whole numbers"):
        rule.apply(frame)


def test_a_count_that_is_missing_is_a_dash_and_not_called_suppressed(rule):
    frame = pd.DataFrame({"team": ["North", "South"], "seen_in_time": [None, 12.0], "seen": [20.0, 20.0]})
    shown = rule.apply(frame)
    assert shown["seen_in_time_shown"].tolist() == ["–", "10"]
    assert shown["percent"].isna().tolist() == [True, False]
    assert shown["is_suppressed"].tolist() == [False, False]
    assert shown.attrs["note"].endswith("rounded to the nearest 5. – is a count that is missing in the data.")


def test_totals_are_summed_from_raw_counts_and_then_rounded(rule):
    months = pd.date_range("2024-07", periods=3, freq="MS")
    frame = pd.DataFrame({"team": "North", "month": months, "seen_in_time": [4, 4, 4], "seen": [5, 6, 7]})
    quarter = datasets.quarterly(frame, by="team", counts=["seen_in_time", "seen"])
    assert quarter["month"].tolist() == [pd.Timestamp("2024-09-01")]
    shown = rule.apply(quarter).iloc[0]
    assert (shown["seen_in_time"], shown["seen"], round(shown["percent"], 1)) == (10, 20, 50.0)


def test_a_quarter_of_which_a_month_is_absent_is_left_out():
    months = pd.to_datetime(["2024-04", "2024-06", "2024-07", "2024-08", "2024-09"])
    frame = pd.DataFrame({"team": "North", "month": months, "seen": 1})
    assert datasets.quarterly(frame, by="team", counts="seen")["month"].tolist() == [pd.Timestamp("2024-09-01")]


def test_a_quarter_of_which_a_month_is_suppressed_is_missing():
    months = pd.date_range("2024-04", periods=6, freq="MS")
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [1, None, 3, 4, 5, 6]})
    quarters = datasets.quarterly(frame, by="team", counts="seen")
    assert quarters["seen"].isna().tolist() == [True, False]
    assert quarters["seen"].iloc[1] == 15
    assert quarters.attrs["note"] == "A sum is missing, because a part is missing in the data."


def test_a_rolling_sum_does_not_reach_over_an_absent_month():
    months = pd.to_datetime(["2024-04", "2024-05", "2024-07", "2024-08"])
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [1, 2, 3, 4]})
    summed = datasets.rolling(frame, by="team", counts="seen", months=2)
    assert [f"{month:%Y-%m}" for month in summed["month"]] == ["2024-05", "2024-08"]
    assert summed["seen"].tolist() == [3, 7]


def test_a_rolling_sum_over_a_suppressed_month_is_missing():
    months = pd.date_range("2024-04", periods=4, freq="MS")
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [1, None, 3, 4]})
    summed = datasets.rolling(frame, by="team", counts="seen", months=2)
    assert [f"{month:%Y-%m}" for month in summed["month"]] == ["2024-05", "2024-06", "2024-07"]
    assert summed["seen"].isna().tolist() == [True, True, False]


def test_quarters_of_the_teams_add_up_to_the_whole(project):
    waits = datasets.load(WAITS, quarter="2024-25-Q2", project=project)
    quarters = datasets.quarterly(waits, by=["team", "pathway"], counts=["seen_in_time", "seen"])
    whole = waits[(waits["pathway"] != "follow_up") | (waits["month"] > "2024-06")]
    assert quarters["seen_in_time"].sum() == whole["seen_in_time"].sum()
    assert quarters.attrs["file"] == "data/waits_monthly.csv"


def test_small_multiples_carry_no_raw_count_into_the_page(rule):
    months = pd.date_range("2022-01", periods=36, freq="MS")
    parts = [
        pd.DataFrame(
            {"team": team, "month": months, "seen_in_time": [(7 * n + 3 * k) % 23 for k in range(36)], "seen": 40}
        )
        for n, team in enumerate(("North", "South", "East"))
    ]
    quarters = datasets.quarterly(pd.concat(parts), by="team", counts=["seen_in_time", "seen"])
    small = quarters.assign(seen_in_time=quarters["seen_in_time"] % 23)  # some of them from 1 to 7
    shown = rule.apply(small)
    assert shown["is_suppressed"].any()
    results = spc.panel(shown, by="team", value="percent", date="month", improvement="increase")
    chart = charts.multiples(results, y_title="Seen in time, quarter ending", percent=True).to_dict()
    tips = [row for rows in chart["datasets"].values() for row in rows if "Value" in row]
    assert len(tips) == (~shown["is_suppressed"]).sum()
    drawn = sorted(float(row["Value"].rstrip("%")) for row in tips)
    assert drawn == pytest.approx(sorted(shown["percent"].dropna()), abs=0.051)
    assert "seen_in_time" not in json.dumps(chart)


def small(**changes):
    given = {"policy": "Ours", "source": "the trust", "counts": ["seen"], "geography": "team"}
    return SuppressionPolicy(**given | {"threshold": 7, "base": 5, "symbol": "*"} | changes)


@pytest.mark.parametrize(
    ("base", "count", "rounded"),
    [(5, 12, 10), (5, 13, 15), (10, 14, 10), (10, 15, 20), (10, 25, 30), (1, 9, 9), (3, 8, 9)],
)
def test_a_count_goes_to_the_nearest_multiple_of_the_base_and_half_way_up(base, count, rounded):
    assert small(base=base).rounded(pd.Series([count])).tolist() == [rounded]


@pytest.mark.parametrize(
    ("threshold", "shown"), [(1, ["0", "*", "0", "5"]), (2, ["0", "*", "*", "5"]), (3, ["0", "*", "*", "*"])]
)
def test_a_count_of_the_threshold_is_suppressed_and_the_next_is_not(threshold, shown):
    assert small(threshold=threshold).shown(pd.Series([0, 1, 2, 3])).tolist() == shown


def test_shown_counts_are_text_and_keep_the_rows_that_they_belong_to():
    shown = small().shown(pd.Series([8, 1], index=[5, 3]))
    assert shown.index.tolist() == [5, 3]
    assert shown.dtype == "str"
    assert small().shown(pd.Series([], dtype=float)).dtype == "str"


@pytest.mark.parametrize(("count", "printed"), [(-1, "-1"), (2.5, "2.5")])
def test_what_is_not_a_count_is_named_with_its_column(count, printed):
    with pytest.raises(DataError) as refused:
        small().rounded(pd.Series([9, None, count, -7], name="seen"))
    assert str(refused.value) == f"seen has {printed} in a row; expected whole numbers."


def test_a_policy_that_counts_no_people_suppresses_nothing_and_has_nothing_to_say():
    rule = SuppressionPolicy(policy="Ours", source="the trust", counts=())
    frame = pd.DataFrame({"sites": [3]})
    assert rule.note == ""
    assert rule.apply(frame)["is_suppressed"].tolist() == [False]
    assert "is_suppressed" not in frame


def test_sums_of_some_of_the_counts_are_protected_as_all_of_them_are():
    rule = small(counts=["in_time", "seen"], percent=["in_time", "seen"])
    shown = rule.apply(pd.DataFrame({"team": ["North", "South"], "seen": [3, 12]}))
    assert shown["seen_shown"].tolist() == ["*", "10"]
    assert shown["is_suppressed"].tolist() == [True, False]
    assert "percent" not in shown


def test_a_percentage_of_nobody_is_missing():
    rule = small(counts=["in_time", "seen"], percent=["in_time", "seen"])
    shown = rule.apply(pd.DataFrame({"team": ["North", "South", "East"], "in_time": [0, 10, 10], "seen": [0, 40, 0]}))
    assert shown["percent"].tolist() == pytest.approx([np.nan, 25, np.nan], nan_ok=True)
    assert "percent" not in small(counts=["in_time", "seen"]).apply(shown[["team", "in_time", "seen"]])


def test_only_rows_that_were_suppressed_are_refused_not_those_with_a_column_of_the_same_name():
    rule, waits = small(), pd.DataFrame({"team": ["North", "South"], "seen": [12, 3], "seen_shown": ["board", "desk"]})
    waits.attrs = {FILTER: "team North"}
    assert datasets.total(waits, "seen", by="team")["seen"].tolist() == [12, 3]
    shown = rule.apply(waits.drop(columns="seen_shown"))
    for again in (shown, shown.drop(columns="is_suppressed"), pd.DataFrame(shown.to_dict("list"))):
        with pytest.raises(DataError, match="sum first and suppress last"):
            rule.apply(again)
        with pytest.raises(DataError, match="Sum first and suppress last"):
            datasets.total(again, "seen", by="team")


@pytest.mark.parametrize("column", ["in_time_shown", "seen_shown", "percent", "is_suppressed"])
def test_no_column_of_the_data_is_replaced(column):
    rule = small(counts=["in_time", "seen"], percent=["in_time", "seen"])
    waits = pd.DataFrame({"team": ["North"], "in_time": [12], "seen": [20]})
    added = {*rule.apply(waits).columns} - {*waits.columns}
    assert column in added
    for name in added:
        with pytest.raises(DataError, match=rf'have a column {name} already.*frame\.drop\(columns="{name}"\)'):
            rule.apply(waits.assign(**{name: 1}))
    assert rule.apply(waits[["team", "seen"]].assign(percent=5))["percent"].tolist() == [5]  # none is calculated


def test_what_was_said_of_the_rows_and_how_they_were_chosen_is_kept():
    frame = pd.DataFrame({"team": ["North"], "seen": [12]})
    assert small().apply(frame).attrs == {"note": small().note, FILTER: "small numbers suppressed"}
    frame.attrs = {"note": "As of June.", FILTER: "team North", "file": "data/waits.csv"}
    assert small().apply(frame).attrs == {
        "note": f"{small().note} As of June.",
        FILTER: "team North, small numbers suppressed",
        "file": "data/waits.csv",
    }
    assert frame.attrs["note"] == "As of June."


@pytest.mark.parametrize("columns", [["Team", "seen"], ["team", "sen"]])
def test_a_column_that_a_policy_needs_is_asked_for_with_those_there_are(columns):
    absent, near = ("team", "Team") if "seen" in columns else ("seen", "sen")
    with pytest.raises(DataError) as refused:
        small().apply(pd.DataFrame({name: [1] for name in columns}))
    assert str(refused.value) == (
        f'The rows have no column {absent}; they have {", ".join(columns)}. Did you mean "{near}"? Small numbers are '
        "suppressed below the whole country; for the country's own take datasets.total."
    )


def test_outside_a_notebook_a_policy_is_that_of_the_project_around(project, monkeypatch):
    monkeypatch.chdir(project / "data")
    (project / "_quarto.yml").touch()
    assert datasets.policy(WAITS).geography == "team"


def test_a_dataset_without_a_policy_is_refused_with_where_to_declare_one(project):
    with pytest.raises(DataError) as refused:
        datasets.policy("returns", project=project)
    assert str(refused.value) == (
        '"returns" has no policy for small numbers. Declare one as natpatsip.disclosure in data/datapackage.yaml '
        "before any of its counts are shown."
    )


def test_a_datasets_own_policy_is_the_one_that_is_applied(project):
    frame = pd.DataFrame({"team": ["North"], "seen_in_time": [3], "seen": [12]})
    shown = datasets.suppress_small_counts(frame, WAITS, project=project)
    pd.testing.assert_frame_equal(shown, datasets.policy(WAITS, project=project).apply(frame))


@pytest.mark.parametrize(
    "used",
    [
        lambda shown, rule: rule.apply(shown),
        lambda shown, rule: rule.apply(shown.merge(shown[["team"]].drop_duplicates(), on="team")),
        lambda shown, _: total(shown, "seen"),
        lambda shown, _: quarterly(shown, by="team", counts="seen"),
        lambda shown, _: rolling(shown, by="team", counts=["seen"], months=1),
    ],
)
def test_counts_that_are_suppressed_are_neither_summed_nor_suppressed_again(rule, used):
    months = pd.to_datetime(["2024-07", "2024-08", "2024-09"])
    rows = pd.DataFrame({"month": months, "team": "North", "in_time": [5, 12, 8], "seen": [12, 13, 9]})
    with pytest.raises(DataError, match=r"are suppressed.* [sS]um first and suppress last, once"):
        used(rule.apply(rows), rule)
