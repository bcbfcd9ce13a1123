"""What all tests share."""

import signal

import papermill  # noqa: F401 — before any module of the build: it loads its engines as it is imported
import pytest

from natpatsip import context

pytest.register_assert_rewrite("support")  # before the first of its modules is imported

from support.browser import chromium  # noqa: E402

# Tests send Ctrl-C to programs. What a script starts in its background does not hear it, nor does what that starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nothing_read():
    """Each test begins as a notebook does: with no data read."""
    context.READ.clear()


@pytest.fixture(scope="session")
def chrome():
    """Open one browser for all tests that look at pages."""
    with chromium() as opened:
        yield opened
