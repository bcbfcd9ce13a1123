"""docs/api.md, the reference of what notebooks import, is what the docstrings say."""

import importlib.util
from pathlib import Path

import pytest

import natpatsip

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def reference():
    """The script as a module."""
    specification = importlib.util.spec_from_file_location("api_reference", ROOT / "scripts" / "api_reference.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(reference):
    """The page as the docstrings make it now."""
    return reference.page()


def test_the_page_is_that_of_the_docstrings(reference, page):
    assert reference.PAGE.read_text(encoding="utf-8") == page, "run: .venv/bin/python scripts/api_reference.py"


def test_every_name_that_notebooks_import_has_an_entry(reference, page):
    modules = {name: getattr(natpatsip, name) for name in reference.MODULES}
    names = [name for name in natpatsip.__all__ if name not in modules]
    for module in ("charts", "spc"):
        names += [f"{module}.{name}" for name in modules[module].__all__]
    names += [
        f"datasets.{name}" for name in ("load", "total", "quarterly", "rolling", "suppress_small_counts", "policy")
    ]
    assert [name for name in names if f"\n### {name}\n" not in page] == []


def test_links_of_the_contents_lead_to_entries(page):
    contents, _, rest = page.partition("\n## ")
    assert contents.count("](#") == rest.count("\n### ")


def test_each_part_of_a_docstring_is_written_out(page):
    assert "<griffe" not in page
    assert "None`: " not in page
