"""A small study on the model, for the tests of the runs."""

import tomllib

import numpy as np
import pytest

from smecluster import model
from smecluster.model.inputs import validate
from smecluster.sensitivity.design.crossing import Scenario
from smecluster.sensitivity.design.distributions import Distribution
from smecluster.sensitivity.design.factors import Factor
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.design.study import Study
from smecluster.sensitivity.store import folder as store
from smecluster.sensitivity.store import parts
from smecluster.sensitivity.store.manifest import Manifest

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
input = "initial talent"
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


@pytest.fixture
def stored(tmp_path):
    """Store the runs of a study whose outputs are plain functions of factors from 0 to 1.

    `outputs` maps (outcome, place, year) to a function of an array (runs, factors); with
    strategies, to one for each. A run whose output is NaN has failed.
    """

    def make(
        method,
        size,
        outputs,
        factors=3,
        strategies=(),
        groups=None,
        better="more",
        labels=None,
        **more,
    ):
        settings = {
            "name": "made",
            "title": "Made up",
            "seed": 7,
            "strategies": list(strategies),
            "method": {"name": method, "size": size, "groups": groups is not None},
            "factor": [{"input": "x", "group": "g"}],
            "output": [{"outcome": "value added", "year": 2040}],
        }
        for name, value in more.items():
            settings[name] = {**settings.get(name, {}), **value}
        study = validate(Study, settings, "made.toml")
        names = labels or [f"x{k}" for k in range(factors)]
        manifest = Manifest(
            study,
            tuple(
                Factor(name, group, "Dmnl", "set", (name,), Distribution("uniform", 0, 1))
                for name, group in zip(names, groups or names, strict=True)
            ),
            tuple(Column(*key, None, "Myuan/Year", better) for key in outputs),
            tuple(Scenario(name) for name in strategies) or (Scenario(),),
            tuple((1.0,) * len(outputs) for _ in strategies or "-"),
            {"model": "a"},
            "v",
        )
        place = tmp_path / f"store {len(list(tmp_path.glob('store *')))}"
        with store.open_store(place, manifest) as opened:
            design = manifest.design(None)
            x = design.values().to_numpy()
            for scenario in range(len(manifest.scenarios)):
                values = {}
                for column, function in zip(manifest.columns, outputs.values(), strict=True):
                    chosen = function[scenario] if strategies else function
                    values[column.name] = np.asarray(chosen(x), dtype=float)
                failed = np.any([~np.isfinite(y) for y in values.values()], axis=0)
                failures = {
                    parts.REASON: ["division by zero" if one else "" for one in failed],
                    parts.VARIABLE: ["people" if one else "" for one in failed],
                    parts.YEAR: np.where(failed, 2001.0, np.nan),
                }
                folder, print_ = opened.stored[scenario].checkpoints, design.digest(0, design.rows)
                parts.add_part(folder, 0, values, failures, print_)
        return store.read_store(place)

    return make
