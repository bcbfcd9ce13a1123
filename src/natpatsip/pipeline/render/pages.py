"""The pages: one for each chapter, with contents, previous and next, and everything they need beside them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

from natpatsip.pipeline.render.chapters import Chapter, Heading, attributes_of, classes_of, walk
from natpatsip.pipeline.render.pandoc_cli import run_pandoc
from natpatsip.pipeline.render.search import search_index
from natpatsip.pipeline.render.single_page import write_whole
from natpatsip.pipeline.render.staged_report import FILTERS, STATEMENT, Report, imprint, labels

WHOLE = "report.html"
SHEETS = ("brand.css", "page.css", "constructs.css", "passport.css")


def write_pages(
    report: Report,
    chapters: Sequence[Chapter],
    folder: Path,
    *,
    formats: Collection[str],
    jobs: int,
    with_whole: bool,
) -> None:
    """Write a page for each chapter, one for the whole report, the assets and the figures' files into `folder`.

    `formats` says which files stand beside the folder, for the links to them; `with_whole` whether the one page is
    wanted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _copy_assets(report, folder)
    _write_interactive(report, chapters, folder)
    (folder / "assets" / "search-index.js").write_text(search_index(chapters), encoding="utf-8")
    forms = _forms(formats, with_whole=with_whole)

    def write(position: int) -> None:
        page = f"{chapters[position].stem}.html"
        (folder / page).write_text(_page(report, chapters, position, forms), encoding="utf-8")

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        whole = pool.submit(write_whole, report, chapters, folder / WHOLE) if with_whole else None
        list(pool.map(write, range(len(chapters))))
        if whole:
            whole.result()


def _forms(formats: Collection[str], *, with_whole: bool) -> list[dict[str, str]]:
    """Return the other forms of the report that a reader may want, as links from a page."""
    names = {"pdf": ("../report.pdf", "PDF"), "docx": ("../report.docx", "Word file")}
    links = [(WHOLE, "Whole report on one page")] if with_whole else []
    links += [names[name] for name in ("pdf", "docx") if name in formats]
    return [{"href": href, "title": title} for href, title in links]


def _write_interactive(report: Report, chapters: Sequence[Chapter], folder: Path) -> None:
    """Write the charts' specifications as scripts, which pages from disk can load where they cannot fetch."""
    named = {name: pairs["interactive"] for each in chapters for name, pairs in _charts(each) if "interactive" in pairs}
    for name, path in named.items():
        specification = (report.root / path).read_text(encoding="utf-8").strip()
        (folder / "figures" / f"{name}.js").write_text(
            f"natpatsipChart({json.dumps(name)},{specification});\n", encoding="utf-8"
        )
    if named:
        shutil.copy2(report.root / "drawings" / "vega.js", folder / "assets" / "vega.js")


def _charts(chapter: Chapter) -> Iterator[tuple[str, dict[str, str]]]:
    for node in walk(chapter.blocks):
        if node["t"] == "Div" and "report-figure" in classes_of(node):
            name, _, pairs = attributes_of(node)
            yield name, pairs


def _copy_assets(report: Report, folder: Path) -> None:
    assets, fonts, figures = folder / "assets", folder / "assets" / "fonts", folder / "figures"
    shutil.copytree(report.extension / "assets", assets, ignore=shutil.ignore_patterns("*.css"), dirs_exist_ok=True)
    # One style sheet: a browser shows nothing of a page before it has read all that the page names.
    sheets = ((report.extension / "assets" / name).read_text(encoding="utf-8") for name in SHEETS)
    (assets / "style.css").write_text("\n".join(sheets).replace("../fonts/", "fonts/"), encoding="utf-8")
    fonts.mkdir(exist_ok=True)
    for font in sorted((report.extension / "fonts").glob("*.woff2")):
        shutil.copy2(font, fonts / font.name)
    shutil.copy2(report.extension / "fonts" / "OFL.txt", fonts / "OFL.txt")
    figures.mkdir(exist_ok=True)
    for pattern in ("*.svg", "*.csv"):
        for file in sorted((report.root / "figures").glob(pattern)):
            shutil.copy2(file, figures / file.name)


def _page(report: Report, chapters: Sequence[Chapter], position: int, forms: Sequence[dict[str, str]]) -> str:
    chapter = chapters[position]
    document = {**chapter.document, "meta": labels(report)}
    variables = {**_variables(report, chapters, position), "forms": forms}
    text = json.dumps(document)
    return report.remembered.text(
        "pages",
        text,
        variables,
        make=lambda: run_pandoc(
            "--from=json",
            "--to=html5",
            "--standalone",
            f"--template={report.extension / 'page.html'}",
            "--section-divs",
            "--wrap=none",
            *FILTERS,
            *(f"--variable-json={key}:{json.dumps(value)}" for key, value in variables.items()),
            "--metadata=pagetitle=page",
            folder=report.root,
            what=chapter.name,
            text=text,
        ),
    )


def _variables(report: Report, chapters: Sequence[Chapter], position: int) -> dict[str, Any]:
    chapter = chapters[position]
    is_front = position == 0
    title = report.title if is_front else f"{chapter.title} – {report.title}"
    around = {"previous": position - 1, "next": position + 1}
    return {
        "lang": report.lang,
        "page-title": escape(f"{title}, {report.label}"),
        "report-title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "date": escape(report.date),
        "label": escape(report.label),
        "draft": report.status == "Draft",
        **imprint(report),
        "illustrative": report.is_illustrative,
        "front": is_front,
        "page": f"{chapter.stem}.html",
        "charts": any("interactive" in pairs for _, pairs in _charts(chapter)),
        "statement": f"{Path(STATEMENT).stem}.html" if STATEMENT in report.chapters else "",
        "chapter-title": escape(chapter.title),
        "programmes": [
            {"href": f"{each.stem}.html", "title": escape(each.title)}
            for each in chapters
            if is_front and each.stem not in report.not_programmes and each is not chapter
        ],
        "contents": [_entry(each, is_current=each is chapter) for each in chapters],
        **{
            name: {"href": f"{chapters[at].stem}.html", "title": escape(chapters[at].title)}
            for name, at in around.items()
            if 0 <= at < len(chapters)
        },
    }


def _entry(chapter: Chapter, *, is_current: bool) -> dict[str, Any]:
    page = f"{chapter.stem}.html"
    sections = [heading for heading in chapter.headings if heading.level == 2]
    return {
        "href": page,
        "title": escape(chapter.title),
        "current": is_current,
        "sections": [_section(page, heading) for heading in sections],
    }


def _section(page: str, heading: Heading) -> dict[str, str]:
    return {"href": f"{page}#{heading.id}", "title": escape(heading.text)}
