"""Settings, params and the declaration of data are read as YAML 1.2: no text turns into a number that nobody wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natpatsip import params
from natpatsip.datasets.declaration import parse
from natpatsip.errors import DataFileError, ParamsError, SettingsError
from natpatsip.files.yaml_models import line_of, read_yaml
from natpatsip.settings import read_settings

HEAD = "quarter: 2024-25-Q2\ncut_off: 2024-09-30\n"
MODEL = "model:\n  people_per_group:\n    value: {}\n    unit: people\n    source: Evidence\n"


def read(text):
    return read_yaml(text.encode(), "params/2024-25-Q2.yml", ParamsError)


def load(folder, text):
    (folder / "params").mkdir()
    (folder / "params" / "2024-25-Q2.yml").write_text(text, encoding="utf-8")
    return params.load("2024-25-Q2", project=folder)


def refused(folder, text):
    with pytest.raises(ParamsError) as caught:
        load(folder, text)
    return str(caught.value)


TEXTS = [
    "037",
    "-07",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "1:30",
    "1:30:00",
    "190:20:30.15",
    "1,5",
    "yes",
    "No",
    "on",
    "OFF",
    "y",
]
TEXTS += [
    "2024-09-30 12:00:00",
    "2024-09-30T12:00:00Z",
    "2024-9-3",
    "2024-02-30",
    "9" * 400,
    "1.2.3",
    "1e",
    "=",
    "٣٧",
    "３７",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_only_yaml_1_1_takes_for_a_number_a_truth_or_a_time_stays_text(text):
    assert read(f"a: {text}") == {"a": text}


@given(st.text(alphabet="0123456789+-._:eExobyns,", min_size=1, max_size=8))
def test_a_plain_scalar_is_the_number_that_its_digits_say_or_text(text):
    try:
        value = read(f"a: {text}")
    except ParamsError:
        return  # a list, say
    value = value["a"] if isinstance(value, dict) else text
    if isinstance(value, int | float) and not isinstance(value, bool) and "n" not in text:
        assert value == float(text)
        assert not re.match(r"[-+]?0[0-9]", text)


@pytest.mark.parametrize("number", ["9007199254740993", "99999999999999999", "-12345678901234567890"])
def test_a_whole_number_keeps_its_digits_unless_it_is_to_be_a_float(tmp_path, number):
    assert read(f"a: [{number}]") == {"a": [int(number)]}
    assert f"found {number}, of which a computer keeps" in refused(tmp_path, HEAD + MODEL.format(number))


@pytest.mark.parametrize(
    "value", [*TEXTS, ".inf", "-.inf", ".nan", "1e999", "true", "'37'", "2024-09-30", "[37]", "null"]
)
def test_a_value_of_the_params_is_a_finite_number_in_decimal_digits(tmp_path, value):
    message = refused(tmp_path, HEAD + MODEL.format(value))
    assert message.startswith("params/2024-25-Q2.yml, line 5, model.people_per_group.value: found ")
    assert "number" in message


@pytest.mark.parametrize(
    ("value", "number"),
    [("37", 37), ("-0.5", -0.5), ("+3", 3), ("1e3", 1000), ("1.5E-2", 0.015), ("0", 0), ("9007199254740992", 2**53)],
)
def test_decimal_numbers_are_read(tmp_path, value, number):
    assert load(tmp_path, HEAD + MODEL.format(value)).values["people_per_group"].value == number


DAYS = [
    "1727654400",
    "0",
    "2024-09-30 00:00:00",
    "2024-09-31",
    "30/09/2024",
    "20240930",
    "true",
    "2024.09",
    "'1727654400'",
]


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_a_date_and_no_number_or_time(tmp_path, day):
    signed = f"{HEAD}sign_offs:\n  - role: Director\n    name: A. Person\n    date: {day}\n"
    message = refused(tmp_path, signed.replace("2024-09-30", day, 1))
    assert "- params/2024-25-Q2.yml, line 2, cut_off: found " in message
    assert "- params/2024-25-Q2.yml, line 6, sign_offs.0.date: found " in message


def test_a_day_may_be_in_quotation_marks(tmp_path):
    assert str(load(tmp_path, HEAD.replace("2024-09-30", '"2024-09-30"')).cut_off) == "2024-09-30"


@pytest.mark.parametrize(
    ("text", "place", "lines"),
    [
        (HEAD + MODEL.format("37\n    value: 74"), "model.people_per_group.value", (5, 6)),
        (f"{HEAD}rebase:\n  - {{measure: a, date: 2022-04, reason: Why}}\nrebase: []\n", "rebase", (3, 5)),
        (f"{HEAD}'quarter': 2024-25-Q2\n", "quarter", (1, 3)),
        (f"{HEAD}sign_offs:\n  - role: Director\n    role: Chair\n", "sign_offs.0.role", (4, 5)),
        (HEAD + MODEL.format(37) + MODEL.format(74).removeprefix("model:\n"), "model.people_per_group", (4, 8)),
    ],
)
def test_a_key_that_is_given_twice_is_refused_with_both_lines(tmp_path, text, place, lines):
    message = refused(tmp_path, text)
    assert (
        message
        == f"params/2024-25-Q2.yml, line {lines[1]}, {place}: is given twice, in line {lines[0]} too. Keep one of them."
    )


def test_every_key_that_is_given_twice_is_named(tmp_path):
    assert refused(tmp_path, HEAD + HEAD).startswith("2 problems:")


@pytest.mark.parametrize(
    "text",
    [
        'a: !!int "037"',
        'a: !!float "1:30"',
        "a: !!bool yes",
        "a: !!python/name:os.system",
        "a: !own 3",
        "a: !!binary aGk=",
        "!!set {a}",
    ],
)
def test_a_tag_that_makes_something_else_of_a_text_is_refused(text):
    with pytest.raises(ParamsError, match=r"params/2024-25-Q2\.yml.*(tag|not YAML)"):
        read(text)


@pytest.mark.parametrize("depth", [60, 3_000, 100_000])
def test_deep_nesting_is_refused_in_a_sentence(depth):
    for text in ("[" * depth + "]" * depth, "a: " + "{a: " * depth + "1" + "}" * depth, "- " * depth + "a"):
        with pytest.raises(ParamsError, match=r"params/2024-25-Q2\.yml, line 1: is nested more than 50 levels deep"):
            read(text)


def test_aliases_that_grow_without_end_are_refused():
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    for text, message in ((bomb, "more than 100,000 values"), ("a: &a [*a]", "refers to itself")):
        with pytest.raises(ParamsError, match=message):
            read(text)


def test_an_alias_and_a_merge_are_read_as_written():
    assert read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}") == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: &standards {x: 1}\nb: {<<: *standard, y: 3}", ' Did you mean "standards"? It names &standards.'),
        ("a: 1\nb: *standard", " It names nothing so far."),
        ("b:\n  - *standard\na: &standard 1", " It names nothing so far."),
    ],
)
def test_an_alias_of_what_is_not_named_is_told_with_its_line_and_the_nearest(text, hint):
    with pytest.raises(ParamsError) as caught:
        read(text)
    told = "found *standard, but no line before it names a value &standard."
    assert str(caught.value) == f"params/2024-25-Q2.yml, line 2: {told}{hint}"


def test_settings_name_key_and_line(tmp_path):
    (tmp_path / "_quarto.yml").write_text(
        "lang: en\nnatpatsip:\n  publisher: A\n  licence: yes\n  cover:\n    line: 1.10\n", encoding="utf-8"
    )
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path)
    place = "_quarto.yml, line 6, natpatsip.cover.line"
    assert str(caught.value) == f"{place}: found 1.1; expected text, in quotation marks if it looks like a number."


PACKAGE = """\
resources:
  - name: waits
    path: waits.csv
    schema:
      fields:
        - name: team
          constraints: {{required: {required}, enum: [yes, no, 007]}}
        - name: seen
          type: integer
          constraints: {{minimum: {minimum}}}
"""


def test_the_declaration_reads_words_as_words():
    field = parse(PACKAGE.format(required="true", minimum=0).encode()).resources[0].fields["team"]
    assert field.words == ("yes", "no", "007")


@pytest.mark.parametrize(
    ("required", "minimum", "place"),
    [
        ("yes", "0", "line 7, waits.schema.fields.team.constraints.required: found 'yes'"),
        ("1", "0", "line 7, waits.schema.fields.team.constraints.required: found 1"),
        ("true", ".nan", "line 10, waits.schema.fields.seen.constraints.minimum: found nan"),
        ("true", "1:30", "line 10, waits.schema.fields.seen.constraints.minimum: found '1:30'"),
        ("true", "2024-09-30", "line 10, waits.schema.fields.seen.constraints.minimum: found 2024-09-30"),
        (
            "true",
            "0, minimum: 5",
            "line 10, resources.0.schema.fields.1.constraints.minimum: is given twice, in line 10 too",
        ),
    ],
)
def test_the_declaration_names_key_and_line(required, minimum, place):
    with pytest.raises(DataFileError) as caught:
        parse(PACKAGE.format(required=required, minimum=minimum).encode())
    assert str(caught.value).startswith(f"data/datapackage.yaml, {place}")


def test_the_line_of_a_place_is_as_deep_as_it_is_found():
    text = b"a:\n  - name: b\n    c: 1\n"
    assert [line_of(text, loc) for loc in (["a", 0, "c"], ["a", "b", "c"], ["a", "1", "d"], ["a"], ["z"])] == [
        3,
        3,
        2,
        1,
        0,
    ]
