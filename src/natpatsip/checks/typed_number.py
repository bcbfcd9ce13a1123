"""Typed numbers: a number in the narrative that is no inline expression, and goes stale once."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from natpatsip import wording
from natpatsip.checks import code_cells
from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.numbers import Typed, typed_numbers
from natpatsip.checks.places import Place
from natpatsip.checks.sentences import MARK, Sentence
from natpatsip.facts import Fact
from natpatsip.quarter import PARAMS_FOLDER

CHECK = "typed-number"
TAG = "typed-number"
_AROUND = 40
_FEW = 3


def check(material: Material) -> list[Finding]:
    """Return the typed numbers of cells that are not tagged ``typed-number``, and of sentences in the params."""
    return [*(finding for place, finding in found(material) if TAG not in place.tags), *_in_params(material)]


def listed(material: Material) -> list[Finding]:
    """Return the typed numbers of cells that are tagged so: they pass, and reviewers see which they are."""
    return [finding for place, finding in found(material) if TAG in place.tags]


def found(material: Material) -> list[tuple[Place, Finding]]:
    """Return all typed numbers with their places; they are asked for twice."""
    if CHECK not in material.noted:
        material.noted[CHECK] = list(_all(material))
    return material.noted[CHECK]


def _all(material: Material) -> Iterator[tuple[Place, Finding]]:
    advise = _Advice(material).of
    typed_by_name = {name: code_cells.typed_names(cells) for name, cells in material.code.items()}
    for sentence in material.narrative:
        for typed in typed_numbers(sentence.text, terms=material.names):
            yield sentence.place, _finding(sentence, typed, advise(typed, sentence))
        for place, finding in _in_expressions(sentence, typed_by_name[sentence.place.notebook], advise, material):
            yield place, finding
    for place, cell in material.cells():
        if cell.cell_type == "code":
            for literal in code_cells.literals_shown(cell.source):
                typed = Typed(literal.text, 0, 0, literal.value)
                cure = advise(typed, None)
                message = f"{literal.text} is typed into what {_ROLES.get(literal.role, literal.role)} shows. {cure[1]}"
                yield place, place.finding(CHECK, message, fact=cure[0], found=literal.text, expected=cure[2])


def _in_params(material: Material) -> Iterator[Finding]:
    """Go through numbers in the reasons for a rebase, which the text of a chart prints as they stand."""
    advise = _Advice(material).of
    for place, rebase in enumerate(material.plan.params.rebase):
        for typed in typed_numbers(rebase.reason, terms=material.names):
            where = f"{PARAMS_FOLDER}/{material.quarter}.yml, rebase.{place}.reason"
            fact, _, expected = advise(typed, None)
            message = (
                f'"{typed.text}" is typed in "{rebase.reason}", the reason for {rebase.series}, {rebase.date}, which '
                "is printed as it stands and cannot cite. Say it without the number."
            )
            yield Finding(CHECK, message, where, fact=fact, found=typed.text, expected=expected)


_ROLES = {"DataFrame": "a table or chart", "Series": "a table or chart", "row": "a table or chart", "tile": "a tile"}


Advise = Callable[[Typed, Sentence | None], tuple[str, str, str]]


def _in_expressions(
    sentence: Sentence, typed_names: Mapping[str, tuple[str, float]], advise: Advise, material: Material
) -> Iterator[tuple[Place, Finding]]:
    """Go through numbers that hide in expressions: a literal, a name bound to one, words with digits."""
    for printed in sentence.printed:
        expression = printed.expression
        words = code_cells.words_in(expression) if sentence.kind != "code" else []
        for text in words:
            for typed in typed_numbers(text, terms=material.names):
                yield (
                    sentence.place,
                    _finding(sentence, typed, advise(typed, sentence), around=f"`{{python}} {expression}`"),
                )
        hidden = _literal(expression)
        owner = ""
        if hidden is None and expression.strip().isidentifier() and expression in typed_names:
            owner, value = typed_names[expression.strip()]
            hidden = (wording.plain(value, 6), value)
        if hidden is not None and not words:
            typed = Typed(hidden[0], 0, 0, hidden[1])
            fact, cure, expected = advise(typed, sentence)
            at = f' in cell "{owner}"' if owner else ""
            message = f"{hidden[0]} is typed{at} and printed by `{{python}} {expression}`. {cure}"
            yield sentence.place, sentence.place.finding(CHECK, message, fact=fact, found=hidden[0], expected=expected)


def _literal(expression: str) -> tuple[str, float] | None:
    """Return the number of an expression that is made of typed numbers alone, such as ``57`` or ``str(50 + 7)``."""
    tree = code_cells.tree_of(expression)
    if tree is None:
        return None
    numbers = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    ]
    harmless = {
        "wording",
        "impact",
        "str",
        "int",
        "float",
        "round",
        "format",
        "number",
        "percent",
        "money",
        "large",
        "plain",
        "in_words",
    }
    if not numbers or code_cells.names_in(expression) - harmless:
        return None
    return str(numbers[0]), float(numbers[0])


def _finding(sentence: Sentence, typed: Typed, cure: tuple[str, str, str], *, around: str = "") -> Finding:
    fact, advice, expected = cure
    quote = around or _quote(sentence.text, typed)
    place = f" ({sentence.role})" if sentence.role else ""
    message = f'"{typed.text}" is typed in {quote}{place}. {advice}'
    return sentence.place.finding(CHECK, message, fact=fact, found=typed.text, expected=expected)


def _quote(text: str, typed: Typed) -> str:
    """Return the words around a number, whole words on both sides."""
    start, end = max(0, typed.start - _AROUND), min(len(text), typed.end + _AROUND)
    before, after = text[start : typed.start], text[typed.end : end]
    if start:
        before = "…" + before.partition(" ")[2]
    if end < len(text):
        after = after.rpartition(" ")[0] + "…"
    return f'"{before}{typed.text}{after}"'.replace(MARK, "{…}").replace("\n", " ")


class _Advice:
    """What should stand in the place of a typed number."""

    def __init__(self, material: Material) -> None:
        self._quarter = material.quarter
        self._facts = list(material.facts.values())

    def of(self, typed: Typed, sentence: Sentence | None) -> tuple[str, str, str]:
        """Return the fact's id, a sentence of advice, and the ``cite(…)`` that should stand there."""
        if typed.is_figure:
            return "", "Figures are numbered by the build: refer to it by its id, as @fig-….", "@fig-…"
        if found := self._matching(typed, sentence):
            cures = [self._cite(fact) for fact in found[:_FEW]]
            expected = " or ".join(cures)
            return (
                found[0].id,
                f"A published fact has that value: write {' or '.join(f'`{{python}} {cure}`' for cure in cures)}.",
                expected,
            )
        tag = "or tag the cell typed-number where it must stand as it is"
        return "", f"Publish it from data or a calculation and cite it, {tag}.", ""

    def _matching(self, typed: Typed, sentence: Sentence | None) -> list[Fact]:
        if typed.value is None:
            return []
        found = [
            fact
            for fact in self._facts
            if isinstance(fact.value, int | float)
            and abs(fact.value - typed.value) < 1e-9
            and (not typed.unit or typed.unit == fact.unit)
        ]
        context = sentence.text.lower() if sentence else ""
        return sorted(found, key=lambda fact: -self._likeness(fact, context, typed))

    def _likeness(self, fact: Fact, context: str, typed: Typed) -> float:
        words = {
            word
            for word in re.split(
                r"\W+", f"{fact.id.replace('_', ' ')} {fact.unit} {fact.source} {fact.formula}".lower()
            )
            if len(word) > 3
        }
        near = context[typed.end : typed.end + 40]
        return (
            (fact.unit.split(" ")[0] in near) * 3
            + sum(word[:6] in context for word in words) * 0.5
            + (fact.period == str(self._quarter))
            + (typed.unit == fact.unit)
        )

    def _cite(self, fact: Fact) -> str:
        period = "" if fact.period == str(self._quarter) else f', "{fact.period}"'
        return f'cite("{fact.id}"{period})'
