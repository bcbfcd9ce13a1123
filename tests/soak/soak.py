"""``make soak``: kills, hostile strings, mutations and schedules, and what became of them in docs/reliability.md.

``python tests/soak/soak.py --kills 20`` runs one part with a number of its own, and leaves the page as it is.
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import math
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent)]
PARTS = {"kills": 200, "strings": 100, "mutations": 3000, "weeks": 1}
HELP = {
    "kills": "commands to kill",
    "strings": "hostile strings, of each in every text field",
    "mutations": "mutations of each of data, params, notebooks and settings",
    "weeks": "weeks of simulated schedules",
}


def main() -> int:
    """Run what is asked for, or everything; return 1 if something failed."""
    import reliability_page

    signal.signal(signal.SIGINT, signal.default_int_handler)  # ends previews, in the background too
    parser = argparse.ArgumentParser(description=__doc__)
    for part, number in PARTS.items():
        parser.add_argument(f"--{part}", type=int, metavar="N", help=f"{HELP[part]} ({number} in a whole run)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no further try after so many")
    parser.add_argument("--jobs", type=int, default=2, help="processes that try at the same time (2)")
    parser.add_argument("--record", action="store_true", help="write docs/reliability.md, as a whole run does")
    given = parser.parse_args()
    # Where PYTHONDONTWRITEBYTECODE is set, each process would compile the engine: seconds for each build.
    compileall.compile_dir(ROOT / "src" / "natpatsip", quiet=1)
    asked = {part: number for part in PARTS if (number := getattr(given, part)) is not None}
    has_failed, end, parts = False, time.time() + 60 * given.minutes, asked or PARTS
    for place, (part, number) in enumerate(parts.items()):
        until = time.time() + (end - time.time()) / (len(parts) - place)
        folder = Path(tempfile.mkdtemp(prefix=f"natpatsip-{part}-"))
        try:
            result = importlib.import_module(part).run(number, given.seed, folder, until, given.jobs)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print("\n".join(result.lines()), flush=True)  # noqa: T201
        if given.record or not asked:  # after each part, so that a run that is cut off leaves what it found
            reliability_page.record(result, ROOT / "docs" / "reliability.md")
        has_failed = has_failed or bool(result.failed)
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
