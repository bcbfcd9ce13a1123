"""Statistical process control in the convention of NHS England's *Making Data Count*.

`xmr` analyses one series and `panel` many; both end in one engine (`helpers.spc.engine`). `claim` and `describe` put
into words what a chart shows. ``docs/spc.md`` states the rules, their source and where we differ from the reference.
"""

from helpers.spc.claims import claim, shows
from helpers.spc.descriptions import describe
from helpers.spc.findings import Findings, findings
from helpers.spc.panels import panel
from helpers.spc.series import SpcWarning
from helpers.spc.single import xmr
from helpers.spc.summaries import summary

__all__ = ["Findings", "SpcWarning", "claim", "describe", "findings", "panel", "shows", "summary", "xmr"]
