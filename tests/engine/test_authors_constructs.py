"""What authors may type beside plain text, in all formats: footnotes, formulas, pasted images, breaks, signs."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile

import docx
import pikepdf
import pytest

from support.projects import command, edit, prose, small

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CELLS = {
    "notes": "Staff stayed[^1] longer[^long].\n\n[^1]: In *most* teams.\n\n[^long]: By two years.",
    "more-notes": "Beds closed[^1].\n\n[^1]: For a week.",
    "formula": "The rate is $\\frac{a}{b}$, and the sum\n\n$$\\sum_{i=1}^n x_i$$",
    "image": "![North has the most beds](attachment:my%20image.png)\n\nSee ![a bed](attachment:my%20image.png) here.",
    "breaks": "One<br>two<br/>three <!-- ask\nJane --> four",
    "signs": "Up ↑ and → well ✅, A\u2011B, αβγ, Жук, 🟢, x ≠ y, 👩\u200d⚕️.\n\n- [ ] to do\n- [x] done",
}


def image_of(project):
    file = project / "notebooks" / "ward.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["id"].startswith("image"):
            cell["attachments"] = {"my image.png": {"image/png": PIXEL}}
    file.write_text(json.dumps(content), encoding="utf-8")


def build(folder, cells, *formats):
    project = small(folder, ward=[prose("## Progress"), *(prose(text, id=name) for name, text in cells.items())])
    image_of(project)
    return project, command(project, "build", "2024-25-Q2", "--to", ",".join(formats or ["html"]))


BOOKS = "@book{shewhart1931, author={Shewhart, Walter}, title={Economic control}, year={1931}, publisher={Bell}}\n"
TABLE = "| Site | Beds |\n|---|---|\n| North | 12 |\n\n: Beds by site {#tbl-beds}"


def test_works_are_cited_and_listed_and_tables_referred_to_in_all_formats(tmp_path):
    cells = [prose("## Progress\n\n@tbl-beds has the beds [@shewhart1931, p. 3]. Ask @home.", id="cites")]
    cells += [prose(TABLE, id="table")]
    other = [prose("## Summary\n\nSee @tbl-beds [@shewhart1931].", id="summary")]
    project = small(tmp_path, ward=cells, index=other)
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nbibliography: references.bib")
    (project / "references.bib").write_text(BOOKS, encoding="utf-8")
    done = command(project, "build", "2024-25-Q2")
    assert done.returncode == 0, done.stdout + done.stderr
    report = project / "reports" / "2024-25-Q2"
    ward, index = ((report / "html" / f"{name}.html").read_text(encoding="utf-8") for name in ("ward", "index"))
    ward = ward.replace("\N{NO-BREAK SPACE}", " ")
    assert '<a href="#table-beds">Table 1</a> has the beds (Shewhart 1931, 3). Ask @home.' in " ".join(ward.split())
    assert 'id="table-beds"' in ward
    assert "Table 1. Beds by site" in ward
    assert '<a href="ward.html#table-beds">Table\N{NO-BREAK SPACE}1</a>' in index
    assert "Shewhart, Walter. 1931." in index
    reading = ["pdftotext", "-raw", report / "report.pdf", "-"]
    text = " ".join(subprocess.run(reading, capture_output=True, text=True, check=True).stdout.split())
    assert text.count("Shewhart, Walter. 1931.") == 2
    assert "Table 1. Beds by site" in text
    body = docx.Document(report / "report.docx").element.xml
    assert 'w:name="table-beds"' in body
    assert body.count('w:anchor="table-beds"') == 2
    (project / "references.bib").write_text(BOOKS.replace("year={1931}", "year={1932}"), encoding="utf-8")
    command(project, "build", "2024-25-Q2", "--to", "html")
    assert "(Shewhart 1932)" in (report / "html" / "index.html").read_text(encoding="utf-8")


def test_a_work_or_a_table_that_is_not_there_is_named_with_its_cell(tmp_path):
    project = small(tmp_path, ward=[prose("## Progress\n\nAs [@gone] says.", id="cites")])
    edit(project / "_quarto.yml", "lang: en-GB", "lang: en-GB\nbibliography: references.bib")
    done = command(project, "build", "2024-25-Q2", "--to", "html")
    assert "bibliography: there is no file references.bib" in done.stderr
    (project / "references.bib").write_text(BOOKS, encoding="utf-8")
    done = command(project, "build", "2024-25-Q2", "--to", "html")
    assert "(id cites): cites gone, which is not in references.bib" in done.stderr
    edit(project / "notebooks" / "ward.ipynb", "[@gone]", "@tbl-gone")
    done = command(project, "build", "2024-25-Q2", "--to", "html")
    assert "(id cites): @tbl-gone refers to no table of this report" in done.stderr


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    project, done = build(tmp_path_factory.mktemp("authors"), CELLS, "html", "pdf", "docx")
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "reports" / "2024-25-Q2"


def test_pages_have_them_all(report):
    page = (report / "html" / "ward.html").read_text(encoding="utf-8")
    assert page.count('role="doc-noteref"') == 3
    assert "In <em>most</em> teams." in page
    assert "For a week." in page
    assert page.count("<math ") == 2
    assert "<mfrac>" in page
    assert 'alt="North has the most beds"' in page
    assert "<figcaption>" not in page
    assert "One<br />" in page
    assert "Jane" not in page
    assert "✅" in page
    assert 'type="checkbox"' in page
    (image,) = (report / "html" / "figures").glob("pasted-*.png")
    assert image.read_bytes() == base64.b64decode(PIXEL)
    assert f'src="figures/{image.name}"' in page


def test_the_single_page_holds_its_images(report):
    page = (report / "html" / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/png;base64,') == 2
    assert 'src="figures/pasted' not in page


def test_the_pdf_has_them_all(report):
    reading = ["pdftotext", "-raw", report / "report.pdf", "-"]
    text = " ".join(subprocess.run(reading, capture_output=True, text=True, check=True).stdout.split())
    for words in ("In most teams.", "For a week.", "two", "four", "→", "Жук"):
        assert words in text, words
    assert "Jane" not in text
    with pikepdf.open(report / "report.pdf") as pdf:
        claims = pdf.Root.Metadata.read_bytes().decode()
    assert "<pdfuaid:part>1" in claims
    assert "<pdfaid:part>2" in claims


def test_word_has_them_all(report):
    document = docx.Document(report / "report.docx")
    body = document.element.xml
    assert body.count("<m:oMath>") + body.count("<m:oMath ") >= 2
    assert body.count("w:footnoteReference ") == 3
    assert body.count('descr="North has the most beds"') == 1
    with zipfile.ZipFile(io.BytesIO((report / "report.docx").read_bytes())) as file:
        notes = file.read("word/footnotes.xml").decode()
    assert "By two years." in notes
    assert "For a week." in notes


REFUSED = {
    "image": (
        "![image.png](attachment:image.png)",
        "the pasted image image.png is not in the cell as png, jpeg and gif",
    ),
    "image-without-words": ("![](attachment:my%20image.png)", "the pasted image my image.png has no alternative text"),
    "image-with-its-name": (
        "![my image.png](attachment:my%20image.png)",
        "has no alternative text. Say in its brackets",
    ),
    "html": ("It is <b>bold</b>.", 'found raw HTML ("<b>")'),
    "formula": ("It is $\\foo{x}$.", "found a formula that cannot be converted"),
    "rule": ("One\n\n---\n\ntwo", "found a horizontal rule"),
    "letter": ("It is 中.", "found “中” (U+4E2D"),
    "letters": ("It is 国.", "found “国” (U+56FD"),
}


def test_all_that_is_refused_is_named_with_its_cell_at_once(tmp_path):
    cells = {name: text for name, (text, _) in REFUSED.items() if not name.startswith("image")}
    _, done = build(tmp_path, cells, "html", "pdf")
    for number, (name, text) in enumerate(cells.items(), start=5):
        (line, *_) = [line for line in done.stderr.splitlines() if REFUSED[name][1] in line]
        assert f"notebooks/ward.ipynb, cell {number} " in line
        assert f"(id {name})" in line
        assert text.splitlines()[0] in line
    assert "Traceback" not in done.stderr


def test_all_images_without_words_are_named_at_once(tmp_path):
    cells = {name: text for name, (text, _) in REFUSED.items() if name.startswith("image")}
    _, done = build(tmp_path, cells)
    assert done.returncode == 1
    for name in cells:
        assert REFUSED[name][1] in done.stderr
        assert f"(id {name})" in done.stderr
