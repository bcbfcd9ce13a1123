"""Tables on pages: the data under a figure are shown as its file has them, and a row is a total if it is named so."""

import pytest
from lxml import html

from natpatsip.files.csv_files import to_csv
from natpatsip.pipeline import render
from support.staged import TIMESTAMP, chapter_with, stage

COLUMNS = {  # what the file holds, and what the page shows
    "months": (["2024-07", "2024-08", "2024-09"], ["July 2024", "August 2024", "September 2024"]),
    "firsts": (["2024-07-01", "2024-08-01", ""], ["July 2024", "August 2024", ""]),
    "days": (["2024-07-01", "2024-07-08", ""], ["1 July 2024", "8 July 2024", ""]),
    "times": (["2024-07-01 09:30", "2024-07-01 14:45", ""], ["2024-07-01 09:30", "2024-07-01 14:45", ""]),
    "years": (["2009-10", "2010-11", "2011-12"], ["2009-10", "2010-11", "2011-12"]),
    "mixed": (["2010-11", "about 2024-07", "2024-13"], ["2010-11", "about 2024-07", "2024-13"]),
    "codes": (["0012345", "01234", "7"], ["0012345", "01234", "7"]),
    "halves": (["1.005", "0.125", "2.5"], ["1.01", "0.13", "2.5"]),
    "large": (["9223372036854775807", "12345", "1234"], ["9,223,372,036,854,775,807", "12,345", "1234"]),
    "small": (["1e-07", "0.5", "0"], ["0.00000010", "0.5", "0"]),
    "tiny": (
        ["3.3333333333333334e-13", "1e+20", "0.00000000002"],
        ["0.00000000000033", "100,000,000,000,000,000,000.0", "0.000000000020"],
    ),
    "negative": (["-0.0", "-3e-10", "5"], ["0.0", "−0.00000000030", "5"]),
    "differences": (["5.551115123125783e-17", "-0.0001", "0.5"], ["0.00", "−0.00010", "0.5"]),
    "date": (["2024-07-01", "2024-07-08", ""], ["1 July 2024", "8 July 2024", ""]),
    "missing": (["", "", ""], ["", "", ""]),
    "signs": (["-", "+", "*"], ["-", "+", "*"]),
    "formulas": (["=1+1", "@home", "-3"], ["=1+1", "@home", "−3"]),
    "words": (["nan", "inf", "0x1F"], ["nan", "inf", "0x1F"]),
}


NAMES = {  # the first cell of a row, and whether that makes it a total
    "Total": True,
    "Total, both sites": True,
    "All visits": True,
    "All visits: latest month": False,
    "Total: mean so far": False,
    "Allergies": False,
    "Visits in all": False,
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    staged, folder = stage(tmp_path_factory.mktemp("staged")), tmp_path_factory.mktemp("report")
    rows = zip(*(cells for cells, _ in COLUMNS.values()), strict=True)
    (staged / "figures" / "fig-caseload.csv").write_text(to_csv([list(COLUMNS), *rows]), encoding="utf-8")
    named = "\n".join(f"| {name} | 1 |" for name in NAMES)
    chapter_with(staged / "glossary.qmd", f"| Number | Visits |\n|:--|--:|\n{named}\n\n: What was counted")
    render.render(staged, folder, ("html",), renderer=render.PANDOC, timestamp=TIMESTAMP)
    return folder / "html"


@pytest.fixture(scope="module")
def shown(pages):
    table = html.parse(str(pages / "visits.html")).getroot().get_element_by_id("fig-caseload")
    heads = [cell.text_content().lower() for cell in table.xpath(".//thead/tr/th")]
    body = [[cell.text_content() for cell in row.xpath("./th | ./td")] for row in table.xpath(".//tbody/tr")]
    return dict(zip(heads, zip(*body, strict=True), strict=True))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_shown_as_its_file_has_it(shown, name):
    assert list(shown[name]) == COLUMNS[name][1]


def test_no_column_is_left_out(shown):
    assert list(shown) == list(COLUMNS)


@pytest.mark.parametrize(
    ("dates", "name"),
    [
        (["2024-07-01", "2024-08-01"], "Month"),
        (["2024-07-01", "2024-07-08"], "Date"),
        (["01/07/2024", "01/08/2024"], "Date"),
        (["2024-25-Q1", "2024-25-Q2"], "Quarter"),
    ],
)
def test_a_date_is_called_a_month_only_where_it_is_one(tmp_path, dates, name):
    staged = stage(tmp_path / "staged")
    rows = to_csv([["date", "seen"], *([date, 5] for date in dates)])
    (staged / "figures" / "fig-caseload.csv").write_text(rows, encoding="utf-8")
    render.render(staged, tmp_path / "made", ("html",), renderer=render.PANDOC, timestamp=TIMESTAMP)
    table = html.parse(str(tmp_path / "made" / "html" / "visits.html")).getroot().get_element_by_id("fig-caseload")
    assert [cell.text_content() for cell in table.xpath(".//thead/tr/th")] == [name, "Seen"]


@pytest.mark.parametrize(("said", "heads"), [("Illustrative data.", []), ("Reported", ["Provenance"])])
def test_a_column_of_what_the_note_above_the_table_says_is_in_the_file_alone(tmp_path, said, heads):
    staged = stage(tmp_path / "staged")
    rows = to_csv([["month", "seen", "Provenance"], ["2024-07", 5, said], ["2024-08", 6, said]])
    (staged / "figures" / "fig-caseload.csv").write_text(rows, encoding="utf-8")
    render.render(staged, tmp_path / "made", ("html",), renderer=render.PANDOC, timestamp=TIMESTAMP)
    table = html.parse(str(tmp_path / "made" / "html" / "visits.html")).getroot().get_element_by_id("fig-caseload")
    assert [cell.text_content() for cell in table.xpath(".//thead/tr/th")] == ["Month", "Seen", *heads]


def test_a_total_is_a_row_named_so_and_not_one_whose_name_goes_on_after_a_colon(pages):
    rows = html.parse(str(pages / "glossary.html")).getroot().xpath("//table[caption='What was counted']/tbody/tr")
    assert {row[0].text_content(): "total" in row.get("class", "").split() for row in rows} == NAMES
