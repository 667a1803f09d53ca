"""``smecluster describe`` tells what a variable is."""

import json

import pytest

from smecluster.model.support.files import read_text
from smecluster.model.vensim.document import SHIPPED, describe
from smecluster.scripts.main import main


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        main(["describe", *arguments])
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_a_person_reads_definition_unit_source_equation_and_neighbours(capsys):
    out = run(capsys, "imitative smes")
    for label in ("kind:", "unit:", "source:", "equation:", "causes:", "effects:"):
        assert label in out
    assert out.startswith("Imitative SMEs [Region]")
    assert "spontaneous entry" in out


def test_a_machine_reads_json(capsys):
    record = json.loads(run(capsys, "value added", "--json"))
    assert record["unit"] == "Myuan/Year"
    assert record["dims"] == ["Region"]
    assert "potential output" in record["causes"]


def test_a_constant_shows_its_range(capsys):
    assert "range:      0.25 to 0.55" in run(capsys, "capital share")


def test_every_variable_can_be_described():
    document = describe(read_text(SHIPPED))
    assert all(document.variable(name) is variable for name, variable in document.variables.items())
