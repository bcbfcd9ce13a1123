"""The data dictionary: what each file and column holds, as Markdown, made from the declaration.

It is in ``data/README.md`` between two marks; everything else in that file is written by hand. ``python -m
natpatsip.datasets.dictionary`` brings it up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import FILE, FOLDER, NOT_STATED, DataField, Package, Resource
from natpatsip.errors import DataFileError, ReportError
from natpatsip.project import project_root
from natpatsip.reporters import markdown_table

README = f"{FOLDER}/README.md"
COMMAND = "python -m natpatsip.datasets.dictionary"
START = f"<!-- The dictionary, made from datapackage.yaml: {COMMAND} -->"
END = "<!-- The end of the dictionary. -->"


def render(package: Package) -> str:
    """Return the dictionary: a table of the files, then of each file its columns and the words that they may hold.

    Examples
    --------
    >>> waits = {"name": "waits_monthly", "path": "waits_monthly.csv", "title": "people waiting", "schema": {"fields": [
    ...     {"name": "month", "type": "yearmonth", "description": "the month"}]}}
    >>> print(render(Package.model_validate({"resources": [waits]})))
    | file | a row is | holds | provenance |
    | --- | --- | --- | --- |
    | `waits_monthly.csv` | | people waiting | not stated |
    <BLANKLINE>
    ## `waits_monthly.csv`
    <BLANKLINE>
    | column | holds |
    | --- | --- |
    | `month` | the month |
    """
    files = [
        (f"`{each.path}`", each.natpatsip.rows, each.title or each.description, _provenance(each))
        for each in package.resources
    ]
    parts = [markdown_table(("file", "a row is", "holds", "provenance"), files)]
    for resource in package.resources:
        parts += _section(resource)
    return "\n\n".join(parts)


def _section(resource: Resource) -> Iterator[str]:
    """Yield the dictionary's section about a file."""
    yield f"## `{resource.path}`"
    if resource.description:
        yield resource.description.strip()
    if resource.given_schema is None:
        return
    yield markdown_table(
        ("column", "holds"), [(f"`{field.name}`", _holds(field, resource)) for field in resource.fields.values()]
    )
    for field in resource.fields.values():
        if any(each.label for each in field.categories):
            yield markdown_table(
                (f"`{field.name}`", "is"), [(f"`{each.value}`", each.label) for each in field.categories]
            )


def _holds(field: DataField, resource: Resource) -> str:
    """Return what a column holds, with the marks for a missing value."""
    schema = resource.table_schema
    marks = [f"`{mark}` {label}" for mark, label in schema.missing(field).items() if mark and label]
    return "; ".join(filter(None, [field.description or field.title, *marks]))


def _provenance(resource: Resource) -> str:
    return "by row" if resource.provenance_column else resource.natpatsip.provenance or NOT_STATED


def is_there(project: Path) -> bool:
    """Return True if the project's ``data/README.md`` has a place for the dictionary."""
    file = project / README
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return text.count(START) == text.count(END) == 1 and text.index(START) < text.index(END)


def stale(project: Path) -> str:
    """Return what to do about a dictionary that is not that of the declaration, "" if it is or there is none."""
    if not is_there(project) or (project / README).read_text(encoding="utf-8") == updated(project):
        return ""
    return f"{README}: the dictionary is not that of {FILE}, which has changed. Run: {COMMAND}"


def updated(project: Path, package: Package | None = None) -> str:
    """Return the text of the project's ``data/README.md`` with the dictionary as it is declared now.

    A descriptor that is not the project's yet may be given.

    Raises
    ------
    DataFileError
        If the file does not exist or lacks the marks.
    """
    if not is_there(project):
        raise DataFileError(f"{README}: expected these two lines, with the dictionary between them:\n{START}\n{END}")
    text = (project / README).read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    return f"{before}{START}\n\n{render(package or declared(project))}\n\n{END}{after}"


def main() -> None:
    """Bring the data dictionary up to date."""
    try:
        project = project_root()
        (project / README).write_text(updated(project), encoding="utf-8")
        sys.stdout.write(f"{README}: the dictionary is that of {FILE}.\n")
    except ReportError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
