"""How a lever's money reaches value added is read from the model's equations."""

from itertools import pairwise

import pytest

from smecluster.model.engine.read.document import read_document as read_document
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text
from smecluster.policies.lever_description import describe_lever
from smecluster.policies.levers import find_lever, read_levers
from smecluster.policies.menu import Menu

TEXT = read_text(SHIPPED)


@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_every_step_of_every_path_is_a_causal_link(lever):
    followers = read_document(TEXT).followers
    description = describe_lever(lever, TEXT)
    for path in (description.money_path, *description.effect_paths.values()):
        assert all(after in followers[before] for before, after in pairwise(path))


@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_money_ends_where_the_effect_begins(lever):
    description = describe_lever(lever, TEXT)
    assert description.money_path[-1] == lever.feeds
    assert {path[0] for path in description.effect_paths.values()} == {lever.feeds}
    assert {path[-1] for path in description.effect_paths.values()} == {"value added"}


def test_a_path_enters_by_the_equation_that_names_the_lever():
    path = describe_lever(find_lever("fund and guarantees"), TEXT).money_path
    assert path[-3:] == ("response", "absorbed money", "Development fund")


def test_a_path_through_one_cause_of_value_added_avoids_the_other():
    paths = describe_lever(find_lever("brand promotion"), TEXT).effect_paths
    assert list(paths) == ["relative price", "net output"]  # the shortest first
    assert "relative price" not in paths["net output"]


def test_what_sets_only_an_initial_value_is_no_evidence():
    names = {one.name for one in describe_lever(find_lever("legal framework"), TEXT).evidence}
    assert "strength of legal framework" in names
    assert "initial rule of law" not in names


def test_a_constant_by_lever_is_cited_with_the_lever_s_own_value():
    (half,) = (
        one
        for one in describe_lever(find_lever("talent training"), TEXT).evidence
        if one.name == "half saturation"
    )
    assert (half.value, half.low, half.high) == (0.06, 0.0001, 1.0)


def test_what_policy_spends_now_is_read_by_government():
    assert describe_lever(find_lever("talent introduction"), TEXT).today == {
        "Wenzhou": 0.0,
        "Pearl River Delta": 0.0015,
        "Zhongguancun": 0.004,
        "the centre": 0.0,
    }
    law = describe_lever(find_lever("legal framework"), TEXT).today
    assert {place for place, share in law.items() if share} == {"the centre"}


@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_money_begins_with_a_level_and_today_s_policy_is_that_of_both(lever):
    description = describe_lever(lever, TEXT)
    assert description.money_path[0] in Menu.spending.values()
    assert list(description.today)[-1] == "the centre"
    assert len(description.today) == 4
    assert description.effect_paths
    assert not {*Menu.allocations.values()} & {one.name for one in description.evidence}
