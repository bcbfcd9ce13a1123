"""The tutorial *Write a chapter*, followed word by word: each block of code is typed, run or compared as the page says.

A comment before a block says what a reader does with it: ``<!-- step: … -->``. A block of ``sh`` without one is run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from support.projects import IGNORED, ROOT

PAGE = ROOT / "docs" / "write-a-chapter.md"
PLACE = Path("examples", "waiting-times")
BLOCK = re.compile(r"(?:<!-- step: (?P<step>[^\n]*) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
WAIT = 180  # seconds until a server has to answer, on a busy machine


@dataclass(frozen=True)
class Step:
    """A block of the page: what is done with it, and the language and text that it is in."""

    deed: str
    words: tuple[str, ...]
    language: str
    text: str


def steps() -> Iterator[Step]:
    """Yield the blocks of the page in order."""
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        deed, *words = (block["step"] or ("run" if block["language"] == "sh" else "")).split()
        yield Step(deed, tuple(words), block["language"], block["text"])


def python_lines() -> int:
    """Return how many lines of Python a reader types, without blank ones."""
    return sum(bool(line.strip()) for step in steps() if step.language == "python" for line in step.text.splitlines())


def repository(folder: Path) -> Path:
    """Make what the page needs of the repository: the example, the file to bring, and the environment."""
    shutil.copytree(ROOT / PLACE, folder / PLACE, ignore=IGNORED)
    shutil.copytree(ROOT / "docs" / "write-a-chapter", folder / "docs" / "write-a-chapter")
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
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
        before = "source .venv/bin/activate\ncd examples/waiting-times\n"
        typed = text.removeprefix(before)
        return subprocess.run(
            ["bash", "-e", "-c", before + typed],
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def _run(self, step: Step) -> None:
        done = self.shell(step.text)
        self.said = done.stdout + done.stderr
        if "doctor" not in step.text:  # which also tells what no step needs
            assert done.returncode == 0, self.said

    def _shown(self, step: Step) -> None:
        assert step.text in self.said, self.said

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

    def _wrong(self, step: Step) -> None:
        """Change the notebook, build, read the error, and change it back."""
        old, new = (json.dumps(words)[1:-1] for words in " ".join(step.words).split(" -> "))
        text = self.notebook.read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.notebook.write_text(text.replace(old, new), encoding="utf-8")
        done = self.shell("natpatsip build 2024-25-Q2 --to html")
        assert done.returncode == 1
        assert step.text.strip() in done.stderr
        self.notebook.write_text(text, encoding="utf-8")


def served(reader: Reader, command: str, address: str) -> str:
    """Run a command that serves until it names its address, end it, and return what it has printed."""
    text = "source .venv/bin/activate\ncd examples/waiting-times\n" + command
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


def followed(folder: Path, chosen: Sequence[str] = ()) -> Reader:
    """Follow the page from its start to its end, or only the deeds that are named, and return the reader."""
    reader = Reader(repository(folder))
    for step in steps():
        if not chosen or step.deed in chosen:
            reader.follow(step)
    return reader
