"""What a project adds to the look by Quarto's own keys (``_brand.yml``, ``css``, ``include-in-header``).

Both renderers make the pages from our own template, so each key is carried over here, into the staged look. Keys that
have no effect are named, since an author who knows Quarto would look for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from natpatsip.errors import SettingsError, nearest, together
from natpatsip.files.yaml_models import place_of, read_yaml
from natpatsip.project import BRAND, MARK
from natpatsip.settings import OWN, listed

STYLE, HEAD = "project.css", "head.html"  # in the assets and the folder of the staged look
PAGES = "natpatsip-html"
CARRIED = ("css", "include-in-header")
USED = {
    (): ("project", "book", OWN, "lang", "format", "bibliography", "number-sections", "callout-icon", "crossref",
         "execute", *CARRIED),
    ("book",): ("title", "chapters"),
    ("format",): (PAGES, "natpatsip-typst", "natpatsip-docx"),
    ("format", PAGES): CARRIED,
}  # fmt: skip
ROLES = ("foreground", "background", "primary", "secondary")  # of a colour in a brand file
KNOWN_ROLES = (*ROLES, "tertiary", "success", "info", "warning", "danger", "light", "dark", "link")  # Quarto's
INLINE = re.compile(r"<style\b|<script(?![^>]*\bsrc=)[^>]*>|\bstyle=|\bon[a-z]+=", re.IGNORECASE)
REMOTE = re.compile(r"""\b(?:src|href)\s*=\s*["']?(?:https?:)?//[^\s"'>]+""", re.IGNORECASE)


def without_effect(book: Mapping[str, Any], *, written: bytes = b"") -> list[str]:
    """Return a sentence for each key of ``_quarto.yml`` that has no effect on the report."""
    notes = []
    for within, used in USED.items():
        part: Any = book
        for key in within:
            part = part.get(key) if isinstance(part, Mapping) else None
        for key in part if isinstance(part, Mapping) else ():
            if key not in used:
                where = place_of(MARK, written, [*within, key])
                notes.append(
                    f"{where} has no effect: the report has one look of its own, whichever renderer makes it. "
                    "docs/renderers.md says what a project can add."
                )
    return notes


def add_project_style(book: Mapping[str, Any], project: Path, look: Path) -> None:
    """Carry the style of a project into the staged look.

    Parameters
    ----------
    book : mapping
        The content of ``_quarto.yml``.
    project, look : Path
        The folder of the project, and of the staged look.

    Raises
    ------
    SettingsError
        If a file is missing, ``_brand.yml`` names an unknown colour, or what goes into the head of pages could not work
        under their security policy or would ask for something from elsewhere; all of them are named.
    """
    written = (project / MARK).read_bytes()
    sheets = [_read(project, written, "css", each) for each in _carried(book, "css")]
    heads = [_head(project, written, each) for each in _carried(book, "include-in-header")]
    together([each for each in (*sheets, *heads) if isinstance(each, SettingsError)])
    style = [_with_colours(project, look), *map(str, sheets)]
    if any(style):
        (look / "assets" / STYLE).write_text("\n".join(filter(None, style)), encoding="utf-8")
    if heads:
        (look / HEAD).write_text("\n".join(map(str, heads)), encoding="utf-8")


def without_carried(book: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``_quarto.yml`` without the keys that are carried into the look."""
    kept = {key: value for key, value in book.items() if key not in CARRIED}
    formats = kept.get("format")
    pages = formats.get(PAGES) if isinstance(formats, Mapping) else None
    if isinstance(pages, Mapping):
        own = {key: value for key, value in pages.items() if key not in CARRIED}
        kept["format"] = {**dict(formats or {}), PAGES: own or "default"}
    return kept


def _carried(book: Mapping[str, Any], key: str) -> Iterator[Any]:
    """Yield what a key of the project's style lists, for all formats and for pages."""
    yield from listed(book.get(key))
    formats = book.get("format")
    pages = formats.get(PAGES) if isinstance(formats, Mapping) else None
    if isinstance(pages, Mapping):
        yield from listed(pages.get(key))


def _read(project: Path, written: bytes, key: str, name: Any) -> str | SettingsError:
    """Return the text of a style file that a key names, or what is wrong with it."""
    file, where = project / str(name), place_of(MARK, written, [key])
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return SettingsError(f"{where}: {name} is not UTF-8 text. Save it as UTF-8.")
    except OSError:
        beside = [each.name for each in file.parent.glob("*")] if file.parent.is_dir() else []
        return SettingsError(
            f"{where}: {key} names {name}, which is not a file of the project.{nearest(file.name, beside)} "
            "Add it or take out the line."
        )


def _head(project: Path, written: bytes, entry: Any) -> str | SettingsError:
    """Return what goes into the head of pages: the text of an entry, or of the file that it names."""
    is_text = isinstance(entry, Mapping) and "text" in entry
    name = entry.get("file") if isinstance(entry, Mapping) else entry
    text = str(entry["text"]) if is_text else _read(project, written, "include-in-header", name)
    if isinstance(text, SettingsError):
        return text
    where = place_of(MARK, written, ["include-in-header"]) if is_text else str(name)
    if found := INLINE.search(text):
        return SettingsError(
            f"{where}: found {found[0]}; the pages allow only scripts and styles from files, so this would do nothing. "
            "Put styles into a file that css names."
        )
    if found := REMOTE.search(text):
        return SettingsError(
            f"{where}: found {found[0]}; the pages ask for nothing from elsewhere. Put the file into the project."
        )
    return text


# Colours -------------------------------------------------------------------------------------------------------------


def _with_colours(project: Path, look: Path) -> str:
    """Put the colours of the project's ``_brand.yml`` into the staged look; return them as style for light pages."""
    file = project / BRAND
    if not file.is_file():
        return ""
    written = file.read_bytes()
    content = read_yaml(written, BRAND, SettingsError)
    brand = yaml.safe_load((look / BRAND).read_text(encoding="utf-8"))
    colours = _colours(content, brand, written)
    brand["color"]["palette"] |= colours
    (look / BRAND).write_text(yaml.safe_dump(brand, sort_keys=False, allow_unicode=True), encoding="utf-8")
    names = {**colours, **({"banner": colours["navy"]} if "navy" in colours else {})}
    variables = " ".join(f"--{name}: {colour};" for name, colour in names.items())
    return f":root {{ {variables} }}\n@media print {{ :root.np.np.np {{ {variables} }} }}\n" if colours else ""


def _colours(content: Any, brand: Mapping[str, Any], written: bytes) -> dict[str, str]:
    """Return the staged look's colours that a brand file changes: of its palette by name, and of its roles."""
    colour = _keys_of(_keys_of({"": content}, "", written), "color", written)
    palette = {str(name): value for name, value in _keys_of(colour, "palette", written, within=["color"]).items()}
    together(
        [
            SettingsError(
                f"{place_of(BRAND, written, ['color', 'palette', name])}: found {value!r}; expected a colour in "
                'quotes, such as "#005EB8".'
            )
            for name, value in palette.items()
            if not isinstance(value, str)
        ]
    )
    own = brand["color"]
    keys = {name: ["color", "palette", name] for name in palette if name in own["palette"]}
    keys |= {own[role]: ["color", role] for role in ROLES if role in colour}
    changed = {name: palette[name] for name in palette if name in own["palette"]}
    changed |= {own[role]: palette.get(str(colour[role]), colour[role]) for role in ROLES if role in colour}
    problems = [
        SettingsError(
            f"{place_of(BRAND, written, ['color', str(name)])}: unknown key.{nearest(str(name), KNOWN_ROLES)} "
            f"Known keys: palette, {', '.join(KNOWN_ROLES)}."
        )
        for name in colour
        if name not in ("palette", *KNOWN_ROLES)
    ]
    problems += [
        SettingsError(
            f'{place_of(BRAND, written, keys[name])}: found "{value}" for {name}; expected a colour such as "#005EB8", '
            f"or a name of the palette.{nearest(str(value), palette)}"
        )
        for name, value in changed.items()
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}", str(value))
    ]
    together(problems)
    return {name: str(value).upper() for name, value in changed.items()}


def _keys_of(parent: Mapping[str, Any], key: str, written: bytes, *, within: Sequence[str] = ()) -> Mapping[str, Any]:
    """Return the keys and values under a key of a brand file; none if there is nothing under it."""
    value = parent.get(key)
    if value is None or isinstance(value, Mapping):
        return value or {}
    where = place_of(BRAND, written, [*within, key] if key else [])
    raise SettingsError(f'{where}: found {value!r}; expected keys with values, such as palette: {{blue: "#005EB8"}}.')
