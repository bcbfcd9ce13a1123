"""The file of results: what was measured last, which docs/performance.md is written from."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from measuring import load, machine

FILE = Path(__file__).with_name("results.json")


def read() -> dict[str, Any]:
    """Return what was measured last, by part of the bench."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return found


def write(part: str, measured: dict[str, Any]) -> None:
    """Save what a part of the bench has measured, with the day, the machine and how busy it was."""
    own = {"date": str(datetime.date.today()), "machine": machine(), "load": load(), **measured}
    FILE.write_text(json.dumps(read() | {part: own}, indent=1) + "\n", encoding="utf-8")
