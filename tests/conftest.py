"""What all tests share."""

import sys
from pathlib import Path

import papermill  # noqa: F401 — before any module of the build: it loads its engines as it is imported
import pytest

from helpers import context

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _nothing_read():
    """Each test begins as a notebook does: with no data read."""
    context.READ.clear()
