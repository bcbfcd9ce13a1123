"""A measure in a notebook: its series, its chart and table, the facts that it publishes, and its words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from natpatsip import context, datasets, spc, wording
from natpatsip.blocks.tables_and_callouts import Passage
from natpatsip.errors import DataError, FactError, ReportError, nearest
from natpatsip.facts.fact import Fact, UsedRows, number_of, of_rows, parse_value
from natpatsip.facts.publishing import publish
from natpatsip.measures.definitions import CONTROL_CHARTS, figure_id
from natpatsip.measures.kinds import KINDS, Kind
from natpatsip.measures.measure_sentences import Shown, sentences_of
from natpatsip.measures.measured_series import MeasuredSeries
from natpatsip.measures.measures_file import declared
from natpatsip.quarter import Quarter, is_quarter
from natpatsip.spc.attribute_charts import dispersion_advice
from natpatsip.spc.parsing import warn

if TYPE_CHECKING:
    from natpatsip.charts.layers import ReportChart

POINTS = "percentage points"
OFFERED = (
    "sentence", "claim", "moved", "gain", "at", "chart", "draw", "table", "series", "result", "found", "label", "target"
)  # fmt: skip
"""What authors use of a measure, besides its facts."""
CALLED = {
    **dict.fromkeys(("average", "avg", "current", "level", "median", "now"), "mean"),
    **dict.fromkeys(("last", "newest", "value"), "latest"),
    **dict.fromkeys(("before", "previous"), "mean_before"),
    **dict.fromkeys(("first", "start"), "baseline"),
    **dict.fromkeys(("change", "difference"), "gain"),
    **dict.fromkeys(("data", "frame", "values"), "table"),
    **dict.fromkeys(("describe", "summary", "text"), "sentence"),
    **dict.fromkeys(("name", "title"), "label"),
    "shows": "found",
}
"""Words by which authors look for something of a measure, with what it is called."""
PERIOD = re.compile(r"\d{4}-\d\d(-\d\d)?")  # a month or a day


class Measure(MeasuredSeries):
    """An indicator of ``data/measures.yml``, as it is known at the end of the notebook's quarter.

    Parameters
    ----------
    id : str
        Its id.
    is_owner : bool
        Whether its facts are published from here; else they are shown, and belong to the notebook that calls `measure`.
    """

    def __init__(self, id: str, *, is_owner: bool = True) -> None:  # noqa: A002 — the contract's name
        super().__init__(id)
        if is_owner and (advice := dispersion_advice(self.result)):
            warn(f"{self._declared.place(id, 'chart')}: {advice}")
        self.facts = self._facts(is_owner)
        """Its facts by role: baseline, mean_before, mean and latest, as far as its chart has them."""

    def __repr__(self) -> str:
        facts = ", ".join(f"{role} {fact}" for role, fact in self.facts.items())
        return f"{self.definition.label} ({self.id}): {facts or 'no facts'}"

    if not TYPE_CHECKING:  # to mypy, an attribute that is not there stays an error

        def __getattr__(self, name: str) -> Any:
            """Say what there is in place of an attribute that there is not."""
            if name.startswith("_") or hasattr(type(self), name) or "facts" not in self.__dict__:
                return self.__getattribute__(name)  # raises what the property raised, or Python's own error
            meant = CALLED.get(name.lower())
            hint = f' Did you mean "{meant}"?' if meant else nearest(name, (*self.facts, *OFFERED))
            facts = f"It has the facts {wording.listing(list(self.facts))}, and" if self.facts else "It has"
            raise AttributeError(
                f"{self.id}.{name}: a measure has no {name}.{hint} {facts} {wording.listing(list(OFFERED))}."
            )

    @property
    def label(self) -> str:
        """What the measure is called."""
        return self.definition.label

    # What it shows

    @property
    def kind(self) -> Kind:
        """The kind of the measure's chart."""
        return KINDS[self.definition.chart]

    @cached_property
    def result(self) -> pd.DataFrame:
        """The analysis of the measure's series, from `natpatsip.spc`; for lines and bars, what they draw."""
        return _analysis(self).copy(deep=False)  # pandas copies what is written to

    @property
    def found(self) -> spc.Findings:
        """What the measure's control chart shows; see `natpatsip.spc.findings`."""
        return _findings(self)

    def claim(self, words: str, shows: str | Iterable[str], *, at: Any = None) -> str:
        """Return the words if the measure's chart bears them out; see `natpatsip.spc.claim`."""
        return spc.claim(words, self.result, shows, at=at)

    @cached_property
    def chart(self) -> ReportChart:
        """The measure's chart."""
        return self.draw()

    def draw(self, **options: Any) -> ReportChart:
        """Return the measure's chart with options of the chart's function, such as ``annotations`` of `charts.spc`."""
        return self.kind.draw(self, self.result, options)

    @cached_property
    def table(self) -> pd.DataFrame:
        """What the measure's chart shows, a row for each point."""
        return self.kind.tabulate(self, self.result)

    @cached_property
    def sentence(self) -> Passage:
        """What its chart shows, in sentences: the pattern is chosen by the chart, the words are the measure's."""
        return sentences_of(Shown(self, self.result, self.facts))

    @property
    def figure_id(self) -> str:
        """The id of the measure's figure."""
        return figure_id(self.id)

    def at(self, date: Any) -> float:
        """Return the measure's value of a period, such as ``"2024-03"``, or ``"2024-25-Q2"`` of a series of quarters.

        Raises
        ------
        DataError
            If its series has no such period, or no value in it.
        """
        day = self._day_of(date)
        found = self.series.loc[self.series["date"] == day, "value"].dropna()
        if found.empty:
            dates = self.series["date"]
            raise DataError(
                f"{self.id}.at({str(date)!r}): found no value; expected a {self.step} with one, from "
                f"{min(dates):%Y-%m} to {max(dates):%Y-%m}."
            )
        return float(found.iloc[0])

    def _day_of(self, date: Any) -> pd.Timestamp | None:
        """Return the date of a period in the measure's series; None for a year, or a quarter in a series of months."""
        text = str(date)
        if is_quarter(text):
            return pd.Timestamp(Quarter.parse(text).first_month) if self.step == "quarter" else None
        if isinstance(date, str) and not PERIOD.fullmatch(date):
            return None
        found = pd.to_datetime(date, errors="coerce")
        return found if isinstance(found, pd.Timestamp) else None

    # Facts

    def publish(
        self,
        id: str,  # noqa: A002 — as in natpatsip
        value: Fact,
        *,
        less: Fact | float,
        label: str = "",
        formula: str = "",
        unit: str = "",
        decimals: int | None = None,
        period: str | Quarter | None = None,
    ) -> Fact:
        """Publish the difference of two of the measure's levels, or of one and a number, from the cell that calls this.

        It is the difference of the numbers as they are printed, so that what readers see adds up. Source and inputs are
        the measure's; see `natpatsip.publish` for the rest.

        Parameters
        ----------
        id : str
            The name by which other notebooks cite it.
        value, less : Fact or float
            What it is the difference of: ``cord.mean`` and ``cord.baseline``, or the number of a month (`at`).
        formula : str
            By default from the labels of the two.
        unit : str
            By default that of the measure; of percentages, ``percentage points``.
        decimals : int, optional
            By default those of the measure.

        Examples
        --------
        In a notebook::

            gain = cord.publish("cord_gain", cord.mean, less=cord.baseline, label="Optimal cord management: gain")
        """
        inputs = [each for each in (value, less) if isinstance(each, Fact)]
        known = less if isinstance(less, Fact) else None
        places = self.decimals if decimals is None else decimals
        return publish(
            id,
            wording.rounded(
                number_of(value) - (float(less) if known is None else number_of(known)),  # type: ignore[arg-type]
                places,
            ),
            decimals=max(places, 0) or None,  # as whole numbers are read: 1 million
            label=label,
            unit=unit or (POINTS if self.definition.is_percent else self.definition.unit),
            period=period,
            source=self._source,
            inputs=inputs,
            formula=formula or " − ".join(self._called(each) for each in (value, less)),
            rows=self.series if known is None else "",
        )

    def _called(self, level: Fact | float) -> str:
        """Return what a measure's level is called in a formula: *mean now* or, of another fact, its label."""
        if not isinstance(level, Fact):
            return wording.plain(level)
        role = next((name for name, fact in self.facts.items() if fact.key == level.key), "")
        middle = self.definition.middle.lower()
        words = {
            "mean": f"{middle} now",
            "mean_before": f"{middle} of the period before the latest",
            "latest": "latest value",
        }
        return words.get(role, role) or level.name

    @property
    def _source(self) -> str:
        own = self.definition
        return own.source or f"{self.kind.name} of {datasets.declared(self.here.project).resource(own.dataset).file}"

    def _facts(self, is_owner: bool) -> dict[str, Fact]:
        ids, own, source = self.definition.fact_ids(self.id), self.definition, self._source
        found = {}
        used = UsedRows(*of_rows(self.series), context.is_illustrative(self.series))
        for role, (level, formula) in self.kind.levels(self, self.result).items():
            if role not in ids or level != level:
                continue
            value = wording.rounded(level, self.decimals, is_percent=own.is_percent)
            about: dict[str, Any] = {
                "label": self._label_of(role),
                "unit": own.unit,
                "source": source,
                "formula": formula,
                "decimals": self.places or None,  # as whole numbers are read: 1 million
            }
            if is_owner:
                found[role] = publish(ids[role], value, rows=used, **about)
            else:
                found[role] = Fact(
                    ids[role],
                    str(self.here.quarter),
                    parse_value(value, own.unit),
                    rows=used.described,
                    rows_sha256=used.sha256,
                    is_illustrative=self.is_illustrative,
                    **about,
                )
        return found

    def _label_of(self, role: str) -> str:
        """Return what one of the measure's facts is called: *Optimal care: mean since July 2023*."""
        middle, point = self.definition.middle.lower(), self.step
        if self.definition.rolling > 1:
            point = f"{self.definition.rolling}-{point} mean"
        words = {"baseline": f"first {point}", "latest": f"latest {point}"}
        if middle:
            since = self._since
            levels = {"mean": f"since {since}", "mean_before": f"before {since}", "baseline": "at the baseline"}
            known = f", of {self.of_shown}" if self.of_shown else ""
            words |= {name: f"{middle} {when}{known}" for name, when in levels.items()}
        return f"{self.label}: {words[role]}"

    @cached_property
    def _since(self) -> str:
        """When the latest segment of the measure's chart begins."""
        segment = self.result["segment"]
        return self.when(self.result.loc[segment == segment.iloc[-1], "date"].iloc[0])

    def _fact(self, role: str) -> Fact:
        if role not in self.facts:
            has = wording.listing(list(self.facts)) or "none: its chart has no values"
            raise FactError(f"{self.id}.{role}: {self.id} has no such fact in {self.here.quarter}. It has {has}.")
        return self.facts[role]

    @property
    def baseline(self) -> Fact:
        """The measure's mean in the chart's first period; of a line, the first value."""
        return self._fact("baseline")

    @property
    def mean_before(self) -> Fact:
        """The measure's mean in the period before the latest."""
        return self._fact("mean_before")

    @property
    def mean(self) -> Fact:
        """The measure's mean now: that of the chart's latest period."""
        return self._fact("mean")

    @property
    def latest(self) -> Fact:
        """The measure's latest value."""
        return self._fact("latest")

    @property
    def gain(self) -> float:
        """The measure's mean now less the baseline, of the printed numbers; of percentages, in points."""
        return wording.rounded(number_of(self.mean) - number_of(self.baseline), self.places)

    @property
    def moved(self) -> str:
        """How the measure's mean has moved at the last rebase, as it follows a mean: *up from 79.1%*."""
        change = number_of(self.mean) - number_of(self.mean_before)
        return f"{wording.direction(change, up='up', down='down', level='unchanged')} from {self.mean_before}"


def _analysis(of: MeasuredSeries) -> pd.DataFrame:
    return of.once("analysis", lambda: KINDS[of.definition.chart].analyse(of, of.series))


def _findings(of: MeasuredSeries) -> spc.Findings:
    return of.once("findings", lambda: spc.findings(_analysis(of)))


def calculate_all(project: Path, quarter: Quarter | str, *, of: Collection[str]) -> None:
    """Analyse the measures of some datasets for a quarter, so that `measure` finds what is remembered of them.

    Errors are left to `measure`, which raises them again.
    """
    with context.use(quarter, project=project), context.unrecorded():
        for name in (name for name, own in declared(project).by_id.items() if own.dataset in of):
            with contextlib.suppress(ReportError):
                each = MeasuredSeries(name)
                _analysis(each)
                if each.definition.chart in CONTROL_CHARTS:
                    _findings(each)


def measure(id: str) -> Measure:  # noqa: A002 — the contract's name
    """Return a measure of ``data/measures.yml``; its facts are published from the cell that calls this.

    Parameters
    ----------
    id : str
        The measure's id.

    Raises
    ------
    DataError
        If there is no such measure, or its data cannot be charted.
    DataFileError, ParamsError
        If the declaration, the data or the params are not valid.
    """
    return Measure(id)
