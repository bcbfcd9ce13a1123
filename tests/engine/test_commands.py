"""Every command says what it does, with an example, and is in the documentation."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from natpatsip.cli import app
from support.projects import ROOT


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each command by what is typed for it, those of a group after the group."""
    for name, each in group.commands.items():
        yield f"{before}{name}", each
        if hasattr(each, "commands"):
            yield from commands(each, f"{name} ")


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_the_version_is_shown_that_is_installed() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.output) == (0, f"natpatsip {version('natpatsip')}\n")


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
