"""What is not allowed is told with its cell, before any notebook runs if it was typed, as docs/chapters.md lists it."""

from __future__ import annotations

import json
import re
from unittest.mock import Mock

import pytest
import yaml

from natpatsip.errors import RenderError
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.render import chapters, typed_markdown
from natpatsip.pipeline.render.constructs import REFUSED
from natpatsip.pipeline.render.typed_markdown import check_typed
from natpatsip.quarter import Quarter
from support.projects import ROOT, code, command, edit, prose, small, write
from support.yaml_text import to_yaml

DOCS = (ROOT / "docs" / "chapters.md").read_text(encoding="utf-8").partition("## What is not allowed")[2]
TYPED, SHOWN = (
    re.findall(r"^\| (?!found)(.+?) \| .+ \|$", part, re.MULTILINE) for part in DOCS.split("These are reported")[1:]
)
SAMPLES = {  # by the row of the list: what an author types, and what the message says of it
    "raw HTML (except `<br>` and comments), LaTeX or Typst": {
        "It is <hr> so.": 'raw HTML ("<hr>")',
        "<table>": 'raw HTML ("<table>")',
        "It is \\textbf{bold}.": 'raw TEX ("\\textbf{bold}")',
        "```{=typst}\n#pagebreak()\n```": 'raw TYPST ("#pagebreak()")',
    },
    "a code block": {"```\nx = 1\n```": 'a code block ("x = 1")', "Text\n\n    x = 1": 'a code block ("x = 1")'},
    "a formula with commands that are not of LaTeX mathematics, or number it, strike out or put into a box (`\\tag`, "
    "`\\cancel`, `\\boxed`)": {
        f"$x + {tex}$": f'cannot be converted ("x + {tex}")'
        for tex in (
            "\\foo{x}",
            "\\tag{1}",
            "\\tag*{1}",
            "\\label{a}",
            "\\cancel{5}",
            "\\xcancel{5}",
            "\\bcancel{5}",
            "\\boxed{5}",
        )
    },
    "a `%` in a formula, inline code in a formula": {
        "$p = 50% + y$": 'a % in a formula ("p = 50% + y")',
        "$$\nx = 5\\\\% y\n$$": "a % in a formula",
        "So $p = `{python} rate` < x$ holds.": "inline code in a formula ($p = `{python} rate` < x$)",
        "$$p = `{python} rate`$$": "inline code in a formula",
    },
    "an image by its address or path": {
        "![Beds](https://example.org/a.png)": "an image outside a figure",
        "![Beds](images/a.png)": 'an image outside a figure ("images/a.png")',
    },
    "a pasted image without alternative text": {"![](attachment:gone.png)": "the pasted image gone.png is not in"},
    "`[@…]` that is in no bibliography": {"As [@gone] says.": "cites gone, which is not in references.bib"},
    "works in one pair of brackets without semicolons, a key of a work without brackets": {
        "As they say [@known, p. 3, and @known].": "found [@known, p. 3, and @known], of which only the last work",
        "As @known says.": "found @known without brackets",
    },
    "a cited work of which pandoc would take a part: a key or field is there twice, or a date or month is not one": {
        "As [@twice] says.": "references.bib, line 2 and references.bib, line 3: twice is the key of 2 works",
        "As [@dated] says.": 'references.bib, line 4, dated: date is "5 May 1931"',
    },
    "a horizontal rule": {"One\n\n---\n\ntwo": "a horizontal rule", "One\n\n***\n\ntwo": "a horizontal rule"},
    "struck-out or underlined text, small capitals": {
        "~~gone~~": 'struck-out text ("gone")',
        "[so]{.underline}": 'underlined text ("so")',
        "[so]{.smallcaps}": 'small capitals ("so")',
    },
    "`{{< … >}}`, inline code of another language": {
        "{{< video x.mp4 >}}": "a shortcode",
        "We had `{r} n` beds.": "`{r} n`, which nothing evaluates. Inline code is of Python: write `{python} …`.",
        "We had `{pyton} n` beds.": "`{pyton} n`, which nothing evaluates. Inline code is of Python",
    },
    "a character that no typeface has": {"It is 中.": "found “中” (U+4E2D"},
    "a control character, which other programs can leave in a text that is pasted": {
        "All beds\x00 are open.": "found a control character (U+0000) after “All beds”",
        "See [the \x1bward](index.ipynb).": "found a control character (U+001B) after “See [the”",
        "$x\x07$": "found a control character (U+0007)",
        "## News\x9b": "found a control character (U+009B) after “## News”",
        "a\ufffeb": "found a control character (U+FFFE) after “a”",
    },
    "a table without a header row, or without rows": {
        "|  |  |\n|---|---|\n| 1 | 2 |": "a table without a header row",
        "| a | b |\n|---|---|": "a table without a row under its header",
    },
    "a column's name of more than 300 letters": {
        f"| a | {'b' * 301} |\n|---|---|\n| 1 | 2 |": "a column's name of 301 letters",
    },
    "a heading that skips a level, or is of level 1": {
        "#### Deep": 'the heading "Deep" is of level 4 under one of level 2',
        "# Title": 'the heading "Title" is of level 1',
    },
    "a link to a notebook that is not in the report": {
        "[there](gone.ipynb#a)": "the link to gone.ipynb leads to no chapter"
    },
    "another div or span, a div that is not closed, an attribute that it does not have": {
        "::: {.panel}\ntext\n:::": "a div with .panel",
        "<div>\n\nBox\n\n</div>": "a div with no class",
        "[so]{.loud}": "a span with .loud",
        "::: {.case-study}\ntext": "a div that is never closed",
        '::: {.callout-note size="9"}\ntext\n:::': 'has "size", which it does not take',
    },
    "an icon that does not exist": {
        ':::: {.tiles}\n::: {.tile icon="gone"}\n1\n\none\n:::\n::::': 'has the icon "gone"'
    },
    "a row with more cells than the header of its table": {
        "| a | b |\n|---|---|\n| 1 | 2 | 3 |": 'the row "| 1 | 2 | 3 |" has more cells than the header',
    },
    "a footnote without its text, or a text of a footnote without its place, in the same cell": {
        "One[^a].": "the footnote [^a] has no text or no place",
        "One.\n\n[^b]: Two.": "the footnote [^b] has no text or no place",
    },
    "a footnote in the text of another": {
        "One[^a].\n\n[^a]: See[^b].\n\n[^b]: Two.": "the text of a footnote refers to another, [^b]",
    },
    "a line that begins with a number after `>`, which makes it a quotation": {
        "The wait was\n>5 weeks.": 'the line ">5 weeks." is a quotation',
        "1. a\n2. >£5": 'the line "2. >£5" is a quotation',
        "> North said:\n>5 weeks.": 'the line ">5 weeks." is a quotation',
        "One[^a].\n\n[^a]: >5 weeks.": 'the line "[^a]: >5 weeks." is a quotation',
    },
    "a formula between `\\\\(` and `\\\\)`, or `\\\\[` and `\\\\]`": {
        "The rate \\\\(x = 5\\\\) is": "found \\\\(x = 5\\\\), which only JupyterLab shows as a formula",
        "So\n\n\\\\[\nx = 5\n\\\\]": "found \\\\[ x = 5 \\\\], which only JupyterLab",
    },
    "an attribute of a heading, such as `{.unnumbered}`": {
        "## Waits {.unnumbered}": "found {.unnumbered} in a heading",
        "## Waits {-}": "found {-} in a heading",
        "## Waits { .unnumbered }": "found { .unnumbered } in a heading",
        "## Waits {key=1}": "found {key=1} in a heading",
    },
}
WORKS = """\
@book{known, title={T}, author={A, B}, year={1931}}
@book{twice, title={T}, author={A, B}, year={1931}}
@book{twice, title={Another}, author={A, B}, year={1931}}
@book{dated, title={T}, author={A, B}, date={5 May 1931}}
"""
CASES = [(row, text) for row, texts in SAMPLES.items() for text in texts]


def project(folder, *cells):
    made = small(folder, ward=[prose("## Progress\n\nAll is well.", id="before"), *cells])
    edit(made / "_quarto.yml", "lang: en-GB", "lang: en-GB\nbibliography: references.bib")
    (made / "references.bib").write_text(WORKS, encoding="utf-8")
    return made


def found(folder, *cells):
    plan = Plan.of(project(folder, *cells), Quarter(2024, 2))
    try:
        check_typed(plan, Cache(folder / "cache"), "", is_printed=True, jobs=2)
    except RenderError as error:
        return str(error)
    return ""


def test_the_list_has_each_construct_that_is_refused_and_no_other():
    assert list(SAMPLES) == TYPED
    covered = " ".join(message for texts in SAMPLES.values() for message in texts.values())
    of_rows = {kind: what.partition(" {")[0] for kind, (what, _) in REFUSED.items()}
    shown_as_text = {"Cite", "LineBlock"}  # a sign that pandoc would read so is escaped: JupyterLab shows it as text
    assert {kind for kind, what in of_rows.items() if what not in covered} == shown_as_text


def test_what_holds_a_word_of_other_cells_is_told_with_its_own_cell(tmp_path):
    texts = ("The ward is [see No. 5]{.wrong} open.", "They see the ward.", "Last words see here.")
    cells = [prose(text) for text in texts]
    for at, cell in enumerate(cells):
        cell.id = f"cell-{at}"
    project = small(tmp_path, ward=cells)
    plan = Plan.of(project, Quarter.parse("2024-25-Q2"))
    with pytest.raises(RenderError) as error:
        check_typed(plan, Cache(tmp_path / "cache"), "tools", is_printed=False, jobs=1)
    assert "(id cell-0)" in str(error.value)
    assert "(id cell-1)" not in str(error.value)
    assert "(id cell-2)" not in str(error.value)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_what_ends_a_line_for_python_alone_begins_no_heading_and_moves_no_place(tmp_path, separator):
    before = prose(f"One{separator}# two{separator}three{separator}#### four", id="separated")
    message = found(tmp_path, before, prose("{{< video x.mp4 >}}", id="faulty"), prose("Last."))
    assert message.startswith("notebooks/ward.ipynb, cell 6 ")
    assert "(id faulty): found a shortcode" in message


@pytest.mark.parametrize(("row", "text"), CASES)
def test_each_row_is_refused_with_its_cell(tmp_path, row, text):
    message = found(tmp_path, prose(text, id="faulty"))
    assert SAMPLES[row][text] in message
    assert message.startswith("notebooks/ward.ipynb, cell 5 ")
    assert "(id faulty): " in message
    assert "problems" not in message


ALIKE = [  # what is wrong, and what is right and reads the same
    ("[x]{.spam}", "[x](https://example.org) and [x]{.fact key=a period=b}"),
    ("~~x~~", "x"),
    ("[x]{.smallcaps}", "x"),
    ("Beds ::: here", r"Beds \:\:\: here"),
    ("::: {.spam}\nx\n:::", "::: {.callout-tip}\n## .spam\n\nx\n:::"),
    ("::: {.callout-tip}\n## A\n\nnever closed", "::: {.callout-tip}\n## A\n\nclosed\n:::"),
    ("Text\n\n:::", "::: {.callout-tip}\n## A\n\nclosed\n:::"),
    ("`x`{.python}", "`x`"),
    ("| a | b |\n|---|---|", "| a | b |\n|---|---|\n| 1 | 2 |"),
    ("$x \\foo$", r"The sign \$x \\foo\$"),
]


def test_each_of_many_like_things_is_told_with_its_own_cell(tmp_path):
    """In a row of cells that say the same, the second is wrong, and then the third too."""
    for number, (wrong, right) in enumerate(ALIKE):
        cells = [prose(text, id=name) for name, text in zip("abcd", (right, wrong, right, wrong), strict=True)]
        messages = re.split(r"\n- ", found(tmp_path / str(number), *cells))
        assert [re.findall(r"\(id (\w)\)", each)[:1] for each in messages if "(id" in each][:1] == [["b"]], wrong
        assert all("(id " in each for each in messages if not each.endswith("problems:")), wrong


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"], ids=ascii)
def test_a_sign_that_some_take_for_the_end_of_a_line_moves_no_place(tmp_path, sign):
    cells = [prose(f"One{sign}two{sign}three{sign}four", id="signs"), prose("$\\foo{x}$", id="formula")]
    message = found(tmp_path, *cells, prose("After.", id="after"), prose("Later.", id="later"))
    assert "(id formula): " in message


@pytest.mark.parametrize("text", ["Ward <hr>", "Ward {{< env HOME >}}", "Ward 中"])
def test_what_is_wrong_in_a_chapters_title_is_told_with_its_cell(tmp_path, text):
    made = project(tmp_path)
    write(made / "notebooks" / "ward.ipynb", text, prose("## Progress\n\nAll is well."))
    with pytest.raises(RenderError, match=r"^notebooks/ward\.ipynb, cell 1 .*\(id title\): "):
        check_typed(Plan.of(made, Quarter(2024, 2)), Cache(tmp_path / "cache"), "", is_printed=True, jobs=2)


ALLOWED = [
    "$$\\begin{matrix} [0 \\\\[4pt] 1 \\\\] & (0 \\\\(1) \\\\) \\end{matrix}$$",  # rows that end before a bracket
    "A[^1] `code` $\\frac{a}{b}$ [@known, p. 3] one<br>two <!-- a note -->.\n\n[^1]: Why.",
    "Ask @home or @jane; (c) Crown. 2024. That was `{python} n` in @fig-gone and @tbl-gone.",
    "| line\n| block",
    "- a\n- b\n\n1. one\n\n> said\n\nTerm\n: What it is",
    "| a | b |\n|---|---|\n| `{python} n` | 2 |\n\n: Caption {#tbl-a}",
    '::: {.callout-note}\n## Title\n\nText\n:::\n\n:::: {.tiles}\n::: {.tile icon="baby"}\n1\n\none\n:::\n::::',
    "[there](index.ipynb#gone) [there](ward.qmd#gone) [there](https://example.org)",
    "### Next {#next}\n\n#### Deeper\n\nText",
    "> 5 said so, x\n> 6 times, `>7` \\(a, b\\) `\\\\(x\\\\)`\n\n\\>8\n\n| a |\n|---|\n| >9 |",
    "Costs $5 and `{python} n` or $6 each; $p = 50\\%$, `{python} n`% of $x$, `$y$ %` and $$z \\% 2$$.",
]


@pytest.mark.parametrize("text", ALLOWED)
def test_what_may_be_typed_is_not(tmp_path, text):
    assert found(tmp_path, prose(text)) == ""


def test_a_heading_under_one_that_code_shows_is_judged_later(tmp_path):
    shows = code("from IPython.display import Markdown\nMarkdown('### Team')", id="shows")
    assert found(tmp_path, shows, prose("#### Detail", id="detail")) == ""
    (tmp_path / "other").mkdir()
    assert "(id detail)" in found(tmp_path / "other", code("x = 1"), prose("#### Detail", id="detail"))


def test_cells_of_other_quarters_are_not_judged(tmp_path):
    assert found(tmp_path, prose("<b>so</b>", tags=["2024-25-Q1"])) == ""
    (tmp_path / "now").mkdir()
    assert found(tmp_path / "now", prose("<b>so</b>", tags=["2024-25-Q2"])) != ""


def test_no_notebook_runs_before_all_is_told_at_once(tmp_path):
    ran = tmp_path / "ran"
    cells = [code(f"open({str(ran)!r}, 'w')", id="runs"), prose("~~gone~~", id="one"), prose("# Two", id="two")]
    made = project(tmp_path / "project", *cells)
    done = command(made, "build", "2024-25-Q2", "--to", "html")
    assert done.returncode == 1
    assert "2 problems" in done.stderr
    assert 'cell 6 "~~gone~~" (id one): found struck-out text' in done.stderr
    assert 'cell 7 "Two" (id two): the heading' in done.stderr
    assert not ran.exists()


def test_check_lists_it_beside_what_it_finds(tmp_path):
    done = command(project(tmp_path, prose("Beds rose by 3. It is ~~gone~~.", id="both")), "check", "2024-25-Q2")
    assert done.returncode == 1
    assert "not-allowed: found struck-out text" in done.stdout
    assert "typed-number" in done.stdout


@pytest.mark.parametrize(("text", "check"), [("`{r} n`", "inline-syntax"), ("[x](gone.ipynb)", "broken-link")])
def test_check_tells_one_cause_once(tmp_path, text, check):
    done = command(project(tmp_path, prose(f"We had {text} beds.", id="once")), "check", "2024-25-Q2")
    assert f"{check}: " in done.stdout
    assert "not-allowed" not in done.stdout


LATER = {
    "`@fig-…` or `@tbl-…` that is in no chapter": [
        (prose("See @fig-gone.", id="a"), "(id a): @fig-gone refers to no figure"),
        (prose("See @tbl-gone.", id="b"), "(id b): @tbl-gone refers to no table"),
    ],
    "a link to a heading, or to a figure, that is in no chapter": [
        (prose("[x](index.ipynb#gone)", id="c"), "the link to index.qmd#index-gone leads to no id"),
    ],
    "two figures or tables with one id": [
        (prose("| a |\n|---|\n| 1 |\n\n: One {#tbl-a}\n\n| a |\n|---|\n| 1 |\n\n: Two {#tbl-a}", id="d"), "Rename one"),
    ],
    "raw HTML in what code shows as Markdown": [
        (code("from IPython.display import Markdown\nMarkdown('<b>so</b>')", id="e"), 'found raw HTML ("<b>")'),
    ],
    "a table of another library that prints `nan`, `None` or `inf`": [
        (code("import pandas as pd\ntable(pd.DataFrame({'a': [1, None]}).style, caption='C')", id="f"), "prints nan"),
    ],
}


def test_the_second_list_has_what_is_judged_later():
    assert list(LATER) == SHOWN


@pytest.mark.parametrize("row", LATER)
def test_each_row_of_it_is_refused_once_notebooks_have_run(tmp_path, row):
    for number, (cell, message) in enumerate(LATER[row]):
        (folder := tmp_path / str(number)).mkdir()
        done = command(project(folder, cell), "build", "2024-25-Q2", "--to", "html")
        assert done.returncode == 1
        assert message in done.stderr
        assert "notebooks/ward.ipynb, cell 5 " in done.stderr


# --- characters that no typeface has, in what notebooks do not say ---

PRINTED_SETTINGS = {
    "book.title": "book: {title: 'A 中', chapters: [index.qmd, ward.qmd]}",
    "natpatsip.publisher": "natpatsip: {publisher: 'A 中'}",
    "natpatsip.disclaimer": "natpatsip: {disclaimer: 'A 中'}",
    "natpatsip.cover.line": "natpatsip: {cover: {line: 'A 中'}}",
    "natpatsip.headings.figures": "natpatsip: {headings: {figures: 'A 中'}}",
    "natpatsip.labels.programme": "natpatsip: {labels: {programme: 'A 中'}}",
    "natpatsip.illustrative-data.cover": "natpatsip: {illustrative-data: {cover: 'A 中'}}",
    "natpatsip.programmes.ward": "natpatsip: {programmes: {ward: 'A 中'}}",
}
NOT_PRINTED_SETTINGS = ("natpatsip: {description: 'A 中'}", "natpatsip: {keywords: ['A 中']}")


def told_of_settings(folder, line, *, is_printed=True):
    made = small(folder)
    file = made / "_quarto.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8")) | yaml.safe_load(line)
    file.write_text(to_yaml(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    try:
        check_typed(Plan.of(made, Quarter(2024, 2)), Cache(folder / "cache"), "", is_printed=is_printed, jobs=1)
    except RenderError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("key", PRINTED_SETTINGS)
def test_a_character_of_the_settings_that_cannot_be_printed_is_told_with_its_key(tmp_path, key):
    text = told_of_settings(tmp_path, PRINTED_SETTINGS[key])
    assert re.fullmatch(rf"_quarto\.yml, line \d+, {re.escape(key)}: found “中” \(U\+4E2D, .*", text)
    (tmp_path / "pages").mkdir()
    assert told_of_settings(tmp_path / "pages", PRINTED_SETTINGS[key], is_printed=False) == ""


@pytest.mark.parametrize("line", NOT_PRINTED_SETTINGS)
def test_what_is_not_printed_may_have_any_character(tmp_path, line):
    assert told_of_settings(tmp_path, line) == ""


def test_a_character_that_the_build_prints_in_a_list_is_told_once_where_it_comes_from(tmp_path):
    shown = (
        "import altair as alt, pandas as pd\nbars = pd.DataFrame({'n': [3, 4], 'name': ['A', 'B']})\n"
        "figure('fig-a', alt.Chart(bars).mark_bar().encode(x='n:Q', y='name:N'), title='中', description='D',\n"
        "       caption='C', data=bars)"
    )
    made = project(
        tmp_path, prose('`{python} cite("teams")` teams, `{python} beds` beds.', id="said"), code(shown, id="drawn")
    )
    edit(made / "_quarto.yml", "ward.qmd]", "ward.qmd, list-of-figures.qmd, sources.qmd]")
    edit(made / "notebooks" / "ward.ipynb", "All is well.", "`{python} teams` teams.")
    published = code('beds = publish("beds", 4, unit="beds", source="字")\nteams = cite("teams")', id="owned")
    content = json.loads((made / "notebooks" / "ward.ipynb").read_text(encoding="utf-8"))
    content["cells"].insert(3, published)
    (made / "notebooks" / "ward.ipynb").write_text(json.dumps(content), encoding="utf-8")
    reported = made / "data" / "reported.csv"
    text = reported.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("teams,2024-25-Q2"))
    reported.write_text(text.replace(row, f"{row.rpartition(',')[0]},文"), encoding="utf-8")
    done = command(made, "build", "2024-25-Q2", "--renderer", "pandoc")
    told = sorted(line for line in done.stderr.splitlines() if "found “" in line)
    assert [re.search("found “(.)”", line)[1] for line in told] == ["文", "中", "字"], done.stderr
    assert told[0].startswith("- data/reported.csv: fact_id teams, as_of 2024-25-Q2, period 2024-25-Q2: ")
    assert re.match(r"- notebooks/ward\.ipynb, cell \d+ .* \(id drawn\): ", told[1])
    assert told[2].startswith("- notebooks/ward.ipynb, the cell with the id ")


def judged(made, *, tools="tools", quarter=2):
    plan = Plan.of(made, Quarter(2024, quarter))
    try:
        check_typed(plan, Cache(made / "cache"), tools, is_printed=False, jobs=1, rules=Inputs.read(made).rules())
    except RenderError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ["references.bib", "data/references.bib", "notebooks/references.bib"])
def test_works_that_are_added_and_taken_away_count_wherever_their_file_is(tmp_path, name):
    made = small(tmp_path, ward=[prose("As [@known] says.")])
    edit(made / "_quarto.yml", "lang: en-GB", f"lang: en-GB\nbibliography: {name}")
    for key, message in (("other", "cites known, which is not in"), ("known", ""), ("another", "cites known")):
        (made / name).write_text(f"@book{{{key}, title={{T}}, author={{A, B}}, year={{1931}}}}\n", encoding="utf-8")
        assert (message in judged(made)) if message else judged(made) == ""


def test_another_quarter_has_only_notebooks_judged_of_which_it_has_other_cells(tmp_path, monkeypatch):
    other = prose("<b>so</b>", tags=["2024-25-Q3"])
    made = small(tmp_path, ward=[prose("Some."), other])
    now = (made / "params" / "2024-25-Q2.yml").read_text(encoding="utf-8")
    later = now.replace("2024-25-Q2", "2024-25-Q3").replace("2024-09-30", "2024-12-31")
    (made / "params" / "2024-25-Q3.yml").write_text(later, encoding="utf-8")
    assert judged(made) == ""
    asked = Mock(side_effect=typed_markdown._judged)
    monkeypatch.setattr(typed_markdown, "_judged", asked)
    assert "<b>" in judged(made, quarter=3)
    assert [each.name for each in asked.call_args[0][1]] == ["ward"]


def test_a_pandoc_that_failed_once_is_asked_again(tmp_path, monkeypatch):
    made = small(tmp_path, ward=[prose("\tAs it is.")])  # which the command line reads
    with monkeypatch.context() as failing:
        failing.setattr(chapters, "run_pandoc", Mock(side_effect=RenderError("ward.qmd: pandoc ran out of memory.")))
        assert "ran out of memory" in judged(made)
    assert "ran out of memory" not in judged(made)
