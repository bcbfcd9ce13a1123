"""Git's marks of a merge that nobody has finished, in a file of text."""

from __future__ import annotations

import re

from natpatsip.errors import ReportError

OURS, BASE, THEIRS = range(3)
SIDES = {"<": OURS, "|": BASE, "=": THEIRS}  # that begins at each mark
MARK = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: |\r?$)")  # of git, which begins a line


def conflicts_in(text: str) -> list[tuple[int, int]]:
    r"""Return the first and last line, from 1, of each conflict that git has marked in a file.

    Examples
    --------
    >>> conflicts_in("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> ann\n")
    [(2, 6)]
    """
    if "<<<<<<<" not in text:  # as good as always; lines of large files take time
        return []
    found, start = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        mark = MARK.match(line)
        if mark and mark[1][0] == "<":
            start = number
        elif mark and mark[1][0] == ">" and start:
            found.append((start, number))
            start = 0
    return found


def reject_conflicts(text: str, where: str, error: type[ReportError]) -> None:
    """Raise an error of a kind if a merge has left a conflict in a file, with its lines."""
    if conflicts := conflicts_in(text):
        lines = ", ".join(f"{first} to {last}" for first, last in conflicts)
        raise error(
            f"{where}: a merge has left a conflict in it (lines {lines}). In a text editor, keep one of the two "
            "versions between <<<<<<< and >>>>>>>, or what is right of both, and delete the marks. Or take the file "
            f"of one side: git checkout --ours {where}, or --theirs."
        )
