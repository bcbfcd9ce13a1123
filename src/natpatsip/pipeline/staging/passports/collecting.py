"""Collecting passports: from facts and executed notebooks, numbered in the order of the chapters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nbformat import NotebookNode

from natpatsip.blocks import BLOCK
from natpatsip.facts import CITED, PUBLISHED, Fact
from natpatsip.lineage import BETWEEN
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.staging.passports.passport import Home, Key, Passport


def homes_of(executed: Mapping[str, NotebookNode], programmes: Iterable[str]) -> dict[Key, Home]:
    """Return the cell that each number belongs to.

    That is the cell that publishes it. What is reported or decided belongs to the first cell that prints it or
    calculates with it, looked for in the programmes' chapters before the others.

    Parameters
    ----------
    executed : mapping
        The executed notebooks in reading order.
    programmes : iterable of str
        The chapters that are a programme's.
    """
    first = [name for name in programmes if name in executed]
    homes: dict[Key, Home] = {}
    for mimetypes in ((PUBLISHED,), (PUBLISHED, CITED, BLOCK)):
        for name in [*first, *(name for name in executed if name not in first)]:
            for cell in executed[name].cells:
                for fact in _facts_in(cell, mimetypes):
                    homes.setdefault(fact.key, Home(name, cell.get("id", "")))
    return homes


def _facts_in(cell: NotebookNode, mimetypes: Sequence[str]) -> Iterator[Fact]:
    """Go through the facts of a cell; with what it prints also the numbers that those were calculated from."""
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    shown += [kept["result"].get("data", {}) for kept in cell.metadata.get(KEPT, [])]
    records = [data[kind] for data in shown for kind in (PUBLISHED, CITED) if kind in data and kind in mimetypes]
    if BLOCK in mimetypes:
        records += [record for data in shown for record in data.get(BLOCK, {}).get("facts", [])]
    for fact in (fact for record in records for fact in Fact.cited(record)):
        yield from _with_roots(fact) if CITED in mimetypes else (fact,)


def _with_roots(fact: Fact) -> Iterator[Fact]:
    yield fact
    for each in fact.inputs:
        yield from _with_roots(each)


def passports_of(
    facts: Sequence[Fact], homes: Mapping[Key, Home], files: Mapping[str, str], chapters: Sequence[str]
) -> list[Passport]:
    """Return a passport for each fact, numbered by chapter and, within it, in the order of the facts.

    Parameters
    ----------
    facts : sequence of Fact
        All facts of the report.
    homes : mapping
        As `homes_of` returns it.
    files : mapping
        The files that were read, with their SHA-256.
    chapters : sequence of str
        In reading order.
    """
    known = {fact.key: fact for fact in facts}
    order = {name: position for position, name in enumerate(chapters)}
    listed = sorted(facts, key=lambda fact: order[homes[fact.key].notebook])
    entries = {fact.key: f"a{number}" for number, fact in enumerate(listed, start=1)}
    made: dict[Key, Passport] = {}

    def passport(key: Key) -> Passport:
        if key not in made:
            fact = known[key]
            inputs = tuple(passport(each.key) for each in fact.inputs)
            made[key] = Passport(fact, entries[key], homes[key], _files_of(fact, files), inputs)
        return made[key]

    return [passport(fact.key) for fact in listed]


def _files_of(fact: Fact, files: Mapping[str, str]) -> dict[str, str]:
    named = dict.fromkeys(text.partition(":")[0] for text in fact.rows.split(BETWEEN))
    return {name: files[name] for name in named if name in files}
