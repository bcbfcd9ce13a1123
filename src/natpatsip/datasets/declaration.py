"""Reading ``data/datapackage.yaml``: the project's datasets, or each mistake in it as a located sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from natpatsip.datasets.cells import bounds_expected
from natpatsip.datasets.descriptor import (
    FILE,
    FOLDER,
    ORGANISATIONS,
    PROVENANCE,
    TYPES,
    DataField,
    ForeignKey,
    Package,
    Resource,
)
from natpatsip.errors import DataFileError, nearest, together
from natpatsip.files.yaml_models import line_of, read_yaml, shown

OF_ORGANISATIONS = {
    **dict.fromkeys(("kind", "name", "parent"), ("string",)),
    "aliases": ("list", "string"),
    **dict.fromkeys(("open_from", "open_to"), ("date",)),
}
"""Which types the columns of organisations may have that the engine reads."""
TIMES_OF_ROWS = ("yearmonth", "date", "datetime", "year")  # types of which later values are told from earlier ones


def declared(project: Path) -> Package:
    """Return the datasets that a project declares; none where it has no descriptor.

    Raises
    ------
    DataFileError
        If the descriptor cannot be read, or contradicts itself; all problems are given, each with its place.
    """
    return parse(source(project))


def source(project: Path) -> bytes:
    """Return the project's descriptor as it is written."""
    file = project / FILE
    if file.is_file():
        return file.read_bytes()
    for other in sorted((project / FOLDER).glob("datapackage.*")):
        raise DataFileError(f"{FOLDER}/{other.name}: the datasets are declared in {FILE}. Rename the file.")
    return b"resources: []"


@lru_cache(maxsize=16)
def parse(descriptor: bytes) -> Package:
    """Return the datasets that a descriptor declares."""
    content = read_yaml(descriptor, FILE, DataFileError)
    if not isinstance(content, dict) or not isinstance(content.get("resources"), list):
        raise DataFileError(f"{FILE}: expected a Data Package: keys and values, with a list of resources.")
    try:
        package = Package.model_validate(content)
    except ValidationError as error:
        together([DataFileError(_sentence(content, problem, descriptor)) for problem in error.errors()])
        raise
    together([DataFileError(_located(text, descriptor)) for text in _contradictions(package)])
    return package


def _located(text: str, descriptor: bytes) -> str:
    """Return a sentence that begins with its place, a resource's name first, with the file and the line."""
    steps = text.partition(": ")[0].split(".")
    line = line_of(descriptor, steps if steps[0] == "resources" else ["resources", *steps])
    return f"{FILE}, line {line}, {text}"


def _sentence(content: Any, problem: Any, descriptor: bytes) -> str:
    """Say one of pydantic's problems as a sentence with its place, lists by the names of their members."""
    parts: list[str] = []
    for step in problem["loc"]:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        is_named = isinstance(step, int) and isinstance(content, Mapping) and "name" in content
        parts.append(str(content["name"]) if is_named else f"{step + 1}" if isinstance(step, int) else str(step))
    line = line_of(descriptor, problem["loc"])
    where = f"{FILE}, line {line}, {'.'.join(parts).removeprefix('resources.')}" if parts else FILE
    if problem["type"] == "missing":
        return f"{where}: is missing. Add it."
    if problem["type"] == "value_error":
        message = problem["msg"].removeprefix("Value error, ")
        return f"{where}: {message}" if message[-1] in ".?" else f"{where}: {message}."
    expected = problem["msg"].replace("Input should be", "expected").rstrip(".")
    return f"{where}: found {shown(problem['input'])}; {expected}."


def _contradictions(package: Package) -> Iterator[str]:
    """Yield what the parts of a descriptor say against each other."""
    yield from (f"resources: {each}" for each in _twice([resource.name for resource in package.resources]))
    yield from (f"resources: {each}" for each in _twice([resource.path for resource in package.resources]))
    for resource in package.resources:
        yield from (f"{resource.name}.{text}" for text in _of_resource(resource, package))


def _twice(names: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield f'found "{name}" twice. Take one out, or rename it.'


def _of_resource(resource: Resource, package: Package) -> Iterator[str]:
    """Yield what is wrong in the declaration of a file, given the other files."""
    path = PurePosixPath(resource.path)
    if path.is_absolute() or ".." in path.parts or "://" in resource.path:
        yield f'path: found "{resource.path}", expected a file within {FOLDER}/.'
    if resource.given_schema is None:
        return
    schema, options, fields = resource.table_schema, resource.natpatsip, resource.fields
    yield from (f"schema.fields: {text}" for text in _twice([field.name for field in schema.fields]))
    for where, columns in _columns_named(resource):
        for column in columns:
            if column not in fields:
                known = ", ".join(fields)
                yield f'{where}: there is no field "{column}".{nearest(column, fields)} The fields are {known}.'
    for field in schema.fields:
        yield from (f"schema.fields.{field.name}.{text}" for text in _of_field(field, package))
        expected = OF_ORGANISATIONS.get(field.name) if resource.name == ORGANISATIONS else None
        if expected and field.type not in expected:
            yield f'schema.fields.{field.name}.type: found "{field.type}", expected {" or ".join(expected)}.'
    for number, key in enumerate(schema.foreign_keys, start=1):
        yield from (f"schema.foreignKeys.{number}.reference: {text}" for text in _of_reference(key, resource, package))
    if options.provenance and options.provenance not in (*PROVENANCE, *fields):
        yield f'natpatsip.provenance: found "{options.provenance}", expected {", ".join(PROVENANCE)} or a field.'
    if options.series and options.series.members == "as before" and not options.as_of:
        yield 'natpatsip.series.members: "as before" needs as_of, the column that says when a row was reported.'
    if options.required.startswith("each") and not (options.period or options.as_of):
        yield f'natpatsip.required: "{options.required}" needs a period, or as_of.'
    axis = fields.get(options.period)
    if axis and axis.type not in TIMES_OF_ROWS and not axis.natpatsip.form:
        yield (
            f"natpatsip.period: {axis.name} is of the type {axis.type}, so that later rows could not be told from "
            "earlier ones. Give it the type yearmonth, date, datetime or year, or natpatsip: {form: quarter}."
        )
    reported = fields.get(options.as_of)
    if reported and reported.natpatsip.form != "quarter":
        yield f"natpatsip.as_of: {reported.name} needs natpatsip: {{form: quarter}}, by which earlier reports are told."
    if options.kinds and (lacking := [name for name in ("kind", "name") if name not in fields]):
        yield f"schema.fields: there is no field {' and no '.join(lacking)}; organisations have kind and name."
    for kind, own in options.kinds.items():
        if own.parent and own.parent not in options.kinds:
            yield f'natpatsip.kinds.{kind}.parent: there is no kind "{own.parent}".'


def _columns_named(resource: Resource) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each place of a resource that names columns of it."""
    schema, options = resource.table_schema, resource.natpatsip
    yield "schema.primaryKey", schema.primary_key
    for number, unique in enumerate(schema.unique_keys, start=1):
        yield f"schema.uniqueKeys.{number}", unique
    for number, key in enumerate(schema.foreign_keys, start=1):
        yield f"schema.foreignKeys.{number}.fields", key.fields
    for field in schema.fields:
        named = (field.natpatsip.unit, field.natpatsip.refers_to)
        yield f"schema.fields.{field.name}.natpatsip", [column for column in named if column]
    for name in ("as_of", "period"):
        yield f"natpatsip.{name}", [column for column in (getattr(options, name),) if column]
    if options.series:
        yield "natpatsip.series.by", options.series.by
    for number, rule in enumerate(options.rules, start=1):
        yield f"natpatsip.rules.{number}", rule.columns
    if rule_ := options.disclosure:
        yield "natpatsip.disclosure.counts", rule_.counts
        yield "natpatsip.disclosure.geography", [rule_.geography] if rule_.geography else []
        yield "natpatsip.disclosure.percent", rule_.percent or ()


def _of_field(field: DataField, package: Package) -> Iterator[str]:
    """Yield what is wrong in the declaration of a column."""
    if field.type not in TYPES:
        yield f'type: found "{field.type}", expected one of {", ".join(TYPES)}.{nearest(field.type, TYPES)}'
    yield from bounds_expected(field)
    if field.group_char == field.decimal_char:
        yield (
            f'groupChar: found "{field.group_char}", which is decimalChar too: 1.125 would be 1125. Give decimalChar, '
            "which is a full stop unless it is declared, another sign."
        )
    kind = field.natpatsip.organisation
    if kind and kind not in package.kinds:
        known = (
            f"The kinds are {', '.join(package.kinds)}." if package.kinds else f"Declare {ORGANISATIONS} with kinds."
        )
        yield f'natpatsip.organisation: there is no kind "{kind}".{nearest(kind, package.kinds)} {known}'


def _of_reference(key: ForeignKey, resource: Resource, package: Package) -> Iterator[str]:
    """Yield what is wrong in a declared foreign key."""
    name = key.reference.resource or resource.name
    other = package.by_name.get(name)
    if other is None:
        yield f'there is no resource "{name}".{nearest(name, package.by_name)}'
    elif len(key.fields) != len(key.reference.fields):
        yield f"found {len(key.reference.fields)} fields, expected {len(key.fields)}."
    else:
        for column in key.reference.fields:
            if column not in other.fields:
                yield f'there is no field "{column}" in {name}.{nearest(column, other.fields)}'
