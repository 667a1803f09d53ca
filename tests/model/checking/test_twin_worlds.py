"""Two worlds in one run: each is the model as it is, and a cut link shows the other world."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.checking.twin_worlds import make_twins, name_cut, name_second
from smecluster.model.engine.run.runs import simulate, simulate_many
from smecluster.model.errors import InputError

SMALL = """{UTF-8}
inflow = 1 ~ widget/Year ~ What is moved. Source: test.|
Stock = INTEG(inflow - Stock * decay, 10) ~ widget ~ A stock. Source: test.|
decay = 0.1 ~ 1/Year ~ A rate. Source: test.|
half = Stock * two ~ widget ~ One reader. Source: test.|
rest = Stock * three ~ widget ~ Another reader. Source: test.|
two = 2 ~ Dmnl ~ A factor. Source: test.|
three = 3 ~ Dmnl ~ A factor. Source: test.|
whole = half + rest ~ widget ~ What is asked. Source: test.|
still = two * three ~ Dmnl ~ What no input moves. Source: test.|
FINAL TIME = 10 ~ Year ~ End. Source: test.|
INITIAL TIME = 0 ~ Year ~ Start. Source: test.|
SAVEPER = 1 ~ Year ~ Saved. Source: test.|
TIME STEP = 0.25 ~ Year ~ Step. Source: test.|
\\\\\\---/// Sketch information - do not modify anything except names
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.mdl"
    path.write_text(SMALL, encoding="utf-8")
    return models.load(path)


def measure(small, links, moved=2.0):
    """Give the effect on `whole` without a cut, then with each."""
    twins = make_twins(small, ["inflow"], links)
    names = [name_cut(at) for at in range(len(links))]
    table = pd.DataFrame(np.eye(len(links) + 1, len(links), -1), columns=names)
    outputs = ["whole", name_second("whole")]
    base = {name_second("inflow"): moved}
    runs = simulate_many(twins, table, outputs, [10.0], base=base, within_ranges=False)
    return (runs[outputs[1]] - runs["whole"]).values[:, 0]


def test_a_cut_link_carries_its_part_and_no_other(small):
    links = [("Stock", "half"), ("Stock", "rest"), ("rest", "whole"), ("inflow", "Stock")]
    effect, *cut = measure(small, links)
    carried = 1 - np.array(cut) / effect
    np.testing.assert_allclose(carried, [0.4, 0.6, 0.6, 1.0], rtol=1e-12)


def test_a_variable_can_be_cut_off_from_all_its_readers(small):
    effect, alone, whole = measure(small, [("Stock", None), ("half", None)])
    assert alone == pytest.approx(0, abs=1e-12)
    assert whole == pytest.approx(0.6 * effect)


def test_the_second_world_is_the_model_with_its_inputs(small):
    twins = make_twins(small, ["inflow"])
    given = {"inflow": 1.5, name_second("inflow"): 4.0}
    run = simulate_many(twins, pd.DataFrame(index=[0]), ["Stock", name_second("Stock")], base=given)
    for name, value in (("Stock", 1.5), (name_second("Stock"), 4.0)):
        alone = simulate(small, {"inflow": value}, outputs=["Stock"])
        np.testing.assert_array_equal(run[name].values[0], alone["Stock"].values)


def test_what_no_input_moves_is_shared(small):
    program = make_twins(small, ["inflow"]).program
    assert program.outputs["still"].cells == program.outputs[name_second("still")].cells
    assert program.outputs["whole"].cells != program.outputs[name_second("whole")].cells


def test_both_worlds_of_the_shipped_model_are_its_runs():
    from smecluster.policies import load

    model = models.load()
    base, plan = (load(name).plan(model, 2025).inputs for name in ("as-now", "local"))
    twins = make_twins(model, {name.partition("[")[0] for name in plan})
    outputs = ["value added", "Local public debt"]
    step = {"TIME STEP": 0.125}
    given = {**base, **step, **{name_second(name): value for name, value in plan.items()}}
    both = simulate_many(
        twins,
        pd.DataFrame(index=[0]),
        [*outputs, *map(name_second, outputs)],
        [2040.0],
        base=given,
        within_ranges=False,
    )
    for inputs, called in ((base, str), (plan, name_second)):
        alone = simulate(
            model, {**inputs, **step}, outputs=outputs, years=[2040.0], within_ranges=False
        )
        for name in outputs:
            np.testing.assert_allclose(both[called(name)].values[0], alone[name], rtol=1e-12)


def test_a_model_that_remembers_its_past_has_no_second_world(tmp_path):
    path = tmp_path / "past.mdl"
    delayed = "half = DELAY FIXED(Stock, 2, 0) ~ widget ~ A delay. Source: test.|"
    old = "half = Stock * two ~ widget ~ One reader. Source: test.|"
    path.write_text(SMALL.replace(old, delayed), encoding="utf-8")
    with pytest.raises(InputError, match="DELAY FIXED has no second world"):
        make_twins(models.load(path), ["inflow"])
