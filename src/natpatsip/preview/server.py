"""Serving a preview on loopback: pages from disk, and the news as server-sent events."""

from __future__ import annotations

import json
import mimetypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from natpatsip.errors import UsageError
from natpatsip.preview.pages import OWN, blank, served
from natpatsip.preview.session import Session

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
HTTP_PORT = 80
BEAT = 10.0  # seconds between two signs of life, by which a page that was closed is noticed
SWAP = 1.0  # seconds in which a file that is not there may come: a report is published by renaming
FILES = Path(__file__).parent


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server_version = "natpatsip"
    sys_version = ""

    def __init__(self, *arguments: object, session: Session) -> None:
        self.session = session
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Serve a page, a file or the news."""
        self._answer()

    def do_HEAD(self) -> None:
        """Serve the head of the same."""
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for builds."""

    def _answer(self) -> None:
        if not self._is_for_us():
            self._send(b"This preview is for the browser of its own machine.\n", "text/plain", HTTPStatus.FORBIDDEN)
            return
        path = unquote(urlsplit(self.path).path)
        if path == f"{OWN}events":
            self._events()
        elif path.startswith(OWN):
            self._own(path.removeprefix(OWN))
        else:
            self._of_report(path)

    def _is_for_us(self) -> bool:
        """Say whether the browser asked for this machine by name: a site elsewhere may point its own name here."""
        return self.headers.get("Host", "") in hosts(self.connection.getsockname()[1])

    def _own(self, name: str) -> None:
        file = FILES / name
        if name in ("preview.js", "preview.css"):
            self._send(file.read_bytes(), _kind(file))
        else:
            self._send(b"There is no such file.\n", "text/plain", HTTPStatus.NOT_FOUND)

    def _of_report(self, path: str) -> None:
        folder, version = self.session.pages, self.session.news.version
        file = (folder / path.lstrip("/")).resolve()
        if path.endswith("/"):
            file /= "index.html"
        content = _read(file, seconds=SWAP if version else 0) if file.is_relative_to(folder.resolve()) else None
        if content is None and not version:
            page = blank("The report is being built", "It appears here by itself.", version)
            self._send(page.encode(), "text/html", HTTPStatus.OK)
        elif content is None:
            page = blank("Not in the report", f"The report has no {path.lstrip('/')}.", version)
            self._send(page.encode(), "text/html", HTTPStatus.NOT_FOUND)
        elif file.suffix == ".html":
            self._send(served(content.decode(), version).encode(), "text/html")
        else:
            self._send(content, _kind(file))

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        is_text = kind.startswith("text/")
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if is_text else kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _events(self) -> None:
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        known = None
        try:
            while not self.session.is_over:
                news = self.session.after(known, seconds=BEAT)
                line = f"data: {json.dumps(news.record())}\n\n" if news else ": still here\n\n"
                self.wfile.write(line.encode())
                self.wfile.flush()
                known = news or known
        except OSError:  # the page was closed
            return


def hosts(port: int) -> set[str]:
    """Return what a browser of this machine may say that it asks; for the port of the web it leaves the port out.

    Examples
    --------
    >>> sorted(hosts(4000))
    ['127.0.0.1:4000', 'localhost:4000']
    """
    named = {f"{name}:{port}" for name in NAMES}
    return named | set(NAMES) if port == HTTP_PORT else named


class Server(ThreadingHTTPServer):
    """Answers each request in a thread, of which none keeps the preview from ending."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of browsers that go away in the midst of an answer; anything else shows in the browser."""


@contextmanager
def serving(session: Session, port: int) -> Iterator[str]:
    """Serve a session, and give its address.

    Parameters
    ----------
    port : int
        0 takes a free one.

    Raises
    ------
    UsageError
        Where the port is taken, or not for us.
    """
    try:
        server = Server((HOST, port), partial(Handler, session=session))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--port {port}: cannot be used: {reason}. Name another, or leave it out.") from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def _read(file: Path, *, seconds: float) -> bytes | None:
    """Return the content of a file, for which there may be need to wait a moment."""
    limit = time.monotonic() + seconds
    while True:
        try:
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            if time.monotonic() >= limit:
                return None
            time.sleep(0.02)


def _kind(file: Path) -> str:
    return {".js": "text/javascript", ".csv": "text/csv"}.get(file.suffix) or (
        mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    )
