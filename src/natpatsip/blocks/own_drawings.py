"""Drawings and tables that natpatsip did not make, which a person has to check (`own-drawing`).

Each has a digest of all that a person compares: the drawing, with its data, and the table, the number or the words
beside it. The digest stays the same from build to build, on other machines, in another look of the report and, for
Altair, with another patch version. It changes with the data, and with code that changes the drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from natpatsip.blocks import library_figures
from natpatsip.charts.own_charts.chart_content import chart_content, whole_numbers
from natpatsip.files.digests import digest_of_drawn
from natpatsip.known_drawings import is_known

SHOWN = 8  # digits of the digest that people write into the params


def of_figure(chart: Any, forms: Mapping[str, Any], data: str) -> dict[str, str] | None:
    """Return what a figure records of its drawing, given its forms and the data beside it; None if it is known."""
    if not library_figures.LIBRARY_FORMS.isdisjoint(forms):
        made_with, drawn = library_figures.content(chart, forms)
        return _record(made_with, whole_numbers(drawn), data)
    from natpatsip.charts import theme

    if is_known(chart) and theme.is_current():
        return None
    return _record("Altair", chart_content(chart.to_dict(), theme.CONFIG), data)


def of_picture(drawing: Any, svg: str, alt: str) -> dict[str, str] | None:
    """Return what a picture records of its drawing and its words; None if it is a diagram of natpatsip's."""
    if isinstance(drawing, str):
        return _record("SVG", svg, alt)
    if is_known(drawing):
        return None
    is_diagram = hasattr(drawing, "narrow")
    return (
        _record("SVG", svg, drawing.narrow, alt) if is_diagram else _record(*library_figures.content(drawing, {}), alt)
    )


def of_table(library: str, markdown: str, values: Iterable[Any]) -> dict[str, str]:
    """Return what a table of another library records: as it was formatted, beside the values of its data."""
    printed = [whole_numbers(each) if isinstance(each, int | float) else str(each) for each in values]
    return _record(library, markdown, printed)


def of_small_drawings(drawings: Iterable[tuple[str, ...]]) -> dict[str, str] | None:
    """Return what tiles record of their small drawings, each with what it is compared with; None if all are known."""
    own = sorted(each for each in drawings if not is_known(each[0]))
    return _record("SVG", own) if own else None


def _record(made_with: str, *content: Any) -> dict[str, str]:
    """Return what made a drawing, and the digest of its content."""
    return {"made_with": made_with, "digest": digest_of_drawn(content)[:SHOWN]}
