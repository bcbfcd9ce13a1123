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


@pytest.mark.parametrize("begun", ["", "GET / HTTP/1.1\r\nHost: x", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"])
def test_a_connection_that_asks_nothing_is_closed(pages, monkeypatch, begun):
    monkeypatch.setattr(web_server, "IDLE", 0.2)
    served(pages, [lambda _: begun.encode()])  # `ask` fails if it stays open
