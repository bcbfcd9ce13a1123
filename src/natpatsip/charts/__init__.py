"""The charts of the report: one theme, a function for each kind of chart, each with its text alternative.

Each is imported when it is first used, as ``__init__.pyi`` lists them, so that a build knows the palette without
importing pandas and Altair.

>>> from natpatsip import charts
>>> sorted(name for name in charts.__all__ if not name.endswith("table"))
['icon_matrix', 'multiples', 'narrow', 'run', 'spc', 'stacked', 'trend']
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
