"""Code as the checks read it: strings that are shown, typed numbers and their values, facts by name."""

from __future__ import annotations

import pytest

from natpatsip.checks.code_cells import FactCall, facts_by_name, parse, sentences_in_code, typed_names
from natpatsip.checks.outcome import Place

HERE = Place("waits", "cell", 4)


def shown(source):
    return [(each.text, each.role) for each in sentences_in_code(source, HERE)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('table(frame, caption="Waits")', [("Waits", "table.caption")]),
        ('figure("fig-x", chart, title="Up", alt="A")', [("Up", "figure.title"), ("A", "figure.alt")]),
        ('figure("fig-x", chart, "It rose")', [("It rose", "figure.title")]),
        ('charts.trend(frame, y_title="People seen")', [("People seen", "trend.y_title")]),
        ('callout("note", "Up", "It rose")', [("Up", "callout.title"), ("It rose", "callout.text")]),
        ('callout("note", text="One. Two.")', [("One.", "callout.text"), ("Two.", "callout.text")]),
        ('picture("fig-x", plan, alt="A", caption="B")', [("A", "picture.alt"), ("B", "picture.caption")]),
        ('picture("fig-x", plan, credit="Us")', [("Us", "picture.credit")]),
        ('tile(seen, "People")', [("People", "tile.label")]),
        ('Markdown("Seen")', [("Seen", "Markdown.data")]),
        ('HTML(data="Seen")', [("Seen", "HTML.data")]),
        ('x = "Two words"', [("Two words", "")]),
        ('x = "Two \\ud83d\\ude00 words"', [("Two \ufffd\ufffd words", "")]),  # halves of a character
        ('x = "word"', []),
        ('x = "data/waits monthly.csv"', []),
        ('publish("waits", 3, source="List of waits")', []),
        ('frame["Seen in time"]', []),
        ('x = frame[frame.team == "North and South"]', []),
        ('tile("Up" if rose == "no way" else "Down")', [("Up", "tile.value"), ("Down", "tile.value")]),
        ('names = {1: "1 Getting ready", 2: "Not 2 of them"}', [("Not 2 of them", "")]),
        ("not valid python", []),
        ("%matplotlib inline\nx = 'Two words'", [("Two words", "")]),
    ],
)  # fmt: skip
def test_strings_that_a_reader_sees_are_narrative(source, found):
    assert shown(source) == found


@pytest.mark.parametrize(
    "name",
    ["publish", "cite", "load", "national", "rebase_dates", "rebase_reasons", "query", "astype", "to_datetime",
     "Timestamp", "Period", "date_range", "strftime", "read_csv", "forget", "import_module", "getattr"],
)  # fmt: skip
def test_strings_that_name_things_are_no_narrative(name):
    assert shown(f'x = frame.{name}("Two words", title="Two words")') == []


def test_what_a_string_is_formatted_with_is_a_mark_but_a_literal_is_typed():
    (sentence,) = sentences_in_code('f"{teams} teams saw {57} people"', HERE)
    assert [each.expression for each in sentence.printed] == ["teams"]
    assert sentence.text.endswith("teams saw 57 people")
    (sentence,) = sentences_in_code('"Some " + str(teams) + " teams came"', HERE)
    assert [each.expression for each in sentence.printed] == ["str(teams)"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("57", ("57", 57)),
        ("50 + 7", ("50", 57)),
        ("60 - 3", ("60", 57)),
        ("19 * 3", ("19", 57)),
        ("57 / 2", ("57", 28.5)),
        ("str(114 / 2)", ("114", 57)),
        ("-57", ("57", -57)),
        ("wording.number(57)", ("57", 57)),
        ("57 // 2", ("57", None)),
        ("57 % 2", ("57", None)),
        ("2 ** 3", ("2", None)),
        ("57 / 0", ("57", None)),
        ("+57", ("57", None)),
        ("~57", ("57", None)),
        ('"57" + "8"', None),
        ("57 + teams", None),
        ("teams", None),
        ("True", None),
    ],
)
def test_typed_arithmetic_is_valued_rightly_or_not_at_all(expression, found):
    assert parse(expression).typed == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 57", {"x": 57}),
        ('x = "1,016"', {"x": 1016}),
        ("x, y = 1, 2", {"x": 1, "y": 2}),
        ("x = 50 + 7", {"x": 57}),
        ("x = 57\nx = count(frame)", {}),
        ("x = 7 / 2", {"x": 3.5}),
        ('x = "57" + "8"', {}),
    ],
)
def test_a_name_that_is_bound_to_a_typed_number_is_known(source, found):
    assert {name: value for name, (_, value) in typed_names({"cell": source}).items()} == found


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ('pd.DataFrame({"Team": ["All"], "Seen": [677, -3]})', ["677", "3"]),
        *((f'pd.DataFrame.{name}({{"Seen": [57]}})', ["57"]) for name in ("from_dict", "from_records")),
        ("pd.Series([57])", ["57"]),
        ('frame.loc[3] = ["All", 57]', ["57"]),
        ('frame["Seen"] = count(57)', []),
        ("tile(57, label)", ["57"]),
        ("other(57)", []),
    ],
)
def test_numbers_typed_into_tables_and_tiles_are_literals(source, values):
    assert [each.text for each in parse(source).literals] == values


def test_facts_are_known_by_the_names_they_are_bound_to():
    source = 'a = cite("seen")\nb, c = cite("waits", "all"), publish("share", a / 2, period="to-2024-03")'
    source += '\nd = share(cite("x"))'
    assert facts_by_name({"cell": source}) == {
        "a": [FactCall("cite", "seen")],
        "b": [FactCall("cite", "waits", "'all'")],
        "c": [FactCall("publish", "share", "'to-2024-03'")],
        "d": [FactCall("cite", "x")],
    }


@pytest.mark.parametrize(
    "name",
    ["wording.number", "impact.share", "str", "int", "float", "round", "format", "number", "percent", "money", "large",
     "plain", "in_words"],
)  # fmt: skip
def test_what_prints_a_typed_number_makes_it_no_less_typed(name):
    assert parse(f"{name}(57)").typed == ("57", 57)
