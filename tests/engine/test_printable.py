"""What a single value reads as: one rule for inline expressions and the cells of tables."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natpatsip.blocks.values_in_words import (
    NotPrintableError,
    escaped,
    inline,
    is_missing,
    text_of_value,
)
from natpatsip.facts.fact import Fact, printed
from natpatsip.python_words import words_of_python
from natpatsip.quarter import Quarter

VALUES = [
    (np.int64(677), "677"),
    (np.uint8(7), "7"),
    (np.float64(3.15), "3.15"),
    (np.float32(0.5), "0.5"),
    (2725, "2,725"),
    (Decimal("3.10"), "3.1"),
    (True, "yes"),
    (np.bool_(False), "no"),
    (np.str_("North"), "North"),
    (datetime.date(2024, 9, 1), "1 September 2024"),
    (pd.Timestamp("2024-09-01"), "1 September 2024"),
    (np.datetime64("2024-09-01", "ns"), "1 September 2024"),
    (np.datetime64("2024-09"), "September 2024"),
    (np.datetime64("2024"), "2024"),
    (np.datetime64("2024-09-01"), "1 September 2024"),
    (datetime.datetime(2024, 9, 1, 14, 30), "1 September 2024, 14:30"),
    (pd.Period("2024-09", "M"), "September 2024"),
    (pd.Period("2024-09-02", "D"), "2 September 2024"),
    (pd.Period("2024Q3", "Q"), "July to September 2024"),
    (pd.Period("2024", "Y"), "2024"),
    (Quarter(2024, 2), "Q2 2024/25"),
    (Fact("beds", "all", 12_345, "beds", "List"), "12,345"),
]
MISSING = [None, float("nan"), np.nan, np.float32("nan"), pd.NaT, pd.NA, Decimal("NaN"), np.datetime64("NaT")]
NOT_SINGLE = [
    float("inf"),
    -np.inf,
    1 + 2j,
    [1],
    (1, 2),
    {"a": 1},
    {1},
    np.array([1, 2]),
    pd.Series([1]),
    pd.DataFrame({"a": [1]}),
    pd.Timedelta(days=1),
    np.timedelta64(1, "D"),
    datetime.timedelta(days=1),
    object(),
    len,
    (each for each in "ab"),
]


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_single_value_is_printed_in_words(value, text):
    assert text_of_value(value) == text


@pytest.mark.parametrize("value", MISSING)
def test_a_missing_value_is_not_printed(value):
    assert is_missing(value)
    with pytest.raises(NotPrintableError, match="there is no value"):
        text_of_value(value)


@pytest.mark.parametrize("value", NOT_SINGLE)
def test_what_is_not_a_single_value_is_not_printed(value):
    assert not is_missing(value)
    with pytest.raises(NotPrintableError, match=r"is of type|is not a number"):
        inline(value)


@given(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9)))
def test_numbers_are_printed_as_facts_are_whatever_library_they_come_from(value):
    text = printed(int(value) if float(value).is_integer() else value, "")
    assert text_of_value(value) == text_of_value(np.float64(value)) == text
    assert "np." not in repr(inline(value))


@pytest.mark.parametrize(
    "value",
    [
        f"{math.nan:.1f}%",
        f"£{None}",
        f"{None}%",
        f"{pd.NaT} and {pd.NA}",
        str([np.float64(3.5)]),
        str([pd.Timestamp("2024-09-01")]),
        str([datetime.date(2024, 9, 1)]),
        str([Decimal("3.1")]),
        str(pd.Series([1])),
        repr(np.array([1])),
        "<object object at 0x7f51700eaa40>",
        f"mean {-math.inf}",
        f"a rise of {math.inf}%",
        str(pd.Interval(-math.inf, 5.0)),
        str(pd.Interval(5.0, math.inf)),
        f"North ({math.nan})",
        f"North ({-math.inf})",
        f"North, {math.nan}",
        repr(pd.Timedelta(days=1)),
        repr(pd.Period("2024-09", "M")),
        repr(pd.Interval(0, 1)),
        repr(pd.Interval(pd.Timestamp("2024-09-01"), pd.Timestamp("2024-10-01"))),
        repr(Decimal("NaN")),
        repr(np.array(3.5)),
        repr(np.array(-1)),
        repr(np.array(1e30)),
        repr(np.array(math.nan)),
        repr(np.array(math.inf)),
        repr(np.array(True)),
        repr(np.array(["North"])),
        escaped(repr(np.array([1]))),
        escaped(str(pd.NA)),
        "Timestamp(‘2024-09-01 00:00:00’)",
        str(pd.Period("2024Q1", "Q-MAR")),
        f"Beds in {pd.Period('2024Q1', 'Q')}, all",
        pd.Series(pd.period_range("2024Q1", periods=1, freq="Q-MAR")).astype(str)[0],
    ],
)
def test_what_python_prints_for_a_missing_value_or_an_object_is_found(value):
    assert words_of_python(value)


@pytest.mark.parametrize(
    "text",
    [
        "None of the teams",
        "Q1 2024/25",
        "2024-25-Q1",
        "2024 Q1",
        "W2024Q1",
        "2024Q1-b",
        "none",
        "None",
        "£0: none",
        "Nan",
        "Nan Smith",
        "Smith, Nan (ward 3)",
        "nan's house",
        "Inf",
        "info",
        "a naan",
        "inflow",
        "NaNo",
        "object",
        "objects at 10 sites",
        "data type: text",
        "date and time (UTC)",
        "<5",
        "sodium chloride (inf)",
        "Period (months)",
        "Period(s)",
        "Period(months)",
        "Period(2024/25)",
        "Period('24) of the 'old' plan",
        "Interval(s)",
        "Interval(95%)",
        "Interval(0 to 5 days)",
        "Interval(open or closed)",
        "Timestamp(s)",
        "Timestamp(UTC)",
        "Timedelta(days)",
        "Decimal(s)",
        "Decimal(2 places)",
        "array(s)",
        "an array(of sensors)",
        "array(3 sensors)",
    ],
)
def test_words_that_readers_know_are_not_found(text):
    assert words_of_python(text) == ""


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        (["Nan breads: nan, naan"], "| Nan breads: nan, naan |", ""),
        (["she is my nan"], "she is\nmy nan", ""),
        (["values of <NA> are left out"], r"values of \<NA\> are left out", ""),
        (["my nan ", "%"], "my nan nan%", "nan"),
        (["nan"], "nan", "nan"),  # by itself, such as what a missing value is replaced by
        (["nan%"], "nan%", "nan"),
        (["Mean "], "Mean nan", "nan"),
        (["my nan", "my nan and yours"], "my nan and yours", ""),
    ],
)
def test_a_word_in_a_phrase_that_an_author_has_typed_is_a_word(typed, text, found):
    assert words_of_python(text, typed=typed) == found
