"""Every command says what it does, with an example."""

import pytest
import typer.main
from typer.testing import CliRunner

from natpatsip.cli import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_with_an_example(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert COMMANDS[name].help, f"{name} says nothing about itself"
    assert f"natpatsip {name}" in (COMMANDS[name].epilog or ""), f"{name} shows no example"
    bare = [each.name for each in COMMANDS[name].params if not each.help]
    assert not bare, f"{name}: parameters without help: {bare}"
