"""The report as its readers have it: whole quarters, built from copies of the real project."""

from __future__ import annotations

import csv
import json
import re
import subprocess

import pikepdf
import pytest
import yaml
from lxml import html

from natpatsip.facts.fact import parse_value
from support.projects import ROOT, command
from support.reading import READERS, holds_number, tidy, words_of_html

pytestmark = pytest.mark.end_to_end
Q1, Q2 = "2024-25-Q1", "2024-25-Q2"
FORMATS = tuple(READERS)
with (ROOT / "tests" / "report" / "published_facts.csv").open(encoding="utf-8", newline="") as lines:
    PUBLISHED = [row for row in csv.DictReader(lines) if row["kind"] != "model"]


def build(project, quarter, *arguments):
    run = command(project, "build", quarter, "--renderer", "pandoc", "--jobs", "1", *arguments)
    assert run.returncode == 0, run.stderr
    return project / "reports" / quarter


def facts_of(report):
    with (report / "facts.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["id"], row["period"]): row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def report(whole):
    return whole.report()


@pytest.fixture(scope="module")
def facts(report):
    return facts_of(report)


@pytest.fixture(scope="module")
def words(report):
    return {name: read(report) for name, read in READERS.items()}


@pytest.mark.parametrize("fact", PUBLISHED, ids=lambda row: f"{row['fact_id']}-{row['period']}")
@pytest.mark.parametrize("form", FORMATS)
def test_every_published_figure_can_be_read(words, facts, fact, form):
    text = facts[fact["fact_id"], fact["period"]]["text"]  # with the decimals of its chart, if it has one
    assert text in words[form]


@pytest.mark.parametrize("form", FORMATS)
def test_the_front_says_to_which_day_the_data_go(words, form):
    assert "Data to 30 September 2024" in words[form]


@pytest.mark.parametrize("fact", PUBLISHED, ids=lambda row: f"{row['fact_id']}-{row['period']}")
def test_every_published_figure_is_a_fact_of_the_report(facts, fact):
    found = facts[fact["fact_id"], fact["period"]]
    assert parse_value(found["value"], found["unit"]) == parse_value(fact["value"], fact["unit"])
    assert found["unit"] == fact["unit"]


@pytest.mark.parametrize("form", FORMATS)
def test_no_code_and_no_object_is_left_in_the_text(words, form):
    found = re.findall(
        r"\{python\}|<natpatsip|<helpers|alt\.Chart|Fact\(|\bnan\b|\bNaT\b|\bNone\b|:::|\{#|@fig|<div|\.qmd|\.ipynb",
        words[form],
    )
    assert set(found) <= {".ipynb", "None"}, set(found)  # a passport names the notebook that a number is from


@pytest.mark.parametrize("form", FORMATS)
def test_thirteen_figures_are_numbered_in_reading_order(words, form):
    for number in range(1, 14):
        assert f"Figure {number}" in words[form]
    assert "Figure 14" not in words[form]


def test_the_report_has_all_that_the_contract_names(report):
    names = {path.relative_to(report).as_posix() for path in report.rglob("*") if path.is_file()}
    figures = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["figures"]
    assert sorted(figures.values()) == list(range(1, 14))
    expected = {"html/index.html", "report.pdf", "report.docx", "facts.csv", "manifest.json"}
    expected |= {f"figures/{name}.{ending}" for name in figures for ending in ("svg", "csv")}
    expected |= {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert expected <= names


def test_the_prose_is_whole(report):
    """The published report has some 9,000 words; ours says as much in its own, 5,000 or more."""
    prose_words = 0
    for path in (report / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose_words += sum(len("".join(cell["source"]).split()) for cell in cells if cell["cell_type"] == "markdown")
    assert prose_words >= 5000


def test_the_html_loads_nothing_from_elsewhere(report):
    for path in (report / "html").rglob("*"):
        if path.suffix == ".html":
            loaded = re.findall(
                r"<(?:script|img|iframe|source|video)[^>]*?\ssrc=[\"']?([^\"'>\s]+)", path.read_text("utf-8")
            )
            loaded += re.findall(r"<link[^>]*?\shref=[\"']?([^\"'>\s]+)", path.read_text("utf-8"))
            assert not [address for address in loaded if re.match(r"(https?:)?//", address)], path
        if path.suffix == ".css":
            assert not re.findall(r"url\([\"']?(?:https?:)?//|@import", path.read_text("utf-8")), path


def test_one_changed_input_is_followed_everywhere(whole, tmp_path):
    """677 women with their months become 714: 19 cases, 19 million pounds, and no 677 anywhere."""
    changed = whole.copy(tmp_path)
    edit_women(changed, 714)
    report = build(changed, Q2)
    for form, read in READERS.items():
        text = read(report)
        assert "714 women" in text, form
        assert "19 cases" in text, form
        assert "£19 million" in text, form
        assert not holds_number(text, "677"), form


def edit_women(project, women):
    """Raise the quarter's women and the months of figure 8 that add up to them."""
    path = project / "data" / "reported.csv"
    rows = read_rows(path)
    (row,) = [each for each in rows if (each["fact_id"], each["period"], each["as_of"]) == ("mgso4_women", Q2, Q2)]
    more = women - int(row["value"])
    row["value"] = str(women)
    save(path, rows)
    path = project / "data" / "maternity_monthly.csv"
    rows = read_rows(path)
    months = ("2024-07", "2024-08", "2024-09")
    quarter = [each for each in rows if each["intervention"] == "magnesium_sulphate" and each["month"] in months]
    while more:
        for each in quarter:
            if more and int(each["numerator"]) < int(each["denominator"]):
                each["numerator"] = str(int(each["numerator"]) + 1)
                more -= 1
    assert sum(int(each["numerator"]) for each in quarter) == women
    save(path, rows)


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def save(path, rows):
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def first_quarter(whole):
    return whole.report(Q1)


def test_the_quarter_before_builds_from_the_same_notebooks(first_quarter):
    facts = facts_of(first_quarter)
    assert facts["mgso4_cp_avoided", Q1]["value"] == "18"
    assert facts["iap_survived", Q1]["value"] == "12"
    assert facts["lives_saved", "2024-25-YTD"]["value"] == facts["lives_saved", Q1]["value"] == "96"


@pytest.mark.parametrize("form", FORMATS)
def test_news_of_a_quarter_stays_out_of_the_quarter_before(first_quarter, form):
    text = READERS[form](first_quarter)
    assert "Differences within the published edition" not in text
    assert "Q1 2024/25" in text
    assert not holds_number(text, "677")


def test_quarters_add_up_to_the_year_to_date(facts, first_quarter):
    before, now = facts_of(first_quarter), facts
    for name in ("mgso4_cp_avoided", "iap_survived", "ocm_survived", "acs_survived", "lives_saved"):
        quarters = int(before[name, Q1]["value"]) + int(now[name, Q2]["value"])
        assert int(now[name, "2024-25-YTD"]["value"]) == quarters, name


def test_the_pages_name_the_quarter_and_its_status(words):
    for form in FORMATS:
        assert "Q2 2024/25" in words[form]
        assert "Draft" in words[form]
        assert "Illustrative data" in words[form]


@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_the_text_lists_just_the_measures_that_the_overview_says_need_attention(whole, quarter):
    page = html.parse(str(whole.report(quarter) / "html" / "index.html"))
    declared = yaml.safe_load((ROOT / "data" / "measures.yml").read_text(encoding="utf-8"))
    labels = {f"fig-{name.replace('_', '-')}": each["label"] for name, each in declared.items()}
    rows = page.xpath("//table[.//span[contains(@class, 'line')]]//tbody/tr")
    said = {tidy(row[0].text_content()) for row in rows if tidy(row[-1].text_content()).startswith("Yes")}
    links = page.xpath("//section[h3[contains(., 'What needs attention')]]//a[contains(@href, '#fig-')]/@href")
    assert {labels[link.partition("#")[2]] for link in links} == said
    assert len(said) == 3


def test_words_are_read_from_every_page(report):
    assert len(tidy(words_of_html(report)).split()) > 5000


@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_no_page_of_the_pdf_but_a_chapters_last_is_left_a_third_empty(whole, quarter):
    file = whole.report(quarter) / "report.pdf"
    pages = subprocess.run(["pdftoppm", "-r", "12", "-gray", file], capture_output=True, check=True).stdout
    filled = dict(enumerate(_filled(pages), start=1))
    with pikepdf.open(file) as pdf, pdf.open_outline() as outline:
        numbers = {each.obj.objgen: number for number, each in enumerate(pdf.pages, start=1)}
        chapters = {numbers[each.destination[0].objgen] for each in outline.root}
    assert len(chapters) > 8
    last = {number - 1 for number in chapters} | {len(filled)}
    assert {number: share for number, share in filled.items() if share < 2 / 3 and number not in last} == {}


@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_the_infographics_are_one_page_of_the_pdf(whole, quarter):
    with pikepdf.open(whole.report(quarter) / "report.pdf") as pdf, pdf.open_outline() as outline:
        numbers = {each.obj.objgen: number for number, each in enumerate(pdf.pages, start=1)}
        begins = {each.title: numbers[each.destination[0].objgen] for each in outline.root}
    titles = list(begins)
    after = titles[titles.index("Key infographics") + 1]
    assert begins[after] - begins["Key infographics"] == 1


def _filled(pages):
    """Yield for each page, as pdftoppm prints them, how far down its text or drawings go, between its running lines."""
    while pages:
        kind, width, height = pages.split(maxsplit=3)[:3]
        assert kind == b"P5"
        size = int(width) * int(height)
        start = pages.index(b"255\n") + 4
        rows = [pages[start + at : start + at + int(width)] for at in range(0, size, int(width))]
        top, foot = len(rows) // 12, len(rows) * 11 // 12
        inked = [at for at in range(top, foot) if min(rows[at][: int(width) * 19 // 20]) < 200]
        yield ((max(inked) if inked else top) - top) / (foot - top)
        pages = pages[start + size :]
