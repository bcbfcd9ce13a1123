"""The embedded renderer: what is in each format of the sample chapters."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections import Counter
from itertools import pairwise

import docx
import page
import pikepdf
import pytest
from docx.oxml.ns import qn
from lxml import etree, html
from openxml_audit import OpenXmlValidator

from natpatsip.errors import RenderError, UsageError
from natpatsip.pipeline import render
from natpatsip.pipeline.options import FORMATS
from natpatsip.pipeline.render.pandoc import FILTERS, run_pandoc
from natpatsip.pipeline.render.word_markup import bookmark
from natpatsip.pipeline.render.word_tables import BESIDE_ICON, EMU
from support.reading import READERS, tidy
from support.staged import TIMESTAMP, stage

CHAPTERS = ("index", "list-of-figures", "waiting-times", "visits", "case-studies", "glossary")
FIGURES = {"fig-seen-in-time": 1, "fig-home-visits": 2, "fig-caseload": 3}
ALTS = (
    "Control chart of 45 months. The mean rises from 74.4% to 78.1% at July 2023; limits 68% to 88%; no point outside "
    "them & none <b>missing</b>.",
    "Control chart of 45 months about a mean of 87.2%, all within limits.",
    "Control chart that falls in three steps.",
    *("It comes back.", "Common cause", "It comes back."),  # small drawings of a table; one repeats its words
    "A cycle of four steps: share, learn, try, look again.",
)


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return stage(tmp_path_factory.mktemp("staged"))


@pytest.fixture(scope="module")
def report(staged, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    render.render(staged, folder, FORMATS, renderer=render.PANDOC, timestamp=TIMESTAMP)
    return folder


@pytest.fixture(scope="module")
def pages(report):
    return {name: html.parse(str(report / "html" / f"{name}.html")).getroot() for name in CHAPTERS}


@pytest.fixture(scope="module")
def tags(report):
    """The PDF's structure as (tag, alternative text), in reading order."""
    with pikepdf.open(report / "report.pdf") as pdf:
        return list(walk(pdf.Root.StructTreeRoot.K))


@pytest.fixture(scope="module")
def word(report):
    return docx.Document(str(report / "report.docx"))


def walk(node, inside=""):
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from walk(each, inside)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        tag = str(node.S)
        yield tag, str(node.get("/Alt", "")), inside
        if "/K" in node:
            yield from walk(node.K, f"{inside}{tag}")


# All formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", READERS)
def test_the_same_words_are_in_every_format(report, form):
    words = READERS[form](report)
    for text in (
        "677 people received a home visit",
        "up to 99",
        "More people are seen in the right clinic: a shift up, still under the “ambition” of 85%",
        "People with a first appointment within 18 weeks",
        "Each point is a month.",
        "Illustrative data, drawn to reproduce the published values",
        "Submissions by team, to 11 November 2024",
        "Łódź and Ŵrecsam, twinned",
        "The Teams of Kent, Surrey & Sussex",
        "What the ambition is",
        "its whole team now asks",
        "Drawn for this report",
        "NEWTT2",
        "people_seen",
        "not an official publication",
        "Draft",
    ):
        assert text in words, text
    assert "{" not in words
    assert ".qmd" not in words


def test_a_rendering_again_gives_the_same_bytes(staged, report, tmp_path):
    render.render(staged, tmp_path, FORMATS, renderer=render.PANDOC, timestamp=TIMESTAMP)
    first = {path.relative_to(report): path.read_bytes() for path in report.rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert first.keys() == again.keys()
    assert [str(name) for name in first if first[name] != again[name]] == []


def test_only_what_is_asked_for_is_written(staged, tmp_path):
    render.render(staged, tmp_path, ["pdf"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


def test_an_unknown_format_is_refused(staged, tmp_path):
    with pytest.raises(UsageError, match='format "word": expected any of html, pdf, docx'):
        render.render(staged, tmp_path, ["word"], renderer=render.PANDOC, timestamp=TIMESTAMP)


def test_a_letter_that_the_typeface_has_not_is_an_error_and_never_a_blank(staged, tmp_path):
    stage(tmp_path / "staged")
    chapter = tmp_path / "staged" / "glossary.qmd"
    chapter.write_text(chapter.read_text(encoding="utf-8") + "\nThe word 漢字 means letters.\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"(?s)2 problems:.*“字” \(U\+5B57.*“漢” \(U\+6F22"):
        render.render(tmp_path / "staged", tmp_path, ["pdf"], renderer=render.PANDOC, timestamp=TIMESTAMP)


def test_a_pdf_whose_process_dies_is_an_error(staged, tmp_path, monkeypatch):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\ncat > /dev/null\nkill -9 $$\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(RenderError, match=r"report\.pdf: the process that runs Typst ended unexpectedly: .* SIGKILL"):
        render.render(staged, tmp_path / "report", ["pdf"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    assert not (tmp_path / "report" / "report.pdf").exists()


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_page_has_what_readers_and_their_programs_look_for(pages, name):
    tree = pages[name]
    assert tree.get("lang") == "en-GB"
    assert tree.findtext(".//title").endswith("Q2 2024/25")
    assert len(tree.xpath("//main")) == len(tree.xpath("//h1")) == 1
    assert tree.xpath("//body/a[1]")[0].get("href") == "#main"
    contents = [" ".join(link.text_content().split()) for link in tree.xpath("//nav[@id='contents']//a")]
    assert contents[1:4] == ["Executive summary", "Headline numbers", "Access and waiting times"]
    assert len(tree.xpath("//nav[@id='contents']//a[@class='chapter']")) == len(CHAPTERS)
    levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3", "h4")]
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert "Contains illustrative data" in tree.xpath("//footer")[0].text_content()


def test_pages_lead_on_and_back(pages):
    turns = {name: [link.get("href") for link in tree.xpath("//nav[@class='turn']/a")] for name, tree in pages.items()}
    assert turns["index"] == ["list-of-figures.html"]
    assert turns["visits"] == ["waiting-times.html", "case-studies.html"]
    assert turns["glossary"] == ["case-studies.html"]


def test_the_front_page_leads_to_the_programmes(pages):
    links = pages["index"].xpath("//nav[@class='programmes']//a")
    assert [link.get("href") for link in links] == ["waiting-times.html", "visits.html"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_link_of_a_page_leads_somewhere(report, pages, name):
    ids = {other: set(tree.xpath("//@id")) for other, tree in pages.items()}
    for target in pages[name].xpath("//a/@href"):
        if target.startswith("https://"):
            continue
        file, _, fragment = target.partition("#")
        stem = file.removesuffix(".html") or name
        if file.endswith(".html") or not file:
            assert not fragment or fragment in ids[stem], target
        else:
            assert (report / "html" / file).is_file(), target


def test_nothing_is_loaded_from_elsewhere(report, pages):
    for tree in pages.values():
        for source in tree.xpath("//link/@href | //script/@src | //img/@src | //*[local-name()='use']/@href"):
            assert source.startswith(("#", "assets/")), source
            assert source.startswith("#") or (report / "html" / source).is_file(), source
        assert tree.xpath("//style | //script[not(@src)]") == []
    for sheet in (report / "html" / "assets").glob("*.css"):
        for address in re.findall(r"url\(\"?([^\")]+)", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / address).is_file(), address


@pytest.mark.parametrize("name", CHAPTERS)
def test_ids_are_unique_in_a_page(pages, name):
    assert [each for each, count in Counter(pages[name].xpath("//@id")).items() if count > 1] == []


def test_a_figure_in_a_page_is_whole(report, pages):
    figure = pages["waiting-times"].get_element_by_id("fig-seen-in-time")
    assert figure.xpath(".//p[@class='figure-number']")[0].text_content() == "Figure 1 Access"
    drawing = figure.xpath("./div[@class='chart']")[0]
    assert (drawing.get("role"), drawing.get("aria-label")) == ("img", ALTS[0])
    assert drawing.xpath("./svg/@viewbox | ./svg/@viewBox") == [
        "0 0 {} {}".format(*drawing.xpath("./svg/@width | ./svg/@height"))
    ]
    files = figure.xpath(".//p[@class='figure-files']/a/@href")
    assert files == ["figures/fig-seen-in-time.csv", "figures/fig-seen-in-time.svg"]


def test_the_data_under_a_figure_are_those_of_its_file(staged, pages):
    with (staged / "figures" / "fig-caseload.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    table = pages["visits"].get_element_by_id("fig-caseload").xpath(".//table")[0]
    heads = [cell.text_content() for cell in table.xpath("./thead/tr/th")]
    assert heads == ["Month", "Value", "Mean", "Lower limit", "Upper limit"]  # no target: the column is empty
    shown = [[cell.text_content() for cell in row.xpath("./th | ./td")] for row in table.xpath("./tbody/tr")]
    assert len(shown) == len(rows) == 45
    assert shown[0][0] == "January 2021"
    values = [round(float(row["value"]), 2) for row in rows]
    assert [float(row[1].replace(",", "")) for row in shown] == values


def test_the_list_of_figures_in_a_page_has_one_link_a_row(pages):
    page = pages["list-of-figures"]
    rows = page.xpath("//main//table/tbody/tr")
    links = [row.xpath(".//a/@href") for row in rows]
    assert [[link.partition("#")[2] for link in each] for each in links] == [[name] for name in FIGURES]
    headings = [each.text_content() for each in page.xpath("//main//thead//th")]
    assert headings == ["Figure", "Programme", "Description"]
    assert {len(row) for row in rows} == {len(headings)}


def test_facts_in_a_page_keep_their_keys(pages):
    fact = pages["index"].xpath("//span[@class='fact']")[0]
    assert (fact.text, fact.get("data-key"), fact.get("data-period")) == ("677", "people_seen", "2024-25-Q2")


# PDF -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A])
def test_the_pdf_holds_to_its_standards(report, profile):
    found = page.validate_pdf(str(report / "report.pdf"), profile=profile)
    assert [failure.message for failure in found.failures] == []
    assert found.is_compliant


def test_every_figure_of_the_pdf_has_its_alternative_text(tags):
    assert tuple(alt for tag, alt, _ in tags if tag == "/Figure") == ALTS


def test_every_table_of_the_pdf_has_header_cells(tags):
    kinds = Counter(tag for tag, _, _ in tags)
    assert kinds["/Table"] == kinds["/THead"] == 4  # the list of figures and three tables
    assert kinds["/TH"] == 4 + 4 + 4 + 7  # in the last, two spanners
    assert all("/THead" in inside for tag, _, inside in tags if tag == "/TH")


def test_no_heading_of_the_pdf_is_skipped(tags):
    levels = [int(tag[2:]) for tag, _, _ in tags if re.fullmatch(r"/H\d", tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_the_pdf_says_what_it_is_and_can_be_navigated(report):
    with pikepdf.open(report / "report.pdf") as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.PageMode == "/UseOutlines"
        assert str(pdf.docinfo.Title) == "Riverside Improvement Programmes of the Trust: Q2 2024/25 progress report"
        with pdf.open_outline() as outline:
            assert [each.title for each in outline.root] == [
                "Contents",
                "List of figures",
                "Executive summary",
                "Access and Waiting Times Improvement Programme",
                "Home Visits Improvement Programme",
                "Case studies",
                "Glossary",
            ]


def test_the_list_of_figures_of_the_pdf_has_their_pages(report):
    words = READERS["pdf"](report)
    listed = words.split("Figure Programme Description Page")[1].split("Executive summary")[0]
    ends = re.findall(r"(\d+) (Access|Visits) .*?(?:month|2024) (\d+)(?= |$)", listed)
    assert [(int(number), programme) for number, programme, _ in ends] == [
        (1, "Access"),
        (2, "Access"),
        (3, "Visits"),
    ]
    with pikepdf.open(report / "report.pdf") as pdf:
        links = [link for link in pdf.pages[2].Annots if link.get("/Subtype") == "/Link"]
        leads_to = {page_of(pdf, link.Dest if "/Dest" in link else link.A.D) for link in links}
    assert {int(place) for _, _, place in ends} == leads_to


def page_of(pdf, destination):
    """Return the number of the page that a link leads to, by name or by place."""
    if isinstance(destination, pikepdf.String):
        destination = pikepdf.NameTree(pdf.Root.Names.Dests)[str(destination)]
    return next(number for number, each in enumerate(pdf.pages, start=1) if each.obj.objgen == destination[0].objgen)


def test_prose_that_leads_to_a_figure_says_its_page(report):
    words = READERS["pdf"](report)
    with pikepdf.open(report / "report.pdf") as pdf:
        texts = [text_of_page(report, number) for number in range(1, len(pdf.pages) + 1)]
    places = {
        name: next(number for number, text in enumerate(texts, start=1) if re.search(rf"Figure {figure} · ", text))
        for name, figure in FIGURES.items()
    }
    assert f"as Figure 1 (page {places['fig-seen-in-time']}) shows" in words
    assert f"(Figure 2, page {places['fig-home-visits']})" in words
    assert "as Figure 3 shows" in words  # right below


def test_a_figure_is_read_where_it_stands_in_the_chapter(tags):
    """Its title, drawing and caption follow the heading of its section and come before what follows it there."""
    order = [tag for tag, alt, _ in tags if tag in {"/H2", "/Table"} or alt == ALTS[2]]
    drawing = order.index("/Figure")
    assert order[drawing - 1 : drawing + 2] == ["/H2", "/Figure", "/Table"]


def test_no_figure_lies_under_a_chapters_title(report):
    """On a page that opens a chapter the title comes first: above it there is nothing, not even a figure."""
    with pikepdf.open(report / "report.pdf") as pdf:
        openings = {page_of(pdf, pikepdf.String(name)): name for name in CHAPTERS if name != "list-of-figures"}
    titles = {"index": "Executive summary", "visits": "Home Visits Improvement Programme"}
    for number, name in openings.items():
        assert text_of_page(report, number).startswith(titles.get(name, "")), name


def test_a_picture_inside_a_panel_stays_in_it(report):
    words = READERS["pdf"](report)
    panel = words[words.rindex("Case study A community") :]
    assert panel.index("The group agrees what to try") < panel.index("The cycle that the community goes through")


def test_every_page_but_the_cover_and_chapter_openings_has_its_running_head(report):
    with pikepdf.open(report / "report.pdf") as pdf:
        count = len(pdf.pages)
        openings = {1, 2} | {page_of(pdf, pikepdf.String(name)) for name in CHAPTERS}
    for number in range(1, count + 1):
        text = text_of_page(report, number)
        is_headed = "Riverside Improvement Programmes of the Trust Draft" in text
        assert is_headed == (number not in openings), f"page {number}"
        assert (f"Page {number} of {count}" in text) == (number > 1)


def text_of_page(report, number):
    run = subprocess.run(
        ["pdftotext", "-raw", "-f", str(number), "-l", str(number), report / "report.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return tidy(run.stdout)


# Word ----------------------------------------------------------------------------------------------------------------


def test_word_has_real_headings_and_captions(word):
    styles = Counter(paragraph.style.name for paragraph in word.paragraphs)
    assert styles["Heading 1"] == len(CHAPTERS)
    assert styles["Caption"] == len(FIGURES)
    first = next(paragraph for paragraph in word.paragraphs if paragraph.style.name == "Caption")
    assert first.text.startswith("Figure\u00a01. More people are seen in the right clinic")  # as references say it


def test_what_leads_to_a_figure_or_a_list_in_word_stays_with_it(word):
    leads = [
        before
        for before, after in pairwise(word.paragraphs)
        if before.style.name in ("First Paragraph", "Body Text")
        and (after.style.name in ("Caption", "Figure") or (after.style.name == "Compact" and before.text.endswith(":")))
    ]
    assert len(leads) >= 3
    assert all(each.paragraph_format.keep_with_next for each in leads)


def test_a_tables_note_in_word_stays_with_its_last_row(word):
    notes = [table for table in word.tables if is_note(table._tbl.getnext())]
    assert notes
    for table in notes:
        lines = [*table._tbl.tr_lst[-1].iter(qn("w:p"))]
        assert all(line.pPr.find(qn("w:keepNext")) is not None for line in lines)


def is_note(element):
    return element is not None and element.tag == qn("w:p") and element.style == "FigureNote"


def test_word_contents_are_there_before_any_update(word):
    entries = [each for each in word.paragraphs if each.style.name.startswith("toc ")]
    names = ["List of figures", "Executive summary", "Headline numbers", "Access and waiting times"]
    assert [each.text.partition("\t")[0] for each in entries][:4] == names
    pages = [int(each.text.partition("\t")[2]) for each in entries]
    assert pages == sorted(pages)
    assert (pages[0], pages[1] > 3, pages[-1] > 8) == (3, True, True)
    instructions = [node.text for node in word.element.body.iter(qn("w:instrText"))]
    assert instructions[0].strip() == 'TOC \\o "1-2" \\h \\z \\u'
    for figure in FIGURES:
        assert f" PAGEREF {figure} " in instructions
    marks = Counter(node.get(qn("w:fldCharType")) for node in word.element.body.iter(qn("w:fldChar")))
    assert marks["begin"] == marks["separate"] == marks["end"]


def test_word_updates_its_fields_when_it_is_opened_and_tracks_changes(word):
    settings = word.settings.element
    for name in ("w:updateFields", "w:trackRevisions"):
        assert settings.find(qn(name)) is not None
    (contents,) = (node for node in word.element.body.iter(qn("w:fldChar")) if node.get(qn("w:dirty")))
    assert contents.get(qn("w:fldCharType")) == "begin"


def test_word_has_one_list_of_figures_before_the_first_chapter(word):
    headings = [each.text for each in word.paragraphs if each.style.name == "Heading 1"]
    assert headings[:2] == ["List of figures", "Executive summary"]
    assert headings.count("List of figures") == 1
    instructions = [node.text.strip() for node in word.element.body.iter(qn("w:instrText"))]
    assert 'TOC \\h \\z \\c "Figure"' not in instructions
    assert instructions.count("SEQ Figure \\* ARABIC") == len(FIGURES)


def test_references_to_figures_in_word_are_fields_that_follow_their_numbers(word):
    referred = {
        node.text.split()[1] for node in word.element.body.iter(qn("w:instrText")) if node.text.split()[0] == "REF"
    }
    assert referred == set(FIGURES)


def test_a_reference_in_word_has_its_word_before_the_field_and_the_bookmark_holds_the_number(word):
    """LibreOffice breaks a field's text at any space, a no-break one too."""
    nodes = [*word.element.body.iter(qn("w:t"), qn("w:instrText"), qn("w:bookmarkStart"))]
    found = set()
    for before, node, after in zip(nodes, nodes[1:], nodes[2:], strict=False):
        words = (node.text or "").split()
        if node.tag == qn("w:bookmarkStart") and node.get(qn("w:name")) in FIGURES:
            found.add((before.text, after.text.strip()))
        elif node.tag == qn("w:instrText") and words[0] == "REF":
            found.add((before.text, f"{words[1]} {after.text}"))
    contents = ["SEQ Figure \\* ARABIC", *(f"{name} {number}" for name, number in FIGURES.items())]
    assert found == {("Figure\N{NO-BREAK SPACE}", each) for each in contents}


def test_word_opens_without_repair(report):
    """By the schemas of the Open XML SDK, and by what Word refuses beside them."""
    found = OpenXmlValidator(max_errors=0).validate(str(report / "report.docx"))
    assert [f"{error.part_uri}: {error.description}" for error in found.errors] == []


def test_word_opens_in_no_mode_for_older_versions(word):
    (mode,) = word.settings.element.iter(qn("w:compatSetting"))
    assert (mode.get(qn("w:name")), mode.get(qn("w:val"))) == ("compatibilityMode", "15")


def test_word_pictures_have_twice_the_pixels_of_a_screen(word):
    for shape in word.inline_shapes:
        blip = next(shape._inline.iter(qn("a:blip")))
        pixels = word.part.related_parts[blip.get(qn("r:embed"))].image.px_width
        assert pixels / shape.width.inches >= 2 * 96


def test_a_figure_in_word_is_as_wide_as_the_text(word):
    section = word.sections[0]
    text = section.page_width - section.left_margin - section.right_margin
    shares = {each._inline.docPr.get("descr"): each.width / text for each in word.inline_shapes}
    assert [shares[alt] for alt in ALTS[:3]] == pytest.approx([1] * 3, abs=0.01)
    assert max(shares.values()) <= 1


def test_the_drawing_of_a_tile_in_word_has_a_line_below_its_label(staged, tmp_path):
    tile = """
:::: {.tiles programme=visits}
::: {.tile icon=heart}
5

of 9 teams

[]{.drawing kind=line svg=figures/fig-caseload.svg png=figures/fig-caseload.png alt="It falls."}
:::
::::
"""
    file = tmp_path / "tile.docx"
    run_pandoc("--from=markdown", f"--output={file}", *FILTERS, folder=staged, what="tile", text=tile)
    (line,) = [each for each in docx.Document(str(file)).paragraphs if "teams" in each.text]
    assert line.text.endswith("of 9 teams\n")
    assert [*line._p.iter(qn("wp:inline"))][-1].docPr.get("descr") == "It falls."


def test_word_links_have_their_bookmarks(word):
    bookmarks = {node.get(qn("w:name")) for node in word.element.body.iter(qn("w:bookmarkStart"))}
    anchors = {node.get(qn("w:anchor")) for node in word.element.body.iter(qn("w:hyperlink"))} - {None}
    assert anchors
    assert anchors <= bookmarks
    assert set(FIGURES) <= bookmarks


def test_word_links_to_an_id_of_more_than_forty_letters(staged, tmp_path):
    stage(tmp_path / "staged")
    name = "glossary-words-that-only-the-programmes-themselves-still-use"
    with (tmp_path / "staged" / "glossary.qmd").open("a", encoding="utf-8") as chapter:
        chapter.write(f"\n## Old words {{#{name}}}\n\nSee [old words](#{name}).\n")
    render.render(tmp_path / "staged", tmp_path, ["docx"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    body = docx.Document(str(tmp_path / "report.docx")).element.body
    links = [
        node.get(qn("w:anchor"))
        for node in body.iter(qn("w:hyperlink"))
        if "old words" in "".join(text.text for text in node.iter(qn("w:t"))).lower()
    ]
    assert links == [bookmark(name)] * 2  # the contents and the text
    assert bookmark(name) in {node.get(qn("w:name")) for node in body.iter(qn("w:bookmarkStart"))}


def test_word_pictures_have_their_alternative_text(word):
    pictures = list(word.element.body.iter(qn("wp:docPr")))
    assert [words for node in pictures if (words := node.get("descr"))] == [*ALTS]
    icons = [node for node in pictures if not node.get("descr")]
    assert len(icons) == 4  # of tiles and in a table, beside their words
    assert all("decorative" in etree.tostring(node, encoding="unicode") for node in icons)


def test_a_tiles_icon_and_number_stand_beside_each_other_in_word(word):
    tiles = [each for each in word.paragraphs if each.style.name == "Tile"]
    assert len(tiles) >= 2
    assert all(next(each._p.iter(qn("wp:inline")), None) is not None for each in tiles)
    assert {each.style.element.pPr.find(qn("w:textAlignment")).get(qn("w:val")) for each in tiles} == {"center"}


def test_the_words_beside_an_icon_in_a_table_of_word_do_not_go_on_below_it(word):
    lines = [each for table in word.tables for cell in table._cells for each in cell.paragraphs]
    (beside,) = [each for each in lines if each.text.strip() == "Improvement, high"]
    assert beside.text == "\tImprovement, high"
    layout = beside.paragraph_format
    assert layout.left_indent == -layout.first_line_indent == BESIDE_ICON * EMU
    assert layout.line_spacing == 1, "fewer would cut off the icon"
    (room,) = list(beside._p.iter(qn("wp:inline")))
    assert {room.get(f"dist{side}") for side in "TBLR"} == {"0"}


def test_word_tables_have_marked_header_rows(word):
    assert len(word.tables) == 4
    for table in word.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert {each.style.name for cell in table.rows[0].cells for each in cell.paragraphs} == {"Table Header"}
    spanned = word.tables[-1]
    assert [[cell.text for cell in row.cells] for row in spanned.rows][:4] == [
        ["Team", "Staff", "Staff", "Staff", "Seen"],
        ["Team", "In post", "In post", "Needed", "Seen"],
        ["Team", "2023", "2024", "Needed", "Seen"],
        ["East"] * 5,
    ]
    marked = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in spanned.rows]
    assert marked == [True] * 3 + [False] * 5


def test_word_says_what_it_is(word):
    assert word.core_properties.title == "Riverside Improvement Programmes of the Trust: Q2 2024/25 progress report"
    assert word.core_properties.language == "en-GB"
    language = word.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    assert language.get(qn("w:val")) == "en-GB"


def test_word_carries_its_typeface_and_no_drawing_that_it_cannot_show(report):
    with zipfile.ZipFile(report / "report.docx") as archive:
        names = archive.namelist()
        assert sum(name.startswith("word/fonts/") for name in names) == 4
        assert sorted(name.rpartition(".")[2] for name in names if name.startswith("word/media/")) == ["png"] * 7
