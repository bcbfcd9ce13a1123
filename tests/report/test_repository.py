"""The environment, the schedule and the documentation name what is really there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from natpatsip import context
from natpatsip.cli import app

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA_NAMES = {"typst": "typst-py", "kaleido": "python-kaleido"}
CONDA_ALONE = {"python", "quarto", "pip"}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = sorted(
    page for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/*.md")] if page.is_file()
)
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="the Makefile's scripts are for sh")


def requirements(*lists: list[str]) -> dict[str, SpecifierSet]:
    """Return the specifiers of requirements by canonical name."""
    parsed = [Requirement(line) for each in lists for line in each]
    return {canonicalize_name(one.name): one.specifier for one in parsed}


def of_pyproject() -> dict[str, SpecifierSet]:
    return requirements(PYPROJECT["project"]["dependencies"], PYPROJECT["dependency-groups"]["dev"])


def conda() -> tuple[list[str], list[str]]:
    """Return what environment.yml takes from conda-forge, and what from PyPI."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (pip,) = (entry["pip"] for entry in entries if isinstance(entry, dict))
    return [entry for entry in entries if isinstance(entry, str)], pip


def test_conda_environment_has_the_packages_of_pyproject_at_the_same_bounds() -> None:
    from_conda, from_pip = conda()
    named_as_here = {conda_name: name for name, conda_name in CONDA_NAMES.items()}
    found = requirements(from_conda, [line for line in from_pip if not line.startswith("-e")])
    found = {named_as_here.get(name, name): bounds for name, bounds in found.items() if name not in CONDA_ALONE}
    assert found == of_pyproject()


def test_conda_environment_has_the_python_and_quarto_that_the_build_wants() -> None:
    from_conda, from_pip = conda()
    bounds = requirements(from_conda)
    assert bounds["python"] == SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert bounds["quarto"] == SpecifierSet(">=1.9")
    assert "-e ." in from_pip


def test_lock_file_was_made_from_this_pyproject() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    (own,) = (package for package in locked["package"] if package["name"] == "natpatsip")
    wanted = [entry for entry in own["metadata"]["requires-dist"] if "marker" not in entry]
    wanted += own["metadata"]["requires-dev"]["dev"]
    assert {entry["name"]: SpecifierSet(entry.get("specifier", "")) for entry in wanted} == of_pyproject(), (
        "uv.lock is not of this pyproject.toml; run: .venv/bin/uv lock"
    )
    assert locked["requires-python"] == PYPROJECT["project"]["requires-python"]


def test_lock_file_names_only_the_public_index() -> None:
    hosts = set(re.findall(r'https?://([^/"]+)/', (ROOT / "uv.lock").read_text(encoding="utf-8")))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_programs_of_the_commit_hooks_are_installed_by_the_lock_file() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    programs = {Path(hook["entry"].split()[0]) for hook in hooks}
    assert {program.parent for program in programs} == {Path(".venv/bin")}
    assert {program.name for program in programs} <= of_pyproject().keys()


def steps(workflow: Path) -> list[dict[str, Any]]:
    parsed = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return [step for job in parsed["jobs"].values() for step in job["steps"]]


def scripts_and_pages() -> list[Any]:
    """Return each text in which somebody is told, or told a machine, what to type."""
    texts = [(f"{workflow.name}", step["run"]) for workflow in WORKFLOWS for step in steps(workflow) if "run" in step]
    texts += [(page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")) for page in PAGES]
    texts += [(name, (ROOT / name).read_text(encoding="utf-8")) for name in ("Makefile", ".ci/run", "environment.yml")]
    return [pytest.param(text, id=f"{name}-{number}") for number, (name, text) in enumerate(texts)]


@pytest.mark.parametrize("text", scripts_and_pages())
def test_commands_that_are_written_down_exist(text: str) -> None:
    code = re.findall(r"```(?:sh|cron|ini)\n(.*?)```|`([^`\n]+)`", text, re.DOTALL) or [(text, "")]
    for block in (part for pair in code for part in pair):
        for words in re.findall(r"^\s*make +([a-z-]+)|[&;] make +([a-z-]+)", block, re.MULTILINE):
            assert "".join(words) in targets(), f"make {''.join(words)}"
        for name, rest in re.findall(r"(?<!from )\bnatpatsip +([a-z][a-z-]*)([^\n|&;>#]*)", block):
            assert name in COMMANDS, f"natpatsip {name}"
            known = {option for each in COMMANDS[name].params for option in (*each.opts, *each.secondary_opts)}
            assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= known, f"natpatsip {name}{rest}"


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_quarterly_workflow_runs_each_weekday_and_by_hand_with_a_quarter() -> None:
    parsed = yaml.safe_load((ROOT / ".github" / "workflows" / "quarterly.yml").read_text(encoding="utf-8"))
    triggers = parsed[True]  # YAML 1.1 reads the key "on" so
    assert [entry["cron"].split()[2:] for entry in triggers["schedule"]] == [["*", "*", "1-5"]]
    assert "quarter" in triggers["workflow_dispatch"]["inputs"]
    ran = "\n".join(step.get("run", "") for step in steps(WORKFLOWS[0]))
    assert "natpatsip build --due" in ran
    assert 'natpatsip build "$QUARTER"' in ran
    assert any(step.get("if") == "failure()" and "GITHUB_STEP_SUMMARY" in step["run"] for step in steps(WORKFLOWS[0]))


def test_no_workflow_puts_what_somebody_typed_into_a_script() -> None:
    written = [step["run"] for workflow in WORKFLOWS for step in steps(workflow) if "run" in step]
    assert not [script for script in written if re.search(r"\$\{\{ *(inputs|github\.event)", script)]


def test_continuous_integration_runs_make_test() -> None:
    assert re.search(r"\bmake test$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_first_screen_of_the_readme_is_two_commands_and_a_picture() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    assert re.search(r"^make report\b.*\n^make test\b", first_screen, re.MULTILINE)
    (picture,) = re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", first_screen)
    assert (ROOT / picture).is_file()


def test_example_of_the_readme_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (expression,) = re.findall(r"`\{python\} ([^`]+)`", readme)
    with context.use("2024-25-Q2", project=ROOT):
        names: dict[str, Any] = {}
        exec(example, names)  # noqa: S102
        assert str(names["avoided"]) == "18"
        assert str(eval(expression, names)) == "677"  # noqa: S307


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", prose)
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.fixture
def folder_of_pythons(tmp_path: Path) -> Path:
    """Return a folder in which python3 says that it is 3.9 and python3.12 is this Python."""
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2"\n', encoding="utf-8")
    old.chmod(0o755)
    (tmp_path / "python3.12").symlink_to(sys.executable)
    for tool in ("sh", "dirname", "cksum"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def find_python(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(shutil.which("sh")), str(ROOT / "scripts" / "environment.sh"), "--find-python"],
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not shutil.which("make"), reason="the targets are make's")
@pytest.mark.parametrize(("target", "is_said"), [("environment", True), ("report", False), ("lint", False)])
def test_only_make_environment_says_that_there_is_nothing_to_do(target: str, is_said: bool) -> None:
    run = subprocess.run(
        [str(shutil.which("make")), "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ("scripts/environment.sh --said" in run.stdout) == is_said


@needs_sh
def test_a_newer_python_is_taken_where_python3_is_too_old(folder_of_pythons: Path) -> None:
    found = find_python(folder_of_pythons)
    assert found.stdout.strip() == str(folder_of_pythons / "python3.12"), found.stderr


@needs_sh
def test_without_a_new_enough_python_the_message_says_what_was_found_and_what_to_do(folder_of_pythons: Path) -> None:
    (folder_of_pythons / "python3.12").unlink()
    found = find_python(folder_of_pythons)
    assert found.returncode == 1
    assert "Python 3.11 or newer is needed; found Python 3.9.2" in found.stderr
    assert "PYTHON=/path/to/python3.11" in found.stderr


@needs_sh
def test_a_python_that_was_chosen_and_is_too_old_is_an_error(folder_of_pythons: Path) -> None:
    found = find_python(folder_of_pythons, PYTHON="python3")
    assert found.returncode == 1
    assert "PYTHON=python3 is not Python 3.11 or newer" in found.stderr
