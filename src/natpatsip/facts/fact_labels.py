"""Labels in words of facts that no code could give one: those that are reported or decided, and any other it names.

A notebook gives the facts that it calculates theirs (`natpatsip.publish`), and a measure its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import FILE as DATASETS
from natpatsip.datasets.descriptor import FOLDER
from natpatsip.datasets.validation import examine, raise_faults
from natpatsip.errors import DataFileError

NAME = "fact_labels"  # the dataset
FILE = f"{FOLDER}/{NAME}.csv"
COLUMNS = ("fact_id", "label")


def labels_of(project: Path) -> Mapping[str, str]:
    """Return the labels of ``data/fact_labels.csv`` by the ids of the facts; none where the project has no such file.

    Raises
    ------
    DataFileError
        If the file is not declared or breaks its declaration.
    """
    resource = declared(project).by_name.get(NAME)
    if resource is None:
        if (project / FILE).is_file():
            raise DataFileError(
                f"{FILE}: is not declared. Add {NAME} to {DATASETS}, with the columns fact_id and label."
            )
        return {}
    if lacking := [column for column in COLUMNS if column not in resource.fields]:
        raise DataFileError(
            f"{DATASETS}, {NAME}: has no column {' and no '.join(lacking)}; expected {' and '.join(COLUMNS)}."
        )
    table = examine(NAME, project)
    raise_faults(table)
    return dict(zip(*(table.texts[column] for column in COLUMNS), strict=True))
