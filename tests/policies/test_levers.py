"""The lever catalogue and the model name the same levers."""

from typing import ClassVar

import pytest

from smecluster import model
from smecluster.model.support.errors import InputError
from smecluster.policies import Strategy, load
from smecluster.policies.levers import check_catalogue, find_lever, read_levers


def test_there_are_thirteen_local_and_five_central_levers():
    assert len(read_levers("local")) == 13
    assert len(read_levers("central")) == 5
    assert len({lever.name for lever in read_levers()}) == 18


def test_every_lever_cites_a_section_of_the_paper():
    assert all(section[0] in "23456" for lever in read_levers() for section in lever.paper)


def test_a_misspelt_lever_gets_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'talent training'"):
        find_lever("talent trainning")


def test_a_lever_of_the_other_level_is_unknown():
    with pytest.raises(InputError, match="unknown central lever 'brand promotion'"):
        find_lever("brand promotion", "central")


def test_the_catalogue_agrees_with_the_model():
    check_catalogue(model.load())


@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_money_for_a_lever_moves_the_variable_that_it_feeds(lever):
    shipped = model.load()
    budget = {"share": lever.share[1], "start": 2025, "allocation": {lever.name: 1.0}}
    plain = load("end-all-policy")
    paid = Strategy(**plain.model_dump(exclude={"local", "central"}) | {lever.level: budget})
    before, after = (
        model.simulate(shipped, strategy.inputs(shipped), outputs=[lever.feeds])[lever.feeds]
        for strategy in (plain, paid)
    )
    assert bool((after.sel(time=2024) == before.sel(time=2024)).all())
    assert bool((after.sel(time=2035) != before.sel(time=2035)).all())


def test_a_lever_that_the_model_does_not_have_is_found_out():
    class Without:
        subscripts: ClassVar = {"Local lever": (), "Central lever": ()}

    with pytest.raises(InputError, match="unknown local lever of the model"):
        check_catalogue(Without())
