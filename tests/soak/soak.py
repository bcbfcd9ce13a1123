"""``make soak``: kills, hostile strings, mutations and schedules, and what became of them in docs/reliability.md.

``python tests/soak/soak.py --kills 20`` runs one part with a number of its own, and leaves the page as it is.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
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
    import importlib

    import results

    parser = argparse.ArgumentParser(description=__doc__)
    for part, number in PARTS.items():
        parser.add_argument(f"--{part}", type=int, metavar="N", help=f"{HELP[part]} ({number} in a whole run)")
    parser.add_argument("--seed", type=int, default=1)
    given = vars(parser.parse_args())
    asked = {part: given[part] for part in PARTS if given[part] is not None}
    found = []
    for part, number in (asked or PARTS).items():
        folder = Path(tempfile.mkdtemp(prefix=f"natpatsip-{part}-"))
        try:
            found.append(importlib.import_module(part).run(number, given["seed"], folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print("\n".join(found[-1].lines()), flush=True)  # noqa: T201
        if not asked:  # after each part, so that a run that is cut off leaves what it found
            results.save(found, machine(), ROOT / "docs" / "reliability.md")
    return int(any(each.failed for each in found))


def machine() -> str:
    """Describe the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
