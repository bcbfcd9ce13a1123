"""Params: unknown keys are refused, and every problem of a file is said at once, with its place."""

import os

import pytest

from natpatsip import params
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
        ("a: [", "is not YAML"),
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
