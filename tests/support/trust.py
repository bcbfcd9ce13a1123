"""The data of a small trust: each kind of dataset that can be declared, in a few rows."""

from __future__ import annotations

import csv
import io
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from support.yaml_text import to_yaml

DECLARATION = "datapackage.yaml"
MONTHS = ("2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09")
QUARTERS = ("2024-25-Q1", "2024-25-Q2")
TEAMS, SITES = ("North", "Riverside"), ("Mill Lane", "Canal Street, East Wing")
PATHWAYS = ("assessment", "treatment", "follow_up")
TABLES = {
    "organisations": [
        ["kind", "code", "name", "slug", "parent", "aliases", "open_from", "open_to"],
        *(["team", f"T{number}", name, name.lower(), "", "", "", ""] for number, name in enumerate(TEAMS)),
        *(["site", f"S{number}", name, f"site-{number}", "North", "", "", ""] for number, name in enumerate(SITES)),
    ],
    "reported": [
        ["fact_id", "as_of", "period", "value", "unit", "provenance", "source"],
        ["people", "2024-25-Q1", "2024-25-Q1", "12", "people", "illustrative", "drawn"],
        ["people", "2024-25-Q2", "2024-25-Q2", "13", "people", "reported", "a report"],
        ["people", "2024-25-Q1", "since-baseline", "100", "people", "reported", "a report"],
        ["people", "2024-25-Q2", "since-baseline", "113", "people", "reported", "a report"],
        ["webinar", "2024-25-Q1", "2024-25-Q1", "2024-06-12", "date", "reported", "a report"],
        ["webinar", "2024-25-Q2", "2024-25-Q2", "2024-08-14", "date", "reported", "a report"],
    ],
    "waits_monthly": [
        ["month", "team", "pathway", "seen_in_time", "seen", "provenance"],
        *(
            [month, team, pathway, "7", "9", "illustrative"]
            for month in MONTHS
            for team in TEAMS
            for pathway in PATHWAYS
            if pathway != "follow_up" or month > "2024-04"
        ),
    ],
    "contacts_monthly": [
        ["month", "site", "measure", "people", "provenance"],
        *(
            [m, site, measure, "70", "illustrative"]
            for m in MONTHS
            for site in SITES
            for measure in ("urgent", "routine")
        ),
    ],
    "site_plans": [
        ["as_of", "quarter", "site", "plan", "provenance"],
        *([quarter, quarter, site, "light_touch", "illustrative"] for quarter in QUARTERS for site in SITES),
    ],
    "site_stages": [
        ["as_of", "quarter", "site", "stage", "provenance"],
        *([quarter, quarter, "Mill Lane", "4", "illustrative"] for quarter in QUARTERS),
    ],
    "returns": [
        ["as_of", "team", "staff_returns", "patient_returns", "provenance"],
        *(["2024-25-Q2", team, "1", "5", "reported"] for team in TEAMS),
    ],
    "claims": [
        ["claim_id", "place", "value", "related_claim", "relation"],
        ["c01", "summary", "1,431", "c02+c03", "sum"],
        ["c02", "section", "431", "", ""],
        ["c03", "section", "£1,000", "", ""],
    ],
}
NEEDED = {"required": True}
COUNT = {"type": "integer", "constraints": {**NEEDED, "minimum": 0}}
MISSING = [{"value": "*", "label": "suppressed"}, {"value": "NS", "label": "not submitted"}]
WAITED = {"type": "integer", "constraints": {"minimum": 0}, "missingValues": MISSING}
MONTH = {"name": "month", "type": "yearmonth", "constraints": NEEDED}
WHENCE = {"name": "provenance", "constraints": {**NEEDED, "enum": ["reported", "illustrative"]}}
HES = {
    "policy": "Hospital episode statistics, 2018",
    "source": "NHS Digital's rule for hospital episode statistics since September 2018",
    "threshold": 7,
    "base": 5,
    "symbol": "*",
}


def _organisation(kind: str) -> dict[str, Any]:
    return {"name": kind, "type": "string", "constraints": NEEDED, "natpatsip": {"organisation": kind}}


def _quarter(name: str) -> dict[str, Any]:
    return {"name": name, "type": "string", "constraints": NEEDED, "natpatsip": {"form": "quarter"}}


def _text(name: str, **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", "constraints": {**NEEDED, **constraints}}


def _resource(name: str, fields: list[dict[str, Any]], key: list[str], **options: Any) -> dict[str, Any]:
    schema = {"fields": fields, "primaryKey": key}
    return {"name": name, "path": f"{name}.csv", "schema": schema, "natpatsip": {"provenance": "provenance", **options}}


def descriptor() -> dict[str, Any]:
    """Return the declaration of the trust's data, to change as a test needs."""
    slug = {**_text("slug", unique=True, pattern="[a-z0-9]+(-[a-z0-9]+)*"), "example": "north-east"}
    listed = _resource(
        "organisations",
        [
            *(_text("kind", enum=["team", "site"]), _text("code", unique=True), _text("name"), slug),
            *({"name": "parent"}, {"name": "aliases", "type": "list", "delimiter": ";"}),
            *({"name": name, "type": "date"} for name in ("open_from", "open_to")),
        ],
        ["kind", "name"],
        kinds={"team": {"label": "a team"}, "site": {"label": "a site", "parent": "team"}},
    )
    listed["natpatsip"]["provenance"] = "reported"
    period = {**_text("period"), "natpatsip": {"form": "period"}}
    value = {**_text("value"), "natpatsip": {"unit": "unit"}}
    fact = {**_text("fact_id", pattern="[a-z][a-z0-9_]*"), "example": "people_seen"}
    claims = _resource(
        "claims",
        [
            *(_text("claim_id"), _text("place"), _text("value")),
            {"name": "related_claim", "type": "list", "delimiter": "+", "natpatsip": {"refers_to": "claim_id"}},
            {"name": "relation", "constraints": {"enum": ["equal", "sum"]}},
        ],
        ["claim_id"],
        rules=[{"together": ["related_claim", "relation"]}],
    )
    claims["natpatsip"]["provenance"] = "reported"
    resources = [
        _resource(
            "reported",
            [fact, _quarter("as_of"), period, value, _text("unit"), WHENCE, _text("source")],
            ["fact_id", "as_of", "period"],
            as_of="as_of",
            series={"by": ["fact_id", "period"], "members": "as before"},
            required="each quarter",
            rules=[{"same": ["fact_id", "unit"]}],
        ),
        _resource(
            "waits_monthly",
            [
                *(MONTH, _organisation("team"), _text("pathway", enum=list(PATHWAYS))),
                *({"name": "seen_in_time", **WAITED}, {"name": "seen", **WAITED}, WHENCE),
            ],
            ["month", "team", "pathway"],
            period="month",
            series={"by": ["team", "pathway"]},
            required="each month",
            rules=[{"at_most": ["seen_in_time", "seen"]}],
            disclosure={
                **HES,
                "counts": ["seen_in_time", "seen"],
                "geography": "team",
                "percent": ["seen_in_time", "seen"],
            },
        ),
        _resource(
            "contacts_monthly",
            [
                MONTH,
                _organisation("site"),
                _text("measure", enum=["urgent", "routine"]),
                {"name": "people", **COUNT},
                WHENCE,
            ],
            ["month", "site", "measure"],
            period="month",
            series={"by": ["site", "measure"]},
            required="each month",
            disclosure={**HES, "counts": ["people"], "geography": "site"},
        ),
        _resource(
            "site_plans",
            [
                *(_quarter("as_of"), _quarter("quarter"), _organisation("site")),
                *(_text("plan", enum=["full_support", "light_touch", "none_reported"]), WHENCE),
            ],
            ["as_of", "quarter", "site"],
            as_of="as_of",
            period="quarter",
            series={"by": ["site"]},
            required="each quarter",
            disclosure={"policy": "Counts of sites", "source": "It counts organisations"},
        ),
        _resource(
            "site_stages",
            [
                *(_quarter("as_of"), _quarter("quarter"), _organisation("site")),
                {"name": "stage", "type": "integer", "constraints": {**NEEDED, "minimum": 2, "maximum": 7}},
                WHENCE,
            ],
            ["as_of", "quarter", "site"],
            as_of="as_of",
            period="quarter",
            required="each quarter",
        ),
        _resource(
            "returns",
            [
                *(_quarter("as_of"), _organisation("team")),
                *({"name": name, **COUNT} for name in ("staff_returns", "patient_returns")),
                WHENCE,
            ],
            ["as_of", "team"],
            as_of="as_of",
            series={"by": ["team"]},
            required="once",
        ),
    ]
    return deepcopy({"name": "trust", "resources": [*resources, claims, listed]})


def make(folder: Path) -> Path:
    """Make a project whose data are as they should be: a folder with ``data/``."""
    (folder / "data").mkdir(parents=True)
    for name, text in _files().items():
        (folder / "data" / name).write_text(text, encoding="utf-8", newline="")
    return folder


@cache
def _files() -> dict[str, str]:
    """Return what is in the files of such a project, by name."""
    return {DECLARATION: _declaration(descriptor())} | {f"{name}.csv": _csv(rows) for name, rows in TABLES.items()}


def declare(project: Path, content: dict[str, Any]) -> None:
    """Write a project's declaration."""
    (project / "data" / DECLARATION).write_text(_declaration(content), encoding="utf-8")


def _declaration(content: dict[str, Any]) -> str:
    return to_yaml(content, sort_keys=False, allow_unicode=True)


def save(project: Path, name: str, rows: list[list[str]]) -> None:
    """Write the rows of a file, the header being the first."""
    (project / "data" / f"{name}.csv").write_text(_csv(rows), encoding="utf-8", newline="")


def _csv(rows: list[list[str]]) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()


def read(project: Path, name: str) -> list[list[str]]:
    """Return the rows of a file, the header being the first."""
    with (project / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))
