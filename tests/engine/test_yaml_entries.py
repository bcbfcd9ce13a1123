"""Entries put into a file that people write: everything else in it stays, byte for byte."""

from __future__ import annotations

import difflib
from datetime import date

import pytest

from natpatsip.errors import ParamsError
from natpatsip.files.yaml_entries import with_entry
from natpatsip.files.yaml_models import load_yaml

DAY = date(2025, 1, 20)
ENTRY = {"role": "Lead", "chapter": "ward", "name": "Ann Example", "date": DAY, "signed": "a1"}
HEAD = "# Decisions.\nquarter: 2024-25-Q2   # aligned by hand\ncut_off: 2024-09-30\n"
OTHER = {"role": "Owner", "name": "Bo", "date": DAY}


def put(text, entry=ENTRY, **more):
    return with_entry(text, "sign_offs", entry, by=("role", "chapter"), where="params/q.yml", **more)


def lines_changed(before, after):
    """Return the lines that are not as they were, each with - or +."""
    found = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[0] + line[2:] for line in found if line[0] in "+-"]


SHAPES = {
    "no list yet": (HEAD, [], "sign_offs:\n"),
    "no line end at the end": (HEAD.rstrip("\n"), [], "sign_offs:\n"),
    "empty": (f"{HEAD}sign_offs: []  # nobody yet\n", [], "sign_offs:"),
    "nothing": (f"{HEAD}sign_offs:\n\nlimits: {{cell: 60}}\n", [], "sign_offs:"),
    "null": (f"{HEAD}sign_offs: ~ # nobody\nlimits: {{cell: 60}}\n", [], "# nobody"),
    "line by line": (
        f"{HEAD}\n# Who signs.\nsign_offs:\n  - role: Owner # she\n    name: Bo\n    date: 2025-01-20\n\n"
        "# Limits.\nlimits: {cell: 60}\n",
        [OTHER],
        "# Limits.\n",
    ),
    "not indented": (f"sign_offs:\n- role: Owner\n  name: Bo\n  date: 2025-01-20\n{HEAD}", [OTHER], "- role: Owner\n"),
    "indented by six": (
        f"{HEAD}sign_offs:\n      -   role: Owner\n          name: 'Bo'\n          date: 2025-01-20", [OTHER], "'Bo'"
    ),
    "members in braces": (f"{HEAD}sign_offs:\n  - {{role: Owner, name: Bo, date: 2025-01-20}} # x\n", [OTHER], "# x"),
    "all in brackets": (f"{HEAD}sign_offs: [{{role: Owner, name: Bo, date: 2025-01-20}}]\n", [OTHER], "[{role"),
    "a folded text last": (
        f"{HEAD}sign_offs:\n  - date: 2025-01-20\n    name: Bo\n    role: >-\n      Owner\n",
        [OTHER], ">-\n      Owner\n",
    ),
    "a comment of the last member": (
        f"{HEAD}sign_offs:\n  - role: Owner\n    name: Bo\n    date: 2025-01-20\n    # by e-mail\n# The end.\n",
        [OTHER], "    # by e-mail\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("text", "members", "stays"), SHAPES.values(), ids=SHAPES)
def test_a_new_entry_changes_nothing_else(text, members, stays, end):
    text = text.replace("\n", end)
    written = put(text)
    assert load_yaml(written)["sign_offs"] == [*members, ENTRY]
    assert {**load_yaml(written), "sign_offs": 0} == {**load_yaml(text), "sign_offs": 0}
    assert stays.replace("\n", end) in written
    assert written.count("\r") == (written.count("\n") if end == "\r\n" else 0)
    gone = [line for line in lines_changed(text, written) if line.startswith("-")]
    assert len(gone) <= 1  # the line of an empty list, or of one in brackets
    assert put(written) == written


OPEN = {
    "line by line": "sign_offs:\n  - role: Lead  # of the ward\n    chapter: ward\n\n  - role: Owner\n",
    "chapter first": "sign_offs:\n  - chapter: ward\n    role: Lead\n  - role: Owner\n",
    "in braces": "sign_offs:\n  - {role: Lead, chapter: ward}\n  - {role: Owner}\n",
    "in brackets": "sign_offs: [{role: Lead, chapter: ward }, {role: Owner}]\n",
    "left empty": "sign_offs:\n  - role: Lead\n    chapter: ward\n    name: # of the ward\n    date:\n"
    "  - role: Owner\n",
    "null": "sign_offs:\n  - {role: Lead, chapter: ward, name: ~, date: }\n  - role: Owner\n",
    "signed before": "sign_offs:\n  - role: 'Lead'\n    chapter: ward\n    name: Bo # away\n    date: 2025-01-02\n"
    "    signed: b2\n  - role: Owner\n",
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_a_role_that_is_waited_for_is_filled_in(text, end):
    text = f"\ufeff{HEAD}{text}".replace("\n", end)
    written = put(text)
    assert load_yaml(written[1:])["sign_offs"] == [ENTRY, {"role": "Owner"}]
    assert written[0] == "\ufeff"
    assert all(comment not in text or comment in written for comment in ("# of the ward", "# away", "'Lead'"))
    assert put(written) == written


@pytest.mark.parametrize(
    "name",
    ["Ann O'Neil, RN", "no", "2025", "a: b", "# x", "[Bo]", "Zoë Ås", "- Bo", '"Bo"', "null", "0x1F", "037", "<<"],
)
def test_every_name_is_read_as_it_was_given(name):
    for text in (
        HEAD,
        f"{HEAD}sign_offs: [{{role: Owner}}]\n",
        f"{HEAD}sign_offs:\n  - {{role: Lead, chapter: ward}}\n",
    ):
        assert load_yaml(put(text, {**ENTRY, "name": name}))["sign_offs"][-1]["name"] == name


def test_a_list_of_its_own_begins_with_a_comment():
    written = put(HEAD, comment="Who signs.")
    assert written.removeprefix(HEAD).startswith("\n# Who signs.\nsign_offs:\n  - role: Lead\n    chapter: ward\n")


@pytest.mark.parametrize(
    "text",
    [
        "defaults: &signed [{role: Owner}]\nsign_offs: *signed\n",  # the edit would change both
        "{quarter: 2024-25-Q2, sign_offs: [{role: Owner},]}\n",
    ],
)
def test_what_cannot_be_edited_safely_is_refused_with_the_lines_to_put_in(text):
    with pytest.raises(ParamsError) as error:
        put(text)
    assert str(error.value).startswith("params/q.yml, sign_offs: is written in a way that natpatsip cannot edit.")
    assert "\n    - role: Lead\n      chapter: ward\n      name: Ann Example\n" in str(error.value)
