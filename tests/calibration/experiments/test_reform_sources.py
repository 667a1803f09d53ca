"""A study that the model already uses is no test of it."""

import pytest

from smecluster import model
from smecluster.calibration.experiments.reform import (
    Study,
    explain_use,
    find_constants,
    find_reforms,
)


@pytest.fixture(scope="module")
def shipped():
    return model.load()


def study(authors, year):
    return Study(authors=authors, year=year, title="t", journal="j", counterfactual="c")


def cite(shipped, text):
    """The shipped model, in which the source of one constant is another."""
    begin = shipped.text.index("\nsize of liquidity shocks =")
    old = "Source: normalisation."
    at = shipped.text.index(old, begin)
    assert at < shipped.text.index("|", begin)
    changed = shipped.text[:at] + f"Source: {text}." + shipped.text[at + len(old) :]
    return model.Model(changed, shipped.path)


@pytest.mark.parametrize(
    "text",
    [
        "Alder and Oak 2010",
        "Alder, Oak and Elm 2010 (sign)",
        "see Alder, Oak, Elm and Ash (2010)",
        "Alder et al. 2010",
    ],
)
def test_a_constant_that_cites_the_study_comes_from_it(shipped, text):
    found = find_constants(cite(shipped, text), study("Alder, Oak and Elm", 2010))
    assert found == ("size of liquidity shocks",)


@pytest.mark.parametrize(
    "text",
    [
        "Alder and Oak 2011",
        "Alder and Birch 2010",
        "Balder and Oak 2010",
        "Alder 2010",
        "Alder and Oak 2008; others 2010",
    ],
)
def test_another_study_of_a_like_name_does_not_count(shipped, text):
    assert not find_constants(cite(shipped, text), study("Alder, Oak and Elm", 2010))


def test_a_single_author_stands_alone(shipped):
    assert find_constants(cite(shipped, "Alder (2010)"), study("Alder", 2010))
    assert not find_constants(cite(shipped, "Alder and Oak 2010"), study("Alder", 2010))


def test_the_shipped_models_own_sources_are_found(shipped):
    (reform,) = find_reforms(["public_capital"])
    assert find_constants(shipped, reform.study) == ("infrastructure elasticity",)
    said = explain_use(shipped, reform, reform.response[0])
    assert said == "source of infrastructure elasticity"


def test_a_file_may_say_what_else_uses_its_study(shipped):
    (reform,) = find_reforms(["registration"])
    assert "sets the size" in explain_use(shipped, reform, reform.response[0])


@pytest.mark.parametrize(
    ("status", "said"),
    [("remembered", "from memory, not seen in a source"), ("doubtful", "doubtful")],
)
def test_a_figure_from_memory_or_in_doubt_is_no_test(shipped, status, said):
    (reform,) = find_reforms(["grants_britain"])
    assert explain_use(shipped, reform, reform.response[0]) == ""
    changed = reform.response[0].model_copy(update={"status": status})
    assert said in explain_use(shipped, reform, changed)
