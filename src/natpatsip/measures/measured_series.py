"""The series of a measure: its rows, what was decided about it, and what charts and tables call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from natpatsip import context, datasets, params, spc, wording
from natpatsip.charts.layout.value_axis import decimals_for
from natpatsip.datasets.descriptor import Resource
from natpatsip.datasets.validation import examine
from natpatsip.errors import DataError, ParamsError, together
from natpatsip.facts.fact import FILTER
from natpatsip.files import memory
from natpatsip.files.memory import Same
from natpatsip.measures.definitions import CONTROL_CHARTS, Definition
from natpatsip.measures.measures_file import declared
from natpatsip.measures.row_checks import RowChecks
from natpatsip.params import Rebase
from natpatsip.quarter import Quarter
from natpatsip.spc.gaps import period_words, step_of
from natpatsip.spc.rules import INTERVAL

HIDDEN_PERIODS = "hidden_periods"
Found = TypeVar("Found")


class MeasuredSeries:
    """The series of a measure, as it is known at the end of the notebook's quarter.

    Raises
    ------
    DataError
        If there is no such measure, or its target or a rebase does not fit it.
    """

    def __init__(self, id: str) -> None:  # noqa: A002 — the contract's name
        self.here = context.current()
        self._declared = declared(self.here.project)
        self.id = id
        self.definition: Definition = self._declared.definition(id)
        self.decided = params.load(self.here.quarter, project=self.here.project)
        self._declared.check_targets(self.decided, self.here.project)
        self._refuse_months_without_a_point()

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of the dataset that the measure is made of, those of each organisation apart."""
        own = self.definition
        rows = datasets.load(own.dataset, quarter=self.here.quarter, project=self.here.project, is_shown=False)
        for column, value in own.filter.items():
            kept = rows[rows[column].astype(str) == value]
            if kept.empty:
                place = self._declared.place(self.id, "filter", column)
                known = wording.listing(sorted(rows[column].astype(str).unique())[:20])
                raise DataError(
                    f'{place}: no row of {rows.attrs["file"]} has {column} "{value}" in {self.here.quarter}. '
                    f"It has {known or 'no rows'}."
                )
            rows = kept
        if rows.empty:
            raise DataError(
                f"{self._declared.place(self.id, 'dataset')}: {rows.attrs['file']} has no rows in {self.here.quarter}."
            )
        return rows

    @cached_property
    def series(self) -> pd.DataFrame:
        """The measure's series: ``date``, ``value``, what a share is made of; for stacked bars, the parts too."""
        rows = self.rows  # each notebook reads them, and says so, even if the series was made before

        def make() -> pd.DataFrame:
            self._checks.refuse_total(rows)
            return self.series_of(rows)

        return self.once("series", make).copy(deep=False)  # pandas copies what is written to

    def once(self, what: str, make: Callable[[], Found]) -> Found:
        """Return what is made of the measure and its data alone, from memory if it was made before.

        The process that notebooks are forked from makes it for all of them (`natpatsip.pipeline.execution.prefork`).
        """
        table = examine(self.definition.dataset, self.here.project)
        made_of = (self.id, self.here.quarter, Same(self._declared), Same(self.decided), Same(table))
        return memory.once(make, what, *made_of)

    def series_of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the measure's series of some of its rows, such as those of one organisation.

        Raises
        ------
        DataError
            If a numerator exceeds its denominator, or a rate that is given would have to be added up.
        """
        own, period = self.definition, self.period
        self._checks.refuse_impossible(rows)
        if own.is_between_events:
            return self._between_events(rows)
        picked = [f"{column} {value}" for column, value in own.filter.items()]
        if own.chart == "stacked":
            by = [period, own.category]
            counted = rows if own.value else rows.assign(value=1)
            sums = datasets.total(counted, own.value or "value", by=by)
            sums[own.category] = sums[own.category].astype(str).replace(dict(own.categories))
        else:
            sums = datasets.total(rows, [*own.counts], by=period)
        is_small = self._is_small(sums)
        sums = sums.assign(**{column: sums[column].mask(is_small) for column in own.counts})
        series = pd.DataFrame({"date": sums[period]})
        if own.chart == "stacked":
            series[own.category] = sums[own.category]
        elif is_quarterly(series["date"]):
            series["date"] = pd.to_datetime([Quarter.parse(each).first_month for each in series["date"]])
        if own.numerator:
            numerator, denominator = sums[own.numerator], sums[own.denominator]
            series = series.assign(numerator=numerator, denominator=denominator)
            series["value"] = own.per * numerator / denominator.mask(denominator == 0)
        else:
            series["value"] = sums[own.value or "value"]
        if own.rolling > 1:
            means = series["value"].rolling(own.rolling).mean()
            series = series.assign(value=means.round() if self._is_whole(sums) else means).iloc[own.rolling - 1 :]
        picked.append(f"summed by {period}")
        if is_small.any():
            picked.append(f"numbers below {own.smallest_shown} left out")
        series.attrs = dict(rows.attrs) | {FILTER: ", ".join(picked)}
        if is_small.any():
            series.attrs[HIDDEN_PERIODS] = tuple(series.loc[is_small.reindex(series.index), "date"])
        return series.reset_index(drop=True)

    def _is_small(self, sums: pd.DataFrame) -> pd.Series[bool]:
        """Return which periods of the measure have a number that is too small to be shown; 0 is not.

        By default all are shown: also those between 0 and 1, such as rates and means have.
        """
        counts, smallest = sums[[*self.definition.counts]], self.definition.smallest_shown
        return ((counts > 0) & (counts < smallest) & (smallest > 1)).any(axis=1)

    @property
    def hidden(self) -> tuple[pd.Timestamp, ...]:
        """The periods of which a number of the measure is too small to be shown."""
        return tuple(self.series.attrs.get(HIDDEN_PERIODS, ()))

    def _between_events(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return a measure's time or opportunities between events, a row for each event from the second on.

        With fewer than two events there is one row without a value, as a chart has to say that there is nothing yet.
        """
        own, period = self.definition, self.period
        events, opportunities = own.numerator or own.value or "events", own.denominator
        counted = rows if own.counts else rows.assign(events=1)
        sums = datasets.total(counted, [*filter(None, (events, opportunities))], by=period)
        if sums[events].sum() < 2:
            series = pd.DataFrame({"date": sums[period].tail(1), "value": [float("nan")]})
        else:
            found = spc.between_events(
                sums[period], sums[events], opportunities=sums[opportunities] if opportunities else None
            )
            series = pd.DataFrame({"date": found.index, "value": found.to_numpy()})
        picked = [*(f"{column} {value}" for column, value in own.filter.items()), "between events"]
        series.attrs = dict(rows.attrs) | {FILTER: ", ".join(picked)}
        return series.reset_index(drop=True)

    @property
    def period(self) -> str:
        """The column of the measure's dataset that says when."""
        return self._resource.natpatsip.period

    @property
    def _resource(self) -> Resource:
        return datasets.declared(self.here.project).resource(self.definition.dataset)

    @property
    def _checks(self) -> RowChecks:
        return RowChecks(self._declared, self.id, self._resource)

    def _is_whole(self, sums: pd.DataFrame) -> bool:
        counts = sums[[*self.definition.counts]] if self.definition.counts else sums[["value"]]
        return not self.definition.numerator and bool((counts.isna() | (counts == counts.round())).all(axis=None))

    @cached_property
    def step(self) -> str:
        """What lies between two points of the measure: month, quarter, or another regular step; or interval."""
        if self.definition.is_between_events:
            return INTERVAL
        if is_quarterly(self.rows[self.period]):
            return "quarter"
        step = step_of(list(pd.to_datetime(self.series["date"].unique())))
        return "month" if step == "date" else step

    @cached_property
    def is_illustrative(self) -> bool:
        """Whether illustrative data are among the measure's rows."""
        return context.is_illustrative(self.rows)

    # What was decided

    @property
    def target(self) -> float | None:
        """The value of the measure's target, or None."""
        return self.decided.values[self.definition.target].value if self.definition.target else None

    @cached_property
    def rebases(self) -> Mapping[pd.Timestamp, Rebase]:
        """The rebases of the measure by month; between events, by the date of the first event from that month on."""
        months = {pd.Timestamp(f"{each.date}-01"): each for each in self.decided.rebases(self.id)}
        if not self.definition.is_between_events:
            return months
        dates = self.series["date"]
        return {min(dates[dates >= month], default=month): each for month, each in months.items()}

    @property
    def rebase_dates(self) -> tuple[pd.Timestamp, ...]:
        """The months from which the measure's limits are recalculated."""
        return tuple(self.rebases)

    @property
    def rebase_reasons(self) -> dict[pd.Timestamp, str]:
        """Why the measure's limits are recalculated, by month."""
        return {month: rebase.reason for month, rebase in self.rebases.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the measure's chart has to know: what its means are of, and which reasons were made up."""
        middle = self.definition.middle.lower()
        of_shown = [f"The {middle} is of {self.of_shown}."] if middle and self.of_shown else []
        months = [month for month, each in self.rebases.items() if each.is_illustrative]
        if not months:
            return tuple(of_shown)
        if len(months) == len(self.rebases) > 1:
            return (*of_shown, "The reasons given for new limits are illustrative.")
        reasons = wording.plural(len(months), "The reason given for new limits from {} is", "Those from {} are")
        return (*of_shown, f"{reasons.format(wording.months(months))} illustrative.")

    def _refuse_months_without_a_point(self) -> None:
        """Raise a ParamsError for each rebase of the measure in a month without a point."""
        if self.definition.chart not in (*CONTROL_CHARTS, "run") or not self.rebases:
            return
        dates = set(self.series["date"])
        span = f"{min(dates):%Y-%m} to {max(dates):%Y-%m}"
        quarter, project = self.here.quarter, self.here.project
        entries = list(self.decided.rebase)
        when = "from that month on" if self.definition.is_between_events else "in that month"
        together(
            [
                ParamsError(
                    f"{params.place(quarter, project, 'rebase', entries.index(each), 'date')}: found {each.date}; "
                    f"{self.id} has no point {when}. It has points from {span}."
                )
                for month, each in self.rebases.items()
                if month not in dates
            ]
        )

    def when(self, date: Any) -> str:
        """Return a date of the measure's series in words."""
        is_monthly = not self.definition.is_between_events and bool((self.series["date"].dt.day == 1).all())
        return period_words(date, self.step, is_monthly=is_monthly)

    # What figures, charts and tables call it

    @property
    def axis(self) -> str:
        """What is written at the axis of the measure's chart: its unit."""
        own = self.definition
        unit = f"% of {own.noun}" if own.noun else "%"
        named = f"{own.unit[:1].upper()}{own.unit[1:]}"
        if own.is_between_events:
            named = f"{named} between {own.noun or 'events'}"
        return own.axis or (unit if own.is_percent else named)

    @property
    def description(self) -> str:
        """What the measure's chart plots."""
        own = self.definition
        if own.is_between_events:
            return own.description or f"{own.label}: {self.axis[:1].lower()}{self.axis[1:]}, by date of the later one"
        return own.description or f"{own.label}, {'%' if own.is_percent else own.unit} by {self.step}"

    @property
    def caption(self) -> str:
        """What a reader should know beside the measure's chart."""
        caption = self.definition.caption or f"{self.definition.definition.rstrip('.')}."
        return f"{caption} {self.not_shown}".rstrip()

    @property
    def not_shown(self) -> str:
        """How many periods of the measure are not shown as their numbers are too small; "" if there are none."""
        if not self.hidden:
            return ""
        periods = wording.plural(len(self.hidden), self.step, f"{self.step}s")
        smallest = self.definition.smallest_shown
        return f"Numbers below {smallest} are not shown: those of {wording.number(len(self.hidden))} {periods}."

    @property
    def of_shown(self) -> str:
        """The periods that the measure's means are of, if some are hidden: *the months that may be shown*; else ""."""
        return f"the {self.step}s that may be shown" if self.hidden else ""

    @property
    def gaps(self) -> str:
        """Why a period of the measure's chart has no point, if it is not just missing; else ""."""
        own, why = self.definition, []
        if own.is_between_events:
            return "whose length is not known"
        if own.chart in ("p", "u") and (self.series["denominator"] == 0).any():
            why.append("a denominator of 0")
        if self.hidden:
            why.append(f"a number below {own.smallest_shown}")
        if lost := self._lost_parts():
            why.append(f"a part that is {' or '.join(lost)}")
        return f"without data, or with {' or '.join(why)}" if why else ""

    def _lost_parts(self) -> list[str]:
        """Return what the measure's data call numbers of organisations without which a period has no sum."""
        own, rows = self.definition, self.rows
        known = rows[[*own.counts]].notna().all(axis=1)
        periods = rows[self.period]
        if not periods[~known].isin(periods[known]).any():
            return []
        missing = rows.attrs.get("missing", {})
        return list(dict.fromkeys(label for column in own.counts for label in missing.get(column, {}))) or ["missing"]

    def is_hidden_after(self, date: Any) -> bool:
        """Return True if the measure's periods after a date, if there are any, are all hidden rather than missing."""
        later = self.series.loc[self.series["date"] > date, "date"]
        return bool(later.isin(self.hidden).all())

    @property
    def columns(self) -> dict[str, str]:
        """What the columns of the measure's table are called."""
        own, given = self.definition, self.definition.columns
        counts = {"numerator": own.numerator, "denominator": own.denominator}
        names = {key: getattr(given, key) or column.replace("_", " ").capitalize() for key, column in counts.items()}
        return names | {"value": given.value or (f"{own.label}, %" if own.is_percent else own.label)}

    @cached_property
    def decimals(self) -> int:
        """The decimals of the measure's facts and levels; negative if they are rounded to tens or more."""
        own, values = self.definition, self.series["value"]
        if own.decimals is not None or own.is_between_events:
            return wording.decimals_for(values) if own.decimals is None else own.decimals
        return 0 if self.is_counted else decimals_for(values, values, percent=own.is_percent)

    @property
    def places(self) -> int:
        """The decimals that the measure's levels are printed with: in the chart, facts, sentences and tables."""
        return max(self.decimals, 0)

    @cached_property
    def is_counted(self) -> bool:
        """Whether the measure's values are whole numbers of something."""
        own = self.definition
        return not (own.is_percent or own.is_between_events) and self._is_whole(self.rows)


def is_quarterly(dates: pd.Series[Any]) -> bool:
    """Return True if a measure's dates are quarters in their written form."""
    return not pd.api.types.is_datetime64_any_dtype(dates) and bool(len(dates))
