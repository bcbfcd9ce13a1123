"""The tutorials, followed word by word: each block of code is typed, run or compared as the page says.

A comment before a block says what a reader does with it: ``<!-- step: … -->``. A block of ``sh`` without one is run.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from support.projects import IGNORED, ROOT, command
from support.repositories import AUTHOR, commit, git
from support.whole import Whole

DOCS = ROOT / "docs"
PAGE = DOCS / "write-a-chapter.md"
FILES = ("write-a-chapter", "first-quarter")  # folders of docs/ with files that tutorials bring
PLACE = Path("examples", "waiting-times")
BLOCK = re.compile(r"(?:<!-- step: (?P<step>[^\n]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
START = "source .venv/bin/activate\ncd examples/waiting-times\n"  # typed once in each terminal
WAIT = 180  # seconds until a server has to answer, on a busy machine


@dataclass(frozen=True)
class Step:
    """A block of the page: what is done with it, and the language and text that it is in."""

    deed: str
    words: tuple[str, ...]
    language: str
    text: str


def steps(page: Path = PAGE) -> Iterator[Step]:
    """Yield the blocks of a page in order."""
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        deed, *words = (block["step"] or ("run" if block["language"] == "sh" else "")).split()
        yield Step(deed, tuple(words), block["language"], block["text"])


def python_lines() -> int:
    """Return how many lines of Python a reader types, without blank ones."""
    return sum(bool(line.strip()) for step in steps() if step.language == "python" for line in step.text.splitlines())


def repository(folder: Path) -> Path:
    """Make what the pages need of a clone: the example, the files to bring, and the environment, which git ignores."""
    shutil.copytree(ROOT / PLACE, folder / PLACE, ignore=IGNORED)
    for name in FILES:
        shutil.copytree(DOCS / name, folder / "docs" / name)
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    (folder / ".gitignore").write_text(".venv\njupyter/\nbuild/\nreports/\n__pycache__/\n", encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for key in ("name", "email"):
        git(folder, "config", f"user.{key}", AUTHOR[f"GIT_AUTHOR_{key.upper()}"])
    commit(folder, "Begin")
    return folder


class Reader:
    """Follows the page in a copy of the repository; `said` is what the last command printed."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / PLACE
        self._folder = folder
        self._cells: list[nbformat.NotebookNode] = []
        self.said = ""
        settings = folder / "jupyter"  # JupyterLab refuses to run as root, and would open a browser
        settings.mkdir()
        settings.joinpath("jupyter_server_config.py").write_text(
            "c.ServerApp.allow_root = True\nc.ServerApp.open_browser = False\n", encoding="utf-8"
        )
        self.environment = os.environ | {"JUPYTER_CONFIG_DIR": str(settings), "BROWSER": "true"}

    @property
    def notebook(self) -> Path:
        """The chapter that the reader writes."""
        return self.project / "notebooks" / "care-plans.ipynb"

    def follow(self, step: Step) -> None:
        """Do what a block says."""
        getattr(self, f"_{step.deed}")(step)

    def shell(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run commands in a shell in which the page's first commands have been typed."""
        return subprocess.run(
            ["bash", "-e", "-c", START + text.removeprefix(START)],
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, step: Step) -> None:
        """Run a block's lines; `natpatsip` in this process, which takes a third of the time."""
        self.said, status = "", 0
        for line in step.text.removeprefix(START).splitlines():
            is_command = line.startswith("natpatsip ")
            done = command(self.project, *shlex.split(line)[1:]) if is_command else self.shell(line)
            self.said += done.stdout + done.stderr
            status = done.returncode if "doctor" not in line else 0  # which also tells what no step needs
            if status:
                break
        assert status == int((step.words or ("0",))[0]), self.said

    def _read(self, step: Step) -> None:
        """Read what is for another machine."""

    def _shown(self, step: Step) -> None:
        """Find what the page shows in what was printed, where three dots stand for the rest of the line.

        Lines of the example's declarations have other numbers once something is declared above them.
        """
        shown, said = (re.sub(r"(datapackage\.yaml, line )\d+", r"\1…", text) for text in (step.text, self.said))
        assert shown.removesuffix(" …\n") in said, self.said

    def _serve(self, step: Step) -> None:
        self.said = served(self, step.text, step.words[0])

    def _change(self, step: Step) -> None:
        """Replace the lines of a diff, each run of removed lines by the added ones below it."""
        file = self.project / step.words[0]
        text = file.read_text(encoding="utf-8")
        for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", step.text, re.MULTILINE):
            before, after = (re.sub(r"^[-+]", "", lines, flags=re.MULTILINE) for lines in (old, new))
            assert text.count(before) >= 1, f"{file} has no {before!r}"
            head, _, rest = text.rpartition(before)
            text = head + after + rest
        file.write_text(text, encoding="utf-8")

    def _rewrite(self, step: Step) -> None:
        """Replace the text of a cell, and take the tags away that are named with a minus."""
        name, identity, *removed = step.words
        file = self.project / name
        content = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
        (cell,) = [each for each in content.cells if each.id == identity]
        cell.source = step.text.rstrip("\n")
        for tag in removed:
            cell.metadata.tags.remove(tag.removeprefix("-"))
        nbformat.write(content, file)  # type: ignore[no-untyped-call]

    def _append(self, step: Step) -> None:
        with (self.project / step.words[0]).open("a", encoding="utf-8") as file:
            file.write(step.text)

    def _cell(self, step: Step) -> None:
        kind, *tags = step.words
        new = new_code_cell if kind == "code" else new_markdown_cell
        cell = new(step.text.rstrip("\n"), metadata={"tags": tags} if tags else {})  # type: ignore[no-untyped-call]
        self._cells.append(cell)
        content = new_notebook(cells=self._cells)  # type: ignore[no-untyped-call]
        content.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(content, self.notebook)  # type: ignore[no-untyped-call]

    def _replace(self, step: Step) -> None:
        """Write the last cell of the chapter anew."""
        self._cells.pop()
        self._cell(step)

    def _wrong(self, step: Step) -> None:
        """Change the notebook, build, read the error, and change it back."""
        old, new = (json.dumps(words)[1:-1] for words in " ".join(step.words).split(" -> "))
        text = self.notebook.read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.notebook.write_text(text.replace(old, new), encoding="utf-8")
        done = command(self.project, "build", "2024-25-Q2", "--to", "html")
        assert done.returncode == 1
        assert step.text.strip() in done.stderr
        self.notebook.write_text(text, encoding="utf-8")


def served(reader: Reader, typed: str, address: str) -> str:
    """Run a command that serves until it names its address, end it, and return what it has printed."""
    text = START + typed
    process = subprocess.Popen(
        ["bash", "-e", "-c", text],
        cwd=reader.project.parents[1],
        env=reader.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    assert process.stdout
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(WAIT)
    try:
        for line in process.stdout:
            lines.append(line)
            if address in line:
                break
        else:
            raise AssertionError("".join(lines))
    finally:
        signal.alarm(0)
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        process.stdout.close()
    return "".join(lines)


def followed(folder: Path, whole: Whole, page: Path = PAGE, *, serves: bool = True) -> Reader:
    """Follow a page from its start to its end, and return the reader; servers are started only if it `serves`.

    The example's charts have been drawn as those of `whole`.
    """
    reader = Reader(repository(folder))
    whole.copy_cache(reader.project)
    for step in steps(page):
        if serves or step.deed != "serve":
            reader.follow(step)
    return reader
