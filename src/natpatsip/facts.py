"""Facts: every number of the report has one owner, and everyone else cites it.

`publish` puts a fact into the outputs of the cell that owns it; the build collects facts from there. `cite` finds a
fact wherever it lives: published earlier in this run, reported in ``data/reported.csv``, decided in the params, or
published by another notebook (then it comes from the running build, or from the newest build of its quarter).
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from natpatsip import context, lineage, wording
from natpatsip.errors import FactError, nearest
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = "application/vnd.natpatsip.fact+json"
REPORTED = "reported"  # the dataset of facts that come in
CITED = "application/vnd.natpatsip.citation+json"
BESIDE = "beside"  # in the record of a citation: facts that are cited with it
HANDED = "NATPATSIP_FACTS"  # the file in which a running build hands facts on
ID = re.compile(r"[a-z][a-z0-9_]*")
PUBLISHES = re.compile(r"""\bpublish\s*\(\s*["']([a-z0-9_]+)["']""")
CITES = re.compile(r"""\bcite\s*\(\s*["']([a-z0-9_]+)["']""")

Number = int | float | str | date
_WORDS = ("id", "period", "unit", "source", "kind", "section", "formula", "rows", "rows_sha256")


@dataclass(frozen=True)
class Fact:
    """A number that the report prints, with where it comes from.

    ``str()`` of it is the printed text (*677*, *£18 million*, *85.9%*); ``value`` is the number.
    """

    id: str
    period: str
    value: Number
    unit: str
    source: str
    kind: str = "published"  # or "reported", "params"
    section: str = ""
    formula: str = ""
    inputs: tuple[Fact, ...] = ()
    rows: str = ""
    rows_sha256: str = ""
    is_estimate: bool = False
    is_illustrative: bool = False
    cell: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other fact: id and period."""
        return self.id, self.period

    @property
    def text(self) -> str:
        """What is printed, without the unit but for £ and %."""
        return printed(self.value, self.unit)

    def __str__(self) -> str:
        return self.text

    def record(self) -> dict[str, Any]:
        """Return it as JSON can hold it, with the facts that went into it."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return {
            "id": self.id,
            "period": self.period,
            "value": value,
            "text": self.text,
            "unit": self.unit,
            "source": self.source,
            "kind": self.kind,
            "section": self.section,
            "formula": self.formula,
            "inputs": [fact.record() for fact in self.inputs],
            "rows": self.rows,
            "rows_sha256": self.rows_sha256,
            "is_estimate": self.is_estimate,
            "is_illustrative": self.is_illustrative,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Fact:
        """Return the fact that `record` was made of."""
        inputs = tuple(cls.from_record(each) for each in record.get("inputs", ()))
        names = (*_WORDS, "is_estimate", "is_illustrative")
        return cls(
            value=parse_value(record["value"], record["unit"]),
            inputs=inputs,
            **{name: record[name] for name in names if name in record},
        )

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> Fact:
        """Return the fact of a row of ``facts.csv``, as far as the file holds it: not its kind, nor its inputs."""
        texts: dict[str, Any] = {name: row[name] for name in (*_WORDS, "cell") if name != "kind"}
        return cls(value=parse_value(row["value"], row["unit"]), **texts)

    @classmethod
    def cited(cls, record: Mapping[str, Any]) -> Iterator[Fact]:
        """Go through the facts of a citation's record."""
        yield cls.from_record(record)
        yield from map(cls.from_record, record.get(BESIDE, ()))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": self.text, "text/markdown": self.text, CITED: self.record()}


def printed(value: Number, unit: str) -> str:
    """Return a value as the report prints it.

    Examples
    --------
    >>> printed(18_000_000, "GBP"), printed(83.0, "percent"), printed("2024-25-Q3", "quarter"), printed(10310, "people")
    ('£18 million', '83%', 'Q3 2024/25', '10,310')
    """
    if isinstance(value, date):
        return wording.date(value)
    if isinstance(value, str):
        return Quarter.parse(value).label if unit == "quarter" else value
    if unit == "GBP":
        return wording.money(value)
    if unit == "percent":
        return wording.percent(value)
    return wording.large(value) if float(value).is_integer() else wording.plain(value, 2)


def parse_value(value: Any, unit: str) -> Number:
    """Return a value as it was before it was written down; whole numbers come back whole."""
    if unit == "date":
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    if unit == "quarter":
        return str(Quarter.parse(value))
    number = float(value)
    return int(number) if number.is_integer() else number


_published: dict[tuple[str, str], Fact] = {}


def publish(
    id: str,  # noqa: A002 — the contract's name
    value: Any,
    *,
    unit: str,
    period: str | Quarter | None = None,
    source: str,
    inputs: Iterable[Fact | str] = (),
    formula: str = "",
    rows: str | pd.DataFrame = "",
    is_estimate: bool = False,
) -> Fact:
    """Publish a fact from the cell that owns it, and return it.

    Parameters
    ----------
    id : str
        Its name, as other notebooks cite it.
    value : number, date or quarter
        Rounded as it is to be printed, so that printed numbers add up.
    unit : str
        "women", "babies", "percent", "GBP", …
    period : str, optional
        A quarter (by default the notebook's own), ``2024-25-YTD``, ``since-baseline``, ``to-2024-03`` or ``all``.
    source : str
        Who says so, or how it came about.
    inputs : facts or ids
        What it was calculated from.
    formula : str
        How, in words.
    rows : DataFrame or str
        The rows it was calculated from (what picks them and their hash are kept), or the filter that picks them. Where
        it is left out, those that the inputs rest on.
    is_estimate : bool
        Whether it is a modelled effect, which prose words as such.

    Raises
    ------
    FactError
        Where another cell has published it with another value, or the value is no number.
    """
    here = context.current()
    if not ID.fullmatch(id):
        raise FactError(f'publish("{id}"): an id is lower-case letters, digits and underscores, such as mgso4_women.')
    when = str(period or here.quarter)
    fact = Fact(
        id=id,
        period=when,
        value=_plain_value(id, value, unit),
        unit=unit,
        source=source,
        formula=formula,
        inputs=tuple(each if isinstance(each, Fact) else cite(each) for each in inputs),
        is_estimate=is_estimate,
        cell=_running_cell(),
    )
    found, fingerprint = lineage.of_inputs(fact.inputs) if isinstance(rows, str) and not rows else lineage.of_rows(rows)
    fact = replace(fact, rows=found, rows_sha256=fingerprint, is_illustrative=_rests_on_illustration(fact, rows))
    before = _published.get(fact.key)
    if before and before.value != fact.value and before.cell != fact.cell:
        raise FactError(
            f"{id} ({when}) is published twice: {before.text} in cell {before.cell} and {fact.text} in "
            f"cell {fact.cell}. A fact has one owner: publish it in one cell and cite it in the other."
        )
    _published[fact.key] = fact
    context.record(PUBLISHED, fact.record(), f"{id} · {when}: {fact.text} {'' if unit in ('GBP', 'percent') else unit}")
    return fact


def cite(id: str, period: str | Quarter | None = None) -> Fact:  # noqa: A002 — the contract's name
    """Return a fact, wherever it lives.

    Parameters
    ----------
    id : str
        The fact's name.
    period : str, optional
        By default the notebook's own quarter.

    Raises
    ------
    FactError
        Where nobody publishes it; or where another notebook does and there is no build to take it from.
    """
    here = context.current()
    key = (id, str(period or here.quarter))
    found = _published.get(key) or _reported(key, here) or _decided(key, here) or _handed(key, here)
    if found:
        return found
    raise FactError(_not_found(key, here))


def forget() -> None:
    """Forget what was published in this process; for tests and for processes that run several notebooks."""
    _published.clear()


def _rests_on_illustration(fact: Fact, rows: Any) -> bool:
    is_drawn = not isinstance(rows, str) and context.is_illustrative(rows)
    return is_drawn or any(each.is_illustrative for each in fact.inputs)


def _plain_value(id: str, value: Any, unit: str) -> Number:  # noqa: A002
    if isinstance(value, Fact):
        value = value.value
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, Quarter):
        value = str(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str | date) or value != value:
        raise FactError(f'publish("{id}"): the value is {value!r}; expected a number, a date or a quarter.')
    try:
        return parse_value(value, unit)
    except (ValueError, OverflowError):
        raise FactError(f'publish("{id}"): the value is {value!r}, which is no number of {unit}.') from None


def _running_cell() -> str:
    """Name the running cell: by its id where JupyterLab tells it, else by its execution count."""
    running = context.shell()
    if running is None:
        return "outside a notebook"
    parent = running.get_parent() if hasattr(running, "get_parent") else {}
    number = len(running.user_ns.get("In", ())) - 1  # the shell's own counter is one ahead while a cell runs
    return (parent or {}).get("metadata", {}).get("cellId") or f"[{number}]"


def _reported(key: tuple[str, str], here: context.Context) -> Fact | None:
    frame = _reported_rows(here)
    rows = None if frame is None else frame[(frame["fact_id"] == key[0]) & (frame["period"] == key[1])]
    if rows is None or rows.empty:
        return None
    row = rows.iloc[-1]
    return Fact(
        *key,
        value=parse_value(row["value"], row["unit"]),
        unit=row["unit"],
        source=row["source"],
        kind="reported",
        rows=f"{rows.attrs['file']}: fact_id {key[0]}, as_of {row['as_of']}, period {key[1]}",
        rows_sha256=lineage.rows_hash(rows),
        is_illustrative=row["provenance"] == "illustrative",
    )


def _reported_rows(here: context.Context) -> pd.DataFrame | None:
    """Return the reported facts, None where the project declares none."""
    from natpatsip import datasets

    if REPORTED not in datasets.declared(here.project).by_name:
        return None
    return datasets.load(REPORTED, quarter=here.quarter, project=here.project, is_shown=False)


def _decided(key: tuple[str, str], here: context.Context) -> Fact | None:
    from natpatsip import params

    decided = params.load(here.quarter, project=here.project).values.get(key[0])
    if decided is None or decided.period != key[1]:
        return None
    where = f"params/{here.quarter}.yml: {key[0]}"
    value = parse_value(decided.value, decided.unit)
    is_estimate = decided.wording == "estimate"
    fingerprint = lineage.hash_of(*key, decided.value, decided.unit, decided.source)
    return Fact(
        *key,
        value,
        decided.unit,
        decided.source,
        kind="params",
        rows=where,
        rows_sha256=fingerprint,
        is_estimate=is_estimate,
    )


def _handed(key: tuple[str, str], here: context.Context) -> Fact | None:
    """Return a fact of another notebook: from the running build, else from the newest build of the quarter."""
    context.ASKED.add(key)
    if file := os.environ.get(HANDED):
        return _handed_on(Path(file)).get(key)
    return read_built(here).get(key)


def _handed_on(file: Path) -> dict[tuple[str, str], Fact]:
    facts = (Fact.from_record(record) for record in json.loads(file.read_text(encoding="utf-8")))
    return {fact.key: fact for fact in facts}


def built_report(here: context.Context) -> Path:
    """Return the folder that the newest build of a context's quarter and edition is published in."""
    report = here.project / "reports" / str(here.quarter)
    return report / "editions" / here.edition if here.edition else report


def read_built(here: context.Context) -> dict[tuple[str, str], Fact]:
    """Return the facts of the newest build, none where there is no build."""
    file = built_report(here) / "facts.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        facts = [Fact.from_row(row) for row in csv.DictReader(lines)]
    return {fact.key: fact for fact in facts}


def _not_found(key: tuple[str, str], here: context.Context) -> str:
    from natpatsip import params

    name, period = key
    owners = _owners(here.project)
    asked = f'cite("{name}", "{period}")'
    if name in owners and not os.environ.get(HANDED) and not (built_report(here) / "facts.csv").is_file():
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
        return f"{asked}: {owners[name]} does not publish it for {period} in this build. Look at the period."
    known = sorted({*owners, *values, *(row["fact_id"] for row in reported)})
    return f"{asked}: nobody publishes this fact.{nearest(name, known)} Publish it in the section that owns it."


def _owners(project: Path) -> dict[str, str]:
    """Return the notebook that publishes each fact, by what their code says."""
    owners: dict[str, str] = {}
    for notebook in sorted((project / "notebooks").glob("*.ipynb")):
        cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
        source = "\n".join("".join(cell.get("source", "")) for cell in cells)
        owners |= dict.fromkeys(PUBLISHES.findall(source), notebook.name)
    return owners
