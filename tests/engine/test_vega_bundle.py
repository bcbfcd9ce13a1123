"""The script that draws charts in pages is made of the Vega that draws their SVGs, and its licences are with it."""

import importlib.util
from pathlib import Path

import pytest

from natpatsip.pipeline.drawing.staged_drawings import LICENCES, VEGA

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def vega_bundle():
    """The script that makes it, as a module."""
    specification = importlib.util.spec_from_file_location("vega_bundle", ROOT / "scripts" / "vega_bundle.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_script_is_that_of_the_installed_vl_convert(vega_bundle):
    made = vega_bundle.bundle()
    assert "window.natpatsipVega" in made
    assert VEGA.read_text(encoding="utf-8") == made, "run: .venv/bin/python scripts/vega_bundle.py"


def test_the_licences_of_vega_and_of_what_it_uses_are_beside_it():
    text = LICENCES.read_text(encoding="utf-8")
    for name in ("vega", "vega-interpreter", "d3-array", "d3-scale-chromatic", "delaunator", "topojson-client"):
        assert f" {name}," in text.replace("\n", " ") or f" {name} -" in text.replace("\n", " "), name
    for words in ("University of Washington Interactive Data Lab", "Mike Bostock", "Redistribution and use"):
        assert words in text
