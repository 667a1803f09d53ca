"""How a lever's money reaches value added is read from the model's equations."""

from itertools import pairwise

import pytest

from smecluster.model.support.files import read_text
from smecluster.model.vensim.document import SHIPPED
from smecluster.model.vensim.document import read_document as read_document
from smecluster.policies.lever_description import describe_lever
from smecluster.policies.levers import find_lever, read_levers
from smecluster.policies.menu import find_menu

TEXT = read_text(SHIPPED)
DRAFT = read_text(SHIPPED.parent / "drafts" / "second_edition.mdl")
ONE_MENU = find_menu(read_document(DRAFT).subscripts)


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
    assert path[-3:] == ("absorbed money", "fund contributions", "Development fund")


def test_a_path_through_one_cause_of_value_added_avoids_the_other():
    paths = describe_lever(find_lever("brand promotion"), TEXT).effect_paths
    assert list(paths) == ["price index", "potential output"]  # the shortest first
    assert "price index" not in paths["potential output"]


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
    assert (half.value, half.low, half.high) == (0.008, 0.0001, 0.5)


def test_what_policy_spends_now_is_read_by_region():
    assert describe_lever(find_lever("talent introduction"), TEXT).today == {
        "Wenzhou": 0.0,
        "Pearl River Delta": 0.0015,
        "Zhongguancun": 0.004,
    }
    assert describe_lever(find_lever("legal framework"), TEXT).today == {"all regions": 0.0004}


@pytest.mark.parametrize("lever", read_levers(menu=ONE_MENU), ids=lambda lever: lever.name)
def test_a_lever_of_either_level_is_described_for_both(lever):
    description = describe_lever(lever, DRAFT)
    assert description.money_path[0] in ONE_MENU.spending.values()
    assert description.money_path[-1] == lever.feeds
    assert list(description.today) == [*ONE_MENU.regions, "all regions"]
    assert description.effect_paths
    assert "allocation" not in {one.name for one in description.evidence}
