"""A measure by organisation: each organisation's series as it may be shown, analysed, beside the national sum.

Small numbers are suppressed here, before anything is analysed or leaves the notebook: what a page, a chart or a
download shows of an organisation is calculated from the counts that the dataset's policy lets be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from natpatsip import datasets, spc, wording
from natpatsip.datasets.disclosure import MISSING, SuppressionPolicy, policy
from natpatsip.datasets.organisations import Organisation
from natpatsip.datasets.validation import examine
from natpatsip.errors import DataError, first_few
from natpatsip.measures.kinds import FEWEST_FOR_ICONS
from natpatsip.measures.measured_series import MeasuredSeries, is_quarterly
from natpatsip.measures.organisation_limits import OF_COUNTS, charts_of_counts, doubt, has_one_assurance, is_coarse
from natpatsip.measures.suppressed_cells import suppressed_points
from natpatsip.quarter import Quarter
from natpatsip.spc.funnel import LIMITS, funnel, funnel_limits
from natpatsip.spc.gaps import period_words
from natpatsip.spc.rules import Flags, Floats

SHOWN = ("xmr", "run", "p", "u")  # kinds of chart that have a series of their own for each organisation
SMALL = 20  # a month is small if its usual denominator is below this many times the base that counts are rounded to
FEWEST_IN_FUNNEL = 3
CURVE = 30  # points of a funnel's limits


@dataclass(frozen=True)
class ByOrganisation:
    """A measure's series by organisation.

    Shares of small months are by quarter: rounding would move a month's percentage by more than a chart's changes.
    Sums over rolling periods are not used: their points are not independent, so that the limits of a control chart
    would be wrong, and two that overlap can be subtracted.
    """

    measure: MeasuredSeries
    names: tuple[str, ...]
    """The organisations: those that are declared, else those of the data in alphabetical order."""

    @classmethod
    def of(cls, measure: MeasuredSeries) -> ByOrganisation:
        """Return a measure by organisation.

        Raises
        ------
        DataError
            If it has no column of organisations, its chart has no series by organisation, its dataset has no policy for
            small numbers, the policy leaves out one of its counts, or a row names no organisation.
        """
        own, project = measure.definition, measure.here.project
        if not own.by:
            raise DataError(f"{measure.id}: has no by, the column of organisations. Name it in data/measures.yml.")
        if own.chart not in SHOWN or own.rolling > 1:
            raise DataError(
                f"{measure.id}: is drawn as {own.chart}, which has no series by organisation; "
                f"expected {wording.listing(SHOWN)}, not rolling."
            )
        rule = policy(own.dataset, project=project)
        if rule.counts and (open_ := [column for column in own.counts if column not in rule.counts]):
            raise DataError(
                f"{measure.id}: {own.dataset}.{open_[0]} is not among the counts of its disclosure policy, so it may "
                f"not be shown by {own.by}. Add it to disclosure: counts in data/datapackage.yaml."
            )
        _refuse_nameless(measure)
        declared = _declared(measure)
        found = sorted(set(map(str, measure.rows[own.by].unique())) - set(declared))
        return cls(measure, (*declared, *found))

    @cached_property
    def policy(self) -> SuppressionPolicy:
        """The disclosure policy of the measure's dataset."""
        return policy(self.measure.definition.dataset, project=self.measure.here.project)

    @property
    def is_share(self) -> bool:
        """Whether the measure is a numerator of a denominator."""
        return bool(self.measure.definition.numerator)

    @property
    def roles(self) -> dict[str, str]:
        """The columns that the measure is made of, by what they are."""
        own = self.measure.definition
        return {"numerator": own.numerator, "denominator": own.denominator} if self.is_share else {"value": own.value}

    @cached_property
    def _declared(self) -> Mapping[str, Organisation]:
        return _declared(self.measure)

    # Its periods

    @cached_property
    def _monthly(self) -> pd.DataFrame:
        """The raw counts of each organisation and period of the data."""
        own = self.measure.definition
        return datasets.total(self.measure.rows, [*own.counts], by=[own.by, self.measure.period])

    @cached_property
    def _sums(self) -> pd.DataFrame:
        """The raw counts of each organisation and point."""
        own, period, monthly = self.measure.definition, self.measure.period, self._monthly
        if self.step != self.measure.step:
            return datasets.quarterly(monthly, by=own.by, counts=[*own.counts], date=period)
        if is_quarterly(monthly[period]):
            return monthly.assign(
                **{period: pd.to_datetime([Quarter.parse(each).first_month for each in monthly[period]])}
            )
        return monthly

    @cached_property
    def step(self) -> str:
        """What lies between organisations' points: as of the measure, or a quarter if a share's months are small."""
        measure, own = self.measure, self.measure.definition
        if not self.is_share or measure.step != "month" or not self.policy.counts:
            return measure.step
        if own.chart in OF_COUNTS:
            tops, wholes = (self._monthly[name].to_numpy(dtype=float) for name in (own.numerator, own.denominator))
            return "quarter" if is_coarse(tops, wholes, own.chart, self.policy.base) else "month"
        return "quarter" if self._monthly[own.denominator].median() < SMALL * self.policy.base else "month"

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """The dates of the organisations' points, a column each."""
        return pd.DatetimeIndex(sorted(self._sums[self.measure.period].unique()))

    @cached_property
    def periods(self) -> list[str]:
        """What the organisations' points are called."""
        if self.step == "quarter":
            return [Quarter.of(date).label for date in self.dates]
        is_monthly = bool((self.dates.day == 1).all())
        return [period_words(date, self.step, is_monthly=is_monthly) for date in self.dates]

    # What may be shown: a row for each organisation, a column for each period

    @cached_property
    def _raw(self) -> dict[str, Floats]:
        """The organisations' raw counts by what they are: a row for each, a column for each point."""
        sums = self._sums
        rows = pd.Categorical(sums[self.measure.definition.by].astype(str), categories=self.names).codes
        columns = self.dates.get_indexer(pd.DatetimeIndex(sums[self.measure.period]))
        grids = {}
        for role, column in self.roles.items():
            grids[role] = np.full((len(self.names), len(self.dates)), np.nan)
            grids[role][rows, columns] = sums[column].to_numpy(dtype=float)
        return grids

    @cached_property
    def counts(self) -> dict[str, Floats]:
        """The organisations' counts as they may be shown, not a number where one is hidden or missing."""
        return {role: self._shown(grid) for role, grid in self._raw.items()}

    @cached_property
    def hidden(self) -> dict[str, Flags]:
        """Which of the organisations' counts are hidden as they are small, here or before they came into the data."""
        return {
            role: np.isnan(self.counts[role]) & (~np.isnan(grid) | self._suppressed(self.roles[role]))
            for role, grid in self._raw.items()
        }

    def _suppressed(self, column: str) -> Flags:
        is_by_quarter = self.step != self.measure.step
        return suppressed_points(self.measure, column, self.names, self.dates, is_by_quarter=is_by_quarter)

    def _shown(self, grid: Floats) -> Floats:
        if not self.policy.counts:
            return grid
        rounded = self.policy.rounded(pd.Series(grid.ravel(), name=next(iter(self.roles.values()))))
        return np.asarray(rounded, dtype=np.float64).reshape(grid.shape)

    @cached_property
    def values(self) -> Floats:
        """The organisations' values that are charted: of a share, of the counts that are shown."""
        if not self.is_share:
            return self.counts["value"]
        return self.measure.definition.per * _ratio(self.counts["numerator"], self.counts["denominator"])

    @cached_property
    def national(self) -> dict[str, Floats]:
        """The national sum beside the organisations, of the same periods, which is not rounded."""
        series = self.measure.series
        if self.step != self.measure.step:
            whole = series.assign(all="")
            series = datasets.quarterly(whole, by="all", counts=[*self.roles], date="date")
        sums = series.set_index("date").reindex(self.dates)
        return {role: sums[role].to_numpy(dtype=float) for role in self.roles}

    @cached_property
    def national_values(self) -> Floats:
        """The national values beside the organisations', of the same periods."""
        if not self.is_share:
            return self.national["value"]
        return self.measure.definition.per * _ratio(self.national["numerator"], self.national["denominator"])

    # What it shows

    @cached_property
    def result(self) -> pd.DataFrame:
        """The control charts of all organisations, in order."""
        own = self.measure.definition
        organisations, points = self.values.shape
        if own.chart in OF_COUNTS:
            result = pd.concat(self._of_counts, ignore_index=True)
            result.insert(0, "organisation", np.repeat(np.arange(organisations), points))
            result.attrs = {"by": ["organisation"], "improvement": own.improvement}
            return result
        frame = pd.DataFrame(
            {
                "organisation": np.repeat(np.arange(organisations), points),
                "date": np.tile(self.dates.to_numpy(), organisations),
                "value": self.values.ravel(),
            }
        )
        return spc.panel(
            frame,
            by="organisation",
            value="value",
            date="date",
            improvement=own.improvement,
            rebase=self.rebase_dates,
            target=self.target,
        )

    @cached_property
    def _of_counts(self) -> list[pd.DataFrame]:
        """The p or u chart of each organisation, of the counts that are shown."""
        own, counts = self.measure.definition, (self.counts["numerator"], self.counts["denominator"])
        return charts_of_counts(own, *counts, dates=self.dates, rebase=self.rebase_dates, target=self.target)

    @cached_property
    def doubts(self) -> list[str]:
        """Why the limits of each organisation's p or u chart say nothing; "" where they do."""
        if self.measure.definition.chart not in OF_COUNTS:
            return [""] * len(self.names)
        base = self.policy.base if self.policy.counts else 0
        return [doubt(chart, self.measure.definition.chart, base) for chart in self._of_counts]

    @cached_property
    def rebase_dates(self) -> list[pd.Timestamp]:
        """The points from which organisations' limits are recalculated: only for reasons that hold everywhere.

        Of quarters, the first that has no month before the rebase.
        """
        months = [month for month, each in self.measure.rebases.items() if each.everywhere]
        if self.step == self.measure.step:
            return [month for month in months if month in self.dates]
        starts = self.dates - pd.DateOffset(months=2)
        return [self.dates[starts >= month][0] for month in months if (starts >= month).any()]

    @property
    def target(self) -> float | None:
        """The organisations' target of a share or a rate; that of a count is the whole country's."""
        own = self.measure.definition
        return self.measure.target if self.is_share or own.is_percent or own.is_rate else None

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Variation and assurance of each organisation; see `natpatsip.spc.summary`."""
        return spc.summary(self.result)

    @cached_property
    def has_assurance(self) -> list[bool]:
        """Whether all of each organisation's limits say the same of the target, as limits of a whole segment do."""
        own = self.measure.definition
        if own.chart not in OF_COUNTS:
            return [True] * len(self.names)
        return [has_one_assurance(chart, own.improvement) for chart in self._of_counts]

    @cached_property
    def has_icons(self) -> Flags:
        """Which organisations have icons: those with a value in the latest period, and points enough for a rule."""
        known = ~np.isnan(self.values)
        first = list(self.dates).index(self.rebase_dates[-1]) if self.rebase_dates else 0
        enough = known[:, first:].sum(axis=1) >= FEWEST_FOR_ICONS
        is_sure = np.array([not doubt for doubt in self.doubts])
        found: Flags = enough & known[:, -1] & is_sure & (self.measure.definition.chart != "run")
        return found

    def remark(self, place: int) -> str:
        """Return what a reader has to know of an organisation's series; empty if it is like any other."""
        known = ~np.isnan(self.values[place])
        found = [self.closed(place)]
        latest = self.periods[-1]
        if not known.any():
            is_hidden = any(flags[place].any() for flags in self.hidden.values())
            found.append("Its numbers are too small to be shown." if is_hidden else "There are no data.")
        elif not known[-1] and not found[0]:
            is_hidden = any(flags[place][-1] for flags in self.hidden.values())
            found.append(f"Its number for {latest} is too small to be shown." if is_hidden else f"No value: {latest}.")
        if 0 < known.sum() < FEWEST_FOR_ICONS:
            points = f"{known.sum()} {wording.plural(int(known.sum()), 'point', 'points')}"
            found.append(f"With {points}, a change cannot be told from chance.")
        elif known.any():
            found.append(self.doubts[place])
        return " ".join(filter(None, found))

    def closed(self, place: int) -> str:
        """Return when an organisation closed, if it had by the end of the quarter."""
        own, quarter = self._declared.get(self.names[place]), self.measure.here.quarter
        has_closed = own is not None and own.open_to is not None and own.open_to < quarter.next().first_month
        return f"Closed on {wording.date(own.open_to)}." if own and own.open_to and has_closed else ""

    # The latest period

    def latest(self, place: int) -> str:
        """Return an organisation's latest value as tables print it."""
        value = self.values[place, -1]
        if not np.isnan(value):
            return self.printed(value)
        return self.policy.symbol if any(flags[place, -1] for flags in self.hidden.values()) else MISSING

    def printed(self, value: float) -> str:
        """Return an organisation's value as tables print it."""
        return wording.plain(value, self.decimals, is_percent=self.measure.definition.is_percent)

    @property
    def decimals(self) -> int:
        """The decimals of organisations' values: none for percentages of rounded counts, which are no more exact."""
        is_rounded = self.measure.definition.is_percent and self.policy.counts and self.policy.base > 1
        return 0 if is_rounded else self.measure.places

    @cached_property
    def funnel(self) -> dict[str, Any] | None:
        """The funnel plot of organisations in the latest period; None if it is not of a proportion, or has too few.

        Its limits are those of counts: where a number is not whole there is none.
        """
        if not self.is_share or self.measure.definition.per != 100:
            return None
        latest = pd.DataFrame({role: grid[:, -1] for role, grid in self.counts.items()})
        known = latest["numerator"].notna() & (latest["denominator"] > 0)
        if known.sum() < FEWEST_IN_FUNNEL or (latest[known] % 1 > 0).any(axis=None):
            return None
        whole = float(self.national_values[-1]) / 100
        proportion = None if np.isnan(whole) else whole
        placed = funnel(latest, numerator="numerator", denominator="denominator", proportion=proportion)
        sizes = latest["denominator"][known]
        at = np.unique(np.linspace(max(1, sizes.min() // 2), round(sizes.max() * 1.05), CURVE).astype(int))
        if proportion is None:
            proportion = float(latest["numerator"][known].sum() / sizes.sum())
        limits = funnel_limits(at, proportion)
        return {
            "proportion": proportion,
            "sizes": at.tolist(),
            "limits": {name: limits[name].round(4).tolist() for name in LIMITS},
            "places": placed["place"].tolist(),
        }


def _refuse_nameless(measure: MeasuredSeries) -> None:
    """Refuse rows without an organisation: their counts would be those of one without a name."""
    own, here, rows = measure.definition, measure.here, measure.rows
    names = rows[own.by].unique()  # a column repeats its names
    nameless = [name for name in names if name != name or not str(name).strip()]
    is_nameless = rows[own.by].isin(nameless)
    if not nameless:
        return
    table = examine(own.dataset, here.project)
    known = table.known_by(here.quarter, table.sound)
    lines = [str(table.lines[known[place]]) for place in rows.index[is_nameless]]
    raise DataError(
        f"{rows.attrs['file']}, {wording.plural(len(lines), 'row', 'rows')} {first_few(lines)}, "
        f"{own.by}: found no organisation; expected the one that the numbers are of. "
        f"Fill the cells, or leave {measure.id} out of measures.by_organisation()."
    )


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return numerator / np.where(denominator == 0, np.nan, denominator)


def _declared(measure: MeasuredSeries) -> Mapping[str, Organisation]:
    """Return the organisations of the column's kind; none where the column is a plain text."""
    own, project = measure.definition, measure.here.project
    kind = datasets.declared(project).resource(own.dataset).fields[own.by].natpatsip.organisation
    return examine(own.dataset, project).organisations.get(kind, {}) if kind else {}
