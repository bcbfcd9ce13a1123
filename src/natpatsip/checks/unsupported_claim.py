"""Unsupported claims: words about a chart that the chart does not support.

A sentence is about a figure if it refers to it, is in the figure's part of a chapter, is the figure's own title or
caption, cites a fact that was published beside it, or names its subject: the heading of its part, or the label of its
measure, wherever in the report that is. What `claim`,
`describe` and `direction` print is checked already; every other word of rise, fall, shift, improvement or control is
compared with what the chart shows.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import cache

from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding
from natpatsip.checks.patterns import compiled, read_table, word_list
from natpatsip.checks.sentences import MARK, Sentence
from natpatsip.measures import measures_file as measures
from natpatsip.measures.definitions import figure_id
from natpatsip.pipeline.staging.markdown import REFERENCE
from natpatsip.wording import listing

CHECK = "unsupported-claim"
_CHECKED_ALREADY = {"describe", "direction"}
_NAME_REACH = 60  # characters between a subject and what is said of it
_DENIED = re.compile(rf"(?:\b(?:{word_list('denial')})\b|n['’]t)(?:\s\w+){{0,3}}\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<=\])\([^()\s]*\)|\bhttps?://[^\s<>()]+")  # which the words of a link are not
_SUPPOSED = re.compile(rf"\b(?:{word_list('supposition')})\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:()–]|\sbut\s|\swhile\s|\swhereas\s|\salthough\s|\sthough\s|\.\s")


@dataclass(frozen=True)
class ChartClaim:
    """Words that claim something of a chart: where they start, what supports them, and whether they deny it.

    A chart supports them if it shows any of `needs`; ``!`` is for what it must not show.
    """

    words: str
    start: int
    needs: tuple[str, ...]
    is_denied: bool = False

    def is_supported_by(self, shows: Collection[str]) -> bool:
        """Return True if a chart that shows these things supports the words."""
        holds = any((need[1:] not in shows) if need.startswith("!") else need in shows for need in self.needs)
        return holds != self.is_denied


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return compiled(read_table("chart_words"), re.IGNORECASE)


def claims_about_charts(text: str) -> list[ChartClaim]:
    """Return what a sentence says of how a measure goes, without what is only supposed, hoped or planned.

    Of words that fit several rows of the table, the first row counts.

    Examples
    --------
    >>> [(each.words, each.needs[0]) for each in claims_about_charts("It has risen, and is still below the target.")]
    [('has risen', 'shift up'), ('below the target', 'below target')]
    >>> claims_about_charts("If it falls again, teams will review it, and falls in frailty are a theme.")
    []
    """
    found: list[ChartClaim] = []
    text = _ADDRESS.sub(lambda address: "_" * len(address[0]), text)  # a chapter may be called falls
    for shows, pattern in _patterns().items():
        for match in pattern.finditer(text):
            if any(match.start() < other.start + len(other.words) and other.start < match.end() for other in found):
                continue
            cuts = [cut.end() for cut in _CLAUSE.finditer(text, 0, match.start())]
            clause = text[cuts[-1] if cuts else 0 : match.start()]
            if _SUPPOSED.search(clause) or _SUPPOSED.match(match[0]):
                continue
            # "has not changed" is a way to say stable, so its own "not" denies nothing
            denied = shows != "stable" and re.search(r"\b(?:not|never)\b|n['’]t\b", match[0])
            is_denied = bool(denied or _DENIED.search(clause))
            found.append(ChartClaim(match[0], match.start(), tuple(shows.split(" | ")), is_denied))
    return sorted(found, key=lambda each: each.start)


def check(context: CheckContext) -> list[Finding]:
    """Return what is said of charts that they do not show."""
    parts = _Parts(context)
    return [finding for sentence in context.narrative for finding in _unsupported(sentence, parts, context)]


def _unsupported(sentence: Sentence, parts: _Parts, context: CheckContext) -> Iterator[Finding]:
    if sentence.role.startswith(("picture.", "tile.")):
        return
    text = _words_to_check(sentence)
    for claim in _claims(text, context):
        figures, is_referred = parts.figures_of(sentence, text, claim)
        shows = {name: context.figures[name][1].get("shows") for name in figures}
        known = {name: set(what) for name, what in shows.items() if what is not None}
        if not figures or any(claim.is_supported_by(what) for what in known.values()):
            continue
        if known or is_referred:  # else a chart of another kind, and no word that this sentence is about it
            yield _finding(sentence, claim, figures, known, parts.measures)


def _claims(text: str, context: CheckContext) -> list[ChartClaim]:
    """Return the same as `claims_about_charts`, as an earlier build may have found it."""
    made = context.saved.once(lambda: [astuple(each) for each in claims_about_charts(text)], "claims", text)
    return [ChartClaim(words, start, tuple(needs), is_denied) for words, start, needs, is_denied in made]


def _finding(
    sentence: Sentence,
    claim: ChartClaim,
    figures: Sequence[str],
    known: Mapping[str, Collection[str]],
    measured: Mapping[str, str],  # the measure of a figure
) -> Finding:
    name = next(iter(known), figures[0])
    shows = listing(sorted(known.get(name, ())))
    if name in known:
        instead = f"shows: {shows or 'nothing that may be claimed'}"
    else:
        instead = "is not a control chart, so nothing supports the words"
    measure = measured.get(name, "")
    own = f".claim(…) or .sentence of the measure {measure}" if measure else "spc.claim(…) or spc.describe(…)"
    flat = " ".join(sentence.shown.split())
    quote = flat if len(flat) <= 90 else flat[:90].rpartition(" ")[0] + "…"
    message = (
        f'"{claim.words}" in "{quote}" is not what the chart says: {name} {instead}. '
        f"Say it with {own}, or wording.direction(…) of two numbers."
    )
    return sentence.place.finding(CHECK, message, found=claim.words, expected=shows)


def _words_to_check(sentence: Sentence) -> str:
    """Return the words typed, and those that an expression prints whatever the data say."""
    values = iter(sentence.printed)

    def words(_: re.Match[str]) -> str:
        printed = next(values, None)
        if printed is None or sentence.kind == "code":
            return MARK
        code = code_cells.parse(printed.expression)
        if not code.calls.isdisjoint(_CHECKED_ALREADY):
            return MARK
        body = code.tree.body[0] if len(code.tree.body) == 1 else None
        is_literal = isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant | ast.JoinedStr)
        return printed.text if is_literal or "claim" in code.calls else MARK

    return re.sub(MARK, words, sentence.text)


def _by_subject(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return figures by what claims call their subject: all its words, and the last two, which stand for a longer name.

    Last words that subjects of several figures share are no name of any.
    """
    whole, short = defaultdict[str, list[str]](list), defaultdict[str, set[str]](set)
    for text, figure in named:
        words = re.sub(r"[*_`]", "", text).lower().split()
        whole[" ".join(words)].append(figure)
        if len(words) > 2:
            short[" ".join(words[-2:] if words[-2] != "of" else words[-3:])].add(figure)
    return {**{words: [*figures] for words, figures in short.items() if len(figures) == 1}, **whole}


@dataclass
class _Part:
    """A part of a chapter under one heading: its figures, by position of their cells."""

    heading: str = ""
    figures: dict[int, str] = field(default_factory=dict)

    def nearest(self, position: int, *, ahead: bool) -> str:
        """Return the figure that a claim is about: before a cell, else after it; the other way round if `ahead`."""
        before = [name for at, name in sorted(self.figures.items()) if at <= position][-1:]
        after = [name for at, name in sorted(self.figures.items()) if at >= position][:1]
        return "".join((after or before) if ahead else (before or after))


class _Parts:
    """The parts of all chapters, and which figures a sentence is about."""

    def __init__(self, context: CheckContext) -> None:
        self._figures = context.figures
        declared = measures.declared(context.project).by_id
        self.measures = {name: each for each in declared if (name := figure_id(each)) in self._figures}
        self._own = {(place.notebook, place.position): name for name, (place, _) in context.figures.items()}
        headings = {
            (sentence.place.notebook, sentence.place.position): sentence.text
            for sentence in context.prose
            if sentence.kind == "heading"
        }
        self._part_of: dict[tuple[str, int], _Part] = {}
        for notebook in context.executed:
            part = _Part()
            for place, _ in context.cells(notebook):
                at = notebook, place.position
                if at in headings:
                    part = _Part(headings[at])
                self._part_of[at] = part
                if at in self._own:
                    part.figures[place.position] = self._own[at]
        labels = ((declared[measure].label, name) for name, measure in self.measures.items())
        self._subjects = _by_subject([*self._named(), *labels])
        self._of_fact = dict(self._published_beside(context))

    def _named(self) -> Iterator[tuple[str, str]]:
        """Yield the subjects of figures that are alone in their part: its heading, and the heading's last words."""
        for at, name in self._own.items():
            part = self._part_of.get(at)
            if part and len(part.figures) == 1 and part.heading:
                yield part.heading, name

    def _published_beside(self, context: CheckContext) -> Iterator[tuple[tuple[str, str], str]]:
        """Yield the facts published in a figure's part, each with the figure that follows."""
        for fact in context.facts.values():
            place = context.places.get((fact.section, fact.cell))
            part = self._part_of.get((place.notebook, place.position)) if place else None
            if place and part and (name := part.nearest(place.position, ahead=True)):
                yield fact.key, name

    def figures_of(self, sentence: Sentence, text: str, claim: ChartClaim) -> tuple[list[str], bool]:
        """Return the figures that something is claimed of, and whether the sentence refers to them itself."""
        at = sentence.place.notebook, sentence.place.position
        if referred := self._referred(sentence.text):
            return referred, True
        if sentence.kind == "code" and at in self._own:
            return [self._own[at]], True
        if named := self._of_subject(text.lower(), claim):
            return named, False
        facts = [each.fact for each in sentence.printed if each.fact is not None]
        if beside := [name for fact in facts if (name := self._of_fact.get(fact.key))]:
            return list(dict.fromkeys(beside)), False
        part = self._part_of.get(at)
        if sentence.kind == "code" or part is None or not part.figures:
            return [], False
        return self._referred(sentence.block) or [part.nearest(at[1], ahead=False)], False

    def _of_subject(self, text: str, claim: ChartClaim) -> list[str]:
        """Return the figures whose subject is before the words (*use has fallen*) or after them (*a fall in use*)."""
        end = claim.start + len(claim.words)
        before, after = text[max(0, claim.start - _NAME_REACH) : claim.start], text[end : end + _NAME_REACH]
        forms = ((r"\b{}\b", before), (r"^\s(?:in|of|for)\s(?:the\s)?{}\b", after))
        for form, part in forms:
            found = [each for each in self._subjects if re.search(form.format(re.escape(each)), part)]
            if found:
                return list(dict.fromkeys(name for each in found for name in self._subjects[each]))
        return []

    def _referred(self, text: str) -> list[str]:
        return [name for name in REFERENCE.findall(text) if name in self._figures]
