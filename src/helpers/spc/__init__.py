"""Statistical process control in the convention of NHS England's *Making Data Count*.

`xmr` analyses one series and `panel` many; both end in one engine (`helpers.spc.engine`). `claim` and `describe` put
into words what a chart shows. ``docs/spc.md`` states the rules, their source and where we differ from the reference.
"""

from helpers.spc.single import xmr

__all__ = ["xmr"]
