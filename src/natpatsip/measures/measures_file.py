"""Reading ``data/measures.yml``: the report's indicators, or each mistake in the file as a located sentence.

A build reads it before any notebook runs, so this module imports neither pandas nor Altair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import ValidationError

from natpatsip.datasets import declaration as datasets
from natpatsip.datasets.descriptor import FILE as DATASETS
from natpatsip.datasets.descriptor import FOLDER, NUMERIC, Package, Resource
from natpatsip.errors import DataError, DataFileError, nearest, together
from natpatsip.facts.fact import ID
from natpatsip.files.yaml_models import place_of, read_yaml, sentences, shown
from natpatsip.measures.definitions import BETWEEN_EVENTS, CONTROL_CHARTS, DAILY, DAYS, ROLES, Definition
from natpatsip.params import Params
from natpatsip.params import place as place_in_params
from natpatsip.quarter import PARAMS_FOLDER, Quarter
from natpatsip.wording import listing

FILE = f"{FOLDER}/measures.yml"
USED = re.compile(r"""\bmeasure\(\s*(?:id\s*=\s*)?["']([A-Za-z0-9_-]+)["']""")
"""A measure that code calls by name."""


@dataclass(frozen=True)
class Measures:
    """All that a project declares, by id, with the file's content for the places of later errors."""

    by_id: Mapping[str, Definition]
    content: bytes = b""

    @cached_property
    def fact_ids(self) -> frozenset[str]:
        """The ids of the facts of all measures."""
        return frozenset(fact for name, each in self.by_id.items() for fact in each.fact_ids(name).values())

    def published_in(self, source: str) -> set[str]:
        """Return the ids of the facts that code publishes by calling measures by name."""
        used = {name for name in USED.findall(source) if name in self.by_id}
        return {fact for name in used for fact in self.by_id[name].fact_ids(name).values()}

    def definition(self, name: str) -> Definition:
        """Return a measure's definition.

        Raises
        ------
        DataError
            If the file does not declare it.
        """
        if name not in self.by_id:
            known = f"The measures of {FILE} are {', '.join(self.by_id)}." if self.by_id else f"{FILE} has none."
            raise DataError(f'There is no measure "{name}".{nearest(name, self.by_id)} {known}')
        return self.by_id[name]

    def place(self, *keys: str) -> str:
        """Return a place in ``data/measures.yml`` as errors name it."""
        return place_of(FILE, self.content, keys)

    def check_targets(self, decided: Params, project: Path) -> None:
        """Check that each target is a value of a quarter's params, in the measure's unit, and one that it can have.

        Raises
        ------
        DataFileError
            With all that are not.
        """
        together([DataFileError(text) for name in self.by_id for text in self._target_problems(name, decided, project)])

    def _target_problems(self, name: str, decided: Params, project: Path) -> Iterator[str]:
        each, values = self.by_id[name], decided.values
        if not each.target:
            return
        if each.target not in values:
            known = f" The values there are {', '.join(values)}." if values else ""
            place = self.place(name, "target")
            yield (
                f'{place}: found "{each.target}", which the params of {decided.quarter} do not have.'
                f"{nearest(each.target, values)}{known} "
                f"Add it under `targets` in {PARAMS_FOLDER}/{decided.quarter}.yml."
            )
        elif values[each.target].unit != each.unit:
            place, unit = self.place(name, "target"), values[each.target].unit
            yield f"{place}: {each.target} is in {unit}; expected a target in {each.unit}, the measure's unit."
        elif each.is_share and not 0 <= values[each.target].value <= 100:
            key = "targets" if each.target in decided.targets else "model"
            place = place_in_params(Quarter.parse(decided.quarter), project, key, each.target, "value")
            yield (
                f"{place}: found {values[each.target].value:g}, the target of {name} in {FILE}, which is a part of a "
                "whole; expected a target from 0 to 100."
            )


def declared(project: Path) -> Measures:
    """Return the measures that a project declares; none where it has no such file.

    Raises
    ------
    DataFileError
        If the file cannot be read or contradicts itself or the datasets; all problems are given, each with its place.
    """
    file = project / FILE
    if not file.is_file():
        for other in sorted((project / FOLDER).glob("measures.y*ml")):
            raise DataFileError(f"{FOLDER}/{other.name}: measures are declared in {FILE}. Rename the file.")
        return Measures({})
    return _parse(file.read_bytes(), datasets.source(project))


@lru_cache(maxsize=16)
def _parse(content: bytes, descriptor: bytes) -> Measures:
    package = datasets.parse(descriptor)
    found = read_yaml(content, FILE, DataFileError)
    if found is None:
        return Measures({}, content)
    if not isinstance(found, dict):
        raise DataFileError(f"{FILE}: found {shown(found)}; expected measures by id, each with its keys.")
    measures: dict[str, Definition] = {}
    problems: list[str] = []
    for name, keys in found.items():
        try:
            measures[str(name)] = Definition.model_validate(keys)
        except ValidationError as error:
            problems += sentences(FILE, error, Definition, content=content, within=(str(name),))
    read = Measures(measures, content)
    problems += [f"{read.place(*keys)}: {text}" for keys, text in _contradictions(measures, package)]
    together([DataFileError(text) for text in problems])
    return read


def _contradictions(measures: Mapping[str, Definition], package: Package) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with measures that are well formed: the keys that lead to it, and the sentence."""
    owners: dict[str, str] = {}
    for name, each in measures.items():
        if not ID.fullmatch(name):
            yield (name,), f'found "{name}"; expected lower-case letters, digits and underscores, such as long_waits.'
        for role, fact in each.fact_ids(name).items():
            given = each.facts if isinstance(each.facts, Mapping) else {}
            at = (name, "facts", role) if role in given else (name, "facts") if each.facts else (name,)
            if not ID.fullmatch(fact):
                yield at, f'"{fact}" is not the id of a fact; expected lower-case letters, digits and underscores.'
            elif fact in owners:
                yield at, f"its fact {fact} is also one of {owners[fact]}. Give one of the two another prefix."
            owners.setdefault(fact, name)
        yield from (((name, *keys), text) for keys, text in _of_measure(each))
        if each.dataset not in package.by_name:
            known = ", ".join(package.by_name) or "none"
            hint = nearest(each.dataset, package.by_name)
            yield (name, "dataset"), f'found "{each.dataset}".{hint} The datasets of {DATASETS} are {known}.'
        else:
            resource = package.by_name[each.dataset]
            yield from (((name, *keys), text) for keys, text in _of_data(each, resource))


def _of_measure(each: Definition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what the keys of a measure say against each other."""
    if each.chart not in ROLES:
        hint, known = nearest(each.chart, ROLES), listing(list(ROLES))
        yield (
            ("chart",),
            f'found "{each.chart}", which is not a kind of chart that measures have.{hint} They have {known}.',
        )
        return
    if isinstance(each.facts, Mapping):
        for role in each.facts.keys() - set(ROLES[each.chart]):
            yield ("facts", role), f"a measure with the chart {each.chart} has no {role}."
    if bool(each.numerator) != bool(each.denominator):
        lacking = "denominator" if each.numerator else "numerator"
        yield (), f"has no {lacking}. A numerator and a denominator go together; a count that is given is a value."
    elif each.value and each.numerator:
        yield ("value",), "is given beside a numerator and a denominator. Keep either."
    elif not each.counts and each.chart not in ("stacked", *BETWEEN_EVENTS):
        yield (), "has no values. Give value, or numerator and denominator: columns of its dataset."
    if "per" in each.model_fields_set and each.is_percent and each.per != 100:
        yield ("per",), f"found {each.per:g}, but the unit is percent, which is per 100."
    if each.numerator and not each.is_percent and each.chart != "g" and "per" not in each.model_fields_set:
        yield (), f'has no per. The unit is "{each.unit}": write the number, such as per: 1000.'
    if each.chart == "stacked" and not each.category:
        yield (), "has no category. Name the column that says which part of a bar a row belongs to."
    if each.chart == "stacked" and each.numerator:
        yield ("numerator",), "stacked bars are made of counts. Give value, or nothing to count rows."
    yield from _of_kind(each)
    grouped = [part for parts in each.groups.values() for part in parts]
    for part in dict.fromkeys(grouped):
        if part not in each.categories:
            yield ("groups",), f"categories have no {part}.{nearest(part, each.categories)}"
        elif grouped.count(part) > 1:
            yield ("groups",), f"{part} is there twice. Put each category in one group."
    if bool(each.noun) != bool(each.verb) and not each.is_between_events:
        yield (), "has one of noun and verb. Give both, from which its sentences are made, or neither."
    if each.verb and not each.verb.startswith("have "):
        yield ("verb",), f'found "{each.verb}"; expected what the noun has done so far, such as have been seen in time.'


def _of_kind(each: Definition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what a measure says against the kind of its chart."""
    kind, given = f"a {each.chart} chart", each.model_fields_set
    if each.chart in ("p", "u") and not each.numerator:
        yield (), f"has no numerator and denominator, which {kind} is made of. Name their columns."
    if each.chart == "p" and not each.is_percent:
        yield ("unit",), f'found "{each.unit}"; {kind} shows a percentage. For a rate, take a u chart.'
    if each.chart == "u" and each.is_percent:
        yield ("unit",), f"found percent; {kind} shows events per so many. For a percentage, take a p chart."
    if each.chart in CONTROL_CHARTS[1:] and each.rolling > 1:
        yield ("rolling",), f"the limits of {kind} are those of single counts. Leave it out."
    if each.smallest_shown > 1 and (not each.counts or each.is_rate or each.is_between_events):
        what = "single events" if each.is_between_events else "rows" if not each.counts else each.unit
        yield ("smallest_shown",), f"this measure shows {what}, no counts that could be too small. Take another chart."
    if not each.is_between_events:
        return
    if each.improvement == "decrease":
        yield (
            ("improvement",),
            f"found decrease; {kind} shows what lies between events: where fewer of them are better, longer is an "
            "improvement. Leave it out, or count the events in another kind of chart.",
        )
    if each.chart == "t" and each.numerator:
        yield ("numerator",), f"{kind} is made of dates. Give value, how many events a row counts, or leave it out."
    if "per" in given:
        yield ("per",), f"{kind} shows no rate. Leave it out."
    if not each.numerator and each.unit != DAYS:
        yield ("unit",), f'found "{each.unit}"; {kind} of dates measures the time between events in days.'
    if each.verb:
        yield ("verb",), f"the sentences of {kind} are made from the noun alone: what the events are. Leave it out."


def _of_data(each: Definition, resource: Resource) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what a measure says against its dataset's declaration."""
    fields = resource.fields
    if not resource.natpatsip.period:
        yield ("dataset",), f"{resource.name} has no period. Name its column of months in {DATASETS}, natpatsip.period."
    elif each.is_between_events and fields[resource.natpatsip.period].type not in DAILY:
        period = resource.natpatsip.period
        yield (
            ("chart",),
            f"{resource.name}.{period} is of type {fields[period].type}; a {each.chart} chart needs the day of each "
            "event, a column of type date.",
        )
    named = {key: getattr(each, key) for key in ("value", "numerator", "denominator", "by", "category")}
    asked = [((key,), column) for key, column in named.items() if column]
    for keys, column in [*asked, *((("filter", column), column) for column in each.filter)]:
        if column not in fields:
            yield (
                keys,
                f'{resource.name} has no column "{column}".{nearest(column, fields)} It has {listing(list(fields))}.',
            )
        elif keys[0] in ("value", "numerator", "denominator") and fields[column].type not in NUMERIC:
            yield keys, f"{resource.name}.{column} is of type {fields[column].type}; expected a column of numbers."
    for column, value in each.filter.items():
        words = fields[column].words if column in fields else ()
        if words and value not in words:
            yield ("filter", column), f'found "{value}".{nearest(value, words)} The data have {listing(list(words))}.'
    words = fields[each.category].words if each.category in fields else ()
    for part in each.categories if words else ():
        if part not in words:
            yield ("categories", part), f"{each.category} is never {part}.{nearest(part, words)}"


def problems_of_rebases(measures: Measures, params: Params, others: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the rebases of measures that there are not: their place in the list, and the sentence.

    Parameters
    ----------
    others : set of str
        The names of series that notebooks chart by themselves.
    """
    known = sorted({*measures.by_id, *others})
    for number, rebase in enumerate(params.rebase):
        if rebase.measure not in known:
            names = f" The measures are {', '.join(known)}." if known else f" {FILE} declares none."
            yield number, f'found "{rebase.measure}".{nearest(rebase.measure, known)}{names}'
