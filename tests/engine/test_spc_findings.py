"""Findings are what a chart shows, as values."""

import statistics

import pandas as pd
import pytest

from natpatsip import spc
from support.spc_charts import CHARTS, HIGHER, REBASE, STEADY, chart


def test_findings_give_the_numbers_that_a_report_prints():
    found = spc.findings(chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"]))
    assert [segment.rows for segment in found.segments] == [14, 14, 14]
    assert found.mean == found.baseline == statistics.mean(STEADY)
    assert found.gain == pytest.approx(-10)
    assert found.gain_on_baseline == 0
    assert found.rebased == pd.Timestamp("2023-05-01")
    assert found.segments[1].end == pd.Timestamp("2023-04-01")
    assert spc.findings(CHARTS["seven above"]).run_length == 7


def test_findings_want_one_series():
    both = pd.concat([CHARTS["steady"], CHARTS["rising"]])
    with pytest.raises(ValueError, match="several series"):
        spc.findings(both)


@pytest.mark.parametrize(
    ("name", "direction", "verdict"),
    [
        ("steady", "", ""),
        ("shift up", "up", "improvement"),
        ("shift down", "down", "concern"),
        ("shift down, lower is better", "down", "improvement"),
        ("neutral", "up", ""),
        ("six after the rebase", "", ""),
    ],
)
def test_a_step_change_is_a_shift_at_the_last_rebase(name, direction, verdict):
    found = spc.findings(CHARTS[name])
    assert (found.step_change, found.step_verdict) == (direction, verdict)


def test_a_special_cause_the_other_way_takes_a_step_change_away():
    found = spc.findings(chart([*STEADY, *HIGHER, 40, *HIGHER], rebase=REBASE))
    assert (found.shift, found.step_change, found.step_verdict) == ("up", "", "")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_with_a_step_change_that_matters_may_be_said_to_improve_or_worsen(name):
    found = spc.findings(CHARTS[name])
    assert found.is_improving or found.step_verdict != "improvement"
    assert found.is_worsening or found.step_verdict != "concern"
