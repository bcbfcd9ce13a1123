"""The series of a measure: its rows, what was decided about it, and what charts and tables call it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from natpatsip import context, datasets, params, wording
from natpatsip.errors import DataError, ParamsError, together
from natpatsip.fact import FILTER
from natpatsip.measures.definitions import Definition, declared
from natpatsip.params import Rebase
from natpatsip.quarter import Quarter
from natpatsip.spc.gaps import period_words, step_of

MOST_SHOWN = 3  # rows that a message names


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
        self._declared.check_targets(self.decided)
        self._refuse_months_without_a_point()

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of its dataset that it is made of, those of each organisation apart."""
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
        """The series: ``date``, ``value`` and what a share is made of; for stacked bars, the column of parts too."""
        return self.series_of(self.rows)

    def series_of(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the series of some of its rows, such as those of one organisation.

        Raises
        ------
        DataError
            If a numerator exceeds its denominator, or a rate that is given would have to be added up.
        """
        own, period = self.definition, self._period
        self._refuse_impossible(rows)
        picked = [f"{column} {value}" for column, value in own.filter.items()]
        if own.chart == "stacked":
            by = [period, own.category]
            counted = rows if own.value else rows.assign(value=1)
            sums = datasets.total(counted, own.value or "value", by=by)
            sums[own.category] = sums[own.category].astype(str).replace(dict(own.categories))
        else:
            sums = datasets.total(rows, [*own.counts], by=period)
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
        series.attrs = dict(rows.attrs) | {FILTER: ", ".join(picked)}
        return series.reset_index(drop=True)

    def _refuse_impossible(self, rows: pd.DataFrame) -> None:
        """Refuse what no sum of rows may hold, with the months and organisations of the first ones."""
        own, period = self.definition, self._period
        if own.numerator and own.per == 100:
            over = rows[rows[own.numerator] > rows[own.denominator]]
            found = [
                f"{own.numerator} {row[own.numerator]:g} and {own.denominator} {row[own.denominator]:g} "
                f"{self._at(row, period)}"
                for _, row in over.head(MOST_SHOWN).iterrows()
            ]
            if found:
                more = f" and {len(over) - MOST_SHOWN} more" if len(over) > MOST_SHOWN else ""
                raise DataError(
                    f"{self._declared.place(self.id)}: a numerator is above its denominator in {rows.attrs['file']}: "
                    f"{'; '.join(found)}{more}. Correct the rows, or the columns that the measure names."
                )
        if own.is_rate and rows[period].duplicated().any():
            at = self._at(rows[rows[period].duplicated()].iloc[0], period)
            raise DataError(
                f"{self._declared.place(self.id, 'value')}: {rows.attrs['file']} has several rows {at}, "
                f"and values in {own.unit} cannot be added up. Filter one of them, or give numerator and denominator."
            )

    def _at(self, row: Any, period: str) -> str:
        day = row[period]
        when = wording.month(day) if hasattr(day, "strftime") else Quarter.parse(day).label
        return f"in {when}" + (f" ({row[self.definition.by]})" if self.definition.by else "")

    @property
    def _period(self) -> str:
        return datasets.declared(self.here.project).resource(self.definition.dataset).natpatsip.period

    def _is_whole(self, sums: pd.DataFrame) -> bool:
        counts = sums[[*self.definition.counts]] if self.definition.counts else sums[["value"]]
        return not self.definition.numerator and bool((counts.isna() | (counts == counts.round())).all(axis=None))

    @cached_property
    def step(self) -> str:
        """What lies between two points: month, quarter, or another step of a regular series."""
        if is_quarterly(self.rows[self._period]):
            return "quarter"
        step = step_of(list(pd.to_datetime(self.series["date"].unique())))
        return "month" if step == "date" else step

    @cached_property
    def is_illustrative(self) -> bool:
        """Whether illustrative data are among its rows."""
        return context.is_illustrative(self.rows)

    # What was decided

    @property
    def target(self) -> float | None:
        """The value of its target, or None."""
        return self.decided.values[self.definition.target].value if self.definition.target else None

    @cached_property
    def rebases(self) -> Mapping[pd.Timestamp, Rebase]:
        """The rebases of its chart by month."""
        return {pd.Timestamp(f"{each.date}-01"): each for each in self.decided.rebases(self.id)}

    @property
    def rebase_dates(self) -> tuple[pd.Timestamp, ...]:
        """The months from which its limits are recalculated."""
        return tuple(self.rebases)

    @property
    def rebase_reasons(self) -> dict[pd.Timestamp, str]:
        """Why, by month."""
        return {month: rebase.reason for month, rebase in self.rebases.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the chart has to know: which reasons for new limits were made up for illustration."""
        months = [month for month, each in self.rebases.items() if each.is_illustrative]
        if not months:
            return ()
        if len(months) == len(self.rebases) > 1:
            return ("The reasons given for new limits are illustrative.",)
        reasons = wording.plural(len(months), "The reason given for new limits from {} is", "Those from {} are")
        return (f"{reasons.format(wording.months(months))} illustrative.",)

    def _refuse_months_without_a_point(self) -> None:
        if self.definition.chart not in ("xmr", "run") or not self.rebases:
            return
        dates = set(self.series["date"])
        span = f"{min(dates):%Y-%m} to {max(dates):%Y-%m}"
        quarter, project = self.here.quarter, self.here.project
        entries = list(self.decided.rebase)
        together(
            [
                ParamsError(
                    f"{params.place(quarter, project, 'rebase', entries.index(each), 'date')}: found {each.date}; "
                    f"{self.id} has no point in that month. It has points from {span}."
                )
                for month, each in self.rebases.items()
                if month not in dates
            ]
        )

    def when(self, date: Any) -> str:
        """Return a date of its series in words."""
        is_monthly = bool((self.series["date"].dt.day == 1).all())
        return period_words(date, self.step, is_monthly=is_monthly)

    # What figures, charts and tables call it

    @property
    def axis(self) -> str:
        """What is written at the axis: its unit."""
        own = self.definition
        unit = f"% of {own.noun}" if own.noun else "%"
        return own.axis or (unit if own.is_percent else f"{own.unit[:1].upper()}{own.unit[1:]}")

    @property
    def description(self) -> str:
        """What its chart plots."""
        unit = "%" if self.definition.is_percent else self.definition.unit
        return self.definition.description or f"{self.definition.label}, {unit} by {self.step}"

    @property
    def caption(self) -> str:
        """What a reader should know beside the chart."""
        return self.definition.caption or f"{self.definition.definition.rstrip('.')}."

    @property
    def columns(self) -> dict[str, str]:
        """What the columns of its table are called."""
        own, given = self.definition, self.definition.columns
        counts = {"numerator": own.numerator, "denominator": own.denominator}
        names = {key: getattr(given, key) or column.replace("_", " ").capitalize() for key, column in counts.items()}
        return names | {"value": given.value or (f"{own.label}, %" if own.is_percent else own.label)}

    @cached_property
    def decimals(self) -> int:
        """The decimals of its facts."""
        if self.definition.decimals is not None:
            return self.definition.decimals
        return 1 if self.definition.is_percent else self.table_decimals or 0

    @cached_property
    def table_decimals(self) -> int | None:
        """The decimals of its table: none for whole numbers, else as many as tell its values apart."""
        return 0 if not self.definition.is_percent and self._is_whole(self.rows) else None


def is_quarterly(dates: pd.Series[Any]) -> bool:
    """Return True if dates are quarters in their written form."""
    return not pd.api.types.is_datetime64_any_dtype(dates) and bool(len(dates))
