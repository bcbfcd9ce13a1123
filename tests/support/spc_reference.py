"""The reference cases, for the tests that compare the engine with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parents[1] / "reference"


@dataclass(frozen=True)
class Case:
    """One series of a case: a whole case, or one of its facets."""

    case_id: str
    facet: str
    kind: str
    quirk: str
    error_kind: str
    improvement: str
    screen_outliers: bool
    fix_after: int | None
    rebase: tuple[str, ...]
    target: float | None
    final_variation: str

    @property
    def points(self) -> pd.DataFrame:
        """The rows, and what the reference says about each."""
        own = _rows("points.csv", self.case_id, self.facet)
        return own.assign(input_row=own["input_row"].astype(int))

    @property
    def segments(self) -> pd.DataFrame:
        """What the reference says about each segment; no rows where it fails."""
        return _rows("segments.csv", self.case_id, self.facet)

    @property
    def assurance(self) -> str:
        """The kind of the last segment's assurance."""
        return str(self.segments["assurance_type"].iloc[-1]) if len(self.segments) else ""

    @property
    def variation(self) -> str:
        """The kind of the last segment's variation."""
        last = str(self.segments["variation_type"].iloc[-1]) if len(self.segments) else ""
        return self.final_variation or last

    @property
    def given(self) -> pd.DataFrame:
        """The rows as they were given."""
        return self.points.sort_values("input_row")

    @property
    def settings(self) -> dict[str, Any]:
        """What xmr is called with."""
        return {
            "improvement": self.improvement,
            "rebase": self.rebase,
            "fix_after": self.fix_after,
            "screen_outliers": self.screen_outliers,
            "target": self.target,
        }

    def __str__(self) -> str:
        return f"{self.case_id}{self.facet}-{self.kind}"


def _by_facet(text: str, facet: str) -> str:
    """Return what a setting such as ``A=1;B=2`` says about a facet."""
    if "=" not in text:
        return text
    return dict(part.split("=") for part in text.split(";")).get(facet, "")


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


@cache
def _places(name: str) -> dict[tuple[str, str], Any]:
    """Return where the rows of each series are: taking them apart for every test takes longer than the tests."""
    places: Any = _read(name).groupby(["case_id", "facet"]).indices  # the stubs know no keys of two columns
    return dict(places)


def _rows(name: str, case_id: str, facet: str) -> pd.DataFrame:
    rows: pd.DataFrame = _read(name).iloc[_places(name).get((case_id, facet), [])]
    return rows


@cache
def cases() -> tuple[Case, ...]:
    """Return all series of all cases, also those in which the reference fails."""
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    facets: dict[str, list[str]] = {}
    for case_id, facet in sorted(_places("points.csv")):
        facets.setdefault(case_id, []).append(facet)
    row: Any  # the stubs know no columns of a row
    for row in _read("cases.csv").itertuples():
        for facet in facets[row.case_id]:
            rebase = _by_facet(row.rebase_dates, facet)
            target = _by_facet(row.target, facet)
            yield Case(
                case_id=row.case_id,
                facet=facet,
                kind=row.kind,
                quirk=row.quirk,
                error_kind=row.error_kind,
                improvement=row.improvement_direction,
                screen_outliers=row.screen_outliers == "TRUE",
                fix_after=int(row.fix_after_n_points) if row.fix_after_n_points else None,
                rebase=tuple(rebase.split("|")) if rebase else (),
                target=float(target) if target else None,
                final_variation=row.final_variation_type,
            )


def numbers(column: pd.Series) -> np.ndarray:
    """Return a column of text as doubles, NaN where it is empty."""
    return np.array([float(text) if text else np.nan for text in column])


def flags(column: pd.Series) -> np.ndarray:
    """Return a column of TRUE and FALSE; a value that does not apply is False (docs/spc.md, rule 5)."""
    return (column == "TRUE").to_numpy()
