"""The data under a figure are shown as its file has them: no code becomes a number, no financial year a month."""

import pytest
from lxml import html

from natpatsip.csv_files import to_csv
from natpatsip.pipeline import render
from support.staged import TIMESTAMP, stage

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
    "missing": (["", "", ""], ["", "", ""]),
    "signs": (["-", "+", "*"], ["-", "+", "*"]),
    "formulas": (["=1+1", "@home", "-3"], ["=1+1", "@home", "−3"]),
    "words": (["nan", "inf", "0x1F"], ["nan", "inf", "0x1F"]),
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    staged, folder = stage(tmp_path_factory.mktemp("staged")), tmp_path_factory.mktemp("report")
    rows = zip(*(cells for cells, _ in COLUMNS.values()), strict=True)
    (staged / "figures" / "fig-caseload.csv").write_text(to_csv([list(COLUMNS), *rows]), encoding="utf-8")
    render.render(staged, folder, ("html",), renderer=render.PANDOC, timestamp=TIMESTAMP)
    table = html.parse(str(folder / "html" / "visits.html")).getroot().get_element_by_id("fig-caseload")
    heads = [cell.text_content().lower() for cell in table.xpath(".//thead/tr/th")]
    body = [[cell.text_content() for cell in row.xpath("./th | ./td")] for row in table.xpath(".//tbody/tr")]
    return dict(zip(heads, zip(*body, strict=True), strict=True))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_shown_as_its_file_has_it(shown, name):
    assert list(shown[name]) == COLUMNS[name][1]


def test_no_column_is_left_out(shown):
    assert list(shown) == list(COLUMNS)
