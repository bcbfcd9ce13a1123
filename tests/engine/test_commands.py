"""Every command says what it does, with an example, and is in the documentation."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from natpatsip.cli import app
from support.projects import ROOT, command
from support.reviewing import QUARTER


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each command by what is typed for it, those of a group after the group."""
    for name, each in group.commands.items():
        yield f"{before}{name}", each
        if hasattr(each, "commands"):
            yield from commands(each, f"{name} ")


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_with_an_example(name: str) -> None:
    shown = CliRunner().invoke(app, [*name.split(), "--help"])
    assert shown.exit_code == 0, shown.output
    assert COMMANDS[name].help, f"{name} says nothing about itself"
    assert f"natpatsip {name}" in (COMMANDS[name].epilog or ""), f"{name} shows no example"
    bare = [each.name for each in COMMANDS[name].params if not each.help]
    assert not bare, f"{name}: parameters without help: {bare}"


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_in_the_documentation(name: str) -> None:
    reference = ROOT / "docs" / "commands.md"  # has them all: test_documentation.py
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *({*(ROOT / "docs").glob("*.md")} - {reference})]
    assert any(f"natpatsip {name}" in page.read_text(encoding="utf-8") for page in pages)


EXAMPLES = {"quarter.md": ("compare", "sign"), "new-report.md": ("doctor",)}
NAMES = {"medicines": "ward", "women_treated": "beds"}  # what a page's examples call what the small project has


def examples(page: str, names: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the arguments of each command of these names in the shell blocks of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["natpatsip"] and words[1] in names:
                yield [NAMES.get(word, word) for word in words[1:]]


def test_the_examples_of_the_pages_run(ward: Path) -> None:
    for folder in ("reports/2024-25-Q1", "reports/2023-24-Q2", f"drafts/{QUARTER}"):
        shutil.copytree(ward / "reports" / QUARTER, ward / folder)
    ran = [each for page, names in EXAMPLES.items() for each in examples(page, names)]
    for arguments in ran:
        run = command(ward, *arguments)
        assert run.returncode == 0, f"{shlex.join(arguments)}: {run.stderr}"
    assert {arguments[0] for arguments in ran} == {"compare", "sign", "doctor"}
    assert (ward / "build" / "compared" / "index.html").is_file()
