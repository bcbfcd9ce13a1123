from . import charts, datasets, measures, params, spc, worded, wording
from .blocks import callout, table
from .facts import Fact, cite, publish
from .figures import figure, picture
from .headline_tiles import proportion, tile, tiles
from .measures import measure
from .publication_details import publication_details
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
    "publication_details",
    "publish",
    "spc",
    "table",
    "tile",
    "tiles",
    "worded",
    "wording",
]
