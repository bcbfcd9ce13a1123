"""What a chapter says at one moment: its text, facts and figures. A sign-off is of such a snapshot.

It is kept as a small JSON file beside the params, a line for each passage, so that a reviewer can read it in a pull
request, and so that a later change can be shown word by word. The params record its SHA-256, which ``sha256sum`` of the
file gives too. A sign-off of the whole report is of a file that lists its chapters, each with the SHA-256 of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.passages import Passage, passages
from natpatsip.compare.word_diff import Word
from natpatsip.facts.fact import Fact
from natpatsip.facts.fact_descriptions import in_full
from natpatsip.files.digests import digest_of_drawn, sha256
from natpatsip.pipeline.notebook_outputs import Output, Outputs
from natpatsip.quarter import PARAMS_FOLDER, Quarter

FOLDER = "signed"  # params/2024-25-Q2.signed/
WHOLE = "report"  # begins the name of the file that lists the chapters of a whole report
SHOWN = 12  # digits of the hash in the name of the file
REFERENCE = re.compile(r"\{(@fig-[\w-]+)\}")
FIGURE_TEXTS = ("title", "description", "caption", "alt", "credit")


@dataclass(frozen=True)
class Snapshot:
    """A chapter's passages, facts and figures; the cells that hold them are known, but not part of it."""

    chapter: str
    title: str
    passages: tuple[Passage, ...]
    facts: Mapping[str, Mapping[str, Any]]  # label, period, value and text, by id and period
    figures: Mapping[str, Mapping[str, str]]  # texts, and hashes of data and drawing, by id; pictures too
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)  # of facts and figures

    @classmethod
    def of(cls, report: BuiltReport, chapter: str) -> Snapshot:
        """Return what a chapter of a report says, as it would be signed."""
        outputs = Outputs.of(chapter, report.notebooks[chapter])
        said = tuple(map(_plain, passages(report, chapter, with_tables=True)))
        shown = [*outputs.figures, *outputs.pictures]
        facts = {" ".join(fact.key): _fact(fact) for fact in (*outputs.published, *outputs.printed)}
        figures = {each.id: _figure(each) for each in shown}
        if outputs.drawings or outputs.page_data:
            figures["tables"] = {"drawing": _digest([outputs.drawings, outputs.page_data])}
        cells = {" ".join(fact.key): cell for cell, fact in reversed(outputs.uses)}
        return cls(
            chapter,
            report.titles[chapter],
            said,
            dict(sorted(facts.items())),
            figures,
            cells | {each.id: each.cell.id for each in shown},
        )

    def written(self) -> str:
        """Return the text of the file that keeps the snapshot."""
        content = {
            "chapter": self.chapter,
            "title": self.title,
            "text": [each.text for each in self.passages],
            "facts": self.facts,
            "figures": self.figures,
        }
        return "".join(_lines(content))

    @property
    def digest(self) -> str:
        """The SHA-256 of the snapshot's file."""
        return sha256(self.written())

    @classmethod
    def read(cls, text: str) -> Snapshot:
        """Return the snapshot that a file keeps.

        Raises
        ------
        ValueError
            If the text is not one.
        """
        content = json.loads(text)
        try:
            said = tuple(
                Passage(content["chapter"], "", "", tuple(Word(each, each) for each in text.split()))
                for text in content["text"]
            )
            return cls(content["chapter"], content["title"], said, content["facts"], content["figures"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it lacks {error}") from error


def list_of_chapters(snapshots: Iterable[Snapshot]) -> str:
    """Return the text of the file that keeps what a whole report says, whatever the order of its chapters."""
    return "".join(_lines({"chapters": dict(sorted((each.chapter, each.digest) for each in snapshots))}))


def file_of(project: Path, quarter: Quarter, chapter: str | None, digest: str) -> Path:
    """Return the file that keeps what was signed; without a chapter, that of the whole report."""
    return project / PARAMS_FOLDER / f"{quarter}.{FOLDER}" / f"{chapter or WHOLE}-{digest[:SHOWN]}.json"


def kept(project: Path, quarter: Quarter, chapter: str, digest: str) -> Snapshot | None:
    """Return what was signed of a chapter; None if its file is missing, or was edited."""
    try:
        text = _kept_text(file_of(project, quarter, chapter, digest), digest)
        return Snapshot.read(text) if text else None
    except ValueError:
        return None


def kept_chapters(project: Path, quarter: Quarter, digest: str) -> dict[str, str] | None:
    """Return the hashes of the chapters of a report that was signed; None if its file is missing, or was edited."""
    try:
        text = _kept_text(file_of(project, quarter, None, digest), digest)
        return {str(name): str(each) for name, each in json.loads(text)["chapters"].items()} if text else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _kept_text(file: Path, digest: str) -> str:
    """Return the text of a file that keeps what was signed; empty if it is missing, or was edited."""
    try:
        text = file.read_text(encoding="utf-8")  # CRLF of a checkout is one line end
    except (OSError, ValueError):
        return ""
    return text if sha256(text) == digest else ""


def _plain(passage: Passage) -> Passage:
    """Return a passage of a snapshot as readers see it; a reference to a figure by its id, whatever its number."""
    words = []
    for each in passage.words:
        found = REFERENCE.search(each.key)
        text = REFERENCE.sub(r"\1", each.key) if found and "{" not in REFERENCE.sub("", each.key) else each.shown
        words += [Word(part, part) for part in text.split()]
    return Passage(passage.chapter, passage.section, passage.cell, tuple(words))


def _fact(fact: Fact) -> dict[str, Any]:
    """Return what a snapshot holds of a fact."""
    value = float(f"{fact.value:.12g}") if isinstance(fact.value, float) else fact.value
    return {
        "label": fact.label,
        "text": in_full(fact),
        "value": value if isinstance(value, int | float) else str(value),
    }


def _figure(shown: Output) -> dict[str, str]:
    """Return what a snapshot holds of a figure."""
    texts = {name: str(shown.record[name]) for name in FIGURE_TEXTS if shown.record.get(name)}
    data = {"data": _digest(str(shown.record["data"]))} if shown.record.get("data") else {}
    # A drawing stands under the type of its library, beside the record and what JupyterLab shows in words.
    drawing = {name: form for name, form in shown.data.items() if name.startswith(("application/vnd.", "image/"))}
    return (
        texts | data | {"drawing": _digest({name: form for name, form in drawing.items() if "natpatsip" not in name})}
    )


def _digest(content: Any) -> str:
    return digest_of_drawn(content)[:SHOWN]


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield a snapshot's JSON with a line for each passage, fact and figure."""
    yield "{\n"
    for position, (name, value) in enumerate(content.items()):
        end = ",\n" if position < len(content) - 1 else "\n"
        if isinstance(value, str):
            yield f" {_json(name)}: {_json(value)}{end}"
            continue
        is_list = isinstance(value, list)
        items = map(_json, value) if is_list else (f"{_json(each)}: {_json(of)}" for each, of in value.items())
        lines = ",\n".join(f"  {each}" for each in items)
        first, last = "[]" if is_list else "{}"
        yield f" {_json(name)}: {first}\n{lines}\n {last}{end}" if lines else f" {_json(name)}: {first}{last}{end}"
    yield "}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
