"""Comments on the pages of a draft: by pointer, keyboard and button, kept in the browser, downloaded, read again."""

import json
import re

import pytest
import yaml

from natpatsip.pipeline import render
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.page_cells import with_cells
from natpatsip.pipeline.staging.markdown import Place
from natpatsip.quarter import Quarter
from natpatsip.review import review
from support.auditing import violations, violations_in_both_themes
from support.page_rules import opened
from support.staged import TIMESTAMP, stage

QUARTER = "2024-25-Q2"
WORDS, CELL = "when the evening clinics opened", "trust-means-text"  # in the chapter on waiting times
SELECT = """words => {
    const walker = document.createTreeWalker(document.getElementById("main"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const start = node.data.indexOf(words);
        if (start < 0 || !node.parentElement.checkVisibility()) continue;
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, start + words.length);
        node.parentElement.scrollIntoView({ block: "center" });
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        return;
    }
    throw new Error(words);
}"""


def write(tab, text, name=""):
    """Write a comment in the dialog that is open, and save it with the keyboard."""
    tab.wait_for_selector("dialog.comments[open]")
    assert tab.evaluate("document.activeElement.id") == "comment-words"
    tab.keyboard.type(text)
    if name:
        tab.fill("#comment-name", name)
    else:
        assert tab.locator("#comment-name").is_hidden()
    tab.click("button:text('Save comment')")


def downloaded(tab, folder):
    tab.click(".comments-button")
    with tab.expect_download() as waiting:
        tab.click("dialog[open] button:text('Download comments')")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    tab.click("dialog[open] button:text('Close')")
    return path


@pytest.mark.end_to_end
@pytest.mark.parametrize("width", [1280, 360])
def test_comments_are_written_shown_changed_downloaded_and_read_at_their_cells(whole, chrome, tmp_path, width):
    pages = whole.report() / "html"
    with opened(chrome, width=width, reduced_motion="reduce", accept_downloads=True) as window:
        tab = window.new_page()
        tab.goto((pages / "waiting-times.html").as_uri())
        tab.evaluate(SELECT, WORDS)
        tab.click(".comment-tool")
        tab.wait_for_selector("dialog.comments[open]")
        assert violations_in_both_themes(tab) == []
        tab.click("button:text('Save comment')")
        assert "Enter a comment" in tab.inner_text("[role=alert]")
        write(tab, "Which teams?", name="Ann Lee")
        assert tab.evaluate("document.activeElement.className").startswith("comment-button comment-mark")
        tab.evaluate("getSelection().removeAllRanges()")
        link = tab.locator("#main p a.term, #main p a[href*='#fig-']").first
        link.focus()  # a paragraph in focus, and no words selected
        tab.keyboard.press("Control+Alt+m")
        write(tab, "Too long.")
        tab.click(".comments-button")
        assert violations_in_both_themes(tab) == []
        tab.click("dialog[open] button:text('Comment by paragraph')")
        figure = tab.locator("figure.report-figure + .comment-here").first
        assert figure.get_attribute("aria-label").startswith("Comment on: ")
        assert violations(tab) == []
        assert not tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        figure.focus()
        tab.keyboard.press("Enter")
        write(tab, "A fine chart.")
        tab.goto((pages / "index.html").as_uri())  # another page from disk
        assert tab.inner_text(".comments-button") == "Comments (3)"
        tab.click(".comments-button")
        tab.click("dialog[open] button[aria-label^='Edit comment: Which teams']")
        tab.fill("#comment-words", "Which of the teams?")
        tab.click("button:text('Save comment')")
        tab.click("dialog[open] button[aria-label^='Delete comment: Too long']")
        tab.click("dialog[open] button:text('Close')")
        path = downloaded(tab, tmp_path)
        tab.click(".comments-button")
        tab.click("dialog[open] a:text('Show on its page') >> nth=0")
        tab.wait_for_url("**/waiting-times.html#*")
        assert tab.evaluate("document.activeElement.className").startswith("comment-button comment-mark")
        assert tab.locator(".comment-mark").all_inner_texts() == ["1 comment", "1 comment"]
        tab.reload()
        assert tab.evaluate("CSS.highlights.get('natpatsip-comment').size") == 2
    assert path.name == f"comments-{QUARTER}-ann-lee.json"
    file = json.loads(path.read_text(encoding="utf-8"))
    assert (file["type"], file["total"], file["quarter"]) == ("AnnotationCollection", 2, QUARTER)
    target = file["first"]["items"][0]["target"]
    assert target["selector"]["type"] == "TextQuoteSelector"
    assert target["selector"]["suffix"]
    found = review([path, path], whole.folder, reports=whole.folder / "reports", quarter=Quarter.parse(QUARTER)).items
    first, second = sorted(found, key=lambda item: item.text != "Which of the teams?")
    assert (first.author, first.anchor, first.notebook, first.cell) == ("Ann Lee", WORDS, "waiting-times.ipynb", CELL)
    assert (second.text, second.notebook, second.status) == ("A fine chart.", "waiting-times.ipynb", "open")
    notebooks = json.loads((whole.folder / "notebooks" / "waiting-times.ipynb").read_text(encoding="utf-8"))
    source = next("".join(each["source"]) for each in notebooks["cells"] if each["id"] == second.cell)
    assert "figure(" in source


@pytest.mark.parametrize(
    "fault",
    [
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } })",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
    ],
    ids=["forbidden", "full"],
)
def test_browser_that_keeps_nothing_still_gives_the_file(html_pages, chrome, tmp_path, fault):
    with opened(chrome, accept_downloads=True) as window:
        window.add_init_script(fault)
        tab = window.new_page()
        tab.goto((html_pages / "waiting-times.html").as_uri())
        tab.evaluate(SELECT, WORDS)
        tab.click(".comment-tool")
        write(tab, "Kept nowhere.", name="Ben")
        assert "does not keep it" in tab.locator("[role=status]").all_inner_texts()[-1]
        path = downloaded(tab, tmp_path)
    assert "Kept nowhere." in path.read_text(encoding="utf-8")


def test_each_cell_of_a_draft_has_its_mark_on_its_page(whole, html_pages):
    places = json.loads((whole.folder / "build" / QUARTER / "book" / "places.json").read_text(encoding="utf-8"))
    for name, found in places.items():
        page = (html_pages / f"{name}.html").read_text(encoding="utf-8")
        assert re.findall(r'data-cell="([^"]+)"', page) == list(dict.fromkeys(cell for _, _, cell in found)), name
    assert "data-cell" not in (html_pages / "report.html").read_text(encoding="utf-8")


def test_pages_of_a_final_edition_have_nothing_of_it(tmp_path):
    staged = stage(tmp_path / "staged")
    file = staged / "_quarto.yml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["natpatsip"]["status"] = "Final"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    options = {"renderer": render.PANDOC, "timestamp": TIMESTAMP, "with_single_page": False}
    render.render(staged, tmp_path, ["html"], **options)
    folder = tmp_path / "html"
    assert not (folder / "assets" / "comments.js").exists()
    assert "comment" not in (folder / "assets" / "style.css").read_text(encoding="utf-8")
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"comments\.js|data-report|data-cell", page)


def test_chapter_that_marks_would_change_has_none():
    mark = {"t": "RawBlock", "c": ["openxml", '<w:bookmarkStart w:id="1" w:name="_Cell_8330bf12ca1d2ea9"/>']}
    one, two = ({"t": "Para", "c": [{"t": "Str", "c": text}]} for text in ("One.", "Two."))
    places = [Place(1, "", "at-a-glance")]
    marked = with_cells(Chapter("waits.qmd", "", {"blocks": [one, two]}, places, {"blocks": [mark, one, two]}))
    assert "at-a-glance" in json.dumps(marked.document)
    changed = Chapter("waits.qmd", "", {"blocks": [one, two]}, places, {"blocks": [mark, two, one]})
    assert with_cells(changed).document == changed.document
