"""A small project with one measure, and the values wanted of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.yaml_text import to_yaml

QUARTER = "2024-25-Q2"
RESOURCE: dict[str, Any] = {
    "name": "waits_monthly",
    "path": "waits_monthly.csv",
    "schema": {
        "fields": [
            {"name": "month", "type": "yearmonth"},
            {"name": "team", "type": "string"},
            {"name": "list", "type": "string", "constraints": {"enum": ["urgent", "routine"]}},
            {"name": "seen_in_time", "type": "integer", "missingValues": ["*", "NS"]},
            {"name": "seen", "type": "integer", "missingValues": ["*", "NS"]},
        ]
    },
    "natpatsip": {"period": "month", "provenance": "reported"},
}
WAITS: dict[str, Any] = {
    "label": "Waiting times",
    "definition": "People seen within 18 weeks",
    "dataset": "waits_monthly",
    "numerator": "seen_in_time",
    "denominator": "seen",
    "unit": "percent",
    "improvement": "increase",
    "by": "team",
    "noun": "patients",
    "verb": "have been seen in time",
}
Rows = Sequence[tuple[str, str, str, Any, Any]]


def months(count: int, *, last: str = "2024-09") -> list[str]:
    """Return so many months up to the last one."""
    year, month = map(int, last.split("-"))
    ends = [year * 12 + month - 1 - back for back in range(count)][::-1]
    return [f"{place // 12}-{place % 12 + 1:02d}" for place in ends]


def rows_of(values: Sequence[Any], *, last: str = "2024-09") -> Rows:
    """Return the rows of one team with a share in percent for each month; None where it was not counted."""
    named = zip(months(len(values), last=last), values, strict=True)
    return [(month, "North", "routine", "*" if value is None else value, 100) for month, value in named]


def project(
    folder: Path,
    rows: Rows,
    *,
    rebase: Sequence[Mapping[str, Any]] = (),
    target: float | None = None,
    measures: Mapping[str, Any] | str | None = None,
    **keys: Any,
) -> Path:
    """Write the project: its data, its params, and the measure `waits` with some keys changed (None: left out).

    Parameters
    ----------
    measures : mapping or str, optional
        The whole of ``data/measures.yml`` instead.
    """
    (folder / "data").mkdir(exist_ok=True)
    (folder / "params").mkdir(exist_ok=True)
    (folder / "_quarto.yml").touch()
    package = {"name": "trust", "resources": [RESOURCE]}
    (folder / "data" / "datapackage.yaml").write_text(to_yaml(package), encoding="utf-8")
    lines = ["month,team,list,seen_in_time,seen", *(",".join(map(str, row)) for row in rows)]
    (folder / "data" / "waits_monthly.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    decided: dict[str, Any] = {"quarter": QUARTER, "cut_off": "2024-09-30", "rebase": [*map(dict, rebase)]}
    if target is not None:
        decided["targets"] = {"standard": {"value": target, "unit": "percent", "source": "Policy"}}
        keys = {"target": "standard", **keys}
    (folder / "params" / f"{QUARTER}.yml").write_text(to_yaml(decided), encoding="utf-8")
    kept = {key: value for key, value in (WAITS | keys).items() if value is not None}
    declared = {"waits": kept} if measures is None else measures
    text = declared if isinstance(declared, str) else to_yaml(declared, sort_keys=False)
    (folder / "data" / "measures.yml").write_text(text, encoding="utf-8")
    return folder


def rebased(date: str, reason: str = "clinics opened", **more: Any) -> dict[str, Any]:
    """Return an entry of ``rebase`` for the measure."""
    return {"measure": "waits", "date": date, "reason": reason, "provenance": "reported", **more}
