"""What tests of the engine share. They build the example and small projects, never this report."""

import pytest

from support import projects
from support.whole import Whole, shared_folder


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The example and its reports."""
    return Whole(shared_folder(tmp_path_factory, "example"), projects.example)


@pytest.fixture(scope="session")
def html_pages(whole):
    """The folder of the example's pages of Q2 2024/25."""
    return whole.report() / "html"
