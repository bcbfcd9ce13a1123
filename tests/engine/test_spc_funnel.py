"""Funnel plots: the limits are exact, alike on both sides, and an organisation's place is that of its tail."""

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.errors import SpcError


def tail(count, size, proportion):
    """Return the probability of a count or fewer, exactly."""
    share = Fraction(proportion).limit_denominator(1000)
    return sum(comb(size, each) * share**each * (1 - share) ** (size - each) for each in range(count + 1))


@pytest.mark.parametrize("size", [1, 2, 5, 12, 40, 70])
@pytest.mark.parametrize("proportion", [0.03, 0.5, 0.83, 0.97])
def test_a_proportion_is_outside_exactly_if_its_tail_is_below_2_5_or_0_1_percent(size, proportion):
    counts = pd.DataFrame({"top": range(size + 1), "size": size})
    placed = spc.funnel(counts, numerator="top", denominator="size", proportion=proportion)
    for count, place in zip(placed["top"], placed["place"], strict=True):
        low = tail(count, size, proportion)
        high = tail(size - count, size, round(1 - proportion, 3))
        expected = (
            "below_outer" if low < Fraction(1, 1000) else "above_outer" if high < Fraction(1, 1000)
            else "below_inner" if low < Fraction(1, 40) else "above_inner" if high < Fraction(1, 40) else "within"
        )  # fmt: skip
        assert place == expected, (count, size, proportion)


def test_large_organisations_have_the_limits_of_a_normal_distribution():
    row = spc.funnel_limits([1_000_000], 0.83).iloc[0]
    deviation = np.sqrt(0.83 * 0.17 / 1e6)
    expected = [0.83 + times * deviation for times in (-3.0902, -1.96, 1.96, 3.0902)]
    assert row.to_numpy()[1:] == pytest.approx(expected, abs=2e-6)


def test_limits_narrow_with_size_and_stay_between_nothing_and_all():
    limits = spc.funnel_limits([1, 10, 100, 1000, 10_000], 0.9)
    width = limits["upper_outer"] - limits["lower_outer"]
    assert (width.diff().dropna() < 0).all()
    assert limits.drop(columns="denominator").stack().between(0, 1).all()
    assert (limits["lower_outer"] <= limits["lower_inner"]).all()


def test_limits_are_alike_on_both_sides():
    one, other = spc.funnel_limits([7, 80], 0.3), spc.funnel_limits([7, 80], 0.7)
    assert one["upper_outer"].to_numpy() == pytest.approx(1 - other["lower_outer"].to_numpy())
    assert one["lower_inner"].to_numpy() == pytest.approx(1 - other["upper_inner"].to_numpy())


@pytest.mark.parametrize("proportion", [0, 1])
def test_where_all_or_none_are_counted_there_is_nothing_to_tell_apart(proportion):
    assert set(spc.funnel_limits([5, 50], proportion).iloc[:, 1:].stack()) == {float(proportion)}


def test_an_organisation_without_a_count_or_with_a_denominator_of_0_has_no_place():
    counts = pd.DataFrame({"top": [None, 3, 0, 62], "size": [10, None, 0, 100]}, index=[7, 8, 9, 10])
    placed = spc.funnel(counts, numerator="top", denominator="size", proportion=0.5)
    assert placed["place"].tolist() == ["", "", "", "above_inner"]
    assert placed["proportion"].isna().tolist() == [True, True, True, False]


def test_by_default_they_are_compared_with_all_together():
    counts = pd.DataFrame({"top": [50, 10], "size": [100, 100]})
    limits = spc.funnel_limits([100], 0.3).iloc[0]
    placed = spc.funnel(counts, numerator="top", denominator="size")
    assert placed["lower_inner"].tolist() == [limits["lower_inner"]] * 2
    assert placed["place"].tolist() == ["above_outer", "below_outer"]


@pytest.mark.parametrize(
    ("top", "size", "said"),
    [
        ([5], [4], "row 1 has top 5 of size 4"),
        ([-1], [4], "row 1 has top -1 of size 4"),
        ([1], [4.5], "found the denominator 4.5"),
        ([None], [4], "no row has a top and a size above 0"),
    ],
)
def test_counts_that_cannot_be_are_rejected(top, size, said):
    with pytest.raises(SpcError, match=said):
        spc.funnel(pd.DataFrame({"top": top, "size": size}), numerator="top", denominator="size", proportion=0.5)


@pytest.mark.parametrize("proportion", [-0.1, 1.1, float("nan")])
def test_a_percentage_is_not_a_proportion(proportion):
    with pytest.raises(SpcError, match="expected one from 0 to 1"):
        spc.funnel_limits([10], proportion)
