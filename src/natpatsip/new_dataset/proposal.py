"""The entry of a dataset: its columns, what identifies a row, which column says when, and what is left to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from natpatsip.datasets.descriptor import FOLDER, ORGANISATIONS, PROVENANCE
from natpatsip.datasets.organisations import Organisations
from natpatsip.datasets.plain_file import Fault, raise_faults
from natpatsip.datasets.total_rows import REMEDY, is_sum_of_others, likely_total, total_by_name
from natpatsip.new_dataset.columns import NUMBERS, Column, describe
from natpatsip.new_dataset.file_form import Sheet
from natpatsip.wording import listing

AS_OF = ("as_of", "as of", "reported_in", "reported in")
PERIODS = ("month", "quarter", "period", "date", "day", "week")  # names of columns, the likeliest first


@dataclass(frozen=True)
class Proposal:
    """An entry with its columns; the comments to write below it, and what its author has to decide."""

    name: str
    entry: dict[str, Any]
    columns: Sequence[Column]
    comments: tuple[str, ...]
    decisions: tuple[str, ...]

    def without_series(self, lacking: str) -> Proposal:
        """Return the proposal without the series, as rows are missing: one has a row for each period from its first."""
        options = {key: value for key, value in self.entry["natpatsip"].items() if key != "series"}
        series = self.entry["natpatsip"]["series"]
        decision = (
            f"series: {lacking} If each series owes a row for each period, add the rows, and series: "
            f"{{by: [{', '.join(series['by'])}], members: found}}."
        )
        others = [each for each in self.decisions if not each.startswith("series: ")]
        return replace(self, entry={**self.entry, "natpatsip": options}, decisions=(*others, decision))


def propose(name: str, path: str, sheet: Sheet, organisations: Organisations) -> Proposal:
    """Return the entry of a file, as far as its rows tell.

    Raises
    ------
    DataFileError
        If a row has no value: every column would be one that may be empty.
    """
    columns = [describe(column, texts, sheet.lines, organisations) for column, texts in sheet.columns.items()]
    rows = enumerate(zip(*sheet.columns.values(), strict=True))
    empty = [place for place, cells in rows if all(map(_is_empty, columns, cells))]
    raise_faults(f"{FOLDER}/{path}", [Fault("has no value. Delete the row.", sheet.lines[place]) for place in empty])
    as_of, period = _as_of(columns), _period(columns)
    key = _key(columns, [column for column in (period, as_of) if column])
    schema: dict[str, Any] = {"fields": [column.entry for column in columns]}
    if key:
        schema["primaryKey"] = key
    by = [each for each in _organisations_first(key, columns) if each not in (period, as_of)]
    options: dict[str, Any] = {}
    if key:
        options["rows"] = "a " + listing([each.replace("_", " ") for each in key])
    if as_of:
        options["as_of"] = as_of
    if period:
        options["period"] = period
    if period and by and not as_of:
        options["series"] = {"by": by, "members": "found"}
    provenance = _provenance(columns)
    if provenance:
        options["provenance"] = provenance
    words = name.replace("_", " ")
    entry = {"name": name, "path": path, "title": words, **sheet.form, "schema": schema, "natpatsip": options}
    comments, decisions = _left(columns, options, key, words)
    notes = [*_totals(columns, key), *(note for column in columns for note in column.notes)]
    return Proposal(name, entry, columns, tuple(comments), (*decisions, *notes))


def _totals(columns: Sequence[Column], key: Sequence[str]) -> Iterator[str]:
    """Yield the question to the author about a name that seems to be the total of the others in its column."""
    counts = [each for each in columns if each.is_count]
    for column in (each for each in columns if each.name in key and each.type == "string" and not each.is_time):
        total = total_by_name(set(column.texts))
        for values in [] if total else [each.values() for each in counts[:1]]:
            likely = likely_total(column.texts, values)
            others = [each.texts for each in columns if each.name in key and each is not column]
            if likely and is_sum_of_others(likely, column.texts, list(zip(*others, strict=True)), values):
                total = likely
        if total:
            yield f'{column.name}: is "{total}" the total of the others? {REMEDY}'


def _is_empty(column: Column, text: str) -> bool:
    return not text.strip() or text in column.missing


def _as_of(columns: Sequence[Column]) -> str:
    found = (each.name for each in columns if each.name.lower() in AS_OF and each.form == "quarter")
    return next((name for name in found), "")


def _period(columns: Sequence[Column]) -> str:
    """Return the proposed column of the month, day or quarter that a row is about: by its name, else the first one."""
    times = [each for each in columns if each.is_time and each.is_complete and each.name.lower() not in AS_OF]
    named = [each.name for part in PERIODS for each in times if part in each.name.lower()]
    return next(iter([*named, *(each.name for each in times)]), "")


def _key(columns: Sequence[Column], first: Sequence[str]) -> list[str]:
    """Return the fewest columns that could be proposed to identify a row, in their order; none if no columns do."""
    texts = {each.name: each.texts for each in columns}
    may_identify = [each.name for each in columns if each.is_complete and each.type not in ("number", "boolean")]
    counts = [each.name for each in columns if each.type in NUMBERS]
    names = [each for each in may_identify if each not in counts and len(set(texts[each])) > 1]
    order = [*first, *(each for each in names if each not in first)]
    chosen: list[str] = []
    for name in order:
        chosen.append(name)
        if _identify(chosen, texts):
            break
    else:
        return []
    for name in reversed(chosen[:-1]):
        fewer = [each for each in chosen if each != name]
        if fewer and _identify(fewer, texts):
            chosen = fewer
    return chosen


def _identify(names: Sequence[str], texts: Mapping[str, Sequence[str]]) -> bool:
    rows = list(zip(*(texts[name] for name in names), strict=True))
    return len(set(rows)) == len(rows)


def _organisations_first(key: Sequence[str], columns: Sequence[Column]) -> list[str]:
    kinds = {each.name: each.organisation for each in columns}
    return sorted(key, key=lambda name: not kinds[name])


def _provenance(columns: Sequence[Column]) -> str:
    found = (each.name for each in columns if each.texts and set(each.texts) <= set(PROVENANCE))
    return next(found, "")


def _parts(counted: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """Yield pairs of counts of which the first is nowhere more than the second and somewhere less, as a part is."""
    values = {each.name: each.values() for each in counted}
    for part, whole in permutations(values, 2):
        pairs = [(a, b) for a, b in zip(values[part], values[whole], strict=True) if a is not None and b is not None]
        if all(a <= b for a, b in pairs) and any(a < b for a, b in pairs):
            yield part, whole


def _left(
    columns: Sequence[Column], options: Mapping[str, Any], key: Sequence[str], words: str
) -> tuple[list[str], list[str]]:
    """Return the comments to write below a new entry, and what is to be decided."""
    left = {"title": (f'what is "{words}", and what does each column hold (description)?', "")}
    if not options.get("provenance"):
        left["provenance"] = (
            "are the data reported, illustrative or decided? A final edition asks for it.",
            "reported",
        )
    if not options.get("as_of"):
        left["as_of"] = (
            "are earlier figures revised? Then a column has to say in which quarter a row was reported.",
            "as_of",
        )
    if not options.get("period") and not options.get("as_of"):
        left["period"] = ("no column says when a row was, so every quarter reads all rows.", "month")
    else:
        left["required"] = ("should a build wait for each month or each quarter of it?", "each month")
    if series := options.get("series"):
        names = [name.replace("_", " ") for name in series["by"]]
        question = f"does each {listing(names)} in this file owe a row for each later period (members: found)"
        if any(each.organisation for each in columns if each.name == series["by"][0]):
            question += f", or each {names[0]} of {ORGANISATIONS}.csv (members: all)"
        left["series"] = (f"{question}?", "")
    if not key:
        left["primaryKey"] = ("no columns tell all rows apart, so a row that is there twice is not found.", "")
    counted = [each for each in columns if each.is_count]
    counts = [each.name for each in counted]
    if part_and_whole := next(_parts(counted), None):
        part, whole = part_and_whole
        left["rules"] = (
            f"can {part} never be more than {whole}? Then a row in which it is stops the build.",
            f"[{{at_most: [{part}, {whole}]}}]",
        )
    if counts:
        names = [each.name for each in columns if each.name in key and each.type == "string" and not each.is_time]
        only = names[0] if len(names) == 1 else ""
        geography = next((each.name for each in columns if each.organisation), only)
        place = geography or "…"
        policy = f"{{policy: …, source: …, counts: [{', '.join(counts)}], geography: {place}, threshold: 7, base: 5}}"
        question = f"do {listing(counts)} count people? Then say which small numbers are hidden."
        if not geography:
            question += " geography is the column that says which organisation or area a count is of."
        left["disclosure"] = (question, policy)
    comments = [f"{key}: {example}" for key, (_, example) in left.items() if example]
    return comments, [f"{key}: {question}" for key, (question, _) in left.items()]
