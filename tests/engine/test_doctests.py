"""Every example in a docstring runs and shows what it says."""

import doctest
import importlib
import pkgutil

import pytest

import natpatsip

MODULES = [
    name for _, name, _ in pkgutil.walk_packages(natpatsip.__path__, "natpatsip.") if not name.endswith("__main__")
] + ["helpers.diagrams", "helpers.impact"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed
