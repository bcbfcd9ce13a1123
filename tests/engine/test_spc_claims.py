"""A claim is checked against its chart."""

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
        "2022-03-01 lie above 50.29, the mean before. It shows: stable."
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
