"""The report's own Python: what moved from it to the engine is refused by a sentence that says where to."""

import importlib

import pytest


@pytest.mark.parametrize("name", ["cite", "charts", "publish", "spc"])
def test_a_name_of_the_engine_is_refused_with_its_new_place(name):
    with pytest.raises(ImportError, match=f"Write: from natpatsip import {name}"):
        getattr(importlib.import_module("helpers"), name)


def test_a_name_that_never_was_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="has no attribute 'cit'"):
        _ = importlib.import_module("helpers").cit
