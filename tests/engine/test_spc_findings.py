"""Findings are what a chart shows, as values."""

import statistics

import pandas as pd
import pytest

from natpatsip import spc
from support.spc_charts import CHARTS, HIGHER, STEADY, chart


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
