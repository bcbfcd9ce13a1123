"""The data of a quarter that has not been yet: the rows of the quarter before, moved on and changed a little."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from helpers import impact
from natpatsip.quarter import Quarter

Row = dict[str, str]
SOURCE = "made up for a test"
NEEDED_TO_TREAT = 37


def add_data(project: Path, quarter: Quarter) -> None:
    """Add what a quarter's report needs to each data file, in a copy of the project.

    Women treated add up over the months as they must; figures since baseline grow by the quarter's own.
    """
    women = _add_months(project, quarter)
    _extend(project, "opioids_monthly", lambda row: _moved(row, quarter, people=str(int(row["people"]) - 1)))
    for name in ("icb_approach", "icb_phases"):
        _extend(project, name, lambda row: _of_quarter(row, quarter))
    _add_reported(project, quarter, women)


def _add_months(project: Path, quarter: Quarter) -> dict[str, int]:
    """Add maternity months, and return the women of the quarter by fact."""
    facts = {"magnesium_sulphate": "mgso4_women", "intrapartum_antibiotics": "iap_women"}
    women = dict.fromkeys(facts.values(), 0)

    def more(row: Row) -> Row | None:
        raised = str(min(int(row["numerator"]) + (len(row["psc"]) % 2), int(row["denominator"])))
        moved = _moved(row, quarter, numerator=raised)
        if moved and row["intervention"] in facts:
            women[facts[row["intervention"]]] += int(raised)
        return moved

    _extend(project, "maternity_monthly", more)
    return women


def _moved(row: Row, quarter: Quarter, **changed: str) -> Row | None:
    """Return a monthly row of the quarter before as one of the quarter; None where it is of another."""
    months = {
        f"{then:%Y-%m}": f"{now:%Y-%m}" for then, now in zip(quarter.previous().months, quarter.months, strict=True)
    }
    return {**row, "month": months[row["month"]], **changed} if row["month"] in months else None


def _of_quarter(row: Row, quarter: Quarter) -> Row | None:
    now = str(quarter)
    return {**row, "as_of": now, "quarter": now} if row["quarter"] == str(quarter.previous()) else None


def _add_reported(project: Path, quarter: Quarter, women: dict[str, int]) -> None:
    before, now = str(quarter.previous()), str(quarter)
    grown = {"iap_gbs_avoided", "iap_survived", "ocm_survived", "acs_survived"}
    rows = _read(project, "reported")[1]
    own = {
        row["fact_id"]: float(row["value"])
        for row in rows
        if row["as_of"] == row["period"] == before and row["unit"] == "babies"
    }
    own["mgso4_cp_avoided"] = impact.cases_avoided(women["mgso4_women"], NEEDED_TO_TREAT)

    def reported(row: Row) -> Row | None:
        if row["as_of"] != before:
            return None
        name, value = row["fact_id"], row["value"]
        if row["period"] == "since-baseline" and name in grown | {"mgso4_cp_avoided"}:
            value = f"{float(value) + own[name]:g}"
        elif row["period"] == before and name in women:
            value = str(women[name])
        elif row["unit"] == "date":
            value = f"{quarter.last_month:%Y-%m}-{value[-2:]}"
        period = now if row["period"] == before else row["period"]
        more = {"provenance": "illustrative", "source": SOURCE}
        return {**row, "as_of": now, "period": period, "value": value, **more}

    _extend(project, "reported", reported)


def _extend(project: Path, name: str, made: Callable[[Row], Row | None]) -> None:
    header, rows = _read(project, name)
    with (project / "data" / f"{name}.csv").open("a", encoding="utf-8", newline="") as lines:
        csv.DictWriter(lines, header, lineterminator="\n").writerows(new for row in rows if (new := made(row)))


def _read(project: Path, name: str) -> tuple[list[str], list[Row]]:
    with (project / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        return list(reader.fieldnames or ()), list(reader)
