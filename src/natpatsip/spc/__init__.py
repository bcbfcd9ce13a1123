"""Statistical process control in the convention of NHS England's *Making Data Count*.

`xmr` analyses one series and `panel` many; both end in one engine (`natpatsip.spc.engine`). `findings` says what a
chart shows as values, `describe` in a sentence, and `claim` holds a sentence against it. ``docs/spc.md`` states the
rules, their source and where we differ from the reference.
"""

from natpatsip.spc.assurance import Icon, assurance_icon, direction_of, variation_icon
from natpatsip.spc.claims import claim, shows
from natpatsip.spc.descriptions import describe
from natpatsip.spc.findings import Findings
from natpatsip.spc.gaps import absent_dates, fill_absent_months
from natpatsip.spc.observing import findings
from natpatsip.spc.panels import panel
from natpatsip.spc.rebasing import Suggestion, suggest_rebase
from natpatsip.spc.runcharts import run_chart
from natpatsip.spc.series import SpcWarning
from natpatsip.spc.single import xmr
from natpatsip.spc.summaries import summary

__all__ = [
    "Findings",
    "Icon",
    "SpcWarning",
    "Suggestion",
    "absent_dates",
    "assurance_icon",
    "claim",
    "describe",
    "direction_of",
    "fill_absent_months",
    "findings",
    "panel",
    "run_chart",
    "shows",
    "suggest_rebase",
    "summary",
    "variation_icon",
    "xmr",
]
