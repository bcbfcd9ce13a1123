"""The rooms of the engine: imports run downwards, in no circle, as docs/architecture.md draws them."""

import ast
import re
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
ENGINE = SOURCE / "natpatsip"
PAGE = ROOT / "docs" / "architecture.md"
DIAGRAM = re.compile(r"<!-- rooms: .*? -->\s*```text\n(?P<lines>.*?)```", re.DOTALL)
NOTE = " — "  # what follows it on a line of the diagram is for people


def modules():
    """Return every module of the engine by its dotted name; the template of a new report is not part of it."""
    found = {}
    for file in sorted(ENGINE.rglob("*.py")):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        if "template" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imported(name):
    """Yield the engine's modules that a module imports anywhere in it: in functions, for types and in its stub too."""
    file = MODULES[name]
    for source in filter(Path.is_file, (file, file.with_suffix(".pyi"))):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names if each.name in MODULES)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == (1 if source.suffix == ".pyi" else 0), f"{source} has a relative import"
                origin = ".".join(filter(None, (name, node.module))) if node.level else node.module
                if origin in MODULES:
                    names = (f"{origin}.{each.name}" for each in node.names)
                    yield from (each if each in MODULES else origin for each in names)


@cache
def graph():
    """Return which modules each module imports."""
    return {name: {each for each in imported(name) if each != name} for name in MODULES}


def test_no_module_imports_in_a_circle():
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail("imports in a circle: " + " → ".join(reversed(error.args[1])))


def drawn():
    """Return the rooms on each line of the diagram of docs/architecture.md, the lowest line first."""
    lines = DIAGRAM.search(PAGE.read_text(encoding="utf-8"))["lines"].splitlines()
    return [re.findall(r"[\w.]+", line.partition(NOTE)[0]) for line in reversed(lines)]


FLOORS = {room: floor for floor, line in enumerate(drawn()) for room in line}


def room_of(module):
    """Return the room that a module is in: the longest name of the diagram that its own begins with."""
    parts = module.removeprefix("natpatsip.").split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((each for each in names if each in FLOORS), None)


def test_each_module_has_a_room_in_the_diagram():
    outside = ("natpatsip", "natpatsip.__main__", "natpatsip.pipeline")
    assert [name for name in MODULES if name not in outside and not room_of(name)] == []


def test_each_room_of_the_diagram_exists():
    assert [room for room in FLOORS if f"natpatsip.{room}" not in MODULES] == []


def test_each_room_of_the_diagram_is_drawn_once():
    assert sorted(room for line in drawn() for room in line) == sorted(FLOORS)


def test_imports_run_downwards():
    up = [
        f"{name} imports {other}"
        for name, found in graph().items()
        for other in found
        if (here := room_of(name)) and (there := room_of(other)) and here != there and FLOORS[there] >= FLOORS[here]
    ]
    assert up == []


def test_no_file_name_is_used_for_two_things():
    files = [file.relative_to(ENGINE) for file in MODULES.values() if not file.stem.startswith("__")]
    # A command's module has the name of the module that does its work: cli/build.py and build.py.
    commands = {file.stem for file in files if file.parts[0] == "cli"}
    names = [file.stem for file in files if file.parts[0] != "cli"]
    assert {name for name in names if names.count(name) > 1} == set()
    assert [name for name in commands.intersection(names) if not (ENGINE / f"{name}.py").is_file()] == []


def test_programs_of_the_tests_find_each_other_by_names_that_are_used_once():
    """They import each other without their folder's name: of two with one name, a test would get either."""
    programs = [file for folder in ("bench", "mutants", "soak") for file in (ROOT / "tests" / folder).glob("*.py")]
    names = Counter(file.stem for file in programs if not file.stem.startswith("__"))
    assert {name: number for name, number in names.items() if number > 1} == {}


def test_the_init_of_a_folder_defines_no_class():
    """The work of a folder is in modules that are named for it."""
    files = [file for file in MODULES.values() if file.name == "__init__.py"]
    nodes = ((file, node) for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body)
    assert [str(file.relative_to(ENGINE)) for file, node in nodes if isinstance(node, ast.ClassDef)] == []


def test_the_files_that_the_table_names_exist():
    table = PAGE.read_text(encoding="utf-8").partition("## Where do I change")[2]
    folders = (ROOT, ENGINE, ROOT / "_extensions" / "natpatsip")
    missing, folder = [], Path()
    for name in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|csv|yml|yaml|html|typ|lua|css|js|md))`", table):
        places = [place / name for place in folders] + [folder / name]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            missing.append(name)
        else:
            folder = found.parent  # files named without a folder are beside the one before them
    assert missing == []


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_and_files_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    files = re.findall(r"`((?:src|tests|scripts|_extensions|examples|docs)/[\w./-]+)`", text)
    projects = (ROOT, ROOT / "examples" / "waiting-times")  # a page may speak of a new report's files
    assert [name for name in files if not any((project / name).exists() for project in projects)] == []
    wrong = []
    for name in re.findall(r"`(natpatsip(?:\.\w+)+)", text):
        module = next(each for each in prefixes(name) if each in MODULES)
        rest = name.removeprefix(module).strip(".").split(".")[0]
        is_setting = module == "natpatsip"  # `natpatsip.contact` is a key of _quarto.yml
        if rest and not is_setting and not re.search(rf"\b{rest}\b", sources(module)):
            wrong.append(name)
    assert wrong == []


def prefixes(name):
    """Yield a dotted name, then each shorter one."""
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(len(parts), 0, -1))


def sources(module):
    """Return the text of a module, and of its stub if it is a package with one."""
    file = MODULES[module]
    return "".join(each.read_text(encoding="utf-8") for each in (file, file.with_suffix(".pyi")) if each.is_file())
