"""The examples in the docstrings of helpers.spc run and show what they say."""

import doctest
import importlib
import pkgutil

import pytest

from helpers import spc

MODULES = [f"helpers.spc.{module.name}" for module in pkgutil.iter_modules(spc.__path__)]


@pytest.mark.parametrize("module", MODULES)
def test_examples_show_what_they_say(module):
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert failed == 0
