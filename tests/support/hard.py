"""A chapter that is hard to set: long, wide, foreign, full of signs; shared by the tests of pages and of paper."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import altair
import numpy as np
import pandas as pd

from natpatsip import charts, spc
from natpatsip.pipeline import render
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing.charts_to_svg import Artist
from natpatsip.pipeline.options import FORMATS
from support.staged import TIMESTAMP, chapter_with, stage

NAMES = (
    "Ysbyty Gŵynedd ŴŷŶâêîôû",
    "Zażółć gęślą jaźń, Łódź",
    "King’s & Guy’s <Evelina> “Children’s”",
    "O'Brien \"Queen's\" #1 @home $5 * _x_ [a] ~b~ `c` \\ / % {d}",
)
TITLE = ("People seen in the right place went up " * 9).strip()[:300]
COLUMNS = [f"Area {n}" for n in range(1, 21)]
POINTS = (1, 400)  # how many a chart has
CODE = "QWXZ" * 20
WORD = "{{constructor.constructor(window.pwned=1)()}}" * 4  # in every place but a table
VALUES = ("1,234,567", "£12,345,678.90", "8,765,432", "£98,765,432.10")  # of tiles
LETTERS = "\\`*_{}[]()#+-.!<>|~$@&'\""


def build_hard(folder: Path) -> None:
    """Render the chapters in all formats, into the folder that they are staged in."""
    staged = stage_hard(folder / "staged")
    render.render(staged, folder, FORMATS, renderer=render.PANDOC, timestamp=TIMESTAMP)


def stage_hard(folder: Path) -> Path:
    """Stage the sample chapters with hard ones among them: a chapter's title, and the end of the glossary."""
    staged = stage(folder)
    chapter = staged / "case-studies.qmd"
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(text.replace("# Case studies {", f"# {escaped(NAMES[2])} {TITLE[:250]} {{", 1), encoding="utf-8")
    chapter_with(staged / "glossary.qmd", hard_chapter(staged))
    return staged


def hard_chapter(staged: Path) -> str:
    """Return the hard part of a chapter, and draw its charts into the staged project."""
    sixty = [[f"Hospital {n}", f"{n * 17:,}", f"Row {n} of the long table"] for n in range(1, 61)]
    wide = [[f"{n * c:,}" for c in range(1, 21)] for n in range(970, 974)]
    drawing = 'svg="figures/fig-caseload.svg" png="figures/fig-caseload.png" data="figures/fig-caseload.csv"'
    return "\n\n".join(
        [
            f"## {TITLE} {{#glossary-long}}",
            "\n".join(f"- {escaped(name)}" for name in NAMES),
            table(["Name", "Number"], [[escaped(name), "1"] for name in NAMES], "Names"),
            table(["Hospital", "Beds", "Remark"], sixty, "Sixty rows"),
            table(COLUMNS, wide, "Twenty columns"),
            table(["Code", "Other", "Beds"], [[CODE, CODE.lower(), "86,421"]], "Words that no hyphen divides"),
            figure("fig-long", 4, title=TITLE, description=TITLE, alt="Łódź & <b>Ŵrecsam</b>.", drawing=drawing),
            *long_words(),
            *draw(staged),
        ]
    )


def long_words() -> Iterator[str]:
    """Yield a word that no line can hold in each place that text can be in, and numbers that fill a tile."""
    word = escaped(WORD)
    yield f"### {word}"
    yield f"{word} **{word}** [{word}](https://example.org)[^long]\n\n[^long]: {word}"
    yield f"- {word}\n    - {word}\n\n> {word}"
    yield f"::: {{.callout-note}}\n## {word}\n\n{word}\n:::"
    drawing = 'svg="figures/fig-caseload.svg" png="figures/fig-caseload.png" data="figures/fig-caseload.csv"'
    yield figure(
        "fig-word", 7, title=WORD, description=WORD, alt="A word.", drawing=f'{drawing} note="{WORD}"', caption=word
    )
    for programme in ("", ' programme="visits"'):
        tiles = "\n\n".join(f'::: {{.tile icon="people"}}\n{value}\n\n{word}\n:::' for value in VALUES)
        yield f":::: {{.tiles{programme}}}\n{tiles}\n::::"


def draw(staged: Path) -> Iterator[str]:
    """Draw a chart for each number of points, and yield its figure."""
    artist = Artist(Cache(staged / "cache"), staged / "_extensions" / "natpatsip" / "fonts")
    drawings = staged / "drawings"
    drawings.mkdir()
    for number, points in enumerate(POINTS, start=5):
        name = f"fig-{points}"
        chart, rows = chart_of(points)
        drawn = artist.figure(name, chart.to_dict())
        (staged / "figures" / f"{name}.svg").write_text(drawn.svg, encoding="utf-8")
        (staged / "figures" / f"{name}.png").write_bytes(drawn.png or b"")
        (drawings / f"{name}-narrow.svg").write_text(drawn.narrow or "", encoding="utf-8")
        (drawings / f"{name}.json").write_text(drawn.interactive or "", encoding="utf-8")
        rows.to_csv(staged / "figures" / f"{name}.csv", index=False)
        files = (
            f'svg="figures/{name}.svg" png="figures/{name}.png" data="figures/{name}.csv" '
            f'narrow="drawings/{name}-narrow.svg" interactive="drawings/{name}.json"'
        )
        about = f"A chart of {points}"
        yield figure(name, number, title=about, description="Points by month", alt=f"{about}.", drawing=files)


def chart_of(points: int) -> tuple[altair.TopLevelMixin, pd.DataFrame]:
    """Return a control chart of so many points, and its table."""
    values = pd.Series(
        (80 + np.random.default_rng(points).normal(0, 3, points)).round(1),
        index=pd.date_range("1990-01", periods=points, freq="MS"),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", spc.SpcWarning)
        result = spc.xmr(values)
    return charts.spc(result, y_title="People", percent=True), charts.spc_table(result)


def figure(
    name: str, number: int, *, title: str, description: str, alt: str, drawing: str, caption: str = "A caption."
) -> str:
    return (
        f'::: {{.report-figure #{name} number="{number}" programme="Visits" title="{title}" '
        f'description="{description}" {drawing} alt="{alt}"}}\n{caption}\n:::'
    )


def table(head: list[str], rows: list[list[str]], caption: str) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + f"\n\n: {caption}"


def escaped(text: str) -> str:
    return "".join(f"\\{each}" if each in LETTERS else each for each in text)
