"""Publishing modelled effects: each is an estimate, and by default the sum of the facts that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from natpatsip import facts
from natpatsip.facts import Fact
from natpatsip.quarter import Quarter

MODEL = "Impact model of the programme"


def publish(
    id: str,  # noqa: A002 — as in natpatsip
    inputs: Sequence[Fact],
    *,
    value: Any = None,
    label: str = "",
    formula: str = "sum of the year's quarters so far",
    unit: str = "babies",
    period: str | Quarter | None = None,
    source: str = MODEL,
) -> Fact:
    """Publish a modelled effect from the cell that owns it; see `natpatsip.publish`.

    Parameters
    ----------
    inputs : sequence of Fact
        What it was calculated from.
    value : number, optional
        By default the sum of the inputs.
    label : str
        By default that of ``data/fact_labels.csv``, which has those of effects that are published for several periods.
    """
    numbers: list[Any] = [each.value for each in inputs]
    total = sum(numbers) if value is None else value
    return facts.publish(
        id,
        total,
        label=label,
        unit=unit,
        period=period,
        source=source,
        inputs=inputs,
        formula=formula,
        is_estimate=True,
    )
