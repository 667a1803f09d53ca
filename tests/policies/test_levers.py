"""The lever catalogue and the model name the same levers."""

from typing import ClassVar

import pytest

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.policies import Strategy, load
from smecluster.policies.levers import check_catalogue, find_lever, read_levers
from smecluster.policies.menu import LEVELS


def test_there_are_fifteen_levers_and_the_paper_gives_some_to_both_levels():
    assert len({lever.name for lever in read_levers()}) == 15
    given = {level: {lever.name for lever in read_levers(level)} for level in LEVELS}
    assert (len(given["local"]), len(given["central"])) == (12, 5)
    assert given["local"] & given["central"] == {
        "infrastructure investment",
        "fund and guarantees",
        "regional specialisation",
    }
    assert [lever.name for lever in read_levers() if not lever.given_to] == [
        "investment attraction"
    ]


@pytest.mark.parametrize(("section", "level"), [("5.1", "central"), ("5.2", "local")])
def test_a_section_on_one_level_gives_its_levers_to_that_level(section, level):
    assert all(level in one.given_to for one in read_levers() if section in one.paper)


def test_every_lever_cites_a_section_of_the_paper():
    assert all(section[0] in "23456" for lever in read_levers() for section in lever.paper)


def test_a_misspelt_lever_gets_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'talent training'"):
        find_lever("talent trainning")


def test_the_catalogue_agrees_with_the_model():
    check_catalogue(model.load())


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_money_of_either_level_moves_the_variable_that_the_lever_feeds(lever, level):
    shipped = model.load()
    budget = {"share": lever.share[1], "start": 2025, "allocation": {lever.name: 1.0}}
    plain = load("end-all-policy")
    paid = Strategy(**plain.model_dump(exclude={"local", "central"}) | {level: budget})
    before, after = (
        model.simulate(shipped, strategy.inputs(shipped), outputs=[lever.feeds])[lever.feeds]
        for strategy in (plain, paid)
    )
    assert bool((after.sel(time=2024) == before.sel(time=2024)).all())
    assert bool((after.sel(time=2035) != before.sel(time=2035)).all())


def test_a_lever_that_the_model_does_not_have_is_found_out():
    class Without:
        subscripts: ClassVar = {"Level": LEVELS, "Lever": ()}

    with pytest.raises(InputError, match="unknown lever of the model"):
        check_catalogue(Without())
