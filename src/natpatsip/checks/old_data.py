"""Data older than the quarter's cut-off: months, boards or facts that have not come in."""

from __future__ import annotations

from collections.abc import Iterator

from natpatsip.checks.check_context import Material
from natpatsip.checks.findings import Finding
from natpatsip.checks.rules import reported_rows
from natpatsip.datasets.completeness import awaited, complete
from natpatsip.datasets.descriptor import FOLDER
from natpatsip.quarter import FORM
from natpatsip.wording import date

CHECK = "old-data"
REPORTED = "reported"


def check(material: Material) -> list[Finding]:
    """Return what the data of the quarter lack, by file and by fact."""
    return [*_files(material), *_facts(material)]


def _files(material: Material) -> Iterator[Finding]:
    project = material.plan.project
    if not all((project / resource.file).is_file() for resource in awaited(project)):
        return  # a notebook that reads the file reports that it is missing
    for sentence in complete(material.quarter, project):
        file, _, what = sentence.partition(" ")
        if not file.endswith(f"{REPORTED}.csv"):
            message = (
                f"{sentence}: the data are older than the cut-off, {date(material.plan.params.cut_off)}. Bring them in."
            )
            yield Finding(CHECK, message, file, found=what, expected=str(material.quarter))


def _facts(material: Material) -> Iterator[Finding]:
    """Go through facts that were last reported in an earlier quarter, and are of no quarter that is past."""
    newest: dict[tuple[str, str], tuple[str, int, str]] = {}
    for line, row in enumerate(reported_rows(material.plan.project), start=2):
        role = "its quarter" if row["period"] == row["as_of"] else row["period"]
        key = row["fact_id"], role
        if row["as_of"] <= str(material.quarter) and (key not in newest or newest[key][0] <= row["as_of"]):
            newest[key] = row["as_of"], line, row["value"]
    for (name, role), (as_of, line, value) in newest.items():
        if as_of < str(material.quarter) and not FORM.fullmatch(role):
            message = (
                f"{name} ({role}) was last reported as of {as_of} ({value}), before the cut-off of {material.quarter}, "
                f"{date(material.plan.params.cut_off)}. Add its row to {FOLDER}/{REPORTED}.csv."
            )
            where = f"{FOLDER}/{REPORTED}.csv, row {line}"
            yield Finding(CHECK, message, where, fact=name, found=as_of, expected=str(material.quarter))
