"""What all tests share."""

import os
import signal

import papermill  # noqa: F401 — before any module of the build: it loads its engines as it is imported
import pytest

from natpatsip import context
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.execution import prefork

pytest.register_assert_rewrite("support")  # before the first of its modules is imported

from support.browser import chromium  # noqa: E402

# Tests send Ctrl-C to programs. What a script starts in its background does not hear it, nor does what that starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers():
    """Have three workers for two processors: much of the time, a test waits for what it has started."""
    return (3 * (os.cpu_count() or 1) + 1) // 2


@pytest.fixture(autouse=True)
def _nothing_read():
    """Each test begins as a notebook does: with no data read."""
    context.READ.clear()


@pytest.fixture(scope="session", autouse=True)
def _no_process_is_left():
    """End what builds in this process have started: all its tests share one fork server, as builds of a process do."""
    yield
    prefork.stop()
    draw_worker.stop()


@pytest.fixture(scope="session")
def chrome():
    """Open one browser for all tests that look at pages."""
    with chromium() as opened:
        yield opened
