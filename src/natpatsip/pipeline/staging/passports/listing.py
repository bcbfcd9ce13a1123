"""The chapter that lists every number of the report with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from natpatsip.pipeline.staging.markdown import escaped
from natpatsip.pipeline.staging.passports.passport import Key, Passport, Use
from natpatsip.pipeline.staging.passports.words import BETWEEN, Piece, about, in_full, lines, period
from natpatsip.quarter import Quarter

LIST_MARK = re.compile(r"^([-+:]|\(?\w{1,5}[.)])(?=\s)")


def listing(
    passports: Sequence[Passport], uses: Mapping[Key, Sequence[Use]], titles: Mapping[str, str], quarter: Quarter
) -> str:
    """Return the chapter as text, its entries grouped by the chapter that each number belongs to."""
    return "\n\n".join(_parts(passports, uses, titles, quarter)) + "\n"


def _parts(
    passports: Sequence[Passport], uses: Mapping[Key, Sequence[Use]], titles: Mapping[str, str], quarter: Quarter
) -> Iterator[str]:
    yield "# Where every number comes from {#sources}"
    yield (
        "Each number of this report has one owner. It is reported by a programme, set in the quarter's parameters, or "
        "calculated in one notebook; everywhere else it is cited from there. The PDF and the Word file refer to a "
        "number's entry behind the paragraph that prints it; on the pages each number opens its own. The file "
        "`facts.csv`, beside the report, holds the same for machines, with fingerprints in full, and `manifest.json` "
        "those of the files."
    )
    for name, group in groupby(passports, key=lambda each: each.home.notebook):
        yield f"## {titles[name]} {{#sources-{name}}}"
        entries = "\n\n".join(_entry(each, uses.get(each.fact.key, ()), quarter) for each in group)
        yield f":::: {{.passports}}\n{entries}\n::::"


def _entry(passport: Passport, uses: Sequence[Use], quarter: Quarter) -> str:
    fact = passport.fact
    said = "\n\n".join(
        f"{line.term}\n: {''.join(_piece(piece, quarter) for piece in line.pieces)}" for line in lines(passport, uses)
    )
    return (
        f'::: {{.passport #{passport.id} entry="{passport.entry}"}}\n'
        f"{_plain(in_full(fact))}\n\n{_plain(about(fact, quarter))}\n\n{said}\n:::"
    )


def _piece(piece: Piece, quarter: Quarter) -> str:
    if isinstance(piece, Use):
        return f"[{escaped(piece.title)}]({piece.target})"
    if isinstance(piece, Passport):
        named = f"{in_full(piece.fact)}, {period(piece.fact.period, quarter)}"
        return f"[{escaped(named)}](#{piece.id})"
    return piece if piece == BETWEEN else _plain(piece)


def _plain(text: str) -> str:
    """Return plain text that markdown takes for nothing else, also where it begins a paragraph."""
    return LIST_MARK.sub(lambda mark: f"{mark[1][:-1]}\\{mark[1][-1]}", escaped(text))
