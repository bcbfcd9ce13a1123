"""The whole report as one self-contained page, for printing and sending: no file beside it, no network, no script."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.pandoc_cli import run_pandoc
from natpatsip.pipeline.render.staged_report import FILTERS, Report, imprint, labels

SHEETS = ("brand.css", "page.css", "constructs.css", "passport.css", "whole.css")
FONT = re.compile(r'url\("\.\./fonts/([\w-]+\.woff2)"\)')


def write_whole(report: Report, chapters: Sequence[Chapter], file: Path) -> None:
    """Write all chapters as one page; each chapter's title is a heading of level 2 under the report's."""
    blocks = [block for each in chapters for block in each.blocks]
    document = json.dumps({**chapters[0].document, "blocks": blocks, "meta": labels(report)})
    variables = _variables(report, chapters)

    def make() -> str:
        return run_pandoc(
            "--from=json",
            "--to=html5",
            "--standalone",
            f"--template={report.extension / 'whole.html'}",
            "--section-divs",
            "--shift-heading-level-by=1",
            "--wrap=none",
            *FILTERS,
            *(f"--variable-json={key}:{json.dumps(value)}" for key, value in variables.items()),
            "--metadata=pagetitle=page",
            "--metadata=single-file=true",
            folder=report.root,
            what=file.name,
            text=document,
        )

    text = report.remembered.text("whole", document, variables, make=make)
    # The style sheets go in at the end: as a variable they would be longer than a command line may be.
    text = text.replace("/* style */", _style(report.extension), 1)
    if report.settings.logo:
        text = text.replace(f'src="assets/{report.settings.logo_file}"', f'src="{_logo(report)}"', 1)
    file.write_text(text, encoding="utf-8")


def _style(extension: Path) -> str:
    """Return the style sheets in one, with the typeface inside."""

    def inside(match: re.Match[str]) -> str:
        font = base64.b64encode((extension / "fonts" / match[1]).read_bytes()).decode()
        return f'url("data:font/woff2;base64,{font}")'

    return "\n".join(FONT.sub(inside, (extension / "assets" / name).read_text(encoding="utf-8")) for name in SHEETS)


def _logo(report: Report) -> str:
    """Return the publisher's logo as a data address."""
    file = report.extension / "assets" / report.settings.logo_file
    kind = {".svg": "svg+xml", ".png": "png"}[file.suffix]
    return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _variables(report: Report, chapters: Sequence[Chapter]) -> dict[str, Any]:
    return {
        "lang": report.lang,
        "page-title": escape(f"{report.title}, {report.subtitle}"),
        "report-title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "date": escape(report.date),
        "draft": report.status == "Draft",
        **imprint(report),
        "illustrative": report.is_illustrative,
        "contents": [
            {
                "href": f"#{each.stem}",
                "title": escape(each.title),
                "sections": [
                    {"href": f"#{heading.id}", "title": escape(heading.text)}
                    for heading in each.headings
                    if heading.level == 2
                ],
            }
            for each in chapters
        ],
    }
