"""A strategy becomes positions of sliders only if they can say all that it does."""

import pytest

from smecluster.calibration.loading import load_model
from smecluster.model.errors import InputError
from smecluster.policies.desk.presets import check_presets, make_presets
from smecluster.policies.strategy import load


@pytest.fixture(scope="module")
def model():
    return load_model()


def test_money_of_levers_adds_up_to_the_share_of_the_strategy(model):
    mixed = load("mixed")
    (preset,) = make_presets([mixed], model)
    for level, programme in (("central", mixed.central), ("local", mixed.local)):
        levers = preset["settings"][level]["levers"]
        assert sum(levers.values()) == pytest.approx(programme.share, rel=1e-12)
        assert set(levers) == set(programme.allocation)


def test_what_ends_policy_as_now_or_waits_for_a_trigger_is_no_preset(model):
    assert make_presets([load("end-all-policy"), load("combination")], model) == []


def test_one_that_is_asked_for_by_name_is_refused_in_a_line(model):
    with pytest.raises(InputError, match="'end-all-policy' does more than the desk's sliders"):
        check_presets([load("central"), load("end-all-policy")], model)
