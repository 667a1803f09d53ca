"""A further region is fitted beside regions that are held at their calibration."""

import pandas as pd
import pytest

from smecluster.calibration import load_case
from smecluster.calibration.authoring.template import new_case
from smecluster.calibration.further import assemble_further_problem, load_beside, pair_draws
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.store.findings import read_findings
from smecluster.calibration.store.named import Calibration, write_manifest
from smecluster.model import load as load_model
from smecluster.model.engine.read.values import find_element, read_values
from smecluster.model.errors import InputError

HELD = {"migration rate": 0.045, "reference output[Wenzhou]": 4800.0}


@pytest.fixture
def held(tmp_path):
    """A calibration of one shared parameter and one of Wenzhou's."""
    folder = tmp_path / "held"
    folder.mkdir()
    columns = ["name", "unit", "scale", "scope", "lower", "upper", "prior mean", "prior sd"]
    rows = [
        (name, "", "log", "shared", value / 2, value * 2, value, 0.3, value, value, value, "")
        for name, value in HELD.items()
    ]
    table = pd.DataFrame(rows, columns=[*columns, "estimate", "low", "high", "verdict"])
    table.to_csv(folder / "parameters.csv", index=False)
    write_manifest(folder, {"name": "held"}, ["parameters.csv"])
    return Calibration("held", folder, read_findings(folder))


def test_the_others_stand_at_their_calibration_and_the_region_at_its_own_values(held, tmp_path):
    case = load_case(new_case(tmp_path / "town", "wenzhou"))
    model, _ = load_beside(case, held)
    assert model.regions == (*load_model().regions, "town")
    values = read_values(model.text)
    assert values["migration rate"][()] == HELD["migration rate"]
    assert values["reference output"][("Wenzhou",)] == HELD["reference output[Wenzhou]"]
    own = next(each for each in case.constants if each.variable == "reference output")
    assert values["reference output"][("town",)] == own.value


def test_a_folder_of_a_shipped_region_takes_its_place_with_its_own_values(held):
    model, _ = load_beside(load_case("wenzhou"), held)
    assert sorted(model.regions) == sorted(load_model().regions)
    own = next(
        each for each in load_case("wenzhou").constants if each.variable == "reference output"
    )
    assert read_values(model.text)["reference output"][("Wenzhou",)] == own.value


def test_a_part_is_fitted_beside_its_whole_from_another_folder(tmp_path):
    big = load_case(new_case(tmp_path / "big", "pearl_river_delta"))
    folder = new_case(tmp_path / "small", "wenzhou")
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8").replace('part_of = ""', 'part_of = "big"')
    path.write_text(text, encoding="utf-8")
    model, parts = load_beside(load_case(folder), None, [big])
    assert {"big", "small"} < {*model.regions}
    assert parts == {"big": ("small",)}
    before = read_values(model.text)["initial labour force"]
    after = read_values(Netting(model, parts).net_model().text)["initial labour force"]
    assert after[("big",)] + after[("small",)] == pytest.approx(before[("big",)])


def test_only_the_regions_own_parameters_are_estimated_from_its_own_figures():
    case = load_case("wenzhou")
    found = assemble_further_problem(load_beside(case, None)[0], case)
    assert found.names
    assert all(find_element(name, ["Wenzhou"]) for name in found.names)
    assert set(found.measurements["region"]) == {"Wenzhou"}


def test_a_region_that_names_no_parameter_has_nothing_to_estimate(tmp_path):
    folder = new_case(tmp_path / "town", "wenzhou")
    path = folder / "parameters.csv"
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(text[: 1 + next(i for i, x in enumerate(text) if x[:4] == "name")]))
    with (folder / "series.csv").open("a", encoding="utf-8") as file:
        file.write("town,va,2000,9000,exact,million yuan,current prices,read,S101,\n")
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[measure]]\nvariable = "value added"\nunit = "Myuan/Year"\nseries = ["va"]\n'
            'prices = "current"\nyears = [1990, 2020]\ndefinition = "of the town"\n'
        )
    case = load_case(folder)
    with pytest.raises(InputError, match="names no parameter: nothing can be estimated"):
        assemble_further_problem(load_beside(case, None)[0], case)


def test_draws_stand_side_by_side_and_replace_those_of_the_same_region():
    own = pd.DataFrame({"a[Wenzhou, imitative]": [1.0, 2.0], "new[Wenzhou]": [3.0, 4.0]})
    shared = {"migration rate": [0.1, 0.2], "b[imitative]": [0.3, 0.4], "a[Delta]": [5, 6]}
    held = pd.DataFrame({**shared, "a[Wenzhou, imitative]": [8.0, 9.0], "c[Wenzhou]": [7, 7]})
    found = pair_draws(own, held, ["Wenzhou"])
    assert list(found) == [*shared, *own]
    assert found["a[Wenzhou, imitative]"].tolist() == [1.0, 2.0]
    assert len(found) == 2
