"""Posting the summary of a scheduled run to a command or a webhook of the user's.

The target may hold a secret, such as the token in a webhook's address, so it is never logged, nor is what it answers.
A notification that fails is reported and changes nothing else: the report matters more.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from natpatsip.errors import UsageError
from natpatsip.pipeline.options import NOTIFY

OUTCOME = "NATPATSIP_OUTCOME"  # tells a command how the run ended
COMMAND_LIMIT = 60.0  # seconds
WEBHOOK_LIMIT = 20.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
NOT_IN_ADDRESSES = re.compile(r"[^!-~]")  # blanks, control characters and letters that are not ASCII


def check_target(target: str) -> None:
    """Refuse a webhook that would be sent unencrypted, or whose address is not valid, before anything is built.

    Raises
    ------
    UsageError
        If its address is not one of https, or holds a sign that no address may hold.
    """
    if not is_webhook(target):
        return
    if NOT_IN_ADDRESSES.search(target):
        raise UsageError(
            "--notify: the address of the webhook holds a space or another sign that addresses cannot hold. Copy it "
            "again, without what stands before and after it."
        )
    try:
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or (parts.scheme != "https" and host not in LOOPBACK):
        raise UsageError(
            "--notify: the address of the webhook must begin with https:// and name a host, since the summary may "
            "hold what is not public yet."
        )


def is_webhook(target: str) -> bool:
    """Return True if a target is the address of a webhook, and not a command."""
    return target.lstrip().lower().startswith(("http://", "https://"))


def notify(target: str, summary: str, details: Mapping[str, Any]) -> str:
    """Post the summary of a scheduled run; return what went wrong, without the target, or nothing.

    Parameters
    ----------
    target : str
        The address of a webhook, which is sent JSON; or a command for the system's shell, which is given the summary on
        standard input.
    summary : str
        The text for people; ``text`` in JSON, as chat programs expect it.
    details : mapping
        The rest of the JSON. Its ``outcome`` is also the environment variable NATPATSIP_OUTCOME of a command.
    """
    if is_webhook(target):
        return _post(target, json.dumps({"text": summary, **details}, default=str).encode())
    return _run(target, summary, str(details["outcome"]))


def _run(command: str, summary: str, outcome: str) -> str:
    """Give the summary to the user's command; return what went wrong, or nothing."""
    environment = {name: value for name, value in os.environ.items() if name != NOTIFY} | {OUTCOME: outcome}
    try:
        with subprocess.Popen(  # noqa: S602 — the user's own command, which may be a pipeline
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # so that all of a pipeline can be ended
        ) as process:
            try:
                process.communicate(summary, timeout=COMMAND_LIMIT)
            except subprocess.TimeoutExpired:
                _end(process)
                return f"the command was not done after {COMMAND_LIMIT:g} s"
            except BaseException:
                _end(process)
                raise
    except OSError as error:
        return f"the command could not be run: {error.strerror or type(error).__name__}"
    return f"the command ended with status {process.returncode}" if process.returncode else ""


def _end(process: subprocess.Popen[str]) -> None:
    """End a command that was given the summary, and what it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: urllib would repeat the request without its content."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Return nothing, so that the answer counts as an error."""


def _post(address: str, content: bytes) -> str:
    """Post the summary to a webhook; return what went wrong, or nothing."""
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "natpatsip"}
    request = urllib.request.Request(address, content, headers, method="POST")  # noqa: S310 — checked by check_target
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=WEBHOOK_LIMIT):
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"the webhook answered with status {error.code}"
    except http.client.HTTPException:
        return "what answered is not a web server"
    except (OSError, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", error)
        words = reason.strerror if isinstance(reason, OSError) and reason.strerror else type(reason).__name__
        return f"the webhook could not be reached: {words}"
