"""Formats that are joined of the chapters' parts: as one run of pandoc over all makes them, each part made once."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sys
import tempfile

import pytest

from natpatsip.errors import RenderError
from natpatsip.pipeline import render
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.render import chapter_parts, chapters, joined_page, pandoc_process, pandoc_tasks
from natpatsip.pipeline.render.chapters import read_chapters
from natpatsip.pipeline.render.html import SINGLE_PAGE
from natpatsip.pipeline.render.pandoc import FILTERS, meta, pandoc_path, run_pandoc
from natpatsip.pipeline.render.pandoc_ast import read_document
from natpatsip.pipeline.render.pandoc_tasks import Task, perform
from natpatsip.pipeline.render.program import run_program
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import read_report
from natpatsip.pipeline.render.unbroken import unbroken
from support.staged import TIMESTAMP, chapter_with, stage

DRAWING = "[]{.drawing name=d kind=line svg=figures/fig-beds.svg png=figures/fig-beds.png alt=Rising}"
NOTES = "A sentence.[^a] Another.[^b]\n\n[^a]: The first note of {0}.\n[^b]: The second, of *{0}*.\n"
FORMATS = ("html", "pdf", "docx")
MARKER = "zyzzyva"  # a word that no chapter has


@pytest.fixture
def staged(tmp_path):
    """Stage chapters in which much is counted through the whole report: notes, small drawings, where a hint is."""
    folder = stage(tmp_path / "staged")
    drawing = folder / "figures" / "fig-beds.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="a"/><use href="#a"/></svg>')
    for file in sorted(folder.glob("*.qmd")):
        chapter_with(file, NOTES.format(file.stem) + f"\nA line {DRAWING} and one more {DRAWING} here.\n")
    return folder


def one_run(staged, to, blocks, metadata, *options):
    """Return what one run of pandoc makes of all chapters, without a template."""
    text = chapter_parts.document_text(metadata, chapter_parts.blocks_text(blocks))
    return run_pandoc("--from=json", *FILTERS, f"--to={to}", *options, folder=staged, what=to, text=text)


def parts(report, to, chapters):
    tasks = [chapter_parts.part_of(report, to, chapter_parts.blocks_text(blocks), what=to) for blocks in chapters]
    return perform(tasks, cache=RenderCache(report.root), jobs=2)


def read(staged):
    report = read_report(staged)
    return report, [each.blocks for each in read_chapters(report, RenderCache(staged))]


def within_a_page(text):
    """Return the JSON of chapters whose links lead to places of the same page."""
    return re.sub(r'"([\w-]+)\.qmd(#[^"]+)?"', lambda match: f'"{match[2] or f"#{match[1]}"}"', text)


def test_the_page_of_the_whole_report_is_that_of_one_run(staged):
    """With headings one level down and links within the page, as pandoc itself writes them."""
    chapter_with(
        min(staged.glob("w*.qmd")), "## Deeper\n\n### Three\n\n#### Four\n\n##### Five\n\n[Away](index.qmd).\n"
    )
    report, chapters = read(staged)
    blocks = json.loads(within_a_page(json.dumps([block for each in chapters for block in each])))
    options = (*chapter_parts.OPTIONS["html5"], "--shift-heading-level-by=1")
    expected = one_run(staged, "html5", blocks, chapter_parts.pages_metadata(report), *options)
    for found, left in joined_page._FOR_PAGES:
        expected = found.sub(left, expected)
    joined = joined_page.joined_page(parts(report, "html5", chapters))
    assert joined == expected.rstrip("\n")
    assert "<h6" in joined
    assert 'href="#index"' in joined
    assert joined.count('id="fnref') == 2 * len(chapters) > 2
    assert f'id="drawing-{2 * len(chapters)}-a"' in joined


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ('<p>A</p>\n<span class="np-cell" data-cell="c"></span>\n<p>B</p>', "<p>A</p>\n<p>B</p>"),
        ('<p><span class="np-cell" data-cell="c"></span>A</p>', "<p>A</p>"),
        ('<div class="chart" data-chart="figures/a.js" role="img">', '<div class="chart" role="img">'),
        (
            '<div id="o" class="organisations" data-file="figures/o.js">',
            f'<div id="o" class="organisations">\n<p>{joined_page.ELSEWHERE}</p>',
        ),
        ('a<p class="figure-files"><a href="figures/a.csv">data</a>\n<b>x</b></p></figure>', "a</figure>"),
        ('<a href="../facts.csv"><code>facts.csv</code></a>', "<code>facts.csv</code>"),
    ],
)
def test_a_part_of_the_whole_report_needs_no_other_file_and_no_script(page, part):
    assert joined_page.as_part(page) == part


@pytest.mark.parametrize(
    "text",
    [
        '<section id="a" class="level6 x">\n<h6 class="x">A</h6>',  # HTML has no deeper heading
        '<code>&lt;h1&gt; href="a.html" data-chart="a"</code>',
        '<a href="https://a.uk/b.html">b</a>',
    ],
)
def test_what_is_the_same_on_both_pages_is_left_as_it_is(text):
    assert joined_page.as_part(text) == text


@pytest.mark.parametrize("with_numbers", [0, 1])
def test_the_hint_about_numbers_is_below_the_first_title_wherever_they_are(with_numbers):
    hint = '<p class="passport-hint">Select a number.</p>\n'
    texts = [
        f'<section id="{n}" class="level1">\n<h1>{n}</h1>\n{hint * (n >= with_numbers)}<p>Text {n}</p>\n</section>\n'
        for n in range(3)
    ]
    joined = joined_page.joined_page(texts)
    assert joined.count(hint) == 1
    assert joined.startswith(f'<section id="0" class="level2">\n<h2>0</h2>\n{hint}<p>Text 0</p>')


def test_the_pdf_is_of_the_text_of_one_run(staged):
    report, chapters = read(staged)
    blocks = [block for each in chapters for block in each]
    expected = one_run(staged, "typst", blocks, meta(report.metadata)["c"])
    joined = "\n\n".join(filter(None, (each.strip("\n") for each in parts(report, "typst", chapters))))
    assert joined == expected.strip("\n")


def test_word_has_the_blocks_of_one_run(staged, tmp_path):
    report, chapters = read(staged)
    dump = tmp_path / "dump.lua"
    dump.write_text("function Pandoc(doc) io.stderr:write(pandoc.write(pandoc.Pandoc(doc.blocks), 'json')) end")
    text = chapter_parts.document_text(
        meta(report.metadata)["c"], chapter_parts.blocks_text([block for each in chapters for block in each])
    )
    done = run_program(
        [pandoc_path(), "--from=json", *FILTERS, f"--lua-filter={dump}", "--to=docx", "--output=-"],
        what="docx", folder=staged, content=text.encode(),
    )  # fmt: skip
    joined = ",".join(filter(None, map(chapter_parts.blocks_of, parts(report, "docx", chapters))))
    expected, _ = json.JSONDecoder().raw_decode(done.stderr.decode())  # warnings about the file's pictures follow
    assert json.loads(f"[{joined}]") == expected["blocks"]


def run_counted(monkeypatch):
    """Record the shares of tasks that processes are given, and the programs that are run by themselves."""
    shares, run = [], pandoc_tasks._run
    monkeypatch.setattr(pandoc_tasks, "_run", lambda tasks, root: shares.append(tasks) or run(tasks, root))
    return shares


def rendered(staged, output, formats=FORMATS, **options):
    render.render(staged, output, formats, renderer=render.PANDOC, timestamp=TIMESTAMP, **options)


def test_few_processes_make_a_report_however_many_chapters_it_has(tmp_path, monkeypatch):
    shares = run_counted(monkeypatch)
    rendered(stage(tmp_path / "staged"), tmp_path / "report")
    assert (
        len(shares) <= 8
    )  # two to read, two for pages, one for the PDF, one for Word, one for the statement, one spare
    assert sum(map(len, shares)) > 3 * len(shares)


def test_a_change_of_one_chapter_makes_its_parts_again_and_no_others(tmp_path, monkeypatch):
    staged, cache = stage(tmp_path / "staged"), Cache(tmp_path / "cache")
    rendered(staged, tmp_path / "report", cache=cache)
    changed = min(staged.glob("*.qmd"), key=lambda file: file.stem == "index")
    chapter_with(changed, f"A sentence with {MARKER}.")
    shares = run_counted(monkeypatch)
    rendered(staged, tmp_path / "report", cache=cache)
    made = [task for share in shares for task in share if task.kind.startswith(("chapters", "part-"))]
    assert made
    assert all(MARKER in task.content for task in made)
    assert {task.kind for task in made} == {"chapters", "part-html5", "part-typst", "part-docx"}
    assert sorted(task.kind for task in made).count("part-html5") == 1  # for its page and that of the whole report
    again = tmp_path / "again"
    rendered(staged, again)
    for file in ("report.pdf", "report.docx", f"html/{SINGLE_PAGE}", f"html/{changed.stem}.html"):
        assert (again / file).read_bytes() == (tmp_path / "report" / file).read_bytes(), file


def test_only_a_chapter_that_has_changed_is_parsed_again(tmp_path, monkeypatch):
    staged, cache, report = stage(tmp_path / "staged"), Cache(tmp_path / "cache"), tmp_path / "report"
    rendered(staged, report, ("html", "pdf"), cache=cache)
    changed = min(staged.glob("*.qmd"), key=lambda file: file.stem == "index")
    chapter_with(changed, f"A sentence with {MARKER}.")
    drawing = min((staged / "figures").glob("*.svg"))
    drawing.write_text(drawing.read_text().replace("<svg", '<svg data-drawn="again"', 1))
    parsed = []
    monkeypatch.setattr(chapters, "read_document", lambda text: parsed.append(text) or read_document(text))
    rendered(staged, report, ("html", "pdf"), cache=cache)
    assert any(MARKER in text for text in parsed)
    assert all(MARKER in text or drawing.name in text for text in parsed)  # that of the drawing has a new part
    again = tmp_path / "again"
    rendered(staged, again, ("html", "pdf"))
    files = [file.relative_to(again) for file in again.rglob("*") if file.is_file()]
    assert [file for file in files if (again / file).read_bytes() != (report / file).read_bytes()] == []


def task(content, alone, **orders):
    return Task("chapters", {"do": "read", "from": "markdown", **orders}, content, alone, has_figures=False)


def fails():
    raise RenderError("its own words")


@pytest.mark.parametrize(("letters", "count"), [(10, 1), (pandoc_tasks.ENOUGH // 3 - 1, 1), (pandoc_tasks.ENOUGH, 2)])
def test_a_second_process_is_started_only_for_what_takes_longer_than_its_start(letters, count):
    tasks = [task("a" * letters, fails) for _ in range(3)]
    shares = pandoc_tasks._shares(tasks, range(3), jobs=2)
    assert len(shares) == count
    assert sorted(each for share in shares for each in share) == [0, 1, 2]


@pytest.mark.parametrize("text", ["::: {.note}\nNever closed.", "[a]: x\n[a]: y\n\nTwice defined [a]."])
def test_what_pandoc_warns_of_is_told_by_its_command_line(tmp_path, text):
    good = task("Fine.", fails)
    with pytest.raises(RenderError, match="its own words"):
        perform([good, task(text, fails)], cache=RenderCache(tmp_path), jobs=1)
    assert "Fine" in perform([good], cache=RenderCache(tmp_path), jobs=1)[0]


def test_a_process_that_crashes_leaves_its_tasks_to_the_command_line(tmp_path, monkeypatch):
    broken = tmp_path / "broken.lua"
    broken.write_text("os.exit(3)")
    monkeypatch.setattr(pandoc_tasks, "SCRIPT", broken)
    texts = ["one", "two", "three"]
    found = perform([task(f"{each}.", lambda each=each: each) for each in texts], cache=RenderCache(tmp_path), jobs=1)
    assert found == texts


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_what_the_script_cannot_do_and_the_command_line_can_is_said(tmp_path, monkeypatch, form):
    broken = tmp_path / "broken.lua"
    broken.write_text("os.exit(3)")
    monkeypatch.setattr(pandoc_tasks, "SCRIPT", broken)
    with pytest.raises(RenderError, match="pandoc could not make a part of it, and does not say why"):
        render.render(
            stage(tmp_path / "staged"), tmp_path / "made", (form,), renderer=render.PANDOC, timestamp=TIMESTAMP
        )


@pytest.mark.parametrize(
    "text",
    [
        "See No. 5, fig. 3, Jan. 2024, Inc. x and c. 1900.",
        f"| a | b |\n|:--|--:|\n| {'long ' * 14} | 2 |",
        "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n",
    ],
)
def test_the_script_reads_as_the_command_line_does(tmp_path, text):
    options = ("--from=markdown-auto_identifiers", "--to=json")
    (read_by_script,) = perform([task(text, fails)], cache=RenderCache(tmp_path), jobs=1)
    assert json.loads(read_by_script) == json.loads(run_pandoc(*options, folder=tmp_path, what="x", text=text))


def test_the_command_line_reads_what_it_changes_before_reading(tmp_path):
    tabs = "Text\twith a tab.\n"
    assert perform([task(tabs, lambda: "alone")], cache=RenderCache(tmp_path), jobs=1) == ["alone"]


def test_the_same_word_is_the_same_object_but_for_signs_of_divs():
    text = run_pandoc("--from=markdown", "--to=json", folder=None, what="", text="ward a ward ::: a :::")
    document = read_document(text)
    words = [each for each in document["blocks"][0]["c"] if each["t"] == "Str"]
    assert document == json.loads(text)
    assert words[0] is words[2]
    assert words[1] is words[4]
    assert words[3] == words[5]
    assert words[3] is not words[5]


HELD = {
    "See Figure 5 and figures 6 there": ["Figure 5", "figures 6"],
    "Table 2, Tableau 3, Tables 4, (phases 5": ["Table 2", "Tables 4", "phases 5"],
    "(phases 4 to 6), *phases* 2 and 3, grade 3 or 4 and phases 10 to end": [
        "phases 4 to 6",
        "phases 2 and 3",
        "grade 3 or 4",
        "phases 10",
    ],
    "figures 1 to 8 of 4 to 6 teams, stages 2 to the 3": ["figures 1 to 8", "stages 2"],
    "Versions 1, version 2, Grade 3 and stages 4 of parts 5": ["version 2", "Grade 3", "stages 4", "parts 5"],
    "120 mg, 24 hours, 3 grams, 5 goats, seen in time, %": ["120 mg", "24 hours", "time, %"],
    "12 %, 5 ml (or 2 cm) for 1 minute, 7 minutely": ["12 %", "5 ml", "2 cm", "1 minute"],
    "before 34+0 weeks (or 1 week), weeks 5 and 6 weekly": ["34+0 weeks", "1 week"],
    "in Q3 2024/25, in Q5 2024/25 and Q3 2024": ["Q3 2024/25"],
    "on 26 September 2024 and in September 2024.": ["26 September 2024", "September 2024"],
    "some £18 million, 1.25 billion and 3 millions": ["£18 million", "1.25 billion"],
    "126 September, 26 Septembers, May 20245": [],
    "(**Figure** *5*) and “Figure” 5": ["Figure 5"],
    "Figure[^1] 5\n\n[^1]: On 1 May 2024.": ["1 May 2024"],
}
"""Texts, and what of each is read as one word."""
FACTS = "a fact of [1 May 2024]{.fact key=a period=b entry=a1}, and one of [1 May 2024]{.fact key=a period=b}"


def in_one(texts):
    """Return the texts as one document, which takes one run of pandoc."""
    return "\n\n".join(f"CASE{number}\n\n{text}" for number, text in enumerate(texts))


def is_held(texts, written, space):
    """Return for each text how many spaces hold, and what is not held that should be."""
    parts = re.split(r"CASE\d+", written)[1:]
    return {
        text: (part.count(space), [each for each in held if each.replace(" ", space) not in part])
        for (text, held), part in zip(texts.items(), parts, strict=True)
    }


def should_be_held(texts):
    return {text: (sum(each.count(" ") for each in held), []) for text, held in texts.items()}


def test_what_is_read_as_one_word_is_held_together_on_pages():
    texts = {FACTS: ["1 May 2024"], **HELD}
    found = run_pandoc("--from=markdown", "--to=json", folder=None, what="", text=in_one(texts))
    document = json.loads(found)
    blocks = unbroken(document["blocks"])
    assert document == json.loads(found), "the chapter's own blocks have changed"
    held = json.dumps({**document, "blocks": blocks})
    written = run_pandoc("--from=json", "--to=plain", "--wrap=none", folder=None, what="", text=held)
    words = written.replace("_", "").replace("*", "")
    assert is_held(texts, words, "\N{NO-BREAK SPACE}") == should_be_held(texts)


def test_what_is_read_as_one_word_is_held_together_in_the_pdf(staged):
    folder, text = read(staged)[0].root, in_one(HELD)
    written = run_pandoc("--from=markdown", "--to=typst", "--wrap=none", *FILTERS, folder=folder, what="", text=text)
    words = re.sub(r"[_*\]]|#(?:strong|emph)\[", "", written).replace("\N{NO-BREAK SPACE}", "~")
    assert is_held(HELD, words, "~") == should_be_held(HELD)


def test_a_number_is_held_together_on_pages_and_words_that_say_it_are_not(staged):
    written = {
        text: run_pandoc("--from=markdown", "--to=html", *FILTERS, folder=staged, what="", text=f"# A\n\n{fact}")
        for text in ("14 of the 15", "still to be completed")
        if (fact := f"It is [{text}]{{.fact key=a period=b entry=a1}}.")
    }
    assert {text: "in-words" in page for text, page in written.items()} == {
        "14 of the 15": False,
        "still to be completed": True,
    }


COMPOUNDS = {
    "the 6-month mean, *long-term*, (24-hour) care.": ["6-month", "long-term", "24-hour"],
    "day-to-day, “high-risk” and well-known.": ["day-to-day", "high-risk", "well-known"],
    "a twelve-mont and a thirteen-mont of self-management": ["twelve-mont"],
    "a--b, -term, long-, 1.5-fold, a-b@c.org and a/b-c": [],
    "[high-risk](https://a-b.org), `6-month` and 6-month[x]": ["high-risk"],
}
"""Texts, and which of their words with hyphens are held together: those of at most 12 letters, whole."""


def test_a_short_word_with_hyphens_is_held_together_on_pages_and_is_written_as_it_was():
    found = run_pandoc("--from=markdown", "--to=json", folder=None, what="", text=in_one(COMPOUNDS))
    document = json.loads(found)
    held = json.dumps({**document, "blocks": unbroken(document["blocks"])})
    page = run_pandoc("--from=json", "--to=html", "--wrap=none", folder=None, what="", text=held)
    parts = re.split(r"<p>CASE\d+</p>", page)[1:]
    spans = [re.findall(r'<span class="unbroken">\W*(.*?)\W*</span>', part) for part in parts]
    assert dict(zip(COMPOUNDS, spans, strict=True)) == COMPOUNDS
    plain = [run_pandoc("--from=json", "--to=plain", folder=None, what="", text=text) for text in (found, held)]
    assert plain[0] == plain[1]


def test_a_short_word_with_hyphens_is_held_together_in_the_pdf(staged):
    folder, text = read(staged)[0].root, in_one(COMPOUNDS)
    written = run_pandoc("--from=markdown", "--to=typst", "--wrap=none", *FILTERS, folder=folder, what="", text=text)
    parts = re.split(r"CASE\d+", written)[1:]
    boxes = [re.findall(r"#box\[([^]]*)\];", part) for part in parts]
    assert dict(zip(COMPOUNDS, boxes, strict=True)) == COMPOUNDS


def test_the_filter_about_numbers_is_run_where_there_are_numbers(staged):
    report, chapters = read(staged)
    found = [chapter_parts.part_of(report, "typst", chapter_parts.blocks_text(each), what="typst") for each in chapters]
    run = [any(name.endswith("passports.lua") for name in each.orders["filters"]) for each in found]
    assert run == ['"fact"' in each.content for each in found]
    assert {True, False} == set(run)


@pytest.fixture
def stays():
    pandoc_process.stop()  # those of other tests
    yield
    pandoc_process.stop()


def test_a_process_that_stays_does_each_task_in_its_folder_as_one_that_begins(tmp_path, stays):
    for name in ("one", "other", "one"):  # a staged project is made again for each build
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        (tmp_path / name).mkdir()
        (tmp_path / name / "filter.lua").write_text(f"function Str() return pandoc.Str('{name}') end")
        orders = {"do": "write", "to": "html5", "filters": ["filter.lua"]}
        document = json.dumps({"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": []}).replace(
            "[]}", '[{"t":"Para","c":[{"t":"Str","c":"text"}]}]}'
        )
        found = perform([Task("part", orders, document, fails)], cache=RenderCache(tmp_path / name), jobs=1)
        assert found[0].strip() == f"<p>{name}</p>"
    assert len(pandoc_process._idle) == 1


@pytest.mark.parametrize("at_once", [1, 5])
def test_a_process_that_has_done_its_tasks_does_the_next(tmp_path, stays, at_once):
    tasks = [task(f"Number {number}.", fails) for number in range(at_once)]
    for _ in range(2):
        found = perform(tasks, cache=RenderCache(tmp_path), jobs=1)
        assert [f'"{number}."' in text for number, text in enumerate(found)] == [True] * at_once
    assert [each.tasks for each in pandoc_process._idle] == [2 * at_once]


def test_a_module_that_a_filter_requires_is_read_again_for_each_task(tmp_path, stays):
    (tmp_path / "filter.lua").write_text("function Str() return pandoc.Str(require('words').next()) end")
    (tmp_path / "words.lua").write_text("local n = 0\nreturn { next = function() n = n + 1 return 'word ' .. n end }")
    orders = {"do": "write", "to": "html5", "filters": ["filter.lua"]}
    read = perform([task("text", fails)], cache=RenderCache(tmp_path), jobs=1)
    tasks = [Task("part", orders, read[0], fails)] * 2
    found = perform(tasks, cache=RenderCache(tmp_path), jobs=1)
    (tmp_path / "words.lua").write_text("return { next = function() return 'edited' end }")
    found += perform(tasks[:1], cache=RenderCache(tmp_path), jobs=1)
    assert [each.strip() for each in found] == ["<p>word 1</p>", "<p>word 1</p>", "<p>edited</p>"]


def test_a_process_that_stays_does_not_wait_for_more_than_nothing(tmp_path, monkeypatch, stays):
    monkeypatch.setattr(pandoc_process, "LIMIT", 5)
    assert '"blocks":[]' in perform([task("", fails)], cache=RenderCache(tmp_path), jobs=1)[0]


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows any signal ends a process in the same way")
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_a_process_that_ended_while_it_waited_is_replaced(tmp_path, stays, number):
    perform([task("One.", fails)], cache=RenderCache(tmp_path), jobs=1)
    (waiting,) = pandoc_process._idle
    waiting._process.send_signal(number)
    waiting._process.wait(10)
    assert "Two." in perform([task("Two.", fails)], cache=RenderCache(tmp_path), jobs=1)[0]
    assert pandoc_process._idle != [waiting]


def test_a_process_that_waits_has_no_file_that_would_stay_if_it_were_killed(tmp_path, monkeypatch, stays):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    perform([task("One.", fails)], cache=RenderCache(tmp_path), jobs=1)
    (waiting,) = pandoc_process._idle
    assert list(temporary.iterdir()) == []
    waiting._process.stdin.close()
    assert waiting._process.wait(60) == 0, "it does not miss its file"


def test_a_process_that_stays_goes_on_after_what_the_command_line_has_to_explain(tmp_path, stays):
    texts = ["::: {.note}\nNever closed.", "Fine."]
    found = pandoc_tasks.attempt([task(text, fails) for text in texts], cache=RenderCache(tmp_path), jobs=1)
    assert str(found[0]) == "its own words"
    assert "Fine" in str(found[1])


def test_a_process_that_stays_and_crashes_leaves_its_tasks_to_the_command_line(tmp_path, monkeypatch, stays):
    broken = tmp_path / "broken.lua"
    broken.write_text("io.read('L') os.exit(3)")
    monkeypatch.setattr(pandoc_tasks, "SCRIPT", broken)
    found = perform([task("One.", lambda: "one"), task("Two.", lambda: "two")], cache=RenderCache(tmp_path), jobs=1)
    assert found == ["one", "two"]
    assert not pandoc_process._idle


def test_a_process_that_stays_and_is_stopped_leaves_nothing_to_the_command_line(tmp_path, monkeypatch, stays):
    end = pandoc_process.PandocProcess.end
    monkeypatch.setattr(pandoc_process.PandocProcess, "end", lambda self: end(self) and -signal.SIGINT)
    broken = tmp_path / "broken.lua"
    broken.write_text("io.read('L') os.exit(3)")
    monkeypatch.setattr(pandoc_tasks, "SCRIPT", broken)
    with pytest.raises(RenderError, match="it was stopped"):
        perform([task("One.", lambda: "begun again")], cache=RenderCache(tmp_path), jobs=1)


def test_a_process_that_stays_and_hangs_is_ended(tmp_path, monkeypatch, stays):
    hangs = tmp_path / "hangs.lua"
    hangs.write_text("while true do end")
    monkeypatch.setattr(pandoc_tasks, "SCRIPT", hangs)
    monkeypatch.setattr(pandoc_process, "LIMIT", 0.1)
    assert perform([task("One.", lambda: "one")], cache=RenderCache(tmp_path), jobs=1) == ["one"]


def test_a_process_that_would_stay_and_cannot_be_started_is_said(tmp_path, monkeypatch, stays):
    monkeypatch.setattr(pandoc_process, "pandoc_path", lambda: str(tmp_path / "missing"))
    with pytest.raises(RenderError, match=r"pandoc: \S*missing cannot be started: No such file"):
        perform([task("One.", fails)], cache=RenderCache(tmp_path), jobs=1)
