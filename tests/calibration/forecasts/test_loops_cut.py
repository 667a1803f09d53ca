"""With its loops cut the model is the model without feedback; with them it is the model."""

import numpy as np
import pytest

from smecluster import model
from smecluster.calibration.forecasts.loops_cut import LINKS, cut_loops

SHIPPED = model.load()
CUT, INPUTS = cut_loops(SHIPPED)


def test_the_switch_off_leaves_the_model_as_it_is():
    outputs = ["value added", "total firms"]
    alone, off = (model.simulate(m, outputs=outputs, years=[2000, 2040]) for m in (SHIPPED, CUT))
    for name in outputs:
        assert np.allclose(alone[name], off[name], rtol=1e-12)


@pytest.mark.parametrize("name", ["Service quality", "division of labour"])
def test_readers_of_a_cut_link_see_its_first_value(name):
    run = model.simulate(CUT, INPUTS, within_ranges=False)
    label = next(each for each in run if each.startswith("seen by") and each.endswith(name))
    seen, own = run[label], run[name]
    assert np.allclose(seen, own.isel(time=0), rtol=1e-12)
    assert not np.allclose(own, own.isel(time=0), rtol=1e-2)


def test_every_link_is_a_variable_of_the_model():
    names = {name.partition("[")[0] for name in LINKS}
    assert names <= set(SHIPPED.variables)
