"""A small study on the model, for the tests of the runs."""

import tomllib

import pytest

import model
from model.schema import validate
from sensitivity.study import Study

SMALL = """
title = "Small"
seed = 3

[settings]
"TIME STEP" = 0.125

[method]
name = "sobol"
size = 32

[[factor]]
input = "spin off rate"

[[factor]]
input = "brand premium"
within = 0.5

[[factor]]
input = "seed entrepreneurs"
effect = "multiply"
within = 0.2
each = true
group = "conditions"

[[output]]
outcome = "value added"
place = "all"
year = 2040
"""


@pytest.fixture(scope="session")
def m():
    return model.load()


@pytest.fixture(scope="session")
def small():
    """Give the small study's text."""
    return SMALL


@pytest.fixture(scope="session")
def made():
    """Make a study of a text."""

    def make(text: str) -> Study:
        return validate(Study, {"name": "small", **tomllib.loads(text)}, "small.toml")

    return make


@pytest.fixture(scope="session")
def study(made, small):
    return made(small)
