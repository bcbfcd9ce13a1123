"""What has changed in a chapter since it was signed off: words, facts and figures, a sentence for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from natpatsip.compare import matching
from natpatsip.compare.word_diff import AROUND, difference, marked, shortened, words_of
from natpatsip.signing.snapshot import Snapshot

MOST_WORDS = 30
TEXT, FACT, FIGURE = "passage", "fact", "figure"
NAMES = {
    "title": "title",
    "description": "description",
    "caption": "caption",
    "alt": "alternative text",
    "credit": "credit",
}


@dataclass(frozen=True)
class Difference:
    """One difference from what was signed."""

    kind: str  # `TEXT`, `FACT` or `FIGURE`
    message: str  # without a full stop
    cell: str = ""  # of the chapter as it is now
    fact: str = ""
    was: str = ""
    now: str = ""


def differences(signed: Snapshot, now: Snapshot) -> list[Difference]:
    """Return what has changed, in reading order: text, then facts, then figures."""
    return [*_text(signed, now), *_facts(signed, now), *_figures(signed, now)]


def _text(signed: Snapshot, now: Snapshot) -> Iterator[Difference]:
    if signed.title != now.title:
        message = f"the title: {_words(signed.title, now.title)}"
        yield Difference(TEXT, message, was=signed.title, now=now.title)
    matches = matching.matched(signed.passages, now.passages)
    for each in matching.changed({now.chapter: matches}):
        was, said = each.before.text if each.before else "", each.now.text if each.now else ""
        cell = each.now.cell if each.now else ""
        if each.kind == matching.REWORDED:
            message = f"reworded: {_words(was, said)}"
        elif each.kind == matching.MOVED:
            message = f"moved {each.direction}: {shortened(said, MOST_WORDS)}"
        else:
            message = f"{each.kind}: {shortened(said or was, MOST_WORDS)}"
        yield Difference(TEXT, message, cell, was=was, now=said)


def _facts(signed: Snapshot, now: Snapshot) -> Iterator[Difference]:
    for name in dict.fromkeys([*now.facts, *signed.facts]):
        was, fact = signed.facts.get(name), now.facts.get(name)
        if was == fact:
            continue
        known = fact or was or {}
        called = f"{known['label'] or name.partition(' ')[0]} ({name.partition(' ')[2]})"
        cell, identity = now.cells.get(name, ""), name.partition(" ")[0]
        if was is None:
            message = f"{called} is new: {known['text']}"
        elif fact is None:
            message = f"{called} is gone; it was {was['text']}"
        elif was["value"] != fact["value"] or was["text"] != fact["text"]:
            is_seen = was["text"] != fact["text"]
            both = [each["text"] if is_seen else f"{each['text']}, exactly {each['value']}" for each in (was, fact)]
            message = f"{called} was {both[0]} and is now {both[1]}"
        else:
            message = f'{identity} was called "{was["label"]}" and is now called "{fact["label"]}"'
        yield Difference(FACT, message, cell, identity, *((each or {}).get("text", "") for each in (was, fact)))


def _figures(signed: Snapshot, now: Snapshot) -> Iterator[Difference]:
    for name in dict.fromkeys([*now.figures, *signed.figures]):
        was, figure = signed.figures.get(name), now.figures.get(name)
        if was == figure:
            continue
        cell = now.cells.get(name, "")
        if was is None or figure is None:
            state = "is new" if was is None else "is gone"
            yield Difference(FIGURE, f"{name} {state}: {(figure or was or {}).get('title', name)}", cell)
            continue
        parts = [
            f"{word}: {_words(was.get(key, ''), figure.get(key, ''))}"
            for key, word in NAMES.items()
            if was.get(key) != figure.get(key)
        ]
        has_other_data = was.get("data") != figure.get("data")
        parts += ["its data have changed"] if has_other_data else []
        if was.get("drawing") != figure.get("drawing") and not has_other_data:
            parts.append("it is drawn differently" if name != "tables" else "the small charts in them have changed")
        yield Difference(FIGURE, f"{name}: {'; '.join(parts)}", cell)


def _words(was: str, now: str) -> str:
    return marked(difference(words_of(was), words_of(now)), around=AROUND)
