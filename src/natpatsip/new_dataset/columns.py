"""What a column holds: the type that all its cells have, as the reader of datasets reads them, and its missing values.

A type is tried by the rule that will read the cells later (`natpatsip.datasets.cells`), so the two cannot differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from natpatsip.datasets.cells import CellRule
from natpatsip.datasets.descriptor import FOLDER, NOT_STATED, ORGANISATIONS, PROVENANCE, DataField
from natpatsip.datasets.organisations import Organisations, names_read
from natpatsip.errors import nearest
from natpatsip.spc.parsing import are_financial_years
from natpatsip.wording import listing, plural

ORGANISATIONS_FILE = f"{FOLDER}/{ORGANISATIONS}.csv"
MARKS = frozenset({  # of values that are not there, as spreadsheets, pandas and official statistics write them
    "*", "**", "-", "–", "—", ".", "..", "…", ":", "?", "x", "z", "c", "u", "NA", "N/A", "n/a", "na", "#N/A", "NaN",
    "nan", "NULL", "null", "None", "none", "NS", "NK", "NR", "ND", "suppressed", "missing", "unknown", "<5", "<6", "<7",
    "<8", "<10", "≤5", "≤7", "1-4", "1-5", "1-7", "[c]", "[x]", "[z]", "[u]", "[low]", "#DIV/0!", "#REF!", "#VALUE!",
})  # fmt: skip
DAYS_FIRST, MONTHS_FIRST = "%d/%m/%Y", "%m/%d/%Y"
DATES = (  # as spreadsheets write them, those of the United Kingdom first
    *(DAYS_FIRST, "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b-%y", "%b-%Y"),
    *("%b %Y", "%B %Y", "%B-%Y", "%B-%y", "%Y/%m/%d", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S", MONTHS_FIRST),
)
TIMES = ("yearmonth", "date", "datetime")
NUMBERS = ("integer", "number")
CODE = re.compile(r"(^|[_\W])(code|codes|id|ids|ods|postcode|lsoa|uprn|nhs[_ ]?number)($|[_\W])", re.IGNORECASE)
LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
SIGNED = re.compile(r"[-+]?[£$€]|%\s*$")
SERIAL_DAY = re.compile(r"[34][0-9]{4}")
CALLED_TIME = re.compile(r"month|date|day|week|period|quarter|year", re.IGNORECASE)
MOST_WORDS, LONGEST_WORD, REPEATED = 8, 40, 3
MOST_ODD, ODD_SHARE = 3, 0.1  # cells that keep a column from being numbers or dates, and are told


@dataclass(frozen=True)
class Column:
    """A column of a file: its entry in the declaration, what its cells are, and what the author has to look at."""

    name: str
    texts: Sequence[str]
    entry: dict[str, Any]
    notes: tuple[str, ...] = ()
    missing: frozenset[str] = field(default=frozenset())

    @property
    def type(self) -> str:
        """The type that was found for the column's cells."""
        return str(self.entry["type"])

    @property
    def form(self) -> str:
        """The form that was found: a text that is a quarter has the form quarter."""
        return str(self.entry.get("natpatsip", {}).get("form", ""))

    @property
    def organisation(self) -> str:
        """The kind of organisation that the column was found to name."""
        return str(self.entry.get("natpatsip", {}).get("organisation", ""))

    @property
    def is_time(self) -> bool:
        """Whether the cells were found to be months, days or quarters."""
        return self.type in TIMES or self.form == "quarter"

    @property
    def is_count(self) -> bool:
        """Whether the cells were found to be whole numbers, rather than money or shares."""
        is_whole = self.type == "integer" or ("groupChar" in self.entry and not any("." in text for text in self.texts))
        return is_whole and "bareNumber" not in self.entry

    @property
    def is_complete(self) -> bool:
        """Whether each cell was found to have a value."""
        return not self.missing and "" not in self.texts

    def values(self) -> list[Any]:
        """Return the cells as values of the type that was found, None where one is missing."""
        rule = _rule(self.entry, self.missing)
        known = {text: rule.parse(text) for text in set(self.texts)}
        return [known[text] for text in self.texts]


def describe(name: str, texts: Sequence[str], lines: Sequence[int], organisations: Organisations) -> Column:
    """Return the proposal for a column, with the first type that all its cells have, apart from missing ones."""
    found = Counter(texts)
    values = [text for text in found if text and text not in MARKS]
    for keys in _types(name, values) if values else ():
        wrong = [text for text in values if not _fits(keys, name, text)]
        if not wrong:
            missing = frozenset(found) & (MARKS | {""})
            return _typed(name, texts, keys, missing)
    notes = list(_odd_cells(name, texts, lines, found, values)) if values else []
    column = _text(name, texts, found, organisations)
    return Column(name, texts, column.entry, (*notes, *column.notes))


def _types(name: str, values: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield what the cells of an undeclared column may be, the narrowest first."""
    yield {"type": "string", "natpatsip": {"form": "quarter"}}
    if not are_financial_years(values):
        yield {"type": "yearmonth"}
    yield {"type": "date"}
    yield from ({"type": "date", "format": form} for form in DATES)
    yield {"type": "datetime"}
    if set(values) <= {"true", "True", "TRUE", "false", "False", "FALSE"}:
        yield {"type": "boolean"}
    if CODE.search(name) or any(LEADING_ZERO.match(text) for text in values):
        return
    if re.search(r"year", name, re.IGNORECASE) and all(re.fullmatch(r"(19|20)[0-9]{2}", text) for text in values):
        yield {"type": "year"}
    signs = {"bareNumber": False} if any(SIGNED.search(text) for text in values) else {}
    yield from ({"type": kind, **signs} for kind in NUMBERS)
    if all(
        _is_grouped(text, ",", ".") for text in values
    ):  # the standard has it for whole numbers; frictionless lacks it
        yield {"type": "number", "groupChar": ",", **signs}
    yield {"type": "number", "decimalChar": ",", **signs}
    if all(_is_grouped(text, ".", ",") for text in values):
        yield {"type": "number", "decimalChar": ",", "groupChar": ".", **signs}


def _is_grouped(text: str, group: str, decimal: str) -> bool:
    """Return True if separators of thousands in a cell to declare are where they belong, or it has none."""
    whole = re.sub(r"[^0-9.,]", "", text).partition(decimal)[0]
    first, *others = whole.split(group)
    return not others or (0 < len(first) <= 3 and all(len(each) == 3 for each in others))


def _fits(keys: Mapping[str, Any], name: str, text: str) -> bool:
    """Return True if a text is one of the type that is proposed."""
    try:
        _rule({"name": name, **keys}, frozenset()).parse(text)
    except ValueError:
        return False
    return True


def _rule(entry: Mapping[str, Any], missing: frozenset[str]) -> CellRule:
    return CellRule(DataField.model_validate(dict(entry)), dict.fromkeys(missing, ""), False, None)


def _typed(name: str, texts: Sequence[str], keys: dict[str, Any], missing: frozenset[str]) -> Column:
    """Return the proposal for a column of numbers, times, quarters or truths."""
    column = Column(name, texts, {"name": name, **keys}, missing=missing)
    entry = {key: value for key, value in column.entry.items() if key != "natpatsip"}
    constraints: dict[str, Any] = {} if missing else {"required": True}
    if keys["type"] in NUMBERS and min(value for value in column.values() if value is not None) >= 0:
        constraints["minimum"] = 0
    if constraints:
        entry["constraints"] = constraints
    if missing:
        entry["missingValues"] = [{"value": mark, "label": _label(mark, missing)} for mark in sorted(missing)]
    if "natpatsip" in keys:
        entry["natpatsip"] = keys["natpatsip"]
    known = [text for text in dict.fromkeys(texts) if text not in missing]
    return Column(name, texts, entry, tuple(_doubts(name, keys, known, missing)), missing)


def _label(mark: str, missing: frozenset[str]) -> str:
    """Return the proposed label of a mark whose meaning is not stated yet; each mark of a column has its own."""
    return NOT_STATED if len(missing) == 1 else f"{NOT_STATED} ({mark or 'empty'})"


def _doubts(name: str, keys: Mapping[str, Any], known: Sequence[str], missing: frozenset[str]) -> Iterator[str]:
    """Yield what the author has to look at: what could be meant otherwise, and what missing values do not say."""
    if missing:
        marks = listing([f'"{mark}"' if mark else "an empty cell" for mark in sorted(missing)])
        yield f"{name}: what does {marks} mean? Write the label in missingValues: suppressed, not submitted …"
    form = keys.get("format", "")
    months_first = form.replace("%d/%m", "%m/%d")
    american = {"type": "date", "format": months_first}
    if months_first != form and all(_fits(american, name, text) for text in known):
        yield f'{name}: {known[0]} is read with the day first. If the month is first, write format: "{months_first}".'
    if keys["type"] == "integer" and CALLED_TIME.search(name) and all(map(SERIAL_DAY.fullmatch, known)):
        yield f"{name}: looks like a spreadsheet's days since 1900. Format the column as yyyy-mm-dd, and save it again."
    if group := keys.get("groupChar"):
        first = next(text for text in known if group in text)
        yield f'{name}: is "{group}" in {first} a separator of thousands? If it is not, take groupChar out.'


def _text(name: str, texts: Sequence[str], found: Counter[str], organisations: Organisations) -> Column:
    """Return the proposal for a column of texts: names of organisations, one of a few words, or any."""
    entry: dict[str, Any] = {"name": name, "type": "string"}
    if "" not in found:
        entry["constraints"] = {"required": True}
    kind, notes = _kind_of(name, [text for text in found if text], organisations)
    if kind:
        return Column(name, texts, {**entry, "natpatsip": {"organisation": kind}})
    words = sorted(text for text in found if text)
    if words and set(words) <= set(PROVENANCE) and "" not in found:
        return Column(name, texts, {**entry, "constraints": {"required": True, "enum": list(PROVENANCE)}})
    if "" not in found and _is_list(words, len(texts)) and not CODE.search(name):
        entry["constraints"] = {"required": True, "enum": words}
        notes = [*notes, f"{name}: may it be anything else than {listing(words)}? Then add it to enum."]
    return Column(name, texts, entry, tuple(notes))


def _is_list(words: Sequence[str], rows: int) -> bool:
    """Return True if an undeclared column repeats a few short words."""
    return len(words) <= MOST_WORDS and rows >= REPEATED * len(words) and max(map(len, words)) <= LONGEST_WORD


def _kind_of(name: str, texts: Sequence[str], organisations: Organisations) -> tuple[str, list[str]]:
    """Return the kind of organisation that an undeclared column names; else what to do if most of its texts do."""
    for kind, known in organisations.items():
        names = names_read(known)
        others = sorted(text for text in texts if text not in names)
        if texts and not others:
            return kind, []
        if len(others) < len(texts) / 2:
            unknown = f"{listing(others[:MOST_ODD])} {plural(len(others), 'is', 'are')} not in {ORGANISATIONS_FILE}"
            remedy = (
                f"If that is another name of a {kind} there, add it to aliases. If it is a {kind} of its own, add a "
                "row: it owes rows in each dataset whose series has members: all, so write members: found in those "
                f"that it does not report to. Then declare natpatsip: {{organisation: {kind}}}. "
                "Or leave the column as it is declared now, and change no other file."
            )
            return "", [f"{name}: is it a {kind}? {unknown}.{nearest(others[0], names)} {remedy}"]
    return "", []


def _odd_cells(
    name: str, texts: Sequence[str], lines: Sequence[int], found: Counter[str], values: Sequence[str]
) -> Iterator[str]:
    """Yield the few cells that keep an undeclared column from being numbers or times."""
    best: tuple[list[str], str] | None = None
    for keys in _types(name, values):
        wrong = [text for text in values if not _fits(keys, name, text)]
        if len(wrong) <= MOST_ODD and sum(found[text] for text in wrong) <= ODD_SHARE * len(texts):
            best = best or (wrong, f"{keys['type']}s" if keys["type"] != "string" else "quarters")
    if best:
        places = [f'"{text}" in row {lines[list(texts).index(text)]}' for text in best[0]]
        yield f"{name}: would be {best[1]} except for {listing(places)}. Correct the file, or leave it as text."
