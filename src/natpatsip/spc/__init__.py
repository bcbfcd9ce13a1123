"""Statistical process control in the convention of NHS England's *Making Data Count*.

`xmr` charts one series and `panel` many; both share one engine. `p_chart` and `u_chart` are for shares and rates of
counts, `t_chart` and `g_chart` for rare events, and `run_chart` for what suits none of these. `summary`,
`variation_icon` and `assurance_icon` name the icons. `findings` gives what a chart shows as values, `describe` puts it
in a sentence, and `claim` checks a sentence against its chart. `funnel` compares organisations in one period.
``docs/spc.md`` states the rules, their source and where we differ from the reference.
"""

from natpatsip.spc.assurance import Icon, assurance_icon, direction_of, variation_icon
from natpatsip.spc.attribute_charts import p_chart, u_chart
from natpatsip.spc.claims import claim, shows
from natpatsip.spc.describe import describe
from natpatsip.spc.findings import Findings, findings
from natpatsip.spc.funnel import funnel, funnel_limits
from natpatsip.spc.gaps import absent_dates, fill_absent_months
from natpatsip.spc.parsing import SpcWarning
from natpatsip.spc.rare_events import between_events, g_chart, t_chart
from natpatsip.spc.rebasing import Suggestion, suggest_rebase
from natpatsip.spc.run_chart import run_chart
from natpatsip.spc.summary import summary
from natpatsip.spc.xmr import panel, xmr

__all__ = [
    "Findings",
    "Icon",
    "SpcWarning",
    "Suggestion",
    "absent_dates",
    "assurance_icon",
    "between_events",
    "claim",
    "describe",
    "direction_of",
    "fill_absent_months",
    "findings",
    "funnel",
    "funnel_limits",
    "g_chart",
    "p_chart",
    "panel",
    "run_chart",
    "shows",
    "suggest_rebase",
    "summary",
    "t_chart",
    "u_chart",
    "variation_icon",
    "xmr",
]
