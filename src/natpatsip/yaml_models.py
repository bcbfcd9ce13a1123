"""YAML files that pydantic models describe: what is wrong in one as located sentences, with the nearest known key."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from natpatsip.errors import ReportError, nearest

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML's C library, where it is there, is ten times as fast
EXPECTED = {
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "date_from_datetime_inexact": "expected a day such as 2024-09-30",
    "date_from_datetime_parsing": "expected a day such as 2024-09-30",
    "date_parsing": "expected a day such as 2024-09-30",
    "date_type": "expected a day such as 2024-09-30",
    "dict_type": "expected keys with their values",
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "greater_than": "expected a number above zero",
    "model_type": "expected keys with their values",
    "string_pattern_mismatch": "expected a month such as 2024-09",
    "string_too_short": "expected text",
    "string_type": "expected text, in quotation marks if it looks like a number",
    "tuple_type": "expected a list",
}
"""What a value should have been, by the type of pydantic's problem."""


def read_yaml(content: bytes, where: str, error: type[ReportError]) -> Any:
    """Return what a YAML file holds.

    Raises
    ------
    ReportError
        Of the kind `error`, if it is not YAML in UTF-8.
    """
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=LOADER)  # noqa: S506 — both loaders are safe ones
    except UnicodeDecodeError as problem:
        raise error(f"{where}: is not UTF-8 (byte {problem.start}). Save it as UTF-8.") from problem
    except yaml.YAMLError as problem:
        raise error(f"{where}: is not YAML: {' '.join(str(problem).split())}.") from problem


def sentences(where: str, error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return one located sentence for each of pydantic's problems.

    Parameters
    ----------
    where : str
        The file, and the place in it that `model` describes.
    error : ValidationError
        What pydantic found.
    model : type of BaseModel
        What the file was checked against; the names of its keys are suggested for misspelt ones.
    """
    return [_sentence(where, problem, model) for problem in error.errors()]


def _sentence(where: str, problem: Mapping[str, Any], model: type[BaseModel]) -> str:
    loc = problem["loc"]
    place = ".".join(str(part) for part in loc)
    at = f"{where}{'.' if ',' in where else ', '}{place}" if place else where
    if problem["type"] == "extra_forbidden":
        known = list(_keys(_model_at(model, loc[:-1])))
        return f"{at}: unknown key.{nearest(str(loc[-1]), known)} Known keys: {', '.join(known)}."
    if problem["type"] == "missing":
        return f"{at}: is missing. Add it."
    message = EXPECTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    return f"{at}: found {problem['input']!r}; {message}." if place else f"{at}: {message}."


def _model_at(model: type[BaseModel], loc: Sequence[Any]) -> type[BaseModel]:
    """Return the model that describes the place `loc` in a file, as deep as models go."""
    for part in loc:
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                model = next(_models_in(field.annotation), model)
                break
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in a type such as ``tuple[Rebase, ...]`` or ``Limits | None``."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
    elif get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, list, dict):
        for each in get_args(annotation):
            yield from _models_in(each)


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
