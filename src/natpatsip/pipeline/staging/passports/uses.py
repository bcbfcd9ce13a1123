"""Where chapters print a number: its entry is put there, and the place is kept for the entry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from natpatsip.pipeline.staging.passports.passport import Key, Passport, Use

PRINTED = re.compile(r'\{\.fact key="([^"]+)" period="([^"]+)"\}')
PLACE = re.compile(r"^#{1,6} .*\{#([\w-]+)[^}]*\}\s*$|" + PRINTED.pattern, re.MULTILINE)


def with_entries(text: str, passports: Mapping[Key, Passport]) -> str:
    """Return a chapter's text in which each number names its entry.

    Raises
    ------
    KeyError
        Where a number has no passport: every fact that is printed is collected before chapters are written.
    """
    return PRINTED.sub(
        lambda match: f'{{.fact key="{match[1]}" period="{match[2]}" entry="{passports[match[1], match[2]].entry}"}}',
        text,
    )


def uses_in(texts: Mapping[str, str], titles: Mapping[str, str]) -> dict[Key, list[Use]]:
    """Return the chapters that print each number, with the section in which each does so first.

    Parameters
    ----------
    texts : mapping
        The chapters' texts by name, in reading order, as they were before `with_entries`.
    titles : mapping
        The chapters' titles by name.
    """
    found: dict[Key, dict[str, Use]] = {}
    for name, text in texts.items():
        section = name
        for place in PLACE.finditer(text):
            if place[1]:
                section = place[1]
            else:
                use = Use(titles[name], f"{name}.qmd#{section}")
                found.setdefault((place[2], place[3]), {}).setdefault(name, use)
    return {key: list(uses.values()) for key, uses in found.items()}
