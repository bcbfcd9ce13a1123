"""Changes the core modules in small ways, runs the tests that belong to them, and lists the changes that none noticed.

``python tests/mutants spc impact --sample 40`` takes 40 mutants of each of two areas; without names, all areas; with
``--sample 0``, all mutants. Results are kept in build/mutants for as long as a module is the same: mutants that were
noticed are not tried again, so that a run after new tests tries only the others. docs/qa/mutants.md gets the score.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forked import Run, copy_of, run_tests, warm
from operators import Mutant, mutants
from patched import Base, Trial, try_each

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "mutants"  # a file of results for each area
PAGE = ROOT / "docs" / "qa" / "mutants.md"
EQUIVALENT = Path(__file__).with_name("equivalent.csv")
DOCTESTS = "tests/engine/test_doctests.py"
SEED = 12
NOTHING = 5  # pytest's status if it has no test to run
ENOUGH = 95  # per cent of the mutants of an area
HEAD = """\
# Mutation tests

How much the tests of the core modules notice. Each mutant is a module with one small change: a comparison, an operator,
a constant, a condition, an argument that is left out, a statement that goes. The tests that belong to the module run
against it; a mutant that none of them notices points at a rule that no test holds.

`make mutants` writes this page: it tries a sample of 100 mutants of each area, always the same, and the table counts
all results that are kept, those of earlier and larger runs among them. Below 95% in an area it ends with status 1.
`make mutants MUTANTS='spc --sample 200'` takes more, `--sample 0` all; `--file rebasing` those of one module. Results
are kept in `build/mutants/` while a module is unchanged, so that a second run tries again only what was not noticed.

The tests of an area are collected once and run once, which tells the functions that each test reaches. A mutant of a
function is tried in a fork of that process: only the function's code is replaced, and the tests that reach it run, the
quickest first. A mutant of what runs at import, and one that no test noticed, is imported again with the tests of its
module.

Not changed: texts of messages (any string with a space in it, and the words of f-strings), annotations, decorators,
imports, docstrings, and the arguments `strict` and `encoding`, which guard against faults elsewhere. The score is the
share that was noticed of those tried, without the equivalent ones.

"""
ENGINE = "src/natpatsip"
AREAS = {  # the modules, and the tests that belong to them; their doctests always do
    "quarter": ([f"{ENGINE}/quarter.py"], ["test_quarter.py"]),
    "impact": (["src/helpers/impact.py"], ["../report/test_impact.py"]),
    "wording": ([f"{ENGINE}/wording.py"], ["test_wording.py"]),
    "facts": ([f"{ENGINE}/facts/*.py"], ["test_facts*.py", "test_fact_*.py"]),
    "params": ([f"{ENGINE}/params.py"], ["test_params.py", "test_yaml_1_2.py"]),
    "plan": ([f"{ENGINE}/pipeline/plan.py"], ["test_plan.py", "test_settings.py"]),
    "disclosure": ([f"{ENGINE}/datasets/disclosure.py"], ["test_disclosure.py"]),
    "datasets": (
        [f"{ENGINE}/datasets/*.py"],
        [
            *("test_datasets*.py", "test_declaration.py", "test_one_reader.py", "test_disclosure.py"),
            "test_total_rows.py",
        ],
    ),
    "spc": ([f"{ENGINE}/spc/*.py"], ["test_spc_*.py"]),
    "checks": (
        [f"{ENGINE}/checks/*.py"],
        [
            *("test_checks_*.py", "test_undeclared_data.py", "test_check_before_data.py", "test_fact_labels.py"),
            *("test_own_drawing.py", "test_signing.py", "../report/test_checks.py"),
        ],
    ),
}


@dataclass(frozen=True)
class Placed:
    """A mutant of a file."""

    area: str
    file: str
    mutant: Mutant

    @property
    def key(self) -> str:
        return f"{self.file} {self.mutant.name}"

    @property
    def shown(self) -> str:
        """The change as a line of Markdown shows it."""
        return " becomes ".join(f"``{text}``" for text in (self.mutant.before, self.mutant.after))


@cache
def placed(area: str) -> list[Placed]:
    """Return the mutants of an area, in a random order that is always the same."""
    patterns, _ = AREAS[area]
    files = sorted({str(file.relative_to(ROOT)) for pattern in patterns for file in ROOT.glob(pattern)})
    if area == "datasets":
        files = [file for file in files if "disclosure" not in file]  # an area of its own
    found = [Placed(area, file, each) for file in files for each in mutants((ROOT / file).read_text(encoding="utf-8"))]
    random.Random(SEED).shuffle(found)  # noqa: S311
    return found


def tests_of(area: str, project: Path) -> list[Path]:
    """Return the test files that belong to an area."""
    folder = project / "tests" / "engine"
    return sorted({file.resolve() for name in AREAS[area][1] for file in folder.glob(name)})


def main() -> int:
    options = _options()
    with copy_of(ROOT) as copy:
        for area in options.areas or AREAS:
            kept = Kept(area)
            found = [each for each in placed(area) if options.file in each.file]
            unnoticed = [each for each in found if kept.state(each) == "not noticed"]
            sample = unnoticed if options.again else found[: options.sample or None]
            todo = [each for each in sample if options.fresh or not kept.is_settled(each)]
            _say(f"{area}: {len(todo)} of {len(sample)} mutants to try")
            if todo:
                _try(area, todo, copy, kept)
    known = {each.key for area in AREAS for each in placed(area)}
    if gone := sorted(EQUIVALENTS.keys() - known):
        sys.exit(f"{EQUIVALENT.relative_to(ROOT)} has mutants that there are not. Remove them:\n" + "\n".join(gone))
    scores = [Score.of(area) for area in AREAS]
    for score in scores:
        _say(score.row)
    if all(score.tried for score in scores):
        PAGE.write_text(page(scores), encoding="utf-8")
        _say(f"Written: {PAGE.relative_to(ROOT)}")
    return int(any(score.tried and score.share < ENOUGH for score in scores if score.area in (options.areas or AREAS)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/mutants", description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help="areas to try (all)")
    parser.add_argument("--sample", type=int, default=100, help="mutants of each area; 0 for all (100)")
    parser.add_argument("--file", default="", help="only those of the files whose path has this in it")
    parser.add_argument("--again", action="store_true", help="only those that were not noticed, instead of a sample")
    parser.add_argument("--fresh", action="store_true", help="try those again that were noticed, too")
    options = parser.parse_args()
    if unknown := set(options.areas) - set(AREAS):
        parser.error(f"there is no area {min(unknown)}; the areas are {', '.join(AREAS)}")
    return options


def _try(area: str, todo: list[Placed], copy: Path, kept: Kept) -> None:
    files = [str(file.relative_to(copy.resolve())) for file in tests_of(area, copy)]
    names = {".".join(Path(each.file).with_suffix("").parts[1:]) for each in placed(area)}
    files += [f"{DOCTESTS}::test_examples_hold[{name.removesuffix('.__init__')}]" for name in sorted(names)]
    trials = [Trial(copy / each.file, (copy / each.file).read_text("utf-8"), each.mutant.source) for each in todo]
    start, results = time.monotonic(), try_each(files, trials, copy)
    base = next(results)
    assert isinstance(base, Base)
    if base.failed:
        sys.exit(f"The tests of {area} do not pass as they are: {base.failed}")
    _say(f"  {len(base.seconds)} tests, {time.monotonic() - start:.0f} s")
    rest = []
    for each, by in zip(todo, results, strict=True):
        if by:
            kept.note(each, str(by))
        else:
            rest.append((each, by is not None))
    _say(f"  {len(rest)} to be imported again, after {time.monotonic() - start:.0f} s")
    warm([name for name in base.imported if not name.startswith(("natpatsip", "helpers", "support", "test"))])
    for each, is_tried in rest:  # of those that were tried, only what their own tests start as processes is left
        with _changed(each, copy):
            run = next(
                (
                    run
                    for some in _in_turn(each.file, files, is_tried=is_tried)
                    if (run := run_tests(some)).status not in (0, NOTHING)
                ),
                Run(0),
            )
        kept.note(each, run.failed or {0: "", None: "time ran out"}.get(run.status, "the tests cannot be run"))
    _say(f"  done, after {time.monotonic() - start:.0f} s")


@contextlib.contextmanager
def _changed(each: Placed, copy: Path) -> Iterator[None]:
    """Make a mutant of a file for a while."""
    path = copy / each.file
    before = path.read_text(encoding="utf-8")
    path.write_text(each.mutant.source, encoding="utf-8")
    yield
    path.write_text(before, encoding="utf-8")


def _in_turn(file: str, files: Sequence[str], *, is_tried: bool) -> Iterator[list[str]]:
    """Yield the tests named after a module or importing it, and its doctests, then the others of its area."""
    stem = Path(file).stem
    imports = re.compile(rf"^(?:from|import) .*\b{stem}\b", re.MULTILINE)
    own = [each for each in files if f"_{stem}" in each or f".{stem}]" in each]
    own += [
        each for each in files if each not in own and ".py::" not in each and imports.search(Path(each).read_text())
    ]
    others = [] if is_tried else [each for each in files if each not in own]
    yield from filter(None, (own, others))  # without files, pytest would run the tests of everything


class Kept:
    """The results so far of an area, as long as its modules are the same."""

    def __init__(self, area: str) -> None:
        self._file = KEPT / f"{area}.json"
        self._results = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        self._hashes: dict[str, str] = {}

    def _hash(self, file: str) -> str:
        if file not in self._hashes:
            self._hashes[file] = _digest((ROOT / file).read_bytes())
        return self._hashes[file]

    def state(self, each: Placed) -> str:
        """Return "noticed", "not noticed", "equivalent", or "" for a mutant that was not tried."""
        result = self._results.get(each.key, {})
        state = result.get("state", "") if result.get("hash") == self._hash(each.file) else ""
        return "equivalent" if state == "not noticed" and each.key in EQUIVALENTS else str(state)

    def is_settled(self, each: Placed) -> bool:
        """Return True if a mutant need not be tried again."""
        return self.state(each) in ("noticed", "equivalent")

    def note(self, each: Placed, by: str) -> None:
        """Keep by which test a mutant was noticed, and print one that none noticed."""
        state = "noticed" if by else "not noticed"
        self._results[each.key] = {"state": state, "by": by, "hash": self._hash(each.file)}
        KEPT.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._results, indent=1, ensure_ascii=False), encoding="utf-8")
        if self.state(each) == "not noticed":
            _say(f"  {each.file}:{each.mutant.lines.start} {each.mutant.function}\n    {each.shown}")


@dataclass(frozen=True)
class Score:
    """How many mutants of an area were tried and noticed."""

    area: str
    made: int
    by_state: dict[str, list[Placed]]

    @classmethod
    def of(cls, area: str) -> Score:
        kept, found, by_state = Kept(area), placed(area), defaultdict(list)
        for each in sorted(found, key=lambda one: (one.file, one.mutant.lines.start)):
            by_state[kept.state(each)].append(each)
        return cls(area, len(found), by_state)

    def count(self, state: str) -> int:
        return len(self.by_state.get(state, ()))

    @property
    def tried(self) -> int:
        return self.made - self.count("")

    @property
    def share(self) -> float:
        """Of the mutants that change what the code does, the percentage that was noticed."""
        return 100 * self.count("noticed") / max(1, self.tried - self.count("equivalent"))

    @property
    def row(self) -> str:
        counts = " | ".join(str(self.count(state)) for state in ("noticed", "not noticed", "equivalent"))
        return f"| {self.area} | {self.made} | {self.tried} | {counts} | {self.share:.1f}% |"


def page(scores: list[Score]) -> str:
    """Return the page of docs/qa."""
    unnoticed = [
        f"- `{one.file}`, {one.mutant.function}: {one.shown}"
        for each in scores
        for one in each.by_state.get("not noticed", ())
    ]
    equivalent = [
        f"- `{one.file}`, {one.mutant.function}: {one.shown}. {EQUIVALENTS[one.key]}"
        for each in scores
        for one in each.by_state.get("equivalent", ())
    ]
    return HEAD + "\n".join(
        [
            "| modules | mutants | tried | noticed | not noticed | equivalent | score |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *(score.row for score in scores),
            "",
            "## Not noticed",
            "",
            *(unnoticed or ["None."]),
            "",
            "## Equivalent",
            "",
            "These change nothing that the code does for any input, or only how fast it does it.",
            "",
            *(equivalent or ["None."]),
            "",
        ]
    )


def _digest(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:12]


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 — a program's report


def _equivalents() -> dict[str, str]:
    if not EQUIVALENT.exists():
        return {}
    with EQUIVALENT.open(encoding="utf-8", newline="") as rows:
        return {row["mutant"]: row["reason"] for row in csv.DictReader(rows)}


EQUIVALENTS = _equivalents()

if __name__ == "__main__":
    raise SystemExit(main())
