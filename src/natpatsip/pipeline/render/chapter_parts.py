"""The chapters' parts of each format, made chapter by chapter; joined, they are the same as of one run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from functools import cache, partial
from typing import Any

from natpatsip.errors import RenderError
from natpatsip.look import EXTENSION
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.pandoc import FILTERS, convert, meta, run_pandoc
from natpatsip.pipeline.render.pandoc_ast import Node
from natpatsip.pipeline.render.pandoc_tasks import Task, UnwrittenTask
from natpatsip.pipeline.render.render_cache import MadeOf
from natpatsip.pipeline.render.staged_report import Report

PLACES = {"html5": "<!-- natpatsip: body -->", "typst": "/* natpatsip: body */"}  # for the body in a template
OPTIONS = {"html5": ("--section-divs", "--wrap=none", "--mathml"), "typst": (), "docx": ()}
API = '"pandoc-api-version":[1,23,1]'
BLOCKS = '"blocks":['
PASSPORTS = "passports.lua"  # it has nothing to do in a chapter without numbers


def blocks_text(blocks: Sequence[Node]) -> str:
    """Return blocks as the JSON that pandoc's documents hold."""
    return json.dumps(blocks, separators=(",", ":"))


def document_text(metadata: Mapping[str, Any], blocks: str) -> str:
    """Return a document of pandoc's as JSON, of metadata as pandoc has it and of the blocks' JSON."""
    return f'{{{API},"meta":{json.dumps(metadata, separators=(",", ":"))},"blocks":{blocks}}}'


def pages_metadata(report: Report) -> dict[str, Any]:
    """Return what the filter reads for pages: what the report calls its columns and totals."""
    labels = meta({"natpatsip": {"labels": report.settings.staged()["labels"]}})["c"]
    return {**labels, "pagetitle": {"t": "MetaString", "c": "page"}}


def part_of(
    report: Report,
    to: str,  # "html5", "typst" or "docx"
    blocks: str,  # of the chapter, as JSON
    *,
    what: str,  # for errors
) -> Task:
    """Return the task to make a chapter's part of a format."""
    orders: dict[str, Any] = {"do": "write", "to": to, "filters": _filters(blocks)}
    text = document_text(_metadata(report, to), blocks)
    return Task(f"part-{to}", orders, text, partial(_part_alone, report, to, text, what))


def part_of_chapter(
    report: Report, to: str, chapter: Chapter, blocks: Callable[[Chapter], Sequence[Node]], *, what: str
) -> UnwrittenTask:
    """Return the task to make a chapter's part of a format, of blocks that are made of the chapter alone."""
    written = cache(lambda: part_of(report, to, blocks_text(blocks(chapter)), what=what))
    metadata = json.dumps(_metadata(report, to))
    digest, figures = chapter.once(lambda: astuple(written().made_of), f"part of {to}", metadata)
    return UnwrittenTask(f"part-{to}", MadeOf(digest, tuple(figures)), written)


def _metadata(report: Report, to: str) -> dict[str, Any]:
    metadata: dict[str, Any] = pages_metadata(report) if to == "html5" else meta(report.metadata)["c"]
    return metadata


def _filters(blocks: str) -> list[str]:
    """Return the filters of pandoc that blocks need; the one for sources of numbers only if there is a number."""
    has_numbers = '"fact"' in blocks or '"passports"' in blocks
    filters = [each.removeprefix("--lua-filter=") for each in FILTERS]
    return [each for each in filters if has_numbers or not each.endswith(PASSPORTS)]


def _part_alone(report: Report, to: str, text: str, what: str) -> str:
    if to == "docx":  # the command line has no way to tell what the filters have made: it can only say what is wrong
        convert(report, text, what, "--to=docx", f"--output={os.devnull}")
        raise _unexplained(what)
    return convert(report, text, what, f"--to={to}", *OPTIONS[to])


def _unexplained(what: str) -> RenderError:
    return RenderError(
        f"{what}: pandoc could not make a part of it, and does not say why. Build again, and report it if that does "
        "not help."
    )


def frame_of(
    report: Report,
    to: str,
    template: str,  # the file's name in the look
    *,
    what: str,
    metadata: Mapping[str, Any],
    variables: Mapping[str, Any] | None = None,
    headings: Sequence[Node] = (),  # from which the filters find what the template is told of the chapters
) -> Task:
    """Return the task to fill in a template, with a place for the body: see `framed`."""
    orders = {
        "do": "fill",
        "to": to,
        "template": (EXTENSION / template).as_posix(),
        "variables": json.dumps(_without_empty_lists(variables or {})),
        "filters": _filters('"fact"') if headings else [],
        "place": PLACES[to],
    }
    text = document_text(metadata, blocks_text(headings))
    alone = partial(_frame_alone, report, to, template, what, metadata, variables or {}, headings)
    return Task(f"frame-{to}", orders, text, alone, has_figures=False)


def _without_empty_lists(value: Any) -> Any:
    """Return a template's variables without lists of nothing, as good as none: Lua takes them for something."""
    if isinstance(value, Mapping):
        return {key: _without_empty_lists(each) for key, each in value.items() if each != []}
    return [_without_empty_lists(each) for each in value] if isinstance(value, list) else value


def _frame_alone(
    report: Report,
    to: str,
    template: str,
    what: str,
    metadata: Mapping[str, Any],
    variables: Mapping[str, Any],
    headings: Sequence[Node],
) -> str:
    """Return a template as a run of pandoc of its own fills it in."""
    body = [] if headings else [{"t": "RawBlock", "c": [to.removesuffix("5"), PLACES[to]]}]
    made = run_pandoc(
        "--from=json",
        f"--to={to}",
        "--standalone",
        f"--template={EXTENSION / template}",
        *OPTIONS[to],
        *(FILTERS if headings else ()),
        *(f"--variable-json={name}:{json.dumps(value)}" for name, value in variables.items()),
        folder=report.root,
        what=what,
        text=document_text(metadata, blocks_text([*headings, *body])),
    )
    if headings:
        raise _unexplained(what)
    return made


def framed(frame: str, to: str, body: str) -> str:
    """Return a template of pandoc's that is filled in, with the body in its place."""
    before, _, after = frame.partition(PLACES[to])
    return f"{before}{body}{after}"


def blocks_of(document: str) -> str:
    """Return the blocks of a document of pandoc's without metadata, as its JSON has them."""
    return document[document.index(BLOCKS) + len(BLOCKS) : document.rindex("]}")]
