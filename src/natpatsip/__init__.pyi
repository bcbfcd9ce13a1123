from . import charts, datasets, params, spc, worded, wording
from .blocks import callout, table, tile, tiles
from .facts import Fact, cite, publish
from .figures import figure, picture
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
    "params",
    "picture",
    "publish",
    "spc",
    "table",
    "tile",
    "tiles",
    "worded",
    "wording",
]
