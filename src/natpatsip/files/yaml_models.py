"""YAML files that people write, read as YAML 1.2, and what is wrong in one as sentences with key and line.

PyYAML reads YAML 1.1, in which `037` is 31, `1:30` is 90 and `yes` is true; of a key that is given twice it takes the
last. Any of these would change a published number without a word. Here they stay text, or are rejected.
"""

from __future__ import annotations

import math
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, BeforeValidator, Field, Strict, ValidationError

from natpatsip.characters import not_shown
from natpatsip.errors import ReportError, nearest, together
from natpatsip.files.merge_conflicts import reject_conflicts

MOST_VALUES = 100_000  # of a file: ten lines of aliases can expand to billions
DEEPEST = 50  # levels of nesting; at some ten thousand libyaml overflows the stack of the process
_TAG = "tag:yaml.org,2002:"
_NUMBER_START, _ANY_DIGIT = list("-+0123456789"), "[0-9]{0,300}"
_SCALARS = (  # of YAML 1.2's core schema; numbers with leading zeros, octal and hexadecimal ones stay text
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", rf"[-+]?(0|[1-9]{_ANY_DIGIT})", _NUMBER_START),
    ("float", rf"[-+]?(\.[0-9]{_ANY_DIGIT}|(0|[1-9]{_ANY_DIGIT})(\.{_ANY_DIGIT})?)([eE][-+]?[0-9]+)?", ["."]),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", ["."]),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("timestamp", r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", list("0123456789")),  # a day, without a time
    ("merge", "<<", ["<"]),
)
_KINDS = {f"{_TAG}{name}" for name in ("str", "seq", "map", *(name for name, _, _ in _SCALARS))}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # PyYAML's C library is much faster
    """Reads scalars as YAML 1.2 does."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 — PyYAML's name for a table of each class


def _day(value: Any) -> Any:
    """Return the text of a day in YAML as a date, all else as it is: 2024-02-30 stays text, which no date may be."""
    is_day = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    try:
        return date.fromisoformat(value) if is_day else value
    except ValueError:
        return value


def _construct_day(loader: Any, node: Any) -> Any:
    return _day(node.value)


for _name, _pattern, _first in _SCALARS:
    _starts = [*_first, *_NUMBER_START] if _name == "float" else _first
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), _starts)
_Loader.add_constructor(f"{_TAG}timestamp", _construct_day)


def _as_text(value: Any) -> Any:
    """Return a whole number in YAML as text, where a list of words has one; a decimal may have lost digits already."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _fits_float(value: Any) -> Any:
    """Return what YAML has for a float; a whole number has all of its digits until then, and may be a code elsewhere.

    Raises
    ------
    ValueError
        If a whole number would become another.
    """
    if isinstance(value, int) and int(float(value)) != value:
        raise ValueError(_kept(value))
    return value


Number = Annotated[float, Strict(), Field(allow_inf_nan=False), BeforeValidator(_fits_float)]
"""A finite number, and no text that looks like one."""
Whole = Annotated[int, Strict()]
Truth = Annotated[bool, Strict()]
CalendarDay = Annotated[date, Strict(), BeforeValidator(_day)]
"""A day such as 2024-09-30, with or without quotation marks; no time of day, and no number of seconds."""
Word = Annotated[str, BeforeValidator(_as_text)]
"""A word, or a whole number that is one."""
EXPECTED = {
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "date_from_datetime_inexact": "expected a day such as 2024-09-30",
    "date_from_datetime_parsing": "expected a day such as 2024-09-30",
    "date_parsing": "expected a day such as 2024-09-30",
    "date_type": "expected a day such as 2024-09-30",
    "dict_type": "expected keys with their values",
    "finite_number": "expected a finite number",
    "float_parsing": "expected a number",
    "float_type": "expected a number in plain decimal digits, such as 37 or 0.5, without quotation marks",
    "greater_than": "expected a number above zero",
    "int_type": "expected a whole number",
    "model_type": "expected keys with their values",
    "string_pattern_mismatch": "expected a month such as 2024-09",
    "string_too_short": "expected text",
    "string_type": "expected text, in quotation marks if it looks like a number",
    "tuple_type": "expected a list",
}
"""What a value should have been, by the type of pydantic's problem."""


def read_yaml(content: bytes, where: str, error: type[ReportError]) -> Any:
    """Return what a YAML file holds: text, numbers, booleans, days, lists and mappings.

    Raises
    ------
    ReportError
        Of the kind `error`, if a merge has left a conflict in it, or it is not YAML in UTF-8, gives a key twice, is
        nested more than 50 levels deep, refers to an anchor that it does not have, or has a control character in text.
    """
    try:
        text = content.decode("utf-8-sig")
        reject_conflicts(text, where, error)
        _check_events(text, where, error)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            together([error(f"{where}, {problem}") for problem in _problems(loader, node, count())] if node else [])
            return loader.construct_document(node) if node else None
        finally:
            loader.dispose()
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise error(f"{where}, line {line}: is not UTF-8 (byte {problem.start}). Save it as UTF-8.") from problem
    except yaml.YAMLError as problem:
        raise error(f"{where}{_not_yaml(problem, text)}") from problem


def _not_yaml(problem: yaml.YAMLError, text: str) -> str:
    """Return the line that a text cannot be read at, what is wrong there, and what to do."""
    mark = getattr(problem, "problem_mark", None)
    if mark is None:  # a character that no YAML may have
        found = " ".join(str(problem).replace('in "<unicode string>", ', "").split())
        return f": is not YAML: {found}."
    line = "".join(text.splitlines()[mark.line : mark.line + 1])
    where = f", line {mark.line + 1}: is"
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return f"{where} indented with a tab, which YAML does not take. Replace it by spaces."
    begun = (
        getattr(problem, "context_mark", None) or mark
    )  # of a text without its second quotation mark, where it begins
    is_above = begun.line < mark.line
    since = f"(begun in line {begun.line + 1})" if is_above else ""
    found = " ".join(filter(None, (getattr(problem, "context", ""), since, getattr(problem, "problem", ""))))
    there = "in these lines" if is_above else "there"
    return f"{where} not YAML: {found}. Look at the indents, colons, brackets and quotation marks {there}."


def load_yaml(text: str) -> Any:
    """Return what a text in YAML 1.2 holds that is known to be valid."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 — a safe one


def _check_events(text: str, where: str, error: type[ReportError]) -> None:
    """Reject a file that is nested too deep, or refers to what it does not name: libyaml's own error has no name."""
    depth, anchors = 0, list[str]()
    event: Any
    for event in yaml.parse(text, Loader=_Loader):
        anchor, line = getattr(event, "anchor", None) or "", event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) and anchor not in anchors:
            known = f"It names {', '.join(f'&{each}' for each in anchors)}." if anchors else "It names nothing so far."
            raise error(
                f"{where}, line {line}: found *{anchor}, but no line before it names a value "
                f"&{anchor}.{nearest(anchor, anchors)} {known}"
            )
        anchors += [anchor] if anchor and anchor not in anchors else []
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise error(f"{where}, line {line}: is nested more than {DEEPEST} levels deep. Write it with fewer.")


def _problems(
    loader: Any, node: Any, counter: Iterator[int], path: tuple[str, ...] = (), above: tuple[Any, ...] = ()
) -> Iterator[str]:
    """Yield keys that are given twice, tagged values that YAML 1.2 reads as text, and text that no format can show."""
    if next(counter) > MOST_VALUES:
        raise yaml.YAMLError(f"it has more than {MOST_VALUES:,} values, with its aliases (*) written out")
    place = ", ".join(filter(None, (f"line {node.start_mark.line + 1}", ".".join(path))))
    if node in above or len(above) > DEEPEST:
        yield f"{place}: refers to itself, or is nested more than {DEEPEST} levels deep. Write the value out."
    elif node.tag not in _KINDS or (isinstance(node, yaml.ScalarNode) and _is_tagged(loader, node)):
        yield f"{place}: found a tag ({node.tag.replace(_TAG, '!!')}). Write the value without a tag."
    elif isinstance(node, yaml.ScalarNode):
        # The sign between the cells of a file may be one, and so may what a pattern looks for.
        is_to_be_shown = "dialect" not in path and path[-2:] != ("constraints", "pattern")
        if is_to_be_shown and (fault := not_shown(node.value)):
            yield f"{place}: {fault}"
        elif node.tag == f"{_TAG}float" and _loses_digits(node.value):
            yield f"{place}: {_kept(node.value)}."
    elif isinstance(node, yaml.SequenceNode):
        for number, each in enumerate(node.value):
            yield from _problems(loader, each, counter, (*path, str(number)), (*above, node))
    elif isinstance(node, yaml.MappingNode):
        lines: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode):
                if before := lines.get((key.tag, name)):
                    place = f"line {line}, {'.'.join((*path, name))}"
                    yield f"{place}: is given twice, in line {before} too. Keep one of them."
                lines[key.tag, name] = line
            yield from _problems(loader, value, counter, (*path, name), (*above, node))


def _loses_digits(text: str) -> bool:
    """Return True if a decimal number in YAML is not to the computer what was written, as one of 17 digits may be."""
    if not text[-1:].isdigit() or not math.isfinite(float(text)):  # .inf and .nan have another message
        return False
    try:
        return Decimal(text) != Decimal(repr(float(text)))
    except InvalidOperation:  # its exponent has too many digits even for a Decimal
        return True


def _kept(number: object) -> str:
    return f"found {number}, of which a computer keeps {float(str(number))!r}. Write fewer digits"


def _is_tagged(loader: Any, node: yaml.ScalarNode) -> bool:
    """Return True if a scalar was given another type than its text has: ``!!int "037"`` is 31 to PyYAML."""
    return node.tag not in (f"{_TAG}str", loader.resolve(yaml.ScalarNode, node.value, (True, False)))


def line_of(content: bytes, loc: Sequence[Any]) -> int:
    """Return the line of a place in a valid YAML file, as deep as it is found; 0 if not even its first step is.

    A step is a key, the place of a list's member (a number from 0, or text from 1), or the ``name`` of a member.
    """
    loader = _Loader(content.decode("utf-8-sig"))
    try:
        node, line = loader.get_single_node(), 0
    finally:
        loader.dispose()
    for step in loc:
        found = _member(node, step)
        if found is None:
            break
        at, node = found
        line = at.start_mark.line + 1
    return line


def _member(node: Any, step: Any) -> tuple[Any, Any] | None:
    """Return the YAML node that a member starts with (its key, or itself) and its value."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if not isinstance(node, yaml.SequenceNode):
        return None
    for number, each in enumerate(node.value):
        name = _member(each, "name") if isinstance(each, yaml.MappingNode) else None
        if step in (number, str(number + 1)) or (name and isinstance(step, str) and name[1].value == step):
            return each, each
    return None


def texts_in(value: Any, loc: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each text of what a YAML file holds, after the keys that lead to it.

    Examples
    --------
    >>> list(texts_in({"book": {"title": "Waits", "chapters": ["index.qmd", {"part": 1}]}}))
    [(('book', 'title'), 'Waits'), (('book', 'chapters', 0), 'index.qmd')]
    """
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, Mapping | list):
        for key, each in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from texts_in(each, (*loc, key))


@dataclass(frozen=True)
class ListPlace:
    """Where a list of a YAML file ends: how many lines are before what follows it, and how far its members stand in."""

    line: int
    indent: int
    is_empty: bool


def place_of_list(text: str, key: str) -> ListPlace | None:
    """Return where the list under a key at the top of a valid file ends; None if it is not written line by line.

    Comments and blank lines before the next key belong to that key.
    """
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
    finally:
        loader.dispose()
    pairs = root.value if isinstance(root, yaml.MappingNode) and not root.flow_style else []
    for number, (name, node) in enumerate(pairs):
        if name.value != key or not isinstance(node, yaml.SequenceNode):
            continue
        if node.value and node.flow_style:
            return None
        if not node.value:
            is_alone = name.start_mark.line == node.end_mark.line
            return ListPlace(node.end_mark.line + 1, 0, is_empty=True) if is_alone else None
        lines = text.splitlines()
        line = pairs[number + 1][0].start_mark.line if number + 1 < len(pairs) else len(lines)
        while number + 1 < len(pairs) and (not lines[line - 1].strip() or lines[line - 1].startswith("#")):
            line -= 1
        return ListPlace(line, node.start_mark.column, is_empty=False)
    return None


def place_of(file: str, content: bytes, loc: Sequence[Any], *, within: Sequence[str] = ()) -> str:
    """Return a place in a YAML file as errors name it: ``params/2024-25-Q2.yml, line 3, cut_off``.

    Without the file's content there is no line. The keys `within` lead to `loc`.
    """
    steps = [*within, *loc]
    line = line_of(content, steps) if content else 0
    parts = [file, f"line {line}" if line else "", ".".join(map(str, steps))]
    return ", ".join(filter(None, parts))


def sentences(
    where: str,  # the file
    error: ValidationError,  # what pydantic found
    model: type[BaseModel],  # what the file was checked against; the names of its keys are suggested for misspelt ones
    *,
    content: bytes = b"",  # the file, so that lines can be named
    within: Sequence[str] = (),  # the keys in the file that lead to what `model` describes
) -> list[str]:
    """Return one located sentence for each of pydantic's problems with a YAML file."""
    return [_sentence(where, problem, model, content, within) for problem in error.errors()]


def _sentence(
    where: str, problem: Mapping[str, Any], model: type[BaseModel], content: bytes, within: Sequence[str]
) -> str:
    loc = problem["loc"]
    at = place_of(where, content, loc, within=within)
    if problem["type"] == "extra_forbidden":
        known = list(_keys(_model_at(model, loc[:-1])))
        return f"{at}: unknown key.{nearest(str(loc[-1]), known)} Known keys: {', '.join(known)}."
    if problem["type"] == "missing":
        return f"{at}: is missing. Add it."
    message = EXPECTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    is_complete = problem["type"] == "value_error" or not loc  # such a sentence names what it found itself
    return f"{at}: {message}." if is_complete else f"{at}: found {shown(problem['input'])}; {message}."


def shown(value: Any) -> str:
    """Return a value of a YAML file as messages quote it: days as they are written, and long ones shortened."""
    text = str(value) if isinstance(value, date) else repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _model_at(model: type[BaseModel], loc: Sequence[Any]) -> type[BaseModel]:
    """Return the model that describes the place `loc` in a YAML file, as deep as models go."""
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
