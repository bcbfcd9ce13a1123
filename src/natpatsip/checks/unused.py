"""Facts that nothing in the report uses, and figures that the text never mentions."""

from __future__ import annotations

import re

from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext, KnownFact
from natpatsip.checks.outcome import Finding
from natpatsip.measures import measures_file as measures
from natpatsip.pipeline.staging.markdown import REFERENCE

UNCITED, UNMENTIONED = "uncited-fact", "unmentioned-figure"
_LINK = re.compile(r"\]\([\w-]*(?:\.ipynb)?#(fig-[a-z0-9-]+)\)")


def check_facts(context: CheckContext) -> list[Finding]:
    """Return the facts published, reported or decided for the quarter that nothing prints or is calculated from.

    Facts that a measure publishes by itself are not meant: nobody chose them.
    """
    printed = {fact.key for each in context.outputs.values() for fact in each.printed}
    used = printed | {each.key for fact in context.facts.values() for each in fact.inputs}
    cited, by_themselves = _cited(context), measures.declared(context.project).fact_ids
    found = []
    for fact in context.facts.values():
        if (
            not fact.section
            or fact.key in used
            or fact.id in by_themselves
            or fact.id in cited | _read_by_name(context, fact.section)
        ):
            continue
        if known := context.fact(*fact.key):
            found.append(_uncited(known, "is published"))
    for known in context.new_facts():
        if (known.id, known.period) not in used and known.id not in cited:
            found.append(_uncited(known, "is new in the quarter"))
    return found


def _uncited(known: KnownFact, how: str) -> Finding:
    message = (
        f"{known.name}, {known.text}, {how}, and nothing in the report cites it. Cite it where it matters, with "
        f'cite("{known.id}"), or leave it out.'
    )
    return known.finding(UNCITED, message, found=known.text, expected=f'cite("{known.id}")')


def _cited(context: CheckContext) -> set[str]:
    """Return the ids that the quarter's cells cite, in code or prose."""
    code = [source for cells in context.code.values() for source in cells.values()]
    inline = [printed.expression for sentence in context.prose for printed in sentence.printed]
    return {
        call.id for text in (*code, *inline) for call in code_cells.parse(text).fact_calls if call.function == "cite"
    }


def _read_by_name(context: CheckContext, notebook: str) -> set[str]:
    """Return the ids of facts that a notebook binds to a name which its code or prose reads."""
    own = [sentence for sentence in context.prose if sentence.place.notebook == notebook]
    inline = [printed.expression for sentence in own for printed in sentence.printed]
    read = {name for text in (*context.code[notebook].values(), *inline) for name in code_cells.parse(text).names}
    return {call.id for name, calls in context.bound[notebook].items() if name in read for call in calls}


def check_figures(context: CheckContext) -> list[Finding]:
    """Return the figures that no sentence refers to."""
    texts = [sentence.text for sentence in context.narrative if sentence.kind != "heading"]
    mentioned = {name for text in texts for pattern in (REFERENCE, _LINK) for name in pattern.findall(text)}
    return [
        place.finding(
            UNMENTIONED,
            f'{name} ("{record["title"]}") is not mentioned in the text. Refer to it as @{name} where the text '
            "discusses what it shows.",
            found=name,
            expected=f"@{name}",
        )
        for name, (place, record) in context.figures.items()
        if name not in mentioned
    ]
