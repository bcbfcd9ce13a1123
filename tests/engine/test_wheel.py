"""The wheel alone: a report is made, built, checked and shown with it, in a folder that holds nothing else."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from pathlib import Path

import pytest

from support.projects import ROOT
from support.waiting import becomes

UV = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
PREVIEW = re.compile(r"http://127\.0\.0\.1:\d+/\S*")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of an environment with the wheel in it, and the packages that the lock file names."""
    folder = tmp_path_factory.mktemp("wheel")
    assert UV is not None, "uv is not installed. Run: make environment"
    subprocess.run([UV, "build", "--wheel", "--out-dir", folder, ROOT], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "environment", with_pip=False)
    python = folder / "environment" / "bin" / "python"
    requirements = folder / "requirements.txt"
    lock = ["export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--output-file", requirements]
    subprocess.run([UV, *lock], cwd=ROOT, check=True, capture_output=True)
    install = [UV, "pip", "install", "--python", python, "--requirement", requirements, wheel]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    _take_compiled(Path(sysconfig.get_path("purelib")), *python.parents[1].glob("lib/*/site-packages"))
    return python


def _take_compiled(ours: Path, theirs: Path) -> None:
    """Copy what is compiled of the packages that are in both: compiling takes half of the test's processor time.

    Python compiles again whatever is not of the same size and date.
    """
    for module in theirs.rglob("*.py"):
        name = module.relative_to(theirs)
        compiled = name.parent / "__pycache__" / f"{name.stem}.{sys.implementation.cache_tag}.pyc"
        if (ours / compiled).is_file():
            (theirs / compiled).parent.mkdir(exist_ok=True)
            shutil.copyfile(ours / compiled, theirs / compiled)


# The first command compiles what all of them import: else each would, where bytecode is not to be written.
OURS = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in OURS}


def run(python, folder, *arguments):
    command = [python, "-P", "-m", "natpatsip", *arguments]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)


@pytest.mark.end_to_end
def test_the_wheel_alone_makes_builds_checks_and_shows_a_report(python, tmp_path):
    where = subprocess.run(
        [python, "-P", "-c", "import natpatsip; print(natpatsip.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert str(python.parents[1]) in where.stdout  # and not the repository's own sources

    made = run(
        python, tmp_path, "init", "waits", "--title", "Waits", "--publisher", "A trust", "--quarter", "2024-25-Q2"
    )
    assert made.returncode == 0, made.stderr
    project = tmp_path / "waits"

    built = run(python, project, "build")
    assert built.returncode == 0, built.stderr
    report = project / "reports" / "2024-25-Q2"
    assert all((report / name).is_file() for name in ("html/index.html", "report.pdf", "report.docx"))
    assert list((report / "html" / "assets" / "fonts").glob("*.woff2"))

    checked = run(python, project, "check")
    assert (checked.returncode, checked.stdout) == (0, "no findings\n"), checked.stderr
    assert is_shown_in_the_preview(python, project, "Published by A trust.")


def is_shown_in_the_preview(python: Path, project: Path, text: str) -> bool:
    """Return True if ``natpatsip preview`` comes to serve a first page with a text in it."""
    preview = subprocess.Popen(
        [python, "-P", "-m", "natpatsip", "preview"],
        cwd=project,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = next(found[0] for line in preview.stdout if (found := PREVIEW.search(line)))
        return becomes(lambda: text in read(address))
    finally:
        preview.send_signal(signal.SIGINT)
        preview.wait(30)
        preview.stdout.close()


def read(address: str) -> str:
    """Return the page that is served now; while the report is being built that is one which says so."""
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 — our own server
        return answer.read().decode()
