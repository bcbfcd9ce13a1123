from . import charts, datasets, measures, params, spc, worded, wording
from .blocks.figures import figure, picture
from .blocks.headline_tiles import proportion, tile, tiles
from .blocks.tables_and_callouts import callout, table
from .facts.fact import Fact
from .facts.publishing import cite, publish
from .facts.statements import hold
from .measures import measure
from .publication_details import publication_details
from .quarter import Quarter

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
