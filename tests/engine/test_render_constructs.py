"""What a chapter may hold, and what is refused: each with its file and line."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from natpatsip.blocks.values_in_words import escaped
from natpatsip.errors import RenderError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.options import FORMATS
from natpatsip.pipeline.render.chapters import parse_chapter, read_chapters
from natpatsip.pipeline.render.constructs import check_chapters, constructs_of
from natpatsip.pipeline.render.render_cache import RenderCache
from natpatsip.pipeline.render.staged_report import read_report
from natpatsip.pipeline.staging.markdown import Place
from support.staged import chapter_with, stage


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = stage(tmp_path_factory.mktemp("staged"))
    (folder / "cache").mkdir()  # all tests share it: each reads the chapters that it changes
    return folder


@pytest.fixture
def staged(original, tmp_path):
    for path in original.iterdir():
        if path.is_dir():
            (tmp_path / path.name).symlink_to(path)
        else:
            shutil.copy2(path, tmp_path)
    return tmp_path


def check(folder, formats=FORMATS):
    report = read_report(folder)
    check_chapters(report, read_chapters(report, RenderCache(folder, Cache(folder / "cache"))), formats=formats)


FIGURE = (
    '::: {{.report-figure #fig-new number="4" programme="Visits" title="T" description="D" '
    'svg="figures/fig-caseload.svg" png="figures/fig-caseload.png" {alt}data="figures/{data}"{more}}}\n{caption}\n:::'
)


def figure(alt='alt="A chart." ', data="fig-caseload.csv", more="", caption="Caption."):
    return FIGURE.format(alt=alt, data=data, more=more, caption=caption)


DRAWING = '[{words}]{{.drawing name="d" kind="icon" svg="{svg}" png="figures/pic-cycle.png" alt=""}}'
REFUSED = {
    "raw-html": ("<b>bold</b>", "found raw HTML"),
    "comment": ("text\n\n<!-- a comment -->\n\ntext", "found raw HTML"),
    "raw-typst": ("```{=typst}\n#pagebreak()\n```", "found raw TYPST"),
    "code": ("```python\nx = 1\n```", "found a code block"),
    "unevaluated": ("It is `{python} x`.", "found `{python} x`, which nothing evaluates"),
    "shortcode": ("{{< video x.mp4 >}}", "found a shortcode"),
    "reference": ("See @fig-caseload.", "found a reference that was not resolved"),
    "formula": ("It is $\\foo{x}$.", "found a formula that cannot be converted"),
    "letter": (
        "It is 中.",
        "found “中” (U+4E2D, cjk unified ideograph-4e2d), which none of the report's typefaces",
    ),
    "image": ("![Alt](figures/fig-caseload.png)", "found an image outside a figure"),
    "rule": ("text\n\n---\n\ntext", "found a horizontal rule"),
    "revision-in-print": ("It is [gone]{.removed}.", "only html-only chapters show it"),
    "struck-out": ("It is ~~gone~~.", "found struck-out text"),
    "unknown-div": ("::: {.panel}\ntext\n:::", "found a div with .panel"),
    "misspelt-div": ("::: {.case-studi}\ntext\n:::", 'Did you mean "case-study"?'),
    "unclosed-div": ("::: {.case-study}\ntext", "found a div that is never closed"),
    "stray-fence": ("text\n:::", "found ::: in the text"),
    "unknown-span": ("A [word]{.loud}.", "found a span with .loud"),
    "fact-without-key": ('[1]{.fact period="all"}', 'the .fact span "1" has no key'),
    "drawing-without-words": (
        DRAWING.format(words="", svg="figures/pic-cycle.svg"),
        "has neither words nor an alternative",
    ),
    "drawing-without-file": (
        DRAWING.format(words="Steady", svg="drawings/gone.svg"),
        "names drawings/gone.svg as its svg",
    ),
    "second-title": ("# Another title {#another}", 'found a second heading of level 1, "Another title"'),
    "skipped-level": ("#### Too deep {#too-deep}", 'the heading "Too deep" is of level 4 under one of level 2'),
    "figure-without-alt": (figure(alt=""), "the .report-figure #fig-new has no alt"),
    "figure-without-caption": (figure(caption=""), "the .report-figure #fig-new has no caption"),
    "figure-without-file": (figure(data="gone.csv"), "names figures/gone.csv as its data, which is missing"),
    "figure-with-other": (figure(more=' notes="x"'), 'has "notes", which it does not take. Did you mean "note"?'),
    "tile-without-icon": (":::: {.tiles}\n::: {.tile icon=nothing}\n1\n\none\n:::\n::::", 'has the icon "nothing"'),
    "tile-of-one": (":::: {.tiles}\n::: {.tile icon=baby}\n1\n:::\n::::", "must hold two paragraphs"),
    "tiles-of-nothing": (
        ":::: {.tiles programme=nothing}\n::: {.tile icon=baby}\n1\n\none\n:::\n::::",
        'are of the programme "nothing", which has no chapter',
    ),
    "text-in-tiles": ("::: {.tiles}\ntext\n:::", "holds something other than tiles"),
    "empty-callout": ("::: {.callout-note}\n## Title\n:::", "the .callout-note is empty"),
    "table-without-header": ("|  |  |\n|---|---|\n| 1 | 2 |\n\n: Caption", "found a table without a header row"),
    "dead-link": ("[there](gone.qmd)", "the link to gone.qmd leads to no chapter of the report"),
    "dead-fragment": ("[there](visits.qmd#gone)", "the link to visits.qmd#gone leads to no id"),
    "notebook-link": ("[there](visits.ipynb)", "leads to no chapter and to no https address"),
    "id-twice": ("### Twice {#visits-outcome}", "the id visits-outcome is also in visits.qmd"),
}


def test_the_sample_project_uses_what_may_be_used(staged):
    check(staged)


@pytest.mark.parametrize("name", REFUSED)
def test_other_constructs_are_refused_with_their_place(staged, name):
    text, message = REFUSED[name]
    line = chapter_with(staged / "glossary.qmd", text)
    with pytest.raises(RenderError) as caught:
        check(staged)
    assert message in str(caught.value)
    assert "glossary.qmd, line" in str(caught.value)
    found = int(str(caught.value).split("glossary.qmd, line ")[1].split(":")[0].split(" ")[0])
    assert line <= found < line + len(text.splitlines())


@pytest.mark.parametrize(("drawn", "shown_by"), [("png", "docx"), ("narrow", "html"), ("interactive", "html")])
def test_a_drawing_may_be_missing_where_no_format_of_the_build_shows_it(staged, drawn, shown_by):
    text = figure(more="" if drawn == "png" else f' {drawn}="drawings/gone"')
    chapter_with(staged / "glossary.qmd", text.replace("fig-caseload.png", "gone.png") if drawn == "png" else text)
    check(staged, [each for each in FORMATS if each != shown_by])
    with pytest.raises(RenderError, match=rf"names \w+/gone(\.png)? as its {drawn}, which is missing"):
        check(staged, [shown_by])


TILES = ":::: {{.tiles}}\n::: {{.tile icon=people}}\n{}\n:::\n::::"


@pytest.mark.parametrize(
    ("before", "wrong", "message"),
    [
        (TILES.format("1\n\none"), TILES.format("2"), "two paragraphs"),
        ("A \\[x\\](gone.qmd) text.", "A [x](gone.qmd).", "the link to gone.qmd"),
    ],
)
def test_what_is_wrong_is_placed_at_itself_and_not_at_the_first_like_it(staged, before, wrong, message):
    line = chapter_with(staged / "glossary.qmd", f"{before}\n\n{wrong}") + len(before.splitlines()) + 1
    with pytest.raises(RenderError, match=message) as caught:
        check(staged)
    found = int(re.findall(r"glossary\.qmd, line (\d+)", str(caught.value))[0])
    assert line <= found < line + len(wrong.splitlines())


@pytest.mark.parametrize(
    "wrong",
    [
        "::: {.callout-note}\n## Note\n\n## Heading\n:::",
        "::: {.callout-note}\n## Note\n:::",
        "::: {.case-study}\n## Only a heading\n:::",
        ":::: {.tiles}\n::: {.tile icon=people}\n## One\n\ntwo\n:::\n::::",
        "::: {.panel}\n## Heading\n\nAs [@known] says.\n:::",
        '::: {.callout-note size="9"}\n## Note\n\nAs [@known] says.\n:::',
    ],
)
def test_what_is_wrong_is_told_with_its_cell_though_another_cell_has_its_letters(staged, wrong):
    (staged / "references.bib").write_text("@book{known, title={T}, author={A, B}, year={1931}}\n", encoding="utf-8")
    report = replace(read_report(staged), bibliography=("references.bib",))
    texts = ["# Glossary {#glossary}", f"`{escaped(' '.join(wrong.split()))}`", "## Heading", wrong, "The end."]
    starts = [1 + sum(text.count("\n") + 2 for text in texts[:number]) for number in range(len(texts))]
    places = [Place(line, f"cell {number}") for number, line in enumerate(starts, start=1)]
    chapter = parse_chapter(report, "glossary.qmd", "\n\n".join(texts) + "\n", places, RenderCache(staged))
    problems = constructs_of(report, chapter)
    assert problems
    assert {problem.partition(": ")[0] for problem in problems} == {"cell 4"}


@pytest.mark.parametrize("markup", ["<b>x</b>", "<b>x</b> and <b>y</b>"])
def test_markup_is_placed_where_it_is_markup_though_attributes_hold_the_same_letters(staged, markup):
    text = figure(alt='alt="Where <b>x</b> is text." ')
    line = chapter_with(staged / "glossary.qmd", f"{text}\n\n{markup}")
    with pytest.raises(RenderError) as caught:
        check(staged)
    places = set(re.findall(r"glossary\.qmd, line (\d+): found raw HTML", str(caught.value)))
    assert places == {str(line + len(text.splitlines()) + 1)}


def test_all_that_is_wrong_is_said_at_once(staged):
    chapter_with(staged / "glossary.qmd", "See @fig-caseload.\n\n[there](gone.qmd)")
    chapter_with(staged / "index.qmd", "{{< pagebreak >}}")
    with pytest.raises(RenderError) as caught:
        check(staged)
    assert str(caught.value).startswith("3 problems:")


def test_a_chapter_begins_with_its_title_and_its_own_id(staged):
    (staged / "glossary.qmd").write_text("# Glossary {#words}\n\ntext\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"glossary.qmd, line 1: expected the chapter's title .* \{#glossary\}"):
        check(staged)


@pytest.mark.parametrize(
    "text",
    ["{{< env HOME >}}", "`x {{< env HOME >}}`", "[x](https://x.example/{{< env HOME >}})", "## {{< env HOME >}}"],
)
def test_a_typed_shortcode_is_refused_wherever_quarto_looks_for_one(staged, text):
    line = chapter_with(staged / "glossary.qmd", f"Before.\n\n{text}") + 2
    with pytest.raises(RenderError, match=rf"glossary\.qmd, line {line}: found a shortcode"):
        check(staged)


@pytest.mark.parametrize("text", [":::", ":::: note", "See ::: there", "a ::: b ::: c"])
def test_the_signs_of_a_div_in_text_from_data_are_letters_and_typed_ones_are_not(staged, text):
    for said in ("{}", "*{}*", "**{}**", "_{}_", '"{}"', "[{}](https://riverside.example)", "***{}***"):
        chapter_with(staged / "glossary.qmd", f"Said: {said.format(escaped(text))}.")
    check(staged)
    chapter_with(staged / "glossary.qmd", "text\n:::")
    with pytest.raises(RenderError, match=r"glossary\.qmd, line \d+: found ::: in the text"):
        check(staged)


def test_the_signs_of_a_shortcode_in_text_from_data_are_letters(staged):
    chapter_with(staged / "glossary.qmd", escaped("In {{< env HOME >}} seen"))
    check(staged)
