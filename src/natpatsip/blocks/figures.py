"""Figures and pictures: charts and diagrams with the texts and data that every reader needs.

A figure is numbered by the build, in reading order through the whole report; a picture (a diagram) is not numbered.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any, Protocol

from natpatsip import context, wording
from natpatsip.blocks import library_figures, own_drawings
from natpatsip.blocks.frames import data_in_words, labelled
from natpatsip.blocks.library_figures import SVG
from natpatsip.blocks.values_in_words import NotPrintableError, is_missing, text_of_value
from natpatsip.characters import visible
from natpatsip.charts.layout.sizes import WIDTH
from natpatsip.context import FIGURE as FIGURE
from natpatsip.context import PICTURE as PICTURE
from natpatsip.errors import FigureError
from natpatsip.files.csv_files import frame_to_csv

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    from matplotlib.figure import Figure as MatplotlibFigure
    from plotly.graph_objects import Figure as PlotlyFigure

    from natpatsip.blocks.diagrams import Diagram

VEGALITE = "application/vnd.vegalite.v5+json"  # the newest that JupyterLab knows; it draws version 6 too
ID = re.compile(r"(fig|pic)-[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Figure:
    """A chart with its id, headline, description, caption, alternative text and data; `forms` are its drawings."""

    id: str
    title: str
    description: str
    caption: str
    alt: str
    forms: Mapping[str, Any]
    data: str
    is_illustrative: bool
    shows: tuple[str, ...] | None = None
    own: Mapping[str, str] | None = None  # what made it, and the digest of its content, if natpatsip did not draw it

    @property
    def specification(self) -> Mapping[str, Any]:
        """The figure's chart as Vega-Lite; empty if another library has drawn it."""
        return dict(self.forms.get(VEGALITE, {}))

    def __post_init__(self) -> None:
        context.note(f'the figure {self.id} ("{self.title}")', self.id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return what a cell shows of the figure: its drawings, and what the build reads."""
        return {
            **self.forms,
            FIGURE: {
                "id": self.id,
                "title": self.title,
                "description": self.description,
                "caption": self.caption,
                "alt": self.alt,
                "data": self.data,
                "is_illustrative": self.is_illustrative,
                **({} if self.shows is None else {"shows": list(self.shows)}),
                **({} if self.own is None else {"own": dict(self.own)}),
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
    own: Mapping[str, str] | None = None  # as of a figure

    def __post_init__(self) -> None:
        context.note(f"the picture {self.id}", self.id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        record: dict[str, Any] = {"id": self.id, "alt": self.alt, "caption": self.caption, "credit": self.credit}
        record |= {"narrow": self.narrow} if self.narrow else {}
        record |= {"own": dict(self.own)} if self.own else {}
        return {SVG: self.svg, PICTURE: record, "text/plain": f"{self.id}: {self.alt}"}


class Charted(Protocol):
    """What knows its own figure, such as a measure: all of it but the title."""

    @property
    def figure_id(self) -> str:
        """The figure's id."""
        ...

    @property
    def description(self) -> str:
        """What the figure plots."""
        ...

    @property
    def caption(self) -> str:
        """What a reader should know beside the figure."""
        ...

    @property
    def chart(self) -> alt.TopLevelMixin:
        """The figure's chart."""
        ...

    @property
    def table(self) -> pd.DataFrame:
        """The figure's data: what the chart shows, a row for each point."""
        ...


def figure(
    id: str | Charted,  # noqa: A002 — the contract's name
    chart: alt.TopLevelMixin | MatplotlibFigure | PlotlyFigure | None = None,
    *,
    title: str,
    description: str | None = None,
    caption: str | None = None,
    data: pd.DataFrame | None = None,
    alt: str | None = None,
) -> Figure:
    """Return a figure, which a cell shows if this is its last line.

    Parameters
    ----------
    id : str or Measure
        ``fig-…``; prose refers to it as ``@fig-…``. A measure gives the id, and all else that is left out but the
        title: ``cord_management`` is shown as ``fig-cord-management``.
    chart : altair chart, or figure of matplotlib or Plotly
        One of `natpatsip.charts`, or any other. Charts of Altair are interactive in pages; those of other libraries are
        pictures. Plotly's are drawn by kaleido, which needs Chrome or Chromium. Any chart that `natpatsip.charts` did
        not draw, or that was changed since, is a finding of ``natpatsip check`` until somebody has looked at it.
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
        If the id is not valid, a text or the data is missing, or a figure of another library shows no data.
    """
    if not isinstance(id, str):
        known, id = id, id.figure_id  # noqa: A001
        chart = known.chart if chart is None else chart
        description, caption = description or known.description, caption or known.caption
        data = known.table if data is None else data
    _check_id(id, "fig-")
    if chart is None:
        raise FigureError(f"{id}: has no chart. Pass one of natpatsip.charts, or any other Altair chart.")
    for name, text in {"title": title, "description": description, "caption": caption}.items():
        if not str(text or "").strip():
            raise FigureError(f"{id}: has no {name}. {_WHY[name]}")
    rows = _rows_shown(data, id)
    if alt is not None and not alt.strip():
        raise FigureError(f"{id}: the alternative text is empty. Say in words what the chart shows, or leave alt out.")
    forms, shows = library_figures.drawn(chart, id), None
    words = alt
    if forms is None:
        specification, shows = _without_claims(_specification(chart, id))
        _need_numbers_of_the_chart(rows, specification, id)
        words = alt or visible(specification.get("description", ""))
        forms = {VEGALITE: specification}
    words = " ".join((words or visible(_words_from(str(description), rows))).split())
    if VEGALITE in forms:
        forms = {VEGALITE: {**forms[VEGALITE], "description": words}}
    printed = frame_to_csv(rows)
    return Figure(
        id=id,
        title=str(title).strip(),
        description=str(description).strip(),
        caption=str(caption).strip(),
        alt=words,
        forms=forms,
        data=printed,
        is_illustrative=context.is_illustrative(data),
        shows=shows,
        own=own_drawings.of_figure(chart, forms, printed),
    )


def _rows_shown(data: pd.DataFrame | None, figure_id: str) -> pd.DataFrame:
    """Return the data of a figure, with their labels and in words; raise a FigureError if a number is infinite."""
    if data is None or not len(data):
        raise FigureError(
            f"{figure_id}: has no data. Pass the rows that the chart shows, so that readers can get them."
        )
    what = f"{figure_id}: the data"
    rows = data_in_words(labelled(data, what), what)
    for label, column in rows.select_dtypes("number").items():
        if (infinite := column.abs() == float("inf")).any():
            row = int(infinite.to_numpy(dtype=bool, na_value=False).argmax()) + 1
            raise FigureError(f"{what}: column {label} is infinite in row {row}. Is it divided by 0?")
    return rows


def _specification(chart: Any, figure_id: str) -> dict[str, Any]:
    """Return a chart as Vega-Lite; one that is drawn with Altair directly looks like the others."""
    from natpatsip.charts import theme
    from natpatsip.charts.own_charts import encodings, misread_rows, order_of_names

    drawn: dict[str, Any] = chart.to_dict()
    if "narrow" in drawn.get("usermeta", {}):  # one of `natpatsip.charts`
        return drawn
    problem = misread_rows.misread(drawn) or encodings.misstated(drawn) or order_of_names.out_of_order(chart, drawn)
    if problem:
        raise FigureError(f"{figure_id}: {problem}")
    return _in_report_look(misread_rows.with_local_times(drawn), theme.OWN_CHARTS)


def _need_numbers_of_the_chart(rows: pd.DataFrame, specification: Mapping[str, Any], figure_id: str) -> None:
    """Check that the data of an analyst's own chart hold at least one of the numbers that it draws, maybe rounded.

    A chart that calculates draws numbers that are not among its rows; those of `natpatsip.charts` hold places, too.
    """
    from natpatsip.charts.own_charts.specifications import draws_its_rows, tables

    if "narrow" in specification.get("usermeta", {}):
        return
    drawn = sorted({abs(each) for table in tables(specification) for row in table for each in _numbers_in(row)})
    given = {abs(float(each)) for _, column in rows.select_dtypes("number").items() for each in column.dropna()}
    if not drawn or not given or not draws_its_rows(specification):
        return
    if not any(_is_near(one, drawn) for one in given):
        shown = [wording.listing([wording.plain(each, 2) for each in sorted(some)[:3]]) for some in (given, drawn)]
        raise FigureError(
            f"{figure_id}: the data are not those of the chart: they hold numbers such as {shown[0]}, and the chart "
            f"draws numbers such as {shown[1]}. Pass the rows that the chart shows, in its unit."
        )


def _is_near(number: float, drawn: list[float]) -> bool:
    """Return True if a number of a figure's data is drawn, as it is or rounded; those that are drawn are sorted."""
    at = bisect(drawn, number)
    rounding = 0.5 if number >= 1 else 0
    return any(isclose(number, other, rel_tol=0.01, abs_tol=rounding) for other in drawn[max(0, at - 1) : at + 1])


def _numbers_in(row: Any) -> list[float]:
    values = row.values() if isinstance(row, Mapping) else ()
    return [float(each) for each in values if isinstance(each, int | float) and not isinstance(each, bool)]


def _in_report_look(specification: dict[str, Any], look: Mapping[str, Any]) -> dict[str, Any]:
    """Return a figure's own Altair chart in the report's colours and, unless it has a width of its own, its width.

    Charts of several views (facets, side by side) keep their size.
    """
    given = specification.get("config", {})
    config = given | {key: {**look[key], **given.get(key, {})} for key in look}
    views = (specification, *specification.get("layer", ()))
    is_one_view = bool({"mark", "layer"} & specification.keys())
    is_one_view = is_one_view and not {"facet", "row", "column"} & specification.get("encoding", {}).keys()
    if not is_one_view or "autosize" in specification or any("width" in view for view in views):
        return specification | {"config": config}
    fitted = {"width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}}
    return {**fitted, **specification, "config": config}


def _without_claims(specification: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...] | None]:
    """Return a figure's chart without the claims that hold for it, and the claims; None if it states none."""
    usermeta = dict(specification.get("usermeta", {}))
    shows = usermeta.pop("shows", None)
    chart = {key: value for key, value in specification.items() if key != "usermeta"}
    return (chart | {"usermeta": usermeta} if usermeta else chart), None if shows is None else tuple(shows)


_WHY = {
    "title": "Say the message in one line.",
    "description": "Say what is plotted; the alternative text begins with it.",
    "caption": "Say what a reader should know beside the chart.",
}


def picture(
    id: str,  # noqa: A002 — as in figure
    drawing: str | Diagram | MatplotlibFigure,
    *,
    alt: str,
    caption: str = "",
    credit: str = "",
) -> Picture:
    """Return a diagram, which a cell shows if this is its last line.

    Parameters
    ----------
    drawing : str, Diagram or figure of matplotlib
        An SVG, or a diagram of `natpatsip.blocks.diagrams`, which has a second layout for narrow pages. Any other than
        such a diagram is a finding of ``natpatsip check`` until somebody has looked at it.

    Raises
    ------
    FigureError
        If the id is not valid, the drawing is not an SVG, or the alternative text is missing.
    """
    _check_id(id, "pic-")
    if not alt.strip():
        raise FigureError(f"{id}: has no alternative text. Say in words what the picture shows.")
    svg, narrow = _layouts(drawing, id)
    if "<svg" not in svg:
        raise FigureError(f"{id}: the picture is not an SVG; it begins with {svg[:40]!r}.")
    words = " ".join(alt.split())
    own = own_drawings.of_picture(drawing, svg, words)
    return Picture(id, svg, words, caption.strip(), credit.strip(), narrow, own)


def _layouts(drawing: Any, name: str) -> tuple[str, str]:
    """Return a picture as SVG, and as SVG for narrow pages if it has such a layout."""
    if isinstance(drawing, str):
        return drawing, ""
    if (forms := library_figures.drawn(drawing, name)) is None:
        return drawing.wide, drawing.narrow
    if SVG not in forms:
        raise FigureError(f"{name}: picture(…) does not take figures of Plotly. Show it with figure(…), with its data.")
    return str(forms[SVG]), ""


def _check_id(name: str, start: str) -> None:
    if not (name.startswith(start) and ID.fullmatch(name)):
        raise FigureError(f'"{name}" is not a valid id here: expected {start} and lower-case words joined by -.')


def _words_from(description: str, data: pd.DataFrame) -> str:
    """Return a figure's text alternative made from its data: the span of each number, from the first to the last."""
    numbers = data.select_dtypes("number")
    years = [str(name) for name, column in numbers.items() if wording.are_years(sorted(set(column.dropna())))]
    first, last = data.iloc[0].iloc[0], data.iloc[-1].iloc[0]
    is_year = data.columns[0] in years  # which has no thousands separator
    first, last = (f"{each:.0f}" if is_year and not is_missing(each) else _label(each) for each in (first, last))
    rows = f"from {first} to {last}"
    spans = [_span(str(name), column) for name, column in numbers.items() if name not in years]
    end = f"Rows {rows}: {'; '.join(spans)}." if spans else f"{len(data)} rows, {rows}."
    return f"{description.rstrip('.')}. {end}"


def _label(value: Any) -> str:
    try:
        return text_of_value(value)
    except NotPrintableError:
        return "no value" if is_missing(value) else str(value)


def _span(name: str, values: pd.Series[float]) -> str:
    """Return how a column of a figure's data runs, for its text alternative."""
    known = values.dropna()
    if known.empty:
        return f"{name} has no value"
    places = wording.decimals_for(known, 1)
    ends = (known.iloc[0], known.iloc[-1], known.min(), known.max())
    first, last, low, high = (wording.plain(value, places, is_percent=wording.is_share(name)) for value in ends)
    absent = len(values) - len(known)
    missing = f", {absent} {wording.plural(absent, 'value', 'values')} missing" if absent else ""
    return f"{name} from {first} to {last}, lowest {low}, highest {high}{missing}"
