"""The params of the next quarter, made from the text of the quarter before.

The text is edited line by line, so that comments, order and quoting stay. The result is parsed and compared with what
it should be: a file that is written in a way that this does not understand is rejected, not mangled.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any

import yaml

from natpatsip.errors import ParamsError
from natpatsip.quarter import Quarter
from natpatsip.yaml_models import load_yaml

NOT_CARRIED = ("accepted", "built_from")  # they hold for one quarter only
SIGN_OFFS = "sign_offs"
TOP_LEVEL = re.compile(r"(?=^[A-Za-z_\"'])", re.MULTILINE)


def next_params(text: str, now: Quarter, upcoming: Quarter) -> str:
    """Return the text of the next quarter's params.

    The quarter, the cut-off and periods that are the quarter's own (or its year's) move on; rebase dates, the model and
    targets stay; sign-offs keep their roles and lose their names and dates; accepted findings are left out.

    Parameters
    ----------
    text : str
        The params file of the quarter before.
    now, upcoming : Quarter
        That quarter, and the next one.

    Raises
    ------
    ParamsError
        If the file is written in a way that cannot be edited safely.
    """
    before = load_yaml(text)
    wanted = _moved(before, now, upcoming)
    written = _edited(text, before, now, upcoming)
    try:
        is_right = load_yaml(written) == wanted
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise ParamsError(
            f"params/{now}.yml: is written in a way that natpatsip cannot edit for {upcoming}. Write each key on a "
            f"line of its own, as in quarter: {now}, or copy the file to params/{upcoming}.yml by hand."
        )
    return written


def _moved(content: dict[str, Any], now: Quarter, upcoming: Quarter) -> dict[str, Any]:
    """Return the content that the next params should have."""
    moved = {key: value for key, value in content.items() if key not in NOT_CARRIED}
    moved["quarter"], moved["cut_off"] = str(upcoming), _cut_off(upcoming)
    periods = _periods(now, upcoming)
    for part in ("model", "targets"):
        if moved.get(part):
            moved[part] = {
                name: {key: periods.get(each, each) if key == "period" else each for key, each in value.items()}
                for name, value in moved[part].items()
            }
    if moved.get(SIGN_OFFS):
        moved[SIGN_OFFS] = [{"role": each["role"]} for each in moved[SIGN_OFFS]]
    return moved


def _cut_off(quarter: Quarter) -> date:
    month = quarter.last_month
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _periods(now: Quarter, upcoming: Quarter) -> dict[str, str]:
    return {str(now): str(upcoming), now.year_to_date: upcoming.year_to_date}


def _edited(text: str, content: dict[str, Any], now: Quarter, upcoming: Quarter) -> str:
    """Return the text with each top-level part edited for the next quarter."""
    parts = TOP_LEVEL.split(text)
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
            own = own.replace(str(content["cut_off"]), str(_cut_off(upcoming)), 1)
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
    """Split off the comment at the end of a part, which belongs to the next part."""
    lines = part.splitlines(keepends=True)
    end = len(lines)
    while end > 1 and lines[end - 1].startswith("#"):
        end -= 1
    return "".join(lines[:end]), "".join(lines[end:])


def _without_own_comment(before: str) -> str:
    """Return a part without the comment at its end, which belongs to a part that is left out."""
    lines = before.splitlines(keepends=True)
    while lines and lines[-1].startswith("#"):
        lines.pop()
    return "".join(lines)


def _blank_end(part: str) -> str:
    return "\n" if part.endswith("\n\n") else ""


def _comment(text: str, now: Quarter, upcoming: Quarter) -> str:
    """Return a comment between the parts, such as the file's first line, with the next quarter's name."""
    return text.replace(now.label, upcoming.label).replace(str(now), str(upcoming))
