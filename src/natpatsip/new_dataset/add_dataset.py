"""Adding a data file: its first entry in ``data/datapackage.yaml``, from what is found in the file.

The entry loads and validates as it is. What a file cannot say, such as the meaning of a missing value, is left to
decide, and listed. Everything is worked out and checked first; then the descriptor and the dictionary are replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from natpatsip.datasets import dictionary
from natpatsip.datasets.coverage import missing_rows
from natpatsip.datasets.declaration import declared, parse, source
from natpatsip.datasets.descriptor import FILE, FOLDER, ORGANISATIONS, Package
from natpatsip.datasets.organisations import Organisations
from natpatsip.datasets.validation import Table, examine, examine_as, raise_faults
from natpatsip.errors import UsageError, nearest
from natpatsip.files.atomic_write import write_atomically
from natpatsip.files.yaml_models import line_of
from natpatsip.new_dataset.columns import Column
from natpatsip.new_dataset.entry import added
from natpatsip.new_dataset.file_form import read
from natpatsip.new_dataset.proposal import Proposal, propose
from natpatsip.quarter import Quarter


@dataclass(frozen=True)
class Declared:
    """What was declared, and what is left to decide; an entry that was there before is None."""

    name: str
    file: str  # within the project
    line: int  # of its entry
    entry: dict[str, Any] | None = None
    columns: tuple[Column, ...] = ()
    rows: int = 0
    decisions: tuple[str, ...] = ()
    has_dictionary: bool = True

    def record(self) -> dict[str, Any]:
        """Return for machines what was declared of a new dataset."""
        return {
            "name": self.name,
            "file": self.file,
            "is_new": self.entry is not None,
            "entry": self.entry,
            "decisions": list(self.decisions),
        }


def add(file: Path, project: Path, *, name: str = "") -> Declared:
    """Declare a file of the data folder, by default under its own name; one that is declared is left as it is.

    Raises
    ------
    DataFileError
        If the file cannot be read, is empty, or is not what a declaration can be of.
    UsageError
        If it is outside the data folder, or the name is taken.
    """
    path = _within(file, project)
    package = declared(project)
    descriptor = source(project)
    for resource in package.resources:
        if resource.path == path:
            return Declared(resource.name, resource.file, line_of(descriptor, ["resources", resource.name]))
    named = name or _name_of(path)
    _refuse_taken(named, path, package)
    sheet = read((project / FOLDER / path).read_bytes(), f"{FOLDER}/{path}")
    proposal = propose(named, path, sheet, _organisations(project, package))
    proposal, content = _checked(proposal, descriptor if (project / FILE).is_file() else b"", project)
    package = parse(content)
    has_dictionary = dictionary.is_there(project)
    text = dictionary.updated(project, package) if has_dictionary else ""
    write_atomically(project / FILE, content)
    if has_dictionary:
        write_atomically(project / dictionary.README, text.encode())
    line = line_of(content, ["resources", named])
    columns = tuple(proposal.columns)
    return Declared(
        named, f"{FOLDER}/{path}", line, proposal.entry, columns, len(sheet.lines), proposal.decisions, has_dictionary
    )


def _within(file: Path, project: Path) -> str:
    """Return the path within the data folder of a file to declare."""
    folder = (project / FOLDER).resolve()
    path = next((each for each in (file, project / file, project / FOLDER / file) if each.exists()), file).resolve()
    if not path.exists():
        known = [each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()]
        raise UsageError(f"{file}: there is no such file.{nearest(file.name, known)}")
    if path.is_dir():
        raise UsageError(f"{file}: is a folder. Name one file in it.")
    if not path.is_relative_to(folder):
        copy = f"{FOLDER}/{path.name}"
        raise UsageError(
            f"{file}: is outside {FOLDER}/, where the report's data are. Copy it to {copy}, then run: "
            f"natpatsip data add {copy}"
        )
    return path.relative_to(folder).as_posix()


def _name_of(path: str) -> str:
    """Return the name of a new dataset by its file: lower-case letters, digits and underscores.

    Examples
    --------
    >>> _name_of("returns/Bed days (2024).csv")
    'bed_days_2024'
    """
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in Path(path).stem.lower()).split()
    return "_".join(words) or "data"


def _refuse_taken(name: str, path: str, package: Package) -> None:
    """Refuse to declare a dataset under a name or a path that another one has."""
    if name != _name_of(f"{name}.csv"):
        raise UsageError(
            f'--name: found "{name}", expected lower-case letters, digits and underscores, such as {_name_of(name)}.'
        )
    if name in package.by_name:
        raise UsageError(
            f"{FOLDER}/{path}: {FILE} has a dataset {name} already, of {package.by_name[name].file}. "
            f"Give this one another name: natpatsip data add {FOLDER}/{path} --name {name}_2"
        )


def _organisations(project: Path, package: Package) -> Organisations:
    """Return the organisations that a new file may name; none if the project has none, or their file has faults."""
    if ORGANISATIONS not in package.by_name or not package.kinds:
        return {}
    table = examine(ORGANISATIONS, project)
    raise_faults(table)
    return table.organisations


def _checked(proposal: Proposal, descriptor: bytes, project: Path) -> tuple[Proposal, bytes]:
    """Return a proposed entry that the file satisfies, and its descriptor: without series if rows are missing."""
    content = added(descriptor, proposal.entry, proposal.comments)
    table = examine_as(content, proposal.name, project)
    raise_faults(table)
    if proposal.entry["natpatsip"].get("series") and (lacking := _lacking(table)):
        return _checked(proposal.without_series(lacking), descriptor, project)
    return proposal, content


def _lacking(table: Table) -> str:
    """Return the first row that a proposed series lacks, as seen at the end of the latest quarter in the file."""
    options = table.resource.natpatsip
    periods = [each for each in table.values[options.period or options.as_of] if each is not None]
    last = max(periods)
    quarter = Quarter.parse(last) if isinstance(last, str) else Quarter.of(last)
    places = table.known_by(quarter, range(len(table.lines)))
    return next((str(fault) for fault in missing_rows(table, places, quarter)), "")
