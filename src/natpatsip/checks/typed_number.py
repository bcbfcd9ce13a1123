"""Typed numbers: a number in the narrative that is not an inline expression, and so goes out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from functools import cached_property
from typing import Any

from natpatsip import params, wording
from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.numbers import Typed, typed_numbers
from natpatsip.checks.outcome import Finding, Place
from natpatsip.checks.sentences import MARK, Sentence
from natpatsip.facts.fact import Fact
from natpatsip.files import digests
from natpatsip.files.yaml_models import place_of
from natpatsip.measures import measures_file as measures

CHECK = "typed-number"
TAG = "typed-number"
_AROUND = 40  # characters that a finding quotes before and after a number
_FEW = 3  # facts that it suggests at most
_EARLIER = ("baseline", "mean_before")  # facts of a measure that are not about now
_EARLIER_WORDS = ("baseline", "before", "earlier", "first", "from", "previous", "start")


def check(context: CheckContext) -> list[Finding]:
    """Return the typed numbers of the narrative and of sentences in the params; `is_listed` tells which pass."""
    return list(_TypedNumbers(context).find())


def is_listed(finding: Finding, context: CheckContext) -> bool:
    """Return True for a typed number whose cell is tagged ``typed-number``: it passes, and reviewers are shown it."""
    place = context.places.get((finding.notebook.removesuffix(".ipynb"), finding.cell))
    return finding.check == CHECK and place is not None and TAG in place.tags


class _TypedNumbers:
    """Finds the typed numbers of a quarter, each with the fact that should be cited instead."""

    def __init__(self, context: CheckContext) -> None:
        self._context = context

    @cached_property
    def _allowed(self) -> str:
        """The digest of what may be typed."""
        own = self._context.settings.checks
        return digests.key(own.nouns, own.documents, *self._context.names)

    def find(self) -> Iterator[Finding]:
        names = {name: code_cells.typed_names(cells) for name, cells in self._context.code.items()}
        for sentence in self._context.narrative:
            for typed in self._in(sentence.text):
                yield self._quoting(sentence, typed, _quote(sentence.text, typed))
            for printed in sentence.printed:
                yield from self._in_expression(printed.expression, sentence, names[sentence.place.notebook])
        for place, cell in self._context.cells():
            for literal in code_cells.parse(cell.source).literals if cell.cell_type == "code" else ():
                shown_by = "a tile" if literal.role == "tile" else "a table or chart"
                message = f"{literal.text} is typed into what {shown_by} shows."
                yield self._finding(place, Typed(literal.text, 0, 0, literal.value), message)
        yield from self._in_params()
        yield from self._in_measures()

    def _in(self, text: str) -> list[Typed]:
        def made() -> list[tuple[Any, ...]]:
            found = typed_numbers(text, terms=self._context.names, allowed=self._context.allowed_numbers.values())
            return [astuple(each) for each in found]

        return [Typed(*each) for each in self._context.saved.once(made, "typed numbers", self._allowed, text)]

    def _in_expression(
        self, expression: str, sentence: Sentence, typed_names: dict[str, tuple[str, float]]
    ) -> Iterator[Finding]:
        """Yield numbers that hide in an expression: words with digits, a literal, a name bound to one."""
        code = code_cells.parse(expression)
        strings = code.strings if sentence.kind != "code" else ()  # those of code are sentences themselves
        for text, _, _ in strings:
            for typed in self._in(text):
                yield self._quoting(sentence, typed, f"`{{python}} {expression}`")
        if strings:
            return
        hidden, owner = code.typed, ""
        if hidden is None and expression in typed_names:
            owner, value = typed_names[expression]
            hidden = wording.plain(value, 6), value
        if hidden is not None:
            place = self._context.places.get((sentence.place.notebook, owner))
            at = f" in {place.name}" if place else ""
            message = f"{hidden[0]} is typed{at} and printed by `{{python}} {expression}`."
            yield self._finding(sentence.place, Typed(hidden[0], 0, 0, hidden[1]), message, sentence)

    def _in_params(self) -> Iterator[Finding]:
        """Yield numbers in the reasons for a rebase, which the text of a chart prints as they are."""
        for number, rebase in enumerate(self._context.plan.params.rebase):
            found = [(key, text, typed) for key, text in rebase.texts for typed in self._in(text)]
            for key, text, typed in found:
                where = params.place(self._context.quarter, self._context.plan.project, "rebase", number, key)
                fact, _, expected = self._advice(typed)
                message = (
                    f'"{typed.text}" is typed in "{text}", the reason for {rebase.measure}, {rebase.date}, '
                    "which is printed as it is and cannot cite. Say it without the number."
                )
                yield Finding(CHECK, message, where, fact=fact, found=typed.text, expected=expected)

    def _in_measures(self) -> Iterator[Finding]:
        """Yield numbers in the texts of measures that are the value of a fact; others are a definition's own."""
        declared = measures.declared(self._context.project)
        for name, definition in declared.by_id.items():
            found = [(key, text, typed) for key, text in definition.texts for typed in self._in(text)]
            for key, text, typed in found:
                if facts := self._facts_with(typed, None)[:_FEW]:
                    where = place_of(measures.FILE, declared.content, [name, *key.split(".", 1)])
                    message = (
                        f'"{typed.text}" is typed in "{text}", which is printed as it is and cannot cite. A published '
                        f"fact has that value ({facts[0].id}): say it in a sentence that cites the fact, and not here."
                    )
                    expected = " or ".join(self._cite(fact) for fact in facts)
                    yield Finding(CHECK, message, where, fact=facts[0].id, found=typed.text, expected=expected)

    def _quoting(self, sentence: Sentence, typed: Typed, quote: str) -> Finding:
        role = f" ({sentence.role})" if sentence.role else ""
        return self._finding(sentence.place, typed, f'"{typed.text}" is typed in {quote}{role}.', sentence)

    def _finding(self, place: Place, typed: Typed, message: str, sentence: Sentence | None = None) -> Finding:
        fact, advice, expected = self._advice(typed, sentence)
        return place.finding(CHECK, f"{message} {advice}", fact=fact, found=typed.text, expected=expected)

    def _advice(self, typed: Typed, sentence: Sentence | None = None) -> tuple[str, str, str]:
        """Return the id of the fact that has the value, a sentence of advice, and the ``cite(…)`` to write."""
        if typed.is_figure:
            return "", "The build numbers the figures: refer to it by its id, as @fig-….", "@fig-…"
        if facts := self._facts_with(typed, sentence)[:_FEW]:
            advice = f"A published fact has that value: write {self._choice(facts)}."
            return facts[0].id, advice, " or ".join(map(self._cite, facts))
        if facts := self._facts_near(typed, sentence)[:_FEW]:
            advice = f"A published fact rounds to that: write {self._choice(facts, is_value_told=True)}."
            return facts[0].id, advice, " or ".join(map(self._cite, facts))
        tag = "or tag the cell typed-number if it must be typed"
        return "", f"Publish it from data or a calculation and cite it, {tag}.", ""

    def _choice(self, facts: Sequence[Fact], *, is_value_told: bool = False) -> str:
        """Return what to write for a typed number, with what tells facts apart, and the value of each where asked."""
        is_label_told = len(facts) > 1
        written = []
        for fact in facts:
            told = [fact.label] if is_label_told and fact.label else []
            told += [fact.text] if is_value_told else []
            written.append(f"`{{python}} {self._cite(fact)}`" + (f" ({': '.join(told)})" if told else ""))
        return " or ".join(written)

    def _facts_near(self, typed: Typed, sentence: Sentence | None) -> Sequence[Fact]:
        """Return the facts whose value, rounded as a typed one is, is the typed one, the likeliest first.

        Many facts round to a small number: those of the same unit count, as it is typed or as it follows the number.
        """
        if typed.value is None:
            return ()
        places = _places(typed)
        after = sentence.text.lower()[typed.end : typed.end + _AROUND] if sentence else ""
        found = [
            fact
            for fact in self._context.facts.values()
            if isinstance(fact.value, int | float)
            and wording.round_half_up(fact.value, places) == typed.value
            and (typed.unit == fact.unit if typed.unit else re.match(rf"\W*{re.escape(fact.unit.lower())}\b", after))
        ]
        return self._likeliest_first(found, typed, sentence)

    def _facts_with(self, typed: Typed, sentence: Sentence | None) -> Sequence[Fact]:
        """Return the facts that have a typed value, the likeliest first."""
        if typed.value is None:
            return ()
        found = [
            fact
            for fact in self._context.facts.values()
            if isinstance(fact.value, int | float)
            and abs(fact.value - typed.value) < 1e-9
            and typed.unit in ("", fact.unit)
        ]
        return self._likeliest_first(found, typed, sentence)

    def _likeliest_first(self, found: Sequence[Fact], typed: Typed, sentence: Sentence | None) -> Sequence[Fact]:
        """Return facts in the order in which a sentence may mean them: what is now before what was."""
        around = sentence.text.lower() if sentence else ""
        is_of_the_past = any(re.search(rf"\b{word}\b", around) for word in _EARLIER_WORDS)
        earlier = set() if is_of_the_past else self._earlier_facts

        def likeness(fact: Fact) -> float:
            described = f"{fact.id.replace('_', ' ')} {fact.unit} {fact.source} {fact.formula}".lower()
            words = {word for word in re.split(r"\W+", described) if len(word) > 3}
            return (
                3 * (fact.unit.split(" ")[0] in around[typed.end : typed.end + _AROUND])
                + 0.5 * sum(word[:6] in around for word in words)
                + (fact.period == str(self._context.quarter))
                + (typed.unit == fact.unit)
                - 2 * (fact.id in earlier)
            )

        return sorted(found, key=likeness, reverse=True)

    @cached_property
    def _earlier_facts(self) -> set[str]:
        """The ids of the facts of measures that are about an earlier time."""
        declared = measures.declared(self._context.project).by_id.items()
        ids = [each.fact_ids(name) for name, each in declared]
        return {own[role] for own in ids for role in _EARLIER if role in own}

    def _cite(self, fact: Fact) -> str:
        period = "" if fact.period == str(self._context.quarter) else f', "{fact.period}"'
        return f'cite("{fact.id}"{period})'


def _places(typed: Typed) -> int:
    """Return to how many places a number was rounded as it was typed: below zero to tens, hundreds, thousands.

    Two digits or more are left, and numbers below 1,000 are not rounded to tens: 240 may be 240.
    """
    written = re.search(r"[\d,]+\.(\d+)", typed.text)
    if written and float(written[0].replace(",", "")) == typed.value:  # else it is 1.2 million
        return len(written[1])
    digits = f"{abs(typed.value or 0):.0f}"
    zeros = len(digits) - max(2, len(digits.rstrip("0")))
    return -zeros if len(digits) > 3 else 0


def _quote(text: str, typed: Typed) -> str:
    """Return the words around a typed number, whole words on both sides."""
    start, end = max(0, typed.start - _AROUND), min(len(text), typed.end + _AROUND)
    before, after = text[start : typed.start], text[typed.end : end]
    if start:
        before = "…" + before.partition(" ")[2]
    if end < len(text):
        after = after.rpartition(" ")[0] + "…"
    return f'"{before}{typed.text}{after}"'.replace(MARK, "{…}").replace("\n", " ")
