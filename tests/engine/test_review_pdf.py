"""Comments in a reviewed PDF: each at the heading above it, with its thread."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from natpatsip.errors import UsageError
from support.projects import command
from support.reviewing import QUARTER, only, read


def annotation(pdf, page, top, text, kind=Name.Highlight, **more):
    note = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=kind,
            Rect=Array([100, top - 10, 200, top]),
            Contents=String(text),
            T=String("Ann Lee"),
            M=String("D:20241120101500+00'00'"),
            **more,
        )
    )
    page.Annots = Array([*page.get("/Annots", []), note])
    return note


def heading(pdf, name):
    """Return the page and the height of a heading."""
    names = list(pdf.Root.Names.Dests.Names)
    target = names[names.index(String(name)) + 1]
    return next(page for page in pdf.pages if page.objgen == target[0].objgen), float(target[3])


@pytest.fixture
def reviewed(ward, tmp_path):
    run = command(ward, "build", QUARTER, "--to", "pdf")
    assert run.returncode == 0, run.stderr
    with pikepdf.open(ward / "reports" / QUARTER / "report.pdf") as pdf:
        page, top = heading(pdf, "ward-progress")
        first = annotation(pdf, page, top - 40, "How steady?")
        annotation(pdf, page, top - 40, "Very\x02 so.", kind=Name.Text, IRT=first)
        page, top = heading(pdf, "ward-what-comes-next")
        done = annotation(pdf, page, top - 30, "", kind=Name.StrikeOut)
        annotation(pdf, page, top - 30, "", kind=Name.Text, IRT=done, State=String("Completed"))
        annotation(pdf, page, top, "not a comment", kind=Name.Link)
        pdf.save(tmp_path / "reviewed.pdf")
    return tmp_path / "reviewed.pdf"


def test_comments_of_a_pdf_are_at_the_heading_above_with_their_threads(ward, reviewed):
    items = read(ward, reviewed, is_recorded=True)
    comment, struck = [item for item in items if item.kind == "comment"]
    reply = only(items, "reply")
    assert (comment.text, comment.author, comment.date) == ("How steady?", "Ann Lee", "2024-11-20T10:15:00Z")
    assert (comment.notebook, comment.cell, comment.status) == ("ward.ipynb", "progress", "open")
    assert (reply.text, reply.cell, reply.thread) == ("Very\ufffd so.", "progress", comment.thread)
    assert (struck.text, struck.cell, struck.status) == ("(struck out)", "next", "resolved")
    assert len(items) == 3
    assert all("page" in item.anchor for item in items)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 no more", b"PK"])
def test_file_that_is_no_pdf_is_named(ward, tmp_path, content):
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"broken\.pdf"):
        read(ward, path)
