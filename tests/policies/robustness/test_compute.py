"""Worlds are the draws in every future."""

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd

from smecluster.policies.ensemble.cases import FUTURE
from smecluster.policies.robustness.compute import _worlds


def test_every_draw_stands_in_every_future_and_pandas_has_nothing_to_warn_of():
    draws = pd.DataFrame(index=range(3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for at in range(150):  # one by one, as columns of many constants may come
            draws[f"constant {at}"] = np.arange(3) + at
    draws = draws.assign(held=1.0)
    futures = [SimpleNamespace(name="base"), SimpleNamespace(name="demand")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        worlds = _worlds(SimpleNamespace(futures=futures, draws=draws))
    assert worlds[FUTURE].tolist() == ["base"] * 3 + ["demand"] * 3
    assert worlds["constant 7"].tolist() == [7, 8, 9] * 2
    assert "held" not in worlds  # the same in all worlds
