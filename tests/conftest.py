"""What all tests share."""

import signal
import sys
from pathlib import Path

import papermill  # noqa: F401 — before any module of the build: it loads its engines as it is imported
import pytest

from helpers import context

sys.path.insert(0, str(Path(__file__).parent))

from browser import chromium
from projects import copy, natpatsip

# Tests send Ctrl-C to programs. What a script starts in its background does not hear it, nor does what that starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nothing_read():
    """Each test begins as a notebook does: with no data read."""
    context.READ.clear()


@pytest.fixture(scope="session")
def html_pages(tmp_path_factory):
    """Build the report of Q2 2024/25 in all formats, once, and return its pages' folder."""
    project = copy(tmp_path_factory.mktemp("whole"))
    run = natpatsip(project, "build", "2024-25-Q2", "--renderer", "pandoc")
    assert run.returncode == 0, run.stderr
    return project / "reports" / "2024-25-Q2" / "html"


@pytest.fixture(scope="session")
def chrome():
    """Open one browser for all tests that look at pages."""
    with chromium() as opened:
        yield opened
