"""Terms of experiments, read in the names of a model."""

import pytest

from smecluster import model
from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.experiments.terms import (
    LackingError,
    TermList,
    Terms,
    read_terms,
)
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.errors import InputError, UnknownNameError

LISTED = TermList(
    terms={
        "money for": ("no such table[here, ?]", "historical effort[here, ?]"),
        "workers": ("lunar workers", "Employment + Trainees"),
        "moon": ("lunar output",),
    },
    elements={"roads": ("motorways", "infrastructure investment")},
)


@pytest.fixture(scope="module")
def terms():
    return Terms(model.load(), LISTED)


def test_the_first_thing_that_the_model_has_counts(terms):
    found = terms.parse("workers / SMEs")
    assert found.names == ("Employment", "Trainees", "SMEs")


def test_a_term_is_a_whole_even_in_a_product(terms):
    assert terms.parse("2 * workers").text == "2 * (Employment + Trainees)"


def test_a_name_of_the_model_stands_for_itself(terms):
    assert terms.parse("SMEs").names == ("SMEs",)
    assert terms.find_input("interest rate") == "interest rate"
    assert terms.find_input("registration ease[here]") == "registration ease[here]"


def test_what_stands_in_brackets_goes_where_the_question_mark_is(terms):
    assert terms.find_input("money for[roads]") == (
        "historical effort[here, infrastructure investment]"
    )


def test_what_the_model_has_nothing_for_is_said_in_one_line(terms):
    with pytest.raises(LackingError, match="this model has nothing for 'moon'"):
        terms.parse("moon / SMEs")
    with pytest.raises(LackingError, match=r"nothing for 'money for\[tunnels\]'"):
        terms.find_input("money for[tunnels]")


def test_a_name_that_is_nothing_ends_in_the_nearest_one(terms):
    with pytest.raises(UnknownNameError, match="did you mean 'SME loans'"):
        terms.parse("SME lons")
    with pytest.raises(UnknownNameError, match="did you mean 'interest rate'"):
        terms.find_input("intrest rate")
    with pytest.raises(UnknownNameError, match="element of 'historical effort'"):
        terms.find_input("historical effort[here, tunnels]")


def test_a_term_with_another_type_of_content_is_refused(tmp_path):
    path = tmp_path / "terms.toml"
    path.write_text('[terms]\n"entry" = 3\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"terms\.toml"):
        read_terms(path)


def test_no_shipped_term_is_spelt_as_a_variable_of_the_model():
    variables = {name.casefold() for name in model.load().variables}
    assert not variables & {name.casefold() for name in read_terms().terms}


def test_every_shipped_experiment_can_be_read_in_the_names_of_the_shipped_model():
    terms = Terms(model.load())
    for reform in read_reforms():
        for change in reform.change:
            terms.find_input(change.input)
        for response in reform.response:
            terms.parse(response.of)
            terms.parse(response.per or "1")


def test_the_use_of_a_programme_is_one_lever_or_every_lever_as_written():
    """A renamed input with another order of its dimensions would set more than it should."""
    shipped = model.load()
    terms, index = Terms(shipped), InputIndex(shipped.program)
    levers = set(shipped.document.subscripts["Lever"])
    for reform in read_reforms():
        for change in reform.change:
            written = terms.find_input(change.input)
            if "Lever" not in shipped.variables[written.partition("[")[0].strip()].dims:
                continue
            _, cells = index.find(written.replace("here", shipped.regions[0]))
            named = {part for cell in cells for part in cell if part in levers}
            assert len(named) == (len(levers) if "every" in change.input else 1), change.input
