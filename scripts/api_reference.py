"""Write docs/api.md, the reference of what notebooks import, from the docstrings of `natpatsip`.

``python scripts/api_reference.py`` writes it; with ``--check`` it only compares, and exits with 1 where they differ.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import griffe

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
MODULES = (
    "charts",
    "datasets",
    "measures",
    "params",
    "spc",
    "wording",
    "worded",
)  # what `from natpatsip import …` gives as modules
HEAD = """\
# API reference

What notebooks import from `natpatsip`. This page is generated from the docstrings; after a change there, run
`.venv/bin/python scripts/api_reference.py`.

{contents}
"""


def page() -> str:
    """Return the page as it should be now."""
    loaded = griffe.load("natpatsip", search_paths=[str(ROOT / "src")], docstring_parser="numpy")
    package = cast("griffe.Module", loaded)
    parts, contents, taken = [], [], Counter[str]()
    for module in (package, *(package[name] for name in MODULES)):
        items = {name: item for name, item in exported(module) if not item.is_module}
        prefix = "" if module is package else f"{module.name}."
        links = [f"[{name}](#{anchor(prefix + name, taken)})" for name in items]
        contents.append(f"- **{module.path}**: {', '.join(links)}")
        parts.append(f"## {module.path}\n")
        if module is not package and module.docstring:
            parts.append(f"{markdown(module.docstring.value.strip())}\n")
        parts += [part for name, item in items.items() for part in described(prefix + name, item)]
    return "\n".join([HEAD.format(contents="\n".join(contents)), *parts])


def exported(module: griffe.Module) -> Iterator[tuple[str, griffe.Object]]:
    """Yield the public names of a module, in alphabetical order, with what they refer to."""
    names = map(str, module.exports) if module.exports is not None else module.members
    for name in sorted(name for name in names if not name.startswith("_")):
        item = module[name]
        if isinstance(item, griffe.Module) and name in item.members:
            item = item[name]  # `spc.xmr` is a function, in a module of the same name
        if module.exports is not None or is_public(module, item):
            yield name, resolved(item)


def is_public(module: griffe.Module, item: griffe.Object | griffe.Alias) -> bool:
    """Return True if a documented function or class is defined in a module or, if that is a package, below it."""
    is_own = not isinstance(item, griffe.Alias) or (
        module.is_init_module and item.target_path.startswith(f"{module.path}.")
    )
    return is_own and (resolved(item).is_function or resolved(item).is_class) and resolved(item).has_docstring


def resolved(item: griffe.Object | griffe.Alias) -> griffe.Object:
    """Return what an imported name refers to."""
    return item.final_target if isinstance(item, griffe.Alias) else item


def anchor(heading: str, taken: Counter[str]) -> str:
    """Return the id that GitHub gives to a heading; `taken` counts those of the page."""
    name = heading.lower().replace(".", "")
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}-{taken[name] - 1}"


def described(name: str, target: griffe.Object) -> Iterator[str]:
    """Yield the entry of one function or class."""
    yield f"### {name}\n"
    if isinstance(target, griffe.Function):
        yield f"```python\n{signature(name.rpartition('.')[2], target)}\n```\n"
    if target.docstring:
        yield from (rendered(section) for section in target.docstring.parsed)
    if isinstance(target, griffe.Class) and (members := [*of_class(target)]):
        yield "**Properties and methods**\n\n" + "\n".join(members) + "\n"


def of_class(item: griffe.Class) -> Iterator[str]:
    """Yield a line for each documented property and method of a class."""
    for name, each in item.members.items():
        if name.startswith("_") or isinstance(each, griffe.Alias) or not each.docstring:
            continue
        if isinstance(each, griffe.Function):
            shown = ", ".join(parameter(one) for one in each.parameters if one.name not in ("self", "cls"))
            name = f"{name}({shown})"
        elif "property" not in each.labels:
            continue
        yield f"- `{name}`: {one_line(each.docstring.value.partition(chr(10) * 2)[0])}"


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
    star = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(
        each.kind or griffe.ParameterKind.positional_or_keyword, ""
    )
    text = star + each.name + (f": {each.annotation}" if each.annotation is not None else "")
    has_default = each.default is not None and not star
    return text + (f" = {each.default}" if has_default else "")


def rendered(section: griffe.DocstringSection) -> str:
    """Return a section of a docstring as Markdown."""
    kind = section.kind
    if kind is griffe.DocstringSectionKind.text:
        return f"{markdown(section.value.strip())}\n"
    if kind is griffe.DocstringSectionKind.examples:
        return "\n".join(
            f"```python\n{text}\n```\n" if part is griffe.DocstringSectionKind.examples else f"{markdown(text)}\n"
            for part, text in section.value
        )
    if kind is griffe.DocstringSectionKind.admonition:  # Notes, See Also, …
        return f"**{section.title}**\n\n{markdown(section.value.description.strip())}\n"
    by_type = ("raises", "warns", "returns", "yields")
    rows = [
        f"- `{each.annotation if kind.value in by_type else each.name}`: {one_line(each.description)}"
        for each in section.value
    ]
    return f"**{kind.value.capitalize()}**\n\n" + "\n".join(rows) + "\n"


def one_line(text: str) -> str:
    """Return a description without its line breaks."""
    return markdown(" ".join(text.split()))


def markdown(text: str) -> str:
    """Return text with code marked as Markdown does; docstrings have doubled backticks."""
    return text.replace("``", "`")


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
