"""The plan of the engine: imports run downwards, in no circle, as docs/architecture.md draws them."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
DIAGRAM = re.compile(r"```text\n(.*?)```", re.DOTALL)
PLAN = "<!-- rooms: each line may import from the lines below it -->"


def modules():
    """Return every module of the engine by its dotted name."""
    found = {}
    for file in sorted((SOURCE / "natpatsip").rglob("*.py")):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imported(name):
    """Return the engine's modules that a module imports anywhere in it, in functions and for types too."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                yield inner if inner in MODULES else node.module


# A package's own __init__ gathers the names of its modules, as natpatsip's does those of the vocabulary.
GRAPH = {name: {each for each in imported(name) if each != name} for name in MODULES}


def test_no_module_imports_in_a_circle():
    graph = {name: found for name, found in GRAPH.items() if not MODULES[name].name.startswith("__init__")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("imports in a circle: " + " → ".join(reversed(error.args[1])))


def floors():
    """Return the floor of each room by the diagram of docs/architecture.md, the ground floor being 0."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition(PLAN)[2]
    lines = [re.findall(r"[a-z_]+(?:\.[a-z_]+)*", line) for line in DIAGRAM.search(page)[1].splitlines()]
    return {room: floor for floor, rooms in enumerate(reversed([each for each in lines if each])) for room in rooms}


FLOORS = floors()


def room_of(module):
    """Return the room that a module is in: the longest name of the diagram that it begins with."""
    name = module.removeprefix("natpatsip.")
    parts = name.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((each for each in names if each in FLOORS), None)


def test_each_module_has_a_room_in_the_diagram():
    assert [name for name in MODULES if name not in ("natpatsip", "natpatsip.__main__") and not room_of(name)] == []
    assert {room for room in FLOORS if f"natpatsip.{room}" not in MODULES} == set()


def test_imports_run_downwards():
    up = [
        f"{name} imports {other}"
        for name, found in GRAPH.items()
        for other in found
        if room_of(name)
        and room_of(other)
        and room_of(name) != room_of(other)
        and FLOORS[room_of(other)] >= FLOORS[room_of(name)]
    ]
    assert up == []


def test_no_file_name_holds_two_things():
    """A name in two folders is the same step of two kinds, or it has to be told apart."""
    names = [file.stem for file in MODULES.values() if not file.stem.startswith("__")]
    assert {name for name in names if names.count(name) > 1} == set()
