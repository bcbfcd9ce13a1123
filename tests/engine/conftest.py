"""What tests of the engine share. They build the example and small projects, never this report."""

import shutil

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


@pytest.fixture(scope="session")
def built_ward(tmp_path_factory):
    """A small project with its Word file, for reviews."""
    from support.reviewing import build_ward

    return build_ward(tmp_path_factory.mktemp("review") / "project")


@pytest.fixture
def ward(built_ward, tmp_path):
    """A copy of it that a test can change."""
    return shutil.copytree(built_ward, tmp_path / "project")


@pytest.fixture
def ward_docx(ward):
    """Its Word file, for a reviewer to work on."""
    from support.reviewing import ward_file

    return ward_file(ward)
