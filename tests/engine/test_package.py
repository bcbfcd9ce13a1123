"""What `import natpatsip` does: names on demand, and the report's own Python first on the path."""

import subprocess
import sys

import pytest

import natpatsip
from support.projects import SETTINGS

HELPERS = "import natpatsip\nfrom helpers import wards\nprint(wards.NAME)"


def project_with_helpers(folder):
    (folder / "notebooks").mkdir()
    (folder / "src" / "helpers").mkdir(parents=True)
    (folder / "_quarto.yml").write_text(SETTINGS, encoding="utf-8")
    (folder / "src" / "helpers" / "__init__.py").touch()
    (folder / "src" / "helpers" / "wards.py").write_text('NAME = "North"\n', encoding="utf-8")
    return folder


def run(folder, code):
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("inside", [".", "notebooks"])
def test_a_projects_own_helpers_come_before_any_others(tmp_path, inside):
    done = run(project_with_helpers(tmp_path) / inside, HELPERS)
    assert done.stdout.strip() == "North", done.stderr


def test_outside_a_project_the_path_stays_as_it_is(tmp_path):
    code = "import sys\nbefore = list(sys.path)\nimport natpatsip\nassert sys.path == before"
    assert run(tmp_path, code).returncode == 0


def test_the_package_offers_what_it_lists_and_nothing_else():
    assert all(hasattr(natpatsip, name) for name in natpatsip.__all__)
    with pytest.raises(AttributeError, match="cit"):
        _ = natpatsip.cit


def test_no_name_is_imported_before_it_is_used(tmp_path):
    heavy = run(
        tmp_path, "import sys, natpatsip\nprint(sorted({'pandas', 'altair', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    assert heavy.stdout.strip() == "[]"


def test_charts_bring_the_theme_with_them(tmp_path):
    code = "from natpatsip import charts\nimport altair\nprint(altair.theme.active)"
    assert run(tmp_path, code).stdout.strip() == "natpatsip"


def test_the_package_tells_type_checkers_that_it_is_typed():
    from importlib.resources import files

    assert files("natpatsip").joinpath("py.typed").is_file()
