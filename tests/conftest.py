"""What all tests share."""

import sys
from pathlib import Path

import papermill  # noqa: F401 — before any module of the build: it loads its engines as it is imported

sys.path.insert(0, str(Path(__file__).parent))
