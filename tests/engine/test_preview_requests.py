"""The preview answers every request, however odd its path, and closes connections that ask nothing."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from natpatsip.preview import web_server
from natpatsip.preview.session import State

ODD = [
    "a\0b.html",
    "\0",
    "n" * 256 + ".html",
    "n" * 5000,
    "/".join(["deep"] * 2000),
    "round/x",
    "index.html/x",
    "../secret",
    "caf\udcc3",
]


def ask(port, request):
    async def answer():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await writer.drain()
        try:
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            writer.close()

    return answer()


def served(pages, requests):
    """Serve a report's pages and return the answers to requests."""
    session = SimpleNamespace(pages=pages, state=State(version="1"))

    async def run():
        server, address = web_server.listen(session, 0)
        port = int(address.rstrip("/").rpartition(":")[2])
        try:
            return [await ask(port, request(port)) for request in requests]
        finally:
            server.stop()

    with ThreadPoolExecutor(1) as thread:  # a browser that other tests have open keeps a loop of its own in this thread
        return thread.submit(asyncio.run, run()).result()


def get(path):
    target = quote(os.fsencode(path))
    return lambda port: f"GET /{target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture
def pages(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "index.html").write_text("<head></head>The ward", encoding="utf-8")
    (tmp_path / "secret").touch()
    if os.name == "posix":
        (folder / "round").symlink_to("round")
    return folder


@pytest.mark.parametrize("path", ODD, ids=range(len(ODD)))
def test_an_odd_name_is_answered_as_not_in_the_report(pages, monkeypatch, path):
    monkeypatch.setattr(web_server, "SWAP", 0.0)
    odd, usual = served(pages, [get(path), get("index.html")])
    assert odd.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 "))
    assert b"The ward" in usual


MALFORMED = {
    "invalid-utf-8": b"GET /%zz%ff%c3 HTTP/1.1\r\n{host}",
    "bytes": b"GET /caf\xe9\xff HTTP/1.1\r\n{host}",
    "escape": b"GET /\x1b]0;pwned\x07 HTTP/1.1\r\n{host}",
    "another-address": b"GET http://x.example/ HTTP/1.1\r\n{host}",
    "another-host": b"GET / HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n",
    "two-hosts": b"GET / HTTP/1.1\r\nHost: x.example\r\n{host}",
    "no-host": b"GET / HTTP/1.0\r\n\r\n",
    "star": b"OPTIONS * HTTP/1.1\r\n{host}",
    "connect": b"CONNECT x.example:1 HTTP/1.1\r\n{host}",
    "method": b"B\0D / HTTP/1.1\r\n{host}",
    "post": b"POST / HTTP/1.1\r\nContent-Length: 3\r\n{host}abc",
    "version": b"GET / HTTP/9.9\r\n{host}",
    "header": b"GET / HTTP/1.1\r\nno colon\r\n{host}",
    "long-header": b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n{host}",
    "chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{host}zz\r\n",
    "page-in-latin-1": b"GET /latin.html HTTP/1.1\r\n{host}",
    "own-file-of-elsewhere": b"GET /-preview/../builder.py HTTP/1.1\r\n{host}",
    "script": b"GET /<script>pwned()</script> HTTP/1.1\r\n{host}",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_answered_or_closed_and_the_terminal_hears_nothing(pages, monkeypatch, caplog, name):
    monkeypatch.setattr(web_server, "SWAP", 0.0)
    (pages / "latin.html").write_bytes(b"<head></head>caf\xe9")

    def malformed(port):
        host = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        return MALFORMED[name].replace(b"{host}", host.encode())

    odd, usual = served(pages, [malformed, get("index.html")])
    assert odd == b"" or odd.startswith(b"HTTP/1.1 ")
    assert b"<script>pwned" not in odd
    assert b"Traceback" not in odd
    assert not odd.startswith(b"HTTP/1.1 5")
    assert b"The ward" in usual
    assert caplog.records == []


@pytest.mark.parametrize("begun", ["", "GET / HTTP/1.1\r\nHost: x", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"])
def test_a_connection_that_asks_nothing_is_closed(pages, monkeypatch, begun):
    monkeypatch.setattr(web_server, "IDLE", 0.2)
    served(pages, [lambda _: begun.encode()])  # `ask` fails if it stays open
