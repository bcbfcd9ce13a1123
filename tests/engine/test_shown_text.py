"""What comes from data, notebooks and file names: no terminal obeys it, and no CI log takes it for a command."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natpatsip.cli.console import ProgressLog, errors_as_sentences, say
from natpatsip.datasets.plain_file import Fault
from natpatsip.errors import DataFileError, lines_shown, one_line
from natpatsip.reporters import annotation, as_json

HOSTILE = [
    "\x1b[31mred",
    "a\nb",
    "a\rb",
    "\x07",
    "\x9b2J",
    "\x7f",
    "\u202egnp.exe",
    "\u2028",
    "a\x00b",
    "\x85",
    "\ud800",
]
FORGED = [
    "::error::no",
    "x\n::add-mask::7",
    "x\r\n  ::warning file=a::b",
    "##[error]no",
    "x ##[add-mask]7",
    "\u2028::error::x",
]
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
WORDS = st.lists(st.sampled_from([*HOSTILE, *FORGED, "::", "#", "##", "[", "%", ":", "\n", "word"]), max_size=6).map(
    "".join
)


def obeyed(text):
    """Return the lines that GitHub's runner would take for a command, and the characters that a terminal obeys."""
    lines = re.split(r"[\n\r\u2028\u2029\x85]", text)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line] + HIDDEN.findall(text)


@given(WORDS)
def test_a_line_stays_one_line_and_nothing_in_it_is_obeyed(text):
    assert "\n" not in one_line(text)
    assert obeyed(one_line(text)) == []
    assert obeyed(lines_shown(text)) == []
    assert one_line("Seen in time: 3 of 4 (75%) – é, 東京") == "Seen in time: 3 of 4 (75%) – é, 東京"


@pytest.mark.parametrize("text", [*HOSTILE, *FORGED])
def test_results_logs_and_errors_are_shown_so(text, capsys):
    say(text)
    ProgressLog()(text)
    with pytest.raises(SystemExit), errors_as_sentences():
        raise DataFileError(str(Fault(f'found "{text}"', 3, "team")))
    shown = capsys.readouterr()
    assert obeyed(shown.out + shown.err) == []
    assert (shown.out.count("\n"), shown.err.count("\n")) == (1, 2)


def test_control_characters_are_shown_as_python_writes_them():
    assert one_line("\x1b[31m\nb\r\x9b\u202e") == r"\x1b[31m\nb\r\x9b\u202e"


@given(WORDS)
def test_an_annotation_is_one_command(text):
    written = annotation("warning", text, title=text, file="notebooks/waits.ipynb", line=3)
    assert "\n" not in written
    assert obeyed(written.removeprefix("::")) == []


@dataclass
class Recorded:
    text: str

    def record(self):
        return {"message": self.text}


@given(WORDS)
def test_json_says_all_and_shows_none_of_it(text):
    written = as_json([Recorded(text)])
    assert json.loads(written) == [{"message": text}]
    assert obeyed(written) == []
