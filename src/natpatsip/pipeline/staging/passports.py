"""Passports: where each number of the report comes from, and where it is printed.

A number is marked in chapters as ``[677]{.fact key="…" period="…"}``, by `fact_span` of
`natpatsip.blocks.tables_and_callouts`. Staging adds the entry that it has in the list of all numbers; the extension's
filters read the mark.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from natpatsip.characters import visible
from natpatsip.errors import StagingError
from natpatsip.facts.fact import BETWEEN, Fact, with_inputs
from natpatsip.files.csv_files import to_csv
from natpatsip.pipeline.notebook_outputs import Outputs

Key = tuple[str, str]
PRINTED = re.compile(r'\{\.fact key="([^"]+)" period="([^"]+)"\}')
HEADING_OR_PRINTED = re.compile(r"^#{1,6} .*\{#([\w-]+)[^}]*\}\s*$|" + PRINTED.pattern, re.MULTILINE)
COLUMNS = (
    "id",
    "period",
    "label",
    "value",
    "text",
    "unit",
    "section",
    "notebook",
    "cell",
    "source",
    "formula",
    "inputs",
    "rows",
    "rows_sha256",
)


@dataclass(frozen=True)
class Home:
    """The cell that a number belongs to: the one that publishes it, else the first that prints or uses it."""

    notebook: str
    cell: str


@dataclass(frozen=True)
class Use:
    """A place that prints a number: its chapter's title, and what a link to it is written as."""

    title: str
    target: str


@dataclass(frozen=True)
class Passport:
    """A fact with its entry in the list of all numbers."""

    fact: Fact
    entry: str  # what the PDF and the Word file call it: "a12"
    home: Home  # the notebook and cell that it belongs to
    files: Mapping[str, str]  # the files that it rests on, with their SHA-256
    inputs: tuple[Passport, ...] = ()  # those of the numbers it was calculated from

    @property
    def id(self) -> str:
        """The id of the passport's entry: one for each key, since ids of facts have no hyphen."""
        return f"fact-{self.fact.id}-{self.fact.period}"


def homes_of(outputs: Mapping[str, Outputs], programmes: Iterable[str]) -> dict[Key, Home]:
    """Return the cell that each number belongs to.

    That is the cell that publishes it. A reported or decided number belongs to the first cell that prints it or
    calculates with it; the chapters of `programmes` come before the others.
    """
    first = [name for name in programmes if name in outputs]
    order = [*first, *(name for name in outputs if name not in first)]
    homes: dict[Key, Home] = {}
    for name in order:
        for fact in outputs[name].published:
            homes.setdefault(fact.key, Home(name, fact.cell))
    for name in order:
        for cell, used in outputs[name].uses:
            for fact in with_inputs(used):
                homes.setdefault(fact.key, Home(name, cell))
    return homes


def passports_of(
    facts: Sequence[Fact],  # all facts of the report
    homes: Mapping[Key, Home],  # as `homes_of` returns it
    files: Mapping[str, str],  # the files that were read, with their SHA-256
    texts: Mapping[str, str],  # the chapters, in reading order
    outputs: Mapping[str, Outputs],  # of the notebooks
) -> list[Passport]:
    """Return a passport for each fact, numbered by the chapter that it belongs to and, within it, as printed there.

    Those that their chapter does not print come last, in the order of the facts. A number that was calculated from
    files that its notebook opens by itself, rather than by `datasets.load`, rests on all that were open by then.
    """
    known = {fact.key: fact for fact in facts}
    order = {name: position for position, name in enumerate(texts)}
    printed = {
        name: {key: place for place, key in reversed(list(enumerate(PRINTED.findall(text))))}
        for name, text in texts.items()
    }

    def place(fact: Fact) -> tuple[int, int]:
        chapter = homes[fact.key].notebook
        return order[chapter], printed[chapter].get(fact.key, len(printed[chapter]) + len(facts))

    listed = sorted(facts, key=place)
    entries = {fact.key: f"a{number}" for number, fact in enumerate(listed, start=1)}
    made: dict[Key, Passport] = {}

    def passport(key: Key) -> Passport:
        if key not in made:
            fact = known[key]
            inputs = tuple(passport(each.key) for each in fact.inputs)
            rests_on = _files_of(fact, files) or _opened_before(fact, homes[key], outputs)
            made[key] = Passport(fact, entries[key], homes[key], rests_on, inputs)
        return made[key]

    return [passport(fact.key) for fact in listed]


def _files_of(fact: Fact, files: Mapping[str, str]) -> dict[str, str]:
    named = dict.fromkeys(text.partition(":")[0] for text in fact.rows.split(BETWEEN))
    return {name: files[name] for name in named if name in files}


def _opened_before(fact: Fact, home: Home, outputs: Mapping[str, Outputs]) -> dict[str, str]:
    """Return the files that the notebook of a published number has opened by itself, up to the number's cell."""
    if fact.kind != "published" or fact.inputs or home.notebook not in outputs:
        return {}
    order = list(outputs[home.notebook].cells)
    last = order.index(home.cell) if home.cell in order else len(order)
    opened = (each for each in outputs[home.notebook].opened if "file" in each and order.index(each["cell"]) <= last)
    return {each["file"]: each["sha256"] for each in opened}


def with_entries(text: str, passports: Mapping[Key, Passport]) -> str:
    """Return a chapter's text in which each number names its entry.

    Raises
    ------
    StagingError
        If a number has no passport, since its mark was typed by hand.
    """

    def marked(match: re.Match[str]) -> str:
        key, period = match[1], match[2]
        if (key, period) not in passports:
            raise StagingError(
                f'"{key}" ({period}) is marked as a fact, but nothing publishes it. Print it with cite().'
            )
        return f'{{.fact key="{key}" period="{period}" entry="{passports[key, period].entry}"}}'

    return PRINTED.sub(marked, text)


def uses_in(
    texts: Mapping[str, str],  # the chapters by name, in reading order, as they were before `with_entries`
    titles: Mapping[str, str],
    outputs: Mapping[str, Outputs],  # of the notebooks
) -> dict[Key, list[Use]]:
    """Return the chapters that print each number, with the section in which each does so first.

    A number that is printed as a part of another's words (the 15 of *3 of the 15*) has no mark of its own: its place
    is the chapter.
    """
    found: dict[Key, dict[str, Use]] = {}
    for name, text in texts.items():
        section = name
        for place in HEADING_OR_PRINTED.finditer(text):
            if place[1]:
                section = place[1]
            else:
                use = Use(titles[name], f"{name}.qmd#{section}")
                found.setdefault((place[2], place[3]), {}).setdefault(name, use)
        for fact in outputs[name].printed if name in outputs else ():
            found.setdefault(fact.key, {}).setdefault(name, Use(titles[name], f"{name}.qmd#{name}"))
    return {key: list(uses.values()) for key, uses in found.items()}


def with_those_made_from(printed: Container[Key], facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts that the report prints and those that they were made from: the others are in facts.csv alone."""
    listed = {each.key for fact in facts if fact.key in printed for each in with_inputs(fact)}
    return [fact for fact in facts if fact.key in listed]


def write_facts(facts: Iterable[Fact], homes: Mapping[Key, Home], file: Path) -> None:
    """Write ``facts.csv``, each fact with the notebook and cell that it belongs to."""
    rows: list[Sequence[object]] = [COLUMNS]
    for fact in facts:
        home = homes[fact.key]
        place = {"section": home.notebook, "notebook": f"{home.notebook}.ipynb", "cell": home.cell}
        inputs = "; ".join(f"{each.id} ({each.period})" for each in fact.inputs)
        row = {**fact.record(), **place, "inputs": inputs}
        rows.append([visible(str(row[name])) for name in COLUMNS])
    file.write_bytes(to_csv(rows).encode())
