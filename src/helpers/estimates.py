"""Publishing modelled effects: each is an estimate, and by default the sum of the facts that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from natpatsip.facts import publishing
from natpatsip.facts.fact import Fact
from natpatsip.quarter import Quarter

MODEL = "Programme's impact model"


def publish(
    id: str,  # noqa: A002 — as in natpatsip
    inputs: Sequence[Fact | str],
    *,
    value: Any = None,
    label: str = "",
    formula: str,
    unit: str = "babies",
    period: str | Quarter | None = None,
    source: str = MODEL,
) -> Fact:
    """Publish a modelled effect from the cell that owns it; see `natpatsip.publish`.

    Parameters
    ----------
    inputs : sequence of Fact or str
        What it was calculated from: facts, or ids of facts of the same period.
    value : number, optional
        By default the sum of the inputs.
    label : str
        By default that of ``data/fact_labels.csv``, which has those of effects that are published for several periods.
    """
    known = [each if isinstance(each, Fact) else publishing.cite(each, period) for each in inputs]
    numbers: list[Any] = [each.value for each in known]
    total = sum(numbers) if value is None else value
    return publishing.publish(
        id,
        total,
        label=label,
        unit=unit,
        period=period,
        source=source,
        inputs=known,
        formula=formula,
        is_estimate=True,
    )
