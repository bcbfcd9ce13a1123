"""Inline code that the build does not run: the syntax of other tools, which readers would see as it is typed."""

from __future__ import annotations

import re

from natpatsip.checks.check_context import CheckContext
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


def check(context: CheckContext) -> list[Finding]:
    """Return the inline code of other tools in prose, and inline code that is not closed."""
    found = []
    for place, cell in context.cells():
        if cell.cell_type != "markdown":
            continue
        text = cell.source
        for pattern in (FENCE, _QUOTED, INLINE, _NOT_PROSE):
            text = pattern.sub(" ", text)
        for typed in dict.fromkeys(" ".join(match[0].split()) for match in _OTHERS.finditer(text)):
            message = (
                f"{typed} is not run: readers would see it as it is typed. Write `{{python}} expression` for a value, "
                "or put two backticks around what readers are to see."
            )
            found.append(place.finding(CHECK, message, found=typed))
    return found
