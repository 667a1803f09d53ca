"""Why a lever does what it does: chains from links, and words as the numbers."""

import dataclasses

import numpy as np
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.model.outcomes import find_outcome
from smecluster.policies.assignment.compute import assign
from smecluster.policies.ensemble.gains import GAINED
from smecluster.policies.explanation.chains import Chain, join_links, split_chains
from smecluster.policies.explanation.compute import explain
from smecluster.policies.explanation.figures import draw_figures

STEP = {"TIME STEP": 0.125}
LEVER = "legal framework"


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return explain(model, LEVER, "Discounted value added", who="centre", year=2035, settings=STEP)


def test_the_effect_is_the_gain_of_the_same_case_of_assign(model):
    one = explain(model, LEVER, "Discounted value added", who="centre", settings=STEP)
    other = assign(model, levers=[LEVER], horizon=2041, settings=STEP).levers[GAINED]
    given = other.sel(lever=LEVER, who="centre", horizon=2040).item()
    assert one.size == pytest.approx(given, rel=1e-5)


def test_all_of_it_passes_through_what_the_lever_feeds(found):
    trunk, *_ = found.shown
    passed = {name for chain in trunk for name in chain.variables}
    assert {"response", "central programme spending"} & passed
    said = " ".join(found.answer())
    assert "raises 'Discounted value added' of all regions in 2035" in said
    assert "100 %" not in found.answer()[0]


def test_what_a_link_carries_by_year_ends_at_its_share(found):
    for at, (name, reader) in enumerate(found.paths["link"].values):
        if (name, reader) in found.links:
            last = float(found.paths.isel(link=at, time=-1)) / found.size
            assert last == pytest.approx(found.links[name, reader], abs=1e-9)


def test_moves_have_units_and_the_figure_is_drawn(found):
    known = found.moves.dropna()
    assert len(known)
    assert (known["least [%]"] <= known["most [%]"]).all()
    assert set(draw_figures(found)) == {"why"}
    assert {"chains", "links", "moves"} == set(found.tables())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lever": "legal framwork"}, "legal framework"),
        ({"outcome": "value aded"}, "value added"),
        ({"who": "nobody"}, "centre"),
        ({"year": 2061}, "must be a whole year"),
        ({"year": 10**400}, "must be a whole year"),
        ({"budget": "0%"}, "without additional money"),
    ],
)
def test_what_cannot_be_explained_is_refused(model, options, message):
    lever, outcome = options.pop("lever", LEVER), options.pop("outcome", "value added")
    with pytest.raises(InputError, match=message):
        explain(model, lever, outcome, **options)


def test_an_outcome_of_the_nation_is_explained_too(model):
    national = explain(model, LEVER, "value added elsewhere", year=2030, settings=STEP)
    assert not national.regional
    assert "lowers 'value added elsewhere' in 2030 by" in national.answer()[0]


# Chains


def test_links_in_a_row_that_carry_the_same_are_one_chain():
    links = {("a", "b"): 1.0, ("b", "c"): 0.6, ("c", "d"): 0.61, ("b", "e"): 0.4}
    chains = join_links(links)
    assert Chain(("b", "c", "d"), 0.61) in chains
    assert Chain(("a", "b"), 1.0) in chains
    assert len(chains) == 3
    assert [abs(one.carried) for one in chains] == sorted(
        (abs(one.carried) for one in chains), reverse=True
    )


def test_every_link_is_in_one_chain_also_in_a_circle():
    links = {("a", "b"): 0.5, ("b", "a"): 0.5, ("b", "c"): 0.1}
    chains = join_links(links)
    pairs = [pair for one in chains for pair in zip(one.variables, one.variables[1:], strict=False)]
    assert sorted(pairs) == sorted(links)


def test_chains_are_parted_by_what_they_carry():
    chains = join_links(
        {
            ("money", "x"): 1.0,
            ("x", "y"): 1.1,
            ("y", "z"): 0.7,
            ("y", "w"): -0.2,
            ("z", "v"): -3.0,
            ("w", "v"): 0.001,
        }
    )
    trunk, parts, against = split_chains(chains, 5)
    assert [one.variables for one in trunk] == [("money", "x", "y")]
    assert [one.variables for one in parts] == [("y", "z")]
    assert [one.variables for one in against] == [("y", "w")]


# Words, on injected results


def test_a_loss_is_called_one_and_what_works_against_it_is_named(found):
    lower = dataclasses.replace(
        found,
        effect=-found.effect,
        outcome=find_outcome("value added"),
        chains=(Chain(("a", "b"), 0.6), Chain(("a", "c"), -0.25)),
    )
    first, carried, against = lower.answer()
    assert "lowers 'value added' of all regions in 2035 by" in first
    assert carried == "What carries most of it: a > b 60 %."
    assert against == "Against it work: a > c 25 % of the effect."


def test_the_way_of_the_money_is_shown_only_where_all_passes_through(found):
    first, second, third = found.money_path[:3]
    shown = dataclasses.replace(
        found, chains=(Chain((first, second), 1.0), Chain((second, third), 0.6))
    )
    trunk, parts, _ = shown.shown
    assert [one.variables for one in trunk] == [(first, second)]
    assert parts == []


def test_where_nothing_else_carries_that_is_said(found):
    bare = dataclasses.replace(found, chains=(Chain(("a", "b"), 1.0),))
    assert bare.answer()[1:] == [
        "All of it, or nearly, passes through: a > b.",
        "No other link carries as much as a fiftieth of it.",
    ]


def test_cut_runs_without_result_are_counted(found):
    assert "2 cut runs have no result" in " ".join(dataclasses.replace(found, failed=2).basis())
    assert not np.isnan(found.size)
