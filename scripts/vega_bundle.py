"""Write the script with which pages draw charts, from the Vega that vl-convert carries.

``python scripts/vega_bundle.py`` writes it; with ``--check`` it only compares, and exits with 1 where they differ.
"""

from __future__ import annotations

import sys

import vl_convert

from natpatsip.pipeline.drawing.charts_to_svg import VEGALITE
from natpatsip.pipeline.drawing.staged_drawings import VEGA

# Charts come compiled, so a page needs neither Vega-Lite nor vega-embed, a third of the usual bundle. The addresses are
# vl-convert's names of modules that it carries; nothing is fetched.
EXPORTS = """import { View, parse } from "https://cdn.jsdelivr.net/npm/vega@6.2.0/+esm";
import { expressionInterpreter } from "https://cdn.jsdelivr.net/npm/vega-interpreter@2.0.0/+esm";
window.natpatsipVega = { View, parse, expressionInterpreter };
"""


def bundle() -> str:
    """Return the script as it should be now: a classic one, since pages opened from disk can load no modules."""
    script = vl_convert.javascript_bundle(EXPORTS, vl_version=VEGALITE)
    return f"(function () {{\n{script}\n}})();\n"  # keeps its names to itself


def main() -> None:
    """Write the script, or compare it with the one that is there."""
    made = bundle()
    if "--check" in sys.argv:
        if VEGA.read_text(encoding="utf-8") != made:
            sys.exit(f"{VEGA} is not of the installed vl-convert. Run: python scripts/vega_bundle.py")
        return
    VEGA.write_text(made, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
