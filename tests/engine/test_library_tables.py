"""Tables that pandas's Styler and Great Tables make are the report's own, with their text and structure."""

from __future__ import annotations

import subprocess

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from great_tables import GT, html, loc, md, style, vals

from natpatsip import table
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.context import LEFT_OUT
from natpatsip.errors import FigureError
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, command, prose, small

BEDS = pd.DataFrame(
    {"region": ["East", "East", "West"], "team": ["Ely", "Lynn", "Bath"], "beds": [12, 13, 1400], "wait": [3.14, 2, 1]}
)


def great():
    return (
        GT(BEDS, rowname_col="team", groupname_col="region")
        .tab_header("Beds by team", "England")
        .tab_stubhead("Team")
        .tab_spanner("Capacity", ["beds", "wait"])
        .cols_label(beds="Beds", wait=md("Wait<br>*days*"))
        .fmt_integer("beds")
        .fmt_number("wait", decimals=1)
        .tab_source_note(md("Source: [returns](https://example.org/a_b)"))
        .tab_footnote("Estimated", locations=loc.body(columns="beds", rows=[1]))
    )


def lines(made, **options):
    return table(made, **options).markdown.splitlines()


ROUNDED = pd.DataFrame({"team": ["N", "S"], "share": [0.3, 0.004]})


def test_a_great_table_keeps_spanners_groups_stub_formats_and_notes():
    assert lines(great()) == [
        "| Team | [Capacity]{.spanner} Beds | [Capacity]{.spanner} Wait<br>*days* |",
        "|---|--:|--:|",
        "| [East]{.group} |  |  |",
        "| Ely | 12 | 3.1 |",
        r"| Lynn | 13 \[1\] | 2.0 |",
        "| [West]{.group} |  |  |",
        "| Bath | 1,400 | 1.0 |",
        "",
        ": Beds by team. England",
        "",
        "::: {.table-notes}",
        r"Source: [returns](<https://example.org/a_b>)<br>\[1\] Estimated",
        ":::",
    ]


def test_a_styler_keeps_row_labels_of_several_levels_and_formatted_values():
    styled = BEDS.set_index(["region", "team"]).style.format(precision=1, thousands=",").set_caption("Beds")
    assert lines(styled)[0] == "| region | team | beds | wait |"
    assert lines(styled)[2:5] == [
        "| East | Ely | 12 | 3.1 |",
        "| East | Lynn | 13 | 2.0 |",
        "| West | Bath | 1,400 | 1.0 |",
    ]


def test_columns_of_several_levels_are_spanned():
    pivot = BEDS.pivot_table(index="team", columns="region", values=["beds", "wait"], aggfunc="sum")
    head = lines(pivot.style.format(precision=0, na_rep="–"), caption="Beds")[0]
    assert head == (
        "| team | [beds]{.spanner} region: East | [beds]{.spanner} region: West "
        "| [wait]{.spanner} region: East | [wait]{.spanner} region: West |"
    )


def test_numbers_that_only_count_the_rows_are_left_out():
    assert lines(BEDS.style.format(precision=0), caption="Beds")[0] == "| region | team | beds | wait |"
    assert lines(BEDS.style.hide(axis="index").format(precision=0), caption="Beds")[0].startswith("| region |")


def test_text_is_text_and_markup_is_kept():
    frame = pd.DataFrame({"a": ["*x* | [y](z)", "R&D <b>"], "b": ["1", "2"]})
    assert lines(frame.style.format(escape="html"), caption="C")[2:4] == [
        r"| \*x\* \| \[y\](z) | 1 |",
        r"| R&D \<b\> | 2 |",
    ]
    rich = GT(pd.DataFrame({"a": [1]})).fmt(lambda _: "<b>so </b>10<sup>3 x</sup><br>H<sub>2</sub>O", columns="a")
    assert lines(rich, caption="C")[2] == r"| **so** 10^3\ x^<br>H~2~O |"


@pytest.mark.parametrize("value", ["nan", "NaN", "NaT", "<NA>", "None", "inf", "-inf"])
def test_what_stands_for_no_value_is_refused_with_its_place(value):
    frame = pd.DataFrame({"team": ["Ely", "Bath"], "beds": ["12", value]})
    with pytest.raises(FigureError, match=r'The table "C", column "beds", row 2: prints .*so there is no value'):
        table(frame.style.format(escape="html"), caption="C")


def test_none_is_a_word_of_the_data_among_other_words_and_no_value_where_they_have_none():
    harm = pd.DataFrame({"harm": ["None", "Low", "Severe"], "reports": [7, 5, 2]})
    assert "| None | 7 |" in table(harm.style.hide(axis="index"), caption="C").markdown
    assert "| None | 7 |" in table(GT(harm), caption="C").markdown
    missing = pd.DataFrame({"harm": [None, "Low", "Severe"], "reports": [7, 5, 2]}, dtype=object)
    for made in (missing.style.hide(axis="index"), GT(missing)):
        with pytest.raises(FigureError, match=r'column "harm", row 1: prints None'):
            table(made, caption="C")


REFUSED = {
    "no caption": (lambda: BEDS.style, "has no caption.*set_caption"),
    "no title": (lambda: GT(BEDS), "has no caption.*tab_header"),
    "no rows": (lambda: BEDS.iloc[:0].style.set_caption("C"), "has no rows"),
    "a column without a name": (lambda: BEDS.set_index("team").rename_axis(None).style.set_caption("C"), "no name for"),
    "two columns of a name": (lambda: GT(BEDS).tab_header("C").cols_label(beds="X", wait="X"), "column called X"),
    "a picture": (lambda: GT(pd.DataFrame({"a": ["x"]})).tab_header("C").cols_label(a=html("<svg/>")), "a picture"),
    "struck out": (lambda: GT(pd.DataFrame({"a": ["x"]})).tab_header(html("<s>C</s>")), "struck-out"),
}


@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED)
def test_what_readers_could_not_make_sense_of_is_refused(made):
    make, message = made
    with pytest.raises(FigureError, match=message):
        table(make())


def test_formats_of_cells_that_are_left_out_are_said():
    assert table(great()).warning == table(BEDS.style.set_caption("C")).warning == ""
    for styled in (
        BEDS.style.set_caption("C").highlight_max(subset=["beds"]),
        BEDS.style.set_caption("C").bar(subset=["beds"]),
        GT(BEDS).tab_header("C").tab_style(style.fill("yellow"), loc.body(columns="beds", rows=[0])),
    ):
        assert 'The table "C" gives cells colours or other formats' in table(styled).warning


SETUP = f"""import pandas as pd
from great_tables import GT
BEDS = pd.DataFrame({BEDS.to_dict(orient="list")})"""
CELLS = {
    "great": 'GT(BEDS, rowname_col="team", groupname_col="region").tab_header("Beds by team").tab_stubhead("Team")'
    '.tab_spanner("Capacity", ["beds", "wait"]).tab_source_note("Source: returns")',
    "styled": 'BEDS.style.format(precision=1).set_caption("Beds and waits").highlight_max(subset=["beds"])',
    "named": 'table(BEDS.style.format(precision=1), caption="Named {#tbl-beds}")',
    "bare": "BEDS.style.format(precision=1)",
}


@pytest.mark.parametrize("kernels", ["warm", "stock"])
def test_every_kind_of_kernel_records_them(tmp_path, kernels):
    cells = [code(SETUP), *(code(text, id=name) for name, text in CELLS.items())]
    plan = Plan.of(small(tmp_path, ward=cells), Quarter(2024, 2))
    content = notebook_run.run(plan, plan.notebooks["ward"], {}, kernels=kernels, is_traced=False).content
    kinds = [{LEFT_OUT, BLOCK} & output.data.keys() for cell in content.cells for output in cell.get("outputs", [])]
    assert kinds == [{BLOCK}, {BLOCK}, {BLOCK}, {LEFT_OUT}]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    ward = [prose("## Progress\n\nSee @tbl-beds."), code(SETUP, id="setup", tags=["typed-number"])]
    ward += [code(text, id=name) for name, text in CELLS.items()]
    project = small(tmp_path_factory.mktemp("tables"), ward=ward)
    done = command(project, "build", "2024-25-Q2")
    assert done.returncode == 0, done.stdout + done.stderr
    return project, project / "reports" / "2024-25-Q2", done.stderr


def test_tables_that_cells_end_with_are_in_the_pages_with_header_cells(built):
    _, report, log = built
    page = (report / "html" / "ward.html").read_text(encoding="utf-8")
    assert page.count("<table") == 3
    assert "<caption>Beds by team</caption>" in page
    assert '<th colspan="2" scope="colgroup">Capacity</th>' in page
    assert '<th rowspan="2" scope="col">Team</th>' in page
    assert '<th colspan="3" scope="rowgroup">East</th>' in page
    assert '<th scope="row">Ely</th>' in page
    assert "<p>Source: returns</p>" in page
    assert '<a href="#table-beds">Table\N{NO-BREAK SPACE}1</a>' in page
    assert 'The table "Beds and waits" gives cells colours' in log
    assert "style=" not in page


def test_one_without_a_caption_is_a_finding_with_its_cell(built):
    project, _, _ = built
    found = command(project, "check", "2024-25-Q2").stdout
    assert found.count("not-shown") == 1
    assert (
        "(id bare)\n    not-shown: This cell shows a table that is not in the report. A table has no caption." in found
    )
    assert "broken-link" not in found


def test_they_are_in_the_pdf_and_in_word(built):
    _, report, _ = built
    command = ["pdftotext", "-layout", report / "report.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for words in ("Beds by team", "Capacity", "East", "Source: returns", "Beds and waits"):
        assert words in text, words
    great, *_ = docx.Document(report / "report.docx").tables
    rows = [[cell.text for cell in row.cells] for row in great.rows]
    assert rows[:4] == [["Team", "Capacity", "Capacity"], ["Team", "beds", "wait"], ["East"] * 3, ["Ely", "12", "3.14"]]
    heads = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in great.rows]
    assert heads == [True, True, False, False, False, False, False]


FALSE_ZEROS = {
    "styler": ROUNDED.style.format(precision=0),
    "percent": ROUNDED.style.format("{:.0%}", subset=["share"]),
    "hidden": ROUNDED.style.format(precision=0).hide(axis="columns", subset=["team"]),
    "gt": GT(ROUNDED).fmt_number("share", decimals=0),
    "thousands": GT(ROUNDED).fmt_number("share", decimals=1, scale_by=0.001, pattern="{x}k"),
    "with a unit": ROUNDED.style.format("{:.0f} days", subset=["share"]),
    "in brackets": ROUNDED.style.format("({:.0f})", subset=["share"]),
}
SHARES = pd.DataFrame({"team": ["N", "S"], "share": [0.9996, 0.5]})
FALSE_WHOLES = {
    "styler": SHARES.style.format("{:.1%}", subset=["share"]),
    "percent": SHARES.assign(share=[99.96, 3]).style.format("{:.0f}%", subset=["share"]),
    "over": SHARES.assign(share=[1.0004, 0.5]).style.format("{:.0%}", subset=["share"]),
    "gt": GT(SHARES).fmt_percent("share", decimals=1),
}
WHOLES = {
    "whole": SHARES.assign(share=[1, 0.5]).style.format("{:.0%}", subset=["share"]),
    "sum of shares": SHARES.assign(share=[sum([0.1] * 10), 0.1 + 0.2 - 0.3]).style.format("{:.0%}", subset=["share"]),
    "percent": SHARES.assign(share=[100.0, 3]).style.format("{:.0f}%", subset=["share"]),
    "text": SHARES.assign(share=["100%", "5%"]).style,
    "count": SHARES.assign(share=[99.96, 3]).style.format("{:.0f}", subset=["share"]),
    "gt": GT(SHARES).fmt_percent("share", decimals=2),
    "sum": GT(SHARES.assign(share=[0.3, 0.7]), rowname_col="team")
    .tab_stubhead("Team")
    .grand_summary_rows(fns={"All": lambda rows: rows.sum(numeric_only=True)}, fmt=vals.fmt_percent),
}
ZEROS = {
    "zero": pd.DataFrame({"team": ["N", "S"], "n": [0, 5]}).style,
    "missing": pd.DataFrame({"team": ["N", "S"], "n": [None, 0.0]}).style.format("{:.0f}", subset=["n"], na_rep="–"),
    "text": pd.DataFrame({"team": ["N", "S"], "n": ["0", "5"]}).style,
    "label": pd.DataFrame({"team": [0, 1], "n": [3, 5]}).set_index("team").style,
    "decimals": ROUNDED.style.format(precision=3),
    "gt": GT(ROUNDED).fmt_number("share", decimals=3),
}


PERCENTAGES = SHARES.assign(share=[83.0, 12.5])


@pytest.mark.parametrize(
    "made",
    [GT(PERCENTAGES).fmt_percent("share"), PERCENTAGES.style.format("{:.0%}", subset=["share"])],
    ids=["gt", "styler"],
)
def test_percentages_are_not_multiplied_by_100(made):
    with pytest.raises(FigureError, match=r"prints 8,?300(\.00)?% for 83: its format multiplies by 100"):
        table(made, caption="C")


@pytest.mark.parametrize(
    "made",
    [
        GT(PERCENTAGES).fmt_percent("share", scale_values=False),
        SHARES.assign(share=[1250.0, 3]).style.format("{:.0f}%", subset=["share"]),
        SHARES.assign(share=[9.5, 3]).style.format("{:.0%}", subset=["share"]),
    ],
    ids=["gt", "rises", "of-a-proportion"],
)
def test_other_percentages_are_printed(made):
    assert table(made, caption="C")


@pytest.mark.parametrize("made", FALSE_ZEROS.values(), ids=FALSE_ZEROS)
def test_a_value_that_is_not_0_is_not_printed_as_0(made):
    with pytest.raises(FigureError, match=r"prints \(?0(\.0)?(%|k| days)?\)? for a value that is not 0\."):
        table(made, caption="C")


@pytest.mark.parametrize("made", FALSE_WHOLES.values(), ids=FALSE_WHOLES)
def test_a_value_that_is_not_a_whole_is_not_printed_as_100_percent(made):
    with pytest.raises(FigureError, match=r"prints 100(\.0)?% for a value that is not 1 or 100\."):
        table(made, caption="C")


@pytest.mark.parametrize("made", WHOLES.values(), ids=WHOLES)
def test_a_whole_is_printed_as_100_percent(made):
    assert table(made, caption="C").markdown


@pytest.mark.parametrize("made", ZEROS.values(), ids=ZEROS)
def test_a_0_is_printed_as_0(made):
    assert table(made, caption="C").markdown
