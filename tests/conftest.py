"""What all tests share."""

import gc
import os
import signal
import sys
from itertools import zip_longest
from pathlib import Path

import pytest

# jsonschema checks addresses and durations with libraries that take over a second and 0.05 s to import; nothing that is
# tested needs them. So neither these processes nor the programs that they start find them.
LACKING = Path(__file__).parent / "support" / "lacking"
sys.modules |= dict.fromkeys(("rfc3987_syntax", "isoduration"))
if not os.environ.get("PYTHONPATH", "").startswith(str(LACKING)):  # as it does in the workers of xdist
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(LACKING), os.environ.get("PYTHONPATH")]))

import papermill  # noqa: E402, F401 — before any module of the build: it loads its engines as it is imported
from altair.utils import schemapi  # noqa: E402
from altair.vegalite.v6.schema.core import VegaLiteSchema  # noqa: E402

from natpatsip import context  # noqa: E402
from natpatsip.pipeline.drawing import draw_worker  # noqa: E402
from natpatsip.pipeline.execution import prefork  # noqa: E402
from natpatsip.pipeline.render import pandoc_process  # noqa: E402

# Altair hashes the schemas of all its classes for each channel that is written as a text. That takes 3 ms, each time.
hashed = schemapi._FromDict(VegaLiteSchema._default_wrapper_classes())
schemapi._FromDict = lambda _classes: hashed

gc.disable()  # until all tests are collected: a quarter of the time would go into looking for what nobody drops
sys.dont_write_bytecode = False  # what pytest makes of each test to show what failed, which takes it half of its start
pytest.register_assert_rewrite("support")  # before the first of its modules is imported

from support.browser import chromium  # noqa: E402

# Tests send Ctrl-C to programs. What a script starts in its background does not hear it, nor does what that starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers():
    """Have two workers for a processor: much of the time, a test waits for what it has started."""
    return 2 * (os.cpu_count() or 1)


# Modules that take longest begin first, so that no worker ends long after the others. Those that mostly wait, for a
# cluster, a limit or a saved file, alternate with those that compute, so that no processor is idle meanwhile.
COMPUTE = (
    *("test_checks", "test_life", "test_tutorials", "test_cache", "test_report_pages", "test_pages_access"),
    *("test_cache_faults", "test_charts_layout", "test_report", "test_wheel", "test_archived_report", "test_docs_site"),
    *("test_write_a_chapter", "test_documentation", "test_bad_input", "test_chapter_parts", "test_whole_report"),
    *("test_library_figures", "test_imports", "test_table_captions", "test_own_drawing", "test_passports"),
    *("test_signing", "test_platforms"),
)
WAIT = (
    *("test_cluster_faults", "test_preview", "test_cluster", "test_prefork", "test_failing_well", "test_kills"),
    *("test_error_handling", "test_draw_worker", "test_engine", "test_scheduled_runs", "test_schedule"),
    *("test_library_tables",),
)
LONGEST = [each for pair in zip_longest(COMPUTE, WAIT) for each in pair if each]


def pytest_collection_modifyitems(items):
    """Begin with the longest modules; a worker is given a module at a time, in this order."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_collection_finish():
    """Spare the garbage collector thousands of tests and all of pandas, each time that it looks for what can go."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)  # as the command line does: many tests build reports in this process
    gc.enable()


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
    pandoc_process.stop()


@pytest.fixture(scope="session")
def chrome():
    """Open one browser for all tests that look at pages."""
    with chromium() as opened:
        yield opened
