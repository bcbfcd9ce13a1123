"""The command line on another day: ``python at.py 2024-10-03 build --due`` runs as it will on that day."""

from __future__ import annotations

import datetime
import os
import sys
import types


class Today(datetime.date):
    """A day whose today is the one that is asked for."""

    @classmethod
    def today(cls) -> datetime.date:
        return day


if __name__ == "__main__":
    day = datetime.date.fromisoformat(sys.argv[1])
    sys.argv[1:] = sys.argv[2:]
    sys.argv[0] = "natpatsip"
    os.environ.pop("PYTHONPATH", None)  # the commands that this one starts are as they always are
    from natpatsip.cli import build, main

    build.datetime = types.SimpleNamespace(date=Today)  # of this module alone: others compare dates by their class
    main()
