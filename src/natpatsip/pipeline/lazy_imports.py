"""Optional parts of libraries that take longer to import than everything else, left out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# jsonschema checks addresses and durations with them: two seconds for the grammar of the first, 0.15 s for the others.
SLOW = ("rfc3987_syntax", "rfc3986_validator", "isoduration")


@contextmanager
def without(optional: Sequence[str]) -> Iterator[None]:
    """Leave out what the libraries imported inside can do without."""
    missing: Any = None
    left_out = [name for name in optional if name not in sys.modules]
    sys.modules.update(dict.fromkeys(left_out, missing))
    try:
        yield
    finally:
        for name in left_out:
            sys.modules.pop(name, None)
