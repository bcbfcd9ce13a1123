"""A claim about now does not hold against a special cause in the other direction since."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from natpatsip import spc
from natpatsip.errors import ClaimError

BEFORE, SINCE = [50, 52, 51, 49, 50, 52, 51, 50], [70, 72, 71, 69, 70, 72, 71, 70, 71, 70]


def chart(end, better="increase"):
    return spc.xmr([*BEFORE, *SINCE, *end], rebase=[len(BEFORE) + 1], improvement=better)


@pytest.mark.parametrize("end", [[55, 54, 55], [40, 70, 71]])
@pytest.mark.parametrize(("better", "words"), [("increase", "improving"), ("decrease", "worsening")])
def test_a_shift_is_no_claim_about_now_once_points_have_gone_the_other_way(end, better, words):
    assert spc.claim("It moved", chart([], better), shows=words) == "It moved"
    with pytest.raises(ClaimError, match="since the shift up, points show a special cause that goes down"):
        spc.claim("It moved", chart(end, better), shows=words)
    assert spc.claim("It shifted", chart(end, better), shows="shift up") == "It shifted"


def test_the_newest_special_cause_outweighs_an_older_one():
    result = chart([55, 70, 71, 70, 95])
    assert spc.claim("It improves", result, shows="improving") == "It improves"


@given(values=st.lists(st.integers(0, 30), min_size=8, max_size=30), cut=st.integers(2, 20))
def test_nothing_improves_and_worsens_and_no_claim_is_against_the_latest_point(values, cut):
    assume(cut < len(values))
    result = spc.xmr(values, rebase=[cut + 1])
    shown = spc.shows(result)
    latest = result["point_type"].iloc[-1]
    assert not {"improving", "worsening"} <= set(shown) or latest == "common_cause"
    assert not ("improving" in shown and latest == "special_cause_concern")
    assert not ("worsening" in shown and latest == "special_cause_improvement")
