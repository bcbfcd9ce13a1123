"""Citations of works, as authors type them: ``[@key]``, ``[@key, p. 3; @other]``, and what would be lost of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.staged_report import Report
from natpatsip.pipeline.render.works import Works, faults_of, read_works
from natpatsip.pipeline.staging.commonmark import without_code

_WORK = re.compile(r"(?<![\w\\@.])@\{?(\w(?:[\w:.#$%&+?<>~/-]*\w)?)")
_PLAIN = r"(?:[^\[\]]|\[[^\[\]]*\])*"  # brackets within brackets are text
_BRACKETS = re.compile(rf"(?<!\\)\[((?:[^\[\]]|\[[^\[\]@]*\])*(?<![\w\\@.])@\{{?\w{_PLAIN})\](?![(\[{{])")
_ADDRESS = re.compile(r"\bhttps?://\S+")


def problems_of_citations(report: Report, chapter: Chapter) -> Iterator[str]:
    """Yield a sentence for each citation of which a part would be lost, and for each cited work that has a fault."""
    if not report.bibliography:
        return
    text, cited = without_code(chapter.source), dict[str, None]()
    for brackets in _BRACKETS.findall(text):
        for part in brackets.split(";"):
            keys = _WORK.findall(part)
            cited |= dict.fromkeys(keys)
            if len(keys) > 1:
                works = "; ".join(f"@{key}" for key in keys)
                yield (
                    f"{chapter.place(f'@{keys[0]}')}: found [{brackets}], of which only the last work would be shown. "
                    f"Put semicolons between works: [{works}]."
                )
    files = works_of(report.root, report.bibliography) if cited else []
    for key in cited:
        yield from (f"{chapter.place(f'@{key}')}: cites {key}. {fault}" for fault in faults_of(key, files))


def without_brackets(text: str, keys: frozenset[str]) -> list[str]:
    r"""Return the keys of works that a text names with ``@`` outside of brackets, which is not a citation.

    Examples
    --------
    >>> without_brackets(r"As @shewhart1931 says [@deming1986], ask @home, \@shewhart1931", frozenset({"shewhart1931"}))
    ['shewhart1931']
    """
    plain = _BRACKETS.sub("", _ADDRESS.sub("", without_code(text)))
    return [key for key in dict.fromkeys(_WORK.findall(plain)) if key in keys]


def works_of(folder: Path, names: Sequence[str]) -> list[Works]:
    """Return the works of some files of a bibliography."""
    return [read_works(name, (folder / name).read_text(encoding="utf-8-sig", errors="replace")) for name in names]
