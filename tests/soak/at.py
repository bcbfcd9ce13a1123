"""The command line on another day: ``python at.py 2024-10-03 build --due`` runs as it will on that day."""

from __future__ import annotations

import datetime
import os
import sys

if __name__ == "__main__":
    day = datetime.date.fromisoformat(sys.argv[1])
    sys.argv[1:] = sys.argv[2:]
    sys.argv[0] = "natpatsip"
    os.environ.pop("PYTHONPATH", None)  # the commands that this one starts are as they always are
    from natpatsip.cli import main
    from natpatsip.schedule import scheduled_run

    scheduled_run.today = lambda: day
    main()
