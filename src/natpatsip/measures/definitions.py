"""What a measure is: the keys of ``data/measures.yml``, the kinds of chart that measures have, and their facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from natpatsip.files.yaml_models import Number, Whole, Word
from natpatsip.params import Strict

_LEVELS = ("baseline", "mean_before", "mean", "latest")
CONTROL_CHARTS = ("xmr", "p", "u", "t", "g")
ROLES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*CONTROL_CHARTS, "run"), _LEVELS),
    "trend": ("baseline", "latest"),
    "stacked": (),
}
"""The kinds of chart that a measure may have, each with the facts that it gives; `kinds` draws them."""
MIDDLES: Mapping[str, str] = {
    **dict.fromkeys(("xmr", "p", "u"), "Mean"),
    "t": "Centre line",
    **dict.fromkeys(("g", "run"), "Median"),
}
"""What the middle line of a kind of chart is called; a kind that has none is not here."""
SUFFIXES = {"baseline": "baseline", "mean_before": "mean_before", "mean": "mean_now", "latest": "latest"}
"""What follows the prefix in the id of a fact, by its role."""
PERCENT = "percent"
HIDDEN = "hidden"
"""What the data of the page of organisations have instead of a count that is too small; one that is missing is null."""
BETWEEN_EVENTS = ("t", "g")
DAYS = "days"
DAILY = ("date", "datetime")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Role = Literal["baseline", "mean_before", "mean", "latest"]


class Columns(Strict):
    """What the columns of a chart's data are called; by default by what the axis and the dataset say."""

    value: Text = ""
    numerator: Text = ""
    denominator: Text = ""


class Definition(Strict):
    """What is measured, of which data, and how it is drawn and worded."""

    label: Text
    definition: Text
    dataset: Text
    filter: dict[str, Word] = Field(default_factory=dict)
    value: Text = ""
    numerator: Text = ""
    denominator: Text = ""
    per: Annotated[Number, Field(gt=0)] = 100
    """What a numerator is of so many in the denominator: 100 for a percentage."""
    unit: Text
    improvement: Literal["increase", "decrease", "neutral"] = "neutral"
    by: Text = ""
    """The column of organisations; the measure is their sum."""
    chart: Text = "xmr"
    target: Text = ""
    """The id of a target or another value of the params."""
    facts: Text | dict[Role, Text] = ""
    rolling: Annotated[Whole, Field(gt=0)] = 1
    """How many periods a point is the mean of."""
    smallest_shown: Annotated[Whole, Field(ge=1)] = 1
    """The smallest number of people or events that a period may show; 0 may be shown."""
    decimals: Annotated[Whole, Field(ge=-9, le=9)] | None = None
    """Of its levels; below zero they are rounded to tens, hundreds, thousands."""
    category: Text = ""
    """For stacked bars: the column of their parts."""
    categories: dict[Word, Text] = Field(default_factory=dict)
    """The parts from the bottom up, with what they are called."""
    groups: dict[Text, list[Word]] = Field(default_factory=dict)
    """Parts that belong together, by what their group is called; the first of each is the darkest."""
    noun: Text = ""
    verb: Text = ""
    axis: Text = ""
    """What is written at the axis; by default the unit."""
    description: Text = ""
    caption: Text = ""
    columns: Columns = Columns()
    source: Text = ""
    owner: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, content: Any) -> Any:
        if not isinstance(content, Mapping):
            return content
        given = {key: value for key, value in content.items() if value is not None}
        return {"improvement": "increase", **given} if given.get("chart") in BETWEEN_EVENTS else given

    @property
    def is_percent(self) -> bool:
        """Whether the measure's values are percentages."""
        return self.unit == PERCENT

    @property
    def is_between_events(self) -> bool:
        """Whether a point of the measure is what lies between two events: the time, or the opportunities."""
        return self.chart in BETWEEN_EVENTS

    @property
    def middle(self) -> str:
        """What the middle line of the measure's chart is called, such as Mean; empty if it has none."""
        return MIDDLES.get(self.chart, "")

    @property
    def counts(self) -> tuple[str, ...]:
        """The columns that the measure is made of; none where rows are counted."""
        return tuple(filter(None, (self.value, self.numerator, self.denominator)))

    @property
    def is_rate(self) -> bool:
        """Whether the measure's values are given and cannot be added up: percentages, and so many per thousand."""
        return bool(self.value) and (self.is_percent or self.unit.startswith("per "))

    @property
    def is_share(self) -> bool:
        """Whether the measure's values are parts of a whole: no numerator may be above its denominator."""
        return bool(self.numerator) and self.per == 100

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        """The measure's texts that readers see, by key; a list's have the key of the list before theirs.

        A category may begin with its own number, as in ``2: 2 Building the picture``: that is its name, and no text.
        """
        for key in ("label", "definition", "noun", "verb", "axis", "description", "caption"):
            yield key, getattr(self, key)
        yield from ((f"columns.{key}", text) for key, text in self.columns)
        yield from ((f"categories.{key}", text.removeprefix(f"{key} ")) for key, text in self.categories.items())
        yield from ((f"groups.{name}", name) for name in self.groups)

    def fact_ids(self, name: str) -> dict[str, str]:
        """Return the ids of the measure's facts by role; `name` is its id, the prefix where none is declared."""
        given = self.facts if isinstance(self.facts, Mapping) else {}
        prefix = self.facts if isinstance(self.facts, str) and self.facts else name
        return {role: given.get(role, f"{prefix}_{SUFFIXES[role]}") for role in ROLES.get(self.chart, ())}  # type: ignore[call-overload]


def figure_id(measure: str) -> str:
    """Return the id of a measure's figure."""
    return f"fig-{measure.replace('_', '-')}"
