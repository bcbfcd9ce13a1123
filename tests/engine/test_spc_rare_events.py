"""T and G charts: a point for each event, as high as the event is far from the one before."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natpatsip import charts, spc
from natpatsip.errors import SpcError
from support.chart_samples import words_of

QUICK = settings(max_examples=30, deadline=None, derandomize=True, database=None)
TIMES = st.lists(st.integers(0, 90), min_size=1, max_size=25)

# The worked examples are the data and the limits that the tests of the Power BI visual PowerBI-SPC of the Australian
# Department of Health publish (AUS-DOH-Safety-and-Quality/PowerBI-SPC on GitHub, test/Chart Types, t.test.ts, without
# outliers in the limits, and g.test.ts).
T_TIMES = [16, 20, 5, 13, 1, 26, 46, 12, 12, 5, 19, 4, 3, 15, 14, 9, 8, 15, 21, 6, 3, 1, 56, 117, 1, 33, 9, 9, 19, 12,
           1, 16, 13, 18, 1, 35, 16, 5, 21, 38, 3, 25, 3, 11, 13, 20, 9, 3, 8, 21, 24, 38, 8, 13, 9, 1, 30, 23, 3, 7,
           22, 19, 11, 31, 6, 1, 1]  # fmt: skip
G_BETWEEN = [23, 39, 15, 34, 1, 49, 98, 29, 27, 13, 45, 7, 10, 27, 24, 14, 20, 38, 44, 11, 10, 3, 113, 183, 3, 47, 18,
             18, 33, 15, 2, 38, 27, 27, 1, 52, 23, 7, 26, 82, 5, 49, 5, 17, 24, 44, 26, 2, 27, 46, 55, 97, 22, 22, 20,
             4, 60, 51, 7, 21, 66, 36, 25, 72, 15, 5, 3]  # fmt: skip
# Infections by date, adapted from Benneyan (1998): SAS/QC 14.1 User's Guide, RAREEVENTS procedure, data set Infections;
# the days between the first seven are printed there.
INFECTIONS = ["1995-04-17", "1995-04-17", "1995-04-17", "1995-04-19", "1995-04-20", "1995-05-03", "1995-05-05"]


def causes(result):
    return result["special_cause_type"].astype(str).tolist()


def days(count, first="2023-01-01"):
    return pd.date_range(first, periods=count, freq="9D")


def test_a_t_chart_agrees_with_published_limits():
    first = spc.t_chart(T_TIMES).iloc[0]
    # Published with 3 / 1.128 in place of 2.66, which it is rounded to.
    assert first["upl"] == pytest.approx(97.268, rel=5e-4)
    assert first["lpl"] == pytest.approx(0.0221, abs=5e-5)


def test_a_g_chart_agrees_with_published_limits():
    first = spc.g_chart(G_BETWEEN).iloc[0]
    assert first["upl"] == pytest.approx(128.17, abs=0.005)
    assert (first["lpl"], first["mean"]) == (0, np.median(G_BETWEEN))


def test_days_between_dates_agree_with_published_ones():
    assert spc.between_events(INFECTIONS).tolist() == [0, 0, 2, 1, 13, 2]


def test_a_t_chart_is_the_xmr_chart_of_the_roots():
    chart = spc.t_chart(T_TIMES, rebase=[30], fix_after=15)
    roots = spc.xmr(np.array(T_TIMES) ** (1 / 3.6), rebase=[30], fix_after=15)
    for column in ("mean", "lpl", "upl"):
        np.testing.assert_allclose(chart[column], np.maximum(roots[column], 0) ** 3.6, rtol=1e-9, atol=1e-12)
    same = ["special_cause_type", "relative_to_mean", "outside_limits", "close_to_limits", "segment"]
    pd.testing.assert_frame_equal(chart[same], roots[same])


def test_outliers_are_screened_for_the_limits_of_a_t_chart_unless_told_otherwise():
    assert spc.t_chart(T_TIMES)["upl"].iloc[0] < spc.t_chart(T_TIMES, screen_outliers=False)["upl"].iloc[0]


@QUICK
@given(TIMES)
def test_limits_hold_the_centre_line(times):
    for chart in (spc.t_chart(times), spc.g_chart(times)):
        known = chart.dropna(subset=["lpl"])
        assert ((known["lpl"] >= 0) & (known["lpl"] <= known["mean"]) & (known["mean"] <= known["upl"])).all()
        assert (chart["lpl"].isna() == chart["upl"].isna()).all()


@QUICK
@given(TIMES, st.sampled_from([24.0, 0.5, 1 / 7]))
def test_another_unit_of_time_scales_a_t_chart(times, factor):
    times = [time + 1 for time in times]
    one, other = spc.t_chart(times), spc.t_chart([time * factor for time in times])
    for column in ("value", "mean", "lpl", "upl"):
        np.testing.assert_allclose(other[column], one[column] * factor, rtol=1e-6, atol=1e-9)


@QUICK
@given(st.lists(st.integers(0, 400), min_size=2, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_events_makes_no_difference(places, random):
    dates = [pd.Timestamp("2023-01-01") + pd.Timedelta(days=place) for place in places]
    in_order = spc.between_events(sorted(dates))
    random.shuffle(dates)
    pd.testing.assert_series_equal(spc.between_events(dates), in_order)
    assert in_order.sum() == max(places) - min(places)
    assert in_order.index.is_unique
    pd.testing.assert_frame_equal(spc.g_chart(spc.between_events(dates)), spc.g_chart(in_order))


def test_runs_on_a_g_chart_are_about_the_median_not_the_mean():
    values = [1, 2, 3, 4, 100] * 3 + [4] * 7
    chart = spc.g_chart(values, fix_after=15)
    assert chart["mean"].iloc[0] == 3 < np.mean(values[:15])
    assert causes(chart)[-7:] == ["7 Points Above CL"] * 7


@pytest.mark.parametrize(
    ("of_limit", "cause"),
    [(1 - 1e-9, "Common Cause"), (1 + 1e-9, "Above UCL"), (2, "Above UCL"), (0.5, "Common Cause")],
)
def test_a_time_above_its_limit_is_outside(of_limit, cause):
    limit = spc.t_chart([4, 9] * 8)["upl"].iloc[0]
    assert causes(spc.t_chart([*[4, 9] * 8, of_limit * limit], fix_after=16))[-1] == cause


def test_a_number_on_its_limit_is_not_outside():
    # The mean is 8 and the standard deviation sqrt(8 × 9).
    limit = spc.g_chart([7, 9] * 8)["upl"].iloc[0]
    assert limit == pytest.approx(8 + 3 * 72**0.5)
    found = [causes(spc.g_chart([*[7, 9] * 8, value], fix_after=16))[-1] for value in (33, 34)]
    assert found == ["Common Cause", "Above UCL"]
    close = [causes(spc.g_chart([*[7, 9] * 8, value, value], fix_after=16))[-1] for value in (24, 25)]
    assert close == ["Common Cause", "2 in 3 Above CL"]


def test_longer_between_events_is_better():
    dates = days(20)
    better = spc.t_chart([5, 6, 7] * 4 + [9] * 8, dates=dates, fix_after=12)
    assert spc.variation_icon(better).name == "variation-improvement-high"
    worse = spc.g_chart([50, 60, 70] * 4 + [20] * 8, dates=dates, fix_after=12)
    assert spc.variation_icon(worse).name == "variation-concern-low"
    neutral = spc.t_chart([5, 6, 7] * 4 + [9] * 8, fix_after=12, improvement="neutral")
    assert spc.summary(neutral)["variation_icon"].tolist() == ["variation-neutral-high"]


@pytest.mark.parametrize(
    ("target", "icon"),
    [(0.001, "assurance-pass"), (15, "assurance-hit-and-miss"), (5000, "assurance-fail"), (None, "assurance-none")],
)
def test_a_target_is_compared_with_the_limits(target, icon):
    assert spc.assurance_icon(spc.t_chart(T_TIMES, target=target)).name == icon


@pytest.mark.parametrize("times", [[5], [None, None], [7, 7, 7], [4, None, 9]])
def test_without_two_neighbouring_times_that_differ_a_t_chart_has_no_limits(times):
    chart = spc.t_chart(times, target=3)
    assert chart[["lpl", "upl"]].isna().all(axis=None)
    assert spc.assurance_icon(chart).name == "assurance-none"
    assert not chart["special_cause_flag"].any()


@pytest.mark.parametrize(("between", "is_defined"), [([5], False), ([0, 0], False), ([None, 4], False), ([5, 5], True)])
def test_a_g_chart_needs_two_numbers_that_are_not_all_0(between, is_defined):
    assert spc.g_chart(between)["upl"].notna().all() == is_defined


def test_values_on_the_centre_line_stay_on_it():
    chart = spc.t_chart([5] * 9 + [5] * 9, rebase=[10])
    assert (chart["mean"] == 5).all()
    assert (chart["relative_to_mean"] == 0).all()
    assert spc.findings(chart).shift == ""


def test_two_events_of_one_day_are_half_a_day_apart_on_a_t_chart():
    times = spc.between_events(["2024-01-01", "2024-01-09", "2024-01-09", "2024-01-20", "2024-02-20"])
    assert times.tolist() == [8, 0, 11, 31]
    chart = spc.t_chart(times)
    assert chart["value"].tolist() == [8, 0.5, 11, 31]
    assert chart.attrs["zeros"] == 1
    assert "Events of the same date count as 0.5 apart." in " ".join(
        words_of(charts.spc(chart, y_title="Days").to_dict())
    )
    assert spc.g_chart(times)["value"].tolist() == [8, 0, 11, 31]


def test_two_events_of_one_time_are_0_apart_where_times_of_day_are_recorded():
    times = spc.between_events(["2024-01-01 06:00", "2024-01-02 18:00", "2024-01-02 18:00", "2024-01-05"])
    assert times.tolist() == [1.5, 0, 2.25]
    chart = spc.t_chart(times)
    assert chart["value"].tolist() == [1.5, 0, 2.25]
    assert chart.attrs["zeros"] == 0


def test_counts_make_so_many_events_of_a_date():
    found = spc.between_events(["2024-03-05", "2024-03-01", "2024-03-02"], [2, 1, 0])
    assert found.tolist() == [4, 0]
    assert found.index.normalize().unique().tolist() == [pd.Timestamp("2024-03-05")]


def test_a_count_that_is_not_known_makes_a_gap_of_what_spans_it():
    dates = ["2024-03-01", "2024-03-02", "2024-03-05", "2024-03-09", "2024-03-11"]
    assert spc.between_events(dates, [1, None, 1, 1, None]).fillna(-1).tolist() == [-1, 4]
    chances = [5, 5, None, 5, 5]
    assert spc.between_events(dates, [1, 1, 0, 1, 1], opportunities=chances).fillna(-1).tolist() == [5, -1, 5]
    gap = spc.t_chart(spc.between_events(dates, [1, None, 1, 1, 1]))
    assert gap["value"].isna().tolist() == [True, False, False]
    assert spc.findings(gap).absent == ()


def test_each_operation_as_a_row_counts_those_from_one_event_to_the_next():
    happened = [0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0]
    dates = pd.date_range("2024-01-01", periods=11)
    assert spc.between_events(dates, happened, opportunities=[1] * 11).tolist() == [3, 1, 4]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spc.between_events(pd.to_datetime([])), "There is no event; expected two or more"),
        (lambda: spc.between_events(["2024-01-01"], [0]), "There is no event; expected two or more"),
        (lambda: spc.between_events(["2024-01-01"]), "There is one event; expected two or more"),
        (lambda: spc.between_events(["2024-01-01", "soon"]), "Row 2: event is 'soon'; expected a date"),
        (lambda: spc.between_events(["2024-01-01"] * 2, [1]), "There are 2 dates and 1 counts"),
        (lambda: spc.between_events(["2024-01-01"] * 2, opportunities=[1]), "There are 2 dates and 1 opportunities"),
        (lambda: spc.between_events(["2024-01-01"] * 2, [1, -1]), "Row 2: count is -1.0; expected a whole number"),
        (lambda: spc.between_events(["2024-01-01"] * 2, [1, 0.5]), "Row 2: count is 0.5; expected a whole number"),
        (
            lambda: spc.between_events(["2024-01-01", "2024-01-02"], [1, 3], opportunities=[4, 2]),
            "Row 2: there are 3 events and 2 opportunities at 2024-01-02; expected each event to be one",
        ),
        (lambda: spc.t_chart([3, -2]), "Row 2: time is -2.0; expected a number, 0 or more"),
        (lambda: spc.g_chart([3, 2.5]), "Row 2: number between is 2.5; expected a whole number"),
        (lambda: spc.g_chart([]), "number between is empty"),
        (lambda: spc.t_chart([3, 4], dates=["2024-01-01"] * 2), "both have 2024-01-01"),
    ],
)
def test_events_that_cannot_be_are_refused(call, message):
    with pytest.raises(SpcError, match=message):
        call()


def test_limits_are_new_from_the_first_event_at_a_rebase_date_or_after_it():
    dates = ["2024-01-10", "2024-02-03", "2024-03-01", "2024-03-20"]
    chart = spc.t_chart([5, 6, 7, 8], dates=dates, rebase="2024-02-04")
    assert chart["segment"].tolist() == [0, 0, 1, 1]
    assert chart.attrs["rebase"] == [pd.Timestamp("2024-03-01")]
    assert spc.t_chart([5, 6, 7, 8], dates=dates, rebase=["2024-02-03"])["segment"].tolist() == [0, 1, 1, 1]
    assert spc.g_chart([5, 6, 7, 8], rebase=[3])["segment"].tolist() == [0, 0, 1, 1]
    with pytest.warns(spc.SpcWarning, match="No row has the rebase date 2024-04-01"):
        assert spc.t_chart([5, 6, 7, 8], dates=dates, rebase=["2024-04-01"])["segment"].eq(0).all()


def test_it_is_worded_as_what_lies_between_events():
    chart = spc.t_chart([5, 6, 7] * 4 + [9] * 8, dates=days(20), fix_after=12)
    text = spc.describe(chart, measure="days between falls", unit="days")
    assert text.startswith("The centre line for days between falls is 6 days")
    assert "The last 10 points all lie above this centre line" in text
    drawn = charts.spc(chart, y_title="Days between falls")
    assert drawn.description.startswith("Control chart: centre line 6.0; last 10 intervals above centre line.")
    assert "more points above the centre line" in str(drawn.to_dict())
    table = charts.spc_table(chart)
    assert list(table.columns) == ["Date", "Value", "Centre line", "Lower limit", "Upper limit", "What the point shows"]
    run = "Improvement: part of a run of 7 or more points above the centre line"
    assert (
        run in charts.spc_table(spc.t_chart([5, 6, 7] * 4 + [6.1] * 7, dates=days(19), fix_after=12)).iloc[-1].tolist()
    )
    assert charts.spc_table(spc.g_chart([4, 5], dates=days(2))).columns[2] == "Median"


def test_events_at_equal_distances_lack_no_date():
    times = [9] * 12 + [18] + [9] * 4
    dates = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.cumsum(times), unit="D")
    chart = spc.t_chart(times, dates=dates)
    found = spc.findings(chart)
    assert (found.absent, found.step) == ((), "interval")
    drawn = charts.spc(chart, y_title="Days between falls")
    assert not any("gap" in text.lower() for text in [*words_of(drawn.to_dict()), drawn.description])


def test_settings_are_kept():
    chart = spc.t_chart([5, 6, 9], improvement="neutral", rule_length=6, fix_after=12, screen_outliers=False)
    kept = {"improvement": "neutral", "rebase": [], "fix_after": 12, "screen_outliers": False, "rule_length": 6}
    assert chart.attrs == {**kept, "chart": "t", "zeros": 0}
    assert spc.t_chart([5, 6]).attrs["screen_outliers"] is True
    other = spc.g_chart([5, 6, 9], improvement="decrease", rule_length=6, fix_after=13, target=7)
    assert other.attrs == {**kept, "improvement": "decrease", "fix_after": 13, "chart": "g"}
    assert other["target"].tolist() == [7, 7, 7]


def test_limits_of_a_g_chart_come_from_the_first_rows_where_that_is_set():
    chart = spc.g_chart([4, 6] * 6 + [50] * 3, fix_after=12)
    assert chart["mean"].tolist() == [5] * 15
    assert chart["upl"].iloc[0] == pytest.approx(5 + 3 * 30**0.5)


def test_times_are_known_to_a_tenth_of_a_second():
    times = spc.between_events(["2024-01-01 00:00:00", "2024-01-01 00:00:01", "2024-01-01 12:00"])
    assert times.tolist() == [0.000012, 0.499988]


def test_three_events_of_a_date_have_dates_of_their_own():
    found = spc.between_events(["2024-01-01", "2024-01-05"], [1, 3])
    assert found.tolist() == [4, 0, 0]
    assert (found.index - pd.Timestamp("2024-01-05")).microseconds.tolist() == [0, 1, 2]


def test_rows_of_a_date_are_in_the_order_in_which_they_are_given():
    counts = [int(row in (0, 10, 39)) for row in range(40)]
    between = spc.between_events(["2024-01-01"] * 40, counts, opportunities=[1] * 40)
    assert between.tolist() == [10, 29]


def test_two_events_have_one_time_between_them():
    found = spc.between_events(["2024-01-01", "2024-01-05"])
    assert (found.tolist(), found.name) == ([4], "between")


@pytest.mark.parametrize(
    "events", [["2024-03", "2024-05"], ["2024-03-04", "2024-05"], pd.period_range("2024-03", periods=2, freq="M")]
)
def test_days_are_not_counted_between_months(events):
    with pytest.raises(SpcError, match="expected the day of each event"):
        spc.between_events(events)
