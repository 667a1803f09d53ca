"""``smecluster describe`` explains a variable or a lever."""

import json
from pathlib import Path

import pytest

from smecluster.model.engine.read.document import read_document
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text
from smecluster.policies.levers import read_levers
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
    assert "wanted upgrading" in out


def test_a_machine_reads_json(capsys):
    record = json.loads(run(capsys, "value added", "--json"))
    assert record["unit"] == "Myuan/Year"
    assert record["dims"] == ["Region"]
    assert "net output" in record["causes"]


def test_a_constant_shows_its_range(capsys):
    assert "range:      0.25 to 0.5" in run(capsys, "capital share")


def test_every_variable_can_be_described():
    document = read_document(read_text(SHIPPED))
    assert all(document.variable(name) is variable for name, variable in document.variables.items())


@pytest.mark.parametrize("lever", read_levers(), ids=lambda lever: lever.name)
def test_a_lever_is_described_up_to_value_added(capsys, lever):
    out = run(capsys, lever.name)
    assert out.startswith(f"{lever.name} (policy lever)")
    for label in ("paper:", "task of:", "cost:", "span from:", "as now:", "feeds:", "evidence:"):
        assert label in out
    assert "shortest path to value added through relative price:" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_lever_is_found_in_upper_and_lower_case(capsys):
    assert run(capsys, "Talent_Training") == run(capsys, "talent training")


def test_a_machine_reads_a_lever_as_json(capsys):
    record = json.loads(run(capsys, "talent training", "--json"))
    assert record["lever"]["feeds"] == "Trainees"
    assert record["sections"] == {"6.1": "factor markets"}
    assert record["money_path"][0] == "local programme spending"
    assert record["effect_paths"]["net output"][-1] == "value added"
    assert "training cost in wages" in {one["name"] for one in record["evidence"]}


def test_a_name_that_is_neither_variable_nor_lever_gets_the_nearest_of_both(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["describe", "talent traning"])
    assert caught.value.code == 2
    assert "did you mean 'talent training'?" in capsys.readouterr().err


def test_a_model_without_the_lever_says_so(capsys, tmp_path):
    other = Path(__file__).parents[2] / "model" / "data" / "two_towns.mdl"
    with pytest.raises(SystemExit) as caught:
        main(["describe", "talent training", "--model", str(other)])
    assert caught.value.code == 2
    assert capsys.readouterr().err == ("error: the model has no lever 'talent training'\n")
