"""The ranking study draws every constant of the model, as its file lists them."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smecluster.model.engine.read.document import CONTROLS
from smecluster.model.errors import InputError
from smecluster.model.file.beliefs import EXACT, INPUT, read_beliefs
from smecluster.sensitivity.design.constants import span_constants
from smecluster.sensitivity.design.distributions import Distribution
from smecluster.sensitivity.design.factors import Setting, build_factors
from smecluster.sensitivity.design.study import load_study

# The model's own values of constants that are zero because what they measure is absent.
ABSENT = {"initial development fund", "initial local public debt"}


def variable(low, high, dims=(), kind="constant", believed=""):
    definition = f"What it is. {believed}"
    return SimpleNamespace(
        name="a", line=1, kind=kind, low=low, high=high, dims=dims, unit="m", definition=definition
    )


def document(**variables):
    return SimpleNamespace(variables=variables)


def span(values, left_out=(), taken=(), **variables):
    def cells(name):
        return [cell for cell in values if cell.partition("[")[0] == name]

    found = span_constants(document(**variables), cells, values, left_out, taken)
    return {cell: law for cell, (_, law) in found.items()}


@pytest.fixture(scope="module")
def drawn(m):
    study = load_study("ranking")
    # Where the draws come from is nothing here: what is estimated is a constant, too.
    without = study.model_copy(
        update={"factor": tuple(one for one in study.factor if one.from_ != "calibration")}
    )
    return build_factors(without, m)


def test_the_ranking_study_names_every_constant_of_the_model(m, drawn):
    study = load_study("ranking")
    (table,) = (one for one in study.factor if one.from_ == "model")
    moved = {cell.partition("[")[0] for factor in drawn for cell in factor.cells}
    constants = {
        name: one
        for name, one in m.document.variables.items()
        if one.kind == "constant" and name not in CONTROLS
    }
    fixed = {
        name
        for name, one in constants.items()
        if all(belief.kind in (EXACT, INPUT) for belief in read_beliefs(one))
    }
    assert moved | set(table.except_) | fixed | ABSENT == set(constants)
    assert not moved & set(table.except_)


def test_the_constants_of_the_calibration_are_drawn_from_it_and_only_once(m):
    estimated = pd.DataFrame({"preference for variety": [0.3, 0.4], "upgrading rate": [0.02, 0.03]})
    factors = build_factors(load_study("ranking"), m, estimated)
    named = {factor.label: factor for factor in factors}
    assert named["preference for variety"].distribution is None
    judged = named["substitution among regions"].distribution
    assert judged.values[0] < judged.values[1] < judged.values[2]
    assert named["informal finance switch"].distribution.kind == "switch"
    cells = [cell for factor in factors for cell in factor.cells]
    assert len(cells) == len(set(cells))


def test_what_is_drawn_stays_within_the_ranges_of_the_model(m, drawn):
    Setting(m, drawn, {})
    ends = np.array([0.0, 0.3, 1.0])
    for factor in drawn:
        one = m.document.variable(factor.cells[0].partition("[")[0])
        assert one.low <= factor.distribution.at(ends).min()
        assert factor.distribution.at(ends).max() <= one.high


def test_a_constant_that_is_added_joins_by_itself():
    old = {"old": variable(0.0, 1.0)}
    assert set(span({"old": 0.5}, **old)) == {"old"}
    assert set(span({"old": 0.5, "new": 2.0}, **old, new=variable(1.0, 3.0))) == {"old", "new"}


def test_half_of_the_draws_lie_below_the_models_own_value():
    even = (np.arange(1000) + 0.5) / 1000
    laws = span({"a": 0.15, "b": 1e-6}, a=variable(0.0, 1.0), b=variable(1e-9, 1e-3))
    assert [law.kind for law in laws.values()] == ["halves", "log-halves"]
    for own, law in zip((0.15, 1e-6), laws.values(), strict=True):
        values = law.at(even)
        assert (values < own).mean() == 0.5
        assert (np.diff(values) > 0).all()
        assert law.at(np.array([0.0, 1.0])) == pytest.approx([law.low, law.high])


def test_a_constant_is_drawn_from_what_the_file_believes_of_it():
    believed = variable(0.0, 90.0, believed="Believed 90 %: 1 to 8, median 3, why.")
    (law,) = span({"a": 50.0}, a=believed).values()
    at = law.at(np.array([0.05, 0.5, 0.95]))
    assert at == pytest.approx([1.0, 3.0, 8.0], rel=1e-3)
    assert Distribution.from_record(json.loads(json.dumps(law.record()))) == law
    assert law.at(np.array([0.0, 1.0])) == pytest.approx([law.low, law.high])


def test_an_element_is_drawn_around_its_own_value():
    believed = variable(0.0, 90.0, ("Region",), believed="Believed 90 %: 0.5 to 2 times the value.")
    laws = span({"a[W]": 10.0, "a[P]": 2.0, "a[Z]": 0.0}, a=believed)
    middles = {cell: float(law.at(np.array(0.5))) for cell, law in laws.items()}
    assert middles == pytest.approx({"a[W]": 10.0, "a[P]": 2.0})


def test_a_switch_is_on_as_often_as_is_believed():
    even = (np.arange(1000) + 0.5) / 1000
    for text, mean in [
        ("1 with probability 0.7, 0 otherwise.", 0.7),
        ("0 with probability 0.5, 0.3 to 0.7 otherwise.", 0.25),
    ]:
        (law,) = span({"a": 1.0}, a=variable(0.0, 1.0, believed=f"Believed 90 %: {text}")).values()
        values = law.at(even)
        assert values.mean() == pytest.approx(mean, abs=1e-3)
        assert (np.diff(values) >= 0).all()


@pytest.mark.parametrize("text", ["exact, a convention.", "an input."])
def test_what_is_not_believed_but_defined_or_chosen_is_not_drawn(text):
    assert span({"a": 1.0}, a=variable(0.0, 2.0, believed=f"Believed 90 %: {text}")) == {}


def test_a_median_at_an_end_leaves_an_even_distribution():
    (law,) = span({"a": 0.12}, a=variable(0.03, 0.12)).values()
    assert law.at(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.03, 0.075, 0.12])


def test_regional_constants_stay_near_their_own_values():
    laws = span({"a[W]": 50.0, "a[P]": 8.0, "a[Z]": 0.0}, a=variable(0.0, 90.0, dims=("Region",)))
    assert (laws["a[W]"].low, laws["a[W]"].high) == (25.0, 90.0)
    assert (laws["a[P]"].low, laws["a[P]"].high) == (4.0, 16.0)
    assert "a[Z]" not in laws


def test_definitions_tables_and_what_something_else_sets_are_left_out():
    found = span(
        {"one": 1.0, "table": 1.0, "a": 0.5, "b": 0.5, "c": 0.5},
        left_out=["a"],
        taken={"b"},
        one=variable(1.0, 1.0),
        table=variable(0.0, 1.0, kind="table"),
        a=variable(0.0, 1.0),
        b=variable(0.0, 1.0),
        c=variable(0.0, 1.0),
    )
    assert set(found) == {"c"}


def test_a_constant_left_out_that_the_model_does_not_have_is_refused():
    with pytest.raises(InputError, match="unknown constant 'pric': did you mean 'price'"):
        span({"price": 0.5}, left_out=["pric"], price=variable(0.0, 1.0))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('input = "spin off rate"\nexcept = ["brand premium"]', "except belongs to from = 'model'"),
        ('from = "model"\nonly = ["brand premium"]', "only belongs to from = 'calibration'"),
        ('from = "model"\nlow = 1.0', "from = 'model' brings its own values: leave out low"),
        ('from = "model"\nreach = 1.0', "reach"),
    ],
)
def test_fields_of_another_kind_of_factor_are_refused(written, said, made, small):
    head, _, rest = small.partition("[[factor]]")
    text = f"{head}[[factor]]\n{written}\n[[output]]{rest.partition('[[output]]')[2]}"
    with pytest.raises(InputError, match=said):
        made(text)
