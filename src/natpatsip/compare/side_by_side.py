"""A page with two reports side by side: numbers, both charts of each figure, and the whole narrative.

It is a folder that can be opened from disk or sent: one page, one style sheet, no scripts and nothing from the network,
under the policy of the report's own pages. Its look is the report's.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from natpatsip import look
from natpatsip.compare import matching
from natpatsip.compare.built_report import BuiltReport, Figure
from natpatsip.compare.changes import NUMBERS, NUMBERS_OF_ONE, Comparison, number_rows
from natpatsip.compare.matching import Match
from natpatsip.compare.narrative_changes import narrative_matches, way_of
from natpatsip.compare.passages import Passage
from natpatsip.compare.word_diff import ADDED, REMOVED, SAME, Stretch, difference, marked, words_of
from natpatsip.errors import UsageError
from natpatsip.pipeline.staging.markdown import BETWEEN
from natpatsip.reporters import counted
from natpatsip.wording import listing

PAGE = "index.html"
MARK = '<body class="side-by-side">'  # by which such a page is known
SHEETS = ("brand.css", "page.css", "constructs.css", "compare.css")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'"
)
BEFORE, NOW = "before", "now"
NUMBER = ' class="number"'
SIDES = {BEFORE: REMOVED, NOW: ADDED}
STATES = {matching.REWORDED: "Reworded", matching.ADDED: "Added", matching.REMOVED: "Removed"}
VALUES_ONLY = "Only values that it cites changed"
HIDDEN = '<span class="visually-hidden">{}</span>'
MARKS = {
    SAME: "{}",
    REMOVED: f"<del>{HIDDEN.format('[removed: ')}{{}}{HIDDEN.format(']')}</del>",
    ADDED: f"<ins>{HIDDEN.format('[added: ')}{{}}{HIDDEN.format(']')}</ins>",
}
_SIZE = re.compile(r'\s(width|height)="([\d.]+)[^"]*"')


def write_page(comparison: Comparison, folders: tuple[Path, Path], place: Path, project: Path) -> Path:
    """Write the page into a folder, and return its file.

    Parameters
    ----------
    folders : tuple of Path
        The folders of both reports, which hold the drawings of their figures.
    place : Path
        The folder to write into; files of an earlier page are replaced.
    project : Path
        The project, whose look the page has.

    Raises
    ------
    UsageError
        If the folder holds another page.
    """
    if (place / PAGE).is_file() and MARK not in (place / PAGE).read_text(encoding="utf-8", errors="replace"):
        raise UsageError(f"{place}: holds another page, {PAGE}, which would be overwritten. Name a folder of its own.")
    page = _Page(comparison, dict(zip(SIDES, folders, strict=True)))
    text = "\n".join(page.lines()) + "\n"
    assets = place / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    own = look.folder(project)
    sheets = [_sheet(own, name).read_text(encoding="utf-8") for name in SHEETS]
    (assets / "style.css").write_text("\n".join(sheets).replace("../fonts/", "fonts/"), encoding="utf-8")
    (assets / "fonts").mkdir(exist_ok=True)
    for font in (*sorted((own / "fonts").glob("*.woff2")), own / "fonts" / "OFL.txt"):
        if font.is_file():
            shutil.copy2(font, assets / "fonts" / font.name)
    (place / PAGE).write_text(text, encoding="utf-8")
    return place / PAGE


def _sheet(own: Path, name: str) -> Path:
    """Return a style sheet for the page from a look; a project's look may be older than this page."""
    file = own / "assets" / name
    return file if file.is_file() else look.packaged() / "assets" / name


@dataclass(frozen=True)
class _Page:
    comparison: Comparison
    folders: Mapping[str, Path]

    @property
    def reports(self) -> dict[str, BuiltReport]:
        return {BEFORE: self.comparison.before, NOW: self.comparison.now}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the page with two reports side by side."""
        before, now = (escape(each.label) for each in self.reports.values())
        title = f"What changed from {before} to {now}"
        yield from (
            "<!DOCTYPE html>",
            '<html class="np" lang="en-GB">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{title}</title>",
            '<link rel="stylesheet" href="assets/style.css">',
            "</head>",
            MARK,
            '<a class="skip" href="#main">Skip to main content</a>',
            '<main id="main" tabindex="-1">',
            f"<h1>{title}</h1>",
        )
        narrative = narrative_matches(self.comparison.before, self.comparison.now)
        changed = sum(1 for _ in matching.changed(narrative))
        figures = [each for each in self._figures() if each[1] != each[2]]
        numbers = self.comparison.of(*NUMBERS, *NUMBERS_OF_ONE)
        counts = [counted(len(numbers), "number"), counted(len(figures), "figure"), counted(changed, "passage")]
        said = f"{listing(counts).capitalize()} changed."
        yield f"<p>{said} On the left or first is {before}, on the right or second {now}.</p>"
        yield (
            '<nav aria-label="On this page"><ul><li><a href="#numbers">Numbers</a></li>'
            '<li><a href="#figures">Figures</a></li><li><a href="#narrative">Narrative</a></li></ul></nav>'
        )
        yield from self._numbers()
        yield from self._charts(figures)
        yield '<h2 id="narrative">Narrative</h2>'
        titles = self.comparison.before.titles | self.comparison.now.titles
        for chapter, matches in narrative.items():
            yield from self._chapter(chapter, titles[chapter], matches)
        yield from ("</main>", "</body>", "</html>")

    # Numbers

    def _numbers(self) -> Iterator[str]:
        """Yield the numbers that changed from one report to the other, as HTML."""
        yield '<h2 id="numbers">Numbers</h2>'
        numbers, rest = self.comparison.of(*NUMBERS), self.comparison.of(*NUMBERS_OF_ONE)
        if not numbers and not rest:
            yield "<p>No number changed.</p>"
        if numbers:
            heads, *rows = number_rows(numbers, self.comparison)
            yield '<section class="sideways" tabindex="0" aria-label="Numbers that changed"><table>'
            yield "<caption>Numbers that changed, the surprising ones first</caption>"
            columns = "".join(
                f'<th scope="col"{NUMBER * (at in (1, 2))}>{escape(each)}</th>' for at, each in enumerate(heads)
            )
            yield f"<thead><tr>{columns}</tr></thead><tbody>"
            for name, *cells in rows:
                values = "".join(f"<td{NUMBER * (at < 2)}>{escape(each)}</td>" for at, each in enumerate(cells))
                yield f'<tr><th scope="row">{escape(name)}</th>{values}</tr>'
            yield "</tbody></table></section>"
        if rest:
            yield f"<ul>{''.join(f'<li>{escape(each.message)}</li>' for each in rest)}</ul>"

    # Figures

    def _figures(self) -> Iterator[tuple[str, Figure | None, Figure | None]]:
        """Yield each figure as either report has it, without what differs by its place alone."""
        before, now = (report.figures for report in self.reports.values())
        for name in dict.fromkeys([*now, *before]):
            yield name, _content(before.get(name)), _content(now.get(name))

    def _charts(self, changed: Sequence[tuple[str, Figure | None, Figure | None]]) -> Iterator[str]:
        """Yield the figures that changed, each as both reports have it, as HTML."""
        yield '<h2 id="figures">Figures</h2>'
        if not changed:
            yield "<p>No figure changed.</p>"
        for name, before, now in changed:
            state = "is new" if before is None else "is gone" if now is None else "changed"
            number = self.reports[NOW if now else BEFORE].figures[name].number
            yield f'<section class="figure-pair"><h3 id="{name}">Figure {number} {state}</h3><div class="pair">'
            titles = difference(words_of(before.title if before else ""), words_of(now.title if now else ""))
            for side, each in ((BEFORE, before), (NOW, now)):
                yield self._chart(side, name, each, titles)
            yield "</div></section>"

    def _chart(self, side: str, name: str, figure: Figure | None, titles: Sequence[Stretch]) -> str:
        """Return one side of a figure that changed."""
        report = self.reports[side]
        label = f'<p class="side-label">{escape(report.label)}</p>'
        if figure is None:
            return f'<div class="side">{label}<p>This report has no such figure.</p></div>'
        number = report.figures[name].number
        caption = f'<figcaption>{label}<p class="figure-title">Figure {number}: {_side(titles, side)}</p></figcaption>'
        drawing = _svg(self.folders[side] / "figures" / f"{name}.svg", f"{side}-{name}")
        chart = (
            f'<div class="chart" role="img" aria-label="{escape(figure.alt or figure.title)}">{drawing}</div>'
            if drawing
            else "<p>Its drawing is not in that report's folder.</p>"
        )
        words = f"<details><summary>In words</summary><p>{escape(figure.alt)}</p></details>" if figure.alt else ""
        return f'<figure class="side">{caption}{chart}{words}</figure>'

    # Narrative

    def _chapter(self, chapter: str, title: str, matches: Sequence[Match]) -> Iterator[str]:
        """Yield the passages of a chapter, as both reports have them, as HTML."""
        yield f'<h3 id="chapter-{escape(chapter)}">{escape(title)}</h3>'
        for section, own in groupby(matches, key=lambda each: (each.now or each.before or _NOTHING).section):
            if section:
                yield f'<p class="section-path">{escape(section)}</p>'
            for is_unchanged, group in groupby(own, key=_reads_the_same):
                both = [each for each in group if not _is_shown_as_path(each)]
                yield from self._unchanged(both) if is_unchanged else map(self._pair, both)

    def _unchanged(self, matches: Sequence[Match]) -> Iterator[str]:
        if not matches:
            return
        yield f"<details><summary>{counted(len(matches), 'passage')} unchanged</summary>"
        yield from (f"<p>{escape(each.now.text)}</p>" for each in matches if each.now)
        yield "</details>"

    def _pair(self, match: Match) -> str:
        """Return a passage that changed, on both sides."""
        texts = [each.text if each else "" for each in (match.before, match.now)]
        words = difference(words_of(texts[0]), words_of(texts[1]))
        sides = []
        for side, passage in ((BEFORE, match.before), (NOW, match.now)):
            label = f'<p class="side-label">{escape(self.reports[side].label)}</p>'
            text = f"<p>{_side(words, side)}</p>" if passage else "<p>Nothing.</p>"
            sides.append(f'<div class="side">{label}{text}</div>')
        return f'<div class="change {match.kind}"><p class="state">{escape(self._state(match))}</p>' + (
            f'<div class="pair">{"".join(sides)}</div></div>'
        )

    def _state(self, match: Match) -> str:
        """Return in words how a passage changed."""
        if match.kind == matching.MOVED and match.before and match.now:
            origin, place = (
                report.place(each.chapter, each.section)
                for report, each in zip(self.reports.values(), (match.before, match.now), strict=True)
            )
            return f"Moved {way_of(match, origin, place)}"
        return STATES.get(match.kind, VALUES_ONLY)


_NOTHING = Passage("", "", "", ())


def _is_shown_as_path(match: Match) -> bool:
    """Return True if a passage is the heading of its section, and unchanged: the path above it says so."""
    passage = match.now
    return passage is not None and _reads_the_same(match) and passage.section.rpartition(BETWEEN)[2] == passage.text


def _reads_the_same(match: Match) -> bool:
    """Return True if a passage is unchanged, the numbers in it included."""
    return match.kind == matching.UNCHANGED and bool(match.before and match.now) and match.before.text == match.now.text  # type: ignore[union-attr]


def _content(figure: Figure | None) -> Figure | None:
    """Return a figure without its number and place: a figure that is only renumbered has not changed."""
    return figure and Figure(figure.id, 0, "", "", "", figure.title, figure.data, figure.alt)


def _side(words: Sequence[Stretch], side: str) -> str:
    """Return one side of a difference, with its own words marked."""
    return marked([each for each in words if each[0] in (SAME, SIDES[side])], MARKS, escape=escape)


def _svg(file: Path, prefix: str) -> str:
    """Return a drawing as a part of the page of two reports, with ids of its own; empty if it is not there."""
    if not file.is_file():
        return ""
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    svg = re.sub(r'(\s)id="', rf'\1id="{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-").replace('href="#', f'href="#{prefix}-')
    opening = re.search(r"<svg[^>]*>", svg)
    if not opening:
        return ""
    size = dict(_SIZE.findall(opening[0]))
    changed = _SIZE.sub("", opening[0])
    if "viewBox" not in changed and len(size) == 2:
        changed = changed.replace("<svg", f'<svg viewBox="0 0 {size["width"]} {size["height"]}"', 1)
    changed = changed.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return svg[opening.start() :].replace(opening[0], changed, 1).strip()
