"""Measures: the report's indicators, each declared once in ``data/measures.yml``.

`measure` gives one with its chart, table, facts and words; `overview` shows many in a table, and `summary` says what
improved, what needs attention and what is new. `by_organisation` shows each organisation's series on a page.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
