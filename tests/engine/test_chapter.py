"""An executed notebook becomes a chapter: no code, every number in place, every reference resolved."""

import json
from functools import partial

import pytest
from nbformat.v4 import new_notebook, new_output

from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.errors import NotebookError, StagingError
from natpatsip.facts.fact import CITED, PUBLISHED, Fact
from natpatsip.pipeline.inline_code import KEPT, substitute, text_of
from natpatsip.pipeline.notebook_outputs import FigureRecord
from natpatsip.pipeline.staging.chapter import ChapterWriter
from natpatsip.pipeline.staging.chapter_exporter import ChapterExporter
from natpatsip.quarter import Quarter
from natpatsip.settings import IllustrativeData
from support.projects import code, prose

WOMEN = Fact("people_seen", "2024-25-Q2", 677, "women", "Return")
RECORD = {
    "id": "fig-women",
    "title": 'More "women"',
    "description": "Women a month",
    "caption": "See @fig-women.",
    "alt": "Rising.",
    "is_illustrative": True,
}
FIGURES = {"fig-women": FigureRecord(3, "ward", "Access", RECORD, {})}


def chapter(*cells, name="ward", quarter="2024-25-Q2"):
    """Return a chapter as it is written, which is the one that nbconvert exports."""
    writer = partial(
        ChapterWriter,
        name=name,
        title="Ward",
        quarter=Quarter.parse(quarter),
        illustrative=IllustrativeData(),
        figures=FIGURES,
        chapters={"index": "Summary", "ward": "Ward"},
    )
    first = prose("# Ward\n\nFor the analyst.", id="title")
    notebook = new_notebook(cells=[first, *cells])
    written = writer().write(notebook)
    assert ChapterExporter(writer()).from_notebook_node(notebook)[0] == written
    return written


class NotCopied:
    def __deepcopy__(self, _):
        raise AssertionError("was copied")


def test_the_cells_of_a_notebook_are_not_copied_and_stay_as_they_are():
    cell = evaluated("There were `{python} n`.", {"text/plain": "12"})
    before = json.dumps(cell)
    cell.metadata["large"] = NotCopied()
    assert "There were 12." in chapter(cell)
    del cell.metadata["large"]
    assert json.dumps(cell) == before


def evaluated(source, *data):
    cell = prose(source)
    from natpatsip.pipeline.inline_code import expressions

    asked = expressions(cell).values()
    cell.metadata[KEPT] = [
        {"expression": text, "result": {"status": "ok", "data": each}} for text, each in zip(asked, data, strict=True)
    ]
    return cell


def shown(data, *, id="shown"):  # noqa: A002
    cell = code("anything()", id=id)
    cell.outputs = [new_output("display_data", data=data)]
    return cell


def test_the_purpose_and_the_code_are_not_published():
    assert chapter(code("x = 1"), prose("Text.")) == "# Ward {#ward}\n\nText.\n"


def test_a_fact_in_prose_is_printed_and_marked():
    cell = evaluated('We saw `{python} cite("people_seen")` women.', {"text/plain": "677", CITED: WOMEN.record()})
    assert 'We saw [677]{.fact key="people_seen" period="2024-25-Q2"} women.' in chapter(cell)


def test_a_string_is_printed_without_its_quotes():
    assert "about ten women" in chapter(evaluated("about `{python} word` women", {"text/plain": "'ten'"}))


@pytest.mark.parametrize(
    "begins", ["", "We saw\n", "  ", "> ", ">", "- ", "1. ", "> - ", "[^1]: ", "Term\n: ", "- [^1]: "]
)
@pytest.mark.parametrize("ends", [". That", ") That", ".", ".\nThat"])
def test_a_number_at_the_start_of_a_line_is_no_number_of_a_list(begins, ends):
    cell = evaluated(f"A\n\n{begins}`{{python}} n`{ends}", {"text/plain": "9"})
    assert substitute(cell, text_of) == f"A\n\n{begins}9\\{ends}"


def test_numbers_that_begin_paragraphs_are_those_of_the_notebook():
    cell = evaluated("`{python} n`. North\n\n`{python} m`. South", {"text/plain": "9"}, {"text/plain": "3"})
    assert "9\\. North\n\n3\\. South" in chapter(cell)


@pytest.mark.parametrize("source", ["`{python} n`.5", "`{python} n`%. A", "A `{python} n`. A", "[A](b/`{python} n`) A"])
def test_a_number_elsewhere_is_as_it_is(source):
    assert substitute(evaluated(source, {"text/plain": "9"}), text_of) == source.replace("`{python} n`", "9")


def test_an_expression_without_a_value_is_an_error_with_its_place():
    with pytest.raises(NotebookError, match=r"notebooks/ward.ipynb, cell 2 .* `\{python\} x` has no value"):
        chapter(prose("`{python} x`"))


def test_cells_of_another_quarter_and_headings_left_empty_go():
    cells = [
        prose("## News", id="a"),
        prose("In July.", id="b", tags=["2024-25-Q2"]),
        prose("## Always\n\nText.", id="c"),
    ]
    assert "## News" in chapter(*cells)
    assert chapter(*cells, quarter="2024-25-Q1") == "# Ward {#ward}\n\n## Always {#ward-always}\n\nText.\n"


def test_a_figure_is_one_div_with_its_number_and_note():
    text = chapter(shown({FIGURE: RECORD}))
    assert '::: {.report-figure #fig-women number="3" programme="Access" title="More \\"women\\""' in text
    assert 'note="Illustrative data." mark="Illustrative data"' in text
    assert "See [Figure 3](#fig-women)." in text


def test_a_figure_of_another_chapter_is_linked_there():
    assert "[Figure 3](ward.qmd#fig-women)" in chapter(prose("In @fig-women we see"), name="index")


def test_a_figure_that_is_not_there_is_an_error_with_the_nearest():
    with pytest.raises(StagingError, match=r'@fig-womn refers to no figure of this report. Did you mean "fig-women"'):
        chapter(prose("In @fig-womn we see"))


def test_links_to_notebooks_become_links_to_chapters():
    assert "[there](index.qmd), [and](ward.qmd#ward-key-updates)" in chapter(
        prose("[there](index.ipynb), [and](ward.ipynb#Key-updates)")
    )


def test_a_link_to_no_chapter_is_an_error():
    with pytest.raises(StagingError, match=r"the link to wrad.ipynb leads to no chapter. Did you mean"):
        chapter(prose("[there](wrad.ipynb)"))


def test_a_skipped_heading_level_is_an_error():
    with pytest.raises(StagingError, match='the heading "Deep" is of level 4 under one of level 2'):
        chapter(prose("## A\n\n#### Deep\n\ntext"))


def test_headings_of_the_same_words_get_ids_of_their_own():
    text = chapter(prose("## A\n\n### Same\n\nx\n\n## B\n\n### Same\n\ny"))
    assert "{#ward-same}" in text
    assert "{#ward-same-2}" in text


def test_blocks_are_published_and_the_analysts_own_outputs_are_not():
    block = shown({BLOCK: {"markdown": "| A |\n|---|\n| 1 |", "facts": []}, "text/markdown": "other"})
    scratch = shown({"text/html": "<table>", "text/plain": "   a  b"}, id="scratch")
    fact = shown({"text/markdown": "677", CITED: WOMEN.record()}, id="fact")
    published = shown({PUBLISHED: WOMEN.record(), "text/plain": "677"}, id="published")
    assert chapter(block, scratch, fact, published) == "# Ward {#ward}\n\n| A |\n|---|\n| 1 |\n"


def test_a_picture_keeps_its_credit():
    record = {"id": "pic-cycle", "alt": "A cycle", "caption": "The cycle", "credit": "Drawn by us"}
    assert 'alt="A cycle" credit="Drawn by us"}\nThe cycle\n:::' in chapter(shown({PICTURE: record}))


NO_VALUE = [
    {BLOCK: {"markdown": "| Team |\n|---|\n| nan% |"}},
    {BLOCK: {"markdown": "::: {.callout-note}\n## Mean \\<NA\\>\n\nText\n:::"}},
    {"text/markdown": "The mean is np.float64(3.5)."},
    {PICTURE: {"id": "pic-a", "alt": "Mean nan", "caption": "", "credit": ""}},
    *({FIGURE: {**RECORD, name: "Mean nan"}} for name in ("title", "description", "caption", "alt")),
]


@pytest.mark.parametrize("data", NO_VALUE)
def test_what_python_prints_for_no_value_is_refused_in_all_that_code_shows(data):
    with pytest.raises(
        StagingError, match=r'notebooks/ward.ipynb, cell 2 .* shows "(nan|<NA>|np.float64\()" to readers'
    ):
        chapter(shown(data))


def test_what_python_prints_for_no_value_is_refused_in_inline_code():
    with pytest.raises(StagingError, match=r'cell 2 .* shows "nan" to readers, in "nan%"'):
        chapter(evaluated("Mean `{python} f'{x:.1f}%'`", {"text/plain": "'nan%'"}))


def test_a_word_of_a_phrase_that_is_typed_in_code_is_a_word():
    said = code("callout('note', 'Family', f'My nan was seen in {days} days')")
    said.outputs = [
        new_output(
            "display_data",
            data={BLOCK: {"markdown": "::: {.callout-note}\n## Family\n\nMy nan was seen in 3 days\n:::"}},
        )
    ]
    assert "My nan was seen in 3 days" in chapter(said)
    said.outputs[0].data[BLOCK]["markdown"] = "My nan was seen in nan days"
    with pytest.raises(StagingError, match=r'shows "nan" to readers'):
        chapter(said)
    assert "my nan said no" in chapter(evaluated("`{python} 'my nan said no'`", {"text/plain": "'my nan said no'"}))


def test_what_an_author_types_is_theirs():
    assert "In pandas, nan is no number." in chapter(prose("In pandas, nan is no number."))
