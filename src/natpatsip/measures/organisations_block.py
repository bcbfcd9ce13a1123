"""All measures by organisation, for a page: a table of the latest values, and the data that the page's script shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from natpatsip import context, spc, wording
from natpatsip.blocks.tables_and_callouts import Block, made_block
from natpatsip.blocks.values_in_words import escaped
from natpatsip.charts import icons, palette
from natpatsip.datasets.disclosure import MISSING
from natpatsip.errors import DataError
from natpatsip.files.digests import sha256
from natpatsip.measures.definitions import HIDDEN
from natpatsip.measures.measured_series import MeasuredSeries
from natpatsip.measures.measures_file import declared
from natpatsip.measures.organisation_limits import OF_COUNTS
from natpatsip.measures.organisation_series import SHOWN, ByOrganisation
from natpatsip.settings import Settings, read_settings
from natpatsip.spc.assurance import ASSURANCE_TABLE, NONE
from natpatsip.spc.rules import POINT_TYPES

ALL = "All"  # what the national row is called where the settings name no total
LIMITS = "Control limits of an organisation are recalculated only for reasons that hold for all of them."
ROUNDED = "Percentages are of the rounded counts."
LEVELS = ("lpl", "upl")
COLOURS = {
    "ink": palette.INK,
    "quiet": palette.QUIET,
    "grid": palette.GRID,
    "axis": palette.AXIS,
    "paper": palette.PAPER,
    "line": palette.PROCESS,
    "limit": palette.LIMIT,
    "mean": palette.MEAN,
    "target": palette.TARGET,
    "national": palette.TRAJECTORY,
}


def by_organisation(*measures: MeasuredSeries | str) -> Block:
    """Return all organisations with all measures, for a chapter that only pages have.

    On a page readers choose an organisation, and see each measure's series beside the national one, its icons, its
    numbers, and where it is in a funnel plot. Without scripts there is a table of the latest values. Small numbers are
    suppressed by the policies of the datasets.

    Parameters
    ----------
    measures : Measure or str
        Measures or their ids, in the order wanted; by default those with ``by`` that are drawn as xmr, run, p or u.

    Raises
    ------
    DataError
        If there is no such measure, none with ``by``, or one whose dataset has no policy for small numbers.
    """
    here = context.current()
    known = declared(here.project)
    chosen = measures or [
        name for name, each in known.by_id.items() if each.by and each.chart in SHOWN and each.rolling == 1
    ]
    series = [each if isinstance(each, MeasuredSeries) else MeasuredSeries(each) for each in chosen]
    if not series:
        raise DataError(
            "measures.by_organisation: no measure of data/measures.yml with the chart "
            f"{', '.join(SHOWN[:-1])} or {SHOWN[-1]} has by, the column of organisations."
        )
    groups: dict[str, list[ByOrganisation]] = {}
    for each in series:
        groups.setdefault(each.definition.by, []).append(ByOrganisation.of(each))
    settings = read_settings(here.project)
    data = _data(groups, settings)
    name = f"organisations-{sha256(json.dumps(data))[:16]}"
    tables = "\n\n".join(map(_table, data["groups"]))
    notes = "<br>".join(map(escaped, _notes([each for group in groups.values() for each in group], settings)))
    files = f'data="drawings/{name}.json" table="drawings/{name}.html"'
    text = f":::: {{.organisations #{name} {files}}}\n::: {{.table-notes}}\n{notes}\n:::\n::::"
    block = made_block(f"the table of {len(series)} measures by organisation", text)
    shown = f"{tables}\n\n{notes}"
    return Block(block.markdown, shown, data={name: data})


def _national_name(settings: Settings) -> str:
    return next(iter(settings.labels.totals), ALL)


def _national_note(settings: Settings) -> str:
    """Return the note on the page of organisations that national numbers are neither rounded nor hidden."""
    whole = next(iter(settings.labels.totals), "")
    return f"{f'Numbers for {whole}' if whole else 'Totals'} are neither rounded nor hidden."


def _kind_name(by: str, settings: Settings) -> str:
    return settings.labels.columns.get(by) or by.replace("_", " ").capitalize()


def _column_name(each: ByOrganisation) -> str:
    """Return a measure's label and unit above its column; a word that ends the one and begins the other is there once.

    "All visits, visits per month" is "All visits, per month".
    """
    own = each.measure.definition
    unit = "%" if own.is_percent else own.unit
    return f"{own.label}, {unit.removeprefix(own.label.split()[-1].lower() + ' ')}"


def _is_illustrative(group: Sequence[ByOrganisation]) -> bool:
    return any(each.measure.is_illustrative for each in group)


def _illustrative(settings: Settings) -> str:
    """Return the note on illustrative data for the page of organisations, without exceptions for national figures."""
    return f"{settings.illustrative_data.title}."


# The table of the latest values


def _table(group: Mapping[str, Any]) -> str:
    """Return the latest values of a kind of organisation as a table in Markdown, which JupyterLab shows."""
    measures = group["measures"]
    rows = [[name, *(each["latest"][place] for each in measures)] for place, name in enumerate(group["rows"])]
    lines = [
        [group["kind"], *(each["heading"] for each in measures)],
        *rows,
        [group["national"], *(each["nationalLatest"] for each in measures)],
    ]
    written = ["| " + " | ".join(map(escaped, line)) + " |" for line in lines]
    ruled = "|:--|" + "--:|" * len(measures)
    return "\n".join([written[0], ruled, *written[1:], "", f"*{escaped(group['caption'])}*"])


def _caption(by: str, group: Sequence[ByOrganisation], settings: Settings) -> str:
    caption = f"Latest values by {_kind_name(by, settings)}, {_usual_period(group)}"
    return f"{caption} ({settings.illustrative_data.title.lower()})" if _is_illustrative(group) else caption


def _heading(each: ByOrganisation, group: Sequence[ByOrganisation]) -> str:
    is_usual = each.periods[-1] == _usual_period(group)
    return _column_name(each) if is_usual else f"{_column_name(each)} ({each.periods[-1]})"


def _usual_period(group: Sequence[ByOrganisation]) -> str:
    """Return the latest period of most measures of a group: its table names only others beside a measure."""
    return Counter(each.periods[-1] for each in group).most_common(1)[0][0]


def _names_of(group: Sequence[ByOrganisation]) -> list[str]:
    """Return the organisations of a group's measures, each once."""
    return list(dict.fromkeys(name for each in group for name in each.names))


def _with_remark(group: Sequence[ByOrganisation], name: str) -> str:
    """Return an organisation's name, and when it closed if it has."""
    closed = next((text for each in group if name in each.names and (text := each.closed(each.names.index(name)))), "")
    return f"{name} ({closed[0].lower()}{closed[1:].rstrip('.')})" if closed else name


def _national_latest(each: ByOrganisation) -> str:
    value = each.national_values[-1]
    if np.isnan(value):
        return MISSING
    return wording.number(value, each.measure.places, is_percent=each.measure.definition.is_percent)


def _notes(all_series: Sequence[ByOrganisation], settings: Settings) -> list[str]:
    """Return what readers of the page of organisations have to know of the numbers, each note once."""
    notes = [each.policy.note for each in all_series]
    notes += [_national_note(settings)] if any(each.policy.counts for each in all_series) else []
    notes += [ROUNDED for each in all_series if each.is_share and each.policy.counts]
    quarterly = any(each.step != each.measure.step for each in all_series)
    notes += ["Where an organisation's months are small, its points are quarters."] if quarterly else []
    if any((np.isnan(each.national_values) & ~np.isnan(each.values).all(axis=0)).any() for each in all_series):
        notes += [f"{_national_name(settings)} has no number where that of an organisation is missing in the data."]
    notes += [LIMITS]
    notes += [_illustrative(settings)] if _is_illustrative(all_series) else []
    return list(dict.fromkeys(filter(None, notes)))


# The data of the page


def _data(groups: Mapping[str, Sequence[ByOrganisation]], settings: Settings) -> dict[str, Any]:
    """Return what the script of the page of organisations shows: numbers once, by organisation, then period."""
    used = {name for group in groups.values() for each in group for pair in _icons(each) if pair for name in pair}
    return {
        "colours": COLOURS,
        "points": [
            {"words": style.words, "fill": style.fill, "outline": style.outline, "shape": style.shape}
            for style in palette.POINTS.values()
        ],
        "icons": {
            name: {"svg": icons.svg(icon).strip(), "words": icon.words}
            for name, icon in icons.ICONS.items()
            if name in used
        },
        "illustrative": _illustrative(settings),
        "groups": [
            {
                "by": by,
                "kind": _kind_name(by, settings),
                "national": _national_name(settings),
                "caption": _caption(by, group, settings),
                "organisations": _names_of(group),
                "rows": [_with_remark(group, name) for name in _names_of(group)],
                "measures": [
                    {**_measure(each, _names_of(group), settings), "heading": _heading(each, group)} for each in group
                ],
            }
            for by, group in groups.items()
        ],
    }


def _measure(each: ByOrganisation, names: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Return what the page of organisations shows of a measure."""
    own = each.measure.definition
    places = [each.names.index(name) if name in each.names else None for name in names]
    columns = each.measure.columns
    has_limits = own.chart != "run"
    shown_icons, limits, kinds = _icons(each), _limits(each), _kinds(each)

    def placed(rows: Sequence[Any], empty: Any = None) -> list[Any]:
        return [empty if place is None else rows[place] for place in places]

    return {
        "id": each.measure.id,
        "label": own.label,
        "column": _column_name(each),
        "caption": f"{own.definition.rstrip('.')}.",
        "axis": each.measure.axis,
        "percent": own.is_percent,
        "per": own.per if each.is_share else None,
        "decimals": each.decimals,
        "exactDecimals": each.measure.places,  # of what no rounded count makes less exact
        "improvement": own.improvement,
        "target": each.target,
        "targetName": settings.labels.target,
        "note": each.policy.note,
        "symbol": each.policy.symbol,
        "illustrative": each.measure.is_illustrative,
        "provenance": str(each.measure.rows.attrs.get("provenance", "")),
        "dataset": own.dataset,
        "periods": each.periods,
        "columns": {role: columns[role] for role in each.roles},
        "national": {role: _numbers(each.national[role].tolist()) for role in each.roles},
        "counts": {role: placed(_grid(each, role)) for role in each.roles},
        "kinds": placed(kinds, "") if has_limits else [],
        "limits": placed(limits) if has_limits else [],
        "bounds": placed(_bounds(each)) if own.chart in OF_COUNTS else [],
        "icons": placed(shown_icons),
        "remarks": placed([each.remark(place) for place in range(len(each.names))], "There are no data."),
        "latest": placed([each.latest(place) for place in range(len(each.names))], MISSING),
        "nationalLatest": _national_latest(each),
        "funnel": _funnel(each, places),
    }


def _numbers(values: Sequence[float], decimals: int = 4) -> list[float | int | None]:
    """Return numbers in the data of the page of organisations: whole ones without a point, None where there is none.

    Examples
    --------
    >>> _numbers([83.0, 100 / 3, 0.0000312, float("nan")])
    [83, 33.3333, 3.12e-05, None]
    """
    return [_number(value, decimals) for value in values]


def _number(value: float, decimals: int) -> float | int | None:
    if value != value:
        return None
    return int(value) if value.is_integer() else round(value, max(decimals, wording.decimals_for([value]) + 2))


def _grid(each: ByOrganisation, role: str) -> list[list[float | int | str | None]]:
    """Return a measure's counts for the page of organisations, a row for each; hidden ones have a sign."""
    return [
        [HIDDEN if is_hidden else number for number, is_hidden in zip(_numbers(row), flags, strict=True)]
        for row, flags in zip(each.counts[role].tolist(), each.hidden[role].tolist(), strict=True)
    ]


def _icons(each: ByOrganisation) -> list[tuple[str, str] | None]:
    """Return the names of each organisation's variation and assurance icon; None where it has none."""
    pairs = each.summary[["variation_icon", "assurance_icon"]].to_numpy().tolist()
    return [
        (variation, assurance if is_sure else ASSURANCE_TABLE[NONE].name) if has else None
        for (variation, assurance), has, is_sure in zip(pairs, each.has_icons, each.has_assurance, strict=True)
    ]


def _limits(each: ByOrganisation) -> list[list[list[float | int | None]]]:
    """Return each organisation's stretches of limits: the place of the first point, mean, lower and upper limit."""
    stretches = spc.summary(each.result, by_segment=True)
    first = each.dates.get_indexer(pd.DatetimeIndex(stretches["start"])).astype(float)
    levels = stretches[["mean", "lpl", "upl"]].to_numpy(dtype=float)
    if each.measure.definition.chart in OF_COUNTS:  # each point has limits of its own
        levels = np.where([True, False, False], levels, np.nan)
    rows = [_numbers(row, 3) for row in np.column_stack([first, levels]).tolist()]
    number = len(rows) // len(each.names)
    return [rows[start : start + number] for start in range(0, len(rows), number)]


def _bounds(each: ByOrganisation) -> list[list[list[float | int | None]]]:
    """Return the lower and the upper limits of each organisation's points, where each point has its own."""
    grids = [each.result[name].to_numpy(dtype=float).reshape(each.values.shape).tolist() for name in LEVELS]
    return [[_numbers(row, 3) for row in pair] for pair in zip(*grids, strict=True)]


def _kinds(each: ByOrganisation) -> list[str]:
    """Return each organisation's kinds of points as digits: the place among all kinds, ``.`` where none can be told."""
    marks = np.array([".", *(str(place) for place in range(len(POINT_TYPES)))])
    codes = each.result["point_type"].cat.codes.to_numpy() + 1
    known = ~np.isnan(each.values) & np.array([[not doubt] for doubt in each.doubts])
    shown = marks[np.where(known, codes.reshape(each.values.shape), 0)]
    return ["".join(row) for row in shown]


def _funnel(each: ByOrganisation, places: Sequence[int | None]) -> dict[str, Any] | None:
    """Return a measure's funnel plot for the page of organisations."""
    if each.funnel is None:
        return None
    found = each.funnel["places"]
    return {**each.funnel, "places": ["" if place is None else found[place] for place in places]}
