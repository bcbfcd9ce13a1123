"""Figures and pictures: charts and diagrams with the texts and data that every reader needs.

A figure is numbered by the build, in reading order through the whole report; a picture (a diagram) is not numbered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from natpatsip import context, shown, wording
from natpatsip.charts.layout.sizes import WIDTH
from natpatsip.csv_files import frame_to_csv
from natpatsip.errors import FigureError
from natpatsip.frames import labelled
from natpatsip.printable import NotPrintableError, is_missing, text_of_value
from natpatsip.shown import FIGURE as FIGURE
from natpatsip.shown import PICTURE as PICTURE

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from natpatsip.diagrams import Diagram

VEGALITE = "application/vnd.vegalite.v5+json"  # the newest that JupyterLab knows; it draws version 6 too
ID = re.compile(r"(fig|pic)-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Figure:
    """A chart with its id, headline, description, caption, alternative text and data."""

    id: str
    title: str
    description: str
    caption: str
    alt: str
    specification: Mapping[str, Any]
    data: str
    is_illustrative: bool
    shows: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        shown.note(f'the figure {self.id} ("{self.title}")', self.id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            VEGALITE: self.specification,
            FIGURE: {
                "id": self.id,
                "title": self.title,
                "description": self.description,
                "caption": self.caption,
                "alt": self.alt,
                "data": self.data,
                "is_illustrative": self.is_illustrative,
                **({} if self.shows is None else {"shows": list(self.shows)}),
            },
            "text/plain": f"{self.id}: {self.title}. {self.alt}",
        }


@dataclass(frozen=True)
class Picture:
    """A diagram with its alternative text; it has no number."""

    id: str
    svg: str
    alt: str
    caption: str
    credit: str
    narrow: str = ""

    def __post_init__(self) -> None:
        shown.note(f"the picture {self.id}", self.id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        record = {"id": self.id, "alt": self.alt, "caption": self.caption, "credit": self.credit}
        record |= {"narrow": self.narrow} if self.narrow else {}
        return {"image/svg+xml": self.svg, PICTURE: record, "text/plain": f"{self.id}: {self.alt}"}


def figure(
    id: str,  # noqa: A002 — the contract's name
    chart: alt.TopLevelMixin,
    *,
    title: str,
    description: str,
    caption: str,
    data: pd.DataFrame,
    alt: str | None = None,
) -> Figure:
    """Return a figure, which a cell shows if this is its last line.

    Parameters
    ----------
    id : str
        ``fig-…``; prose refers to it as ``@fig-…``.
    chart : altair chart
        One of `natpatsip.charts`, or any other.
    title : str
        The message, as a headline.
    description : str
        What is plotted: measure, place, span.
    caption : str
        What a reader should know beside it.
    data : DataFrame
        What the chart shows, for the table below it and for download; one row for each point.
    alt : str, optional
        The text alternative; by default the one that the chart has (`natpatsip.charts` writes it from the data),
        otherwise one made from `description` and `data`.

    Raises
    ------
    FigureError
        If the id is not valid, or a text or the data is missing.
    """
    _check_id(id, "fig-")
    for name, text in {"title": title, "description": description, "caption": caption}.items():
        if not str(text).strip():
            raise FigureError(f"{id}: has no {name}. {_WHY[name]}")
    if data is None or not len(data):
        raise FigureError(f"{id}: has no data. Pass the rows that the chart shows, so that readers can get them.")
    rows = labelled(data, f"{id}: the data")
    for label, column in rows.select_dtypes("number").items():
        if (infinite := column.abs() == float("inf")).any():
            row = int(infinite.to_numpy(dtype=bool, na_value=False).argmax()) + 1
            raise FigureError(f"{id}: the data: column {label} is infinite in row {row}. Is it divided by 0?")
    if alt is not None and not alt.strip():
        raise FigureError(f"{id}: the alternative text is empty. Say in words what the chart shows, or leave alt out.")
    from natpatsip.charts import own_charts, theme  # a chart drawn with Altair directly looks like the others

    drawn = chart.to_dict()
    if "narrow" not in drawn.get("usermeta", {}):  # not one of `natpatsip.charts`
        if told := own_charts.misread(drawn):
            raise FigureError(f"{id}: {told}")
        drawn = _in_report_look(own_charts.with_local_times(drawn), theme.OWN_CHARTS)
    specification, shows = _without_claims(drawn)
    words = alt or specification.get("description") or _words_from(str(description), rows)
    return Figure(
        id=id,
        title=str(title).strip(),
        description=str(description).strip(),
        caption=str(caption).strip(),
        alt=" ".join(words.split()),
        specification={**specification, "description": " ".join(words.split())},
        data=frame_to_csv(rows),
        is_illustrative=context.is_illustrative(data),
        shows=shows,
    )


def _in_report_look(specification: dict[str, Any], look: Mapping[str, Any]) -> dict[str, Any]:
    """Return an analyst's own chart in the report's colours and, unless it has a width of its own, its width.

    Charts of several views (facets, side by side) keep their size.
    """
    given = specification.get("config", {})
    config = given | {key: {**look[key], **given.get(key, {})} for key in look}
    views = (specification, *specification.get("layer", ()))
    is_one_view = bool({"mark", "layer"} & specification.keys())
    if not is_one_view or "autosize" in specification or any("width" in view for view in views):
        return specification | {"config": config}
    fitted = {"width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}}
    return {**fitted, **specification, "config": config}


def _without_claims(specification: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...] | None]:
    """Return a chart without the claims that hold for it, and the claims; None if it states none."""
    usermeta = dict(specification.get("usermeta", {}))
    shows = usermeta.pop("shows", None)
    chart = {key: value for key, value in specification.items() if key != "usermeta"}
    return (chart | {"usermeta": usermeta} if usermeta else chart), None if shows is None else tuple(shows)


_WHY = {
    "title": "Say the message in one line.",
    "description": "Say what is plotted; the alternative text begins with it.",
    "caption": "Say what a reader should know beside the chart.",
}


def picture(id: str, drawing: str | Diagram, *, alt: str, caption: str = "", credit: str = "") -> Picture:  # noqa: A002
    """Return a diagram, which a cell shows if this is its last line.

    Parameters
    ----------
    drawing : str or Diagram
        An SVG, or a diagram of `natpatsip.diagrams`, which has a second layout for narrow pages.

    Raises
    ------
    FigureError
        If the id is not valid, the drawing is not an SVG, or the alternative text is missing.
    """
    _check_id(id, "pic-")
    if not alt.strip():
        raise FigureError(f"{id}: has no alternative text. Say in words what the picture shows.")
    svg, narrow = (drawing, "") if isinstance(drawing, str) else (drawing.wide, drawing.narrow)
    if "<svg" not in svg:
        raise FigureError(f"{id}: the picture is not an SVG; it begins with {svg[:40]!r}.")
    return Picture(id, svg, " ".join(alt.split()), caption.strip(), credit.strip(), narrow)


def _check_id(name: str, start: str) -> None:
    if not (name.startswith(start) and ID.fullmatch(name)):
        raise FigureError(f'"{name}" is not a valid id here: expected {start} and lower-case words joined by -.')


def _words_from(description: str, data: pd.DataFrame) -> str:
    """Return a text alternative made from the data: the span of each number, from the first value to the last."""
    rows = f"from {_label(data.iloc[0].iloc[0])} to {_label(data.iloc[-1].iloc[0])}"
    spans = [_span(str(name), column) for name, column in data.select_dtypes("number").items()]
    end = f"Rows {rows}: {'; '.join(spans)}." if spans else f"{len(data)} rows, {rows}."
    return f"{description.rstrip('.')}. {end}"


def _label(value: Any) -> str:
    try:
        return text_of_value(value)
    except NotPrintableError:
        return "no value" if is_missing(value) else str(value)


def _span(name: str, values: pd.Series[float]) -> str:
    known = values.dropna()
    if known.empty:
        return f"{name} has no value"
    places = wording.decimals_for(known, 1)
    ends = (known.iloc[0], known.iloc[-1], known.min(), known.max())
    first, last, low, high = (wording.plain(value, places, is_percent="%" in name) for value in ends)
    absent = len(values) - len(known)
    missing = f", {absent} {wording.plural(absent, 'value', 'values')} missing" if absent else ""
    return f"{name} from {first} to {last}, lowest {low}, highest {high}{missing}"
