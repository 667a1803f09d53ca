"""Strategies say exactly what is meant, and a wrong one ends in one clear line."""

from pathlib import Path

import pytest

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.policies import Strategy, load, names
from smecluster.policies.levers import read_levers
from smecluster.policies.menu import LEVELS
from smecluster.policies.plan import NEVER

GOOD = """
title = "T"
description = "D"
[local]
share = 0.01
start = 2025
[local.allocation]
"talent training" = 0.4
"brand promotion" = 0.6
"""


@pytest.fixture
def strategy_file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def message(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(path)
    text = str(caught.value)
    assert "\n" not in text
    assert "mine.toml" in text
    return text


def test_the_strategies_that_were_promised_are_there():
    assert set(names()) >= {
        "end-all-policy",
        "as-now",
        "central",
        "local",
        "mixed",
        "self-development",
        "cultivation",
        "combination",
    }


@pytest.mark.parametrize("name", names())
def test_every_strategy_loads_and_cites_the_paper(name: str):
    strategy = load(name)
    assert strategy.name == name
    assert strategy.title
    assert strategy.description
    text = (Path(load.__code__.co_filename).parent / "strategies" / f"{name}.toml").read_text()
    assert text.startswith("#")
    assert "Qu Li (2020)" in text


def test_the_three_kinds_differ_in_timing_alone():
    kinds = [load(name).local for name in ("self-development", "cultivation", "combination")]
    content = [kind.model_dump(exclude={"start", "trigger"}) for kind in kinds]
    assert content[0] == content[1] == content[2]
    timing = [(kind.start, kind.trigger) for kind in kinds]
    assert len(set(timing)) == 3


@pytest.mark.parametrize("name", ["central", "local", "mixed"])
def test_a_level_spends_on_the_levers_that_the_paper_gives_to_it(name):
    """But for those in which regions compete with one another; the files say so."""
    strategy = load(name)
    rivalry = {"investment attraction", "talent introduction", "land servicing"}
    for level in LEVELS:
        programme = getattr(strategy, level)
        if programme is not None:
            given = {lever.name for lever in read_levers(level)}
            assert set(programme.allocation) ^ given <= rivalry


def test_central_and_local_leave_out_nothing_that_is_theirs():
    attraction = {"investment attraction"}  # regions do it, though no section asks for it
    assert set(load("central").central.allocation) == {one.name for one in read_levers("central")}
    local = {one.name for one in read_levers("local")}
    assert set(load("local").local.allocation) == local | attraction


@pytest.mark.parametrize("level", LEVELS)
def test_either_level_may_spend_on_every_lever(level):
    levers = [lever.name for lever in read_levers()]
    share = {lever: 1 / len(levers) for lever in levers}
    programme = {"share": 0.01, "start": 2025, "allocation": share}
    strategy = Strategy(name="all", title="T", description="D", **{level: programme})
    inputs = strategy.inputs(model.load())
    held = f"{level} allocation[Wenzhou, "
    assert sum(name.startswith(held) for name in inputs) == len(levers)


def test_the_hash_ignores_comments_and_sees_values(strategy_file):
    plain = load(strategy_file(GOOD)).hash
    assert load(strategy_file("# a comment\n" + GOOD)).hash == plain
    assert load(strategy_file(GOOD.replace("0.01", "0.02"))).hash != plain


def test_scaling_multiplies_money_and_nothing_else():
    local = load("local")
    double = local.scaled(2)
    assert double.local.share == 2 * local.local.share
    assert double.local.allocation == local.local.allocation
    assert double.local.start == local.local.start


def test_scaling_reaches_a_region_that_is_an_exception(strategy_file):
    text = GOOD + "[local.exceptions.Wenzhou]\namount = 50\n"
    strategy = load(strategy_file(text)).scaled(3)
    assert strategy.local.in_region("Wenzhou").amount == 150
    assert strategy.local.in_region("Wenzhou").share is None
    assert strategy.local.in_region("Elsewhere").share == pytest.approx(0.03)


def test_a_misspelt_strategy_gets_the_nearest_name():
    with pytest.raises(InputError, match="unknown strategy 'centrl': did you mean 'central'"):
        load("centrl")


def test_a_missing_file_is_named():
    with pytest.raises(InputError, match=r"no such file: nowhere/mine\.toml"):
        load("nowhere/mine.toml")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("title", "titel"), "unknown field 'titel': did you mean 'title'"),
        (("share = 0.01", "shares = 0.01"), "local"),
        (("talent training", "talent traning"), "unknown lever 'talent traning': did you"),
        (("0.6", "0.7"), "allocation sums to 1.1; it must sum to 1"),
        (("0.01", '"much"'), "local.share = 'much'"),
        (("0.01", "-0.01"), "local.share = -0.01"),
        (("start = 2025", "start = 1900"), "local.start = 1900"),
        (("start = 2025", "start = 2025\ntrigger = 1"), "give either start or trigger"),
        (("start = 2025", "start = 2025\nend = 2020"), "end = 2020 is not after start = 2025"),
        (("start = 2025", ""), "give either start or trigger, not none"),
        (("0.01", "nan"), "local.share"),
        (('title = "T"', ""), "field 'title' is missing"),
        (('title = "T"', 'title = "T"\nmoney = "replace"'), "money = 'replace'"),
        (("[local]", "[local"), "is not valid TOML"),
        (("talent training", "public goods transfers"), "unknown lever 'public goods transfers'"),
    ],
)
def test_a_broken_strategy_says_what_is_wrong(strategy_file, change, says):
    assert says in message(strategy_file(GOOD.replace(*change)))


def test_money_is_additional_unless_the_strategy_says_otherwise(strategy_file):
    assert load(strategy_file(GOOD)).until == NEVER
    replacing = GOOD.replace("[local]", 'money = "replaces"\n[local]', 1)
    assert load(strategy_file(replacing)).until == 2025
    until = GOOD.replace("[local]", "[history]\nuntil = 2030\n[local]", 1)
    assert load(strategy_file(until)).until == 2030


def test_what_replaces_policy_as_now_says_when(strategy_file):
    replacing = GOOD.replace("[local]", 'money = "replaces"\n[local]', 1)
    said = message(strategy_file(replacing.replace("start = 2025", "trigger = 1")))
    assert "needs [history] until" in said
    nothing = replacing.partition("[local]")[0]
    assert "needs a programme that replaces something" in message(strategy_file(nothing))


def test_an_unknown_field_of_an_exception_is_refused(strategy_file):
    text = GOOD + "[local.exceptions.Wenzhou]\nshar = 0.02\n"
    assert "did you mean 'share'" in message(strategy_file(text))
