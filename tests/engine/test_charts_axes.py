"""Value axes and time axes."""

import pandas as pd
import pytest

from natpatsip.charts.layout.time_axis import time_ticks, timeline
from natpatsip.charts.layout.value_axis import TICK_COST, value_axis


@pytest.mark.parametrize(
    ("values", "options", "low", "high"),
    [
        ([79.1, 92.3], {"percent": True}, (70, 79), (92.3, 100)),
        ([99.0, 100.0], {"percent": True}, (80, 95), (100, 100)),
        ([81.0, 81.2], {"percent": True}, (70, 77), (85, 90)),
        ([1, 40], {}, (0, 0), (40, 50)),
        ([900, 1000], {}, (850, 900), (1000, 1050)),
        ([900, 1000], {"zero": True}, (0, 0), (1000, 1100)),
        ([-3, 5], {}, (-4, -3), (5, 6)),
        ([0, 0], {}, (0, 0), (0.4, 2)),
        ([], {}, (0, 0), (1, 2)),
    ],
)
def test_a_value_axis_neither_flattens_nor_exaggerates(values, options, low, high):
    axis = value_axis(values, **options)
    assert low[0] <= axis.low <= low[1]
    assert high[0] <= axis.high <= high[1]
    assert all(axis.low - 1e-9 <= tick <= axis.high + 1e-9 for tick in axis.ticks)


@pytest.mark.parametrize("months", [2, 3, 12, 36, 45, 60, 120, 400])
@pytest.mark.parametrize("width", [180, 300, 480, 600])
def test_month_labels_have_room_side_by_side(months, width):
    first = pd.Timestamp("1991-03-01")
    ticks = time_ticks(first, first + pd.DateOffset(months=months - 1), width)
    assert 1 <= len(ticks.dates) <= width / 40 + 1
    assert ticks.dates == tuple(sorted(set(ticks.dates)))


def test_an_absent_month_is_noticed_in_a_regular_series_only():
    months = list(pd.date_range("2024-01", periods=8, freq="MS"))
    assert timeline(months, 100).gaps_in(months[:3] + months[4:]) == {3}
    uneven = pd.to_datetime(["2024-01-01", "2024-01-09", "2024-02-01", "2024-02-20"])
    assert timeline(uneven, 100).gaps_in(uneven) == frozenset()


@pytest.mark.parametrize("high", [28.0, 42.0, 58.8, 71.7, 96.0, 2902.0, 100.0])
def test_the_last_tick_is_at_or_above_the_highest_value_if_that_adds_little_height(high):
    for low in (0.0, 0.3 * high, 0.5 * high, 0.8 * high):
        axis = value_axis([low, high])
        step = axis.ticks[1] - axis.ticks[0]
        room = axis.high - axis.low
        assert axis.ticks[-1] >= high or axis.ticks[-1] + step - axis.high > TICK_COST * room


@pytest.mark.parametrize("limits", [(33.3, 50.1), (33.1, 50.5)])
def test_a_limit_just_above_a_tick_gets_another_one_above_it(limits):
    assert value_axis(limits, percent=True).ticks[-1] == 55


def test_percentages_get_no_tick_above_all():
    assert value_axis([61.0, 99.0], percent=True).ticks[-1] == 100
