"""What cells make and no reader sees, and inline code that nothing runs, are found with their cells."""

from __future__ import annotations

import pandas as pd
import pytest
from nbformat.v4 import new_output, new_raw_cell

from natpatsip.checks import inline_syntax, not_shown, published_tables
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.checking import context
from support.projects import code, prose, small

SETUP = code(
    "import altair as alt, pandas as pd\nf = pd.DataFrame({'m': ['J'], 'n': [1]})\nchart = alt.Chart(f).mark_bar()\n"
    "def fig(name='fig-x'):\n    return figure(name, chart, title='T', description='D', caption='C', data=f)",
    id="setup",
)
MISSED = {
    "kept": "t = table(f, caption='C')",
    "semicolon": "callout('note', 'Title', 'Text');",
    "before-a-print": "fig()\nprint(1)",
    "in-a-condition": "if True:\n    table(f, caption='C')",
    "in-a-loop": "for each in 'ab':\n    fig(f'fig-{each}')",
    "in-a-list": "[table(f, caption='C')]",
    "tile": "tile('3', 'beds', icon='bed')",
    "tiles": "row = tiles([tile('3', 'beds', icon='bed')])",
    "picture": "p = picture('pic-a', '<svg/>', alt='A')",
    "frame": "f",
    "styler": "f.style",
    "series": "f['n']",
    "displayed-frame": "display(f)\nprint(1)",
    "chart": "chart",
}
SEEN = {
    "last-line": "table(f, caption='C')",
    "displayed": "display(fig())\nprint(1)",
    "in-a-condition": "display(table(f, caption='C')) if True else None",
    "printed": "print(f)",
    "calculated": "total = f['n'].sum()",
    "number": "f['n'].sum()",
    "fact": "publish('beds', 3, unit='beds', source='List')",
}


def found(tmp_path, *cells):
    plan = Plan.of(small(tmp_path, ward=cells), Quarter(2024, 2))
    content = notebook_run.run(plan, plan.notebooks["ward"], {}, kernels="warm", is_traced=False).content
    return not_shown.check(CheckContext(plan, {"ward": content}))


def test_what_is_made_and_not_shown_is_found_with_its_cell(tmp_path):
    cells = [code(source, id=name) for name, source in MISSED.items()]
    assert list(dict.fromkeys(each.cell for each in found(tmp_path, SETUP, *cells))) == list(MISSED)


def test_what_is_shown_or_only_calculated_is_not(tmp_path):
    cells = [code(source, id=f"cell-{name}") for name, source in SEEN.items()]
    assert not found(tmp_path, SETUP, *cells)


def test_what_a_later_cell_shows_is_not(tmp_path):
    assert not found(tmp_path, SETUP, code("t = table(f, caption='C')", id="makes"), code("t", id="shows"))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"application/vnd.plotly.v1+json": {}, "text/html": ""}, "a figure of Plotly"),
        ({"application/vnd.vegalite.v5+json": {}}, "a chart"),
        ({"image/png": "", "text/plain": "<Figure size 640x480 with 1 Axes>"}, "a figure of matplotlib"),
        ({"image/png": ""}, "a picture"),
        ({"text/html": ""}, "a table or page"),
        ({"text/latex": ""}, "a formula"),
        ({"text/plain": "0    1\nName: n, dtype: int64"}, "a series"),
        ({"text/plain": "Tile(value='3')"}, "a tile"),
        ({"text/plain": "[Tile(value='3')]"}, "a tile"),
        ({"text/plain": "3"}, ""),
        ({"text/markdown": "3", "text/html": ""}, ""),
    ],
)
def test_what_is_for_the_analyst_alone_is_told_by_its_kind(tmp_path, data, what):
    cell = code("shown", id="shown")
    cell.outputs = [new_output("display_data", data=data)]
    told = [(each.found, each.message) for each in not_shown.check(context(tmp_path, cell))]
    assert [found for found, _ in told] == [what] * bool(what)
    assert all(message.startswith(f"This cell shows {what} in JupyterLab") for _, message in told)


FOREIGN = [
    "{{ n }}",
    "`r n`",
    "`{r} n`",
    "`{julia} n`",
    "`python n`",
    "`= n`",
    "{eval}`n`",
    "{glue:text}`n`",
    "${n}",
    "<%= n %>",
    r"\Sexpr{n}",
    "{n}",
    "{n:,.1f}",
    "{rows[0]}",
]
OWN = [
    "`{python} n`",
    "`{python}n`",
    "`{python} n +\n1`",
    "`` `r n` ``",
    "[x]{.fact key=n}",
    "$a_{b}$",
    "`code`",
    "{#id}",
]


def syntax(tmp_path, source, cell=None):
    plan = Plan.of(small(tmp_path, ward=[cell or prose(f"We had {source} beds.", id="news")]), Quarter(2024, 2))
    content = {name: notebook.content for name, notebook in plan.notebooks.items()}
    return [(each.cell, each.found) for each in inline_syntax.check(CheckContext(plan, content))]


@pytest.mark.parametrize("source", FOREIGN)
def test_inline_code_of_other_tools_is_found(tmp_path, source):
    assert syntax(tmp_path, source) == [("news", source)]


@pytest.mark.parametrize("source", OWN)
def test_what_the_build_runs_or_shows_is_not(tmp_path, source):
    assert syntax(tmp_path, source) == []


def test_a_table_in_markdown_ends_at_the_first_line_without_a_pipe_and_keeps_pipes_that_are_escaped():
    text = "Beds:\n\n| a | b |\n|---|---|\n| 1 | 2\\|\n 3 | 4 |\n\nThen one | other.\n"
    assert list(published_tables.in_markdown(text)) == [[("a", "b"), ("1", "2|"), ("3", "4")]]


@pytest.mark.parametrize("cell", ["4", "**4**", "`4`", "[4]{.small}", '[**4**]{.small title="of 9"}', " 4 "])
def test_a_number_of_a_table_in_markdown_is_read_without_its_markup(cell):
    assert list(published_tables.in_markdown(f"| a | b |\n|---|---|\n| x | {cell} |")) == [[("a", "b"), ("x", "4")]]


def test_numbers_of_a_printed_frame_are_read_by_their_column_though_names_of_its_rows_are_left_out():
    index = pd.MultiIndex.from_product([["Northern", "East"], ["beds", "staff"]])
    printed = str(pd.DataFrame({"July": [1, 2, 3, 4], "August": [5, 6, 7, 8]}, index=index))
    (rows,) = published_tables._in_plain_text(printed)
    assert rows == [
        ("", "", "July", "August"),
        ("", "Northern beds", "1", "5"),
        ("", "staff", "2", "6"),
        ("East", "beds", "3", "7"),
        ("", "staff", "4", "8"),
    ]


def test_inline_code_that_is_not_closed_is_found(tmp_path):
    assert syntax(tmp_path, "`{python} n")[0][0] == "news"


ROUNDS = [
    'f"{n:.1f}"', 'f"{n:,.0f}"', 'f"{n:.0%}"', 'f"{n:%}"', '"{:.1f}".format(n)', '"%.1f" % n', "round(n)",
    "round(n, 1)", 'format(n, ".2f")', "s.round(1)", 'f"{n:5.1f} beds"', 'f"{n:{sign}.1f}"',
    '"{:.1f} of {:d}".format(n, m)',
]  # fmt: skip
ROUNDS_NOT = [
    'f"{n:,}"', 'f"{day:%B %Y}"', 'f"{day:%e %B}"', 'f"{n}"', "wording.number(n, 1)", "n % 2", 'f"{name:>10}"',
    '"{:%d}".format(day)', "wording.round_half_up(n, 1)", 'day.strftime("%B")', 'f"{name:{wide}}"',
    '"{:d} of {}".format(n, m)', "rows[0]()(n)", "format()",
]  # fmt: skip


@pytest.mark.parametrize("expression", ROUNDS)
def test_an_expression_that_rounds_by_a_rule_of_its_own_is_found(tmp_path, expression):
    assert syntax(tmp_path, f"`{{python}} {expression}`") == [("news", expression)]


@pytest.mark.parametrize("expression", ROUNDS_NOT)
def test_an_expression_that_rounds_nothing_is_not(tmp_path, expression):
    assert syntax(tmp_path, f"`{{python}} {expression}`") == []


@pytest.mark.parametrize(("source", "count"), [("Markdown(f.to_markdown(index=False))", 1), ("table(f)", 0)])
def test_tables_that_print_codes_as_numbers_are_found(tmp_path, source, count):
    assert syntax(tmp_path, "", code(source, id="news")) == [("news", "to_markdown()")] * count


def test_the_text_of_a_raw_cell_is_found_since_readers_do_not_see_it(tmp_path):
    markdown = {"raw_mimetype": "text/markdown"}
    raw = [new_raw_cell("We opened two wards.", id="raw"), new_raw_cell("**Well**", id="typed", metadata=markdown)]
    empty, review = new_raw_cell(" \n", id="empty"), new_raw_cell("Answer:", id="note", metadata={"tags": ["review"]})
    assert [each.cell for each in not_shown.check(context(tmp_path, *raw, empty, review))] == ["raw", "typed"]


@pytest.mark.parametrize(
    "source",
    [
        *(f"#| eval: {off}\nn = 3" for off in ("false", "False", "FALSE", "No", "OFF", "0")),
        "#| label: fig-a\n#| include: false\nn",
        "#|output: no",
        "#| fig-cap: Beds by ward\nchart",
    ],
)
def test_options_of_quarto_that_have_no_effect_are_found(tmp_path, source):
    (found,) = inline_syntax.check(context(tmp_path, code(source, id="a"), prose(source.replace("#|", "-"), id="b")))
    assert (found.cell, found.found) == (
        "a",
        next(line for line in source.split("#|")[::-1] if ":" in line).split("\n")[0].strip(),
    )
    assert "no effect here" in found.message


@pytest.mark.parametrize("tag", ["remove-cell", "remove_output", "hide-cell", "hide-output", "skip-execution"])
def test_tags_of_other_tools_that_leave_cells_out_are_found(tmp_path, tag):
    cells = [
        code("n = 3", id="a", tags=[tag]),
        prose("Text.", id="b", tags=[tag]),
        code("n", id="c", tags=["hide-input"]),
    ]
    assert [(each.cell, each.found) for each in inline_syntax.check(context(tmp_path, *cells))] == [
        ("a", tag),
        ("b", tag),
    ]


def test_options_that_change_nothing_are_not_found(tmp_path):
    cells = [code("#| echo: false\n#| eval: true\nn = 3  # include: false", id="a")]
    assert not inline_syntax.check(context(tmp_path, *cells))


LOST = [
    "f['n'][0] = 99",
    "f[f['m'] == 'J']['n'] = 99",
    "f['n'].fillna(5, inplace=True)",
    "f['m'].replace('J', 'K', inplace=True)",
    "f.iloc[0]['n'] = 99",
    "f['n'].iloc[0] = 99",
]
KEPT = [
    "f.loc[0, 'n'] = 99",
    "f['n'] = f['n'].fillna(5)",
    "f = f.fillna({'n': 5})",
    "f.fillna({'n': 5}, inplace=True)",
    "n = f['n']\nn[0] = 99",
    "d = {'a': {}}\nd['a']['n'] = 99",
    "import warnings\nwarnings.warn('no ChainedAssignmentError: here')",
    "import sys\nprint('ChainedAssignmentError: printed', file=sys.stderr)",
]


def test_a_change_that_pandas_makes_in_a_copy_alone_is_found_with_its_line(tmp_path):
    cells = [code(f"{source}\ndone = True", id=f"lost-{number}") for number, source in enumerate(LOST)]
    several = code("\n".join([*LOST[:3], "done = True"]), id="several")
    told = [(each.cell, each.found) for each in found(tmp_path, SETUP, *cells, several)]
    lines = [(f"lost-{number}", line) for number, line in enumerate(LOST)] + [("several", line) for line in LOST[:3]]
    assert told == lines


def test_a_change_that_pandas_makes_is_not(tmp_path):
    cells = [code(f"{source}\ndone = True", id=f"kept-{number}") for number, source in enumerate(KEPT)]
    assert not found(tmp_path, SETUP, *cells)
