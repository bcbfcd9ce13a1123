"""Rules for the passports of a report's numbers: the example is held to them, and so is this report.

A module of tests imports the rules and their fixtures; the fixture ``html_pages`` says whose pages are read.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections import Counter
from itertools import pairwise

import docx
import nbformat
import pikepdf
import pytest
from docx.oxml.ns import qn
from lxml import html

from natpatsip.facts.fact import CITED
from natpatsip.wording import plural
from support.page_rules import WHOLE
from support.reading import tidy, words_of_docx, words_of_pdf

OPEN_ALL = """() => [...document.querySelectorAll("a.fact")].map(number => {
    number.click();
    const card = document.getElementById("passport");
    const said = card.hidden || document.activeElement.parentElement !== card ? "nothing" : card.innerText;
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
    const back = card.hidden && document.activeElement === number ? said : "a card that stays";
    return [number.innerText, `${number.dataset.key}, period ${number.dataset.period}`, back];
})"""

SIZES = "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"

RUN = r"a\d+(?:–\u2060?a\d+)?"
MARK = re.compile(rf"\[({RUN}(?:, {RUN})*)\]")


__all__ = [  # what a module of tests needs to run the rules
    "beside",
    "browser",
    "entries",
    "facts",
    "listed",
    "pages",
    "passports",
    "report",
    "said",
    "test_a_passport_says_all_that_is_known",
    "test_each_entry_names_the_chapters_that_print_its_number",
    "test_entries_are_numbered_in_the_order_of_the_list",
    "test_every_calculated_fact_has_its_formula_and_inputs_that_are_facts",
    "test_every_fact_has_a_label_in_words_and_no_two_of_a_period_have_the_same",
    "test_every_fact_has_its_cell_its_rows_and_their_fingerprint",
    "test_every_number_on_every_page_has_a_passport",
    "test_every_number_on_paper_is_referred_to_and_each_reference_has_an_entry",
    "test_every_number_opens_its_card",
    "test_ids_cells_rows_and_fingerprints_are_in_the_audit_trail_alone",
    "test_in_the_whole_report_as_one_page_a_number_is_a_link_to_its_entry",
    "test_lists_on_paper_name_each_number_by_its_label_and_never_by_its_id",
    "test_no_number_is_made_from_one_that_is_said_to_come_from_it",
    "test_no_source_is_just_the_label_of_its_number",
    "test_no_text_alternative_has_an_id_in_it",
    "test_numbers_that_stand_alone_are_large_enough_to_touch",
    "test_paper_reads_as_the_pages_do_but_for_the_references",
    "test_references_in_the_pdf_are_links_into_the_list",
    "test_references_in_word_lead_to_their_entries",
    "test_references_on_paper_are_in_order_and_runs_of_them_are_joined",
    "test_the_list_and_the_cards_say_the_same",
    "test_the_list_has_the_numbers_of_the_report_and_those_that_they_are_made_from",
    "test_the_list_of_all_numbers_links_to_its_files",
    "test_the_note_at_the_front_counts_the_numbers_that_the_list_marks_as_illustrative",
    "test_the_passports_cost_each_page_little",
]


@pytest.fixture(scope="module")
def report(html_pages):
    return html_pages.parent


def facts_of(report):
    """Return the rows of a report's facts.csv, by id and period."""
    with (report / "facts.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["id"], row["period"]): row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def facts(report):
    return facts_of(report)


@pytest.fixture(scope="module")
def listed(facts, passports):
    """The facts that the list of all numbers has."""
    return {(key, period): row for (key, period), row in facts.items() if f"fact-{key}-{period}" in passports}


@pytest.fixture(scope="module")
def pages(report):
    """The chapters' pages that print a number, parsed."""
    paths = [path for path in sorted((report / "html").glob("*.html")) if path.name != WHOLE]
    found = {path: html.parse(str(path)).getroot() for path in paths}
    return {path: tree for path, tree in found.items() if tree.xpath("//*[@data-key]")}


@pytest.fixture(scope="module")
def said(report):
    """What sentences say for a fact in place of its number, such as *all 15*, by what the notebooks printed."""
    found = set()
    for path in (report / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for expression in cell.metadata.get("user_expressions", ()):
                data = expression["result"]["data"]
                if fact := data.get(CITED):
                    found.add((fact["id"], fact["period"], data["text/plain"]))
    return found


@pytest.fixture(scope="module")
def beside(report):
    """The numbers that are printed within another's words, as the 15 of *3 of the 15*: chapter and entry."""
    found = set()
    for path in (report / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for expression in cell.metadata.get("user_expressions", ()):
                for fact in expression["result"]["data"].get(CITED, {}).get("beside", ()):
                    found.add((path.stem, f"fact-{fact['id']}-{fact['period']}"))
    return found


@pytest.fixture(scope="module")
def passports(report):
    text = (report / "html" / "assets" / "passports.js").read_text(encoding="utf-8")
    found = re.fullmatch(r"window\.natpatsipPassports\((.*)\);\n", text)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def entries(report):
    """The rows of the list of all numbers, by id."""
    tree = html.parse(str(report / "html" / "sources.html")).getroot()
    return {row.get("id"): row for row in tree.xpath("//table[contains(@class, 'passports')]//tr[@id]")}


@pytest.fixture(scope="module")
def browser(chrome):
    return chrome


def test_every_fact_has_its_cell_its_rows_and_their_fingerprint(report, facts):
    cells = {
        (path.name, cell.get("id"))
        for path in (report / "notebooks").glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
    }
    lacking = [
        (key, name)
        for key, row in facts.items()
        for name in ("value", "text", "unit", "section", "source", "rows")
        if not row[name].strip()
    ]
    assert lacking == []
    assert [key for key, row in facts.items() if not re.fullmatch(r"[0-9a-f]{64}", row["rows_sha256"])] == []
    assert [key for key, row in facts.items() if (row["notebook"], row["cell"]) not in cells] == []
    assert [key for key, row in facts.items() if row["notebook"] != f"{row['section']}.ipynb"] == []


def test_every_calculated_fact_has_its_formula_and_inputs_that_are_facts(report, facts):
    published = set()
    for path in (report / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                record = output.get("data", {}).get("application/vnd.natpatsip.fact+json")
                if record:
                    published.add((record["id"], record["period"]))
    assert len(published) > 3
    assert [key for key in published if not facts[key]["formula"]] == []
    inputs = [text for row in facts.values() for text in _split(row["inputs"])]
    assert inputs
    known = {f"{key} ({period})" for key, period in facts}
    assert [text for text in inputs if text not in known] == []


def _split(text):
    return [part for part in text.split("; ") if part]


def test_no_number_is_made_from_one_that_is_said_to_come_from_it(facts):
    """The sources of what a number is made from name neither its value nor, if it is of the year so far, its period."""
    by_name = {f"{key} ({period})": row for (key, period), row in facts.items()}

    def made_from(row):
        for each in map(by_name.get, _split(row["inputs"])):
            yield each
            yield from made_from(each)

    circular = [
        (key, row["text"], each["source"])
        for key, row in facts.items()
        for each in made_from(row)
        if row["text"] in re.findall(r"(?<![\w/])£?\d[\d,.]*(?<!\.)%?(?![\w/])", each["source"])
        or (key[1].endswith("-YTD") and "year to date" in each["source"])
    ]
    assert circular == []


def test_no_source_is_just_the_label_of_its_number(facts):
    """A number does not come from itself: its source says more than what it is."""
    assert [key for key, row in facts.items() if row["label"].lower() in row["source"].lower()] == []


def test_every_number_on_every_page_has_a_passport(pages, passports, entries, facts, said):
    numbers = [(path, number) for path, tree in pages.items() for number in tree.xpath("//*[@data-key]")]
    assert len(numbers) > 8
    for path, number in numbers:
        key, period = number.get("data-key"), number.get("data-period")
        name = f"fact-{key}-{period}"
        assert number.tag == "a", (path.name, name)
        assert number.get("href") == f"sources.html#{name}"
        text = number.text_content()
        assert text == facts[key, period]["text"] or (key, period, text) in said, (path.name, name, text)
        assert passports[name]["entry"] == number.get("data-entry") == entries[name].xpath("string(th)")


def test_the_list_of_all_numbers_links_to_its_files(report):
    tree = html.parse(str(report / "html" / "sources.html")).getroot()
    assert set(tree.xpath("//main//p//a[starts-with(@href, '../')]/@href")) == {"../facts.csv", "../manifest.json"}


def test_the_list_has_the_numbers_of_the_report_and_those_that_they_are_made_from(pages, beside, passports, facts):
    """A number of facts.csv that no chapter prints, such as a measure's latest month, is not looked for in the list."""
    rows = {f"fact-{key}-{period}": row for (key, period), row in facts.items()}
    wanted = {link.split("#")[1] for tree in pages.values() for link in tree.xpath("//*[@data-key]/@href")}
    wanted |= {name for _, name in beside}
    waiting = list(wanted)
    while waiting:
        inputs = {f"fact-{text[:-1].replace(' (', '-')}" for text in _split(rows[waiting.pop()]["inputs"])}
        waiting += inputs - wanted
        wanted |= inputs
    assert set(passports) == wanted


def test_a_passport_says_all_that_is_known(passports, listed):
    terms = {name: [line[0] for line in _lines(each)] for name, each in passports.items()}
    for (key, period), row in listed.items():
        said = terms[f"fact-{key}-{period}"]
        expected = ["Source", "Data", "Notebook", "Cited as"]
        expected += ["Formula"] * bool(row["formula"]) + ["Made from"] * bool(row["inputs"])
        assert set(expected) <= set(said), (key, period)
        data = {line[0]: "".join(map(str, line[1])) for line in _lines(passports[f"fact-{key}-{period}"])}
        assert row["inputs"] or row["rows"] in data["Data"]
        assert row["rows_sha256"][:12] in data["Data"]


def _lines(passport):
    return [*passport["lines"], *passport["audit"]]


def test_every_fact_has_a_label_in_words_and_no_two_of_a_period_have_the_same(facts):
    assert [key for key, row in facts.items() if not re.fullmatch(r"[A-Z0-9][^_]*[^_. ]", row["label"])] == []
    of_period = [(row["label"], row["period"]) for row in facts.values()]
    assert [each for each, count in Counter(of_period).items() if count > 1] == []
    assert [key for key, row in facts.items() if row["label"] == row["id"]] == []


def test_ids_cells_rows_and_fingerprints_are_in_the_audit_trail_alone(passports, entries, listed):
    for (key, period), row in listed.items():
        passport, entry = passports[f"fact-{key}-{period}"], entries[f"fact-{key}-{period}"]
        (trail,) = entry.xpath(".//details[summary='Audit trail']")
        assert key in trail.text_content()
        above = json.dumps([passport[part] for part in ("label", "value", "about", "lines")])
        above += tidy(entry.text_content()).replace(tidy(trail.text_content()), "")
        marks = (*([key] if "_" in key else []), row["notebook"], row["rows_sha256"][:12], "SHA-256")
        assert [mark for mark in marks if mark in _without_links(above)] == [], (key, period)


def _without_links(text):
    return re.sub(r'"(?:page|passport)": "[^"]*"', "", text)


def test_lists_on_paper_name_each_number_by_its_label_and_never_by_its_id(report, listed):
    for words in (words_of_docx(report), words_of_pdf(report)):
        written = words.replace(" ", "").replace("’", "'")
        assert [row["label"] for row in listed.values() if tidy(row["label"]).replace(" ", "") not in written] == []
        assert [key for key, _ in listed if "_" in key and key in written] == []


def test_no_text_alternative_has_an_id_in_it(report, facts):
    ids = {key for key, _ in facts if "_" in key}
    alternatives = [
        text
        for path in (report / "html").glob("*.html")
        for text in html.parse(str(path)).xpath("//@alt | //*[@role='img']/@aria-label")
    ]
    assert alternatives
    assert [text for text in alternatives if ids & set(re.findall(r"\w+", text))] == []


def test_the_list_and_the_cards_say_the_same(passports, entries):
    for name, passport in passports.items():
        row = tidy(entries[name].text_content())
        assert passport["value"] in row, name
        assert _plain(passport["label"]) in _plain(row), name
        assert tidy(passport["about"]) in row
        for term, pieces in _lines(passport):
            words = "".join(piece if isinstance(piece, str) else piece["text"] for piece in pieces)
            assert _plain(term + words) in _plain(row), (name, term)


def _plain(text):
    return re.sub(r"\s+|[’']", "", text)


def test_every_number_opens_its_card(browser, report, pages):
    failed, opened = [], 0
    with browser.new_context(viewport={"width": 1280, "height": 800}) as window:
        tab = window.new_page()
        tab.on("pageerror", lambda error: failed.append(str(error)))
        tab.on("console", lambda message: failed.append(message.text))
        for path in pages:
            tab.goto(path.as_uri())
            tab.locator("a.fact").first.click()  # the passports are loaded now
            tab.wait_for_selector("#passport", state="visible")
            tab.keyboard.press("Escape")
            found = tab.evaluate(OPEN_ALL)
            failed += [f"{path.name}: {number} opened {said!r}" for number, wanted, said in found if wanted not in said]
            opened += len(found)
    assert failed == []
    assert opened > 8


def test_in_the_whole_report_as_one_page_a_number_is_a_link_to_its_entry(report):
    tree = html.parse(str(report / "html" / WHOLE)).getroot()
    places = set(tree.xpath("//@id"))
    links = tree.xpath("//a[@data-key]/@href")
    assert len(links) > 8
    assert [link for link in links if link[0] != "#" or link[1:] not in places] == []


def test_paper_reads_as_the_pages_do_but_for_the_references(report, pages):
    written = re.sub(rf"\s?{MARK.pattern}", "", words_of_docx(report))
    printed = re.sub(rf"\s?{MARK.pattern}", "", _body_of_pdf(report)).replace(" ", "")
    compared = 0
    for tree in pages.values():
        for paragraph in tree.xpath(
            "//p[.//a[@data-key]] | //li[.//a[@data-key]][not(.//p)][not(contains(@class, 'tile'))]"
        ):
            words = tidy(paragraph.text_content()).strip()
            assert words in written, words
            assert words.replace(" ", "") in printed, words
            compared += 1
    assert compared > 5


def _body_of_pdf(report):
    """Return the PDF's text between the running lines, which would stand in the middle of a broken paragraph."""
    area = ["-x", "0", "-y", "64", "-W", "595", "-H", "720"]
    run = subprocess.run(
        ["pdftotext", "-raw", *area, report / "report.pdf", "-"], capture_output=True, text=True, check=True
    )
    return re.sub(r", page \d+| \(page \d+\)", "", tidy(run.stdout.replace("-\n", "-")))  # beside references to figures


def test_every_number_on_paper_is_referred_to_and_each_reference_has_an_entry(report, pages, passports):
    entries = {each["entry"] for each in passports.values()}
    printed = {number.get("data-entry") for tree in pages.values() for number in tree.xpath("//*[@data-entry]")}
    for words in (words_of_docx(report), words_of_pdf(report)):
        marks = {entry for found in MARK.findall(words) for run in found.split(", ") for entry in _entries_of(run)}
        assert printed <= marks <= entries  # the list itself refers to what a number was made from


def _entries_of(run):
    """Return the entries that a reference such as a12–a14 stands for."""
    first, _, last = run.replace("\u2060", "").partition("–")
    return [f"a{number}" for number in range(int(first[1:]), int((last or first)[1:]) + 1)]


def test_a_reference_to_few_entries_stays_on_a_line_of_the_word_file(report):
    body = docx.Document(str(report / "report.docx")).element.body
    lines = ["".join(part.text or "" for part in each.iter(qn("w:t"))) for each in body.iter(qn("w:p"))]
    marks = [found[0] for line in lines for found in re.finditer(r"\[a\d[^]]*\]", line)]
    assert marks
    assert not [
        mark for mark in marks if len(mark.replace("\u2060", "")) <= 26 and re.search("[ \u2011]|–(?!\u2060)", mark)
    ]


def test_references_on_paper_are_in_order_and_runs_of_them_are_joined(report):
    for words in (words_of_docx(report), words_of_pdf(report)):
        runs = [[_entries_of(run) for run in found.split(", ")] for found in MARK.findall(words)]
        assert any(len(each) > 1 for each in runs)
        assert any(len(run) > 1 for each in runs for run in each)
        for before, after in (pair for each in runs for pair in pairwise(each)):
            assert int(before[-1][1:]) + 1 < int(after[0][1:])


def test_references_in_word_lead_to_their_entries(report):
    body = docx.Document(str(report / "report.docx")).element.body
    places = {
        mark.get(qn("w:name")): "".join(node.text or "" for node in mark.getparent().iter(qn("w:t")))
        for mark in body.iter(qn("w:bookmarkStart"))
    }
    followed = 0
    for link in body.iter(qn("w:hyperlink")):
        anchor = link.get(qn("w:anchor"))
        words = "".join(node.text or "" for node in link.iter(qn("w:t")))
        if re.fullmatch(RUN, words):
            assert places[anchor] == _entries_of(words)[0]
            followed += 1
    assert followed > 8


def test_references_in_the_pdf_are_links_into_the_list(report):
    with pikepdf.open(report / "report.pdf") as pdf:
        numbers = {page.objgen: position for position, page in enumerate(pdf.pages)}
        targets = [
            (position, numbers[pikepdf.Page(_destination(pdf, link)[0]).objgen])
            for position, page in enumerate(pdf.pages)
            for link in page.get("/Annots", [])
            if link.Subtype == "/Link" and ("/Dest" in link or ("/A" in link and link.A.S == "/GoTo"))
        ]
    first = min(_pages_of_list(report))
    assert len([target for position, target in targets if position < first <= target]) > 8


def _destination(pdf, link):
    where = link.Dest if "/Dest" in link else link.A.D
    if isinstance(where, pikepdf.Array):
        return where
    names = pikepdf.NameTree(pdf.Root.Names.Dests)
    found = names[str(where)]
    return found.D if isinstance(found, pikepdf.Dictionary) else found


def _pages_of_list(report):
    run = subprocess.run(
        ["pdftotext", "-layout", report / "report.pdf", "-"], capture_output=True, text=True, check=True
    )
    return [
        number for number, text in enumerate(run.stdout.split("\f")) if re.search(r"^\s*Entry\s+What it is", text, re.M)
    ]


def test_the_note_at_the_front_counts_the_numbers_that_the_list_marks_as_illustrative(report, entries):
    marked = [row for row in entries.values() if re.search(r"· Illustrative\b", tidy(row.text_content()))]
    assert marked
    front = html.parse(str(report / "html" / "index.html")).getroot().xpath("//main")[0].text_content()
    told = f"{len(marked)} {plural(len(marked), 'number', 'numbers')} for which no usable figure"
    assert told in tidy(front)


def test_entries_are_numbered_in_the_order_of_the_list(entries):
    numbers = [int(row.xpath("string(th)").removeprefix("a")) for row in entries.values()]
    assert numbers[0] == 1
    assert all(after == before + 1 for before, after in pairwise(numbers))


def test_each_entry_names_the_chapters_that_print_its_number(report, pages, entries, beside):
    for name, row in entries.items():
        named = {link.get("href").split("#")[0] for link in row.xpath(".//a") if ".html" in link.get("href")}
        key = name.removeprefix("fact-").split("-")[0]
        printing = {
            path.name
            for path, tree in pages.items()
            if any(f"fact-{key}-{each.get('data-period')}" == name for each in tree.xpath(f"//*[@data-key='{key}']"))
        }
        assert named == printing | {f"{chapter}.html" for chapter, each in beside if each == name}, name


def test_the_passports_cost_each_page_little(report):
    script, data = ((report / "html" / "assets" / name).stat().st_size for name in ("passport.js", "passports.js"))
    assert script < 12_000
    assert data < 120_000


def test_numbers_that_stand_alone_are_large_enough_to_touch(browser, report, pages):
    seen = 0
    with browser.new_context(viewport={"width": 360, "height": 640}) as window:
        tab = window.new_page()
        for path in pages:
            if path.name != "sources.html":
                tab.goto(path.as_uri())
                sizes = tab.locator("td a.fact, .tile-value a.fact").evaluate_all(SIZES)
                assert [size for size in sizes if min(size) < 24] == [], path.name
                seen += len(sizes)
    assert seen
