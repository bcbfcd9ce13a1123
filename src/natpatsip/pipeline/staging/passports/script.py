"""The passports as a script that pages load when a reader first asks: pages opened from disk cannot fetch data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from natpatsip.pipeline.staging.passports.passport import Key, Passport, Use
from natpatsip.pipeline.staging.passports.words import Piece, about, in_full, lines, period
from natpatsip.quarter import Quarter


def script(passports: Sequence[Passport], uses: Mapping[Key, Sequence[Use]], quarter: Quarter) -> str:
    """Return ``passports.js``: one call that hands every passport to ``passport.js``, by id of its entry."""
    records = {each.id: _record(each, uses.get(each.fact.key, ()), quarter) for each in passports}
    content = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
    return f"window.natpatsipPassports({content.replace('<', chr(92) + 'u003c')});\n"


def _record(passport: Passport, uses: Sequence[Use], quarter: Quarter) -> dict[str, Any]:
    return {
        "entry": passport.entry,
        "value": in_full(passport.fact),
        "about": about(passport.fact, quarter),
        "lines": [[line.term, [_piece(piece, quarter) for piece in line.pieces]] for line in lines(passport, uses)],
    }


def _piece(piece: Piece, quarter: Quarter) -> str | dict[str, str]:
    if isinstance(piece, Use):
        return {"text": piece.title, "page": piece.target.replace(".qmd", ".html", 1)}
    if isinstance(piece, Passport):
        return {"text": f"{in_full(piece.fact)}, {period(piece.fact.period, quarter)}", "passport": piece.id}
    return piece
