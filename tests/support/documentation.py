"""The documentation as tests read it: its pages, and their blocks of code with their places."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from support.projects import ROOT

PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md", *sorted(ROOT.glob("docs/**/*.md")))
GENERATED = ROOT / "docs" / "api.md"  # signatures, and examples that are run where they stand
FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^ *(?P=fence) *$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A block of code: where it is, its language, and its text without the indent of a list."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """The page and the line of the fence."""
        return f"{self.page.relative_to(ROOT).as_posix()}, line {self.line}"


def blocks(*languages: str) -> Iterator[Block]:
    """Yield the blocks of all pages in these languages, or in any."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            if not languages or found["language"] in languages:
                lines = found["text"].splitlines(keepends=True)
                shown = "".join(line.removeprefix(found["indent"]) for line in lines)
                yield Block(page, text.count("\n", 0, found.start()) + 1, found["language"], shown)


def script(name: str) -> ModuleType:
    """Return a script of scripts/ as a module."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # where dataclasses look for it
    specification.loader.exec_module(module)
    return module
