"""Holding the rows of a file against its schema: what is wrong in a cell, in a row, and between rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa

from natpatsip.datasets.reading import Fault
from natpatsip.datasets.schemas import Schema
from natpatsip.errors import nearest

Words = Mapping[str, Sequence[str]]


def check_cells(texts: pd.DataFrame, schema: Schema, words: Words) -> list[Fault]:
    """Return the cells that are not what their column holds.

    Parameters
    ----------
    texts : DataFrame
        The cells as text; the index is the row's line in the file.
    schema : Schema
        What they are held against, as far as the columns are there.
    words : mapping
        The lists of words that a column may be limited to.
    """
    columns = {
        name: pa.Column(str, pa.Check.isin(words[kind.words]) if kind.words else pa.Check(_each(kind.holds)))
        for name, kind in schema.columns.items()
        if name in texts
    }
    faults = []
    for _, case in _failures(pa.DataFrameSchema(columns), texts).iterrows():
        kind, found = schema.columns[case["column"]], str(case["failure_case"])
        hint = nearest(found, words[kind.words]) if kind.words else ""
        faults.append(Fault(f'found "{found}", expected {kind.expected}.{hint}', int(case["index"]), case["column"]))
    return faults


def parse_cells(texts: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return the cells as what they are: months as timestamps, counts as integers."""
    frame = texts.copy()
    for name, kind in schema.columns.items():
        if kind.parse and name in texts:
            frame[name] = kind.parse(texts[name])
    return frame


def check_rows(frame: pd.DataFrame, texts: pd.DataFrame, schema: Schema) -> Iterator[Fault]:
    """Go through the rows that break a rule within themselves."""
    for rule in schema.rules:
        failed = _failures(pa.DataFrameSchema(checks=pa.Check(rule.holds)), frame)
        for line in sorted({int(index) for index in failed["index"]}):
            row = {str(column): str(texts[column][line]) for column in texts}
            found = " and ".join(f"{column} {row[column]}" for column in rule.columns)
            yield Fault(f"found {found}, expected {rule.asks(row)}.", line, rule.columns[0])


def check_between_rows(texts: pd.DataFrame, schema: Schema) -> Iterator[Fault]:
    """Go through the rows that contradict another: they stand twice, or refer to what is not there."""
    for columns in (schema.key, *((column,) for column in schema.unique)):
        yield from _standing_twice(texts, list(columns))
    if schema.same:
        yield from _changing(texts, *schema.same)
    if "related_claim" in texts:
        yield from _unknown_claims(texts)
    if "kind" in texts:
        yield from _unknown_collaboratives(texts)


def _standing_twice(texts: pd.DataFrame, columns: list[str]) -> Iterator[Fault]:
    first: dict[tuple[str, ...], int] = {}
    for line, *cells in texts[columns].itertuples():
        before = first.setdefault(tuple(cells), line)
        if before != line:
            yield Fault(f'found "{", ".join(cells)}", expected it once; row {before} has it too.', line, columns[-1])


def _changing(texts: pd.DataFrame, one: str, other: str) -> Iterator[Fault]:
    first: dict[str, tuple[int, str]] = {}
    for line, subject, found in texts[[one, other]].itertuples():
        before, expected = first.setdefault(subject, (line, found))
        if found != expected:
            yield Fault(f'found "{found}" for {subject}, expected "{expected}" as in row {before}.', line, other)


def _unknown_claims(texts: pd.DataFrame) -> Iterator[Fault]:
    known = set(texts["claim_id"])
    for line, related, relation in texts[["related_claim", "relation"]].itertuples():
        for claim in filter(None, related.split("+")):
            if claim not in known:
                text = f'found "{claim}", expected the claim_id of another row.{nearest(claim, known)}'
                yield Fault(text, line, "related_claim")
        if bool(related) != bool(relation):
            yield Fault(
                f'found "{related}" with the relation "{relation}", expected both or neither.', line, "relation"
            )


def _unknown_collaboratives(texts: pd.DataFrame) -> Iterator[Fault]:
    known = set(texts.loc[texts["kind"] == "psc", "name"])
    for line, kind, psc in texts[["kind", "psc"]].itertuples():
        if kind == "icb" and psc not in known:
            yield Fault(f'found "{psc}", expected the name of a collaborative.{nearest(psc, known)}', line, "psc")


def _each(holds: Callable[[str], bool]) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    return lambda texts: texts.map(holds).astype(bool)


def _failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases: pd.DataFrame = errors.failure_cases
        return cases[cases["index"].notna()]
    return pd.DataFrame(columns=["column", "failure_case", "index"])
