"""What a build has found in cells and sentences is found again only where something that it was made of has changed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from nbformat.v4 import new_output

from natpatsip.checks import missing_as_zero, run
from natpatsip.checks.raw_counts import RawCounts
from natpatsip.datasets.validation import examine
from natpatsip.pipeline.caching.saved_results import SavedResults
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.notebook_outputs import DATASET
from support.checking import seen
from support.measured import months
from support.projects import code, prose, small, write

FILE = "data/waits_monthly.csv"
TYPED, CLAIM, TERM = "Some 677 waited in 2016 collaboratives.", "Waits have risen.", "The CQC came."


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def made(saved, *made_of, counted=itertools.count()):  # noqa: B008 — goes on counting
    found = saved.once(lambda: [next(counted)], *made_of)
    saved.save()
    return found


def test_the_next_build_makes_what_was_made_of_something_else(cache):
    first = made(SavedResults(cache, "engine"), "text", "a")
    assert made(SavedResults(cache, "engine"), "text", "a") == first
    assert made(SavedResults(cache, "engine"), "text", "b") != first


def test_results_of_another_engine_are_not_found(cache):
    assert made(SavedResults(cache, "engine"), "text") != made(SavedResults(cache, "a newer engine"), "text")


def test_a_quarter_that_was_never_checked_begins_with_the_results_of_the_one_before(cache):
    first = made(SavedResults(cache, "engine", "Q1"), "text", "a")
    second = SavedResults(cache, "engine", "Q2", before=("engine", "Q1"))
    assert made(second, "text", "a") == first
    own = made(second, "text", "b")
    made(SavedResults(cache, "engine", "Q1"), "text", "c")
    assert made(SavedResults(cache, "engine", "Q2", before=("engine", "Q1")), "text", "b") == own


def test_a_damaged_entry_is_made_again(cache):
    first = made(SavedResults(cache, "engine"), "text")
    (entry,) = [each for each in cache.folder.rglob("*") if each.is_file()]
    entry.write_bytes(entry.read_bytes()[:-1])
    assert made(SavedResults(cache, "engine"), "text") != first


def test_what_the_latest_build_has_not_used_is_forgotten(cache):
    first = made(SavedResults(cache, "engine"), "text", "a")
    made(SavedResults(cache, "engine"), "text", "b")
    assert made(SavedResults(cache, "engine"), "text", "a") != first


def test_a_result_is_the_same_from_the_cache_as_when_it_was_made(cache):
    def result():
        found = saved.once(lambda: [("rise", 3, ("up",), 2.5, None)], "text")
        saved.save()
        return found

    saved = SavedResults(cache, "engine")
    first = result()
    saved = SavedResults(cache, "engine")
    assert result() == first == [["rise", 3, ["up"], 2.5, None]]


# Checks ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    """A project that shows a protected 4, with a number, a claim and a term that are not in order."""
    folder = small(tmp_path / "small")
    chance = np.random.default_rng(7)
    lines = ["month,team,seen_in_time,seen,provenance"]
    for month in months(6):
        for team, small_one in {"North": 4, "South": 23, "East": 12, "West": 31}.items():
            top = small_one if month == "2024-09" else int(chance.integers(9, 40))
            lines.append(f"{month},{team},{top},{top + 20},reported")
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    wrote(folder)
    return folder


def wrote(project, typed=TYPED, shown="4"):
    reading = code("waits", id="reading")
    reading.outputs = [
        new_output("display_data", data={DATASET: {"file": FILE, "sha256": "", "rows": 1}}),
        new_output(
            "display_data", data={"text/markdown": f"|Team|Seen in time|\n|--|--|\n|North|{shown}|\n|South|23|"}
        ),
    ]
    cells = [prose(text, id=f"text-{n}") for n, text in enumerate((typed, CLAIM, TERM))]
    write(project / "notebooks" / "ward.ipynb", "Ward", reading, *cells)


def outcome(project, saved=None):
    found = seen(project)
    return run(found.plan, found.executed, saved)


def later(project, cache):
    return outcome(project, SavedResults(cache, "engine"))


def change_threshold(project):
    file = project / "data" / "datapackage.yaml"
    text = file.read_text(encoding="utf-8")
    assert "threshold: 7" in text
    file.write_text(text.replace("threshold: 7", "threshold: 3"), encoding="utf-8")


def nothing(project):
    """Change nothing."""


def change_data(project):
    """Leave no count of September as it is in the table."""
    text = (project / FILE).read_text(encoding="utf-8")
    text = text.replace("2024-09,North,4,", "2024-09,North,9,").replace("2024-09,South,23,", "2024-09,South,28,")
    (project / FILE).write_text(text, encoding="utf-8")


def change_nouns(project):
    """Make 2016 a number of collaboratives, and no year."""
    file = project / "_quarto.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}natpatsip:\n  checks: {{nouns: [collaboratives]}}\n", encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        nothing,
        change_nouns,
        lambda project: wrote(project, typed="Nobody waited."),
        lambda project: wrote(project, shown="\\*"),
        change_threshold,
        change_data,
    ],
    ids=["nothing", "the settings", "a sentence", "a table", "the policy", "the data"],
)
def test_after_a_change_the_checks_find_what_they_would_have_found_at_first(project, cache, change):
    first = later(project, cache)
    assert {each.check for each in first.findings} >= {"typed-number", "small-number"}
    change(project)
    second = later(project, cache)
    assert second == outcome(project)
    assert (second == first) is (change is nothing)


def test_counts_are_read_again_only_for_a_cell_with_another_table(project, cache, monkeypatch):
    first = later(project, cache)

    def read(*_):
        raise AssertionError("read the counts")

    monkeypatch.setattr(RawCounts, "read", read)
    assert later(project, cache) == first
    wrote(project, typed="Some 678 waited.")
    assert "678" in {each.found for each in later(project, cache).findings}
    wrote(project, shown="\\*")
    with pytest.raises(AssertionError, match="read the counts"):
        later(project, cache)


def test_missing_values_are_looked_for_again_only_in_other_data(project, cache, monkeypatch):
    wrote(project, typed="`{python} rows['seen'].sum()` waited.")
    first, examined = later(project, cache), []
    monkeypatch.setattr(missing_as_zero, "examine", lambda name, folder: examined.append(name) or examine(name, folder))
    wrote(project, typed="In all, `{python} rows['seen'].sum()` waited.")
    assert later(project, cache) == outcome(project)
    assert examined == ["waits_monthly"]  # by the outcome of nothing saved
    assert first
    change_data(project)
    later(project, cache)
    assert examined == ["waits_monthly"] * 2
