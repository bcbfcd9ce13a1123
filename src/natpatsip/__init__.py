"""What the notebooks of a report import.

>>> from natpatsip import charts, cite, datasets, figure, params, publish, spc

``__init__.pyi`` lists the names and the modules that they come from. Each is imported when it is first used, so that
the command line starts without pandas and Altair.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import lazy_loader

from natpatsip import project

_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    value = _attribute(name)
    if name == "charts":  # with the theme, so that a chart an analyst draws with Altair itself looks like the others
        importlib.import_module("natpatsip.charts.theme")
    return value


def _put_first_on_path(source: str) -> None:
    """Let a notebook import the report's own Python (``src/helpers``), whatever of that name is installed."""
    if sys.path[:1] != [source]:
        sys.path[:] = [source, *(each for each in sys.path if each != source)]


if (_root := project.find_root(Path.cwd())) and (_root / "src").is_dir():
    _put_first_on_path(str(_root / "src"))

if (_ipython := sys.modules.get("IPython")) and (_shell := _ipython.get_ipython()):
    importlib.import_module("natpatsip.context").take_library_tables(_shell)
