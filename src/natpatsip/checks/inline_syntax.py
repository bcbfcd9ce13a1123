"""What other tools would run or leave out and a build does not, and code that prints by other rules.

Inline code of other tools is shown to readers as it is typed. Their options and tags that keep a cell from running, or
its results from the page, mean nothing here, and of their captions nothing is shown.

Python rounds a half to the even digit (``f"{12.5:.0f}"`` is 12); charts, tables and facts round it up. The same number
would be printed in two ways. ``to_markdown()`` of pandas reads texts as numbers: the code 007 is 7.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from natpatsip.checks import code_cells
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import Finding
from natpatsip.pipeline.inline_code import FENCE, INLINE

CHECK = "inline-syntax"
_QUOTED = re.compile(r"(`{2,})(?!`).*?(?<!`)\1(?!`)", re.DOTALL)  # code that is shown on purpose
_NOT_PROSE = re.compile(r"<!--.*?-->|\$\$.*?\$\$|\$(?=\S)[^$\n]*?(?<=\S)\$(?!\d)", re.DOTALL)
_OTHERS = re.compile(
    r"""(?<!`)`\s*\{?(?:r|R|py|python3?|Python|julia|ojs)\b(?:\}|\s)[^`]*`  # `r n`, `{r} n`, `python n`, `{python} `
    | `=\s*[^`]+`                                      # `= n`
    | \{[\w:-]+\}`[^`]*`                               # MyST's roles: {eval}`n`
    | \{\{(?!<).*?\}\} | \$\{[^{}\n]+\} | <%.*?%> | \\Sexpr\{[^}]*\}
    | (?<![\w\]`)}\\^_{$])\{[A-Za-z_][\w.]*(?:[(\[][^{}\n]*[)\]])?(?:[:!][^{}\n]*)?\}  # an f-string's {n}
    | `\{python\}(?=[^`]*(?:\Z|\n\s*\n))[^`\n]*        # never closed
    """,
    re.VERBOSE | re.DOTALL,
)
_OPTION = re.compile(  # of Quarto, in a comment at the start of a line
    r"^#\|\s*((?:eval|include|output)\s*:\s*(?i:false|no|off|0)\b|(?:fig|tbl)-(?:cap|alt|subcap)\s*:.*)", re.MULTILINE
)
_LEFT_OUT = re.compile(r"(?:remove|hide)[-_](?:cell|output)|skip[-_]execution")  # of Jupyter Book and nbclient
_NOT_RUN = "skip-execution"  # which nbclient, and so the build, does heed


def check(context: CheckContext) -> list[Finding]:
    """Return the inline code of other tools in prose, inline code that is not closed, and code of other rules."""
    found = []
    for place, cell in context.cells():
        found += [place.finding(CHECK, message, found=option) for option, message in _options(cell)]
        if cell.cell_type == "code" and "to_markdown" in code_cells.parse(cell.source).calls:
            message = (
                "to_markdown() prints codes as numbers (007 as 7, 1e5 as 100000), and large numbers as 1.23457e+06. "
                "Show the frame with table(…)."
            )
            found.append(place.finding(CHECK, message, found="to_markdown()"))
        if cell.cell_type != "markdown":
            continue
        text = cell.source
        for expression in dict.fromkeys(match[1].strip() for match in INLINE.finditer(text)):
            if _rounds(expression):
                message = (
                    f"`{{python}} {expression}` rounds by Python's rule, half to the even digit (2.5 is 2), unlike the "
                    "rest of the report. Write wording.number(…, 1), wording.percent(…) or wording.round_half_up(…, 1)."
                )
                found.append(place.finding(CHECK, message, found=expression))
        for pattern in (FENCE, _QUOTED, INLINE, _NOT_PROSE):
            text = pattern.sub(" ", text)
        for typed in dict.fromkeys(" ".join(match[0].split()) for match in _OTHERS.finditer(text)):
            message = (
                f"{typed} is not run: readers would see it as it is typed. Write `{{python}} expression` for a value, "
                "or put two backticks around what readers are to see."
            )
            found.append(place.finding(CHECK, message, found=typed))
    return found


def _options(cell: Any) -> Iterator[tuple[str, str]]:
    """Yield the options and tags of other tools that a cell has, each with what to do about it."""
    typed = [match[1].strip() for match in _OPTION.finditer(cell.source)] if cell.cell_type == "code" else []
    for option in dict.fromkeys(typed):
        has_words = option.startswith(("fig", "tbl"))
        effect = "its words are not in the report" if has_words else "the cell runs, and the report has what it shows"
        advice = "Give them to figure(…) or table(…)" if has_words else "Delete the option, or the cell"
        yield option, f"#| {option} is an option of Quarto that has no effect here: {effect}. {advice}."
    for tag in (each for each in cell.metadata.get("tags", []) if _LEFT_OUT.fullmatch(each)):
        effect = (
            "keeps the build from running this cell, which JupyterLab runs: the report may be of other values"
            if tag == _NOT_RUN
            else "is of another tool and has no effect here: the report has what this cell shows"
        )
        yield tag, f"The tag {tag} {effect}. Remove the tag, or the cell."


def _rounds(expression: str) -> bool:
    """Return True if an expression formats a number to some digits, or rounds it, with what Python has."""
    try:
        nodes = list(ast.walk(ast.parse(expression, mode="eval")))
    except SyntaxError:  # reported where it is run
        return False
    return any(map(_is_rounding, nodes))


def _is_rounding(node: ast.AST) -> bool:
    """Return True for a node of inline code that rounds a number or formats it to some digits."""
    if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and _rounds_to(str(part.value)) for part in node.format_spec.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        return isinstance(node.left.value, str) and bool(re.search(r"%[-+ 0#\d]*(\.\d+)?[feg]", node.left.value))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        spec = node.args[-1]
        is_format = node.func.id == "format" and isinstance(spec, ast.Constant) and _rounds_to(str(spec.value))
        return node.func.id == "round" or is_format
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        text = node.func.value
        if node.func.attr == "format" and isinstance(text, ast.Constant) and isinstance(text.value, str):
            return any(map(_rounds_to, re.findall(r"\{[^{}:]*:([^{}]*)\}", text.value)))
        return node.func.attr == "round"
    return False


def _rounds_to(spec: str) -> bool:
    """Return True if a format such as ``,.1f`` has a number of decimals; dates have others, such as ``%B``."""
    return bool(re.fullmatch(r"[^%]?[<>=^]?[-+ ]?[#0]?\d*[,_]?(\.\d+[feFEgGn%]?|[feFEgG%])", spec))
