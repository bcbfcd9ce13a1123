"""The pages: one for each chapter, with contents, previous and next, and everything they need beside them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

from helpers.build.render.chapters import Chapter, Heading
from helpers.build.render.program import run_pandoc
from helpers.build.render.report import FILTERS, Report


def write_pages(report: Report, chapters: Sequence[Chapter], folder: Path, *, jobs: int) -> None:
    """Write a page for each chapter, the assets and the figures' files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _copy_assets(report, folder)

    def write(position: int) -> None:
        chapter = chapters[position]
        (folder / f"{chapter.stem}.html").write_text(_page(report, chapters, position), encoding="utf-8")

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        list(pool.map(write, range(len(chapters))))


def _copy_assets(report: Report, folder: Path) -> None:
    shutil.copytree(report.extension / "assets", folder / "assets", dirs_exist_ok=True)
    sheet = folder / "assets" / "brand.css"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("../fonts/", "fonts/"), encoding="utf-8")
    fonts = folder / "assets" / "fonts"
    fonts.mkdir(exist_ok=True)
    for font in sorted((report.extension / "fonts").glob("*.woff2")):
        shutil.copy2(font, fonts / font.name)
    shutil.copy2(report.extension / "fonts" / "OFL.txt", fonts / "OFL.txt")
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    for pattern in ("*.svg", "*.csv"):
        for file in sorted((report.root / "figures").glob(pattern)):
            shutil.copy2(file, figures / file.name)


def _page(report: Report, chapters: Sequence[Chapter], position: int) -> str:
    chapter = chapters[position]
    document = {**chapter.document, "meta": {}}
    variables = _variables(report, chapters, position)
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
        "illustrative": report.is_illustrative,
        "front": is_front,
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
