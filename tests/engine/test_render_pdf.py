"""The PDF: streams that end in a carriage return, long words of tables, high figures, and the list of figures."""

from __future__ import annotations

import io
import re
import subprocess
import zlib
from collections import Counter
from itertools import pairwise

import docx
import pikepdf
import pytest
import yaml
from PIL import Image, ImageColor

from natpatsip.errors import RenderError
from natpatsip.pipeline.drawing.svg import tidy
from natpatsip.pipeline.render import PANDOC, pdf
from natpatsip.pipeline.render.chapters import parse_chapter
from natpatsip.pipeline.render.pandoc import FILTERS, run_pandoc
from natpatsip.pipeline.render.pdf import _compiled, with_plain_ends
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import RenderJob, read_report
from support.projects import ROOT
from support.staged import TIMESTAMP, stage

FIGURE = """
::: {.report-figure #fig-one number=1 programme=P title=Beds description=D alt=Beds svg=figures/drawn.svg}
Fewer.
:::
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    staged = stage(tmp_path_factory.mktemp("paper") / "staged")
    (staged / "figures" / "drawn.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="3"/>')
    return read_report(staged)


def pdf_with(*streams):
    """Make a PDF as Typst writes them, each stream's data followed by a line feed and ``endstream``."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]
    objects += [b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(data), data) for data in streams]
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n\r\n" % offset for offset in offsets)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + table + end


def ending_in(byte):
    """Return texts until one's compressed form ends in `byte`, and that one."""
    return next(text for n in range(256) if zlib.compress(text := b"text" + bytes([n]))[-1:] == byte)


def contents(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        return [document.get_object(number, 0).read_bytes() for number in range(3, len(document.objects) + 1)]


def test_a_file_without_such_streams_stays_as_it_is():
    pdf = pdf_with(zlib.compress(ending_in(b"A")))
    assert with_plain_ends(pdf) == pdf


def test_each_such_stream_gets_a_line_end_of_its_own_and_offsets_follow():
    texts = [ending_in(b"\r"), ending_in(b"A"), ending_in(b"\r"), ending_in(b"\n")]
    pdf = pdf_with(*map(zlib.compress, texts))
    mended = with_plain_ends(pdf)
    assert len(mended) == len(pdf) + 2
    assert mended.count(b"\r\r\nendstream") == 2
    assert contents(mended) == texts


def test_a_file_without_a_table_of_offsets_is_refused():
    pdf = pdf_with(zlib.compress(ending_in(b"\r"))).replace(b"xref\n0", b"xrex\n0")
    with pytest.raises(RenderError, match="wrote no table of offsets"):
        with_plain_ends(pdf)


@pytest.mark.parametrize(
    ("cells", "is_broken"),
    [
        ("Ward | 12", False),
        (f"{'a' * 24} | b", False),
        (f"a | {'b' * 25}", True),
        ("first_contact | b", True),
        ("Ward^[A note.] | 12", True),
        ("$x$ | 12", True),
        (f"[{'a' * 12}]({'b' * 30}.qmd) | 12", False),
        (f"*{'a' * 12}*{'a' * 13} | b", True),
    ],
)
@pytest.mark.parametrize("place", ["cell", "heading"])
def test_words_of_a_table_are_broken_where_one_is_long(report, cells, is_broken, place):
    rows = [cells, "---|---", "c | d"] if place == "heading" else ["c | d", "---|---", cells]
    table = "\n".join(rows)
    text = f"{table}\n\n: A table of {'words' * 6}\n"
    made = run_pandoc("--from=markdown", "--to=typst", *FILTERS, folder=report.root, what="table", text=text)
    assert "#np-table(" in made
    assert ("has-long-words: true" in made) is is_broken


@pytest.fixture
def source_of(report, tmp_path, monkeypatch):
    """Return a function that makes the PDF of some chapters, and returns its source."""
    sources = []

    def kept(source, *rest):
        sources.append(source)
        return _compiled(source, *rest)

    def make(chapters):
        job = RenderJob(report, tmp_path, ("pdf",), PANDOC, TIMESTAMP, 1, False, RenderCache(report.root))
        pdf.write_pdf(job, chapters)
        return sources.pop()

    monkeypatch.setattr(pdf, "_compiled", kept)
    return make


def outline(path):
    """Return the titles in the bookmarks of a PDF."""
    with pikepdf.open(path) as document, document.open_outline() as found:
        return [each.title for each in found.root]


@pytest.mark.parametrize("has_figures", [True, False])
def test_only_a_report_with_figures_has_a_list_of_them(report, source_of, tmp_path, has_figures):
    text = f"# One {{#one}}\n\nText.\n{FIGURE * has_figures}"
    source = source_of([parse_chapter(report, "one.qmd", text, (), RenderCache(report.root))])
    assert ("has-figures: true" in source) is has_figures
    assert outline(tmp_path / "report.pdf")[1:] == [*["List of figures"] * has_figures, "One"]


def shades(path, page):
    """Return a page of a PDF as rows of pixels, a point each."""
    command = ["pdftoppm", "-r", "72", "-aa", "no", "-aaVector", "no", "-f", str(page), "-l", str(page), "-png", path]
    with Image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)) as picture:
        shown = picture.convert("RGB")
        return [[shown.getpixel((x, y)) for x in range(shown.width)] for y in range(shown.height)]


def test_a_drawing_is_as_wide_as_the_text(report, source_of, tmp_path):
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="40"><path d="M0 0H{0}V40H0Z" fill="{1}"/></svg>'
    )
    for name, width, colour in (("wide", 640, "#ff00ff"), ("paper", 700, "#00ff00")):
        (report.root / "figures" / f"{name}.svg").write_text(drawn.format(width, colour), encoding="utf-8")
    (report.root / "drawings").mkdir(exist_ok=True)
    (report.root / "figures" / "paper.svg").rename(report.root / "drawings" / "fig-two-page-1.svg")
    shown = FIGURE.replace("drawn.svg", "wide.svg")
    on_paper = shown.replace("fig-one number=1", "fig-two number=2 pages=1")
    source_of(
        [parse_chapter(report, "one.qmd", f"# One {{#one}}\n\n{shown}\n{on_paper}", (), RenderCache(report.root))]
    )
    seen = shades(tmp_path / "report.pdf", 4)
    widths = [max(row.count(colour) for row in seen) for colour in ((255, 0, 255), (0, 255, 0))]
    assert widths == pytest.approx([16.6 / 2.54 * 72] * 2, abs=1.5)


BRAND = yaml.safe_load((ROOT / "_extensions" / "natpatsip" / "_brand.yml").read_text(encoding="utf-8"))
BAR, PAPER = ImageColor.getrgb(BRAND["programmes"][0]), (255, 255, 255)
BANNER, SHORTEST = 110, 30  # points: of a chapter's title, and of a tile, which is higher than any stroke of an icon


@pytest.mark.parametrize("programme", ["", " programme=one"])
def test_the_bar_of_a_tile_is_as_high_as_the_tile(report, source_of, tmp_path, programme):
    labels = ["A label of many words, " * 6, *["Short"] * 4, "Longer", *["Short"] * bool(programme)]
    made = "\n".join(f':::: {{.tile icon="heart"}}\n5\n\n{label}\n::::\n' for label in labels)
    text = f"# One {{#one}}\n\n::::: {{.tiles{programme}}}\n{made}\n:::::"
    source_of([parse_chapter(report, "one.qmd", text, (), RenderCache(report.root))])
    begins = []
    for bar, tile in pairwise(zip(*shades(tmp_path / "report.pdf", 3)[BANNER:], strict=True)):
        beside = [at for at, colours in enumerate(zip(bar, tile, strict=True)) if colours[0] == BAR != colours[1]]
        if len(beside) > SHORTEST:
            ground = Counter(tile[at] for at in beside).most_common(1)[0][0]
            assert beside == [at for at, colour in enumerate(tile) if colour == ground != PAPER]
            begins.append(len(beside))
    assert len(begins) == (4 if programme else 3)


@pytest.mark.parametrize(("note", "times"), [("Made up.", 1), ("Made up by hand.", 2)])
def test_the_mark_of_a_figures_data_stands_beside_its_number_on_paper_too(report, source_of, tmp_path, note, times):
    """And is said once: a note below the drawing is printed if it says more."""
    figure = FIGURE.replace("svg=", f'mark="Made up" note="{note}" png=figures/drawn.png svg=')
    text = f"# One {{#one}}\n\n{figure}"
    source_of([parse_chapter(report, "one.qmd", text, (), RenderCache(report.root))])
    run = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True)
    printed = " ".join(run.stdout.split())
    assert "Figure 1 · Made up · D" in printed
    file = tmp_path / "figure.docx"
    Image.new("RGB", (70, 20)).save(report.root / "figures" / "drawn.png")
    arguments = ("--from=markdown", f"--output={file}", *FILTERS)
    run_pandoc(*arguments, folder=report.root, what="figure", text=figure)
    document = docx.Document(str(file))
    typed = "\n".join(each.text for each in document.paragraphs)
    assert "Figure\u00a01 · Made up. Beds" in typed
    assert (printed.count("Made up"), typed.count("Made up")) == (times, times)


NOTE = " ".join(f"word{number}" for number in range(1_500))
LIST = "\n".join(f"{number + 5}. word{number}" for number in range(200))
LINES = "\\\n".join(f"word{number}" for number in range(80))  # as few letters as many a caption has
PARAGRAPHS = "\n\n".join(f"word{number}" for number in range(60))


@pytest.mark.parametrize(
    "figure",
    [
        FIGURE.replace("svg=", f'note="{NOTE}" svg='),
        *(FIGURE.replace("Fewer.", text) for text in (LIST, LINES, PARAGRAPHS)),
    ],
    ids=["note", "list", "lines", "paragraphs"],
)
def test_a_figure_that_is_higher_than_a_page_is_printed_whole(report, source_of, tmp_path, figure):
    source_of([parse_chapter(report, "one.qmd", f"# One {{#one}}\n\n{figure}", (), RenderCache(report.root))])
    run = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True)
    words = set(re.findall(r"word\d+", figure))
    assert words - set(re.findall(r"word\d+", run.stdout)) == set()


def test_a_reference_says_the_page_of_a_figure_that_is_on_another_one(report, source_of, tmp_path):
    """Wherever the two stand, before each other or after, and with the end of a page between them or in a paragraph."""
    cache, chapters = RenderCache(report.root), []
    for number in range(24):
        lines = "\n\n".join(["Text."] * (30 + number // 2))
        see = f"{'Words of a paragraph that has some lines. ' * 5}See [Figure {number}](#fig-{number})."
        shown = FIGURE.replace("fig-one number=1", f"fig-{number} number={number}")
        text = [lines, see, "Between.", shown] if number % 2 else [shown, lines, see]
        chapter = f"# Part {number} {{#part-{number}}}\n\n" + "\n\n".join(text)
        chapters.append(parse_chapter(report, f"part-{number}.qmd", chapter, (), cache))
    source_of(chapters)
    run = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True)
    pages = {number: " ".join(text.split()) for number, text in enumerate(run.stdout.split("\f"), start=1)}
    at = {found[1]: page for page, text in pages.items() for found in re.finditer(r"Figure (\d+) · D", text)}
    seen = {
        found[1]: (page, found[2])
        for page, text in pages.items()
        for found in re.finditer(r"See Figure.(\d+)(?: \(page.(\d+)\))?\.", text)
    }
    assert len(seen) == len(at) == 24
    assert {page for _, page in seen.values()} > {None}
    assert {
        name: said for name, (page, said) in seen.items() if said != (None if page == at[name] else str(at[name]))
    } == {}


ONE_WORD = [
    "Figure 5",
    "[Figure 5](#fig-one)",
    "Q3 2024/25",
    "26 September 2024",
    "£18 million",
    "[£18 million]{.fact}",
]


def test_what_is_read_as_one_word_stays_on_a_line(report):
    text = "\n\n".join(f"In {each} so." for each in ONE_WORD)
    made = run_pandoc("--from=markdown", "--to=typst", *FILTERS, folder=report.root, what="words", text=text)
    said = made.replace("\u00a0", "~").split("\n\n")
    shown = [each.strip("[").partition("]")[0].replace(" ", "~") for each in ONE_WORD]
    assert [each for each, line in zip(shown, said, strict=True) if each not in line] == []


def test_what_is_read_as_one_word_stays_on_a_line_of_a_word_file(report, tmp_path):
    file, text = tmp_path / "words.docx", "\n\n".join(f"In {each} so." for each in ONE_WORD)
    to_file = ("--from=markdown", f"--output={file}", *FILTERS)
    run_pandoc(*to_file, folder=report.root, what="words", text=text)
    lines = [each.text for each in docx.Document(str(file)).paragraphs]
    shown = [each.strip("[").partition("]")[0].replace(" ", "\u00a0") for each in ONE_WORD]
    assert [each for each, line in zip(shown, lines, strict=True) if each not in line] == []


SIGNS = ("❤\ufe0f", "⚠\ufe0e", "👩\u200d👩\u200d👧", "👍🏽", "🇬🇧", "1\ufe0f", "a\u200cb")


def test_a_sign_that_is_joined_of_others_can_be_in_a_drawing(report, source_of):
    def refused(signs):
        """Return those of some signs that cannot be drawn, which Typst does not name: if any cannot, each is tried."""
        figures = []
        for number, sign in enumerate(signs):
            drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15">{sign}</text></svg>'
            (report.root / "figures" / f"sign-{number}.svg").write_text(tidy(drawing, "sign"), encoding="utf-8")
            figures.append(FIGURE.replace("drawn.svg", f"sign-{number}.svg").replace("fig-one", f"fig-{number}"))
        text = "\n\n".join(["# One {#one}", *figures])
        try:
            source_of([parse_chapter(report, "one.qmd", text, (), RenderCache(report.root))])
        except RenderError:
            alone = [sign for each in signs for sign in refused([each])] if len(signs) > 1 else []
            return alone or signs
        return []

    assert refused(SIGNS) == []


def test_short_words_beside_an_icon_have_a_line_in_a_crowded_table(report):
    icon = "[]{.drawing kind=icon svg=figures/drawn.svg alt=''}"
    long = "several words that may go on, and do, to the next line or to the one after it"
    rows = ["| A | Chart | B |", "|---|---|---|", *[f"| {long} | {icon} Common cause | {long} |"] * 2]
    text = "\n".join([*rows, "", ": Icons"])
    made = run_pandoc("--from=markdown", "--to=typst", *FILTERS, folder=report.root, what="table", text=text)
    width = float(re.search(r"columns: \([\d.]+fr, ([\d.]+)fr", made)[1])
    assert width >= 10 * len("xxxx Common cause")


ROWS = [f"first{number} | row{number}" for number in range(24)]
NOTES = "starts " + "A note on these numbers. " * 20 + "ends"


@pytest.mark.parametrize("rows", [6, 24], ids=["short", "long"])
def test_the_notes_of_a_table_are_whole_and_on_the_page_of_its_last_rows(report, source_of, tmp_path, rows):
    """Wherever on a page the table begins; a short one has all of its rows there, a long one some on each page."""
    table = "\n".join(["Ward | Beds", "---|---", *ROWS[:rows], "", ": Caption of it"])
    body = f"{table}\n\n::: {{.table-notes}}\n{NOTES}\n:::"
    chapters = []
    for number in range(20):
        lines = "\n\n".join(["Text."] * (10 + number))
        text = f"# Part {number} {{#part-{number}}}\n\n{lines}\n\n{body}"
        chapters.append(parse_chapter(report, f"part-{number}.qmd", text, (), RenderCache(report.root)))
    source_of(chapters)
    run = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True)
    pages = [set(text.split()) for text in run.stdout.split("\f")]
    ends = [page for page in pages if "ends" in page]
    assert len(ends) == len(chapters)
    assert [page for page in ends if not {"starts", *(f"row{rows - each}" for each in (1, 2, 3))} <= page] == []
    begins = [page for page in pages if "Caption" in page]
    assert [page for page in begins if not {"row0", "row1", "row2"} <= page] == []
    parts = [len({f"row{each}" for each in range(rows)} & page) for page in pages]
    assert sum(parts) == rows * len(chapters)
    assert any(0 < part < rows for part in parts) == (rows == 24)


@pytest.mark.parametrize(("rows", "words"), [(1, 600), (2, 1_800), (5, 600), (5, 1_800), (24, 1_800)])
def test_notes_are_whole_however_long_they_are(report, source_of, tmp_path, rows, words):
    """Those that fill half a page stand below their table, and go on over its end; no page has the header alone."""
    table = "\n".join(["Ward | Beds", "---|---", *ROWS[:rows], "", ": Caption of it"])
    notes = " ".join(f"word{number}" for number in range(words))
    text = f"# Part {{#part}}\n\n{table}\n\n::: {{.table-notes}}\n{notes}\n:::"
    source_of([parse_chapter(report, "part.qmd", text, (), RenderCache(report.root))])
    pdf = ["pdftotext", "-bbox", tmp_path / "report.pdf", "-"]
    boxes = subprocess.run(pdf, capture_output=True, text=True, check=True).stdout
    found = [re.findall(r'yMax="([\d.]+)">([^<]+)', page) for page in boxes.split("<page ")[1:]]
    pages = [{word: float(bottom) for bottom, word in page} for page in found]
    assert sorted(word for page in pages for word in page if word.startswith("word")) == sorted(notes.split())
    assert [page for page in pages if "Beds" in page and not any(each.startswith("row") for each in page)] == []
    lowest = max(bottom for page in pages for word, bottom in page.items() if word.startswith("word"))
    assert lowest < min(page["Page"] for page in pages if "Page" in page)  # text below a page's end is in the file too
