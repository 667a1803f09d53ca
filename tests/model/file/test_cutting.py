"""Cutting a loop open: only the named readers read the constant."""

from pathlib import Path

import pytest

from smecluster.model.engine.read.document import read_document
from smecluster.model.errors import InputError
from smecluster.model.file.cutting import Cut, apply_cuts

TOWNS = (Path(__file__).parents[1] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")
LOOP = Cut("R1: growth & pull", "People", ("arrivals",))


def test_only_the_named_reader_reads_the_constant_and_the_variable_is_still_computed():
    before, after = (
        read_document(TOWNS).variables,
        read_document(apply_cuts(TOWNS, [LOOP])).variables,
    )
    assert LOOP.constant == "cut People of R1 growth pull"
    assert LOOP.constant in after["arrivals"].causes
    assert "People" not in after["arrivals"].causes
    assert after["departures"].equation == before["departures"].equation
    assert after["People"].equation == before["People"].equation
    assert set(after) - set(before) == {LOOP.constant}


def test_the_constant_has_the_dimensions_and_the_unit_of_the_variable():
    constant = read_document(apply_cuts(TOWNS, [LOOP])).variables[LOOP.constant]
    assert (constant.dims, constant.unit, constant.kind) == (("Region",), "person", "constant")


def test_a_variable_may_be_cut_in_two_loops():
    other = Cut("R2", "People", ("departures",))
    variables = read_document(apply_cuts(TOWNS, [LOOP, other])).variables
    assert variables["departures"].causes[0] == other.constant
    assert LOOP.constant in variables["arrivals"].causes


def test_a_reader_with_several_equations_is_cut_in_each_that_reads_the_variable():
    text = TOWNS.replace(
        "departures[Region]=",
        "departures[Hill Town]=\n\tPeople[Hill Town]/stay\n\t~\tperson/Year\n\t~\tx\n\t|\n"
        "departures[River Town]=",
        1,
    )
    text = text.replace("People[Region]/stay", "People[River Town]/stay")
    cut = apply_cuts(text, [Cut("R", "People", ("departures",))])
    equation = read_document(cut).variables["departures"].equation
    assert equation.count("cut People of R[") == 2


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (Cut("R", "Peple", ("arrivals",)), "did you mean 'People'?"),
        (Cut("R", "People", ("arivals",)), "did you mean 'arrivals'?"),
        (Cut("R", "returns", ("arrivals",)), "'arrivals' does not read 'returns'"),
    ],
)
def test_what_cannot_be_cut_is_refused(cut, message):
    with pytest.raises(InputError) as caught:
        apply_cuts(TOWNS, [cut])
    assert message in str(caught.value)
