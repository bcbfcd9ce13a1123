"""Data that cells read past a declaration: a file that nobody declared, or a declared one that is opened directly.

Such a file has none of what `datasets.load` gives: a cut-off, so that a later quarter changes no earlier one; a schema,
so that a wrong cell stops the build; a provenance, so that illustrative data are marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding
from natpatsip.context import OPENED
from natpatsip.datasets import dictionary
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import FILE, FOLDER, Package, Resource
from natpatsip.errors import nearest
from natpatsip.files.short_paths import is_outside
from natpatsip.measures.measures_file import FILE as MEASURES
from natpatsip.project import MARK
from natpatsip.wording import listing

CHECK = "undeclared-data"
OWN = (MARK, FILE, MEASURES)  # what the project says of itself, and is no data
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ttf", ".otf", ".woff", ".woff2", ".css")
LOADED = ("csv", "tsv", "parquet")


def check(context: CheckContext) -> list[Finding]:
    """Return each file, database or host that a cell reads past a declaration, once for each notebook.

    Last comes a data dictionary that is older than the declaration.
    """
    package, seen, found = declared(context.project), set[tuple[str, str]](), []
    for place, cell in context.cells():
        for opened in cell.metadata.get(OPENED, ()):
            name = str(opened.get("file") or opened["host"])
            if (place.notebook, name) not in seen and (message := _message(opened, package)):
                seen.add((place.notebook, name))
                found.append(place.finding(CHECK, message, found=name))
    if sentence := dictionary.stale(context.project):
        where, _, message = sentence.partition(": ")
        found.append(Finding(CHECK, f"{message[:1].upper()}{message[1:]}", where))
    return found


def _message(opened: Mapping[str, Any], package: Package) -> str:
    """Return what a finding says is wrong with having opened something, and what to do; empty if nothing is."""
    if host := opened.get("host"):
        return (
            f"This cell reads from the network ({host}), where the same may not be found again. "
            f"Save what it reads as a file in {FOLDER}/, and declare that: natpatsip data add {FOLDER}/FILE"
        )
    file = str(opened["file"])
    path = PurePosixPath(file)
    if file in OWN or path.parts[0] == "params" or path.suffix.lower() in PICTURES:
        return ""
    for resource in package.resources:
        if resource.file == file:
            return _past_declaration(resource)
    return _undeclared(path, package)


def _undeclared(path: PurePosixPath, package: Package) -> str:
    """Return what is wrong with having read a file that is not declared, and what to do."""
    lacks = (
        "so it has no cut-off (a later quarter may change this one), no schema (its cells are not checked) and no "
        "provenance"
    )
    name = path.stem
    where = f"{FOLDER}/{path.name}"
    if is_outside(str(path)):
        found, step = f"reads {path}, which is outside the project and not declared", f"Copy it to {where}. "
    elif path.parts[0] != FOLDER:
        found, step = f"reads {path}, which is not declared", f"Move it to {where}. "
    else:
        where = str(path)
        found, step = f"reads {path}, which is not declared", ""
    if path.suffix.lower().lstrip(".") not in LOADED:
        step, where = "", f"{FOLDER}/{name}.csv"
        advice = f"Save what is read from it as CSV, {where}, declare that"
    else:
        advice = f"{step}Declare it"
    known = nearest(path.name, (each.path for each in package.resources))
    return (
        f"This cell {found}, {lacks}.{known} {advice}: natpatsip data add {where}. Then read it with "
        f'datasets.load("{name}").'
    )


def _past_declaration(resource: Resource) -> str:
    """Return what is wrong with having read a declared file directly, and what to do."""
    options = resource.natpatsip
    stated = {
        "cut-off": bool(options.as_of or options.period),
        "schema": resource.given_schema is not None,
        "provenance": bool(options.provenance),
    }
    unused = [name for name, is_stated in stated.items() if is_stated]
    lacking = [name for name, is_stated in stated.items() if not is_stated]
    parts = [f"This cell reads {resource.file} past its declaration"]
    parts += [f", so its {listing(unused)} {'are' if len(unused) > 1 else 'is'} not applied" if unused else ""]
    parts += [f'. Write datasets.load("{resource.name}").']
    if lacking:
        keys = {"cut-off": "natpatsip.period or as_of", "schema": "schema", "provenance": "natpatsip.provenance"}
        parts += [
            f" Its declaration has no {' and no '.join(lacking)}: add {listing([keys[each] for each in lacking])}"
        ]
        parts += [f" in {FILE}, {resource.name}."]
    return "".join(parts)
