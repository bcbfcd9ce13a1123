"""What authors type is shown as JupyterLab shows it: pandoc reads the staged markdown as CommonMark reads the cell."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import mdurl._decode
import mdurl._encode
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from natpatsip.pipeline.render.pandoc_ast import walk
from natpatsip.pipeline.staging import commonmark
from natpatsip.pipeline.staging.commonmark import as_pandoc, lone_footnotes, long_rows, nested_footnotes, quoted_numbers
from support.reading import read_by_pandoc

BLOCKS = {
    "list": "- staff\n- space",
    "starred": "* staff\n* space",
    "numbered": "1. staff\n2. space",
    "nested": "- staff\n  - nurses\n  - porters\n- space",
    "numbered-nested": "1. staff\n   - nurses\n2. space",
    "quotation": "> It works.",
    "quoted-list": "> We need:\n> - staff\n> - space",
    "table": "| Site | Births |\n|---|---|\n| North | few |",
    "table-row-without-bars": "| Site | Births |\n|---|---|\n| North | few |\nSouth",
    "list-with-quotation": "- staff\n  > It works.\n- space",
}
WORDS = {
    "copyright": "(c) Crown copyright",
    "year": "2024. That was a year.",
    "initial": "A. Smith said so.",
    "bracket": "a) the first",
    "roman": "iv. the fourth",
    "hash": "#. the first",
    "example": "(@) an example",
    "labelled-example": "(@one) an example",
    "bar": "| a line",
    "number-in-a-paragraph": "The number of beds is\n14. The rest are closed.",
    "year-in-a-paragraph": "We began in\n2024. That was a year.",
    "mention": "Ask @home or jane@example.nhs.uk.",
}


NAMES = {"BulletList": "ul", "OrderedList": "ol", "BlockQuote": "blockquote", "Table": "table"}
OPENS = {"bullet_list_open": "ul", "ordered_list_open": "ol", "blockquote_open": "blockquote", "table_open": "table"}


def shape(value):
    """The blocks that pandoc reads, in order, as HTML names them."""
    if isinstance(value, list):
        return [name for each in value for name in shape(each)]
    if isinstance(value, dict):
        return ([NAMES[value["t"]]] if value.get("t") in NAMES else []) + shape(value.get("c", []))
    return []


def words(value):
    if isinstance(value, list):
        return [word for each in value for word in words(each)]
    if not isinstance(value, dict):
        return []
    return [value["c"]] if value.get("t") == "Str" else words(value.get("c", []))


def seen(blocks):
    """The letters and signs that readers see, without what typography changes."""
    parts = []
    for node in walk(blocks):
        parts.append(node["c"][1] if node["t"] == "Code" else node["c"] if node["t"] == "Str" else "")
    return re.sub(r"[\s\"'‘’“”\u2013\u2014-]", "", "".join(parts).replace("…", "..."))


def seen_in_jupyterlab(text):
    parts = re.sub(r"<[^>]*>", "", MarkdownIt("commonmark").enable("table").render(text))
    return re.sub(r"[\s\"'‘’“”\u2013\u2014-]", "", unescape(parts))


def shown(text):
    """The blocks that JupyterLab shows, in order."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [OPENS[token.type] for token in tokens if token.type in OPENS]


@pytest.mark.parametrize("before", ["", "Three things matter:\n", "- one\n\nText:\n"])
@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_needs_no_empty_line_before_it(name, before):
    text = before + BLOCKS[name]
    assert shape(read_by_pandoc(as_pandoc(text))) == shown(text)


@pytest.mark.parametrize("name", WORDS)
def test_what_is_no_list_in_jupyterlab_is_text(name):
    blocks = read_by_pandoc(as_pandoc(WORDS[name]))
    assert shape(blocks) == []
    assert "".join(words(blocks)) == "".join(WORDS[name].split())


def test_threads_get_a_parser_whose_lists_and_tables_are_filled(monkeypatch):
    monkeypatch.setattr(mdurl._encode, "encode_cache", {})
    monkeypatch.setattr(mdurl._decode, "decode_cache", {})
    commonmark._made_parser.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        (parser,) = set(pool.map(lambda _: commonmark._parser(), range(64)))
    rulers = [parser.core.ruler, parser.block.ruler, parser.inline.ruler, parser.inline.ruler2]
    assert all(each.__cache__ for each in rulers)
    known = {*mdurl._encode.encode_cache}, {*mdurl._decode.decode_cache}
    as_pandoc(
        "[a](https://x.example/?b=%41&c=é) <https://x.example/é> ![d](e.png)\n- f\n\n> g\n\n[h]: https://x.example"
    )
    assert ({*mdurl._encode.encode_cache}, {*mdurl._decode.decode_cache}) == known


def test_a_list_keeps_its_items_together():
    ((found,),) = [read_by_pandoc(as_pandoc("Text:\n- a\n  - b\n- c"))[1:]]
    assert [block["t"] for item in found["c"] for block in item] == ["Plain", "BulletList", "Plain"]


def test_comments_are_left_out_and_code_is_kept():
    assert as_pandoc("One <!-- ask\nJane --> two `<!-- c -->` `@x`") == "One  two `<!-- c -->` `@x`"


def test_footnotes_of_two_cells_have_two_names():
    assert as_pandoc("A[^1].\n\n[^1]: Note.", notes="c1") == "A[^c1-1].\n\n[^c1-1]: Note."


def test_divs_captions_and_definitions_are_left_as_they_are():
    text = "::: {.case-study}\nText.\n:::\n\n| A |\n|---|\n| 1 |\n\n: Caption\n\nTerm\n: What it means"
    assert as_pandoc(text) == text


LINES = st.sampled_from(
    ["Text here", "more text", "- item", "  - deeper", "1. one", "2. two", "14. beds", "2024. That", "(c) Crown",
     "A. Smith", "> quoted", "> - in it", "", "", "| A | B |\n|---|---|\n| 1 | 2 |"]
)  # fmt: skip


SIGNS = {
    "suppressed": "North had *, South had *, and East 12.",
    "stars-on-two-lines": "17*\nand 18*",
    "stars-before-stops": "We met a *. North met *.",
    "note": "[1]: The baseline is 2018.",
    "remark": "Text:\n[note]: the figures are provisional",
    "about": "It took\n~ 5 days",
    "rule": "Staff\n***\nSpace",
    "underline": "Two lines of\na heading\n===",
    "dashes-in-a-list": "* staff\n--\nand space",
    "no-table": "| a | b |\n|---|\n| 1 | 2 |",
    "no-table-without-bars": "a | b\n--- | --- | ---\n1 | 2",
    "settings": "Text\n\n---\n- note: provisional\n...",
    "backslash": "C:\\ or a \\ b \\£ c\\",
    "backticks": "a ` b `` c *d ` e",
    "underscores": "_x}; _]* snake_case and __ init",
    "powers": "x^2+y^2=z^4, x^2y^3, 10^6 and ^",
    "tildes": "About ~~~15, ~~ and 5~, a~ b ~c, ^ and 5^.",
    "about-two": "It costs ~£5/~£7, or ~5/~6.",
    "signs-in-a-table": "| a [T] | x^2+y^2 |\n|---|---|\n| [T] | ~5/~6 |",
    "bars-in-code-in-a-table": "| `a\\|b` | \\| |\n|---|---|\n| `c\\|d` | e \\| f |\n`g\\|h`",
    "sign-of-a-heading": "## Using C# and F#",
    "remark-in-brackets": "As [T] says, [T][T], [T][], [T]: and ^[T].",
    "a-remark-of-two-words": "[North](see page 5) and [South] (page 6)",
}


@pytest.mark.parametrize("name", SIGNS)
def test_no_sign_or_word_that_jupyterlab_shows_is_lost(name):
    assert seen(read_by_pandoc("# T\n\n" + as_pandoc(SIGNS[name]))) == f"T{seen_in_jupyterlab(SIGNS[name])}"


def test_superscript_and_subscript_are_of_one_word():
    text = "10^6^ m^2^/s^2^, 3^rd^, H~2~O, CO~2~e, Na^+^, a^-2^"
    assert as_pandoc(text) == text


def test_a_label_in_brackets_has_its_address_from_its_own_cell():
    """Pandoc reads the chapter as one text: a label, or a heading, of another cell would be taken for this one's."""
    first = as_pandoc("See [a][1] and [b].\n\n[1]: https://a.example\n[b]: https://b.example", notes="c1")
    second = as_pandoc("See [a][1] and [b].\n\n[1]: https://c.example", notes="c2")
    blocks = read_by_pandoc(f"# a\n\n{first}\n\n{second}")
    assert [node["c"][2][0] for node in walk(blocks) if node["t"] == "Link"] == [
        "https://a.example",
        "https://b.example",
        "https://c.example",
    ]
    assert seen(blocks) == "aSeeaandb.Seeaand[b]."


PIECES = st.sampled_from(
    ["North", "5*", "*, ", " * ", "*x", "x*", "**", "__x", "_y", "`", "a_b", " \\ ", "1,234", ". ", "£", "(", ")",
     "x^2+", "~£5/", "[T] ", "C# "]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, min_size=2, max_size=8))
def test_stars_that_emphasise_nothing_are_seen(pieces):
    """Pandoc may show more stars than JupyterLab, which is seen and not false, but none is lost."""
    text = f"North {''.join(pieces)}"
    assert len(seen(read_by_pandoc(as_pandoc(text)))) >= len(seen_in_jupyterlab(text))


@pytest.mark.parametrize(
    "text", ["$a * b * c$ and $x_1 * y_1$", "$$\na * b\n$$", "`a * b` *c*", '[677]{.fact key="a_b"}']
)
def test_formulas_code_and_attributes_are_left_as_they_are(text):
    assert as_pandoc(text) == text


def test_a_footnote_without_its_text_and_a_text_without_its_place_are_found():
    assert lone_footnotes("A[^1] b[^2].\n\n[^1]: Note.") == ["2"]
    assert lone_footnotes("A[^1].\n\n[^1]: Note.\n[^3]: Note.") == ["3"]
    assert lone_footnotes("A[^1], `[^2]` and \\[^3].\n\n[^1]: Note.") == []


HEAD = "| a | b |\n|---|---|\n"


@pytest.mark.parametrize("row", ["| 1 | 2 | 3 |", "1 | 2 | 3", "| `p|q` | 2 |", "| 1 | | 3 |"])
def test_a_row_with_more_cells_than_its_header_is_found(row):
    assert long_rows(f"{HEAD}| 1 | 2 |\n{row}") == [row]


@pytest.mark.parametrize("row", ["| 1 | 2 |", "| 1 |", "1 | 2", r"| 1 \| 2 | 3 |", "| | |", "|1||", ": Caption"])
def test_a_row_with_as_many_cells_or_fewer_is_none(row):
    assert long_rows(f"{HEAD}{row}") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Words with [brackets](https://example.org), and 12 of them.", 1),
        ("In 2024. A year.", 2),
        ("A [label].\n\n[label]: https://example.org", 2),
        (f"{HEAD}| 1 | 2 |", 2),
    ],
)
def test_a_text_is_parsed_once_and_again_only_for_what_it_may_hold(text, count, monkeypatch):
    commonmark._parser()  # parses something as it is made
    parsed = []
    parse = MarkdownIt.parse
    monkeypatch.setattr(MarkdownIt, "parse", lambda *given: parsed.append(given[1]) or parse(*given))
    as_pandoc(text)
    long_rows(text)
    assert len(parsed) == count


def test_code_that_is_not_closed_ends_with_its_cell():
    assert as_pandoc("Text\n\n```\nx = 1") == "Text\n\n```\nx = 1\n```"


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6))
def test_pandoc_reads_the_blocks_that_jupyterlab_shows(lines):
    text = "\n".join(lines)
    expected = shown(re.sub(r"(?m)^(\d{3,})\.", r"\1\\.", text))  # a year begins no list
    assert shape(read_by_pandoc(as_pandoc(text))) == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a--b---c...d",
        "https://example.org/a_b_c?x=1*2*3&y=4",
        "https://example.org/__init__.py",
        "http://example.org/$a$b",
        "https://example.org/it's/~ann/x^2^y",
        "https://example.org/a(b)_c",
        "www.example.org/*a*",
        r"https://example.org/a\b",
    ],
)
@pytest.mark.parametrize("text", ["{}", "See {}, and go on.", "({})", "- {}\n- other", "x[^1]\n\n[^1]: {}", "**{}**"])
def test_an_address_in_the_text_is_shown_as_it_was_typed(address, text):
    read = read_by_pandoc(as_pandoc(text.format(address), notes="cell"))
    assert address in "".join(words_in(read))


@pytest.mark.parametrize(
    "text",
    ["[a](https://x.org/a--b)", "<https://x.org/a--b*c*>", "`https://x.org/a--b`", "[a]\n\n[a]: https://x.org/a--b"],
)
def test_addresses_of_links_and_in_code_are_not_changed(text):
    assert as_pandoc(text).replace("[a][a]", "[a]") == text


def words_in(value):
    if isinstance(value, list):
        return [word for each in value for word in words_in(each)]
    if not isinstance(value, dict):
        return []
    return [value["c"]] if value["t"] == "Str" else [" "] if value["t"] == "Space" else words_in(value.get("c"))


def test_the_text_of_a_footnote_right_below_a_paragraph_is_a_footnote():
    read = as_pandoc("One[^1].\n[^1]: Note.\n[^2]: Other.", notes="a")
    assert read == "One[^a-1].\n\n[^a-1]: Note.\n\n[^a-2]: Other."


def test_a_footnote_in_the_text_of_another_is_found():
    assert nested_footnotes("A[^1].\n\n[^1]: Note[^2].\n\n[^2]: Other.") == ["2"]
    assert nested_footnotes("A[^1].\n\n[^1]: Note.\n\n    More[^2].\n\nB[^2].\n\n[^2]: Other.") == ["2"]
    assert nested_footnotes("A[^1].\n\n[^1]: Note.\n\nB[^2]\n\n[^2]: Other\ngoes on.\n\nC[^1]") == []
    assert nested_footnotes("A[^1].\n\n[^1]: Note.\n\n  - item[^2]\n\n[^2]: B.") == []


MORE_THAN = ["5", ".5", "=5", "=£5", "£=5", "−5%", "-5%", "~5", "€.5", "\u00a05"]
WHERE = ["{}", "The wait was\n{}", "- a\n- {}", "One[^1].\n\n[^1]: {}", "One[^1].\n\n[^1]: A.\n\n    {}", "Term\n: {}"]


@pytest.mark.parametrize("where", WHERE)
def test_a_number_after_a_sign_that_pandoc_takes_for_a_quotation_is_found(where):
    for number in MORE_THAN:
        text = where.format(f">{number} weeks")
        read = json.dumps(read_by_pandoc(as_pandoc(text, notes="cell")))
        assert '"BlockQuote"' in read
        assert quoted_numbers(text) == [text.rpartition("\n")[2].strip()], text
        assert quoted_numbers(where.format(f"\\>{number} weeks")) == []
        assert quoted_numbers(where.format("> 5 weeks")) == []


@pytest.mark.parametrize(
    "text", ["| a |\n|---|\n| >5 |\n: >5 weeks", "```\nTerm\n: >5\n\n[^1]: >5\n```", "a >5", "a: >5"]
)
def test_a_sign_that_is_shown_is_no_quotation(text):
    assert quoted_numbers(text) == []
