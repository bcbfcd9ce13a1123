"""Notebooks as the build reads them: title, the cells of a quarter, and what they publish and cite.

Read before the build's processes are started, so nbformat, which takes long to import, reads only what has to be
validated.
"""

from __future__ import annotations

import json
import re
import symtable
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import natpatsip
from natpatsip.errors import NotebookError
from natpatsip.facts.facts_in_code import CITES, published_in
from natpatsip.files import memory, merge_conflicts
from natpatsip.files.merge_conflicts import conflicts_in
from natpatsip.pipeline import notebook_file
from natpatsip.pipeline.cell_tags import wrong_tag
from natpatsip.pipeline.inline_code import expressions
from natpatsip.pipeline.notebook_file import CELL_ID
from natpatsip.quarter import Quarter, is_quarter

if TYPE_CHECKING:
    from nbformat import NotebookNode


# A series in quotes, or nothing: then its name is put together in code.
REBASES = re.compile(r"""\brebase(?:s|_dates|_reasons)\(\s*(?:["']([^"']*)["'])?""")
UNITS = re.compile(r"""\bunit\s*=\s*(?:["']([^"'\n]*)["'])?""")  # the same, of the unit of a number
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
SURROGATE = re.compile("[\ud800-\udfff]")
SETS_QUARTER = re.compile(r"^quarter\s*(?::[^=\n]+)?=", re.MULTILINE)
QUARTER_ENDING = re.compile(r"-(?:\d{4}-\d{2}-)?q[1-4](?:-\d+)?$")  # of the id of a cell that was carried over
COMPREHENSIONS = ("listcomp", "setcomp", "dictcomp", "genexpr")
FIRST_WORDS = 40  # letters of a cell that name it in messages
TITLE = re.compile(r"\A\s*#[ \t]+(.+?)\s*(?:\{[^}]*\}\s*)?$", re.MULTILINE)
# Jupyter asks for jsonschema[format-nongpl], which checks addresses and durations with these if it can import them: two
# seconds for the grammar of the first (https://github.com/python-jsonschema/jsonschema/issues/1428), 0.15 s for the
# others. nbformat validates notebooks without them: its schema has no such formats.
SLOW = ("rfc3987_syntax", "rfc3986_validator", "isoduration")


def without_quarter(identity: str) -> str:
    """Return the id of a cell without the quarter at its end: what its copies for other quarters have in common.

    Examples
    --------
    >>> without_quarter("learnings-q2"), without_quarter("webinars-2024-25-q3-2"), without_quarter("webinars")
    ('learnings', 'webinars', 'webinars')
    """
    return QUARTER_ENDING.sub("", identity) or "cell"


def appears_in(cell: Mapping[str, Any], quarter: Quarter) -> bool:
    """Return True if a cell appears in a quarter: cells tagged with quarters in those alone, others in all."""
    quarters = [tag for tag in cell["metadata"].get("tags", []) if is_quarter(tag)]
    return not quarters or str(quarter) in quarters


def running(cells: Sequence[Mapping[str, Any]], quarter: Quarter) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells that run in a quarter, by position, with the text of them that runs.

    Code cells run with their code and tags; markdown cells with their inline expressions, if they have any.
    """
    for place, cell in enumerate(cells):
        tags = cell["metadata"].get("tags", [])
        if not appears_in(cell, quarter) or "injected-parameters" in tags:
            continue
        if cell["cell_type"] == "code":
            yield place, ["code", *sorted(tags), source_of(cell)]
        elif asked := expressions(cell):
            yield place, ["inline", *asked.values()]


def source_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's text, which a file may hold as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def numbered(cells: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Yield cells with their position from 1, without the cell that papermill injected."""
    own = (cell for cell in cells if "injected-parameters" not in cell["metadata"].get("tags", []))
    yield from enumerate(own, start=1)


def name_of(number: int, cell: Mapping[str, Any]) -> str:
    r"""Return a cell as messages name it: by its position, its first words, and its id.

    Examples
    --------
    >>> name_of(5, {"id": "news", "source": "## News\n\nIn July."})
    'cell 5 "News" (id news)'
    """
    line = next((line.strip(" \t#") for line in source_of(cell).splitlines() if line.strip(" \t#")), "")
    line = line.replace('"', "'")
    words = line if len(line) <= FIRST_WORDS else f"{line[:FIRST_WORDS].rpartition(' ')[0] or line[:FIRST_WORDS]}…"
    return " ".join(filter(None, [f"cell {number}", words and f'"{words}"', f"(id {cell.get('id', '')})"]))


def place_of(cells: Sequence[Mapping[str, Any]], cell: Mapping[str, Any]) -> str:
    """Return one of a notebook's cells as messages name it."""
    return next((name_of(number, each) for number, each in numbered(cells) if each is cell), "the parameters")


def names_of(cells: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return all cells of a notebook as messages name them, by id."""
    return {cell.get("id", ""): name_of(number, cell) for number, cell in numbered(cells)}


def advice_on_name(cells: Sequence[Mapping[str, Any]], failed: Mapping[str, Any], kind: str, message: str) -> str:
    """Return what to do about a name that a cell uses before it is defined; empty for any other failure."""
    found = UNDEFINED.match(message) if kind == NameError.__name__ else None
    if not found:
        return ""
    name = found[1]
    place = next((place for place, each in enumerate(cells) if each is failed), len(cells))
    for cell in cells[place + 1 :]:
        if name in _defined_in(cell):
            return f"`{name}` is defined in {place_of(cells, cell)}, below: move this cell under it."
    return f"Import it: from natpatsip import {name}" if name in natpatsip.__all__ else ""


def _defined_in(cell: Mapping[str, Any]) -> set[str]:
    """Return the names that a code cell defines; none if it is not plain Python, such as one with a magic."""
    if cell["cell_type"] != "code":
        return set()
    try:
        symbols = symtable.symtable(cell["source"], "cell", "exec").get_symbols()
    except (SyntaxError, ValueError):
        return set()
    return {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}


def _set_by_the_build(source: str) -> list[str]:
    r"""Return the parameters that a cell reads itself, beside setting them; functions read them when they are called.

    Examples
    --------
    >>> _set_by_the_build("quarter = '2024-25-Q2'\nyears = [part for part in quarter.split('-')]")
    ['quarter']
    >>> _set_by_the_build("quarter = '2024-25-Q2'\ndef year():\n    return quarter[:7]")
    []
    """
    try:
        tables = [symtable.symtable(source, "cell", "exec")]
    except (SyntaxError, ValueError):
        return []
    for table in tables:
        tables += [each for each in table.get_children() if each.get_name() in COMPREHENSIONS]
    read = {each.get_name() for table in tables for each in table.get_symbols() if each.is_referenced()}
    return [name for name in ("quarter", "edition") if name in read]


def _refuse_conflicts(name: str, text: str) -> None:
    """Refuse a notebook in which git has marked conflicts: it is not JSON."""
    conflicts = conflicts_in(text)
    if not conflicts:
        return
    ours, differing = merge_conflicts.cells_in_text(text)
    named = [name_of(number, cell) for number, cell in numbered(ours) if str(cell.get("id", "")) in differing]
    known = {str(cell.get("id", "")) for cell in ours}
    named += [f"the cell with the id {each}" for each in sorted(differing - known)]
    lines = ", ".join(f"{first} to {last}" for first, last in conflicts)
    raise NotebookError(
        f"notebooks/{name}: a merge has left a conflict in {', '.join(named) or 'it'} (lines {lines} of the file). "
        "In a text editor, keep one of the two versions between <<<<<<< and >>>>>>>. Or take the notebook of one side: "
        f"git checkout --ours notebooks/{name}, or --theirs."
    )


def language_of(metadata: Mapping[str, Any]) -> str:
    """Return the language of a notebook; Python if it names none, as when it was saved without a kernel."""
    kernel, language = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    return str(kernel.get("language") or language.get("name") or "python").lower()


def _give_ids(
    content: NotebookNode,  # the notebook as nbformat reads it, which makes up an id for each build
    before: Sequence[Mapping[str, Any]],  # its cells as they are in the file
) -> None:
    """Give each cell without an id of its own (nbformat 4.4, Colab) one that is the same in every build."""
    content.nbformat_minor = max(content.nbformat_minor, 5)
    found = [str(cell.get("id") or cell.get("metadata", {}).get("id", "")) for cell in before]  # Colab's is metadata
    found += [""] * (len(content.cells) - len(found))
    taken = set[str]()
    for number, (cell, name) in enumerate(zip(content.cells, found, strict=False), start=1):
        if not CELL_ID.fullmatch(name) or name in taken:
            name = next(new for ending in ("", "-", "--") if (new := f"cell-{number}{ending}") not in found)
        cell["id"] = name
        taken.add(name)


def _malformed(cell: Any) -> str:
    """Return what a cell lacks that every cell has; nbformat only logs it."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("markdown", "code", "raw"):
        return "is not a markdown, code or raw cell"
    if not isinstance(cell.get("source"), str):
        return "has no source"
    if not isinstance(cell.get("metadata"), dict):
        return "has no metadata"
    outputs = cell.get("outputs", [])
    if not isinstance(outputs, list) or not all(isinstance(each, dict) for each in outputs):
        return "has outputs that are not a list of outputs"
    if outputs and cell["cell_type"] != "code":
        return "has outputs, which only code cells have"
    if SURROGATE.search(json.dumps(cell, ensure_ascii=False)):
        return "holds half of a character, which JSON can write and no text can hold"
    return ""


def _read(text: str) -> NotebookNode:
    """Return the notebook that a file's text is, whatever its version, as nbformat reads it."""
    with block_imports(SLOW):
        import nbformat
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of cells without ids, which are given later
        content: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    return content


def _unreadable(path: Path, error: Exception) -> NotebookError:
    return NotebookError(f"notebooks/{path.name}: Jupyter cannot read it as a notebook: {error}")


@dataclass(frozen=True)
class Notebook:
    """A notebook of the project: its path and content."""

    path: Path
    content: NotebookNode
    text: str = ""
    """The text of its file."""

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Read a notebook, and check what the build relies on.

        Raises
        ------
        NotebookError
            If the file is missing or is not a notebook, has no title, or has no parameters cell that sets the quarter.
        """
        if not path.is_file():
            raise NotebookError(
                f"notebooks/{path.name}: the notebook is missing. Write it, or take it out of _quarto.yml."
            )
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(path, error) from error
        return memory.once(partial(cls._of, path, text), "notebook", path, text)

    @classmethod
    def _of(cls, path: Path, text: str) -> Notebook:
        """Return the notebook that a file's text is."""
        try:
            _refuse_conflicts(path.name, text)
            content = notebook_file.reads(text) if notebook_file.is_plainly_valid(json.loads(text)) else _read(text)
            _give_ids(content, json.loads(text).get("cells", []))
        except NotebookError:
            raise
        except Exception as error:  # nbformat raises errors of several libraries
            raise _unreadable(path, error) from error
        notebook = cls(path, content, text)
        notebook._check()
        return notebook

    def _check(self) -> None:
        where, cells = f"notebooks/{self.path.name}", self.content.cells
        for key in ("kernelspec", "language_info"):
            if not isinstance(found := self.content.metadata.get(key, {}), dict):
                raise NotebookError(
                    f"{where}: {key} in its metadata is {found!r}; expected keys with values, such as "
                    "name: python3. Choose the kernel again in JupyterLab, and save."
                )
        for number, cell in enumerate(cells, start=1):
            if wrong := _malformed(cell):
                raise NotebookError(
                    f"{where}, cell {number}: {wrong}, so Jupyter cannot show it. Restore it, or delete it."
                )
        if undecided := merge_conflicts.in_cells(cells):
            named = ", ".join(place_of(cells, cells[at]) for at in undecided)
            raise NotebookError(
                f"{where}: a merge has left a conflict in {named}. Open the notebook in JupyterLab, keep one version "
                "of each, and delete the lines and cells with <<<<<<<, ======= and >>>>>>>."
            )
        if not self.content.cells or not TITLE.search(self.content.cells[0].source):
            raise NotebookError(
                f'{where}: the first cell has no title. Begin it with "# " and the title of the chapter.'
            )
        for number, cell in enumerate(self.content.cells, start=1):
            tags = cell.metadata.get("tags", [])
            if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
                raise NotebookError(
                    f"{where}, {name_of(number, cell)}: its tags are {tags!r}; expected a list of words."
                )
        for cell in self.content.cells:
            for tag in cell.metadata.get("tags", []):
                if wrong := wrong_tag(tag):
                    raise NotebookError(f'{where}, {place_of(self.content.cells, cell)}: the tag "{tag}" {wrong}')
        parameters = [cell for cell in self.content.cells if "parameters" in cell.metadata.get("tags", [])]
        if not parameters or not SETS_QUARTER.search(parameters[0].source):
            raise NotebookError(
                f'{where}: no cell tagged "parameters" sets the quarter. Add one with: quarter = "2024-25-Q2"'
            )
        if read := _set_by_the_build(parameters[0].source):
            raise NotebookError(
                f"{where}, {place_of(cells, parameters[0])}: it calculates from `{read[0]}`, which the build sets "
                "after this cell, so that the result would be that of another quarter. Calculate it in a cell below."
            )

    @property
    def name(self) -> str:
        """The notebook's file name without its ending, which is also the chapter's name."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The title of the notebook's chapter."""
        found = TITLE.search(self.content.cells[0].source)
        return " ".join(found[1].splitlines()) if found else self.name  # one line, whatever breaks lines in it

    @property
    def language(self) -> str:
        """The language of the notebook's code, such as python."""
        return language_of(self.content.metadata)

    @cached_property
    def source(self) -> str:
        """All of the notebook's code and prose, for static reading."""
        return "\n".join(cell.source for cell in self.content.cells)

    def publishes(self) -> set[str]:
        """Return the ids of the facts that the notebook publishes, found in its code and its measures."""
        return published_in(self.source, self.path.parent.parent)

    def cites(self) -> set[str]:
        """Return the ids of the facts that the notebook cites."""
        return set(self._cited)

    @cached_property
    def _cited(self) -> frozenset[str]:
        return frozenset(CITES.findall(self.source))

    def rebases(self) -> set[str] | None:
        """Return the series whose rebases the notebook reads from params; None if it builds a name in code."""
        names = set(filter(None, REBASES.findall(self.source)))
        return None if "" in REBASES.findall(self.source) else names

    def units(self) -> set[str] | None:
        """Return the units of the numbers that the notebook's code publishes; None if it puts one together."""
        names = UNITS.findall(self.source)
        return None if "" in names else set(names)


@contextmanager
def block_imports(optional: Sequence[str]) -> Iterator[None]:
    """Let nbformat, and other libraries imported in the block, find these modules missing."""
    missing: Any = None  # what Python takes for a module that cannot be imported
    blocked = [name for name in optional if name not in sys.modules]
    sys.modules.update(dict.fromkeys(blocked, missing))
    try:
        yield
    finally:
        for name in blocked:
            sys.modules.pop(name, None)
