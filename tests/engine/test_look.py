"""Where the look of a report comes from: the project's own folder, else the engine."""

import shutil

import pytest

from natpatsip import look
from natpatsip.errors import ReportError
from natpatsip.pipeline.caching.inputs import Inputs
from support.projects import ROOT


def own_look(project):
    shutil.copytree(ROOT / look.EXTENSION, project / look.EXTENSION, ignore=shutil.ignore_patterns("__pycache__"))
    return project


def test_a_project_without_a_look_is_built_with_the_engines(tmp_path):
    assert not look.has_own(tmp_path)
    assert (look.folder(tmp_path) / "typst-template.typ").is_file()
    assert list(look.fonts(tmp_path).glob("*.ttf"))


def test_a_project_with_a_look_of_its_own_is_built_with_that(tmp_path):
    assert look.folder(own_look(tmp_path)) == tmp_path / look.EXTENSION


def test_a_folder_without_the_extensions_settings_is_not_a_look(tmp_path):
    (tmp_path / look.EXTENSION).mkdir(parents=True)
    (tmp_path / look.EXTENSION / "prerender.py").touch()
    assert look.folder(tmp_path) == look.packaged()


def test_an_engine_without_its_look_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(look, "_ENGINE", tmp_path / "src" / "natpatsip")
    with pytest.raises(ReportError, match="the engine is installed without its look"):
        look.folder(tmp_path)


def test_a_change_of_the_engines_look_is_a_change_of_a_report_that_uses_it(tmp_path, monkeypatch):
    project, other = tmp_path / "project", own_look(tmp_path / "src")
    project.mkdir()
    (project / "_quarto.yml").touch()
    monkeypatch.setattr(look, "packaged", lambda: other / look.EXTENSION)
    before = Inputs.read(project).digest
    (other / look.EXTENSION / "assets" / "page.css").write_text("body { margin: 0; }\n", encoding="utf-8")
    assert Inputs.read(project).digest != before
