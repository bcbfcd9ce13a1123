"""From processes to outcomes: the impact models of the programmes.

Every result is a modelled effect, and prose words it as one ("up to", "may have"). Results are rounded half away from
zero where they are published, so that what is printed adds up to what is printed.
"""

from __future__ import annotations

from natpatsip.errors import ClaimError, ModelError
from natpatsip.wording import number, round_half_up


def cases_avoided(treated: float, number_needed_to_treat: float) -> int:
    """Return the cases that a treatment may have prevented, whole.

    Parameters
    ----------
    treated : float
        People treated.
    number_needed_to_treat : float
        People treated for each case prevented.

    Examples
    --------
    >>> cases_avoided(677, 37), cases_avoided(714, 37), cases_avoided(0, 37)
    (18, 19, 0)
    """
    return int(round_half_up(_gained(treated) / _positive(number_needed_to_treat)))


def deaths_prevented(fewer_exposed: float, number_needed_to_harm: float, *, to_nearest: int = 1) -> int:
    """Return the deaths that may have been prevented by fewer people being exposed to a harm.

    Parameters
    ----------
    fewer_exposed : float
        People no longer exposed.
    number_needed_to_harm : float
        People exposed for each death.
    to_nearest : int
        The step to round to, where the model does not bear more.

    Examples
    --------
    >>> deaths_prevented(36952, 62), deaths_prevented(25_000, 62, to_nearest=100)
    (596, 400)
    >>> deaths_prevented(-500, 62)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    natpatsip.errors.ClaimError: The model starts from −500 people, fewer than none: nothing can ...
    """
    return int(round_half_up(_gained(fewer_exposed) / _positive(number_needed_to_harm) / to_nearest)) * to_nearest


def saving(cases: float, per_case: float) -> float:
    """Return the cost to welfare and society, in pounds, that cases avoided may have spared.

    Examples
    --------
    >>> saving(18, 1_000_000)
    18000000
    """
    return cases * per_case


def lives_saved(*survivors: float) -> float:
    """Return the babies who may have survived through any of the interventions, added up as published.

    Examples
    --------
    >>> lives_saved(13, 64, 22)
    99
    """
    return sum(survivors)


def share(part: float, whole: float) -> int:
    """Return a part as a whole percentage.

    Examples
    --------
    >>> share(29, 42)
    69
    """
    return int(round_half_up(100 * part / _positive(whole)))


def at_least_halves_risk(odds_ratio: float) -> bool:
    """Return True if leaving a harm behind at least halves the odds of it.

    Examples
    --------
    >>> at_least_halves_risk(2.2), at_least_halves_risk(1.8)
    (True, False)
    """
    return odds_ratio >= 2


def _gained(people: float) -> float:
    if people < 0:
        raise ClaimError(
            f"The model starts from {number(people)} people, fewer than none: nothing can have been prevented. "
            "Check the data; if they are right, rewrite the sentence."
        )
    return people


def _positive(value: float) -> float:
    if not value > 0:
        raise ModelError(
            f"A model's divisor is {value:g}; expected a number above zero. Check the model's values in the params."
        )
    return value
