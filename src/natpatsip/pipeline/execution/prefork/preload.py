"""What the warm process does before it forks: import what notebooks import, and use it once.

The kernel comes first, since libraries look around as they are imported: pandas asks ``get_ipython()`` whether it is
in a terminal, and prints narrower tables ever after if nobody answers. Nothing here may start a thread, or leave a
trace that a notebook could see: each fork begins with what is left here.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from natpatsip.pipeline.caching import tracing  # noqa: F401 — each fork tells what its notebook reads
from natpatsip.pipeline.lazy_imports import SLOW, without

ACTS_ON_IMPORT = ("natpatsip.charts",)  # the theme becomes Altair's when it is imported
SPARED = (
    "debugpy",  # the kernel's debugger: nobody debugs a build
    "hypothesis",  # pandera makes test data with it
    *SLOW,
)


def preload() -> None:
    """Import the vocabulary, and through it pandas and Altair, as a notebook would."""
    gc.disable()  # nothing that an import makes is garbage: this saves about a quarter of the time
    with without(SPARED):
        from natpatsip.pipeline.execution.prefork import shell

        with shell.create().builtin_trap:
            _import_vocabulary()
            _use_once()
    _forget(ACTS_ON_IMPORT)
    gc.freeze()  # a fork's collector leaves these pages alone, so that they stay shared
    gc.enable()


def _import_vocabulary() -> None:
    import natpatsip

    for name in natpatsip.__all__:
        part = getattr(natpatsip, name)
        for inner in getattr(part, "__all__", ()):
            getattr(part, inner)


def _use_once() -> None:
    """Fill the caches that libraries fill when first used: pandera's back ends, Altair's schema, pandas's formats."""
    import altair
    import pandas
    import pandera.pandas as pandera

    frame = pandas.DataFrame({"month": pandas.to_datetime(["2024-07-01"]), "value": [1.0]})
    pandera.DataFrameSchema({"value": pandera.Column(float, pandera.Check.ge(0))}).validate(frame, lazy=True)
    altair.Chart(frame).mark_line().encode(x="month:T", y="value:Q").to_dict()
    frame.to_html(notebook=True)


def _forget(packages: Sequence[str]) -> None:
    """Undo what importing our own packages did, so that a notebook that imports them does it, and no other."""
    import altair

    import natpatsip

    for package in packages:
        vars(natpatsip).pop(package.rpartition(".")[2], None)
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]
    altair.theme.enable("default")
