"""What a cell of each declared type may hold, and the words for what it should have held."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from natpatsip.datasets.cells import CellRule, bounds_expected, value_expected, value_fits, words_expected
from natpatsip.datasets.descriptor import DataField
from natpatsip.datasets.plain_file import _as_text
from natpatsip.datasets.validation import is_after
from natpatsip.quarter import Quarter

BOOLEANS = {True: ["true", "True", "TRUE", "1"], False: ["false", "False", "FALSE", "0"]}


def field(kind="string", **given):
    constraints = given.pop("constraints", {})
    return DataField.model_validate({"name": "seen", "type": kind, "constraints": constraints, **given})


def rule(kind="string", *, missing=None, is_required=False, words=None, listed_in="", **given):
    return CellRule(field(kind, **given), missing or {}, is_required, words, listed_in)


def fits(one, text):
    try:
        return one.parse(text)
    except ValueError:
        return "refused"


@pytest.mark.parametrize(
    ("kind", "given", "text", "value"),
    [
        ("integer", {}, "12", 12),
        ("integer", {}, "-12", -12),
        ("integer", {}, "+12", 12),
        ("integer", {}, "012", 12),
        ("integer", {}, "12.0", "refused"),
        ("integer", {}, "1,200", "refused"),
        ("integer", {}, "", "refused"),
        ("integer", {}, "9" * 15, 10**15 - 1),
        ("integer", {}, "9" * 16, "refused"),
        ("integer", {}, "\N{ARABIC-INDIC DIGIT TWO}", "refused"),
        ("integer", {"groupChar": ","}, "1,200", 1200),
        ("integer", {"bareNumber": False}, "£12 each", 12),
        ("integer", {"bareNumber": True}, "£12", "refused"),
        ("number", {}, "1.5", 1.5),
        ("number", {}, "-1.5e3", -1500.0),
        ("number", {}, "1E-2", 0.01),
        ("number", {}, "1e400", "refused"),
        ("number", {}, ".5", "refused"),
        ("number", {}, "inf", "refused"),
        ("number", {}, "nan", "refused"),
        ("number", {"decimalChar": ","}, "1,5", 1.5),
        ("number", {"decimalChar": ",", "groupChar": "."}, "1.200,5", 1200.5),
        ("number", {"bareNumber": False}, "-85.9%", -85.9),
        ("number", {"decimalChar": ","}, "1.500", "refused"),
        ("number", {"groupChar": ","}, "-1,234,567.5", -1234567.5),
        ("number", {"groupChar": ","}, "1,5", "refused"),
        ("number", {"groupChar": ","}, "12,34", "refused"),
        ("number", {"groupChar": ","}, "1,234,56", "refused"),
        ("number", {"groupChar": ".", "decimalChar": ","}, "1.5", "refused"),
        ("number", {"bareNumber": False}, "£ 12.50 each", 12.5),
        *(
            ("number", {"bareNumber": False}, text, "refused")
            for text in (
                "<5",
                "(5)",
                "\N{MINUS SIGN}5",
                "–5",
                "-£5",
                "~5",
                "≥95%",
                "5+",
                "1.2m",
                "3 million",
                "£4bn",
                "5k",
            )
        ),
        ("boolean", {}, "true", True),
        ("boolean", {}, "false", False),
        ("boolean", {}, "yes", "refused"),
        ("boolean", {"trueValues": ["yes"], "falseValues": ["no"]}, "no", False),
        ("date", {}, "2024-08-14", date(2024, 8, 14)),
        ("date", {}, "20240814", "refused"),
        ("date", {}, "2024-02-30", "refused"),
        ("date", {"format": "%d/%m/%Y"}, "14/08/2024", date(2024, 8, 14)),
        ("date", {"format": "%d/%m/%Y"}, "\uff11\uff14/08/2024", "refused"),
        ("datetime", {"format": "%d/%m/%Y %H:%M"}, "\uff11\uff14/08/2024 09:30", "refused"),
        ("date", {"format": "any"}, "2024-08-14", date(2024, 8, 14)),
        ("datetime", {}, "2024-08-14T09:30:00", datetime(2024, 8, 14, 9, 30)),
        ("datetime", {}, "soon", "refused"),
        ("datetime", {"format": "%d/%m/%Y %H:%M"}, "14/08/2024 09:30", datetime(2024, 8, 14, 9, 30)),
        ("time", {}, "09:30:00", "09:30:00"),
        ("time", {}, "25:00", "refused"),
        ("year", {}, "2024", 2024),
        ("year", {}, "24", "refused"),
        ("year", {}, "20245", "refused"),
        ("yearmonth", {}, "2024-09", date(2024, 9, 1)),
        ("yearmonth", {}, "2024-13", "refused"),
        ("yearmonth", {}, "2024-00", "refused"),
        ("yearmonth", {}, "2024-9", "refused"),
        ("string", {}, "any  text", "any  text"),
        ("string", {}, " any text", "refused"),
        ("string", {}, "any text\u00a0", "refused"),
        ("string", {}, "any\u200btext", "refused"),
        ("string", {}, "", ""),
        ("string", {"natpatsip": {"form": "quarter"}}, "2024-25-Q2", "2024-25-Q2"),
        ("string", {"natpatsip": {"form": "quarter"}}, "all", "refused"),
        ("string", {"natpatsip": {"form": "period"}}, "all", "all"),
        ("string", {"natpatsip": {"form": "period"}}, "2024", "refused"),
    ],
)
def test_a_cell_is_read_as_its_type_or_refused(kind, given, text, value):
    read = fits(rule(kind, **given), text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "constraints", "good", "bad"),
    [
        ("integer", {"minimum": 1}, ["1", "2"], ["0"]),
        ("integer", {"maximum": 9}, ["9", "8"], ["10"]),
        ("integer", {"exclusiveMinimum": 1}, ["2"], ["1", "0"]),
        ("integer", {"exclusiveMaximum": 9}, ["8"], ["9", "10"]),
        ("integer", {"minimum": "1"}, ["1"], ["0"]),
        ("date", {"minimum": "2024-04-01"}, ["2024-04-01"], ["2024-03-31"]),
        ("yearmonth", {"maximum": "2024-09"}, ["2024-09"], ["2024-10"]),
        ("string", {"minLength": 2}, ["ab", "abc"], ["a", ""]),
        ("string", {"maxLength": 2}, ["ab", ""], ["abc"]),
        ("string", {"pattern": "[A-Z]+"}, ["AB"], ["ab", "A1"]),
    ],
)
def test_a_bound_is_itself_allowed_unless_it_is_exclusive(kind, constraints, good, bad):
    one = rule(kind, constraints=constraints)
    assert all(fits(one, text) != "refused" for text in good)
    assert all(fits(one, text) == "refused" for text in bad)


@pytest.mark.parametrize(
    ("is_required", "text", "value"),
    [
        (False, "*", None),
        (False, "", None),
        (True, "*", "refused"),
        (True, "", "refused"),
        (True, "  ", "refused"),
        (True, "3", 3),
    ],
)
def test_a_missing_value_is_nothing_where_the_field_need_not_be_filled(is_required, text, value):
    assert fits(rule("integer", missing={"*": "suppressed", "": ""}, is_required=is_required), text) == value


def test_a_listed_word_is_read_as_what_it_stands_for():
    one = rule(words={"North": "North", "N": "North"})
    assert [fits(one, text) for text in ("North", "N", "South")] == ["North", "North", "refused"]


def test_a_column_gives_its_values_and_each_line_with_a_fault():
    values, faults = rule("integer").read(["1", "x", "2", "x"], [2, 3, 4, 5])
    assert values == [1, None, 2, None]
    assert [(fault.line, fault.column, fault.text) for fault in faults] == [
        (3, "seen", 'found "x", expected a whole number.'),
        (5, "seen", 'found "x", expected a whole number.'),
    ]
    assert {fault.cause for fault in faults} == {""}


@pytest.mark.parametrize(
    ("kind", "text", "form"),
    [
        ("yearmonth", "Sep-24", ("months", "yyyy-mm")), ("yearmonth", "September 2024", ("months", "yyyy-mm")),
        ("yearmonth", "01/09/2024", ("months", "yyyy-mm")), ("date", "14-Aug-24", ("dates", "yyyy-mm-dd")),
        ("date", "2024-08-14 00:00:00", ("dates", "yyyy-mm-dd")), ("date", "45518", ("dates", "yyyy-mm-dd")),
        ("date", "soon", None), ("integer", "Sep-24", None), ("string", "", None),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_makes_of_a_month_or_date_is_told_as_its_doing(kind, text, form):
    fault = rule(kind)._fault(text)
    told = "A spreadsheet has changed the {}: format the column as text or as {}, and save the file as CSV again."
    assert fault.cause == (told.format(*form) if form else "")


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (rule("integer"), "a whole number"),
        (rule("integer", constraints={"minimum": 0}), "a whole number, 0 or more"),
        (rule("number", constraints={"maximum": 5}), "a number, 5 or less"),
        (rule("number", constraints={"minimum": 0, "maximum": 100}), "a number from 0 to 100"),
        (
            rule("number", constraints={"exclusiveMinimum": 0, "exclusiveMaximum": 1}),
            "a number, more than 0, less than 1",
        ),
        (rule("string"), "a text"),
        (
            rule("string", constraints={"minLength": 2, "maxLength": 5}),
            "a text, at least 2 characters, at most 5 characters",
        ),
        (rule("string", constraints={"pattern": "[A-Z]+"}), "a text, of the pattern [A-Z]+"),
        (rule("string", example="North"), "a text such as North"),
        (rule("string", constraints={"enum": ["a", "b"]}), "a or b"),
        (rule("string", constraints={"enum": ["a", "b", "c"]}), "one of a, b, c"),
        (rule("boolean"), "true or false"),
        (rule("yearmonth"), "a month such as 2024-09"),
        (rule("date"), "a date such as 2024-08-14"),
        (rule("datetime"), "a date and time such as 2024-08-14T09:30:00"),
        (rule("time"), "a time such as 09:30:00"),
        (rule("year"), "a year such as 2024"),
        (rule(natpatsip={"form": "quarter"}), "a quarter such as 2024-25-Q2"),
        (
            rule(natpatsip={"form": "period"}),
            "a period such as 2024-25-Q2, 2024-25-YTD, since-baseline, to-2024-03 or all",
        ),
        (rule(listed_in="a team of data/organisations.csv"), "a team of data/organisations.csv"),
        (rule("integer", missing={"*": "suppressed"}), 'a whole number, or "*" for suppressed'),
        (rule("integer", missing={"*": ""}), 'a whole number, or "*"'),
        (rule("integer", missing={"": ""}), "a whole number, or nothing"),
        (rule("integer", missing={"*": "suppressed", "": ""}), 'a whole number, or "*" for suppressed, nothing'),
        (rule("integer", missing={"*": "suppressed"}, is_required=True), "a whole number"),
    ],
)
def test_what_a_cell_should_hold_is_said_in_words(one, expected):
    assert one.expected == expected


def test_a_word_that_is_not_listed_is_told_with_the_nearest_and_nothing_with_none():
    one = rule(words={"North": "North"}, listed_in="a team of data/organisations.csv")
    assert one._fault("Nort").text == ('found "Nort", expected a team of data/organisations.csv. Did you mean "North"?')
    assert one._fault("").text == 'found "", expected a team of data/organisations.csv.'


@pytest.mark.parametrize(("count", "end"), [(3, "w2"), (12, "w11"), (13, "w11 and 1 more"), (20, "w11 and 8 more")])
def test_twelve_words_of_a_list_are_named(count, end):
    said = words_expected([f"w{number}" for number in range(count)])
    assert said.startswith("one of w0, w1, w2")
    assert said.endswith(end)


@pytest.mark.parametrize(
    ("kind", "constraints", "wrong"),
    [
        ("integer", {"minimum": 0, "maximum": 9}, []),
        ("integer", {"minimum": "many"}, ['constraints.minimum: found "many", expected a whole number.']),
        ("number", {"exclusiveMaximum": float("inf")}, ["constraints.exclusiveMaximum: found inf, expected a number."]),
        ("number", {"exclusiveMinimum": True}, ["constraints.exclusiveMinimum: found true, expected a number."]),
        ("date", {"minimum": 5}, ["constraints.minimum: found 5, expected a date such as 2024-08-14."]),
        ("date", {"minimum": "2024-04-01"}, []),
        ("yearmonth", {"maximum": "2024-09"}, []),
        ("datetime", {"maximum": "2024-09-30T09:30:00"}, []),
        ("string", {"minimum": 5}, ["constraints.minimum: found 5, expected a text."]),
        ("string", {"minimum": "a"}, []),
        ("year", {"minimum": 2020}, []),
    ],
)
def test_a_bound_is_a_value_that_the_field_may_have(kind, constraints, wrong):
    assert [
        each.replace("'", '"').replace("True", "true") for each in bounds_expected(field(kind, constraints=constraints))
    ] == wrong


@pytest.mark.parametrize(
    ("value", "unit", "holds"),
    [
        ("677", "people", True),
        ("-6.5", "percent", True),
        ("6.", "percent", False),
        ("1,016", "people", False),
        ("", "people", False),
        ("2024-08-14", "date", True),
        ("20240814", "date", False),
        ("677", "date", False),
        ("2024-25-Q2", "quarter", True),
        ("677", "quarter", False),
        ("2024-25-Q2", "people", False),
    ],
)
def test_a_value_is_what_its_unit_asks_for(value, unit, holds):
    assert value_fits(value, unit) == holds


def test_what_a_unit_asks_for_is_said_in_words():
    assert value_expected("date") == "a date such as 2024-08-14"
    assert value_expected("quarter") == "a quarter such as 2024-25-Q2"
    assert value_expected("people") == "a number, in digits alone, such as 677 or 85.9"


@pytest.mark.parametrize(("value", "texts"), BOOLEANS.items())
def test_the_standards_words_for_true_and_false_are_read(value, texts):
    assert [fits(rule("boolean"), text) for text in texts] == [value] * 4


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "number", ""),
        (float("nan"), "number", ""),
        (3.0, "number", "3"),
        (3.5, "number", "3.5"),
        (True, "boolean", "true"),
        (False, "boolean", "false"),
        (date(2024, 8, 14), "date", "2024-08-14"),
        (datetime(2024, 8, 14), "date", "2024-08-14"),
        (datetime(2024, 8, 1), "yearmonth", "2024-08"),
        (datetime(2024, 8, 1), "year", "2024"),
        (datetime(2024, 8, 14, 9, 30), "datetime", "2024-08-14T09:30:00"),
        ("North", "string", "North"),
    ],
)
def test_a_value_of_a_typed_file_is_text_as_its_field_has_it(value, kind, text):
    assert _as_text(value, field(kind)) == text
    assert _as_text(True, None) == "true"
    assert _as_text(datetime(2024, 8, 14), None) == "2024-08-14T00:00:00"


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("date", date(2024, 4, 1), "2024-04-01"),
        ("date", datetime(2024, 4, 1), "2024-04-01"),
        ("date", datetime(2024, 3, 31, 23, tzinfo=UTC), "refused"),  # 1 April in London
        ("yearmonth", datetime(2024, 4, 1), "2024-04"),
        ("yearmonth", datetime(2024, 3, 31, 23, tzinfo=UTC), "refused"),
        ("string", b"North", "North"),
        ("string", b"North\xff", None),
        ("string", "Caf\u00e9".encode(), "Caf\u00e9"),
        ("integer", 12.0, "12"),
        ("integer", 12.5, "refused"),
        ("number", Decimal("12.50"), "12.50"),
    ],
)
def test_a_value_of_a_typed_file_is_read_as_a_csv_file_would_have_it(kind, value, text):
    written = _as_text(value, field(kind))
    assert written == text if text != "refused" else fits(rule(kind), written) == "refused"


def test_a_value_that_has_no_text_is_none():
    assert [_as_text(value, field("string")) for value in (["a"], {"a": 1}, timedelta(1), b"\xff")] == [None] * 4


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        (["85%", "90 %", "100%"], []),
        (["85%", "90\N{NO-BREAK SPACE}%", "95\N{NARROW NO-BREAK SPACE}%"], []),
        (["1 day", "2 days", "3 Days"], []),
        (["1 person", "2 people"], []),
        (["1 child", "2 children"], []),
        (["1 baby", "2 babies", "3 boxes"], []),
        (["0", "£5", "£0", "5"], ["5"]),
        (["£5", "0", "€6"], ["€6"]),
        (["£5", "£1,000"], []),
        (["£5", "50p", "£6"], ["50p"]),
        (["85%", "0.85"], ["0.85"]),
        (["5", "5 %", "6"], ["5 %"]),
    ],
)
def test_numbers_of_a_column_have_one_sign_beside_them_or_are_refused(texts, wrong):
    _, faults = rule("number", bareNumber=False, groupChar=",").read(texts, range(2, 2 + len(texts)))
    assert [re.findall('"(.*?)"', fault.text)[0] for fault in faults] == wrong
    _, faults = rule("number", groupChar=",").read(["1,000", "5"], [2, 3])
    assert not faults


@pytest.mark.parametrize(
    ("period", "is_later"),
    [
        ("2024-25-Q2", False),
        ("2024-25-Q3", True),
        ("2024-09", False),
        ("2024-10", True),
        ("to-2024-09", False),
        ("to-2024-12", True),
        ("2024-25-YTD", False),
        ("2025-26-YTD", True),
        ("all", False),
        ("since-baseline", False),
        (2024, False),
        (2025, True),
        (date(2024, 9, 30), False),
        (datetime(2024, 10, 1), True),
        (None, False),
    ],
)
def test_rows_of_what_begins_after_the_quarter_are_later(period, is_later):
    assert is_after(period, Quarter(2024, 2)) == is_later
