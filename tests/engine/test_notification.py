"""The summary of a scheduled run is posted to a command or a webhook; one that fails is said and fails nothing else."""

from __future__ import annotations

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from natpatsip.errors import UsageError
from natpatsip.pipeline.options import NOTIFY, Options
from natpatsip.schedule import notification, scheduled_run
from natpatsip.schedule.notification import check_target, notify
from support.projects import command, small
from support.waiting import becomes

DETAILS = {"outcome": "built", "quarters": []}
MARK = "s3cret"


@pytest.fixture
def webhook():
    """Return a server on loopback that answers as `status` says, and what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            server.sent.append((self.path, self.headers["Content-Type"], json.loads(content)))
            self.send_response(server.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.sent, server.status = [], 204
        server.address = f"http://127.0.0.1:{server.server_port}/{MARK}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_command_gets_the_summary_on_its_input_and_the_outcome_in_its_environment(tmp_path, monkeypatch):
    monkeypatch.setenv(NOTIFY, MARK)
    posted = tmp_path / "posted"
    program = f"import os, sys; print(sys.stdin.read(), os.environ['NATPATSIP_OUTCOME'], '{NOTIFY}' in os.environ)"
    (tmp_path / "post.py").write_text(program, encoding="utf-8")
    assert notify(f'"{sys.executable}" "{tmp_path / "post.py"}" > "{posted}"', "built − 1", DETAILS) == ""
    assert posted.read_text(encoding="utf-8") == "built − 1 built False\n"


def test_a_command_that_does_not_read_is_no_failure():
    assert notify("exit 0", "x" * 1_000_000, DETAILS) == ""


def test_a_command_that_fails_is_said_without_its_words():
    assert notify(f"echo {MARK} >&2; exit 3", "", DETAILS) == "the command ended with status 3"


@pytest.mark.skipif(sys.platform == "win32", reason="its shell has no sleep")
def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(notification, "COMMAND_LIMIT", 0.5)
    late = tmp_path / "late"
    assert notify(f"(sleep 1.5; touch '{late}') | cat", "", DETAILS) == "the command was not done after 0.5 s"
    assert not becomes(late.exists, within=1.5)


def test_a_webhook_gets_the_summary_as_json(webhook):
    assert notify(webhook.address, "built 2024-25-Q2", DETAILS) == ""
    (sent,) = webhook.sent
    assert sent == (f"/{MARK}", "application/json; charset=utf-8", {"text": "built 2024-25-Q2", **DETAILS})


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_or_redirects_is_said(webhook, status):
    webhook.status = status
    assert notify(webhook.address, "", DETAILS) == f"the webhook answered with status {status}"
    assert len(webhook.sent) == 1


def test_a_webhook_that_is_not_there_is_said_without_its_address(webhook):
    webhook.server_close()
    said = notify(webhook.address, "", DETAILS)
    assert said in {f"the webhook could not be reached: Connection {how}" for how in ("refused", "reset by peer")}


@pytest.mark.parametrize("target", [f"http://example.org/{MARK}", "https://", "https:///x", "https://x:port/"])
def test_a_webhook_without_encryption_or_host_is_refused_before_anything_is_built(target):
    with pytest.raises(UsageError, match="--notify: the address of the webhook must begin with https://") as refused:
        check_target(target)
    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    "target",
    [
        f"https://example.org/{MARK} x",
        f" https://example.org/{MARK}",
        f"https://example.org/{MARK}\n",
        f"https://é.org/{MARK}",
    ],
)
def test_an_address_that_no_webhook_can_have_is_refused_without_being_shown(target):
    with pytest.raises(
        UsageError, match=r"holds a space or another sign that addresses cannot hold\. Copy it"
    ) as refused:
        check_target(target)
    assert MARK not in str(refused.value)


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"])
def test_a_webhook_that_does_not_speak_http_is_said(answer):
    def serve():
        connection, _ = server.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        said = notify(f"http://127.0.0.1:{server.getsockname()[1]}/{MARK}", "", DETAILS)
        thread.join()
    assert said == "what answered is not a web server"


@pytest.mark.parametrize("target", ["", "mail -s report someone@example.org", "https://example.org/hook"])
def test_commands_and_https_are_valid_targets(target):
    check_target(target)


def test_a_notification_that_fails_fails_nothing_and_no_log_holds_its_target(webhook, tmp_path, monkeypatch):
    project = small(tmp_path / "project")
    monkeypatch.setattr(scheduled_run, "known_quarters", lambda _: [])
    webhook.status, said = 500, []
    scheduled_run.run(project, [], Options(), log=said.append, say=said.append, notify=webhook.address)
    assert said[-1] == (
        "the summary could not be posted: the webhook answered with status 500. Try the target of --notify by hand."
    )
    logs = [file.read_text(encoding="utf-8") for file in (project / "reports" / "logs").iterdir()]
    assert any("notification failed" in text for text in logs)
    assert not [text for text in (*said, *logs) if MARK in text or "127.0.0.1" in text]


def test_notify_is_for_scheduled_runs_and_may_be_set_in_the_environment(tmp_path, monkeypatch):
    project, posted = small(tmp_path / "project"), tmp_path / "posted"
    run = command(project, "build", "--notify", "true")
    assert (run.returncode, "--notify: posts the summary of a scheduled run. Add --due" in run.stderr) == (2, True)
    for params in (project / "params").iterdir():
        params.unlink()
    monkeypatch.setenv(NOTIFY, f"cat > '{posted}'")
    run = command(project, "build", "--due")
    assert (run.returncode, run.stdout.splitlines()[0]) == (0, "nothing due")
    assert posted.read_text(encoding="utf-8").splitlines()[0] == "nothing due"
