"""Where the comments of a draft are in its Word file: at the words that they are on, and no others."""

import io

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from natpatsip.pipeline.render.cell_bookmarks import bookmark_of
from natpatsip.pipeline.render.comments_into_word import add_comments
from natpatsip.pipeline.review_notes import Note
from natpatsip.word_files.word_comments import comments_of
from natpatsip.word_files.word_file import WordFile

TILE = "<w:r><w:t>677</w:t></w:r><w:r><w:br/></w:r><w:r><w:t>women treated</w:t></w:r>"


def anchors(tmp_path, runs, *words):
    """Return the words that comments on some words are at, in a paragraph of some runs, as a reviewed file is read."""
    document = docx.Document()
    start = f'<w:bookmarkStart w:id="9" w:name="{bookmark_of("ward", "tiles")}"/>'
    xml = f'<w:p {nsdecls("w")}>{start}{runs}<w:bookmarkEnd w:id="9"/></w:p>'
    document.element.body.insert(0, parse_xml(xml))
    add_comments(document, {"ward": [Note("2024-25-Q2", "tiles", "Ann", "", each, each) for each in words]}, "Trust")
    written = io.BytesIO()
    document.save(written)
    (tmp_path / "a.docx").write_bytes(written.getvalue())
    file = WordFile.read(tmp_path / "a.docx")
    found = {each.text: "" for each in file.comments.values()}
    for piece in (piece for paragraph in file.paragraphs for piece in paragraph.pieces):
        for name in piece.comments:
            found[file.comments[name].text] += piece.text
    return {text: " ".join(said.split()) for text, said in found.items()}


@pytest.mark.parametrize("gap", ["<w:br/>", "<w:tab/>", "<w:cr/>"])
@pytest.mark.parametrize("words", ["women treated", "women", "677", "677 women", "677 women treated"])
def test_a_line_break_and_a_tab_part_words(tmp_path, words, gap):
    assert anchors(tmp_path, TILE.replace("<w:br/>", gap), words) == {words: words}


def test_words_that_are_worded_otherwise_by_now_begin_at_no_part_of_a_number(tmp_path):
    assert anchors(tmp_path, TILE, "90 women treated") == {"90 women treated": "women treated"}


LABEL = (
    '<w:bookmarkStart w:id="5" w:name="fig-beds"/><w:r><w:t xml:space="preserve">Figure </w:t></w:r>'
    '<w:r><w:t>7</w:t></w:r><w:bookmarkEnd w:id="5"/><w:r><w:t>. Beds rose</w:t></w:r>'
)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Figure", "Figure 7"),
        ("7", "Figure 7"),
        ("7. Beds", "Figure 7. Beds"),
        ("Figure 7", "Figure 7"),
        ("Beds", "Beds"),
    ],
)
def test_a_label_that_references_repeat_has_no_comment_in_it(tmp_path, words, label):
    assert anchors(tmp_path, LABEL, words) == {words: label}


def test_comment_that_is_resolved_in_libreoffice_is_no_reply():
    w, w14, w15 = (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://schemas.microsoft.com/office/word/2010/wordml",
        "http://schemas.microsoft.com/office/word/2012/wordml",
    )
    numbers = ['w14:paraId="01000000"', ""]  # LibreOffice gives a number to the resolved one alone
    rows = "".join(f'<w:comment w:id="{at}"><w:p {number}/></w:comment>' for at, number in enumerate(numbers))
    parts = {
        "word/comments.xml": f'<w:comments xmlns:w="{w}" xmlns:w14="{w14}">{rows}</w:comments>'.encode(),
        "word/commentsExtended.xml": f'<w15:commentsEx xmlns:w15="{w15}"><w15:commentEx w15:paraId="01000000" '
        'w15:done="1"/></w15:commentsEx>'.encode(),
    }
    found = comments_of(parts)
    assert [(each.parent, each.is_resolved) for each in found.values()] == [("", True), ("", False)]
