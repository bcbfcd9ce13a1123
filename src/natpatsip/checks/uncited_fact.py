"""Uncited facts: published, reported or decided for the quarter, and used nowhere in the report."""

from __future__ import annotations

import ast

from natpatsip.checks import code_cells
from natpatsip.checks.check_context import Material
from natpatsip.checks.fact_index import KnownFact
from natpatsip.checks.findings import Finding

CHECK = "uncited-fact"


def check(material: Material) -> list[Finding]:
    """Return the facts that nothing prints and no other fact rests on."""
    used, cited = _used(material), _cited(material)
    found = []
    for fact in (fact for fact in material.facts.values() if fact.section):
        known = material.known.fact(*fact.key)
        if known and fact.key not in used and fact.id not in cited | _read_by_name(material, fact.section):
            found.append(_finding(known, "is published"))
    for known in material.known.of_the_quarter():
        if (known.id, known.period) not in used and known.id not in cited:
            found.append(_finding(known, "came in"))
    return found


def _finding(known: KnownFact, how: str) -> Finding:
    message = (
        f"{known.id} ({known.period}: {known.text}) {how}, and nothing in the report cites it. "
        "Cite it where it matters, or leave it out."
    )
    return known.finding(CHECK, message, found=known.text, expected=f'cite("{known.id}")')


def _used(material: Material) -> set[tuple[str, str]]:
    """Return what is printed in prose, tables and tiles, and what goes into another fact."""
    printed = {fact.key for each in material.outputs.values() for fact in each.printed}
    return printed | {each.key for fact in material.facts.values() for each in fact.inputs}


def _cited(material: Material) -> set[str]:
    """Return the ids that the quarter's cells cite, in code or prose."""
    code = [source for cells in material.code.values() for source in cells.values()]
    inline = [printed.expression for sentence in material.prose for printed in sentence.printed]
    return {name for text in (*code, *inline) for how, name, _ in code_cells.cited_in(text) if how == "cite"}


def _read_by_name(material: Material, notebook: str) -> set[str]:
    """Return the ids of facts that a notebook binds to a name which its code or prose reads."""
    code = material.code[notebook].values()
    inline = [
        each.expression
        for sentence in material.prose
        if sentence.place.notebook == notebook
        for each in sentence.printed
    ]
    read = {name for text in (*code, *inline) for name in _loaded(text)}
    return {fact for name, facts in material.bound[notebook].items() if name in read for _, fact, _ in facts}


def _loaded(source: str) -> set[str]:
    """Return the names that code reads."""
    tree = code_cells.tree_of(source)
    nodes = ast.walk(tree) if tree else ()
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
