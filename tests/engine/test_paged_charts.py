"""What is too large for a printed page is printed on several, with letters as large as elsewhere."""

import shutil
import subprocess

import docx
import pandas as pd
import pytest
from PIL import Image

from natpatsip import charts, spc
from natpatsip.charts.layout.sizes import PAGE_HEIGHT, WIDTH, pages
from natpatsip.pipeline import render
from support.projects import edit
from support.staged import TIMESTAMP, stage


def tall(chart):
    return chart["height"] + chart["padding"]["top"] + chart["padding"]["bottom"]


def texts(chart):
    return [row["text"] for layer in chart["layer"] for row in layer["data"].get("values", ()) if "text" in row]


def matrix(teams, measures, **options):
    frame = pd.DataFrame(
        [
            (f"Team {team}", f"Measure {measure:02}", month, 50.0 + (team + measure) % 3)
            for team in range(teams)
            for measure in range(measures)
            for month in pd.date_range("2024-01-01", periods=3, freq="MS")
        ],
        columns=["team", "measure", "month", "value"],
    )
    summary = spc.summary(spc.panel(frame, by=["team", "measure"], value="value", date="month"))
    return charts.icon_matrix(summary, rows="team", columns="measure", **options).to_dict()


def test_a_matrix_of_42_teams_and_20_measures_breaks_over_pages_in_the_order_given():
    order = [f"Measure {number:02}" for number in reversed(range(20))]
    parts = pages(matrix(42, 20, column_order=order))
    assert len(parts) > 1
    assert all(tall(part) <= PAGE_HEIGHT and part["width"] <= WIDTH for part in parts)
    heads = [number for part in parts for text in [" ".join(texts(part))] for number in order if number in text]
    assert list(dict.fromkeys(heads)) == order
    named = [text for part in parts for text in texts(part) if text.startswith("Team")]
    assert set(named) == {f"Team {number}" for number in range(42)}


@pytest.mark.parametrize(("teams", "measures"), [(3, 2), (10, 6)])
def test_a_matrix_that_a_page_holds_is_not_paged(teams, measures):
    assert pages(matrix(teams, measures)) == []


def small(count):
    frame = pd.DataFrame(
        [(f"T{team}", month, 50.0 + team % 3) for team in range(count) for month in ("2024-01", "2024-02", "2024-03")],
        columns=["team", "month", "value"],
    )
    return charts.multiples(spc.panel(frame, by="team", value="value", date="month"), y_title="Beds").to_dict()


def test_many_small_charts_are_paged_each_once():
    parts = pages(small(120))
    assert len(parts) > 1
    assert all(tall(part) <= PAGE_HEIGHT for part in parts)
    named = [text for part in parts for text in texts(part) if text.startswith("T") and text[1:].isdigit()]
    assert sorted(named) == sorted(f"T{number}" for number in range(120))


def test_forty_two_small_charts_fit_on_a_page():
    assert pages(small(42)) == []


def test_each_part_in_word_says_what_it_is_a_part_of_and_no_picture_is_higher_than_a_page(tmp_path):
    staged = stage(tmp_path / "staged")
    (staged / "drawings").mkdir(exist_ok=True)
    for number in (1, 2, 3):
        for ending in ("svg", "png"):
            part = staged / "drawings" / f"fig-caseload-page-{number}.{ending}"
            shutil.copy(staged / "figures" / f"fig-caseload.{ending}", part)
    edit(staged / "visits.qmd", "::: {.report-figure #fig-caseload", '::: {.report-figure #fig-caseload pages="3"')
    Image.new("RGB", (100, 300)).save(staged / "figures" / "fig-seen-in-time.png")
    pandoc = render.choose("pandoc")
    render.render(staged, tmp_path, ["docx"], renderer=pandoc, timestamp=TIMESTAMP)
    document = docx.Document(tmp_path / "report.docx")
    lines = document.paragraphs
    titles = [
        n
        for n, line in enumerate(lines)
        if line.style.name == "Caption" and line.text.startswith("Figure\N{NO-BREAK SPACE}3. ")
    ]
    (first,) = titles
    shown = [
        (line.style.name, line.text, line.paragraph_format.keep_with_next) for line in lines[first + 2 : first + 8]
    ]
    assert shown == [
        ("Figure", "", False),
        ("Figure Description", "Figure 3, part 2 of 3", None),
        ("Figure", "", False),
        ("Figure Description", "Figure 3, part 3 of 3", None),
        ("Figure", "", None),
        ("Figure Text", shown[-1][1], True),
    ]
    assert max(shape.height.cm for shape in document.inline_shapes) == pytest.approx(21, abs=0.01)


def test_each_part_in_the_pdf_says_what_it_is_a_part_of_and_is_on_a_page(tmp_path):
    staged = stage(tmp_path / "staged")
    (staged / "drawings").mkdir(exist_ok=True)
    for number in (1, 2, 3):
        drawn = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="700"><text y="690">Drawn{number}</text></svg>'
        )
        (staged / "drawings" / f"fig-caseload-page-{number}.svg").write_text(drawn, encoding="utf-8")
    edit(staged / "visits.qmd", "::: {.report-figure #fig-caseload", '::: {.report-figure #fig-caseload pages="3"')
    render.render(staged, tmp_path, ["pdf"], renderer=render.choose("pandoc"), timestamp=TIMESTAMP)
    run = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True)
    for number in (1, 2, 3):
        assert f"Drawn{number}" in run.stdout
    assert "Figure 3, part 2 of 3" in run.stdout
    assert "Figure 3, part 3 of 3" in run.stdout
