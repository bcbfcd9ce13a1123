"""What a process that stays remembers of its builds."""

from __future__ import annotations

import itertools

import pytest

from natpatsip.files import memory
from natpatsip.files.memory import OLDEST, Same, once, remembering


@pytest.fixture(autouse=True)
def forgotten():
    memory.forget()
    yield
    memory.forget()


def test_a_result_is_made_once_of_the_same_and_again_of_something_else():
    counted = itertools.count()
    with remembering(is_on=True):
        made = [once(lambda: next(counted), "chapter", text) for text in ("a", "b", "a")]
    assert made == [0, 1, 0]


def test_an_object_is_the_same_as_itself_alone():
    counted = itertools.count()
    one, equal = ["a"], ["a"]
    with remembering(is_on=True):
        made = [once(lambda: next(counted), "chapter", Same(each)) for each in (one, equal, one)]
    assert made == [0, 1, 0]


def test_none_is_a_result_too():
    counted = itertools.count()
    with remembering(is_on=True):
        for _ in range(2):
            assert once(lambda: None if next(counted) == 0 else "made twice", "chapter") is None


def test_nothing_is_remembered_outside_of_a_preview():
    counted = itertools.count()
    with remembering(is_on=False):
        assert [once(lambda: next(counted), "chapter") for _ in range(2)] == [0, 1]
    assert not memory.is_on()


def test_an_error_is_not_remembered():
    def fail():
        raise ValueError("of no value")

    with remembering(is_on=True):
        with pytest.raises(ValueError, match="of no value"):
            once(fail, "chapter")
        assert once(lambda: "made", "chapter") == "made"


@pytest.mark.parametrize(("builds", "is_made_again"), [(OLDEST - 1, False), (OLDEST, True)])
def test_what_the_latest_builds_have_not_used_is_forgotten(builds, is_made_again):
    counted = itertools.count()
    with remembering(is_on=True):
        once(lambda: next(counted), "chapter")
    for _ in range(builds):
        with remembering(is_on=True):
            pass
    with remembering(is_on=True):
        assert once(lambda: next(counted), "chapter") == is_made_again
