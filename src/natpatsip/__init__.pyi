from . import charts, datasets, measures, params, spc, worded, wording
from .blocks import callout, proportion, table, tile, tiles
from .facts import Fact, cite, publish
from .figures import figure, picture
from .measures import measure
from .quarter import Quarter
from .statements import hold

__all__ = [
    "Fact",
    "Quarter",
    "callout",
    "charts",
    "cite",
    "datasets",
    "figure",
    "hold",
    "measure",
    "measures",
    "params",
    "picture",
    "proportion",
    "publish",
    "spc",
    "table",
    "tile",
    "tiles",
    "worded",
    "wording",
]
