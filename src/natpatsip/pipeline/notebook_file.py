"""Notebooks' files, read and written as nbformat does, without importing it.

To import nbformat and to make its validator takes as long as to check a report. The texts here are of two kinds:
notebooks that an engine has run, which nbformat wrote before, and sources that are plainly valid. nbformat reads all
others, and says what is wrong with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PLAIN = {"id", "cell_type", "metadata", "source"}
_KEYS = {"markdown": _PLAIN, "raw": _PLAIN, "code": _PLAIN | {"outputs", "execution_count"}}
_CHECKED = {"collapsed", "deletable", "execution", "format", "jupyter", "name", "scrolled"}  # metadata with a schema
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SPLIT = ("application/javascript", "image/svg+xml")  # besides text/…


class Node(dict[str, Any]):
    """A part of a notebook, whose keys are attributes too, as those of nbformat's `NotebookNode` are."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        return Node((name, deepcopy(value, memo)) for name, value in self.items())


def reads(text: str) -> NotebookNode:
    """Return the notebook of a file's text, of the format's version 4."""
    content = json.loads(text, object_hook=Node)
    _change_texts(content, _joined)
    return cast("NotebookNode", content)


def writes(content: Mapping[str, Any]) -> str:
    """Return the text of a notebook's file."""
    copied = json.loads(json.dumps(content), object_hook=Node)
    _change_texts(copied, _split)
    return json.dumps(copied, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))


def is_plainly_valid(content: Any) -> bool:
    """Return True if a notebook is valid at a glance: of version 4.5, without outputs, attachments or rare metadata."""
    try:
        metadata, cells = content["metadata"], content["cells"]
        kernel = metadata.get("kernelspec", {"name": "", "display_name": ""})
        language = metadata.get("language_info", {"name": ""})
        return (
            (content["nbformat"], content["nbformat_minor"], len(content)) == (4, 5, 4)
            and not metadata.keys() & {"title", "authors", "orig_nbformat"}
            and _are_texts(kernel["name"], kernel["display_name"], language["name"], *language.values())
            and isinstance(cells, list)
            and all(map(_is_plain, cells))
            and len({cell["id"] for cell in cells}) == len(cells)
        )
    except (AttributeError, KeyError, TypeError):
        return False


def _is_plain(cell: Any) -> bool:
    """Return True if a cell of a notebook's file is valid at a glance."""
    source, tags = cell["source"], cell["metadata"].get("tags", [])
    return bool(
        cell.keys() == _KEYS[cell["cell_type"]]
        and CELL_ID.fullmatch(cell["id"])
        and (isinstance(source, str) or (isinstance(source, list) and _are_texts(*source)))
        and not cell["metadata"].keys() & _CHECKED
        and isinstance(tags, list)
        and _are_texts(*tags)
        and len(set(tags)) == len(tags)
        and all(re.search("^[^,]+$", tag) for tag in tags)
        and (cell["cell_type"] != "code" or (cell["outputs"] == [] and cell["execution_count"] is None))
    )


def _are_texts(*values: Any) -> bool:
    return all(isinstance(each, str) for each in values)


def _change_texts(content: Node, change: Callable[[str, Any], Any]) -> None:
    """Change all texts of a notebook that its file has as lists of lines; leave out what no file should hold."""
    for name in ("orig_nbformat", "orig_nbformat_minor", "signature"):
        content.metadata.pop(name, None)
    for cell in content.cells:
        cell.metadata.pop("trusted", None)
        cell["source"] = change("text/plain", cell["source"])
        for data in _bundles(cell):
            for kind, value in data.items():
                data[kind] = change(kind, value)
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream":
                output["text"] = change("text/plain", output["text"])


def _bundles(cell: Node) -> Iterator[Node]:
    """Yield what holds the forms of something by their types: attachments, and outputs that are shown."""
    yield from cell.get("attachments", {}).values()
    shown = ("execute_result", "display_data")
    yield from (each.get("data", {}) for each in cell.get("outputs", ()) if each["output_type"] in shown)


def _joined(kind: str, value: Any) -> Any:
    is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    return "".join(value) if isinstance(value, list) and not is_json and _are_texts(*value) else value


def _split(kind: str, value: Any) -> Any:
    is_split = isinstance(value, str) and (kind.startswith("text/") or kind in _SPLIT)
    return value.splitlines(keepends=True) if is_split else value
