"""Figures that the text never mentions: a reader does not know why they are there."""

from __future__ import annotations

import re

from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.pipeline.staging.markdown import REFERENCE

CHECK = "unmentioned-figure"
_LINK = re.compile(r"\]\([\w-]*(?:\.ipynb)?#(fig-[a-z0-9-]+)\)")


def check(material: Material) -> list[Finding]:
    """Return the figures that no sentence refers to."""
    mentioned = {
        name
        for sentence in material.narrative
        for pattern in (REFERENCE, _LINK)
        for name in pattern.findall(sentence.text)
        if sentence.kind != "heading"
    }
    return [
        place.finding(
            CHECK,
            f'{name} ("{record["title"]}") is mentioned nowhere in the text. Refer to it as @{name} where '
            "the text speaks of what it shows.",
            found=name,
            expected=f"@{name}",
        )
        for name, (place, record) in material.figures.items()
        if name not in mentioned
    ]
