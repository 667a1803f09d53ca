import numpy as np
import pandas as pd
import pytest

from smecluster.model import load, simulate_many
from smecluster.model.engine.run.evaluator import Evaluator
from smecluster.model.errors import InputError

INPUTS = ("substitution among regions", "reference output[Wenzhou]")
OUTPUTS = ("value added[Zhongguancun]", "annual wage[Wenzhou]")
YEARS = (1990.0, 2005.0)
STEP = {"TIME STEP": 0.125, "FINAL TIME": 2005}


@pytest.fixture(scope="module")
def shipped():
    return load()


def test_repeated_runs_equal_a_batch_to_the_last_digit(shipped):
    values = np.array([[2.2, 5000.0], [2.5, 4500.0], [2.8, 5100.0]])
    fast = Evaluator(shipped, INPUTS, OUTPUTS, YEARS, STEP).run(values, workers=2)
    table = pd.DataFrame(values, columns=list(INPUTS))
    names = [output.partition("[")[0] for output in OUTPUTS]
    batch = simulate_many(shipped, table, names, YEARS, base=STEP)
    for place, output in enumerate(OUTPUTS):
        name, _, region = output.rstrip("]").partition("[")
        np.testing.assert_array_equal(fast[:, place], batch[name].sel(Region=region).values)


def test_an_output_that_does_not_exist_is_named_with_the_nearest(shipped):
    with pytest.raises(InputError, match=r"did you mean 'value added\[wenzhou\]'"):
        Evaluator(shipped, INPUTS, ["value added[Wenzhu]"], YEARS)


def test_values_of_another_shape_are_refused(shipped):
    repeated = Evaluator(shipped, INPUTS, OUTPUTS, YEARS, STEP)
    with pytest.raises(InputError, match=r"\(runs, 2\) is needed"):
        repeated.run(np.ones((4, 3)))


def test_an_input_that_decides_when_a_run_ends_is_refused(shipped):
    with pytest.raises(InputError, match="'FINAL TIME' decides when a run begins, ends"):
        Evaluator(shipped, ["FINAL TIME"], [OUTPUTS[0]], [2000.0])
