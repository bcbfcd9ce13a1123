"""What is missing between the rows of a file: months of a series, members of a quarter, whole quarters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from natpatsip.datasets.reading import Fault
from natpatsip.datasets.schemas import Schema
from natpatsip.quarter import Quarter

MOST_NAMED = 6
Words = Mapping[str, Sequence[str]]


def find_gaps(frame: pd.DataFrame, schema: Schema, words: Words, quarter: Quarter) -> Iterator[Fault]:
    """Go through what a quarter's report expects of a file and does not find.

    Parameters
    ----------
    frame : DataFrame
        The rows that were known at the end of the quarter.
    schema : Schema
        What is expected of the file.
    words : mapping
        The members that are expected, by column kind.
    quarter : Quarter
        Months and quarters are expected up to its end.
    """
    if schema.series:
        yield from _months(frame, schema, words, quarter)
    if schema.every_quarter:
        yield from _quarters(frame, quarter)
    if schema.roll_call:
        period, member = schema.roll_call
        yield from _members(frame, period, member, words[schema.columns[member].words])


def _months(frame: pd.DataFrame, schema: Schema, words: Words, quarter: Quarter) -> Iterator[Fault]:
    """Each series runs from the first month that its measure has anywhere, without a gap, to the quarter's last."""
    last = pd.Timestamp(quarter.last_month)
    expected = pd.date_range(frame["month"].min() if len(frame) else last, last, freq="MS")
    if nowhere := sorted(set(expected) - set(frame["month"])):
        end = f"expected months up to {quarter.last_month:%Y-%m}, the end of {quarter.label}"
        yield Fault(f"no row for {_named(nowhere)} in any series; {end}.", column="month")
    organisation, measure = schema.series
    everyone, everything = (words[schema.columns[column].words] for column in schema.series)
    for what in everything:
        rows = frame[frame[measure] == what]
        own = [month for month in expected if month not in nowhere and (rows.empty or month >= rows["month"].min())]
        if len(rows) == len(own) * len(everyone):
            continue
        present = set(rows[[organisation, "month"]].itertuples(index=False, name=None))
        for one in everyone:
            if absent := [month for month in own if (one, month) not in present]:
                text = f"{one}, {what}: no row for {_named(absent)}. Add it; a month without events is a 0."
                yield Fault(text, column="month")


def _named(months: Sequence[pd.Timestamp]) -> str:
    named = ", ".join(f"{month:%Y-%m}" for month in months[:MOST_NAMED])
    return f"{named} and {len(months) - MOST_NAMED} more months" if len(months) > MOST_NAMED else named


def _quarters(frame: pd.DataFrame, quarter: Quarter) -> Iterator[Fault]:
    present = set(frame["quarter"])
    expected = Quarter.parse(min(present)) if present else quarter
    while expected <= quarter:
        if str(expected) not in present:
            yield Fault(f"no row for {expected}; expected each quarter up to {quarter}.", column="quarter")
        expected = expected.next()


def _members(frame: pd.DataFrame, period: str, member: str, everyone: Sequence[str]) -> Iterator[Fault]:
    for when, named in frame.groupby(period)[member]:
        if absent := [one for one in everyone if one not in set(named)]:
            text = f"{when}: found {len(named)} rows, expected {len(everyone)}; no row for {'; '.join(absent)}."
            yield Fault(text, column=member)
