"""What the warm process does before it forks: import what notebooks import, and use it once.

The kernel comes first, since libraries look around as they are imported: pandas asks ``get_ipython()`` whether it is
in a terminal, and prints narrower tables ever after if nobody answers. Nothing here may start a thread, or leave a
trace that a notebook could see: each fork begins with what is left here.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

ACTS_ON_IMPORT = ("helpers.charts", "helpers.diagrams")  # the theme becomes Altair's when these are imported
_MISSING: Any = None


def preload() -> None:
    """Import the vocabulary, and through it pandas and Altair, as a notebook would."""
    sys.modules.setdefault("rfc3987_syntax", _MISSING)  # jsonschema would build a grammar with it, for three seconds
    gc.disable()  # nothing that an import makes is garbage: this saves about a quarter of the time
    from helpers.build.warm import shell

    with shell.create().builtin_trap:
        import helpers

        for name in helpers.__all__:
            getattr(helpers, name)
        _use_once()
    _forget(ACTS_ON_IMPORT)
    gc.collect()
    gc.freeze()  # a fork's collector leaves these pages alone, so that they stay shared
    gc.enable()


def _use_once() -> None:
    """Fill the caches that libraries fill when first used: Altair's schema, pandas's formats."""
    import altair
    import pandas

    frame = pandas.DataFrame({"month": pandas.to_datetime(["2024-07-01"]), "value": [1.0]})
    altair.Chart(frame).mark_line().encode(x="month:T", y="value:Q").to_dict()
    frame.to_html(notebook=True)


def _forget(packages: tuple[str, ...]) -> None:
    """Undo what importing our own packages did, so that a notebook that imports them does it, and no other."""
    import altair

    import helpers

    for package in packages:
        vars(helpers).pop(package.rpartition(".")[2], None)
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]
    altair.theme.enable("default")
