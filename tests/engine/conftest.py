"""What tests of the engine share. They build the example and small projects, never this report."""

import os
import shutil
from pathlib import Path

import pytest

from support import projects, pyarrow_beside
from support.whole import Whole, built_once, shared_folder


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The example and its reports."""
    return Whole(shared_folder(tmp_path_factory, "example"), projects.example)


@pytest.fixture(scope="session")
def html_pages(whole):
    """The folder of the example's pages of Q2 2024/25."""
    return whole.report() / "html"


@pytest.fixture(scope="session", autouse=True)
def _pyarrow(request, tmp_path_factory):
    """Have pyarrow come while other modules are tested: a slow network takes minutes to bring it."""
    if any(item.path.stem == "test_parquet" for item in request.session.items):
        pyarrow_beside.install_meanwhile(shared_folder(tmp_path_factory, "pyarrow"))


@pytest.fixture(scope="session")
def hard(tmp_path_factory):
    """The sample chapters with hard ones among them, in all formats; the first process that needs them renders them."""
    from support.hard import build_hard

    return built_once(shared_folder(tmp_path_factory, "hard"), build_hard)


@pytest.fixture(scope="session")
def built_ward(tmp_path_factory):
    """A small project with its Word file, for reviews; the first process that needs it builds it."""
    from support.reviewing import build_ward

    return built_once(shared_folder(tmp_path_factory, "ward"), build_ward)


def _linked_or_copied(source, target):
    """Link what no test and no build writes into, which takes a fraction of the time."""
    if {"_extensions", "cache"} & set(Path(source).parts):
        os.link(source, target)
        return target
    return shutil.copy2(source, target)


@pytest.fixture
def ward(built_ward, tmp_path):
    """A copy of it that a test can change; builds stage its chapters again."""
    staged = shutil.ignore_patterns("book")
    return shutil.copytree(built_ward, tmp_path / "project", ignore=staged, copy_function=_linked_or_copied)


@pytest.fixture
def ward_docx(ward):
    """Its Word file, for a reviewer to work on."""
    from support.reviewing import ward_file

    return ward_file(ward)
