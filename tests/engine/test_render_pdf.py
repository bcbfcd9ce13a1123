"""Streams that end in a carriage return, which PDF/A checkers would take for a part of the line end."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest

from natpatsip.errors import RenderError
from natpatsip.pipeline.render.pdf import with_plain_ends


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
