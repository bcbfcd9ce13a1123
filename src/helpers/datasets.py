"""The data: one reader, one schema a file, and all errors of a file together.

A build of a quarter reads what was known at its end: months up to its last, and rows reported (``as_of``) in it or
before. What comes in later never changes an earlier report.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from helpers import context
from helpers.errors import DataError, nearest, together
from helpers.quarter import FORM, Quarter

RECORD = "application/vnd.natpatsip.dataset+json"
INTERVENTIONS = (
    "place_of_birth",
    "antenatal_corticosteroids",
    "intrapartum_antibiotics",
    "cord_management",
    "normothermia",
    "early_breast_milk",
    "magnesium_sulphate",
    "volume_targeted_ventilation",
    "caffeine",
)
MEASURES = ("chronic", "high_dose")
APPROACHES = ("full", "light_touch", "another", "none_reported")
PROVENANCE = ("reported", "illustrative")
PERIOD = r"\d{4}-\d{2}-(Q[1-4]|YTD)|since-baseline|(to-)?\d{4}-\d{2}|all"
MOST_SHOWN = 12  # problems of a file that are said one by one

Rule = tuple[str, Callable[[pd.DataFrame], "pd.Series[bool]"]]


@dataclass(frozen=True)
class Kind:
    """What a column holds: a pattern or a list of words, said as a reader expects it, and how it is parsed."""

    expected: str
    pattern: str = ""
    words: str = ""  # the name of a list of words, in `_words`
    parse: Callable[[pd.Series[Any]], pd.Series[Any]] | None = None


def _months(texts: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(texts, format="%Y-%m")


def _whole(texts: pd.Series[Any]) -> pd.Series[Any]:
    return texts.astype("int64")


TEXT = Kind("a text", r".*\S.*")
FACT = Kind("an id such as mgso4_women", r"[a-z][a-z0-9_]*")
MONTH = Kind("a month such as 2024-09", r"\d{4}-(0[1-9]|1[0-2])", parse=_months)
QUARTER = Kind("a quarter such as 2024-25-Q2", FORM.pattern)
WHEN = Kind("a period such as 2024-25-Q2, 2024-25-YTD, since-baseline, to-2024-03 or all", PERIOD)
COUNT = Kind("a whole number, 0 or more", r"\d+", parse=_whole)
PHASE = Kind("a phase from 1 to 7", r"[1-7]", parse=_whole)
ANY = Kind("anything", r"[\s\S]*")
PSC = Kind("a collaborative of data/organisations.csv", words="psc")
ICB = Kind("an integrated care board of data/organisations.csv", words="icb")
SORT = Kind("psc or icb", r"psc|icb")
SOURCE = Kind("reported or illustrative", words="provenance")
SLUG = Kind("lower-case words joined by hyphens", r"[a-z0-9]+(-[a-z0-9]+)*")
NUMBER = Kind("a number with or without separators", r"-?£?\d[\d,]*(\.\d+)?%?")


@dataclass(frozen=True)
class Schema:
    """What a file must hold: columns, what identifies a row, and rules that hold within each row."""

    columns: dict[str, Kind]
    key: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    series: tuple[str, ...] = ()  # what tells its monthly series apart
    per_quarter: str = ""  # whose every member each quarter must name once


SCHEMAS = {
    "reported": Schema(
        {
            "fact_id": FACT,
            "as_of": QUARTER,
            "period": WHEN,
            "value": TEXT,
            "unit": TEXT,
            "provenance": SOURCE,
            "source": TEXT,
        },
        key=("fact_id", "as_of", "period"),
        rules=(("a value that its unit allows: a number, a date or a quarter", lambda frame: _values_fit(frame)),),
    ),
    "maternity_monthly": Schema(
        {
            "month": MONTH,
            "psc": PSC,
            "intervention": Kind("one of the nine interventions", words="intervention"),
            "numerator": COUNT,
            "denominator": COUNT,
            "provenance": SOURCE,
        },
        key=("month", "psc", "intervention"),
        rules=(
            ("a numerator no greater than the denominator", lambda frame: frame["numerator"] <= frame["denominator"]),
        ),
        series=("psc", "intervention"),
    ),
    "opioids_monthly": Schema(
        {
            "month": MONTH,
            "icb": ICB,
            "measure": Kind("chronic or high_dose", words="measure"),
            "people": COUNT,
            "provenance": SOURCE,
        },
        key=("month", "icb", "measure"),
        series=("icb", "measure"),
    ),
    "icb_approach": Schema(
        {
            "as_of": QUARTER,
            "quarter": QUARTER,
            "icb": ICB,
            "approach": Kind(f"one of {', '.join(APPROACHES)}", words="approach"),
            "provenance": SOURCE,
        },
        key=("as_of", "quarter", "icb"),
        per_quarter="icb",
    ),
    "icb_phases": Schema(
        {"as_of": QUARTER, "quarter": QUARTER, "icb": ICB, "phase": PHASE, "provenance": SOURCE},
        key=("as_of", "quarter", "icb"),
    ),
    "interviews": Schema(
        {
            "as_of": QUARTER,
            "psc": PSC,
            "psychotropics_learning_disability": COUNT,
            "falls_in_frailty": COUNT,
            "provenance": SOURCE,
        },
        key=("as_of", "psc"),
    ),
    "published_claims": Schema(
        {
            "claim_id": SLUG,
            "place": TEXT,
            "statement": TEXT,
            "value": NUMBER,
            "related_claim": ANY,
            "relation": Kind("equal, sum or nothing", r"(equal|sum)?"),
        },
        key=("claim_id",),
    ),
    "organisations": Schema(
        {"kind": SORT, "code": TEXT, "name": TEXT, "slug": SLUG, "psc": ANY},
        key=("kind", "name"),
    ),
}


def load(name: str, *, quarter: Quarter | str | None = None, project: Path | None = None) -> pd.DataFrame:
    """Read a dataset as it was known at the end of a quarter.

    Parameters
    ----------
    name : str
        One of `SCHEMAS`; the file is ``data/<name>.csv``.
    quarter : Quarter, optional
        By default the notebook's own.
    project : Path, optional
        By default the project that the notebook is in.

    Returns
    -------
    DataFrame
        The file's columns; months as timestamps, counts as integers. ``attrs`` has the ``file`` and its ``provenance``.

    Raises
    ------
    DataError
        Where the file is missing or breaks its schema; all problems are named with row and column.
    """
    if quarter is None or project is None:
        here = context.current()
        quarter, project = quarter or here.quarter, project or here.project
    parsed = quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter)
    if name not in SCHEMAS:
        raise DataError(f'"{name}" is no dataset: {", ".join(SCHEMAS)} are.{nearest(name, SCHEMAS)}')
    file = project / "data" / f"{name}.csv"
    if not file.is_file():
        columns = ", ".join(SCHEMAS[name].columns)
        raise DataError(f"data/{file.name}: there is no such file. Put it there, with the columns {columns}.")
    frame = _known_by(name, file, _stamp(file), parsed, project).copy()
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    frame.attrs = {"file": f"data/{file.name}", "provenance": _provenance_of(frame)}
    context.READ[f"data/{file.name}"] = frame.attrs["provenance"]
    context.record(
        RECORD,
        {"file": f"data/{file.name}", "sha256": sha256, "rows": len(frame), "provenance": frame.attrs["provenance"]},
        f"data/{file.name}: {len(frame)} rows",
    )
    return frame


def provenance(name: str, *, quarter: Quarter | str | None = None, project: Path | None = None) -> str:
    """Return "reported", "illustrative" or "mixed": what the rows of a dataset are."""
    return str(load(name, quarter=quarter, project=project).attrs["provenance"])


def national(frame: pd.DataFrame, intervention: str) -> pd.DataFrame:
    """Return the national series of an intervention: the sum over all collaboratives.

    Parameters
    ----------
    frame : DataFrame
        ``maternity_monthly``.
    intervention : str
        One of `INTERVENTIONS`.

    Returns
    -------
    DataFrame
        ``month``, ``numerator``, ``denominator`` and ``percent``, one row a month.

    Raises
    ------
    DataError
        Where the frame has no such intervention.
    """
    rows = frame[frame["intervention"] == intervention]
    if rows.empty:
        known = sorted(frame["intervention"].unique())
        raise DataError(f'"{intervention}" is no intervention of the data.{nearest(intervention, known)}')
    summed = rows.groupby("month", as_index=False)[["numerator", "denominator"]].sum()
    summed["percent"] = 100 * summed["numerator"] / summed["denominator"]
    summed.attrs = dict(frame.attrs)
    return summed


def complete(quarter: Quarter, project: Path) -> list[str]:
    """Return what the data of a quarter lack; nothing where they are complete.

    Complete are monthly files with the quarter's three months for every series, board files with the quarter, and
    ``reported.csv`` with every fact that the quarter before had.
    """
    lacking = []
    for name, schema in SCHEMAS.items():
        if schema.series:
            file = project / "data" / f"{name}.csv"
            months = set(_checked(name, file, _stamp(file), project)["month"]) if file.is_file() else set()
            absent = [f"{month:%Y-%m}" for month in quarter.months if pd.Timestamp(month) not in months]
            if absent:
                lacking.append(f"data/{name}.csv has no rows for {', '.join(absent)}")
    for name in ("icb_approach", "icb_phases"):
        if str(quarter) not in set(load(name, quarter=quarter, project=project)["quarter"]):
            lacking.append(f"data/{name}.csv has no rows for {quarter}")
    reported = load("reported", quarter=quarter, project=project)
    now, before = (
        set(reported.loc[reported["as_of"] == str(each), "fact_id"]) for each in (quarter, quarter.previous())
    )
    if absent_facts := sorted(before - now) if now else ["every fact"]:
        lacking.append(f"data/reported.csv has no row as of {quarter} for {', '.join(absent_facts)}")
    return lacking


def _stamp(file: Path) -> tuple[int, int]:
    state = file.stat() if file.is_file() else None
    return (state.st_mtime_ns, state.st_size) if state else (0, 0)


@lru_cache(maxsize=64)
def _known_by(name: str, file: Path, stamp: tuple[int, int], quarter: Quarter, project: Path) -> pd.DataFrame:
    """Return the rows of a file that were known at the end of a quarter, the latest report of each."""
    frame, schema = _checked(name, file, stamp, project), SCHEMAS[name]
    if "month" in frame:
        frame = frame[frame["month"] <= pd.Timestamp(quarter.last_month)]
    if "as_of" in frame:
        frame = frame[frame["as_of"] <= str(quarter)]
    if "quarter" in frame:
        frame = frame[frame["quarter"] <= str(quarter)]
    if "as_of" in schema.key and len(schema.key) > 2:
        subject = [column for column in schema.key if column != "as_of"]
        frame = frame.sort_values("as_of", kind="stable").drop_duplicates(subject, keep="last").sort_index()
    together([DataError(f"data/{name}.csv: {problem}") for problem in _gaps(frame, schema, quarter, project)])
    return frame.reset_index(drop=True)


def _gaps(frame: pd.DataFrame, schema: Schema, quarter: Quarter, project: Path) -> Iterator[str]:
    """Go through what is missing between rows: months of a series, members of a quarter."""
    if schema.series and len(frame):
        last = frame["month"].max()
        for key, rows in frame.groupby(list(schema.series))["month"]:
            expected = pd.date_range(rows.min(), last, freq="MS")
            if len(rows) != len(expected):
                absent = ", ".join(f"{month:%Y-%m}" for month in expected.difference(pd.DatetimeIndex(rows)))
                yield f"{', '.join(map(str, key))}: no row for {absent}. Add it; a month without events is a 0."
    if schema.per_quarter:
        members = set(_words(project)[schema.per_quarter])
        for when, rows in frame.groupby("quarter")[schema.per_quarter]:
            absent_members = sorted(members - set(rows))
            if absent_members:
                yield f"{when}: no row for {', '.join(absent_members)}. Each quarter names all {len(members)} once."


@lru_cache(maxsize=32)
def _checked(name: str, file: Path, stamp: tuple[int, int], project: Path) -> pd.DataFrame:
    """Return the parsed rows of a file, after all checks that do not depend on the quarter."""
    schema, where = SCHEMAS[name], f"data/{file.name}"
    texts = _read(file, where, schema)
    _raise(where, _cell_problems(texts, schema, _words(project) if name != "organisations" else _WORDS))
    frame = texts.copy()
    for column, kind in schema.columns.items():
        if kind.parse:
            frame[column] = kind.parse(texts[column])
    _raise(where, _row_problems(frame, texts, schema))
    return frame


def _read(file: Path, where: str, schema: Schema) -> pd.DataFrame:
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{where}, row {line}: is not UTF-8 (byte {content[error.start]:#04x}). Save it as UTF-8."
        ) from error
    if not text.strip():
        raise DataError(f"{where}: is empty. Expected the columns {', '.join(schema.columns)}.")
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, skip_blank_lines=False)
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(
            f"{where}: is no table: {' '.join(str(error).split())}. Give each row the header's columns."
        ) from error
    found = list(frame.columns)
    absent = [column for column in schema.columns if column not in found]
    unknown = [column for column in found if column not in schema.columns]
    problems = [f"the column {column} is missing.{nearest(column, unknown)}" for column in absent]
    problems += [
        f'found the column "{column}", which is none of its own.{nearest(column, absent)}' for column in unknown
    ]
    if problems:
        problems.append(f"Expected the columns {', '.join(schema.columns)}.")
        raise DataError(f"{where}: {' '.join(problems)}")
    return frame


_WORDS: dict[str, tuple[str, ...]] = {
    "intervention": INTERVENTIONS,
    "measure": MEASURES,
    "approach": APPROACHES,
    "provenance": PROVENANCE,
}


def _words(project: Path) -> dict[str, tuple[str, ...]]:
    """Return the words that columns may hold, organisations as ``organisations.csv`` names them."""
    file = project / "data" / "organisations.csv"
    if not file.is_file():
        raise DataError(
            "data/organisations.csv: there is no such file. It names the organisations that the others use."
        )
    listed = _checked("organisations", file, _stamp(file), project)
    return _WORDS | {kind: tuple(listed.loc[listed["kind"] == kind, "name"]) for kind in ("psc", "icb")}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row: its line in the file, column, what was found and what was expected."""

    line: int
    column: str
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        return f'row {self.line}, column {self.column}: found "{self.found}", expected {self.expected}.{self.hint}'


def _cell_problems(texts: pd.DataFrame, schema: Schema, words: dict[str, tuple[str, ...]]) -> list[Problem]:
    """Return the cells that do not hold what their column holds."""
    columns = {
        name: pa.Column(
            str,
            pa.Check.isin(words[kind.words]) if kind.words else pa.Check(_matches(kind.pattern), element_wise=False),
        )
        for name, kind in schema.columns.items()
    }
    problems = []
    for _, case in _failures(pa.DataFrameSchema(columns), texts).iterrows():
        kind = schema.columns[case["column"]]
        hint = nearest(str(case["failure_case"]), words[kind.words]) if kind.words else ""
        problems.append(Problem(int(case["index"]) + 2, case["column"], str(case["failure_case"]), kind.expected, hint))
    return problems


def _matches(pattern: str) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    compiled = re.compile(pattern)
    return lambda texts: texts.map(lambda text: bool(compiled.fullmatch(text)))


def _row_problems(frame: pd.DataFrame, texts: pd.DataFrame, schema: Schema) -> list[Problem]:
    """Return the rows that break a rule, and those that stand twice."""
    problems = []
    checks = [pa.Check(holds, error=expected, name=expected) for expected, holds in schema.rules]
    failed = _failures(pa.DataFrameSchema(checks=checks), frame) if checks else pd.DataFrame()
    for _, case in failed.drop_duplicates(["check", "index"]).iterrows() if len(failed) else ():
        row = texts.loc[case["index"]]
        shown = [name for name, kind in schema.columns.items() if kind is COUNT] or ["value"]
        found = ", ".join(str(row[name]) for name in shown)
        problems.append(Problem(int(case["index"]) + 2, " and ".join(shown), found, str(case["check"])))
    key = list(schema.key)
    for index in texts.index[texts.duplicated(key)]:
        first = texts.index[(texts[key] == texts.loc[index, key]).all(axis=1)][0]
        found = ", ".join(texts.loc[index, key])
        problems.append(Problem(int(index) + 2, ", ".join(key), found, f"it once; row {int(first) + 2} has it too"))
    return problems


def _failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases: pd.DataFrame = errors.failure_cases
        return cases[cases["index"].notna()]
    return pd.DataFrame(columns=["column", "check", "failure_case", "index"])


def _values_fit(frame: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(
        [_fits(value, unit) for value, unit in zip(frame["value"], frame["unit"], strict=True)], frame.index
    )


def _fits(value: str, unit: str) -> bool:
    try:
        if unit == "date":
            date.fromisoformat(value)
        elif unit == "quarter":
            return bool(FORM.fullmatch(value))
        else:
            return bool(re.fullmatch(r"-?\d+(\.\d+)?", value))
    except ValueError:
        return False
    return True


def _raise(where: str, problems: Sequence[Problem]) -> None:
    """Raise all problems of a file as one error, those beyond a handful by their number."""
    ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
    errors: Iterable[str] = [f"{where}, {problem}" for problem in ordered[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        errors = [*errors, f"{where}: and {len(ordered) - MOST_SHOWN} more."]
    together([DataError(text) for text in errors])


def _provenance_of(frame: pd.DataFrame) -> str:
    kinds = set(frame["provenance"]) if "provenance" in frame else {"reported"}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "reported"
