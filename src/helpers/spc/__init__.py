"""Statistical process control in the convention of NHS England's *Making Data Count*.

`xmr` analyses one series and `panel` many; both end in one engine (`helpers.spc.engine`). `findings` says what a chart
shows as values, `describe` in a sentence, and `claim` holds a sentence against it. ``docs/spc.md`` states the rules,
their source and where we differ from the reference.
"""

from helpers.spc.claims import claim, shows
from helpers.spc.descriptions import describe
from helpers.spc.findings import Findings
from helpers.spc.gaps import absent_dates, fill_absent_months
from helpers.spc.observing import findings
from helpers.spc.panels import panel
from helpers.spc.rebasing import Suggestion, suggest_rebase
from helpers.spc.runcharts import run_chart
from helpers.spc.series import SpcWarning
from helpers.spc.single import xmr
from helpers.spc.summaries import summary

__all__ = [
    "Findings",
    "SpcWarning",
    "Suggestion",
    "absent_dates",
    "claim",
    "describe",
    "fill_absent_months",
    "findings",
    "panel",
    "run_chart",
    "shows",
    "suggest_rebase",
    "summary",
    "xmr",
]
