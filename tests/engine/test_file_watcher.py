"""The preview watches what a build reads: by the build's own list of inputs."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from natpatsip.pipeline.caching.inputs import Inputs, single_files
from natpatsip.preview.file_watcher import watch
from natpatsip.project import SOURCE_FILES
from support.projects import edit, small

SETTINGS = """
bibliography: [references.bib, 'more works/old.bib']
csl: "style.csl"
natpatsip:
  logo: images/logo.svg  # of the publisher
  contact: a@example.org
"""
NAMED = ["references.bib", "more works/old.bib", "style.csl", "images/logo.svg"]


@pytest.fixture
def project(tmp_path):
    made = small(tmp_path)
    with (made / "_quarto.yml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    for name in [*NAMED, "other.bib", "targets.csv"]:
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text("1", encoding="utf-8")
    return made


def test_the_files_that_the_settings_name_are_inputs(project):
    assert single_files(project) == [*SOURCE_FILES, *NAMED]
    before = Inputs.read(project)
    for name in NAMED:
        (project / name).write_text("2", encoding="utf-8")
        now = Inputs.read(project)
        assert now.digest != before.digest
        before = now


def test_settings_that_cannot_be_read_name_no_file(project):
    (project / "_quarto.yml").write_bytes(b"\xff\xfe bibliography: references.bib")
    assert single_files(project) == list(SOURCE_FILES)


def in_a_loop(run):
    """Run a coroutine in a thread of its own: a browser that is open has a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


def saves_of(project, names, *, read=()):
    """Save each file, and return what the watcher told."""

    async def run():
        told = asyncio.Queue()
        task = asyncio.create_task(watch(project, told.put, read=lambda: read))
        found = []
        await asyncio.sleep(1)
        for name in names:
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(f"saved {name}\n", encoding="utf-8")
            try:
                async with asyncio.timeout(5):
                    found.append(await told.get())
            except TimeoutError:
                found.append(set())
        task.cancel()
        return found

    return in_a_loop(run)


def test_saves_of_all_inputs_are_told(project):
    names = [*NAMED, "data/reported.csv", "notebooks/ward.ipynb", "params/2024-25-Q2.yml", "uv.lock", "targets.csv"]
    read = ("targets.csv", "reports/2024-25-Q1/facts.csv", "data/reported.csv")
    assert saves_of(project, names, read=read) == [{name.rpartition("/")[2]} for name in names]


def test_saves_of_other_files_are_not(project):
    others, watched = ["other.bib", "targets.csv", "reports/2024-25-Q1/facts.csv"], ["uv.lock", "data/reported.csv"]
    (project / "reports" / "2024-25-Q1").mkdir(parents=True)

    async def run():
        told, found = asyncio.Queue(), set()
        task = asyncio.create_task(watch(project, told.put))
        await asyncio.sleep(1)
        for name in [*others, *watched]:  # saves of single files are told in their order, and those in folders too
            (project / name).write_text("saved\n", encoding="utf-8")
        async with asyncio.timeout(30):
            while not found >= {"uv.lock", "reported.csv"}:
                found |= await told.get()
        assert found == {"uv.lock", "reported.csv"}
        task.cancel()

    in_a_loop(run)


def test_a_file_that_the_settings_name_later_is_watched_then(project):
    edit(project / "_quarto.yml", "'more works/old.bib'", "")

    async def run():
        told = asyncio.Queue()
        task = asyncio.create_task(watch(project, told.put))
        await asyncio.sleep(1)
        edit(project / "_quarto.yml", "references.bib,", "references.bib, late/works.bib")
        (project / "late").mkdir()
        (project / "late" / "works.bib").write_text("1", encoding="utf-8")
        async with asyncio.timeout(30):
            assert "_quarto.yml" in await told.get()
            await asyncio.sleep(2)
            (project / "late" / "works.bib").write_text("2", encoding="utf-8")
            assert await told.get() == {"works.bib"}
        task.cancel()

    in_a_loop(run)
