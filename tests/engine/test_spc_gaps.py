"""Dates without a row are found, and can be made gaps."""

import pandas as pd
import pytest

from natpatsip import spc


def test_absent_months_can_be_made_gaps():
    frame = pd.DataFrame(
        {"team": list("AAAB"), "month": ["2024-01", "2024-02", "2024-04", "2024-03"], "seen": [1, 2, 3, 4]}
    )
    filled = spc.fill_absent_months(frame, date="month", by="team")
    assert filled["team"].tolist() == list("AAAAB")
    assert filled["seen"].tolist() == pytest.approx([1, 2, float("nan"), 3, 4], nan_ok=True)
    result = spc.panel(filled, by="team", value="seen", date="month")
    assert result["upl"].iloc[0] == 2 + 2.66
    assert spc.fill_absent_months(frame.iloc[:2], date="month")["month"].tolist() == [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-02-01"),
    ]
    with pytest.raises(ValueError, match="Row 1: month is 2024-01-09; expected the first day of a month"):
        spc.fill_absent_months(pd.DataFrame({"month": ["2024-01-09"]}), date="month")


@pytest.mark.parametrize(
    ("dates", "absent"),
    [
        (["2024-01", "2024-04", "2024-07", "2024-10", "2025-01", "2025-07"], 1),
        (["2024-01", "2024-02", "2024-06", "2024-12"], 0),
        (["2024-01-08", "2024-01-15", "2024-01-22", "2024-02-05"], 0),
        (["2024-01"], 0),
    ],
)
def test_only_a_regular_series_lacks_a_date(dates, absent):
    assert len(spc.absent_dates(pd.to_datetime(dates))) == absent
