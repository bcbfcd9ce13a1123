"""Facts: one owner, one printed form, and a clear word where there is none."""

import re
import shutil
from datetime import date

import pytest

from natpatsip import context, datasets, facts
from natpatsip.errors import FactError
from natpatsip.facts import Fact, cite, printed, publish
from projects import ROOT


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.delenv(facts.HANDED, raising=False)
    facts.forget()
    with context.use("2024-25-Q2", project=ROOT):
        yield
    facts.forget()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (677, "women", "677"),
        (1016, "babies", "1,016"),
        (1_000_000, "people", "1 million"),
        (18_000_000, "GBP", "£18 million"),
        (83.0, "percent", "83%"),
        (85.94, "percent", "85.9%"),
        (2.2, "adjusted odds ratio", "2.2"),
        (date(2024, 8, 14), "date", "14 August 2024"),
        ("2024-25-Q3", "quarter", "Q3 2024/25"),
        (0, "women", "0"),
    ],
)
def test_a_value_is_printed_as_uk_reports_print_it(value, unit, text):
    assert printed(value, unit) == text


def test_a_published_fact_is_cited_with_text_and_value():
    publish("ward_beds", 12, unit="beds", source="Ward list")
    assert (str(cite("ward_beds")), cite("ward_beds").value) == ("12", 12)


def test_a_fact_is_known_by_id_and_period():
    publish("ward_beds", 12, unit="beds", source="Ward list")
    publish("ward_beds", 24, unit="beds", period="2024-25-YTD", source="Ward list")
    assert cite("ward_beds", "2024-25-YTD").value == 24
    assert cite("ward_beds").value == 12


def test_publishing_the_same_value_again_is_no_error():
    publish("ward_beds", 12, unit="beds", source="Ward list")
    assert publish("ward_beds", 12, unit="beds", source="Ward list").value == 12


def test_publishing_another_value_from_another_cell_names_both(monkeypatch):
    cells = iter(["first-cell", "second-cell"])
    monkeypatch.setattr(facts, "_running_cell", lambda: next(cells))
    publish("ward_beds", 12, unit="beds", source="Ward list")
    with pytest.raises(FactError, match=r"published twice: 12 in cell first-cell and 13 in cell second-cell"):
        publish("ward_beds", 13, unit="beds", source="Ward list")


def test_running_a_mended_cell_again_replaces_its_value(monkeypatch):
    monkeypatch.setattr(facts, "_running_cell", lambda: "the-cell")
    publish("ward_beds", 12, unit="beds", source="Ward list")
    publish("ward_beds", 13, unit="beds", source="Ward list")
    assert cite("ward_beds").value == 13


@pytest.mark.parametrize("value", [None, "many", float("nan"), True, [1]])
def test_what_is_no_number_cannot_be_published(value):
    with pytest.raises(FactError, match="the value is"):
        publish("ward_beds", value, unit="beds", source="Ward list")


def test_an_id_is_lower_case():
    with pytest.raises(FactError, match="lower-case"):
        publish("Ward beds", 1, unit="beds", source="Ward list")


def test_a_reported_figure_is_cited_from_any_notebook():
    women = cite("mgso4_women")
    assert (women.value, women.unit, women.kind) == (677, "women", "reported")


def test_a_parameter_is_cited_with_its_source():
    assert cite("mgso4_nnt", "all").value == 37
    assert cite("mgso4_nnt", "all").source


def test_a_misspelt_fact_is_answered_with_the_nearest():
    with pytest.raises(FactError, match=r'nobody publishes this fact. Did you mean "mgso4_women"'):
        cite("mgso4_woman")


def test_a_fact_of_another_period_is_answered_with_its_periods():
    with pytest.raises(FactError, match="is known for all, not for 2024-25-Q2"):
        cite("mgso4_nnt")


def test_a_fact_that_the_quarter_still_awaits_is_answered_with_the_file_to_put_it_in(tmp_path):
    (tmp_path / "_quarto.yml").touch()
    for name in ("params", "notebooks"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "data", tmp_path / "data")
    reported = tmp_path / "data" / "reported.csv"
    lines = reported.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("pscs_total,2024-25-Q2,")]
    assert len(kept) < len(lines)
    reported.write_text("".join(kept), encoding="utf-8")
    with (
        context.use("2024-25-Q2", project=tmp_path),
        pytest.raises(FactError, match=r"Add its row to data/reported.csv, or cite one of those"),
    ):
        cite("pscs_total")
    with (
        context.use("2024-25-Q2", project=tmp_path),
        pytest.raises(FactError, match=r"not for 2024-25-Q2\. Cite one of those"),
    ):
        cite("mgso4_nnt")


def test_a_fact_of_another_notebook_needs_a_build(tmp_path):
    (tmp_path / "_quarto.yml").touch()
    for name in ("data", "params", "notebooks"):
        (tmp_path / name).symlink_to(ROOT / name)
    with (
        context.use("2024-25-Q2", project=tmp_path),
        pytest.raises(FactError, match=r"maternity-neonatal.ipynb calculates it, .* Run: natpatsip build 2024-25-Q2"),
    ):
        cite("lives_saved")


def test_a_fact_survives_the_way_through_json():
    women = cite("mgso4_women")
    cases = publish("cases", 18, unit="babies", source="Model", inputs=[women], formula="women / 37", is_estimate=True)
    assert Fact.from_record(cases.record()).record() == cases.record()
    day = publish("day", date(2024, 8, 14), unit="date", source="Calendar")
    assert Fact.from_record(day.record()).value == date(2024, 8, 14)


def test_a_fact_that_rests_on_drawn_rows_says_so():
    import pandas as pd

    rows = pd.DataFrame({"n": [1], "provenance": ["illustrative"]})
    assert publish("drawn", 1, unit="women", source="Series", rows=rows).is_illustrative
    assert publish("above", 1, unit="women", source="Sum", inputs=["drawn"]).is_illustrative
    assert not publish("real", 1, unit="women", source="Count").is_illustrative


def test_a_fact_of_inputs_alone_rests_on_their_rows_and_changes_fingerprint_with_them():
    women, needed = cite("mgso4_women"), cite("mgso4_nnt", "all")
    cases = publish("cases", 18, unit="babies", source="Model", inputs=[women, needed])
    assert cases.rows == f"{women.rows}; {needed.rows}"
    other = publish("others", 18, unit="babies", source="Model", inputs=[cite("mgso4_women", "2024-25-Q1"), needed])
    fingerprints = {fact.rows_sha256 for fact in (women, needed, cases, other)}
    assert len(fingerprints) == 4
    assert all(len(each) == 64 for each in fingerprints)


def test_a_fact_of_rows_says_what_picks_them():
    monthly = datasets.load("maternity_monthly")
    place = datasets.total(monthly, "numerator", where={"intervention": "place_of_birth"})
    said = publish("place", 1, unit="percent", source="Series", rows=place).rows
    assert (
        said
        == "data/maternity_monthly.csv: intervention place_of_birth, summed by month, month 2021-01 to 2024-09, 45 rows"
    )
    assert publish("none", 0, unit="percent", source="Series", rows=place.iloc[:0]).rows.endswith(
        "summed by month, 0 rows"
    )


@pytest.mark.parametrize(("name", "period"), [("mgso4_women", "2024-25-Q2"), ("mgso4_nnt", "all")])
def test_what_is_reported_or_decided_has_its_row_and_fingerprint(name, period):
    fact = cite(name, period)
    assert re.fullmatch(r"(data/reported\.csv: fact_id|params/2024-25-Q2\.yml:) .+", fact.rows)
    assert len(fact.rows_sha256) == 64
