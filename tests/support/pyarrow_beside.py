"""The locked pyarrow, in a folder of its own: it is large, and few tests need it, so it comes while others run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from threading import Thread

from support.projects import ROOT
from support.whole import built_once


def install(folder: Path) -> None:
    """Put it into a folder."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    (version,) = [each["version"] for each in locked if each["name"] == "pyarrow"]
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    installer = [uv, "pip", "install", "--quiet"] if uv else [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*installer, "--no-deps", "--target", folder, f"pyarrow=={version}"], check=True)


def install_meanwhile(folder: Path) -> None:
    """Begin to install it, unless another process of the tests has; ``built_once`` waits until it is there."""
    try:
        folder.with_suffix(".begun").touch(exist_ok=False)
    except FileExistsError:
        return
    Thread(target=built_once, args=(folder, install), daemon=True).start()
