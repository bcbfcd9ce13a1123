import zipfile

import nbformat
import pytest
from docx.oxml.ns import qn

from natpatsip.pipeline.review_notes import note_of, unplaced
from support.projects import command
from support.reviewing import QUARTER, read


def notes(ward, notebook="ward"):
    found = map(note_of, nbformat.read(ward / "notebooks" / f"{notebook}.ipynb", 4).cells)
    return [note for note in found if note]


def comments_file(ward):
    return ward / "params" / f"{QUARTER}.review" / "comments.yml"


def test_two_alike_unplaced(ward, ward_docx):
    ward_docx.lose(ward_docx.comment("steady", "Source?"))
    ward_docx.lose(ward_docx.comment("second", "Source?"))
    for c in ward_docx.document.comments:
        c._comment_elm.attrib.pop(qn("w:date"), None)
    path = ward_docx.save()
    read(ward, path, is_recorded=True)
    assert len(unplaced(ward, QUARTER)) == 2
    text = comments_file(ward).read_text()
    comments_file(ward).write_text(text.replace("answer: ''", "answer: From the list.", 1))
    kept = comments_file(ward).read_bytes()
    items = read(ward, path, is_recorded=True)
    assert sorted(i.status for i in items) == ["answered", "open"]
    assert comments_file(ward).read_bytes() == kept


@pytest.mark.parametrize("states", ["11", "10", "01"])
def test_two_files(ward, ward_docx, tmp_path, states):
    ward_docx.comment("steady", "How steady?")
    read(ward, ward_docx.save(), is_recorded=True)
    command(ward, "build", QUARTER, "--to", "docx")
    src = ward / "reports" / QUARTER / "report.docx"
    out = []
    for n, state in enumerate(states):
        dst = tmp_path / f"{n}.docx"
        with zipfile.ZipFile(src) as z, zipfile.ZipFile(dst, "w") as w:
            for name in z.namelist():
                data = z.read(name)
                if "commentsExtended" in name:
                    data = data.replace(b'w15:done="0"', f'w15:done="{state}"'.encode())
                w.writestr(name, data)
        out.append(dst)
    read(ward, *out, is_recorded=True)
    assert len(notes(ward)) == ("0" in states)
