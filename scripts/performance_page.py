"""Write the figures and charts of docs/performance.md from what the bench has measured.

Run this after ``make bench SAVE=1`` and ``make curves SAVE=1``. What stands between two marks of a part of the page is
replaced; the rest of the page is written by hand. A test holds the page to the results.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "tests" / "bench" / "results.json"
PAGE, IMAGES = ROOT / "docs" / "performance.md", ROOT / "docs" / "images"
PLAIN = "plain chain"
SIZES = {"quarters": "Quarters in one go", "chapters": "Chapters, each with a chart", "figures": "Figures",
         "pages": "Pages of the PDF, prose alone"}  # fmt: skip
POWERS = [10**power for power in range(-1, 5)]
CLOCK, PROCESSOR = "By the clock", "Processor time"


def page(text: str, results: Mapping[str, Any]) -> str:
    """Return the page with the results between its marks."""
    for name, lines in {**_of_builds(results.get("builds")), **_of_curves(results.get("curves"))}.items():
        marks = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)
        text, count = marks.subn(_joined(lines).replace("\\", r"\\"), text)
        if count != 1:
            sys.exit(
                f"{PAGE.name}: expected one part between <!-- {name} --> and <!-- end of {name} -->, found {count}"
            )
    return text


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _of_builds(found: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Return the parts of the page about single builds."""
    if not found:
        return {"bars": ["Nothing was measured yet."], "builds": [], "floor": []}
    return {
        "bars": [_when(found), "", *_bars(found["bars"])],
        "builds": [*_builds(found["found"])],
        "floor": [*_floor(found["floor"], found.get("parts", {}))],
    }


def _when(found: Mapping[str, Any]) -> str:
    day = datetime.date.fromisoformat(found["date"])
    runs = f", median of {found['runs']}" if found.get("runs", 1) > 1 else ", measured once"
    return f"{day.day} {day:%B %Y}, {found['machine']}{runs}, a load of {found['load']}:"


def _bars(bars: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| what | measured | found | at most | result |"
    yield "| --- | --- | --- | --- | --- |"
    for bar in bars:
        told = "met" if bar["found"] <= bar["most"] else "missed"
        shown = [f"{bar[name]:.2f} {bar['unit']}" for name in ("found", "most")]
        measured = {"processor": "processor time", "clock": "by the clock"}.get(bar["of"], bar["of"])
        yield f"| {bar['what']} | {measured} | {shown[0]} | {shown[1]} | {told} |"


def _builds(found: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[str]:
    yield "| what | processor seconds | of the plain chain | seconds by the clock | of the plain chain |"
    yield "| --- | --- | --- | --- | --- |"
    for name, costs in found.items():
        cells = []
        for of in ("processor", "clock"):
            own, whole = _median(costs[of]), _median(found[PLAIN][of])
            cells += [f"{own:.2f}", f"1/{whole / max(own, 0.01):.1f}"]
        yield f"| {name} | {' | '.join(cells)} |"


def _floor(floor: Mapping[str, Mapping[str, Sequence[float]]], parts: Mapping[str, float]) -> Iterator[str]:
    seconds = {name: _median(each["processor"]) for name, each in floor.items()}
    seconds["the cells themselves"] = seconds.pop("libraries and cells") - seconds["libraries loaded"]
    yield "| the least | processor seconds | a cold build | processor seconds |"
    yield "| --- | --- | --- | --- |"
    own, build = list(seconds.items()), list(parts.items())
    for place in range(max(len(own), len(build))):
        cells = [f"{each[place][0]} | {each[place][1]:.2f}" if place < len(each) else " | " for each in (own, build)]
        yield f"| {' | '.join(cells)} |"
    yield f"| **together** | **{sum(seconds.values()):.2f}** | **together** | **{sum(parts.values()):.2f}** |"


def _of_curves(found: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Return the part of the page about longer reports."""
    if not found:
        return {"curves": ["Nothing was measured yet."]}
    lines = [_when(found), "", *_bars(found["bars"])]
    for name, points in found["points"].items():
        lines += ["", f"### {SIZES[name]}", "", f"![{alt_text(name, points)}](images/performance-{name}.svg)", ""]
        lines += [f"The processor time grows with the power {found['exponents'][name]:.2f} of the size.", ""]
        lines += [f"| {name} | processor seconds | seconds by the clock | GB |", "| --- | --- | --- | --- |"]
        for each in points:
            shown = (f"{each['processor']:.1f}", f"{each['clock']:.1f}", f"{each['memory']:.2f}")
            lines.append(f"| {each['size']:,} | {' | '.join(shown)} |")
    if found["drawing"]:
        lines += ["", "### Drawing alone", "", "| figures | processes | processor seconds | seconds by the clock |"]
        lines.append("| --- | --- | --- | --- |")
        for each in found["drawing"]:
            lines.append(f"| {each['figures']} | {each['jobs']} | {each['processor']:.1f} | {each['clock']:.1f} |")
    return {"curves": lines}


def alt_text(name: str, points: Sequence[Mapping[str, float]]) -> str:
    """Return what the chart of a curve shows, in words."""
    first, last = points[0], points[-1]
    return (
        f"Line chart with logarithmic axes of the seconds that a build takes, by {name}: processor time goes from "
        f"{first['processor']:.0f} s at {first['size']:,} to {last['processor']:.0f} s at {last['size']:,}, the clock "
        f"from {first['clock']:.0f} s to {last['clock']:.0f} s."
    )


def drawing(name: str, points: Sequence[Mapping[str, float]]) -> str:
    """Return the chart of a curve as SVG, in the report's look."""
    import altair as alt
    import pandas as pd
    import vl_convert

    from natpatsip.charts import theme
    from natpatsip.charts.layout.sizes import PLOT_HEIGHT, WIDTH

    rows = [
        {"size": each["size"], "seconds": each[of], "of": words}
        for of, words in (("processor", PROCESSOR), ("clock", CLOCK))
        for each in points
    ]
    sizes, order = [each["size"] for each in points], [PROCESSOR, CLOCK]
    scale = alt.Scale(type="log", domain=[sizes[0] / 1.1, sizes[-1] * 1.1], nice=False)
    x = alt.X("size:Q", title=SIZES[name], scale=scale, axis=alt.Axis(values=sizes, format=",d"))
    y = alt.Y("seconds:Q", title="Seconds", scale=alt.Scale(type="log"), axis=alt.Axis(values=POWERS, format=",~r"))
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=alt.OverlayMarkDef(size=60))
        .encode(
            x=x,
            y=y,
            color=alt.Color("of:N", sort=order),
            strokeDash=alt.StrokeDash("of:N", sort=order, legend=None),
        )
        .properties(width=WIDTH - 80, height=PLOT_HEIGHT)
        .to_dict()
    )
    theme.register_fonts(ROOT)
    chart["config"] |= theme.OWN_CHARTS
    return vl_convert.vegalite_to_svg(chart)


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if len(values) % 2 else sum(sorted(values)[len(values) // 2 - 1 :][:2]) / 2


def main() -> None:
    """Write the page and its charts."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    for name, points in results.get("curves", {}).get("points", {}).items():
        (IMAGES / f"performance-{name}.svg").write_text(drawing(name, points), encoding="utf-8")


if __name__ == "__main__":
    main()
