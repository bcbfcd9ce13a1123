"""What to type on the machine at hand to install what is missing: by system, and in a conda environment with conda."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEBIAN, FEDORA, MACOS, WINDOWS, OTHER = "debian", "fedora", "macos", "windows", "other"
QUARTO_PAGE = "https://quarto.org/docs/download/"
COMMANDS: Mapping[str, Mapping[str, str]] = {
    "git": {
        DEBIAN: "sudo apt-get install git",
        FEDORA: "sudo dnf install git",
        MACOS: "xcode-select --install",
        WINDOWS: "winget install --id Git.Git",
    },
    "python": {
        DEBIAN: "sudo apt-get install python3 python3-venv",
        FEDORA: "sudo dnf install python3",
        MACOS: "brew install python",
        WINDOWS: "winget install --id Python.Python.3.13",
    },
    "quarto": {
        DEBIAN: f"download the .deb from {QUARTO_PAGE}, then sudo apt-get install ./quarto-*.deb",
        FEDORA: f"unpack the archive for Linux from {QUARTO_PAGE}, and put its folder bin on PATH",
        MACOS: "brew install --cask quarto",
        WINDOWS: "winget install --id Posit.Quarto",
    },
}
ELSEWHERE = {
    "git": "install it with your system's package manager",
    "python": "install it with your system's package manager",
    "quarto": f"see {QUARTO_PAGE}",
}
_KNOWN = {"debian": DEBIAN, "ubuntu": DEBIAN, "fedora": FEDORA, "rhel": FEDORA, "centos": FEDORA}


@dataclass(frozen=True)
class Platform:
    """A system, by the way in which programs are installed on it."""

    kind: str  # one of the five above
    name: str  # as it calls itself
    is_conda: bool = False  # whether Python is that of a conda environment
    is_root: bool = False  # whether commands need no sudo

    def install(self, program: str) -> str:
        """Return what to do to install a program of `COMMANDS`.

        Examples
        --------
        >>> Platform(FEDORA, "Fedora Linux 41").install("git")
        'sudo dnf install git'
        >>> Platform(DEBIAN, "Debian", is_root=True).install("git")
        'apt-get install git'
        >>> Platform(MACOS, "macOS", is_conda=True).install("git")
        'conda install --channel conda-forge git'
        """
        if self.is_conda:
            return f"conda install --channel conda-forge {program}"
        command = COMMANDS[program].get(self.kind, ELSEWHERE[program])
        return command.replace("sudo ", "") if self.is_root else command

    def install_packages(self, project: Path | None) -> str:
        """Return the command that installs the packages of a project, or natpatsip without one."""
        if self.is_conda and project and (project / "environment.yml").is_file():
            return "conda env update --file environment.yml"
        if project and self.kind != WINDOWS and (project / "scripts" / "environment.sh").is_file():
            return "make environment"
        if project and (project / "pyproject.toml").is_file():
            return "uv sync"
        return f"{'py' if self.kind == WINDOWS else 'python3'} -m pip install --upgrade natpatsip"


def here() -> Platform:
    """Return the platform of the machine that this runs on, by which programs are installed."""
    is_conda = bool(os.environ.get("CONDA_PREFIX")) and (Path(sys.prefix) / "conda-meta").is_dir()
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    machine = platform.machine()
    if sys.platform == "darwin":
        return Platform(MACOS, f"macOS {platform.mac_ver()[0]}, {machine}", is_conda, is_root)
    if sys.platform == "win32":
        return Platform(WINDOWS, f"Windows {platform.version()}, {machine}", is_conda)
    try:
        release = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        release = ""
    kind, name = of_release(release)
    return Platform(kind, f"{name or platform.system()}, {machine}", is_conda, is_root)


def of_release(text: str) -> tuple[str, str]:
    r"""Return the kind of a Linux to install on, and its name, by its file ``/etc/os-release``.

    Examples
    --------
    >>> of_release('PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n')
    ('debian', 'Linux Mint 22')
    >>> of_release("")
    ('other', '')
    """
    pairs = {name: value.strip("\"'") for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)}
    names = [pairs.get("ID", ""), *pairs.get("ID_LIKE", "").split()]
    kind = next((_KNOWN[name] for name in names if name in _KNOWN), OTHER)
    return kind, pairs.get("PRETTY_NAME", "")
