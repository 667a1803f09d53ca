"""Why a lever does what it does: chains from links, and words as the numbers."""

import dataclasses

import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.policies.assignment.compute import assign
from smecluster.policies.causal_chains import Chain, join_links, split_chains
from smecluster.policies.ensemble.gains import GAINED
from smecluster.policies.explanation import choose_chains, explain

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
    assert one.facts["size"] == pytest.approx(given, rel=1e-5)


def test_all_of_it_passes_through_what_the_lever_feeds(found):
    passed = {name for chain in found.facts["chains"]["whole"] for name in chain.variables}
    assert {"response", "central programme spending"} & passed
    said = " ".join(found.answer())
    assert "raises 'Discounted value added' of all regions in 2035" in said
    assert "100 %" not in found.answer()[0]


def test_what_a_link_carries_by_year_ends_at_its_share(found):
    links = found.tables["links"].set_index(["variable", "read by"])["carries [%]"]
    carried = found.data["carried"].isel(time=-1)
    for at, link in enumerate(carried["link"].values):
        if link in links.index:
            last = 100 * float(carried[at]) / found.facts["size"]
            assert last == pytest.approx(links[link], abs=1e-7)


def test_moves_have_units_and_the_figure_is_drawn(found):
    known = found.tables["moves"].dropna()
    assert len(known)
    assert (known["least [%]"] <= known["most [%]"]).all()
    assert found.figure("why").axes
    assert set(found.tables) == {"chains", "links", "moves", "effect"}


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
    assert not national.facts["regional"]
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


def test_the_way_of_the_money_is_shown_only_where_all_passes_through():
    chains = [Chain(("money", "spending"), 1.0), Chain(("spending", "response"), 0.6)]
    shown = choose_chains(chains, {"money", "spending", "response"})
    assert shown == {"whole": chains[:1], "part": [], "against": []}


# Words, on injected results


def tell(found, language="en", **facts):
    return dataclasses.replace(found, facts={**found.facts, **facts}).answer(language)


def test_a_loss_is_called_one_and_what_works_against_it_is_named(found):
    chains = {"whole": [], "part": [Chain(("a", "b"), 0.6)], "against": [Chain(("a", "c"), -0.25)]}
    loss = {"size": -found.facts["size"], "outcome": "value added", "chains": chains}
    first, carried, against = tell(found, **loss)
    assert "lowers 'value added' of all regions in 2035 by" in first
    assert carried == "What carries most of it: a > b 60 %."
    assert against == "Against it work: a > c 25 % of the effect."
    assert "2035年全部地区的“增加值”降低" in tell(found, "zh", **loss)[0]


def test_where_nothing_else_carries_that_is_said(found):
    bare = {"whole": [Chain(("a", "b"), 1.0)], "part": [], "against": []}
    assert tell(found, chains=bare)[1:] == [
        "All of it, or nearly, passes through: a > b.",
        "No other link carries as much as a fiftieth of it.",
    ]


def test_cut_runs_without_result_are_counted(found):
    failed = dataclasses.replace(found, facts={**found.facts, "failed": 2})
    said = " ".join(one.plain for one in failed.page().body if hasattr(one, "plain"))
    assert "2 cut runs have no result" in said
