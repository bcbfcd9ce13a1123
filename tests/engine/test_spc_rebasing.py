"""A rebase is proposed where guidance would allow one, and never applied."""

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc

LOW = [50, 52, 49, 51, 50]
HIGH = [60, 62, 59, 61, 60]


def test_a_step_that_lasts_is_proposed_at_its_first_point():
    dates = pd.date_range("2021-01-01", periods=30, freq="MS")
    chart = spc.xmr(LOW * 3 + HIGH * 3, dates=dates)
    before = chart.copy()
    found = spc.suggest_rebase(chart)
    assert (found.date, found.direction) == (pd.Timestamp("2022-04-01"), "up")
    assert (found.mean_before, found.mean_after) == (50.4, 60.4)
    assert str(found) == (
        "A shift up from 2022-04-01: mean 50.4 before (15 points), 60.4 since (15 points). Rebase there only if you "
        "know its cause and expect the change to last; then enter the date and the reason in params."
    )
    pd.testing.assert_frame_equal(chart, before)


def test_once_rebased_there_is_nothing_left_to_propose_and_the_claim_holds():
    chart = spc.xmr(LOW * 3 + HIGH * 3, rebase=[spc.suggest_rebase(spc.xmr(LOW * 3 + HIGH * 3)).date])
    assert spc.suggest_rebase(chart) is None
    assert spc.claim("Up.", chart, shows="shift up") == "Up."


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (LOW * 6, "common cause alone"),
        (LOW * 3 + HIGH * 2, "ten points after it"),
        (LOW * 2 + HIGH * 4, "ten points before it"),
        (LOW * 3 + HIGH * 3 + LOW * 2, "it went back"),
        ([*LOW * 3, 90, *LOW * 3], "one outlier"),
        ([None] * 20, "no values"),
        ([5] * 30, "no limits"),
    ],
)
def test_nothing_is_proposed_where(values, why):
    assert spc.suggest_rebase(spc.xmr(values)) is None, why


def test_only_the_last_segment_is_searched():
    values = LOW * 3 + HIGH * 3 + [value + 20 for value in HIGH] * 3
    assert spc.suggest_rebase(spc.xmr(values, rebase=[31])) is None
    assert spc.suggest_rebase(spc.xmr(values, rebase=[16])).date == 31


def test_gaps_do_not_move_the_date():
    values = [*LOW * 3, None, *HIGH * 3]
    assert spc.suggest_rebase(spc.xmr(values)).date == 17


def test_random_series_without_a_step_seldom_get_a_proposal():
    rng = np.random.default_rng(7)
    made = [spc.suggest_rebase(spc.xmr(rng.normal(50, 5, 36))) for _ in range(100)]
    assert sum(found is not None for found in made) <= 5
