"""Serving a preview on loopback: pages from disk with a script that reloads them, and states as server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
import mimetypes
import re
import time
from html import escape
from http import HTTPStatus
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.log import gen_log
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, StaticFileHandler

from natpatsip.errors import UsageError
from natpatsip.preview.session import Session

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
HTTP_PORT = 80
HEARTBEAT = 10.0  # seconds: a page that was closed is only noticed when something is written to it
IDLE = 30.0  # seconds after which a connection that asks nothing, or never ends what it asks, is closed
SWAP = 1.0  # seconds for which a missing file may still appear, because a report is published by renaming its folder
OWN = "/-preview/"  # no page of a report has such an address
POLICY = re.compile(r"""(<meta\s+http-equiv="Content-Security-Policy"\s+content=")([^"]*)(")""", re.IGNORECASE)
TYPES = {".js": "text/javascript", ".csv": "text/csv"}  # on Windows, mimetypes reads others from the registry


class Handler(RequestHandler):
    """Answers requests from browsers on this machine only."""

    def initialize(self, session: Session, port: int) -> None:
        """Take the session and the port from the routes."""
        self.session, self.port = session, port

    def set_default_headers(self) -> None:
        """Let browsers store and guess nothing, and other sites use nothing."""
        self.set_header("Server", "natpatsip")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def prepare(self) -> None:
        """Refuse a browser's request under another host name: any site can point its own name at this machine."""
        if self.request.headers.get("Host", "") not in hosts(self.port):
            self.answer(b"This preview is only for browsers on the same machine.\n", "text/plain", HTTPStatus.FORBIDDEN)

    def answer(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Send an answer to a browser; tornado leaves the content out if only the head was requested."""
        self.set_status(status)
        self.set_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.finish(content)


class States(Handler):
    """Sends the state as server-sent events, until the page is closed."""

    async def get(self) -> None:
        """Send the preview's state to the page now and whenever it changes."""
        self.set_header("Content-Type", "text/event-stream")
        try:
            async for state in self.session.states(heartbeat=HEARTBEAT):
                self.write(f"data: {json.dumps(state.record())}\n\n" if state else ": still here\n\n")
                await self.flush()
        except (StreamClosedError, asyncio.CancelledError):  # the page was closed, or the preview ends
            return


class Report(Handler):
    """Serves the pages and files of the report."""

    async def get(self, path: str) -> None:
        """Serve a file of the report; of a folder, its index page."""
        folder, version = self.session.pages, self.session.state.version
        file = _file(folder, path)
        content = await _content(file, seconds=SWAP if version else 0) if file else None
        if content is None and not version:
            self._message("The report is being built", "It will appear here by itself.", HTTPStatus.OK)
        elif content is None or file is None:
            self._message("Not in the report", f"The report has no page or file {path}.", HTTPStatus.NOT_FOUND)
        elif file.suffix == ".html":
            self.answer(with_script(content.decode(errors="replace"), version).encode(), "text/html")
        else:
            kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
            self.answer(content, kind or "application/octet-stream")

    head = get

    def _message(self, title: str, text: str, status: HTTPStatus) -> None:
        page = (
            '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            f"<title>{escape(title)}</title></head>"
            f'<body class="preview-blank"><main><h1>{escape(title)}</h1><p>{escape(text)}</p>'
            '<p><a href="/">The first page of the report</a></p></main></body></html>\n'
        )
        self.answer(with_script(page, self.session.state.version).encode(), "text/html", status)


class OwnFile(Handler, StaticFileHandler):
    """Serves the preview's own script and styles."""

    def initialize(self, session: Session, port: int) -> None:  # type: ignore[override]
        """Serve the preview's own files."""
        Handler.initialize(self, session, port)
        StaticFileHandler.initialize(self, path=str(Path(__file__).parent))


def hosts(port: int) -> set[str]:
    """Return what a browser on this machine may send as the host; it leaves out the port if it is 80.

    Examples
    --------
    >>> sorted(hosts(4000))
    ['127.0.0.1:4000', 'localhost:4000']
    """
    named = {f"{name}:{port}" for name in NAMES}
    return named | set(NAMES) if port == HTTP_PORT else named


def listen(session: Session, port: int) -> tuple[HTTPServer, str]:
    """Start to serve a session on the running event loop, and return the server with its address.

    Raises
    ------
    UsageError
        If the port is taken or not allowed; 0 takes a free one.
    """
    try:
        sockets = bind_sockets(port, HOST)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--port {port}: cannot be used: {reason}. Name another port, or leave it out.") from error
    port = sockets[0].getsockname()[1]
    routes = {f"{OWN}events": States, rf"{OWN}(preview\.(?:js|css))": OwnFile, r"/(.*)": Report}
    rules = [(path, handler, {"session": session, "port": port}) for path, handler in routes.items()]
    application = Application(rules, log_function=lambda _: None)  # the terminal is for builds
    gen_log.setLevel(logging.ERROR)  # and hears nothing of requests that are malformed
    server = HTTPServer(
        application, idle_connection_timeout=IDLE, body_timeout=IDLE, max_header_size=2**16, max_body_size=2**16
    )
    server.add_sockets(sockets)
    return server, f"http://{HOST}:{port}/"


def _file(folder: Path, path: str) -> Path | None:
    """Return the file that a browser asks for by its path; None if that leads out of the folder, or names no file."""
    try:
        file = (folder / path.lstrip("/")).resolve()
        if not path or path.endswith("/"):
            file /= "index.html"
        file.exists()  # raises if a name is too long
        return file if file.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, links in a circle
        return None


async def _content(file: Path, *, seconds: float) -> bytes | None:
    """Return the content of a file that a browser asks for, for which this may wait a moment."""
    limit = time.monotonic() + seconds
    while True:
        try:
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            if time.monotonic() >= limit:
                return None
            await asyncio.sleep(0.02)


def with_script(page: str, version: str) -> str:
    """Return a page with the preview's script and styles, and the version of the report that it belongs to."""
    page = POLICY.sub(lambda found: found[1] + relaxed(found[2]) + found[3], page, count=1)
    own = (
        f'<link rel="stylesheet" href="{OWN}preview.css">\n'
        f'<script src="{OWN}preview.js" data-version="{escape(version)}" defer></script>\n'
    )
    head, found, rest = page.partition("</head>")
    return f"{head}{own}{found}{rest}" if found else own + page


def relaxed(policy: str) -> str:
    """Return a security policy that also lets a page load from, and connect to, its own server.

    Examples
    --------
    >>> relaxed("default-src 'none'; script-src 'self'; style-src 'self'")
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    """
    directives = {words[0]: words[1:] for each in policy.split(";") if (words := each.split())}
    for name in ("connect-src", "script-src", "style-src"):
        sources = directives.get(name, directives.get("default-src", ["*"]))
        if "'self'" not in sources and "*" not in sources:
            sources = [*(source for source in sources if source != "'none'"), "'self'"]
        directives[name] = sources
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())
