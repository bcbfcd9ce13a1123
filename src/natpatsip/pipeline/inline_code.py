"""Quarto's inline code in markdown cells, and its results as Jupyter and MyST store them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from natpatsip.blocks.values_in_words import NotPrintableError
from natpatsip.errors import DataFileError, NotebookError, is_own

if TYPE_CHECKING:
    from nbformat import NotebookNode

# As in any markdown, a span of code may run over the end of a line, but not over a blank line.
INLINE = re.compile(r"(?<!`)`\{python\}\s*([^`\s](?:[^`\n]|\n(?!\s*\n))*?)\s*`(?!`)")
YEAR = re.compile(r"(?<![A-Za-z])years?(?![A-Za-z])")
FENCE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)
LINE_BEGINS = re.compile(
    r"[ \t]*(?:(?:>|[-*+][ \t]|\d+[.)][ \t]|\[\^[^\]]+\]:|:[ \t])[ \t]*)*"
)  # before its first word
ENDS_LIST_MARK = re.compile(r"[.)](?=\s|\Z)")
KEPT = "user_expressions"
PRINTS = "__import__('natpatsip.blocks.values_in_words', fromlist=['inline']).inline(({}\n), is_year={})"
"""What Python evaluates for an inline expression; brackets let it run over several lines, and end in a comment."""


def expressions(cell: Mapping[str, Any]) -> dict[str, str]:
    """Return the inline expressions of a markdown cell by position, as the Jupyter protocol takes them."""
    if cell["cell_type"] != "markdown":
        return {}
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])  # a file keeps lines
    found = INLINE.findall(FENCE.sub("", source))
    return {str(place): expression for place, expression in enumerate(found)}


def printing(cell: Mapping[str, Any]) -> dict[str, str]:
    """Return what Python evaluates for each inline expression of a cell: its value as the report prints it there."""
    return {key: PRINTS.format(text, bool(YEAR.search(text))) for key, text in expressions(cell).items()}


def store(
    cell: NotebookNode,
    asked: Mapping[str, str],
    results: Mapping[str, Any],
    *,
    place: str,  # the cell's, for errors
    advise: Callable[[str, str], str],  # what to do about an error, by its kind and message
) -> None:
    """Store the results in the cell's metadata.

    Raises
    ------
    NotebookError
        If an expression failed; all that failed are named.
    """
    cell.metadata[KEPT] = [{"expression": text, "result": results[key]} for key, text in asked.items()]
    failed = {text: results[key] for key, text in asked.items() if results[key].get("status") != "ok"}
    if failed:
        messages = [f"`{{python}} {text}`{_reason(result, advise)}" for text, result in failed.items()]
        error = NotebookError(f"{place}, inline expression {'; '.join(messages)}")
        kinds = {(result.get("ename"), result.get("evalue")) for result in failed.values()}
        error.faulty_data = faulty_data(*kinds.pop()) if len(kinds) == 1 else ""
        raise error


def _reason(result: Mapping[str, Any], advise: Callable[[str, str], str]) -> str:
    kind, message = result.get("ename", "Error"), result.get("evalue", "no value")
    if kind == NotPrintableError.__name__:
        return f" {message}"
    if is_own(kind):
        return f": {message}"
    advice = advise(kind, message)
    return f": {kind}: {message}{f'. {advice}' if advice else ''}"


def faulty_data(kind: str | None, message: str | None) -> str:
    """Return the message of a failed cell or inline expression that is about a data file; empty for any other."""
    return message or "" if kind == DataFileError.__name__ else ""


def substitute(cell: NotebookNode, printed: Callable[[Mapping[str, Any]], str]) -> str:
    """Return the cell's source with each inline expression replaced by what `printed` makes of its result.

    Raises
    ------
    NotebookError
        If an expression has no stored result: the notebook was not run by the engine.
    """
    results = iter(cell.metadata.get(KEPT, []))

    def value(match: re.Match[str]) -> str:
        stored = next(results, None)
        if stored is None or stored["expression"] != match[1]:
            raise NotebookError(
                f"`{{python}} {match[1]}` has no value. "
                "Run the notebook with the engine natpatsip, as natpatsip build does."
            )
        text = printed(stored["result"]["data"])
        return text + "\\" if text.isdecimal() and _would_count(match) else text

    pieces, start = [], 0
    for fence in FENCE.finditer(cell.source):  # code in a fence is shown, not run
        pieces += [INLINE.sub(value, cell.source[start : fence.start()]), fence[0]]
        start = fence.end()
    return "".join([*pieces, INLINE.sub(value, cell.source[start:])])


def _would_count(match: re.Match[str]) -> bool:
    """Return True if a number in place of an expression would begin a list, whose second item would have another one.

    The author has typed a stop or a bracket after the expression, where JupyterLab shows no list.
    """
    before = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
    return bool(LINE_BEGINS.fullmatch(before) and ENDS_LIST_MARK.match(match.string, match.end()))


def texts_of_code(code: str) -> list[str]:
    """Return the texts that are typed in inline or other code, in f-strings too; none if it is not plain Python.

    Examples
    --------
    >>> texts_of_code('f"{n} nan breads" + "."')
    ['.', ' nan breads']
    """
    try:
        nodes = list(ast.walk(ast.parse(code.strip())))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def text_of(data: Mapping[str, Any]) -> str:
    """Return the text of an inline expression's result: its markdown, else its plain text, a string without quotes.

    Examples
    --------
    >>> text_of({"text/plain": "'up to 18'"}), text_of({"text/plain": "18"})
    ('up to 18', '18')
    """
    if "text/markdown" in data:
        return str(data["text/markdown"])
    plain = str(data.get("text/plain", ""))
    if plain[:1] in "'\"":
        try:
            return str(ast.literal_eval(plain))
        except (SyntaxError, ValueError):
            return plain
    return plain
