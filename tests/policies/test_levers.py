"""The lever catalogue and the model name the same levers."""

import pytest

from model.errors import InputError
from policies.levers import find, levers


def test_there_are_thirteen_local_and_five_central_levers():
    assert len(levers("local")) == 13
    assert len(levers("central")) == 5
    assert len({lever.name for lever in levers()}) == 18


def test_every_lever_cites_a_section_of_the_paper():
    assert all(section[0] in "23456" for lever in levers() for section in lever.paper)


def test_a_misspelt_lever_gets_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'talent training'"):
        find("talent trainning")


def test_a_lever_of_the_other_level_is_unknown():
    with pytest.raises(InputError, match="unknown central lever 'brand promotion'"):
        find("brand promotion", "central")
