"""The parts of a Data Package (v2) descriptor, and what the standard lacks.

Each resource is a file with its fields. What a report needs as well is under a ``natpatsip`` key: which columns say
when a row was reported and which period it is about, which series owe each period, what has to be hidden, and whether
the data are real. A resource without that key is valid: it is read whole in every quarter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from natpatsip.characters import in_escapes
from natpatsip.datasets.descriptor_keys import Extension, Standard
from natpatsip.errors import DataError, DataFileError, nearest
from natpatsip.files.yaml_models import Truth, Whole

FOLDER = "data"
FILE = f"{FOLDER}/datapackage.yaml"
ORGANISATIONS = "organisations"
NOT_STATED = "not stated"
PROVENANCE = ("reported", "illustrative", "decided")
INFERRED = "inferred"  # provenance of a row that follows from reported ones, whose dataset is a reported one
TYPES = (
    *("string", "integer", "number", "boolean", "date", "datetime", "time", "year", "yearmonth", "list", "any"),
    *("object", "array", "duration", "geopoint", "geojson"),  # kept as text
)
NUMERIC = ("integer", "number")  # types of what is counted or measured; a year is none
TIMES = ("yearmonth", "date", "datetime")  # types of which a cell is in one month


def _several(value: Any) -> Any:
    """Return a name in a descriptor as a list of one: the standard allows both."""
    return (value,) if isinstance(value, str) else value


def _single(value: Any) -> Any:
    """Return the one member of a list in a descriptor."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _labelled(values: Any) -> Any:
    """Return a field's missing values or categories as mappings of value and label."""
    if not isinstance(values, list):
        return values
    return [each if isinstance(each, Mapping) else {"value": each} for each in values]


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Labelled(Standard):
    """A missing value or a category, with what it means."""

    value: str | Whole
    label: str = ""


class Constraints(Standard):
    """What a field's cells have to be, beyond their type."""

    refused_keys = "jsonSchema"

    required: Truth = False
    unique: Truth = False
    min_length: Whole | None = None
    max_length: Whole | None = None
    minimum: Any = None
    maximum: Any = None
    exclusive_minimum: Any = None
    exclusive_maximum: Any = None
    pattern: str | None = None
    enum: tuple[Any, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, written: str | None) -> str | None:
        try:
            re.compile(written or "")
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"expected a regular expression; {error}") from None
        return in_escapes(written) if written else written


class FieldOptions(Extension):
    """What the standard cannot say of a field."""

    organisation: str = ""
    """The kind of organisation that its cells name, by name or alias."""
    form: Literal["", "quarter", "period"] = ""
    """A text that is a quarter (2024-25-Q2), or a period of a fact."""
    unit: str = ""
    """The column of units: cells are dates, quarters or numbers as it says."""
    refers_to: str = ""
    """The column of this file that the parts of a list name."""


def _comes_back(moment: datetime, form: str) -> bool:
    """Return True if a moment written in a field's form is read as the same; its day or its time may be left out.

    Examples
    --------
    >>> moment = datetime(2024, 9, 15, 21, 45)
    >>> [_comes_back(moment, form) for form in ("%d/%m/%Y", "%b %Y", "%Y-%m-%dT%H:%M", "%Y-W%W", "%d/%m", "%Y-%m-%d %I:%M")]
    [True, True, True, False, False, False]
    """  # noqa: E501 — the forms are on one line
    try:
        read = datetime.strptime(moment.strftime(form), form)
    except ValueError:
        return False
    is_day = read.day in (1, moment.day) and read.hour in (0, moment.hour)
    return (read.year, read.month) == (moment.year, moment.month) and is_day


class DataField(Standard):
    """A column."""

    more_keys = "categoriesOrdered rdfType itemType"

    name: str
    type: str = "string"
    format: str = "default"
    title: str = ""
    description: str = ""
    example: Any = None
    constraints: Constraints = Constraints()
    missing_values: Annotated[tuple[Labelled, ...] | None, BeforeValidator(_labelled)] = None
    categories: Annotated[tuple[Labelled, ...], BeforeValidator(_labelled)] = ()
    true_values: tuple[str, ...] = ("true", "True", "TRUE", "1")
    false_values: tuple[str, ...] = ("false", "False", "FALSE", "0")
    decimal_char: str = "."
    group_char: str = ""
    bare_number: Truth = True
    delimiter: str = ","
    natpatsip: FieldOptions = FieldOptions()

    @field_validator("format")
    @classmethod
    def _says_the_month(cls, written: str) -> str:
        """Refuse a form of dates that leaves out what Python then makes up: the year 1900, 1 January for a week."""
        if "%" in written and not _comes_back(datetime(2024, 9, 15, 21, 45), written):
            raise ValueError(
                f'found "{written}"; expected a form that holds the year and the month of a date, and with %I also %p.'
            )
        return written

    @property
    def words(self) -> tuple[str, ...]:
        """The words that its cells may be; none where it has no list of them."""
        return tuple(str(each) for each in self.constraints.enum or [each.value for each in self.categories])


class Reference(Standard):
    """What a foreign key refers to: fields of a resource, by default of its own."""

    fields: Names
    resource: str = ""


class ForeignKey(Standard):
    """Fields whose cells have to be in another resource."""

    fields: Names
    reference: Reference


class Schema(Standard):
    """The fields of a resource, and what identifies a row."""

    more_keys = "$schema"

    fields: tuple[DataField, ...]
    fields_match: Annotated[Literal["exact", "equal", "subset"], BeforeValidator(_single)] = "equal"
    missing_values: Annotated[tuple[Labelled, ...], BeforeValidator(_labelled)] = (Labelled(value=""),)
    primary_key: Names = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    def missing(self, field: DataField) -> dict[str, str]:
        """Return a field's missing values with what they mean."""
        values = self.missing_values if field.missing_values is None else field.missing_values
        return {str(each.value): each.label for each in values}


class Dialect(Standard):
    """How a CSV file is written."""

    more_keys = "$schema lineTerminator caseSensitiveHeader csvddfVersion"
    refused_keys = "headerRows headerJoin commentRows commentChar nullSequence"

    delimiter: str = ","
    quote_char: str = '"'
    double_quote: Truth = True
    escape_char: str | None = None
    skip_initial_space: Truth = False
    header: Literal[True] = True


class Series(Extension):
    """Which columns tell series apart, the organisation first, and which series owe each period.

    With ``members: all`` every member (each organisation while it is open, each word of a list) owes every period from
    the first in which its measure is found; with ``found`` a series owes from its own first period on; with ``as
    before`` a report has what the one before had.
    """

    by: Names
    members: Literal["all", "found", "as before"] = "all"


class Rule(Extension):
    """What holds in each row: a number no greater than another, cells that are filled together; or between rows."""

    at_most: tuple[str, str] | None = None
    together: tuple[str, str] | None = None
    same: tuple[str, str] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Rule:
        if len(list(self._given())) != 1:
            raise ValueError("expected one of at_most, together and same, with two columns")
        return self

    @property
    def columns(self) -> tuple[str, str]:
        """The two columns that the rule declares something of."""
        return next(self._given())

    def _given(self) -> Iterator[tuple[str, str]]:
        return filter(None, (self.at_most, self.together, self.same))


class Disclosure(Extension):
    """What has to be done to small counts before they are shown, or why nothing has."""

    policy: str
    """What the rule is called."""
    source: str
    """Where the rule comes from, or why none is needed."""
    counts: Names = ()
    """The columns that count people; none where nothing needs protection."""
    geography: str = ""
    """The column that says what organisation or area a count is of."""
    threshold: Annotated[Whole, Field(ge=0)] = 0
    """Counts from 1 to this are suppressed."""
    base: Annotated[Whole, Field(gt=0)] = 1
    """All others are rounded to a multiple of it."""
    symbol: str = "*"
    """What is shown in place of a suppressed count."""
    percent: tuple[str, str] | None = None
    """The numerator and the denominator of a percentage."""

    @property
    def note(self) -> str:
        """The sentence to put under a figure or table; empty if nothing is suppressed.

        Examples
        --------
        >>> Disclosure(policy="Ours", source="trust", counts=("seen",), geography="team", threshold=7, base=5).note
        'Counts of 1 to 7 are shown as *; others are rounded to the nearest 5.'
        """
        if not self.counts:
            return ""
        small = f"Counts of 1 to {self.threshold} are shown as {self.symbol}"
        return f"{small}; others are rounded to the nearest {self.base}."

    @model_validator(mode="after")
    def _is_whole(self) -> Disclosure:
        needed = ("geography", "threshold", "base")
        if self.counts and (absent := [name for name in needed if name not in self.model_fields_set]):
            raise ValueError(f"has counts, but no {' and no '.join(absent)}; a policy states them all")
        return self


class Kind(Extension):
    """A kind of organisation: what one is called in messages, and the kind that it belongs to."""

    label: str
    parent: str = ""


class Options(Extension):
    """What the standard cannot say of a resource."""

    rows: str = ""
    """What a row is about, for the data dictionary."""
    as_of: str = ""
    """The column of the quarter in which a row was reported."""
    period: str = ""
    """The column of the month, day or quarter that a row is about."""
    series: Series | None = None
    required: Literal["", "each month", "each quarter", "once"] = ""
    rules: tuple[Rule, ...] = ()
    disclosure: Disclosure | None = None
    provenance: str = ""
    """reported, illustrative or decided, or the column that says it by row."""
    kinds: dict[str, Kind] = Field(default_factory=dict)


class Resource(Standard):
    """A dataset: a file of the data folder."""

    more_keys = "$schema type mediatype bytes hash sources licenses profile"
    refused_keys = "data"

    name: str
    path: str
    title: str = ""
    description: str = ""
    format: str = ""
    encoding: str = "utf-8"
    dialect: Dialect = Dialect()
    given_schema: Schema | None = Field(default=None, alias="schema")
    natpatsip: Options = Options()

    @property
    def file(self) -> str:
        """The data file's path within the project."""
        return f"{FOLDER}/{self.path}"

    @cached_property
    def table_schema(self) -> Schema:
        """The dataset's schema.

        Raises
        ------
        DataFileError
            If it has none.
        """
        if self.given_schema is None:
            raise DataFileError(f"{FILE}, {self.name}: has no schema. Declare its fields, so that it can be read.")
        return self.given_schema

    @cached_property
    def fields(self) -> dict[str, DataField]:
        """The dataset's fields by name."""
        return {field.name: field for field in self.table_schema.fields}

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the dataset's fields."""
        return tuple(self.fields)

    @property
    def subject(self) -> tuple[str, ...]:
        """What a row of the dataset is about: its key, without when it was reported."""
        return tuple(column for column in self.table_schema.primary_key if column != self.natpatsip.as_of)

    @property
    def provenance_column(self) -> str:
        """The dataset's column that says whether a row is reported or illustrative; empty where none does."""
        return "" if self.natpatsip.provenance in PROVENANCE else self.natpatsip.provenance


class Package(Standard):
    """All that is declared."""

    more_keys = (
        "$schema id name title description profile licenses sources contributors keywords image version created "
        "homepage natpatsip"
    )

    resources: tuple[Resource, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Resource]:
        """The declared resources by name."""
        return {resource.name: resource for resource in self.resources}

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kinds of organisations, none where no organisations are declared."""
        listed = self.by_name.get(ORGANISATIONS)
        return listed.natpatsip.kinds if listed else {}

    def resource(self, name: str) -> Resource:
        """Return a declared resource.

        Raises
        ------
        DataError
            If there is none of that name.
        """
        if name not in self.by_name:
            known = f"The datasets of {FILE} are {', '.join(self.by_name)}." if self.by_name else f"{FILE} has none."
            raise DataError(f'There is no dataset "{name}".{nearest(name, self.by_name)} {known}')
        return self.by_name[name]
