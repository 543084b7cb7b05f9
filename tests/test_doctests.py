"""The examples in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import ytterby

MODULES = ["ytterby", *(found.name for found in pkgutil.walk_packages(ytterby.__path__, "ytterby."))]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0


def test_there_are_examples():
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module("ytterby.core.units"))
    assert sum(len(item.examples) for item in found) > 5
