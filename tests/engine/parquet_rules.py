"""What a cell of a Parquet file is read as; `test_parquet` runs this file with pyarrow, which is an optional extra."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from natpatsip import datasets
from natpatsip.errors import DataFileError
from support import trust

LONDON = ZoneInfo("Europe/London")
REFUSED = "a text, a number, a day or a time. Save one value in a cell"
CELLS = {  # made with pyarrow, what the field declares, and what is read or why it is refused
    "single-precision": (lambda pa: pa.array([85.9], pa.float32()), {"type": "number"}, 85.9),
    "half-precision": (lambda pa: pa.array([0.1], pa.float16()), {"type": "number"}, 0.1),
    "single-precision-as-text": (lambda pa: pa.array([85.9], pa.float32()), {"type": "string"}, "85.9"),
    "whole-number-as-text": (lambda pa: pa.array([12.0]), {"type": "string"}, "12"),
    "more-than-the-digits-of-a-float": (lambda pa: pa.array([1e22]), {"type": "string"}, "1e+22"),
    "decimal": (lambda pa: pa.array([Decimal("12.34")]), {"type": "number"}, 12.34),
    "signs-of-csv": (lambda pa: pa.array([1.125]), {"type": "number", "decimalChar": ",", "groupChar": "."}, 1.125),
    "comma-of-csv": (lambda pa: pa.array([Decimal("1.5")]), {"type": "number", "decimalChar": ","}, 1.5),
    "day-in-the-form-of-csv": (
        lambda pa: pa.array([date(2024, 9, 5)]),
        {"type": "date", "format": "%Y-%d-%m"},
        pd.Timestamp("2024-09-05"),
    ),
    "time-in-the-form-of-csv": (
        lambda pa: pa.array([datetime(2024, 9, 5, 10, 30)]),
        {"type": "datetime", "format": "%d/%m/%Y %H:%M"},
        pd.Timestamp("2024-09-05T10:30"),
    ),
    "time-in-the-form-of-a-day": (
        lambda pa: pa.array([datetime(2024, 9, 30, 23, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        {"type": "date", "format": "%d/%m/%Y"},
        'found "2024-09-30T23:00:00+00:00", expected a date',
    ),
    "midnight-in-the-form-of-a-day": (
        lambda pa: pa.array([datetime(2024, 4, 1, tzinfo=LONDON)], pa.timestamp("us", "Europe/London")),
        {"type": "date", "format": "%d/%m/%Y"},
        pd.Timestamp("2024-04-01"),
    ),
    "zone-in-a-form-without-one": (
        lambda pa: pa.array([datetime(2024, 9, 5, 10, 30, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        {"type": "datetime", "format": "%d/%m/%Y %H:%M"},
        'found "2024-09-05T10:30:00+00:00", expected a date and time',
    ),
    "seconds-in-a-form-without-them": (
        lambda pa: pa.array([datetime(2024, 9, 5, 10, 30, 15)]),
        {"type": "datetime", "format": "%d/%m/%Y %H:%M"},
        'found "2024-09-05T10:30:15", expected a date and time',
    ),
    "midnight-in-its-zone": (
        lambda pa: pa.array([datetime(2024, 4, 1, tzinfo=LONDON)], pa.timestamp("us", "Europe/London")),
        {"type": "date"},
        pd.Timestamp("2024-04-01"),
    ),
    "midnight-of-another-zone": (
        lambda pa: pa.array([datetime(2024, 3, 31, 23, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        {"type": "date"},
        "expected a date",
    ),
    "two-offsets": (
        lambda pa: pa.array(
            [datetime(2024, month, 30, 12, tzinfo=LONDON) for month in (3, 4)], pa.timestamp("us", "Europe/London")
        ),
        {"type": "datetime"},
        "row 2, column x: found x 2024-04-30T12:00:00+01:00, which is not in the time zone of row 1",
    ),
    "category": (lambda pa: pa.array(["North"]).dictionary_encode(), {"type": "string"}, "North"),
    "list": (lambda pa: pa.array([["a", "b"]]), {"type": "list"}, "a,b"),
    "list-as-text": (lambda pa: pa.array([["a", "b"]]), {"type": "string"}, REFUSED),
    "structure": (lambda pa: pa.array([{"a": 1}]), {"type": "string"}, REFUSED),
    "mapping": (lambda pa: pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), {"type": "string"}, REFUSED),
    "span-of-time": (lambda pa: pa.array([timedelta(days=1)]), {"type": "string"}, REFUSED),
    "bytes-that-are-no-text": (lambda pa: pa.array([b"Zo\xeb"]), {"type": "string"}, REFUSED),
}


@pytest.mark.parametrize(("make", "field", "expected"), CELLS.values(), ids=CELLS)
def test_a_cell_is_the_value_that_was_saved_or_is_refused(tmp_path, make, field, expected):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    project = trust.make(tmp_path / "project")
    schema = {"fields": [{"name": "x", **field}]}
    trust.declare(project, {"resources": [{"name": "cells", "path": "cells.parquet", "schema": schema}]})
    parquet.write_table(pyarrow.table({"x": make(pyarrow)}), project / "data" / "cells.parquet")
    if isinstance(expected, str) and " " in expected:
        with pytest.raises(DataFileError) as caught:
            datasets.load("cells", quarter="2024-25-Q2", project=project)
        assert expected in str(caught.value)
    else:
        assert datasets.load("cells", quarter="2024-25-Q2", project=project)["x"].tolist() == [expected]
