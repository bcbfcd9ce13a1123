"""What a build has found in the parts of a report, such as its cells and sentences, by all that each was made of.

One entry of the cache holds the results of a quarter's latest build, so that the next finds the parts that have changed
and nothing else. A quarter that has not been built shares most sentences with the one before, so it begins with that
one's results.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from natpatsip.files.digests import key
from natpatsip.pipeline.caching.store import Cache

KIND = "results"


class SavedResults:
    """The results of the build before by digest, and those that this build has used."""

    def __init__(self, cache: Cache | None = None, *made_by: object, before: Sequence[object] = ()) -> None:
        """Read the results that the same engine has saved; without a cache there are none.

        Parameters
        ----------
        made_by : object
            What tells them from others, such as the engine and the quarter.
        before : sequence
            The same of those to begin with if there are none.
        """
        self._cache, self._entry = cache, key(*made_by)
        found = cache and (cache.get(KIND, self._entry) or (cache.get(KIND, key(*before)) if before else None))
        self._before: dict[str, Any] = json.loads(found or b"{}")
        self._now: dict[str, Any] = {}

    def once(self, make: Callable[[], Any], *made_of: object) -> Any:
        """Return what `make` returns, as JSON has it, or what it returned when all this was the same.

        Parameters
        ----------
        made_of : object
            What it is, and everything that it depends on, as texts or as objects whose texts tell them apart.
        """
        name = key(*made_of)
        if name not in self._now:
            self._now[name] = self._before[name] if name in self._before else json.loads(json.dumps(make()))
        return self._now[name]

    def save(self) -> None:
        """Save the results that were used, for the next build; those of parts that are gone are forgotten."""
        if self._cache and self._now.keys() != self._before.keys():
            self._cache.put(KIND, self._entry, json.dumps(self._now).encode())
