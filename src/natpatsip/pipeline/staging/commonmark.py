"""What authors type, as JupyterLab reads it (CommonMark, with GitHub's tables), in markdown that pandoc reads so.

Pandoc's markdown wants an empty line before a list, a table or a quotation, and takes ``(c)``, ``a.`` and ``#.`` for
list marks. Both renderers read the staged chapters as pandoc's markdown, so staging writes what means the same there.
What pandoc adds and JupyterLab shows as text (divs, spans, captions, definitions, footnotes) is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LIST_MARK = re.compile(r"(\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+|\#|@[\w-]*))([.)])(?=\s|$)")
_YEAR = re.compile(r"(\s*(?:>\s*)*\d{3,9})([.)])(?=\s|$)")  # a number like this at the start of a line begins no list
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(
    r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*[ \t]*$|(?<!`)(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
)
FORMULA = re.compile(r"(?<!\\)(\$\$.+?\$\$|\$(?=\S)(?:\\.|[^$\\])*?(?<=\S)\$(?!\d))", re.DOTALL)
_ATTRIBUTES = re.compile(r"\{[^{}\n]*\}")
_ADDRESS = re.compile(r"\]\([^()\s]*\)|<\w+:[^<>\s]*>")
_VERBATIM = re.compile("|".join(each.pattern for each in (_CODE, FORMULA, _ATTRIBUTES, _ADDRESS)), _CODE.flags)
_LONE = re.compile(r"(?<!\\)(?:\\\\)*(\\(?=[^!-~\n])|`)")  # a backslash that escapes nothing; a backtick
_LAST_SIGNS = re.compile(r"(?<=[^\s\\#])#+(?=\s*(?:\{[^{}]*\})?\Z)")  # of a heading, which they do not close: "C#"
_FOOTNOTE = re.compile(r"(?<!\\)\[\^([^\]\s]+)\]")
_MORE_THAN = re.compile(
    r"(?:[\s>]|[-*+]\s|\d+[.)]\s)*>[\u00a0\u202f=~£$€−–-]{0,3}\.?\d"
)  # >5, >=£5, also within a list
_BLOCKS_OF_PANDOC = re.compile(r"(?:^ {0,3}\[\^[^\]\s]+\]:|(?<=[^|\n]\n) {0,3}:)[ \t]+", re.MULTILINE)
"""The marks of a footnote's text and of a definition, but not of a table's caption, which is words alone."""
_CELL = re.compile(r"(?:[^\s|\\]|\\.)(?:\\.|[^|\\])*|(?<=\|)\s*(?=\|)")  # of a table
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_NOTE_BELOW = re.compile(r"(?<=[^\n])\n(?= {0,3}\[\^[^\]\s]+\]:)")  # a footnote's text right below other text
_BARE_ADDRESS = re.compile(
    r"(^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S+)|(?<![\w/])(?:https?://|www\.)[^\s<>\[\]`|]*[^\s<>\[\]`|*_'\".,;:!?)]",
    re.MULTILINE,
)
"""The definition of a link, which stays, or an address in the text, in which no sign means anything."""
_SIGN_OF_ADDRESS = re.compile(r"\\?[*_$'\"\\]|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.")
_DEFINITION = re.compile(r"\[(?!\^)[^\]]+\]:|~(?=\s)|=+\s*\Z|(?=[\s:|-]*-[\s:|-]*\Z)[|:-]")
"""What pandoc would take for the address of a link (not shown), a definition, or the rule of a heading or table."""
_OPEN_ENDED = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")  # a backslash that escapes nothing, since no line comes after it
_MENTION = re.compile(r"(\[[^\[\]]*@[^\[\]]*\](?![(\[{]))|(?<![\w\\@.])@(?=\w)(?!(?:fig|tbl)-)")
"""Citations, which are in brackets and stay, or a sign that pandoc would take for one."""
_RAISED = re.compile(
    r"^ {0,3}~{3,}.*$|\^(?:[-+−]?[\w.,]+[-+−]?|[-+−*†‡])\^(?!\w)|(?<=[\w)\]*])~[\w.,+−-]+~(?!~)|~~(?=\S).+?(?<=\S)~~"
    r"|(?<![\\\[])[\^~]",
    re.MULTILINE,
)
"""Code, superscript and subscript of one word, and struck-out text, which stay, or a mark of something else."""
_LABELLED = re.compile(
    r"(^ {0,3})?(?<![\\!])\[((?:\\.|[^\[\]\\\n])+)\](?:\[((?:\\.|[^\[\]\\\n])*)\])?"
    r"(?!\{|\((?!\s*[^\s<>()]+ +[^\s\"'(][^()\n]*\)))(:?)",
    re.MULTILINE,
)
"""Words in brackets that are no link by themselves: of a link whose address stands elsewhere, or just words."""
_CAPTION = re.compile(r"\s*(?::|Table:)\s+\S")
_FENCE = re.compile(r"\s*:{3,}")
_ITEMS = ("bullet_list_open", "ordered_list_open")
_MAKING = Lock()
_STARTS = (*_ITEMS, "blockquote_open", "table_open", "fence", "heading_open", "hr")


def as_pandoc(text: str, *, notes: str = "") -> str:
    r"""Return markdown that pandoc reads as JupyterLab reads `text`; comments are left out.

    Parameters
    ----------
    text : str
        One cell's, with the results of its inline expressions in place.
    notes : str
        What the names of its footnotes begin with, since all cells of a chapter share one list of names.

    Examples
    --------
    >>> print(as_pandoc("Three things matter:\n- staff\n- space"))
    Three things matter:
    <BLANKLINE>
    - staff
    - space
    >>> print(as_pandoc("(c) Crown copyright"), as_pandoc("2024. That was a year."))
    (c\) Crown copyright 2024\. That was a year.
    """
    text = _outside_code(text, _COMMENT, "")
    text = _outside_code(text, _NOTE_BELOW, "\n\n")
    text = _in_words(text, _BARE_ADDRESS, _verbatim_address)
    text = _outside_code(text, _MENTION, lambda match: match[1] or r"\@")
    text = _in_words(text, _RAISED, lambda match: match[0] if len(match[0]) > 1 else f"\\{match[0]}")
    text = _in_words(text, _LABELLED, partial(_labelled, known=_labels(text), start=notes))
    if notes:
        text = _outside_code(text, _FOOTNOTE, rf"[^{notes}-\1]")
    lines = text.split("\n")
    if _YEAR.search(text):
        in_code = _code_lines(text)
        lines = [line if number in in_code else _YEAR.sub(r"\1\\\2", line) for number, line in enumerate(lines)]
    tokens = _parser().parse("\n".join(lines))
    for number, line in _rewritten(tokens, lines):
        lines[number] = line
    unclosed = [token for token in tokens if token.type == "fence" and not token.level and _is_unclosed(token, lines)]
    for number, blank in sorted(_blank_lines(tokens, lines), reverse=True):
        lines.insert(number, blank)
    lines += [token.markup for token in unclosed]
    return "\n".join(lines)


def lone_footnotes(text: str) -> list[str]:
    r"""Return the names of footnotes that a cell refers to and does not have, or has and does not refer to.

    Examples
    --------
    >>> lone_footnotes("One[^1], two[^2].\n\n[^1]: Note."), lone_footnotes("A[^1].\n\n[^1]: N.\n[^b]: Note.")
    (['2'], ['b'])
    """
    plain = without_code(text)
    notes = _NOTE.findall(plain)
    used = _FOOTNOTE.findall(_NOTE.sub("", plain))
    return sorted(set(notes) ^ set(used))


def nested_footnotes(text: str) -> list[str]:
    r"""Return the names of footnotes that another footnote's text in CommonMark refers to, which no format shows.

    Examples
    --------
    >>> nested_footnotes("One[^1].\n\n[^1]: See[^2].\n\n[^2]: Two.\n\nThree[^2].")
    ['2']
    """
    found, is_inside, is_after_blank = list[str](), False, True
    for line in without_code(text).split("\n"):
        goes_on = is_inside and (not is_after_blank or not line.strip() or line.startswith(("    ", "\t")))
        is_inside, is_after_blank = bool(_NOTE.match(line)) or goes_on, not line.strip()
        found += _FOOTNOTE.findall(_NOTE.sub("", line)) if is_inside else []
    return found


def without_code(text: str) -> str:
    """Return CommonMark without its code and comments."""
    return _CODE.sub("", _outside_code(text, _COMMENT, ""))


def quoted_numbers(text: str) -> list[str]:
    r"""Return the lines of quotations that begin with a sign that was meant: more than 5.

    Examples
    --------
    >>> quoted_numbers("The wait was\n>5 weeks.\n\n- >£5\n- <5\n\n> 5 said so")
    ['>5 weeks.', '- >£5']
    >>> quoted_numbers("> North said:\n>5 weeks.\n> ```\n> >5\n> ```")
    ['>5 weeks.']
    """
    if ">" not in text:
        return []
    listed = _outside_code(text, _BLOCKS_OF_PANDOC, "- ")  # which have blocks in them, as an item has
    lines, typed = listed.split("\n"), text.split("\n")
    tokens = _parser().parse(listed)
    quoted = _lines_of(tokens, "blockquote_open") - _lines_of(tokens, "fence", "code_block")
    return [typed[number].strip() for number in sorted(quoted) if _MORE_THAN.match(lines[number])]


def _lines_of(tokens: Sequence[Token], *kinds: str) -> set[int]:
    return {number for token in tokens if token.type in kinds and token.map for number in range(*token.map)}


def long_rows(text: str) -> list[str]:
    r"""Return the rows of CommonMark's tables with more cells than the header, of which no format shows the last.

    Examples
    --------
    >>> long_rows("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n| 1 \\| 2 | 3 |")
    ['| 1 | 2 | 3 |']
    """
    if "|" not in text:  # without which no line is the header of a table
        return []
    lines = text.split("\n")
    found = []
    for token in _parser().parse(text):
        if token.type == "table_open" and token.map:
            head, *rows = [lines[number] for number in range(*token.map)]
            found += [row for row in rows[1:] if len(_CELL.findall(row)) > len(_CELL.findall(head))]
    return found


def _parser() -> MarkdownIt:
    """Return the parser, made by one thread alone: notebooks are read in several at once."""
    with _MAKING:
        return _made_parser()


@cache
def _made_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline, emphasis

    def tokenize(state: StateInline, silent: bool) -> bool:
        """Note of each mark of emphasis where it is in the text of its block."""
        start, is_emphasis = state.pos, emphasis.tokenize(state, silent)
        if is_emphasis:
            for number, token in enumerate(state.tokens[start - state.pos :]):
                token.meta = {"at": start + number}
        return is_emphasis

    parser = MarkdownIt("commonmark").enable("table").disable(["text_join", "fragments_join"])
    parser.inline.ruler.at("emphasis", tokenize)
    # markdown-it-py fills its lists of rules, and mdurl its tables of characters, as they are first used, and hands
    # them to other threads half filled. Those would read a text by some of the rules, or fail.
    parser.parse("[words](https://example.org/%20) <https://example.org/%20>")
    return parser


def _in_words(text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> str:
    """Replace a pattern in CommonMark wherever it does not begin in code, a formula, an attribute, an address."""
    verbatim = [match.span() for match in _VERBATIM.finditer(text)]

    def replaced(match: re.Match[str]) -> str:
        return match[0] if any(start <= match.start() < end for start, end in verbatim) else new(match)

    return pattern.sub(replaced, text)


def _outside_code(text: str, pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> str:
    """Replace a pattern in CommonMark wherever it is not in code."""
    pieces, start = [], 0
    for code in _CODE.finditer(text):
        pieces += [pattern.sub(new, text[start : code.start()]), code[0]]
        start = code.end()
    return "".join([*pieces, pattern.sub(new, text[start:])])


def _verbatim_address(match: re.Match[str]) -> str:
    """Return an address of which every sign is shown: pandoc would read ``--`` as a dash, ``*`` as emphasis."""
    return match[1] or _SIGN_OF_ADDRESS.sub(lambda sign: sign[0] if len(sign[0]) > 1 else f"\\{sign[0]}", match[0])


def _labels(text: str) -> set[str]:
    """Return the labels that a text in CommonMark has addresses for, as they are compared."""
    if "]:" not in text:  # parsing is most of what staging does
        return set()
    found: dict[str, dict[str, object]] = {}
    _parser().parse(text, found)
    return set(found.get("references", ()))


def _labelled(match: re.Match[str], *, known: Set[str], start: str) -> str:
    """Return words in brackets with the label's own name in the chapter, or escaped if they are just words.

    All cells of a chapter share one list of labels, and pandoc takes each heading for one.
    """
    from markdown_it.common.utils import normalizeReference

    margin, words, label, colon = match.groups(default="")
    whole = match[0].removesuffix(colon)
    if words.startswith("^") or re.search(r"@\w", words) or words in (" ", "x", "X"):  # note, citation, task
        return match[0]
    if normalizeReference(label or words) in known:
        if colon and match[1] is not None:
            return f"{margin}[{start}-{words}]:" if start else match[0]
        return f"{margin}[{words}][{start}-{label or words}]{colon}" if start else match[0]
    if colon and match[1] is not None:  # escaped as a definition of none
        return match[0]
    return re.sub(r"(?<!\\)(?=[\[\]])", r"\\", whole) + colon


def _is_unclosed(fence: Token, lines: Sequence[str]) -> bool:
    first, end = fence.map or (0, 0)
    return end - first < 2 or not re.fullmatch(rf" {{0,3}}{fence.markup[0]}{{{len(fence.markup)},}}\s*", lines[end - 1])


def _code_lines(text: str) -> set[int]:
    """Return the numbers of the lines that are code in CommonMark."""
    found = set[int]()
    for token in _parser().parse(text):
        if token.type in ("fence", "code_block") and token.map:
            found.update(range(*token.map))
    return found


def _rewritten(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of paragraphs and tables that pandoc would read as something else, by number."""
    for place, token in enumerate(tokens):
        if token.type == "paragraph_open" and token.map:
            content, inline = tokens[place + 1].content.split("\n"), _inline(tokens[place + 1]).split("\n")
            for number, words, plain in zip(range(*token.map), content, inline, strict=False):
                marked = _without_marks(plain)
                if number == token.map[1] - 1 and _OPEN_ENDED.search(marked):
                    marked += "\\"
                if marked != words:
                    before, _, after = lines[number].rpartition(words)
                    yield number, f"{before}{marked}{after}"
        elif token.type == "heading_open" and token.map:
            yield from _heading(token, tokens[place + 1], lines)
        elif token.type == "hr" and token.map and not token.level:
            yield token.map[0], "***"  # below --- pandoc may read settings, which no reader sees
        elif token.type == "table_open" and token.map:
            for number in range(token.map[0], token.map[1]):
                if (line := _row(lines[number], is_body=number > token.map[0] + 1)) != lines[number]:
                    yield number, line


def _row(line: str, *, is_body: bool) -> str:
    """Return the row of a table; pandoc knows one by its bars, and takes no escape for one within code."""
    if is_body and "|" not in line.replace("\\|", "") and not _ends_table(line):
        line = f"| {line.strip()} |"
    return _CODE.sub(lambda code: code[0].replace("\\|", "|"), line)


def _heading(token: Token, inline: Token, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a heading; pandoc reads an underlined one only if it is a single line outside of lists."""
    first, end = token.map or (0, 0)
    if token.markup in ("=", "-") and not token.level:
        yield first, f"{'#' * int(token.tag[1])} {' '.join(_inline(inline).split())}"
        yield from ((number, "") for number in range(first + 1, end))
    else:
        plain = _LAST_SIGNS.sub(lambda match: match[0].replace("#", r"\#"), _inline(inline))
        if plain != inline.content:
            yield first, lines[first].replace(inline.content, plain, 1)


def _inline(token: Token) -> str:
    """Return the text of a block with an escape before what pandoc, and not CommonMark, takes for more than a sign.

    Between two stars such as ``*, 12 and *`` pandoc reads emphasis, and neither star would be seen.
    """
    text = token.content
    code = [match.span() for pattern in (_CODE, FORMULA, _ATTRIBUTES) for match in pattern.finditer(text)]
    literal = [
        child.meta["at"]
        for child in token.children or ()
        if child.type == "text" and "at" in child.meta and child.content
    ]
    literal = [at for at in literal if text[at] == "*" or not _is_in_word(text, at)]
    literal += [match.start(1) for match in _LONE.finditer(text)]
    for at in sorted(literal, reverse=True):
        if not any(start <= at < end for start, end in code):
            text = f"{text[:at]}\\{text[at:]}"
    return text


def _is_in_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()


def _without_marks(words: str) -> str:
    """Return a line of a paragraph, with an escape before what pandoc takes for the mark of a list or a line block."""
    if words == "|" or words.startswith("| ") or _DEFINITION.match(words):
        return f"\\{words}"
    return _LIST_MARK.sub(r"\1\\\2", words, count=1) if _LIST_MARK.match(words) else words


def _ends_table(line: str) -> bool:
    return bool(_CAPTION.match(line) or _FENCE.match(line))


def _blank_lines(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where pandoc needs an empty line: the number of the line that it comes before, and what is in it."""
    containers: list[Token] = []
    for token in tokens:
        if token.nesting < 0:
            if containers and token.type.replace("_close", "_open") == containers[-1].type:
                containers.pop()
            continue
        if token.type in _STARTS and token.map and not (token.type in _ITEMS and _in_item(containers)):
            number = token.map[0]
            is_first = bool(containers) and containers[-1].map is not None and containers[-1].map[0] == number
            quoted = ">" * sum(each.type == "blockquote_open" for each in containers)
            if number and not is_first and lines[number - 1].strip(" \t>"):
                yield number, quoted
        if token.type == "table_open" and token.map:
            ends = (n for n in range(token.map[0] + 2, token.map[1]) if _ends_table(lines[n]))
            yield from ((number, "") for number in list(ends)[:1])
        if token.type in (*_ITEMS, "list_item_open", "blockquote_open"):
            containers.append(token)


def _in_item(containers: Sequence[Token]) -> bool:
    """Return True inside an item, where pandoc needs no empty line before a list, and one would set the items apart."""
    return bool(containers) and containers[-1].type == "list_item_open"
