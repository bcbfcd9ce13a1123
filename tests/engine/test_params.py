"""Params: unknown keys are refused, and every problem of a file is said at once, with its place."""

import os
from datetime import date

import pandas as pd
import pytest
from pydantic import ValidationError

from natpatsip import context, params
from natpatsip.errors import ParamsError
from natpatsip.quarter import Quarter, known_quarters

GOOD = """\
quarter: 2024-25-Q2
cut_off: 2024-09-30
rebase:
  - {measure: waits.seen, date: 2022-04, reason: Why, provenance: reported}
model:
  people_per_group: {value: 37, unit: people, source: Evidence}
"""


def load(folder, text, name="2024-25-Q2.yml"):
    (folder / "params").mkdir(exist_ok=True)
    (folder / "params" / name).write_text(text, encoding="utf-8")
    return params.load("2024-25-Q2", project=folder)


def test_good_params_are_read(tmp_path):
    read = load(tmp_path, GOOD)
    assert read.values["people_per_group"].value == 37
    assert [str(day.date()) for day in read.rebase_dates("waits.seen")] == ["2022-04-01"]
    assert list(read.rebase_reasons("waits.seen").values()) == ["Why"]
    assert read.rebase_dates("waits.other") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("cut_off", "cutoff"), 'cutoff: unknown key. Did you mean "cut_off"?'),
        (GOOD.replace("reason", "reson"), 'rebase.0.reson: unknown key. Did you mean "reason"?'),
        (
            GOOD.replace("measure:", "series:"),
            "rebase.0: found series: waits.seen, which is now called measure: the id",
        ),
        (GOOD.replace(", provenance: reported", ""), "rebase.0.provenance: is missing. Add it."),
        (
            GOOD.replace("unit: people", "unit: '%'"),
            'model.people_per_group.unit: found "%"; expected "percent", with which',
        ),
        (
            GOOD.replace("37", "99999999999999.99"),
            "99999999999999.99, of which a computer keeps 99999999999999.98",
        ),
        (
            GOOD.replace("37", "12345678901234567890"),
            "12345678901234567890, of which a computer keeps 1.2345678901234567e+19",
        ),
        (GOOD.replace("37", f"1e-{'9' * 20}"), f"found 1e-{'9' * 20}, of which a computer keeps 0.0"),
        (GOOD.replace("37", "1e-400"), "found 1e-400, of which a computer keeps 0.0"),
        (GOOD.replace("37", "many"), "model.people_per_group.value: found 'many'"),
        (GOOD.replace("source: Evidence", ""), "model.people_per_group.source: is missing"),
        (GOOD.replace("2024-09-30", "2024-12-31"), "2024-25-Q2 ends in September 2024"),
        (
            GOOD.replace("quarter: 2024-25-Q2", "quarter: 2024-25-Q1").replace("09-30", "06-30"),
            "the file is named 2024-25-Q2",
        ),
        (GOOD.replace("2022-04", "April"), "rebase.0.date"),
        (
            GOOD.replace("2022-04", "2024-10"),
            ", rebase.0.date: is 2024-10 (waits.seen), after the cut-off of 2024-09-30;",
        ),
        (GOOD.replace("2022", "\N{FULLWIDTH DIGIT TWO}022"), "rebase.0.date"),
        ("just text", "found str, expected keys"),
        ("a: [", "line 2: is not YAML: while parsing a flow node did not find expected node content. Look at the"),
        (
            "a: 'x\nb: 1\n",
            "line 3: is not YAML: while scanning a quoted scalar (begun in line 1) found unexpected end of",
        ),
        (
            "x: {a: 1\ny: 2",
            "(begun in line 1) did not find expected ',' or '}'. Look at the indents, colons, brackets and",
        ),
        ("a: b: c", "line 1: is not YAML: mapping values are not allowed"),
        ("targets:\n\ta: 1", "line 2: is indented with a tab, which YAML does not take. Replace it by spaces."),
        ("targets:\n  a:\n\t  b: 1", "line 3: is indented with a tab"),
    ],
)
def test_bad_params_are_refused_with_their_place(tmp_path, text, said):
    with pytest.raises(ParamsError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert "params/2024-25-Q2.yml" in str(refused.value)
    assert refused.value.exit_status == 2


def test_all_problems_of_a_file_come_together(tmp_path):
    with pytest.raises(ParamsError) as refused:
        load(tmp_path, GOOD.replace("37", "many").replace("cut_off", "cutoff"))
    assert "cutoff" in str(refused.value)
    assert "many" in str(refused.value)


def test_quarter_without_params_is_refused_with_those_there_are(tmp_path):
    load(tmp_path, GOOD)
    with pytest.raises(ParamsError, match="there are params for 2024-25-Q2"):
        params.load("2024-25-Q3", project=tmp_path)


def test_a_file_named_after_no_quarter_is_refused(tmp_path):
    load(tmp_path, GOOD)
    (tmp_path / "params" / "autumn.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"params/autumn.yml.*Name a params file after its quarter"):
        known_quarters(tmp_path)


def test_known_quarters_are_in_order_of_time(tmp_path):
    for name in ("2024-25-Q2", "2023-24-Q4", "2024-25-Q1"):
        (tmp_path / "params").mkdir(exist_ok=True)
        (tmp_path / "params" / f"{name}.yml").write_text(GOOD, encoding="utf-8")
    assert known_quarters(tmp_path) == [Quarter(2023, 4), Quarter(2024, 1), Quarter(2024, 2)]


def test_two_saves_within_one_tick_of_the_clock_are_told_apart(tmp_path):
    file = tmp_path / "params" / "2024-25-Q2.yml"
    for number in (37, 38):
        load(tmp_path, GOOD.replace("37", str(number)))
        os.utime(file, (1, 1))
        assert params.load("2024-25-Q2", project=tmp_path).values["people_per_group"].value == number


def test_an_archived_quarter_is_read_for_its_commit_alone(tmp_path):
    old = GOOD.replace("measure: waits.seen", "series: waits.seen").replace(", provenance: reported", "")
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "2024-25-Q2.yml").write_text(f"{old}built_from: report/2024-25-Q2\n", encoding="utf-8")
    assert params.built_from(Quarter.parse("2024-25-Q2"), tmp_path) == "report/2024-25-Q2"


def test_a_quarter_that_is_not_archived_has_no_commit(tmp_path):
    load(tmp_path, GOOD)
    assert params.built_from(Quarter.parse("2024-25-Q2"), tmp_path) is None
    assert params.built_from(Quarter.parse("2024-25-Q1"), tmp_path) is None


def test_what_is_not_given_is_nothing_and_limits_are_two_and_ten_minutes(tmp_path):
    read = load(tmp_path, "quarter: 2024-25-Q2\ncut_off: 2024-09-30\n")
    assert (read.quarter, read.cut_off) == ("2024-25-Q2", date(2024, 9, 30))
    assert (read.rebase, read.model, read.targets, read.sign_offs, read.accepted) == ((), {}, {}, (), ())
    assert (read.limits.cell, read.limits.notebook, read.built_from) == (120, 600, None)
    with pytest.raises(ValidationError, match="frozen"):
        read.quarter = "2024-25-Q3"


def test_a_value_is_for_all_periods_and_no_estimate_unless_said(tmp_path):
    text = GOOD + "targets:\n  seen: {value: 90, unit: percent, source: NHS, period: 2024-25-Q2, wording: estimate}\n"
    read = load(tmp_path, text)
    assert set(read.values) == {"people_per_group", "seen"}
    model, target = read.values["people_per_group"], read.values["seen"]
    assert (model.period, model.wording, target.period, target.wording) == ("all", "", "2024-25-Q2", "estimate")


@pytest.mark.parametrize("limit", ["0", "-1"])
@pytest.mark.parametrize("key", ["cell", "notebook"])
def test_a_limit_of_no_seconds_is_refused(tmp_path, key, limit):
    with pytest.raises(ParamsError, match=f"limits.{key}"):
        load(tmp_path, f"{GOOD}limits: {{{key}: {limit}}}\n")
    assert load(tmp_path, f"{GOOD}limits: {{{key}: 1}}\n").limits.model_dump()[key] == 1


SIGNED = "sign_offs:\n  - {{role: lead{}}}\n"


@pytest.mark.parametrize("half", [", name: Ann", ", date: 2024-10-03"])
def test_half_a_sign_off_is_refused(tmp_path, half):
    with pytest.raises(ParamsError) as refused:
        load(tmp_path, GOOD + SIGNED.format(half))
    assert "the sign-off of the lead needs both a name and a date; leave both out until then" in str(refused.value)


def test_a_sign_off_is_open_or_has_name_and_day(tmp_path):
    assert load(tmp_path, GOOD + SIGNED.format("")).sign_offs[0].name is None
    signed = load(tmp_path, GOOD + SIGNED.format(", name: Ann, date: 2024-10-03")).sign_offs[0]
    assert (signed.name, signed.date) == ("Ann", date(2024, 10, 3))


@pytest.mark.parametrize("place", ["notebook: ward", "fact: beds", "found: 'seven'"])
def test_an_acceptance_names_a_notebook_a_fact_or_what_was_found(tmp_path, place):
    read = load(tmp_path, f"{GOOD}accepted:\n  - {{check: stale, reason: Why, {place}}}\n")
    ((accepted),) = read.accepted
    assert [accepted.notebook, accepted.fact, accepted.found].count("") == 2
    assert accepted.cell == ""


@pytest.mark.parametrize("place", ["", ", cell: news"])
def test_an_acceptance_that_could_be_of_anything_is_refused(tmp_path, place):
    with pytest.raises(ParamsError, match="names no notebook, fact or found; each entry accepts one finding"):
        load(tmp_path, f"{GOOD}accepted:\n  - {{check: stale, reason: Why{place}}}\n")


HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize("signed", ["null", HASH])
def test_a_sign_off_has_the_hash_of_what_was_signed_or_none(tmp_path, signed):
    read = load(tmp_path, GOOD + SIGNED.format(f", name: Ann, date: 2024-10-03, signed: {signed}")).sign_offs[0]
    assert read.signed == (None if signed == "null" else signed)


@pytest.mark.parametrize("signed", [HASH[1:], f"{HASH}0", HASH.upper(), "yes", 7, "[]", '""'])
def test_a_sign_off_with_what_is_no_hash_is_refused(tmp_path, signed):
    with pytest.raises(
        ParamsError, match=r"sign_offs\.0\.signed: found .* is not what natpatsip sign writes\. Leave it"
    ):
        load(tmp_path, GOOD + SIGNED.format(f", name: Ann, date: 2024-10-03, signed: {signed}"))


def test_a_hash_without_who_signed_is_refused(tmp_path):
    with pytest.raises(ParamsError, match="the sign-off of the lead has signed without a name"):
        load(tmp_path, GOOD + SIGNED.format(f", signed: {HASH}"))


@pytest.mark.parametrize(("chapter", "what"), [("", "lead"), (", chapter: ward", "lead (ward)")])
def test_a_sign_off_is_named_by_its_role_and_its_chapter_if_it_is_of_one(tmp_path, chapter, what):
    assert load(tmp_path, GOOD + SIGNED.format(chapter)).sign_offs[0].what == what


VERIFIED = "verified:\n  - {{fact: a, period: all, value: {}, role: lead, name: Ann, date: 2024-10-03}}\n"


@pytest.mark.parametrize(("written", "value"), [("7", 7), ("0.5", 0.5), ("all 15", "all 15"), ('"7"', "7")])
def test_a_verified_fact_has_the_number_or_the_text_that_was_written(tmp_path, written, value):
    ((read),) = load(tmp_path, GOOD + VERIFIED.format(written)).verified
    assert (read.value, type(read.value) is str) == (value, type(value) is str)


@pytest.mark.parametrize("written", ["true", "null", "[7]", "2024-10-03"])
def test_a_verified_fact_whose_value_is_neither_number_nor_text_is_refused(tmp_path, written):
    with pytest.raises(ParamsError, match=r"verified\.0\.value: found .*, expected the number or the text"):
        load(tmp_path, GOOD + VERIFIED.format(written))


def test_what_a_rebase_prints_are_its_reason_and_its_clause_without_the_ids_of_facts():
    given = {"measure": "waits", "date": "2022-04", "reason": "Why", "provenance": "reported"}
    assert params.Rebase(**given).texts == (("reason", "Why"), ("when", ""))
    assert params.Rebase(**given, when="{beds} beds, {Opened} and opened").texts[1] == (
        "when",
        "… beds, {Opened} and opened",
    )
    kinds = ("reported", "illustrative")
    assert [params.Rebase(**given | {"provenance": kind}).is_illustrative for kind in kinds] == [False, True]


@pytest.mark.parametrize(("commit", "is_whole"), [("''", True), ("'  '", True), ("7", True), ("v1", False)])
def test_a_quarter_that_is_archived_without_a_commit_is_checked_as_a_whole(tmp_path, commit, is_whole):
    load(tmp_path, GOOD)
    file = tmp_path / "params" / "2024-25-Q2.yml"
    file.write_text(f"{GOOD}unknown: 1\nbuilt_from: {commit}\n", encoding="utf-8")
    if is_whole:
        with pytest.raises(ParamsError, match="unknown: unknown key"):
            params.built_from(Quarter.parse("2024-25-Q2"), tmp_path)
    else:
        assert params.built_from(Quarter.parse("2024-25-Q2"), tmp_path) == commit


def test_params_are_not_changed_once_they_are_read(tmp_path):
    read = load(tmp_path, GOOD)
    for part, key in ((read, "cut_off"), (read.limits, "cell"), (read.rebase[0], "date")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, key, None)


@pytest.mark.parametrize("day", ["2024-09-01", "2024-09-30"])
def test_a_cut_off_is_any_day_of_the_last_month(tmp_path, day):
    assert str(load(tmp_path, GOOD.replace("2024-09-30", day)).cut_off) == day


@pytest.mark.parametrize("day", ["2024-08-31", "2024-10-01", "2023-09-30"])
def test_a_cut_off_outside_the_last_month_is_refused(tmp_path, day):
    with pytest.raises(ParamsError, match=f"cut_off: is {day}, but 2024-25-Q2 ends in September 2024"):
        load(tmp_path, GOOD.replace("2024-09-30", day))


def test_a_rebase_in_the_month_of_the_cut_off_is_covered_and_every_later_one_is_named(tmp_path):
    assert load(tmp_path, GOOD.replace("2022-04", "2024-09")).rebase[0].date == "2024-09"
    later = GOOD.replace(
        "model:",
        "  - {measure: s, date: 2024-09, reason: R, provenance: reported}\n"  # two lines, or it is too long
        "  - {measure: t, date: 2025-01, reason: R, provenance: reported}\nmodel:",
    )
    with pytest.raises(ParamsError) as refused:
        load(tmp_path, later.replace("2022-04", "2024-10"))
    assert str(refused.value) == (
        "2 problems:\n"
        "- params/2024-25-Q2.yml, line 4, rebase.0.date: is 2024-10 (waits.seen), after the cut-off of 2024-09-30; "
        "expected a month that the report covers.\n"
        "- params/2024-25-Q2.yml, line 6, rebase.2.date: is 2025-01 (t), after the cut-off of 2024-09-30; "
        "expected a month that the report covers."
    )


def test_a_fact_that_is_both_a_model_value_and_a_target_is_refused(tmp_path):
    both = GOOD + GOOD.partition("model:")[2].replace("  people", "targets:\n  people").lstrip("\n")
    with pytest.raises(ParamsError, match="people_per_group is in both model and targets; keep it in one"):
        load(tmp_path, both)


@pytest.mark.parametrize("period", ["Q2 2024/25", "2024-25-q2", "2024-26-Q9", "All", "to-2024-13"])
def test_a_period_that_no_fact_can_have_is_refused(tmp_path, period):
    with pytest.raises(
        ParamsError, match=r'people_per_group\.period: found ".*"; expected a period such as 2024-25-Q2'
    ):
        load(tmp_path, GOOD.replace("unit: people", f"period: {period}, unit: people"))


@pytest.mark.parametrize("name", ["People", "people-per-group", "'people '", "'people\u200b'", "2people"])
def test_a_value_whose_name_no_notebook_can_cite_is_refused(tmp_path, name):
    with pytest.raises(ParamsError, match="cannot be cited; a name is lower-case letters, digits and underscores"):
        load(tmp_path, GOOD.replace("people_per_group:", f"{name}:"))


def test_two_rebases_of_a_measure_in_one_month_are_refused_since_one_reason_would_be_lost(tmp_path):
    rows = [("waits", "2023-01", "One"), ("beds", "2023-01", "Other"), ("waits", "2023-01", "Two")]
    listed = "".join(
        f"  - {{measure: {name}, date: {when}, reason: {why}, provenance: reported}}\n" for name, when, why in rows
    )
    with pytest.raises(ParamsError, match="rebase: waits is rebased 2 times in 2023-01"):
        load(tmp_path, f"quarter: 2024-25-Q2\ncut_off: 2024-09-30\nrebase:\n{listed}")


def test_rebases_of_a_measure_come_in_order_of_time_each_with_its_reason(tmp_path):
    rows = [("waits", "2023-01", "Second"), ("beds", "2022-12", "Other"), ("waits", "2022-05", "First")]
    listed = "".join(
        f"  - {{measure: {name}, date: {when}, reason: {why}, provenance: reported}}\n" for name, when, why in rows
    )
    read = load(tmp_path, f"quarter: 2024-25-Q2\ncut_off: 2024-09-30\nrebase:\n{listed}")
    assert [each.reason for each in read.rebases("waits")] == ["First", "Second"]
    assert read.rebase_dates("waits") == (pd.Timestamp("2022-05-01"), pd.Timestamp("2023-01-01"))
    assert read.rebase_reasons("waits") == {pd.Timestamp("2022-05-01"): "First", pd.Timestamp("2023-01-01"): "Second"}


def test_a_place_in_the_params_has_file_line_and_keys(tmp_path):
    load(tmp_path, GOOD)
    assert (
        params.place(Quarter(2024, 2), tmp_path, "rebase", 0, "date") == "params/2024-25-Q2.yml, line 4, rebase.0.date"
    )


def test_a_notebook_has_the_params_of_its_own_quarter_and_project(tmp_path):
    load(tmp_path, GOOD)
    with context.use("2024-25-Q2", project=tmp_path):
        assert params.load().values["people_per_group"].value == 37
        assert params.load(Quarter(2024, 2)).quarter == "2024-25-Q2"
        with pytest.raises(ParamsError, match=r"params/2024-25-Q3\.yml does not exist"):
            params.load("2024-25-Q3")
    assert params.load(Quarter(2024, 2), project=tmp_path).quarter == "2024-25-Q2"


@pytest.mark.parametrize(
    ("known", "quarter", "said"),
    [
        ([], "2024-25-Q2", "there are params for no quarter. Write the file, or name one of those quarters."),
        (
            ["2024-25-Q1", "2024-25-Q3"],
            "2023-24-Q4",
            "there are params for 2024-25-Q1, 2024-25-Q3. Write the file, or name one of those quarters.",
        ),
        (["2024-25-Q1"], "2024-25-Q2", "2024-25-Q1. natpatsip new-quarter 2024-25-Q2 opens the next one."),
        (
            ["2024-25-Q1"],
            "2024-25-Q3",
            "2024-25-Q1. natpatsip new-quarter 2024-25-Q2 opens the next one; quarters are opened in order.",
        ),
        (
            ["2024-25-Q1", "2024-25-Q3"],
            "2024-25-Q2",
            "Name one of those quarters, or restore the file from git: git log --all -- params/2024-25-Q2.yml",
        ),
    ],
)
def test_what_to_do_about_a_quarter_without_params_depends_on_the_others(tmp_path, known, quarter, said):
    (tmp_path / "params").mkdir()
    for name in known:
        (tmp_path / "params" / f"{name}.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ParamsError) as refused:
        params.load(quarter, project=tmp_path)
    assert str(refused.value).startswith(f"params/{quarter}.yml does not exist: there are params for ")
    assert str(refused.value).endswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            "params/2024-25-Q2.yml: is empty. Write it, or restore it from git: git checkout -- params/2024-25-Q2.yml",
        ),
        ("[1]", "params/2024-25-Q2.yml: found list, expected keys and values such as quarter: 2024-25-Q2."),
        (
            "quarter: 2024-25-Q3\n",
            "params/2024-25-Q2.yml, line 1, quarter: is 2024-25-Q3, but the file is named 2024-25-Q2. Make them agree.",
        ),
    ],
)
def test_a_file_that_is_no_params_is_refused_in_a_sentence(tmp_path, text, said):
    with pytest.raises(ParamsError) as refused:
        load(tmp_path, text)
    assert str(refused.value) == said


def test_spaces_around_the_quarter_are_no_other_quarter(tmp_path):
    assert load(tmp_path, GOOD.replace("2024-25-Q2", '" 2024-25-Q2 "')).quarter == "2024-25-Q2"


@pytest.mark.parametrize("month", ["2022-13", "2022-00", "2022", "2022-04-01", "1 April 2022"])
def test_the_date_of_a_rebase_is_a_month(tmp_path, month):
    with pytest.raises(ParamsError, match=r"line 4, rebase\.0\.date: found"):
        load(tmp_path, GOOD.replace("2022-04", f'"{month}"'))


def test_a_file_without_its_quarter_is_refused_like_one_without_any_other_key(tmp_path):
    with pytest.raises(ParamsError, match=r"^params/2024-25-Q2\.yml, quarter: is missing"):
        load(tmp_path, GOOD.replace("quarter: 2024-25-Q2\n", ""))


def test_the_quarter_or_the_project_that_is_given_outranks_the_notebooks(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        load(tmp_path / name, GOOD.replace("37", "1" if name == "one" else "2"))
    with context.use("2024-25-Q2", project=tmp_path / "one"):
        assert params.load(project=tmp_path / "other").values["people_per_group"].value == 2
        assert params.load("2024-25-Q2").values["people_per_group"].value == 1


def test_a_text_is_not_empty_and_the_spaces_around_it_do_not_count(tmp_path):
    assert load(tmp_path, GOOD.replace("source: Evidence", 'source: " E "')).values["people_per_group"].source == "E"
    for empty in ('""', '"  "'):
        with pytest.raises(ParamsError, match=r"model\.people_per_group\.source: found"):
            load(tmp_path, GOOD.replace("source: Evidence", f"source: {empty}"))
