"""The params of the next quarter, as the text of the quarter before with what moves moved.

The text is edited line by line, so that comments, order and spelling stay. What comes out is read again and compared
with what should have come out: a file that is written in a way that this does not understand is refused, not mangled.
"""

from __future__ import annotations

import calendar
import re
from typing import Any

import yaml

from natpatsip.errors import ParamsError
from natpatsip.quarter import Quarter

NOT_CARRIED = ("accepted", "built_from")  # what holds for one quarter alone
SIGN_OFFS = "sign_offs"
TOP = re.compile(r"(?=^[A-Za-z_\"'])", re.MULTILINE)


def next_params(text: str, now: Quarter, upcoming: Quarter) -> str:
    """Return the text of the next quarter's params.

    Quarter, cut-off and the periods that are the quarter's own (or its year's) move on; rebase dates, model and targets
    stay; of the sign-offs the roles stay, names and dates go; findings that were accepted are not accepted again.

    Parameters
    ----------
    text : str
        The file of the quarter before.
    now, upcoming : Quarter
        That quarter, and the next one.

    Raises
    ------
    ParamsError
        Where the file is written in a way that this cannot move on.
    """
    before = yaml.safe_load(text)
    wanted = _moved(before, now, upcoming)
    written = _edited(text, before, now, upcoming)
    try:
        is_right = yaml.safe_load(written) == wanted
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise ParamsError(
            f"params/{now}.yml: is written in a way that cannot be moved on to {upcoming}. Write each key on a line of "
            f"its own, as in quarter: {now}, or copy the file to params/{upcoming}.yml by hand."
        )
    return written


def _moved(content: dict[str, Any], now: Quarter, upcoming: Quarter) -> dict[str, Any]:
    """Return the content that the next params should have."""
    moved = {key: value for key, value in content.items() if key not in NOT_CARRIED}
    moved["quarter"] = str(upcoming)
    month = upcoming.last_month
    moved["cut_off"] = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    for part in ("model", "targets"):
        if moved.get(part):
            moved[part] = {key: _value(value, now, upcoming) for key, value in moved[part].items()}
    if moved.get(SIGN_OFFS):
        moved[SIGN_OFFS] = [{"role": each["role"]} for each in moved[SIGN_OFFS]]
    return moved


def _value(value: dict[str, Any], now: Quarter, upcoming: Quarter) -> dict[str, Any]:
    periods = _periods(now, upcoming)
    return {key: periods.get(each, each) if key == "period" else each for key, each in value.items()}


def _periods(now: Quarter, upcoming: Quarter) -> dict[str, str]:
    return {str(now): str(upcoming), now.year_to_date: upcoming.year_to_date}


def _edited(text: str, content: dict[str, Any], now: Quarter, upcoming: Quarter) -> str:
    """Return the text with each top-level part moved on."""
    parts = TOP.split(text)
    written = [_comment(parts[0], now, upcoming)]
    for part in parts[1:]:
        key = part.split(":", 1)[0].strip("\"'")
        own, after = _without_trailing_comment(part)
        if key in NOT_CARRIED:
            written[-1] = _without_own_comment(written[-1])
            own = ""
        elif key == "quarter":
            own = own.replace(str(now), str(upcoming), 1)
        elif key == "cut_off":
            last = _moved(content, now, upcoming)["cut_off"]
            own = own.replace(str(content["cut_off"]), str(last), 1)
        elif key == SIGN_OFFS and content.get(SIGN_OFFS):
            roles = [{"role": each["role"]} for each in content[SIGN_OFFS]]
            listed = yaml.safe_dump(roles, sort_keys=False, allow_unicode=True, width=120)
            own = f"{SIGN_OFFS}:\n" + "".join(f"  {line}\n" for line in listed.splitlines()) + _blank_end(own)
        else:
            for period, later in _periods(now, upcoming).items():
                own = re.sub(rf"(\bperiod:\s*[\"']?){re.escape(period)}\b", rf"\g<1>{later}", own)
        written += [own, _comment(after, now, upcoming)]
    return "".join(written)


def _without_trailing_comment(part: str) -> tuple[str, str]:
    """Split the comment that belongs to the next part off a part."""
    lines = part.splitlines(keepends=True)
    end = len(lines)
    while end > 1 and lines[end - 1].startswith("#"):
        end -= 1
    return "".join(lines[:end]), "".join(lines[end:])


def _without_own_comment(before: str) -> str:
    lines = before.splitlines(keepends=True)
    while lines and lines[-1].startswith("#"):
        lines.pop()
    return "".join(lines)


def _blank_end(part: str) -> str:
    return "\n" if part.endswith("\n\n") else ""


def _comment(text: str, now: Quarter, upcoming: Quarter) -> str:
    """Let comments between the parts, such as the file's first line, name the next quarter."""
    return text.replace(now.label, upcoming.label).replace(str(now), str(upcoming))
