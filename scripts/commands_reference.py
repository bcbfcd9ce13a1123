"""Write docs/commands.md, the reference of the commands, from their own help.

``python scripts/commands_reference.py`` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from natpatsip.cli import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
HEAD = """\
# Commands

Every command of `natpatsip`, as `natpatsip COMMAND --help` describes it. This page is generated; after a change of a
command, run `.venv/bin/python scripts/commands_reference.py`.

Type a command in the project's folder, or below it. The exit status is **0** if it is done, also where a draft has
findings; **1** if data, a notebook or rendering stopped it, or if a command that looks for problems found one; **2** if
the command line or the params are wrong.

"""


def page() -> str:
    """Return the page as it should be now."""
    found = sorted(commands(typer.main.get_command(app)))
    contents = "".join(f"- [`natpatsip {name}`](#natpatsip-{name.replace(' ', '-')})\n" for name, _ in found)
    return HEAD + contents + "".join(f"\n{text}" for name, command in found for text in described(name, command))


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each command by what is typed for it; a group by its commands."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def described(name: str, command: Any) -> Iterator[str]:
    """Yield the parts of a command's entry."""
    yield f"## natpatsip {name}\n"
    yield " ".join(command.help.split()) + "\n"
    yield f"```sh\n{command.epilog.removeprefix('Example:').strip()}\n```\n"
    rows = [f"| {written(each)} | {meaning(each)} |\n" for each in command.params if not each.hidden]
    if rows:
        yield "| argument or option | meaning |\n|---|---|\n" + "".join(rows)


def written(parameter: Any) -> str:
    """Return a parameter as it is typed."""
    is_option = parameter.opts[0].startswith("-")
    value = parameter.metavar or parameter.name.upper()
    names = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    if not is_option:
        return f"`{value}`" if parameter.required or value.startswith("[") else f"`[{value}]`"
    return names if parameter.is_flag or not parameter.metavar else f"{names} `{value}`"


def meaning(parameter: Any) -> str:
    """Return what a parameter is for, with its default if that is a text; numbers may depend on the machine."""
    text = re.sub(r"([|<])", r"\\\1", " ".join(parameter.help.split()))
    default = parameter.default
    return f"{text} By default `{default}`." if isinstance(default, str) and default else text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
