"""What is read in any Word file: as many items as it holds, its text before and after, and no more than text."""

import zipfile
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from natpatsip.errors import UsageError
from natpatsip.reporters import as_json
from natpatsip.review.changed_paragraphs import changed_paragraphs
from natpatsip.review.changed_source import Edit, Refusal, spliced, typed
from natpatsip.review.comments_and_changes import as_github, as_text, items_of
from natpatsip.review.locate import words_of_paragraph
from natpatsip.review.source_text import blocks_of
from natpatsip.word_files.word_file import WordFile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
WORDS = st.text("abc åé'*_[]<&1 ", min_size=1, max_size=8).filter(str.strip)
PIECE = st.tuples(st.sampled_from(["kept", "ins", "del", "both"]), LETTERS)


def word_file(path, body, **parts):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return WordFile.read(path)


def run(text, tag="t"):
    return f'<w:r><w:{tag} xml:space="preserve">{escape(text)}</w:{tag}></w:r>'


def revised(kind, text, number):
    mark = f'w:id="{number}" w:author="A{number}" w:date="2024-11-20T10:00:00Z"'
    if kind == "ins":
        return f"<w:ins {mark}>{run(text)}</w:ins>"
    if kind == "del":
        return f"<w:del {mark}>{run(text, 'delText')}</w:del>"
    if kind == "both":  # one inserts, another deletes it again
        inner = (
            f'<w:del w:id="9{number}" w:author="B{number}" w:date="2024-11-20T10:00:00Z">{run(text, "delText")}</w:del>'
        )
        return f"<w:ins {mark}>{inner}</w:ins>"
    return run(text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs=st.lists(st.lists(PIECE, max_size=5), min_size=1, max_size=4))
def test_as_many_changes_are_read_as_there_are_and_the_text_before_and_after_them(tmp_path, paragraphs):
    number, body, planted = 0, "", 0
    for pieces in paragraphs:
        inner = ""
        for kind, text in pieces:
            number += 1
            inner += revised(kind, text, number)
            planted += {"ins": 1, "del": 1, "both": 2}.get(kind, 0)
        body += f"<w:p>{inner}</w:p>"
    file = word_file(tmp_path / "a.docx", body)
    items = items_of(file)
    assert len(items) == planted
    for paragraph, pieces in zip(file.paragraphs, paragraphs, strict=True):
        assert paragraph.text == "".join(text for kind, text in pieces if kind in ("kept", "del"))
        assert paragraph.shown == "".join(text for kind, text in pieces if kind in ("kept", "ins"))
    for read in changed_paragraphs(file, items):
        assert read.items <= {f"a.docx {item.id}" for item in items}
    for write in (as_text, as_json, as_github):
        assert isinstance(write(items), str)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), WORDS, st.data())
def test_a_change_that_is_taken_prints_what_was_asked_for(words, new, data):
    source = "**The** plan has `{python} beds` beds. " + " ".join(typed(word) for word in words)
    values = {"beds": "41"}
    blocks = blocks_of(source, values)
    block = blocks[0]
    start = data.draw(st.integers(0, len(block.text)))
    edit = Edit(start, data.draw(st.integers(start, len(block.text))), new, frozenset("x"))
    try:
        one, two, text = spliced(source, block, edit, values, lambda expression: expression)
    except Refusal:
        return
    after = blocks_of(source[:one] + text + source[two:], values)
    assert [each.text for each in after[: len(edit.result(block.text))]] == edit.result(block.text)
    assert "`{python} beds`" in source[:one] + text + source[two:]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_file_that_is_no_word_file_is_named(tmp_path, content):
    path = tmp_path / "broken.docx"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"broken\.docx"):
        WordFile.read(path)


@pytest.mark.parametrize(
    "document",
    ["<w:document", "", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x', f"<w:document {W}><w:body><w:p></w:body>"],
)
def test_broken_xml_is_no_word_file(tmp_path, document):
    path = tmp_path / "broken.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", document)
    with pytest.raises(UsageError, match="is not a Word file"):
        WordFile.read(path)


def test_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(UsageError, match="there is no such file"):
        WordFile.read(tmp_path / "gone.docx")


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f'<!DOCTYPE d [<!ENTITY s SYSTEM "{secret.as_uri()}">]><w:document {W}><w:body><w:p><w:r><w:t>&s;</w:t>'
            "</w:r></w:p></w:body></w:document>",
        )
    assert "secret" not in str(WordFile.read(path).paragraphs)


def test_changes_in_notes_headers_and_text_boxes_are_read(tmp_path):
    part = f"<w:x {W}><w:p>{revised('ins', 'in a footnote', 1)}</w:p></w:x>"
    head = f"<w:x {W}><w:p>{revised('del', 'in a header', 2)}</w:p></w:x>"
    inner = f"<w:p>{revised('ins', 'in a box', 3)}</w:p>"
    box = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    file = word_file(tmp_path / "a.docx", box, footnotes=part, header1=head)
    assert {item.text for item in items_of(file)} == {"in a footnote", "in a header", "in a box"}


def test_row_that_was_deleted_is_one_change(tmp_path):
    mark = 'w:id="1" w:author="Ann" w:date="2024-11-20T10:00:00Z"'
    cells = "".join(f"<w:tc><w:p><w:del {mark}>{run(text, 'delText')}</w:del></w:p></w:tc>" for text in ("a", "b"))
    table = f"<w:tbl><w:tr><w:trPr><w:del {mark}/></w:trPr>{cells}</w:tr></w:tbl>"
    (item,) = items_of(word_file(tmp_path / "a.docx", table))
    assert (item.kind, item.text) == ("deletion", "a\nb")


def test_paragraph_that_was_split_is_one_change(tmp_path):
    mark = '<w:ins w:id="1" w:author="Ann" w:date="2024-11-20T10:00:00Z"/>'
    body = f"<w:p><w:pPr><w:rPr>{mark}</w:rPr></w:pPr>{run('One.')}</w:p><w:p>{run('Two.')}</w:p>"
    file = word_file(tmp_path / "a.docx", body)
    (item,) = items_of(file)
    assert (item.kind, item.text) == ("insertion", "¶")
    (paragraph,) = changed_paragraphs(file, [item])
    assert (paragraph.before, paragraph.after) == ("One.Two.", ["One.", "Two."])


@pytest.mark.parametrize(("style", "said"), [("TOC2", "Phase 2"), ("Contents2", "Phase 2"), ("Heading2", "Phase 2 3")])
def test_the_page_of_an_entry_of_the_contents_is_none_of_its_words(tmp_path, style, said):
    head = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
    (paragraph,) = word_file(
        tmp_path / "a.docx", f"<w:p>{head}{run('Phase 2')}<w:r><w:tab/></w:r>{run('3')}</w:p>"
    ).paragraphs
    assert words_of_paragraph(paragraph) == said
