"""Findings that a quarter's params accept, each for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from natpatsip.checks.findings import CHECKS, AcceptedFinding, Finding
from natpatsip.errors import ParamsError, nearest
from natpatsip.params import Acceptance
from natpatsip.quarter import Quarter


def sort_out(
    findings: Iterable[Finding], acceptances: Sequence[Acceptance], quarter: Quarter
) -> tuple[tuple[Finding, ...], tuple[AcceptedFinding, ...]]:
    """Return the findings that are open, and those that are accepted.

    An acceptance that matches nothing is a finding itself: it would hide the next fault of its kind.

    Raises
    ------
    ParamsError
        Where an acceptance names a check that there is not.
    """
    for place, acceptance in enumerate(acceptances):
        if acceptance.check not in CHECKS:
            raise ParamsError(
                f'params/{quarter}.yml, accepted.{place}.check: "{acceptance.check}" is no check.'
                f"{nearest(acceptance.check, CHECKS)} There are {', '.join(CHECKS)}."
            )
    still_open, accepted, used = [], [], set()
    for finding in findings:
        for place, acceptance in enumerate(acceptances):
            if matches(acceptance, finding):
                used.add(place)
                accepted.append(AcceptedFinding(finding, acceptance.reason))
                break
        else:
            still_open.append(finding)
    for place, acceptance in enumerate(acceptances):
        if place not in used:
            where = f"params/{quarter}.yml, accepted.{place}"
            message = f"The params accept a finding that there is not ({_shown(acceptance)}). Take it out."
            still_open.append(Finding(acceptance.check, message, where, found=_shown(acceptance)))
    return tuple(still_open), tuple(accepted)


def matches(acceptance: Acceptance, finding: Finding) -> bool:
    """Say whether an acceptance is of a finding: its check, and all else that it names."""
    named = {
        "notebook": finding.notebook.removesuffix(".ipynb"),
        "cell": finding.cell,
        "fact": finding.fact,
        "found": finding.found,
    }
    wanted = {name: getattr(acceptance, name).removesuffix(".ipynb") for name in named}
    return acceptance.check == finding.check and all(not text or text == named[name] for name, text in wanted.items())


def _shown(acceptance: Acceptance) -> str:
    parts = {name: getattr(acceptance, name) for name in ("check", "notebook", "cell", "fact", "found")}
    return ", ".join(f"{name} {text}" for name, text in parts.items() if text)
