"""A claim is checked against its chart."""

import re
from pathlib import Path

import pytest

from natpatsip import spc
from natpatsip.errors import ClaimError, ReportError
from support.spc_charts import CHARTS, HIGHER, STEADY, chart


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("steady", ("stable", "below target", "hit and miss")),
        ("shift up", ("shift up", "stable", "improving")),
        ("shift down", ("shift down", "stable", "worsening")),
        ("shift down, lower is better", ("shift down", "stable", "improving")),
        ("six after the rebase", ("stable",)),
        ("fifth point on the mean before", ("stable",)),
        ("missing after the rebase", ("stable",)),
        ("seven above", ("run above", "improving")),
        ("six above", ("stable",)),
        ("rising", ("rising", "improving")),
        ("falling", ("falling", "worsening")),
        ("outlier at the end", ("improving",)),
        ("outlier before", ()),
        ("meets", ("stable", "above target", "reliably meets")),
        ("misses", ("stable", "below target", "reliably misses")),
        ("meets, lower is better", ("stable", "below target", "reliably meets")),
        ("neutral", ("shift up", "stable", "below target")),
        ("one point", ("above target",)),
        ("all missing", ()),
        ("constant", ()),
        ("fixed", ("run above", "improving")),
    ],
)
def test_a_chart_shows_just_what_its_points_bear_out(name, expected):
    assert spc.shows(CHARTS[name]) == expected


PHRASES = ["shift up", "shift down", "run above", "run below", "rising", "falling", "stable", "improving", "worsening"]
PHRASES += ["above target", "below target", "reliably meets", "reliably misses", "hit and miss"]


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize(
    "name", ["shift up", "falling", "meets, lower is better", "neutral", "all missing", "constant"]
)
def test_a_claim_returns_the_words_or_says_what_the_chart_shows(name, phrase):
    result = CHARTS[name]
    if phrase in spc.shows(result):
        assert spc.claim("Our words.", result, shows=phrase) == "Our words."
    else:
        with pytest.raises(ReportError, match=f'^"Our words." claims "{phrase}", but the chart does not show it: '):
            spc.claim("Our words.", result, shows=phrase)


def test_a_refuted_claim_says_why_and_what_the_chart_shows_instead():
    with pytest.raises(ClaimError) as caught:
        spc.claim("Care got better.", CHARTS["fifth point on the mean before"], shows="shift up")
    assert str(caught.value) == (
        '"Care got better." claims "shift up", but the chart does not show it: six of the first seven points from '
        "2022-03-01 lie above 50.29, the mean before. It shows: stable. "
        "Claim what it shows, or take the words out."
    )


def test_several_claims_must_all_hold():
    result = CHARTS["meets"]
    assert spc.claim("Fine.", result, shows=["stable", "reliably meets"]) == "Fine."
    with pytest.raises(ClaimError, match="reliably misses"):
        spc.claim("Fine.", result, shows=["stable", "reliably misses"])


def test_an_unknown_phrase_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "shift down"'):
        spc.claim("Words.", CHARTS["steady"], shows="shift-down")
    with pytest.raises(ValueError, match="shows names nothing"):
        spc.claim("Words.", CHARTS["steady"], shows=[])


def test_a_shift_can_be_claimed_at_an_earlier_rebase():
    result = chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"])
    assert spc.claim("It rose.", result, shows="shift up", at="2022-03") == "It rose."
    with pytest.raises(ClaimError):
        spc.claim("It rose.", result, shows="shift up")
    with pytest.raises(ValueError, match="not rebased at 2022-04; it is rebased at: 2022-03-01, 2023-05-01"):
        spc.claim("It rose.", result, shows="shift up", at="2022-04")


def test_every_phrase_and_function_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "spc.md").read_text(encoding="utf-8")
    for phrase in PHRASES:
        assert f"`{phrase}`" in page
    for name in ("xmr", "panel", "summary", "findings", "describe", "claim", "suggest_rebase", "run_chart", "shows"):
        assert f"spc.{name}(" in page


TURNED = chart([*STEADY, 40, 41, 40, 60, 40, 41, 40], rebase=["2022-03"])  # six of seven below the mean before


def without_attrs(result):
    bare = result.copy()
    bare.attrs = {}
    return bare


@pytest.mark.parametrize(
    ("result", "phrase", "reason"),
    [
        (CHARTS["steady"], "shift up", "the limits are not rebased, so there is no earlier mean to compare with"),
        (CHARTS["six after the rebase"], "shift up", "it has six of the seven points needed from 2022-03-01"),
        (
            CHARTS["shift up"],
            "shift down",
            "none of the first seven points from 2022-03-01 lie below 50.29, the mean before",
        ),
        (TURNED, "shift up", "one of the first seven points from 2022-03-01 lies above 50.29, the mean before"),
        (TURNED, "shift down", "six of the first seven points from 2022-03-01 lie below 50.29, the mean before"),
        (CHARTS["all missing"], "run above", "it has no values"),
        (chart([1, 3, 1, 3, 2]), "run below", "the latest point lies on the mean"),
        (chart([1, 3, 1, 3]), "run above", "the latest point alone lies on one side of the mean, above it"),
        (chart([3, 1, 3, 3, 1, 1]), "run above", "the last two points lie on one side of the mean, below it"),
        (chart([1, 3, 3]), "rising", "one of the seven points of a trend"),
        (chart([3, 2, 3]), "falling", "two of the seven points of a trend, rising"),
        (chart([3, 2, 1], rule_length=6), "rising", "three of the six points of a trend, falling"),
        (CHARTS["constant"], "stable", "its limits are undefined"),
        (CHARTS["outlier at the end"], "stable", "one point from 2021-01-01 on shows a special cause"),
        (CHARTS["seven above"], "stable", "seven points from 2021-01-01 on show a special cause"),
        (CHARTS["neutral"], "improving", "neither direction is better"),
        (without_attrs(CHARTS["steady"]), "worsening", "it does not say which direction is better"),
        (CHARTS["steady"], "improving", "no shift, run, trend or point outside the limits goes up"),
        (CHARTS["steady"], "worsening", "no shift, run, trend or point outside the limits goes down"),
        (
            chart(STEADY, improvement="decrease"),
            "improving",
            "no shift, run, trend or point outside the limits goes down",
        ),
        (
            chart(STEADY, improvement="decrease"),
            "worsening",
            "no shift, run, trend or point outside the limits goes up",
        ),
        (CHARTS["seven above"], "above target", "it has no target"),
        (CHARTS["all missing"], "above target", "it has no mean"),
        (CHARTS["steady"], "above target", "its mean is 50.29 and the target 50.5"),
        (chart([1, 3, 1, 3], target=2), "below target", "its mean is 2 and the target 2"),
        (chart([1, 3, 1, 3], target=2), "above target", "its mean is 2 and the target 2"),
        (chart([5] * 5, target=2), "reliably meets", "its limits are undefined"),
        (CHARTS["neutral"], "reliably misses", "neither direction is better"),
        (without_attrs(CHARTS["steady"]), "hit and miss", "it does not say which direction is better"),
        (CHARTS["steady"], "reliably meets", "its limits are 45.37 and 55.2 and the target 50.5"),
        (CHARTS["meets"], "hit and miss", "its limits are 45.37 and 55.2 and the target 40"),
    ],
)
def test_a_claim_is_refuted_by_what_the_chart_has_instead(result, phrase, reason):
    with pytest.raises(ClaimError) as refused:
        spc.claim("Words.", result, shows=phrase)
    supported = " and ".join(", ".join(spc.shows(result)).rsplit(", ", 1))
    instead = supported or "nothing that may be claimed"
    remedy = "Claim what it shows, or take" if supported else "Take"
    assert str(refused.value) == (
        f'"Words." claims "{phrase}", but the chart does not show it: {reason}. It shows: {instead}. '
        f"{remedy} the words out."
    )


def test_several_claims_that_do_not_hold_are_refuted_together():
    with pytest.raises(ClaimError) as refused:
        spc.claim("Words.", CHARTS["constant"], shows=("stable", "shift up", "above target"))
    assert str(refused.value) == (
        '"Words." claims "stable", but the chart does not show it: its limits are undefined; "shift up", but the chart '
        "does not show it: the limits are not rebased, so there is no earlier mean to compare with; "
        '"above target", but the chart does not show it: it has no target. It shows: nothing that may be claimed. '
        "Take the words out."
    )


@pytest.mark.parametrize(
    ("shows", "at", "said"),
    [
        ("shift-down", None, "shows is 'shift-down'; expected one of: shift up, shift down, run above,"),
        (["stable", "x"], None, "shows is 'x'; expected one of: shift up,"),
        ([], None, 'shows names nothing; expected what "Words." claims: shift up, shift down, run above,'),
        ("stable", "2022-03", "at='2022-03' applies only to a shift; found shows=stable."),
        (["shift up", "stable"], "2022-03", "at='2022-03' applies only to a shift; found shows=shift up and stable."),
        ("shift up", "2022-03", "The chart is not rebased at 2022-03; it is rebased at: nowhere."),
    ],
)
def test_a_claim_that_cannot_be_checked_is_refused_with_what_may_be_claimed(shows, at, said):
    with pytest.raises(ValueError, match="^" + re.escape(said)):
        spc.claim("Words.", CHARTS["steady"], shows=shows, at=at)


@pytest.mark.parametrize(("level", "shown"), [(60, "shift up"), (40, "shift down")])
def test_seven_points_beyond_the_mean_before_are_a_shift_and_on_it_none(level, shown):
    values = [49, 51] * 7
    assert shown in spc.shows(chart([*values, *[level, level + 1] * 4], rebase=["2022-03"]))
    on_it = chart([*values, *[level, level + 1] * 3, 50, level], rebase=["2022-03"])
    assert shown not in spc.shows(on_it)
