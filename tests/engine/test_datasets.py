"""Each fault of a data file is one clear error: file, row, column, what was found and what was expected."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from natpatsip import context, datasets
from natpatsip.errors import DataError, UsageError
from natpatsip.quarter import Quarter

ROOT = Path(__file__).resolve().parents[2]
Q1, Q2, Q3 = (Quarter.parse(f"2024-25-Q{number}") for number in (1, 2, 3))
PSCS, ICBS = ("Wessex", "UCLPartners"), ("Devon", "Leicester, Leicestershire and Rutland")
MONTHS = ("2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09")
TABLES = {
    "organisations": [
        ["kind", "code", "name", "slug", "psc"],
        *(["psc", f"P{number}", name, name.lower(), ""] for number, name in enumerate(PSCS)),
        *(["icb", f"Q{number}", name, f"board-{number}", "Wessex"] for number, name in enumerate(ICBS)),
    ],
    "reported": [
        ["fact_id", "as_of", "period", "value", "unit", "provenance", "source"],
        ["women", "2024-25-Q1", "2024-25-Q1", "12", "women", "illustrative", "drawn"],
        ["women", "2024-25-Q2", "2024-25-Q2", "13", "women", "reported", "a report"],
        ["women", "2024-25-Q1", "since-baseline", "100", "women", "reported", "a report"],
        ["women", "2024-25-Q2", "since-baseline", "113", "women", "reported", "a report"],
        ["webinar", "2024-25-Q1", "2024-25-Q1", "2024-06-12", "date", "reported", "a report"],
        ["webinar", "2024-25-Q2", "2024-25-Q2", "2024-08-14", "date", "reported", "a report"],
    ],
    "maternity_monthly": [
        ["month", "psc", "intervention", "numerator", "denominator", "provenance"],
        *(
            [month, psc, intervention, "7", "9", "illustrative"]
            for month in MONTHS
            for psc in PSCS
            for intervention in datasets.INTERVENTIONS
            if intervention != "caffeine" or month > "2024-04"
        ),
    ],
    "opioids_monthly": [
        ["month", "icb", "measure", "people", "provenance"],
        *([m, icb, measure, "70", "illustrative"] for m in MONTHS for icb in ICBS for measure in datasets.MEASURES),
    ],
    "icb_approach": [
        ["as_of", "quarter", "icb", "approach", "provenance"],
        *([str(q), str(q), icb, "light_touch", "illustrative"] for q in (Q1, Q2) for icb in ICBS),
    ],
    "icb_phases": [
        ["as_of", "quarter", "icb", "phase", "provenance"],
        *([str(q), str(q), "Devon", "4", "illustrative"] for q in (Q1, Q2)),
    ],
    "interviews": [
        ["as_of", "psc", "psychotropics_learning_disability", "falls_in_frailty", "provenance"],
        *([str(Q2), psc, "1", "5", "reported"] for psc in PSCS),
    ],
    "published_claims": [
        ["claim_id", "place", "statement", "value", "related_claim", "relation"],
        ["c01", "summary", "in all", "1,431", "c02+c03", "sum"],
        ["c02", "section", "some", "431", "", ""],
        ["c03", "section", "others", "£1,000", "", ""],
    ],
}


@pytest.fixture
def project(tmp_path):
    """A small project whose data are as they should be."""
    (tmp_path / "data").mkdir()
    for name, rows in TABLES.items():
        save(tmp_path, name, rows)
    return tmp_path


def save(project, name, rows):
    with (project / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def edit(project, name, change):
    """Change the rows of a file, the header being the first."""
    with (project / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    save(project, name, change(rows) or rows)


def put(row, column, value):
    """Return a change that puts a value into the row of a line (the header is line 1)."""

    def change(rows):
        rows[row - 1][rows[0].index(column)] = value

    return change


def where(**cells):
    """Return a change that takes out all rows with these cells."""

    def change(rows):
        header = rows[0]
        return [header, *(r for r in rows[1:] if any(r[header.index(c)] != value for c, value in cells.items()))]

    return change


def add(*cells):
    return lambda rows: [*rows, list(cells)]


def refused(project, name, quarter=Q2):
    with pytest.raises(DataError) as caught:
        datasets.load(name, quarter=quarter, project=project)
    return str(caught.value)


@pytest.mark.parametrize("name", TABLES)
def test_data_as_they_should_be_are_read(project, name):
    frame = datasets.load(name, quarter=Q2, project=project)
    assert list(frame.columns) == TABLES[name][0]
    assert frame.attrs["file"] == f"data/{name}.csv"


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("quarter", [Q1, Q2], ids=str)
def test_the_data_of_this_project_are_as_they_should_be(name, quarter):
    frame = datasets.load(name, quarter=quarter, project=ROOT)
    assert len(frame) or (name, quarter) == ("interviews", Q1)


def test_months_are_timestamps_and_counts_integers(project):
    frame = datasets.load("maternity_monthly", quarter=Q2, project=project)
    assert pd.api.types.is_datetime64_any_dtype(frame["month"])
    assert frame["numerator"].dtype == frame["denominator"].dtype == "int64"


# What is wrong with a file ------------------------------------------------------------------------------------------

MATERNITY, OPIOIDS = "maternity_monthly", "opioids_monthly"
FAULTS = {
    "column-missing": (
        MATERNITY,
        put(1, "month", "moth"),
        'row 1: the column month is missing. Did you mean "moth"? Expected month, psc,',
    ),
    "unknown-column": (
        OPIOIDS,
        lambda rows: [[*row, "x"] for row in rows],
        'row 1: found the column "x", which is none of its own.',
    ),
    "column-twice": (
        OPIOIDS,
        lambda rows: [[*row, row[0]] for row in rows],
        "row 1: the column month stands twice.",
    ),
    "text-where-a-number-belongs": (
        MATERNITY,
        put(5, "numerator", "many"),
        'row 5, column numerator: found "many", expected a whole number, 0 or more.',
    ),
    "number-missing": (
        OPIOIDS,
        put(5, "people", ""),
        'row 5, column people: found "", expected a whole number, 0 or more.',
    ),
    "number-with-decimals": (OPIOIDS, put(5, "people", "7.5"), 'row 5, column people: found "7.5"'),
    "number-below-zero": (MATERNITY, put(9, "denominator", "-9"), 'row 9, column denominator: found "-9"'),
    "not-a-number": (MATERNITY, put(9, "denominator", "NaN"), 'row 9, column denominator: found "NaN"'),
    "numerator-above-denominator": (
        MATERNITY,
        put(7, "numerator", "10"),
        "row 7, column numerator: found numerator 10 and denominator 9, "
        "expected a numerator no greater than the denominator.",
    ),
    "month-that-is-none": (
        MATERNITY,
        put(4, "month", "2024-13"),
        'row 4, column month: found "2024-13", expected a month such as 2024-09.',
    ),
    "month-written-as-a-day": (MATERNITY, put(4, "month", "2024-04-01"), 'row 4, column month: found "2024-04-01"'),
    "month-twice": (
        MATERNITY,
        lambda rows: [*rows, rows[3]],
        f'row {len(TABLES[MATERNITY]) + 1}, column intervention: found "2024-04, Wessex, intrapartum_antibiotics", '
        "expected it once; row 4 has it too.",
    ),
    "month-missing-from-one-series": (
        MATERNITY,
        where(month="2024-06", psc="Wessex", intervention="magnesium_sulphate"),
        "Wessex, magnesium_sulphate: no row for 2024-06. Add it; a month without events is a 0.",
    ),
    "first-month-missing-from-one-series": (
        MATERNITY,
        where(month="2024-04", psc="Wessex", intervention="magnesium_sulphate"),
        "Wessex, magnesium_sulphate: no row for 2024-04.",
    ),
    "last-month-missing-from-one-series": (
        OPIOIDS,
        where(month="2024-09", icb="Devon", measure="high_dose"),
        "Devon, high_dose: no row for 2024-09.",
    ),
    "month-missing-from-all-series": (MATERNITY, where(month="2024-06"), "no row for 2024-06 in any series;"),
    "last-month-missing-from-all-series": (
        MATERNITY,
        where(month="2024-09"),
        "no row for 2024-09 in any series; expected months up to 2024-09, the end of Q2 2024/25.",
    ),
    "collaborative-missing": (
        MATERNITY,
        where(psc="UCLPartners"),
        "UCLPartners, place_of_birth: no row for 2024-04, 2024-05, 2024-06, 2024-07, 2024-08, 2024-09.",
    ),
    "intervention-missing": (MATERNITY, where(intervention="caffeine"), "Wessex, caffeine: no row for"),
    "unknown-organisation": (
        MATERNITY,
        put(3, "psc", "UCL Partners"),
        'row 3, column psc: found "UCL Partners", expected a collaborative of data/organisations.csv. '
        'Did you mean "UCLPartners"?',
    ),
    "unknown-board": (OPIOIDS, put(3, "icb", "Devn"), 'found "Devn", expected an integrated care board'),
    "unknown-intervention": (
        MATERNITY,
        put(3, "intervention", "cafeine"),
        'found "cafeine", expected one of the nine interventions. Did you mean "caffeine"?',
    ),
    "unknown-measure": (OPIOIDS, put(3, "measure", "high dose"), 'Did you mean "high_dose"?'),
    "unknown-provenance": (
        OPIOIDS,
        put(3, "provenance", "illustrated"),
        'found "illustrated", expected reported or illustrative. Did you mean "illustrative"?',
    ),
    "quarter-that-is-none": (
        "icb_approach",
        put(3, "quarter", "2024-26-Q1"),
        'row 3, column quarter: found "2024-26-Q1", expected a quarter such as 2024-25-Q2.',
    ),
    "quarter-reported-before-it-came": (
        "icb_phases",
        put(3, "as_of", "2024-25-Q1"),
        "found quarter 2024-25-Q2 and as_of 2024-25-Q1, expected a quarter no later than as_of.",
    ),
    "unknown-approach": (
        "icb_approach",
        put(3, "approach", "light-touch"),
        'Did you mean "light_touch"?',
    ),
    "board-missing-from-a-quarter": (
        "icb_approach",
        where(quarter="2024-25-Q1", icb="Devon"),
        "2024-25-Q1: found 1 rows, expected 2; no row for Devon.",
    ),
    "board-twice-in-a-quarter": (
        "icb_approach",
        add("2024-25-Q1", "2024-25-Q1", "Devon", "full_support", "illustrative"),
        'found "2024-25-Q1, 2024-25-Q1, Devon", expected it once; row 2 has it too.',
    ),
    "quarter-missing": ("icb_approach", where(quarter="2024-25-Q2"), "no row for 2024-25-Q2; expected each quarter"),
    "phase-that-is-none": ("icb_phases", put(2, "phase", "8"), 'found "8", expected a phase from 2 to 7.'),
    "collaborative-without-interviews": (
        "interviews",
        where(psc="Wessex"),
        "2024-25-Q2: found 1 rows, expected 2; no row for Wessex.",
    ),
    "value-that-is-no-number": (
        "reported",
        put(3, "value", "about 13"),
        "found value about 13 and unit women, expected a number, in digits alone, such as 677 or 85.9.",
    ),
    "value-that-is-no-date": (
        "reported",
        put(6, "value", "2024-06-31"),
        "found value 2024-06-31 and unit date, expected a date such as 2024-08-14.",
    ),
    "value-missing": ("reported", put(3, "value", " "), 'row 3, column value: found " ", expected a text.'),
    "period-that-is-none": ("reported", put(3, "period", "Q2"), 'row 3, column period: found "Q2", expected a period'),
    "fact-twice": ("reported", lambda rows: [*rows, rows[1]], "expected it once; row 2 has it too."),
    "unit-that-changes": (
        "reported",
        put(3, "unit", "babies"),
        'row 3, column unit: found "babies" for women, expected "women" as in row 2.',
    ),
    "claim-of-nothing": (
        "published_claims",
        put(2, "related_claim", "c02+c04"),
        'row 2, column related_claim: found "c04", expected the claim_id of another row.',
    ),
    "claim-without-relation": ("published_claims", put(2, "relation", ""), "expected both or neither."),
    "claim-twice": ("published_claims", put(3, "claim_id", "c03"), 'found "c03", expected it once; row 3 has it too.'),
    "organisation-twice": ("organisations", put(3, "name", "Wessex"), 'found "psc, Wessex", expected it once'),
    "slug-twice": ("organisations", put(3, "slug", "wessex"), 'found "wessex", expected it once; row 2 has it too.'),
    "area-of-no-collaborative": ("organisations", put(4, "psc", "Wesex"), 'Did you mean "Wessex"?'),
    "cell-too-many": (
        OPIOIDS,
        lambda rows: [*rows[:4], [*rows[4], "x"], *rows[5:]],
        "row 5: found 6 cells, expected 5.",
    ),
    "cell-too-few": (OPIOIDS, lambda rows: [*rows[:4], rows[4][:2], *rows[5:]], "row 5: found 2 cells, expected 5."),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(project, fault):
    name, change, said = FAULTS[fault]
    edit(project, name, change)
    error = refused(project, name)
    assert f"data/{name}.csv" in error
    assert said in error


def test_a_file_that_is_missing_is_named_with_its_columns(project):
    (project / "data" / "opioids_monthly.csv").unlink()
    assert refused(project, OPIOIDS) == (
        "data/opioids_monthly.csv: there is no such file. "
        "Put it there, with the columns month, icb, measure, people, provenance."
    )


def test_without_organisations_nothing_can_be_checked(project):
    (project / "data" / "organisations.csv").unlink()
    assert refused(project, OPIOIDS).startswith("data/organisations.csv: there is no such file.")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(project, content):
    (project / "data" / "interviews.csv").write_bytes(content)
    assert refused(project, "interviews").startswith("data/interviews.csv: is empty. Expected the columns as_of, psc,")


def test_a_file_that_is_not_utf8_is_refused_with_its_row(project):
    file = project / "data" / "interviews.csv"
    file.write_bytes(file.read_bytes() + "2024-25-Q2,Møre,1,2,reported\n".encode("latin-1"))
    assert refused(project, "interviews") == (
        "data/interviews.csv, row 4: is not UTF-8 (byte 0xf8). Save the file as CSV UTF-8."
    )


def test_a_file_in_utf16_is_refused(project):
    file = project / "data" / "interviews.csv"
    file.write_text(file.read_text("utf-8"), encoding="utf-16")
    assert "data/interviews.csv, row 1: is not UTF-8" in refused(project, "interviews")


def test_a_quotation_that_is_not_closed_is_refused_with_its_row(project):
    file = project / "data" / "interviews.csv"
    file.write_text(file.read_text("utf-8") + '2024-25-Q2,"Wes', encoding="utf-8")
    assert "data/interviews.csv, row 4: is no CSV" in refused(project, "interviews")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(project):
    file = project / "data" / "opioids_monthly.csv"
    expected = datasets.load(OPIOIDS, quarter=Q2, project=project)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(datasets.load(OPIOIDS, quarter=Q2, project=project), expected)


def test_rows_after_a_line_break_within_a_cell_are_counted_as_lines_of_the_file(project):
    edit(project, "reported", put(2, "source", "two\nlines"))
    edit(project, "reported", put(3, "value", "x"))
    assert "data/reported.csv, row 4, column value: found value x" in refused(project, "reported")


def test_all_faults_of_a_file_come_together(project):
    edit(project, MATERNITY, put(3, "numerator", "ten"))
    edit(project, MATERNITY, put(5, "numerator", "12"))
    edit(project, MATERNITY, where(month="2024-08", psc="Wessex", intervention="normothermia"))
    error = refused(project, MATERNITY)
    assert error.startswith("3 problems:\n- data/maternity_monthly.csv, column month: ")
    for said in ("Wessex, normothermia: no row for 2024-08", "row 3, column numerator", "row 5, column numerator"):
        assert said in error


def test_an_unknown_organisation_is_not_also_said_to_be_missing(project):
    edit(project, OPIOIDS, put(3, "icb", "Devn"))
    assert "no row for" not in refused(project, OPIOIDS)


def test_faults_beyond_twenty_are_counted(project):
    edit(project, MATERNITY, lambda rows: [rows[0], *([*row[:3], "x", *row[4:]] for row in rows[1:26]), *rows[26:]])
    error = refused(project, MATERNITY)
    assert error.count("expected a whole number") == 20
    assert error.endswith("data/maternity_monthly.csv: and 5 more.")


def test_an_unknown_dataset_is_named_with_the_nearest(project):
    assert '"maternity" is no dataset' in refused(project, "maternity")
    assert 'Did you mean "interviews"?' in refused(project, "interview")


def test_what_is_no_quarter_is_refused(project):
    with pytest.raises(UsageError):
        datasets.load("reported", quarter="autumn", project=project)


# What was known at the end of a quarter -----------------------------------------------------------------------------


def test_a_later_month_is_left_out(project):
    assert datasets.load(OPIOIDS, quarter=Q1, project=project)["month"].max() == pd.Timestamp("2024-06-01")


@pytest.mark.parametrize("name", TABLES)
def test_what_comes_in_later_never_changes_an_earlier_quarter(project, name):
    before = datasets.load(name, quarter=Q2, project=project)
    edit(project, "reported", add("women", "2024-25-Q3", "2024-25-Q2", "14", "women", "reported", "a correction"))
    edit(project, MATERNITY, add("2024-10", "Wessex", "caffeine", "1", "2", "reported"))
    edit(project, OPIOIDS, add("2024-10", "Devon", "chronic", "1", "reported"))
    edit(project, "icb_approach", add("2024-25-Q3", "2024-25-Q2", "Devon", "full_support", "reported"))
    edit(project, "icb_phases", add("2024-25-Q3", "2024-25-Q3", "Devon", "5", "reported"))
    edit(project, "interviews", lambda rows: [*rows, *(["2024-25-Q3", psc, "9", "9", "reported"] for psc in PSCS)])
    pd.testing.assert_frame_equal(datasets.load(name, quarter=Q2, project=project), before)


def test_a_figure_reported_again_is_taken_as_corrected(project):
    edit(project, "reported", add("women", "2024-25-Q2", "2024-25-Q1", "11", "women", "reported", "a correction"))
    for quarter, expected in ((Q1, "12"), (Q2, "11")):
        frame = datasets.load("reported", quarter=quarter, project=project).set_index(["fact_id", "period"])
        assert frame.loc[("women", "2024-25-Q1"), "value"] == expected


def test_a_running_total_is_that_of_the_latest_report(project):
    frame = datasets.load("reported", quarter=Q2, project=project)
    assert list(frame.loc[frame["period"] == "since-baseline", "value"]) == ["113"]


def test_interviews_of_a_later_quarter_replace_the_earlier_ones(project):
    edit(project, "interviews", lambda rows: [*rows, *(["2024-25-Q3", psc, "9", "9", "reported"] for psc in PSCS)])
    assert list(datasets.load("interviews", quarter=Q3, project=project)["falls_in_frailty"]) == [9, 9]


def test_a_quarter_before_the_interviews_has_none(project):
    assert datasets.load("interviews", quarter=Q1, project=project).empty


def test_a_measure_recorded_from_a_later_month_on_has_no_gap(project):
    frame = datasets.load(MATERNITY, quarter=Q2, project=project)
    assert frame.loc[frame["intervention"] == "caffeine", "month"].min() == pd.Timestamp("2024-05-01")


def test_a_frame_may_be_changed_without_harm_to_the_next_reader(project):
    frame = datasets.load(OPIOIDS, quarter=Q2, project=project)
    frame["people"] = 0
    assert set(datasets.load(OPIOIDS, quarter=Q2, project=project)["people"]) == {70}


def test_a_changed_file_is_read_again(project):
    datasets.load(OPIOIDS, quarter=Q2, project=project)
    edit(project, OPIOIDS, put(2, "people", "71"))
    assert datasets.load(OPIOIDS, quarter=Q2, project=project)["people"].max() == 71


# What is made of them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "quarter", "expected"),
    [
        ("reported", Q1, "mixed"),
        ("opioids_monthly", Q2, "illustrative"),
        ("interviews", Q2, "reported"),
        ("interviews", Q1, "reported"),
        ("organisations", Q2, "reported"),
    ],
)
def test_provenance_is_that_of_the_rows(project, name, quarter, expected):
    assert datasets.provenance(name, quarter=quarter, project=project) == expected


def test_what_was_read_is_known_to_the_notebook(project):
    with context.use("2024-25-Q2", project=project):
        datasets.load("interviews")
        datasets.load(OPIOIDS)
    assert context.READ == {"data/interviews.csv": "reported", "data/opioids_monthly.csv": "illustrative"}


def test_national_is_the_sum_over_collaboratives(project):
    edit(project, MATERNITY, put(2, "numerator", "3"))
    series = datasets.national(datasets.load(MATERNITY, quarter=Q2, project=project), "place_of_birth")
    assert list(series.columns) == ["month", "numerator", "denominator", "percent"]
    assert series.iloc[0].to_dict() == {
        "month": pd.Timestamp("2024-04-01"),
        "numerator": 10,
        "denominator": 18,
        "percent": 1000 / 18,
    }
    assert series.attrs["provenance"] == "illustrative"


def test_national_percentage_of_nobody_is_not_a_number(project):
    for row in (2, 10):
        assert TABLES[MATERNITY][row - 1][2] == "place_of_birth"
        edit(project, MATERNITY, put(row, "numerator", "0"))
        edit(project, MATERNITY, put(row, "denominator", "0"))
    frame = datasets.load(MATERNITY, quarter=Q2, project=project)
    assert list(datasets.national(frame, "place_of_birth")["percent"].isna()) == [True] + [False] * 5


def test_national_of_an_unknown_intervention_names_the_nearest(project):
    frame = datasets.load(MATERNITY, quarter=Q2, project=project)
    with pytest.raises(DataError, match='Did you mean "caffeine"'):
        datasets.national(frame, "cafeine")


# What a quarter lacks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [ROOT, None], ids=["this-project", "small-project"])
def test_quarters_with_data_are_complete(project, folder):
    assert datasets.complete(Q1, folder or project) == datasets.complete(Q2, folder or project) == []


def test_a_quarter_to_come_lacks_everything(project):
    assert datasets.complete(Q3, project) == [
        "data/maternity_monthly.csv has no rows for 2024-10, 2024-11, 2024-12",
        "data/opioids_monthly.csv has no rows for 2024-10, 2024-11, 2024-12",
        "data/icb_approach.csv has no rows for 2024-25-Q3",
        "data/icb_phases.csv has no rows for 2024-25-Q3",
        "data/reported.csv has no rows as of 2024-25-Q3",
    ]


def test_a_series_without_its_last_month_is_lacking(project):
    edit(project, OPIOIDS, where(month="2024-09", icb="Devon", measure="high_dose"))
    assert datasets.complete(Q2, project) == [
        "data/opioids_monthly.csv lacks 1 of 4 series in 2024-09 (Devon, high_dose)"
    ]


def test_a_fact_that_the_quarter_before_had_is_lacking(project):
    edit(project, "reported", where(fact_id="women", as_of="2024-25-Q2", period="2024-25-Q2"))
    assert datasets.complete(Q2, project) == ["data/reported.csv has no row as of 2024-25-Q2 for women (its quarter)"]


def test_completeness_needs_no_pandas():
    script = (
        "import sys; from pathlib import Path; from natpatsip import Quarter, datasets; "
        f"datasets.complete(Quarter.parse('2024-25-Q2'), Path({str(ROOT)!r})); "
        "assert 'pandas' not in sys.modules and 'pandera' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
