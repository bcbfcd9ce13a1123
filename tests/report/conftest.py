"""What tests of this report share: the report, built once."""

import pytest
from real_report import copy

from support.whole import Whole, shared_folder


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """This project and its reports."""
    return Whole(shared_folder(tmp_path_factory, "report"), copy)


@pytest.fixture(scope="session")
def html_pages(whole):
    """The folder of the pages of Q2 2024/25."""
    return whole.report() / "html"
