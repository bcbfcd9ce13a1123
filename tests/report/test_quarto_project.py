"""`quarto render` at the root of this repository builds the report."""

import yaml

from natpatsip.pipeline.render import quarto
from support.projects import ROOT

HOOK = "_extensions/natpatsip/prerender.py"


def test_the_projects_settings_ask_quarto_for_what_the_report_needs():
    settings = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))
    assert set(settings["format"]) == set(quarto.TARGETS.values())
    assert settings["format"]["natpatsip-typst"]["pdf-standard"] == ["a-2a", "ua-1"]
    assert (ROOT / settings["format"]["natpatsip-typst"]["font-paths"][0]).is_dir()
    assert settings["callout-icon"] is False
    assert settings["number-sections"] is False
    assert settings["lang"] == "en-GB"


def test_the_root_is_no_book_and_its_hook_makes_the_chapters():
    """Quarto asks for a book's chapters before it runs the hook that makes them."""
    project = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))["project"]
    assert project["type"] == "default"
    assert project["pre-render"] == HOOK
    assert (ROOT / HOOK).is_file()
    (only,) = project["render"]
    assert not (ROOT / only.removeprefix("/")).exists(), "or Quarto would render it by itself"
