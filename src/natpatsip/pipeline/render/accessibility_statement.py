"""The accessibility statement: a chapter of the pages, written from what is in the others.

It says what was checked on this build and nothing more. Each of its checks stops the build where it fails, so a report
that was published has passed them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from natpatsip import look as look_files
from natpatsip import wording
from natpatsip.blocks.values_in_words import escaped
from natpatsip.charts import dark, palette
from natpatsip.errors import RenderError, together
from natpatsip.pipeline.render import programme_colours
from natpatsip.pipeline.render.chapters import Chapter, read_chapter
from natpatsip.pipeline.render.constructs import check_chapters
from natpatsip.pipeline.render.pandoc_ast import classes_of
from natpatsip.pipeline.render.staged_report import STATEMENT, RenderJob, Report

Row = tuple[str, str]
TEXT, PART = 4.5, 3.0  # WCAG 2.2: criteria 1.4.3 and 1.4.11
GROUNDS = {
    "white": ("ink", "slate", "blue", "navy"),
    "mist": ("ink", "slate", "blue", "navy"),
    "sky": ("ink", "slate", "blue", "navy"),
}
"""The text colours on each background colour of the pages."""

CHART_TEXTS = (palette.INK, palette.QUIET, palette.TARGET_TEXT, palette.TRAJECTORY)
CHART_PARTS = (
    palette.PROCESS,
    palette.LIMIT,
    palette.MEAN,
    palette.TARGET,
    palette.REBASE,
    *(style.outline for style in palette.POINTS.values()),
)


@dataclass(frozen=True)
class Pair:
    """Two colours that meet, the place, and the least ratio that WCAG asks for."""

    where: str
    front: str
    ground: str
    least: float

    @property
    def ratio(self) -> float:
        """The contrast ratio that the statement has for the pair."""
        return palette.contrast(self.front, self.ground)


def read_pairs(brand: Path) -> dict[str, list[Pair]]:
    """Return every pair of the look that was held against WCAG: pages and the charts on them, light and dark.

    Raises
    ------
    RenderError
        Naming each pair that is below what WCAG 2.2 AA asks.
    """
    look = look_files.brand(brand.parent)
    light = look["color"]["palette"]
    tints = {kind: (each["colour"], each["tint"]) for kind, each in look["callouts"].items()}
    dark_tints = {kind: (colour, look["dark"]["mist"]) for kind, (colour, _) in tints.items()}
    pairs = {
        "light": list(_page("light", light, tints, banner=light["navy"])),
        "dark": list(_page("dark", look["dark"], dark_tints, banner=light["navy"])),
        "light charts": list(_charts("light", lambda colour: colour)),
        "dark charts": list(_charts("dark", lambda colour: dark.PARTNERS[colour])),
    }
    together(
        [
            RenderError(
                f"{brand.name}: {each.where}, {each.front} on {each.ground}, has a contrast of {each.ratio:.1f} to 1; "
                f"WCAG 2.2 AA asks for {each.least:g} to 1. Change one of the two colours."
            )
            for group in pairs.values()
            for each in group
            if each.ratio < each.least
        ]
    )
    return pairs


def _page(
    theme: str, colours: Mapping[str, Any], tints: Mapping[str, tuple[str, str]], *, banner: str
) -> Iterator[Pair]:
    """Yield the colours that meet on pages, for the accessibility statement."""
    for ground, fronts in GROUNDS.items():
        for front in fronts:
            yield Pair(f"{front} on {ground} ({theme})", colours[front], colours[ground], TEXT)
    for kind, (colour, tint) in tints.items():
        yield Pair(f"the title of a {kind} callout ({theme})", colours[colour], tint, TEXT)
        yield Pair(f"the text of a {kind} callout ({theme})", colours["ink"], tint, TEXT)
    yield Pair(f"the heading of a table ({theme})", "#FFFFFF", banner, TEXT)


def _charts(theme: str, shown: Callable[[str], str]) -> Iterator[Pair]:
    """Return what meets in charts, for the statement; `shown` gives the page's colour for a drawing's own."""
    paper = shown(palette.PAPER)
    for each in CHART_TEXTS:
        yield Pair(f"text in a chart ({theme})", shown(each), paper, TEXT)
    for each in CHART_PARTS:
        yield Pair(f"a part of a chart ({theme})", shown(each), paper, PART)
    for each in dict.fromkeys([*palette.CATEGORIES, *chain(*palette.HUES), *palette.GREYS]):
        yield Pair(f"a number in a bar ({theme})", shown(palette.text_on(each)), shown(each), TEXT)
    for one, other in pairwise(palette.CATEGORIES):
        yield Pair(f"neighbouring categories ({theme})", shown(one), shown(other), PART)


def with_statement(job: RenderJob, chapters: Sequence[Chapter]) -> list[Chapter]:
    """Return the chapters with the statement in its place, if ``_quarto.yml`` lists one.

    Raises
    ------
    RenderError
        If two colours of the look have less contrast than WCAG 2.2 AA asks.
    """
    report = job.report
    if STATEMENT not in report.chapters:
        return list(chapters)
    (report.root / STATEMENT).write_text(_statement(job, chapters), encoding="utf-8")
    chapter = read_chapter(report, STATEMENT, job.cache)
    check_chapters(report, [chapter])
    written = {each.name: each for each in [*chapters, chapter]}
    return [written[name] for name in report.chapters]


def _statement(job: RenderJob, chapters: Sequence[Chapter]) -> str:
    """Return the statement's markdown."""
    report = job.report
    rows = list(_checks(job, chapters))
    parts = [
        f"# Accessibility statement {{#{STATEMENT.removesuffix('.qmd')}}}",
        f"This statement is about *{escaped(report.title)}*, {escaped(report.subtitle)}, with data to "
        f"{escaped(report.date)}. It was generated automatically, from checks run on this report.",
        "The aim is level AA of the Web Content Accessibility Guidelines (WCAG) 2.2, which the Public Sector Bodies "
        "Accessibility Regulations 2018 ask of public bodies. Programs can check only a part of that, so this report "
        "does not claim to conform in full.",
        "## What was checked in this report {#accessibility-checked}",
        "If a check fails, the report is not published.",
        "| Check | Found |\n|:----|:------|\n" + "\n".join(f"| {name} | {found} |" for name, found in rows),
        "## How the pages are made {#accessibility-made}",
        *_made(chapters),
        "## What is known not to conform, or was not checked {#accessibility-known}",
        "\n".join(f"- {each}" for each in _known(job)),
        "## Report a problem {#accessibility-contact}",
        *_contact(report),
    ]
    return "\n\n".join(parts) + "\n"


def _checks(job: RenderJob, chapters: Sequence[Chapter]) -> Iterator[Row]:
    """Yield what the accessibility statement says was checked, and how often."""
    charts, pictures = (sum(_divs(each, kind) for each in chapters) for kind in ("report-figure", "picture"))
    headings = sum(len(chapter.headings) for chapter in chapters)
    tables, links = (sum(each.kinds[kind] for each in chapters) for kind in ("Table", "Link"))
    pairs = read_pairs(job.report.extension / "_brand.yml")
    for theme, found in _of_programmes(job.report, chapters).items():
        pairs[theme] += found
    yield "Each chapter has one title, and headings go down one level at a time", _count(headings, "heading")
    yield (
        "Each chart and diagram says in words what it shows",
        f"{_count(charts, 'chart')} and {_count(pictures, 'diagram')}",
    )
    yield "Each chart has its data in a table and as a file", _count(charts, "chart")
    yield "Each table has a row that names its columns", _count(tables, "table")
    yield "Each link within the report leads somewhere, and no id occurs twice", _count(links, "link")
    yield "The language is given", job.report.lang
    for theme in ("light", "dark"):
        yield (
            f"On {theme} pages, text has a contrast of {TEXT:g} to 1 with its background",
            (f"At least {_lowest(pairs[theme])}, {_in_pairs(pairs[theme])}"),
        )
        drawn = pairs[f"{theme} charts"]
        yield (
            f"In charts on {theme} pages, the contrast is {TEXT:g} to 1 for text and {PART:g} to 1 for lines, points "
            "and neighbouring categories without an order",
            f"At least {_lowest([each for each in drawn if each.least == TEXT])} for text and "
            f"{_lowest([each for each in drawn if each.least == PART])} for the others, {_in_pairs(drawn)}",
        )
    if "pdf" in job.formats:
        yield (
            "The PDF is tagged for screen readers and suitable for archiving",
            "The program that makes it checks headings, alternative texts, title and tags against "
            f"{' and '.join(job.renderer.pdf_standards)}",
        )
    if "docx" in job.formats:
        yield "In the Word file each picture has its text and each table a header row", "All of them"


def _of_programmes(report: Report, chapters: Sequence[Chapter]) -> dict[str, list[Pair]]:
    """Return the text of each programme's headings and numbers, on the page and on its tiles, light and dark."""
    pages = {"light": programme_colours.WHITE, "dark": programme_colours.dark_ground(report)}
    return {
        theme: [
            Pair(f"text of {stem} ({theme})", found["-text"], ground, TEXT)
            for stem, found in by_stem.items()
            for ground in (pages[theme], found["-tint"])
        ]
        for theme, by_stem in programme_colours.shades_by_theme(report, chapters).items()
    }


def _divs(chapter: Chapter, kind: str) -> int:
    return sum(kind in classes_of(node) for node in chapter.divs)


def _count(number: int, noun: str) -> str:
    return f"{wording.number(number)} {noun}{'' if number == 1 else 's'}"


def _lowest(pairs: Sequence[Pair]) -> str:
    lowest = min(pairs, key=lambda each: each.ratio)
    return f"{int(lowest.ratio * 10) / 10:.1f} to 1"


def _in_pairs(pairs: Sequence[Pair]) -> str:
    return f"in {_count(len(pairs), 'pair')} of colours"


def _made(chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield what the accessibility statement says of how the pages are tested and made."""
    yield (
        "The software that makes these pages is tested in a browser whenever it changes. The tests use the rules of "
        "axe-core for WCAG 2.2 AA on wide and narrow screens, in light and dark mode, and with and without scripts. "
        "They also use the keyboard alone, enlarge the text to 400%, widen its spacing and reduce motion. They are not "
        "part of each build."
    )
    if any(_divs(chapter, "organisations") for chapter in chapters):
        yield (
            "The charts of single organisations need a script. Without one, their latest values are in a table; the "
            "other charts are pictures and the search is the browser's own."
        )
    else:
        yield (
            "Nothing in the pages needs a script: without one, charts are pictures and the search is the browser's own."
        )


def _known(job: RenderJob) -> Iterator[str]:
    """Yield what the accessibility statement says is not tested or not accessible."""
    yield "Nobody who uses assistive technology every day has tested this report yet."
    yield "Only people can judge whether an alternative text says enough and the language is plain."
    yield (
        "Shades of categories in an order have less contrast than 3 to 1 with each other, and pale ones with the page. "
        "A gap parts them, and the chart's table has the same numbers."
    )
    if "pdf" in job.formats:
        yield "In the PDF, the data of a chart are not beside it. They are on these pages."
    if "docx" in job.formats:
        yield (
            "The Word file as a whole was not checked against a standard. The page numbers in its contents are "
            "estimates until its fields are updated, which Word offers when it opens the file."
        )


def _contact(report: Report) -> Iterator[str]:
    """Yield what the accessibility statement says about who to contact."""
    contact = report.settings.contact
    if not contact:
        yield (
            "This report does not name a contact yet. Its publisher has to name one before publication. "
            "Until then, please tell the person who sent you the report."
        )
        return
    yield f"If something is hard for you to use, or you need it in another form, tell us: {_linked(contact)}"
    yield (
        "If you are not content with the answer, the "
        "[Equality Advisory and Support Service](https://www.equalityadvisoryservice.com/) can help. The Equality and "
        "Human Rights Commission enforces the regulations."
    )


def _linked(contact: str) -> str:
    """Return the statement's contact with its e-mail address as a link."""
    is_address = "@" in contact and " " not in contact
    return f"[{contact}](mailto:{contact})" if is_address else escaped(contact)
