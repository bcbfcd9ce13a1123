"""What the doctor says to install, on each system; and a report of a bug, which gives nobody away."""

from __future__ import annotations

import getpass
import json
import socket

import pytest

from natpatsip import doctor
from natpatsip.doctor import bug_report, platforms
from natpatsip.doctor.platforms import DEBIAN, FEDORA, MACOS, OTHER, WINDOWS, Platform
from support.projects import SETTINGS, command, edit, small

SECRETS = {
    "user": "zeldaq",
    "host": "ward7-laptop",
    "home": "/home/zeldaq/work",
    "token": "ghp_4fK9sQ2mZx81LrT0aa77",
    "contact": "zelda.quist@riverside.example",
    "publisher": "Riverside Hidden Trust",
    "address": "https://zelda:pa55w0rd@intranet.example/report?key=abcdef",
    "setting": "opensesame",
    "patient": "Jane Patient-Smith",
    "network": "10.11.12.13",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a secret wherever one may be, on a machine with names."""
    project = small(tmp_path / SECRETS["user"] / "report")
    monkeypatch.setattr(getpass, "getuser", lambda: SECRETS["user"])
    monkeypatch.setattr(socket, "gethostname", lambda: f"{SECRETS['host']}.riverside.example")
    monkeypatch.setenv("HOME", SECRETS["home"])
    monkeypatch.setenv("BUILD_API_TOKEN", SECRETS["token"])
    settings = {
        "contact": SECRETS["contact"],
        "publisher": SECRETS["publisher"],
        "url": SECRETS["address"],
        "keywords": [SECRETS["setting"], SECRETS["token"]],
    }
    (project / "_quarto.yml").write_text(f"{SETTINGS}natpatsip: {json.dumps(settings)}\n", encoding="utf-8")
    edit(project / "data" / "datapackage.yaml", "rows: a month and team", f"rowz: {SECRETS['patient']}")
    report = project / "reports" / "2024-25-Q2"
    report.mkdir(parents=True)
    finding = {"check": "stale", "message": SECRETS["patient"], "where": SECRETS["home"]}
    content = {"status": "draft", "renderer": "pandoc", "versions": {"natpatsip": "0.2.0"}, "sources": {"a": "b"}}
    (report / "manifest.json").write_text(json.dumps({**content, "findings": [finding]}), encoding="utf-8")
    return project


def test_a_bug_report_has_what_is_needed_and_gives_nobody_away(project):
    run = command(project, "doctor", "--report")
    assert "written: build/doctor-report.md" in run.stdout
    text = (project / "build" / "doctor-report.md").read_text(encoding="utf-8")
    parts = {part for secret in SECRETS.values() for part in (secret, *secret.replace("@", " ").split())}
    assert [part for part in parts if part.lower() in text.lower()] == []
    for word in ("zelda", "pa55w0rd", "intranet", "Jane", "abcdef"):
        assert word not in text
    for needed in (
        "| natpatsip | 0.2.0 |",
        "| pandas | 3.",
        "| Python | CPython 3.",
        "`natpatsip.contact`, `natpatsip.publisher`, `natpatsip.url`",
        "`params/2024-25-Q2.yml`: `quarter`, `cut_off`, `rebase`, `rebase[].measure`",
        "- 2024-25-Q2: draft, pandoc, natpatsip 0.2.0, 1 sources, findings: stale 1",
        "waits_monthly.natpatsip: “…” is not one of its keys",
        "| contact | ok |",
    ):
        assert needed in text, text


def test_the_settings_that_the_doctor_cannot_read_are_named_without_their_values(project):
    edit(project / "_quarto.yml", '"publisher": "Riverside Hidden Trust"', '"publishr": ["Riverside Hidden Trust"]')
    command(project, "doctor", "--report")
    text = (project / "build" / "doctor-report.md").read_text(encoding="utf-8")
    assert "natpatsip.publishr: unknown key. Did you mean “…”" in text
    assert "Hidden" not in text


def test_outside_of_a_project_the_report_is_written_where_one_is(tmp_path):
    assert command(tmp_path, "doctor", "--report").returncode == 1  # the project is missing
    assert "## Versions" in (tmp_path / "doctor-report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("message", "clean"),
    [
        ("row 3: found 1,5 or more, expected a whole number", "row 3: found …"),
        ('unknown key. Did you mean "contact"?', "unknown key. Did you mean “…”?"),
        ("the patient's name isn't there", "the patient's name isn't there"),
        (r"C:\Users\zelda\report\data.csv: is not there", "<path>: is not there"),
        ("/srv/My Files/x.csv is gone", "<path> is gone"),
        ("1.9.2 at /home/zelda/.local/bin/quarto", "1.9.2 at <path>"),
        ("see ftp://host/x, or 10.0.0.1", "see <address>, or <address>"),
        ("data/waits.csv has no rows for 2024-09", "data/waits.csv has no rows for 2024-09"),
        ("key sk-live-4fK9sQ2mZx81LrT0aa77 is used", "key <token> is used"),
    ],
)
def test_a_message_is_cleaned(message, clean):
    assert bug_report.clean(message) == clean


@pytest.mark.parametrize(
    ("kind", "git", "quarto"),
    [
        (DEBIAN, "sudo apt-get install git", "sudo apt-get install ./quarto-*.deb"),
        (FEDORA, "sudo dnf install git", "the archive for Linux"),
        (MACOS, "xcode-select --install", "brew install --cask quarto"),
        (WINDOWS, "winget install --id Git.Git", "winget install --id Posit.Quarto"),
        (OTHER, "your system's package manager", "https://quarto.org"),
    ],
)
def test_each_system_has_its_own_commands(kind, git, quarto):
    assert git in Platform(kind, "").install("git")
    assert quarto in Platform(kind, "").install("quarto")
    assert Platform(kind, "", is_conda=True).install("git") == "conda install --channel conda-forge git"
    assert "sudo" not in Platform(kind, "", is_root=True).install("quarto")


@pytest.mark.parametrize(
    ("platform", "files", "said"),
    [
        (Platform(DEBIAN, ""), ("pyproject.toml", "scripts/environment.sh"), "make environment"),
        (Platform(WINDOWS, ""), ("pyproject.toml", "scripts/environment.sh"), "uv sync"),
        (Platform(MACOS, ""), ("pyproject.toml",), "uv sync"),
        (Platform(FEDORA, "", is_conda=True), ("pyproject.toml", "environment.yml"), "conda env update --file env"),
        (Platform(FEDORA, ""), (), "python3 -m pip install --upgrade natpatsip"),
    ],
)
def test_packages_are_installed_as_the_project_does_it(tmp_path, platform, files, said):
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert platform.install_packages(tmp_path).startswith(said)


def test_what_is_missing_is_said_with_what_to_type_here(tmp_path, monkeypatch):
    monkeypatch.setattr(platforms, "here", lambda: Platform(FEDORA, "Fedora Linux 41, x86_64"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(small(tmp_path))
    found = {each.name: each for each in doctor.examine()}
    assert found["system"].found == "Fedora Linux 41, x86_64"
    assert (found["git"].is_ok, found["git"].is_needed) == (False, False)
    assert found["git"].remedy.startswith("Run: sudo dnf install git")
    assert "the archive for Linux" in found["quarto"].remedy
    assert "notebooks in git" not in found  # the project is in no repository
