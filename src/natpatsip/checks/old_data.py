"""Data older than the quarter's cut-off: months, organisations or facts that have not come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding
from natpatsip.datasets.completeness import DATA, awaited, complete
from natpatsip.datasets.coverage import Coverage, series_without_rows
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import TIMES, Resource, Series
from natpatsip.datasets.validation import examine
from natpatsip.errors import ReportError
from natpatsip.facts.publishing import REPORTED_FILE
from natpatsip.files.digests import sha256_of_folder
from natpatsip.measures import measures_file as measures
from natpatsip.quarter import FORM
from natpatsip.wording import date, listing

CHECK = "old-data"


def check(context: CheckContext) -> list[Finding]:
    """Return what is missing from the data of the quarter, by file and by fact."""
    return [*_files(context), *_partial_sums(context), *_facts(context)]


def _files(context: CheckContext) -> Iterator[Finding]:
    project = context.project
    if not all((project / resource.file).is_file() for resource in awaited(project)):
        return  # a notebook that reads the file reports that it is missing
    made_of = (context.quarter, sha256_of_folder(project / DATA))
    for sentence in context.saved.once(lambda: complete(context.quarter, project), "completeness", *made_of):
        file, _, what = sentence.partition(" ")
        if file != REPORTED_FILE:
            message = (
                f"{sentence}: the data are older than the cut-off, {date(context.plan.params.cut_off)}. Bring them in."
            )
            yield Finding(CHECK, message, file, found=what, expected=str(context.quarter))


def _partial_sums(context: CheckContext) -> Iterator[Finding]:
    """Yield organisations without a row of which no declaration says that they owe one: sums are of the others."""
    project = context.project
    labels: dict[tuple[str, str], list[str]] = {}
    for measure in measures.declared(project).by_id.values():
        if measure.by and (measure.value or measure.numerator) and not measure.is_between_events:
            labels.setdefault((measure.dataset, measure.by), []).append(measure.label)
    for (name, by), summed in labels.items():
        resource = declared(project).by_name.get(name)
        if resource is None or resource.natpatsip.series or not _has_months_or_quarters(resource):
            continue
        options = resource.natpatsip.model_copy(update={"series": Series(by=(by,), members="found")})
        with suppress(ReportError):  # the notebook that reads the file reports what is wrong in it
            table = examine(name, project)
            table = replace(table, resource=resource.model_copy(update={"natpatsip": options}))
            coverage = Coverage.of(table, table.known_by(context.quarter, table.sound), context.quarter)
            for fault in series_without_rows(coverage) if table.is_identified else ():
                message = (
                    f"{fault.text} {listing(list(dict.fromkeys(summed)))} would be of the others alone, since {name} "
                    f"declares no series: {{by: [{by}]}}."
                )
                yield Finding(CHECK, message, resource.file, found=fault.text.partition(":")[0])


def _has_months_or_quarters(resource: Resource) -> bool:
    """Return True if rows of days, months or quarters can be too old: others (2024-25-YTD) overlap, none is owed."""
    axis = resource.fields.get(resource.natpatsip.period)
    return axis is not None and (axis.type in TIMES or axis.natpatsip.form == "quarter")


def _facts(context: CheckContext) -> Iterator[Finding]:
    """Yield facts that were last reported in an earlier quarter, except those of past quarters."""
    newest: dict[tuple[str, str], tuple[str, int, str]] = {}
    for line, row in context.reported_rows.items():
        role = "its quarter" if row["period"] == row["as_of"] else row["period"]
        key = row["fact_id"], role
        if row["as_of"] <= str(context.quarter) and (key not in newest or newest[key][0] <= row["as_of"]):
            newest[key] = row["as_of"], line, row["value"]
    for (name, role), (as_of, line, value) in newest.items():
        if as_of < str(context.quarter) and not FORM.fullmatch(role):
            message = (
                f"{name} ({role}) was last reported as of {as_of} ({value}), before the cut-off of {context.quarter}, "
                f"{date(context.plan.params.cut_off)}. Add its row to {REPORTED_FILE}."
            )
            where = f"{REPORTED_FILE}, row {line}"
            yield Finding(CHECK, message, where, fact=name, found=as_of, expected=str(context.quarter))
