"""Which facts a notebook publishes and cites, found by reading its code without running it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from natpatsip.measures import measures_file as measures

PUBLISHES = re.compile(r"""\bpublish\s*\(\s*["']([a-z0-9_]+)["']""")
CITES = re.compile(r"""\bcite\s*\(\s*["']([a-z0-9_]+)["']""")


def published_in(source: str, project: Path) -> set[str]:
    """Return the ids of the facts that a notebook's code publishes: by name, or by calling a measure."""
    by_name = set(PUBLISHES.findall(source))
    return by_name | measures.declared(project).published_in(source) if measures.USED.search(source) else by_name


def source_of(notebook: Path) -> str:
    """Return the text of a notebook, to look for facts in; a file that is not a notebook has none, and fails later."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8-sig"))["cells"]
        return "\n".join("".join(cell["source"]) for cell in cells)
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def owners_of_facts(project: Path) -> dict[str, str]:
    """Return the notebook that publishes each fact, found by reading the notebooks' code."""
    owners: dict[str, str] = {}
    for notebook in sorted((project / "notebooks").glob("*.ipynb")):
        owners |= dict.fromkeys(published_in(source_of(notebook), project), notebook.name)
    return owners
