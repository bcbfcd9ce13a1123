"""What all tests share."""

import os
import signal
import sys
from pathlib import Path

import papermill  # noqa: F401 — before any module of the build: it loads its engines as it is imported
import pytest

from natpatsip import context

sys.path.insert(0, str(Path(__file__).parent))

from browser import chromium
from whole import Whole

# Tests send Ctrl-C to programs. What a script starts in its background does not hear it, nor does what that starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nothing_read():
    """Each test begins as a notebook does: with no data read."""
    context.READ.clear()


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The real project and its reports; the processes of a run of tests share one."""
    own = tmp_path_factory.getbasetemp()
    return Whole((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "whole")


@pytest.fixture(scope="session")
def html_pages(whole):
    """The folder of the pages of Q2 2024/25."""
    return whole.report() / "html"


@pytest.fixture(scope="session")
def chrome():
    """Open one browser for all tests that look at pages."""
    with chromium() as opened:
        yield opened
