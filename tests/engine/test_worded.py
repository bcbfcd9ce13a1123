"""Facts in words: what cannot be a part, or a count, is refused."""

import pytest

from natpatsip import worded
from natpatsip.errors import FactError
from natpatsip.facts.fact import Fact


def fact(value, unit="teams"):
    return Fact("held", "2024-25-Q2", value, unit, "")


@pytest.mark.parametrize(("part", "whole"), [(16, 15), (-1, 15), (0, 0), (1, 0)])
def test_a_part_is_none_to_all_of_a_whole_that_is_not_empty(part, whole):
    with pytest.raises(FactError, match="cannot be a part of"):
        worded.out_of(fact(part), fact(whole))


@pytest.mark.parametrize("share", [-1, 100.5, 120])
def test_a_share_is_at_most_100_per_cent(share):
    with pytest.raises(FactError, match="cannot be a part of 100%"):
        worded.out_of(fact(share, "percent"))


def test_a_count_without_its_whole_is_no_share():
    with pytest.raises(FactError, match="is not a percentage; give the whole"):
        worded.out_of(fact(3))


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 15, "none of the 15"), (15, 15, "all 15"), (1, 3, "one of the three")]
)
def test_the_ends_are_parts(part, whole, words):
    assert str(worded.out_of(fact(part), fact(whole))) == words


@pytest.mark.parametrize(("value", "unit"), [(3, "percent"), (3, "GBP"), (2.5, "teams")])
def test_what_is_no_count_is_not_put_into_words(value, unit):
    with pytest.raises(FactError, match="not a count"):
        worded.in_words(fact(value, unit))
    with pytest.raises(FactError, match="not a count"):
        worded.out_of(fact(2), fact(value, unit))


@pytest.mark.parametrize(("share", "words"), [(15, "15% of the 15"), (48.5, "48.5% of the 15"), (100, "all 15")])
def test_a_share_of_a_whole_is_no_count(share, words):
    assert str(worded.out_of(fact(share, "percent"), fact(15))) == words
