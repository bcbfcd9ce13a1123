"""Write docs/api.md, the reference of what notebooks import, from the docstrings of `natpatsip`.

``python scripts/api_reference.py`` writes it; with ``--check`` it only compares, and exits with 1 where they differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import griffe

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
MODULES = (
    "charts",
    "datasets",
    "params",
    "spc",
    "wording",
    "worded",
)  # what `from natpatsip import …` gives as modules
HEAD = """\
# API reference

What notebooks import from `natpatsip`. This page is generated from the docstrings; after a change there, run
`.venv/bin/python scripts/api_reference.py`.
"""


def page() -> str:
    """Return the page as it should be now."""
    package = cast(
        "griffe.Module", griffe.load("natpatsip", search_paths=[str(ROOT / "src")], docstring_parser="numpy")
    )
    names = [name for name in exported(package) if name not in MODULES]
    parts = [HEAD, "## natpatsip\n"]
    parts += [part for name in names for part in described(name, package[name])]
    for name in MODULES:
        module = package[name]
        parts.append(f"## natpatsip.{name}\n\n{module.docstring.value.strip() if module.docstring else ''}\n")
        parts += [part for each in exported(module) for part in described(f"{name}.{each}", module[each])]
    return "\n".join(parts)


def exported(module: griffe.Module) -> list[str]:
    """Return the public names that a module defines or exports, in alphabetical order."""
    listed = module.exports
    if listed is not None:
        return sorted(str(name) for name in listed)
    defined = (
        name for name, each in module.members.items() if not each.is_alias and (each.is_function or each.is_class)
    )
    return sorted(name for name in defined if not name.startswith("_"))


def described(name: str, item: griffe.Object | griffe.Alias) -> Iterator[str]:
    """Yield the entry of one function, class or value."""
    target = item.final_target if isinstance(item, griffe.Alias) else item
    if isinstance(target, griffe.Module):
        return
    yield f"### {name}\n"
    if isinstance(target, griffe.Function):
        yield f"```python\n{signature(name.rpartition('.')[2], target)}\n```\n"
    if target.docstring:
        yield from (rendered(section) for section in target.docstring.parsed)


def signature(name: str, function: griffe.Function) -> str:
    """Return a function's signature, one parameter a line where there are several."""
    texts, is_keyword_only = [], False
    for each in function.parameters:
        if each.kind is griffe.ParameterKind.keyword_only and not is_keyword_only:
            texts.append("*")
            is_keyword_only = True
        texts.append(parameter(each))
    returns = f" -> {function.returns}" if function.returns is not None else ""
    if len(texts) < 3:
        return f"{name}({', '.join(texts)}){returns}"
    lines = "".join(f"    {text},\n" for text in texts)
    return f"{name}(\n{lines}){returns}"


def parameter(each: griffe.Parameter) -> str:
    """Return a parameter as a signature has it."""
    stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    star = stars.get(each.kind, "") if each.kind else ""
    text = star + each.name + (f": {each.annotation}" if each.annotation is not None else "")
    has_default = each.default is not None and not star
    return text + (f" = {each.default}" if has_default else "")


def rendered(section: griffe.DocstringSection) -> str:
    """Return a section of a docstring as Markdown."""
    kind = section.kind
    if kind is griffe.DocstringSectionKind.text:
        return f"{section.value.strip()}\n"
    if kind is griffe.DocstringSectionKind.examples:
        return "\n".join(
            f"```python\n{text}\n```\n" if part is griffe.DocstringSectionKind.examples else f"{text}\n"
            for part, text in section.value
        )
    title = kind.value.capitalize()
    if kind is griffe.DocstringSectionKind.raises or kind is griffe.DocstringSectionKind.returns:
        rows = [f"- `{each.annotation}`: {one_line(each.description)}" for each in section.value]
    elif kind in (griffe.DocstringSectionKind.parameters, griffe.DocstringSectionKind.attributes):
        rows = [f"- `{each.name}`: {one_line(each.description)}" for each in section.value]
    else:
        rows = [str(section.value)]
    return f"**{title}**\n\n" + "\n".join(rows) + "\n"


def one_line(text: str) -> str:
    """Return a description without its line breaks."""
    return " ".join(text.split())


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in sys.argv:
        is_right = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not is_right:
            print("docs/api.md is not what the docstrings say. Run: .venv/bin/python scripts/api_reference.py")  # noqa: T201
        return 0 if is_right else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
