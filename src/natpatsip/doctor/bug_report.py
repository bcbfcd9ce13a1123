"""What a report of a bug needs, as a file that can be sent to strangers.

Versions, the keys of the settings, what the doctor found, and what became of the last builds. No value of a setting, of
a param or of data is in it, nor who and where: names of people, machines and folders, addresses, tokens.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from natpatsip.doctor.examination import Requirement
from natpatsip.errors import ReportError, apart, one_line
from natpatsip.files.yaml_models import read_yaml
from natpatsip.project import MARK, find_root
from natpatsip.quarter import PARAMS_FOLDER
from natpatsip.reporters import markdown_table

FILE = "doctor-report.md"
WITHOUT_VALUE = ("contact", "project")  # requirements of which only whether they are met is said
SHORTEST = 3  # letters of a name that is looked for: a shorter one is part of every other word
SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE", re.IGNORECASE)
_REPLACED = (  # in this order: an address holds what looks like a name, a quotation what looks like an address
    (re.compile(r"(?<!\w)(['\"“`])(?=\S).*?(?<=\S)(?:['\"”`])(?!\w)"), "“…”"),
    (re.compile(r"\bfound\b (?!“…”).*"), "found …"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://\S+?(?=[,.;)]*(?:\s|$))", re.IGNORECASE), "<address>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"), "<e-mail>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<address>"),
    (re.compile(r"(?<![\w.])(?:[A-Za-z]:)?[/\\](?:[\w.~ +@-]+[/\\])+[\w.~+@-]*"), "<path>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}(?![\w-])"), "<token>"),
)


def written_report(results: Sequence[Requirement], project: Path | None) -> str:
    """Return the report of a bug, in Markdown."""
    parts = [
        "# natpatsip doctor --report",
        "This file says what is installed, which settings there are and what was found. It holds no values, names, "
        "addresses or paths. Read it before you send it.",
        "## System",
        _table(_system()),
        "## Versions",
        _table(sorted(_versions().items())),
        "## What the doctor found",
        _table(_found(results)),
    ]
    if project:
        parts += ["## Keys of the settings", _listing(_keys_of_files(project))]
        parts += ["## Last builds", _listing(_builds(project))]
    text = "\n\n".join(parts) + "\n"
    return _without_names(text, names_of_here(project))


def write_report(results: Sequence[Requirement]) -> Path:
    """Write the report into ``build/`` of the project, or without one where this is run; return its place there."""
    project = find_root(Path.cwd())
    place = Path("build", FILE) if project else Path(FILE)
    file = (project or Path.cwd()) / place
    file.parent.mkdir(exist_ok=True)
    file.write_text(written_report(results, project), encoding="utf-8")
    return place


def clean(text: str) -> str:
    r"""Return a message for a bug report without quotations, what was found, addresses, paths and tokens.

    Examples
    --------
    >>> clean("_quarto.yml, line 9, natpatsip.url: found 'https://ann:pw@x.example'; expected text.")
    '_quarto.yml, line 9, natpatsip.url: found “…”; expected text.'
    >>> clean("/srv/ann/report: there is no file called \"Ann's.csv\"; write to ann@example.org")
    '<path>: there is no file called “…”; write to <e-mail>'
    """
    for pattern, instead in _REPLACED:
        text = pattern.sub(instead, text)
    return text


def names_of_here(project: Path | None) -> dict[str, str]:
    """Return what the bug report has in place of each name of a person, a machine or a folder."""
    names: dict[str, str] = {}
    for name, value in os.environ.items():
        if SECRET_NAME.search(name) and len(value) > SHORTEST:
            names[value] = "<secret>"
    with suppress(OSError, KeyError, ImportError):  # no such user in a container
        names[getpass.getuser()] = "<user>"
    names |= {os.environ[name]: "<user>" for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER") if name in os.environ}
    host = socket.gethostname()
    names |= dict.fromkeys([host, host.partition(".")[0], platform.node(), os.environ.get("HOSTNAME", "")], "<host>")
    with suppress(RuntimeError):
        names[str(Path.home())] = "~"
        names[Path.home().name] = "<user>"
    if project:
        names[str(project)] = "<project>"
    return {name: instead for name, instead in names.items() if len(name) >= SHORTEST}


def _without_names(text: str, names: Mapping[str, str]) -> str:
    """Return the text of a bug report without the names of people, machines and folders."""
    if not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(map(re.escape, longest_first))})(?![A-Za-z0-9])", re.IGNORECASE)
    known = {name.lower(): instead for name, instead in names.items()}
    return pattern.sub(lambda found: known[found[1].lower()], text)


def _system() -> Iterator[tuple[str, str]]:
    """Yield what a bug report says of the machine."""
    from natpatsip.doctor.platforms import here

    system = here()
    yield "system", system.name
    yield "kernel", f"{platform.system()} {re.match(r'[0-9.]*', platform.release())[0]}"  # type: ignore[index]
    yield "Python", f"{platform.python_implementation()} {platform.python_version()}"
    yield "environment", "conda" if system.is_conda else "venv" if sys.prefix != sys.base_prefix else "the system's"
    yield "encoding", f"{sys.getfilesystemencoding()}, output {getattr(sys.stdout, 'encoding', '')}"
    yield "processors", str(os.cpu_count())


def _versions() -> dict[str, str]:
    """Return the versions for a bug report: of natpatsip and of all that it needs, and what they need."""
    found: dict[str, str] = {}
    waiting = ["natpatsip"]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            found[name] = version(name)
            needs = requires(name) or []
        except PackageNotFoundError:
            found[name] = "not installed"
            continue
        waiting += [match[0] for each in needs if "extra ==" not in each and (match := re.match(r"[\w.-]+", each))]
    return {name: number for name, number in found.items() if number != "not installed" or name == "natpatsip"}


def _found(results: Iterable[Requirement]) -> Iterator[tuple[str, str]]:
    for each in results:
        state = each.status.lower()
        if each.name in WITHOUT_VALUE:
            yield each.name, state
            continue
        yield from ((each.name, f"{state}: {clean(problem)}") for problem in apart(each.found))


def _keys_of_files(project: Path) -> Iterator[str]:
    """Yield for a bug report which keys the settings and the newest params have."""
    files = [MARK, *(f"{PARAMS_FOLDER}/{file.name}" for file in sorted((project / PARAMS_FOLDER).glob("*.yml"))[-1:])]
    for name in files:
        try:
            content = read_yaml((project / name).read_bytes(), name, ReportError)
        except (OSError, ReportError) as error:
            yield f"`{name}`: cannot be read ({type(error).__name__})"
            continue
        yield f"`{name}`: {', '.join(f'`{key}`' for key in dict.fromkeys(_keys(content))) or 'nothing'}"


def _keys(content: Any, path: str = "") -> Iterator[str]:
    """Yield the keys of a file for a bug report, with those that lead to them; members of lists have none."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            name = f"{path}.{key}" if path else str(key)
            yield clean(name)
            yield from _keys(value, name)
    elif isinstance(content, list):
        for each in content:
            yield from _keys(each, f"{path}[]")


def _builds(project: Path) -> Iterator[str]:
    """Yield what a bug report says of each built report."""
    for file in sorted((project / "reports").glob("*/manifest.json")):
        try:
            content = json.loads(file.read_bytes())
            findings = Counter(each["check"] for each in content.get("findings", []))
            said = ", ".join(f"{check} {count}" for check, count in sorted(findings.items())) or "none"
            with_version = content["versions"]["natpatsip"]
            yield (
                f"{file.parent.name}: {content['status']}, {content['renderer']}, natpatsip {with_version}, "
                f"{len(content['sources'])} sources, findings: {said}"
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            yield f"{file.parent.name}: its manifest cannot be read ({type(error).__name__})"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return markdown_table(("what", "found"), [(one_line(name), one_line(text)) for name, text in rows])


def _listing(lines: Iterable[str]) -> str:
    return "\n".join(f"- {one_line(line)}" for line in lines) or "None."
