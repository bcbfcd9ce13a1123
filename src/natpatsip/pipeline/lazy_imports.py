"""Optional parts of other libraries that are left out, because they take longer to import than all else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

# Jupyter asks for jsonschema[format-nongpl], which checks addresses and durations with these if it can import them: two
# seconds for the grammar of the first (https://github.com/python-jsonschema/jsonschema/issues/1428), 0.15 s for the
# others. nbformat validates notebooks without them: its schema has no such formats.
SLOW = ("rfc3987_syntax", "rfc3986_validator", "isoduration")


@contextmanager
def block_imports(optional: Sequence[str]) -> Iterator[None]:
    """Let libraries that are imported in the block find these modules missing."""
    missing: Any = None  # what Python takes for a module that cannot be imported
    blocked = [name for name in optional if name not in sys.modules]
    sys.modules.update(dict.fromkeys(blocked, missing))
    try:
        yield
    finally:
        for name in blocked:
            sys.modules.pop(name, None)
