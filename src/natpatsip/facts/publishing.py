"""Publishing facts and citing them: every number of the report has one owner, and everyone else cites it.

`publish` puts a fact into the outputs of the cell that owns it; the build collects facts from there. `cite` finds a
fact wherever it is: published earlier in this run, reported in ``data/reported.csv``, decided in the params, or
published by another notebook (then it comes from the running build, or from the newest build of its quarter).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip import context, wording
from natpatsip.characters import not_shown
from natpatsip.errors import FactError, UsageError, nearest
from natpatsip.facts.fact import (
    ID,
    OF_REPORTED,
    PUBLISHED,
    Fact,
    Number,
    UsedRows,
    hash_of,
    of_inputs,
    of_rows,
    parse_value,
    rows_hash,
    told_apart,
)
from natpatsip.facts.fact_labels import FILE as LABELS
from natpatsip.facts.fact_labels import labels_of
from natpatsip.facts.facts_in_code import owners_of_facts
from natpatsip.files.csv_files import from_csv
from natpatsip.quarter import A_PERIOD, Quarter, is_period

if TYPE_CHECKING:
    import pandas as pd

HANDED = "NATPATSIP_FACTS"  # names the file in which a running build passes facts on to the next notebook
DOUBLE = 8  # bytes of a number
REPORTED = "reported"  # the dataset of reported facts
REPORTED_FILE = "data/reported.csv"

_published: dict[tuple[str, str], Fact] = {}


def publish(
    id: str,  # noqa: A002 — the contract's name
    value: Any,
    *,
    label: str = "",
    unit: str,
    period: str | Quarter | None = None,
    source: str,
    inputs: Iterable[Fact | str] = (),
    formula: str = "",
    rows: str | pd.DataFrame | UsedRows = "",
    is_estimate: bool = False,
    decimals: int | None = None,
) -> Fact:
    """Publish a fact from the cell that owns it, and return it.

    Parameters
    ----------
    id : str
        The name by which other notebooks cite it.
    value : number, date or quarter
        Rounded as it will be printed, so that printed numbers add up.
    label : str
        What it is, in words, without its period: "People seen within 18 weeks". Readers see it wherever the fact is
        listed or compared. By default that of ``data/fact_labels.csv``.
    unit : str
        "referrals", "days", "percent", "GBP", …
    period : str, optional
        A quarter (by default the notebook's own), ``2024-25-YTD``, ``since-baseline``, ``to-2024-03`` or ``all``.
    source : str
        Who reported it, or how it was produced.
    inputs : facts or ids
        What it was calculated from.
    formula : str
        How it was calculated, in words.
    rows : DataFrame or str
        The rows it was calculated from (the fact records their filter and their hash), or the filter in words. By
        default the rows that the inputs are based on.
    is_estimate : bool
        Whether it is a modelled effect, which prose must word as an estimate. What is calculated from one is one too.
    decimals : int, optional
        The decimals that it is printed with, so that numbers that are compared have the same: 83.0% beside 79.1%. By
        default as many as it needs, and millions in words.

    Raises
    ------
    FactError
        If another cell has published it with another value, the value is not valid for the unit, its decimals are not a
        whole number from 0, the fact has another label in ``data/fact_labels.csv``, the period has another form, or a
        text has a control character.
    """
    here = context.current()
    if not ID.fullmatch(id):
        raise FactError(f'publish("{id}"): an id is lower-case letters, digits and underscores, such as long_waits.')
    for name, text in {"label": label, "unit": unit, "source": source, "formula": formula}.items():
        if fault := not_shown(str(text)):
            raise FactError(f'publish("{id}"), {name}: {fault}')
    fact = Fact(
        id=id,
        period=_period(id, str(period or here.quarter)),
        value=_plain_value(id, value, unit),
        unit=unit,
        source=source,
        label=_label(id, label, here.project),
        formula=formula,
        inputs=tuple(each if isinstance(each, Fact) else cite(each) for each in inputs),
        decimals=_decimals(id, decimals),
        cell=_running_cell(),
    )
    is_inherited = isinstance(rows, str) and not rows
    described, sha256 = of_inputs(fact.inputs) if is_inherited else of_rows(rows)
    fact = replace(
        fact,
        rows=described,
        rows_sha256=sha256,
        is_estimate=is_estimate or any(each.is_estimate for each in fact.inputs),
        is_illustrative=any(each.is_illustrative for each in fact.inputs) or _is_illustrative(rows),
    )
    before = _published.get(fact.key)
    is_twice = before is not None and before.cell != fact.cell  # a cell that is run again may change it
    if before is not None and is_twice and (texts := told_apart(before, fact)):
        raise FactError(
            f"{id} ({fact.period}) is published twice: {texts[0]} in cell {before.cell} and {texts[1]} in "
            f"cell {fact.cell}. A fact has one owner: publish it in one cell and cite it in the other."
        )
    owner = None if fact.key in _published else _first(fact.key, here, _reported, _decided)
    if owner is not None and (texts := told_apart(owner, fact)):
        where = REPORTED_FILE if owner.kind in OF_REPORTED else f"params/{here.quarter}.yml"
        raise FactError(
            f"{id} ({fact.period}) is {texts[1]} here and {texts[0]} in {where}. A fact has one owner: cite it "
            "here, or publish this one under another id."
        )
    _published[fact.key] = fact
    unit_shown = "" if unit in ("GBP", "percent") else unit
    context.record(PUBLISHED, fact.record(), f"{id} · {fact.period}: {fact.text} {unit_shown}".rstrip())
    return fact


def _is_illustrative(rows: str | pd.DataFrame | UsedRows) -> bool:
    if isinstance(rows, UsedRows):
        return rows.is_illustrative
    return not isinstance(rows, str) and context.is_illustrative(rows)


def cite(id: str, period: str | Quarter | None = None) -> Fact:  # noqa: A002 — the contract's name
    """Return a fact, whichever notebook owns it.

    Parameters
    ----------
    id : str
        The fact's name.
    period : str, optional
        By default the notebook's own quarter.

    Raises
    ------
    FactError
        If nobody publishes it, or another notebook does and there is no build to take it from.
    """
    here = context.current()
    key = (id, str(period or here.quarter))
    found = _published.get(key)
    if found is None:
        found = _first(key, here, _reported, _decided, _of_other_notebook)
    if found is None:
        raise FactError(_not_found(key, here))
    return found


def _first(
    key: tuple[str, str],
    here: context.Context,
    *places: Callable[[tuple[str, str], context.Context], Fact | None],
) -> Fact | None:
    """Return a fact from the first of several places that has it."""
    return next((found for place in places if (found := place(key, here)) is not None), None)


def forget() -> None:
    """Forget the facts published in this process; for tests, and for processes that run several notebooks."""
    _published.clear()


def _label(id: str, label: str, project: Path) -> str:  # noqa: A002
    """Return the label of a published fact, on one line; a fact has one in all its periods."""
    given, listed = " ".join(str(label).split()), labels_of(project).get(id, "")
    if given and listed and given != listed:
        raise FactError(
            f'publish("{id}"): the label is "{given}" here and "{listed}" in {LABELS}. A fact has one label: '
            "leave it out here, or remove the row."
        )
    return given or listed


def _period(id: str, period: str) -> str:  # noqa: A002
    """Return a fact's period in its one form: under two forms it could have two values."""
    if not is_period(period):
        raise FactError(f'publish("{id}"): the period is "{period}"; expected {A_PERIOD}.')
    return period


def _plain_value(id: str, value: Any, unit: str) -> Number:  # noqa: A002
    """Return the value of a fact to publish, as Python's own number, date or text."""
    if isinstance(value, Fact):
        value = value.value
    dtype: Any = getattr(value, "dtype", None)
    kind = getattr(dtype, "kind", "")
    if kind == "M" or (kind == "f" and dtype.itemsize < DOUBLE):  # a month has no day; 85.9 would be 85.9000015258789
        value = str(value)
    elif hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, Quarter):
        value = str(value)
    if isinstance(value, float) and math.isnan(value):
        raise FactError(
            f'publish("{id}"): the value is missing. A sum is missing if a part of it is, such as a suppressed count: '
            "publish one that has all its parts, or say in the text that the number is not known."
        )
    is_plain = isinstance(value, int | float | str | date) and not isinstance(value, bool) and bool(value == value)
    if not is_plain or (isinstance(value, float) and math.isinf(value)):
        raise FactError(f'publish("{id}"): the value is {value!r}; expected a number, a date or a quarter.')
    try:
        return parse_value(value, unit)
    except (ValueError, OverflowError, UsageError):
        raise FactError(f'publish("{id}"): the value is {value!r}, which is not a valid value in {unit}.') from None


def _decimals(id: str, decimals: Any) -> int | None:  # noqa: A002
    """Return the decimals that a fact is printed with."""
    if decimals is None:
        return None
    if not isinstance(decimals, Integral) or isinstance(decimals, bool) or decimals < 0:
        raise FactError(
            f'publish("{id}"): decimals is {decimals!r}; expected a whole number from 0, such as 1. To print '
            "it to tens or hundreds, round the value."
        )
    return int(decimals)


def _running_cell() -> str:
    """Return the id of the cell that publishes if the front end sends it, as JupyterLab does, else its count."""
    running = context.shell()
    if running is None:
        return "outside a notebook"
    parent = running.get_parent() if hasattr(running, "get_parent") else {}
    number = len(running.user_ns.get("In", ())) - 1  # the shell's own counter is one ahead while a cell runs
    return (parent or {}).get("metadata", {}).get("cellId") or f"[{number}]"


def _reported(key: tuple[str, str], here: context.Context) -> Fact | None:
    from natpatsip import datasets
    from natpatsip.datasets.descriptor import INFERRED
    from natpatsip.datasets.loading import find

    if REPORTED not in datasets.declared(here.project).by_name:
        return None
    rows = find(REPORTED, fact_id=key[0], period=key[1], quarter=here.quarter, project=here.project)
    if rows.empty:
        return None
    row = rows.iloc[-1]
    return Fact(
        *key,
        value=parse_value(row["value"], row["unit"]),
        unit=row["unit"],
        source=row["source"],
        label=labels_of(here.project).get(key[0], ""),
        kind=INFERRED if row["provenance"] == INFERRED else "reported",
        rows=f"{rows.attrs['file']}: fact_id {key[0]}, as_of {row['as_of']}, period {key[1]}",
        rows_sha256=rows_hash(rows),
        is_illustrative=row["provenance"] == "illustrative",
    )


def _reported_rows(here: context.Context) -> pd.DataFrame | None:
    """Return the reported facts; None if the project does not declare any."""
    from natpatsip import datasets

    if REPORTED not in datasets.declared(here.project).by_name:
        return None
    return datasets.load(REPORTED, quarter=here.quarter, project=here.project, is_shown=False)


def _decided(key: tuple[str, str], here: context.Context) -> Fact | None:
    from natpatsip import params

    decided = params.load(here.quarter, project=here.project)
    value = decided.values.get(key[0])
    if value is None or value.period != key[1]:
        return None
    return Fact(
        *key,
        value=parse_value(value.value, value.unit),
        unit=value.unit,
        source=value.source,
        label=labels_of(here.project).get(key[0], ""),
        kind="model" if key[0] in decided.model else "target",
        rows=f"params/{here.quarter}.yml: {key[0]}",
        rows_sha256=hash_of(*key, value.value, value.unit, value.source),
        is_estimate=value.wording == "estimate",
    )


def _of_other_notebook(key: tuple[str, str], here: context.Context) -> Fact | None:
    """Return a fact of another notebook: from the running build, else from the newest build of the quarter."""
    context.ASKED.add(key)
    if file := os.environ.get(HANDED):
        facts = map(Fact.from_record, json.loads(Path(file).read_text(encoding="utf-8")))
    elif (built := _built(here)).is_file():
        facts = map(Fact.from_row, from_csv(built.read_bytes().decode()))
    else:
        return None
    return {fact.key: fact for fact in facts}.get(key)


def _built(here: context.Context) -> Path:
    """Return the file of facts of the newest build of a quarter and edition."""
    report = here.project / "reports" / str(here.quarter)
    return (report / "editions" / here.edition if here.edition else report) / "facts.csv"


def _not_found(key: tuple[str, str], here: context.Context) -> str:
    """Return why a fact cannot be cited, and what to do."""
    from natpatsip import params

    name, period = key
    owners = owners_of_facts(here.project)
    asked = f'cite("{name}", "{period}")'
    if name in owners and not os.environ.get(HANDED) and not _built(here).is_file():
        return (
            f"{asked}: {owners[name]} calculates it, and there is no build of {here.quarter} to take it from. "
            f"Run: natpatsip build {here.quarter}"
        )
    frame = _reported_rows(here)
    reported = frame.to_dict("records") if frame is not None else []
    values = params.load(here.quarter, project=here.project).values
    periods = sorted(
        {row["period"] for row in reported if row["fact_id"] == name}
        | ({values[name].period} if name in values else set())
        | {when for known, when in _published if known == name}
    )
    if periods:
        quarterly = {row["fact_id"] for row in reported if row["period"] == row["as_of"]}
        is_awaited = name in quarterly and period == str(here.quarter)
        remedy = "Add its row to data/reported.csv, or cite one of those." if is_awaited else "Cite one of those."
        return f"{asked}: the fact is known for {wording.listing(periods)}, not for {period}. {remedy}"
    if name in owners:
        return f"{asked}: {owners[name]} does not publish it for {period} in this build. Check the period."
    known = sorted({*owners, *values, *(row["fact_id"] for row in reported)})
    return f"{asked}: nobody publishes this fact.{nearest(name, known)} Publish it in the section that owns it."
