"""Who published a report, when, as which version and under which licence, how to cite it, and what was corrected.

The settings (``_quarto.yml``) hold what is the same each quarter; ``publication`` in the params
what is the quarter's own.
"""

from __future__ import annotations

from natpatsip import context, params, wording
from natpatsip.blocks.tables_and_callouts import Block
from natpatsip.blocks.values_in_words import escaped
from natpatsip.params import Params
from natpatsip.project import project_root
from natpatsip.settings import Settings, current_settings, read_book


def publication_details() -> Block:
    """Return the details of the publication as a list, and one sentence that names those that are not known yet.

    Examples
    --------
    The last line of a cell in the chapter about the report::

        publication_details()
    """
    quarter = context.current().quarter
    title = str(read_book(project_root())["book"].get("title") or "Progress report")
    text = details_of(current_settings().for_quarter(quarter.label), params.load(), title=title)
    return Block(text, text)


def details_of(settings: Settings, decided: Params, *, title: str) -> str:
    """Return the details of a publication as Markdown.

    Parameters
    ----------
    settings : Settings
        With the quarter's name in their texts.
    decided : Params
        The params of the quarter.
    title : str
        The report's title.
    """
    published = decided.publication
    day = wording.date(published.date) if published.date else ""
    known = {
        "Publisher": settings.publisher,
        "Date of publication": day,
        "Version": published.version if day else "",
        "Contact": settings.contact,
        "Licence": settings.licence,
    }
    rows = [f"**{name}:** {escaped(text)}" for name, text in known.items() if text]
    corrections = [f"{wording.date(each.date)}: {each.text}" for each in published.corrections]
    rows.append(f"**Corrections:** {escaped('; '.join(corrections) or 'none')}")
    parts = ["\n".join(f"- {row}" for row in rows), f"To cite it: {_citation(settings, decided, title=title, day=day)}"]
    lacking = [name[0].lower() + name[1:] for name, text in known.items() if not text and name != "Version"]
    if lacking:
        parts.append(f"Not known yet: {wording.listing(lacking)}.")
    return "\n\n".join(parts)


def _citation(settings: Settings, decided: Params, *, title: str, day: str) -> str:
    """Return how to cite a report: publisher, title, date, version, address, and what it is not."""
    published = decided.publication
    parts = [
        f"{escaped(settings.publisher)}. " if settings.publisher else "",
        f"*{escaped(f'{title}: {settings.subtitle}')}*, data to {wording.date(decided.cut_off)}",
        f", published {day}, version {escaped(published.version)}" if day else "",
        ".",
        f" {escaped(settings.url)}" if settings.url else "",
        f" {escaped(settings.disclaimer)}" if settings.disclaimer else "",
    ]
    return "".join(parts)
