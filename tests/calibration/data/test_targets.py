"""Targets join the figures of a fit, and are never counted as figures that test the model."""

from dataclasses import replace

import pytest

from smecluster.calibration import load_case
from smecluster.calibration.data.constants import TARGET, Target, read_targets
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.model import load
from smecluster.model.errors import InputError

HEAD = "variable,year,value,unit,error,status,source\n"
GOOD = "exit rate,2010,0.068,1/Year,0.2,derived,a registry"


@pytest.fixture(scope="module")
def model():
    return load()


@pytest.fixture(scope="module")
def case():
    return load_case("wenzhou")


def write(tmp_path, *rows):
    path = tmp_path / "targets.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("exit rate,1900,0.068,1/Year,0.2,derived,x", "year must be 1978 to 2060, not 1900"),
        ("exit rate,2010.5,0.068,1/Year,0.2,derived,x", "year must be 1978 to 2060, not 2010.5"),
        ("exit rate,2011,0,1/Year,0.2,derived,x", "value must be above 0, not 0"),
        ("exit rate,2011,0.068,1/Year,0,derived,x", "error must be above 0 and at most 2, not 0"),
        ("exit rate,2011,0.068,1/Year,0.2,doubtful,x", "status"),
        ("exit rate,2011,0.068,1/Year,0.2,derived,", "column 'source' is empty"),
        ("exit rate,2010,0.07,1/Year,0.2,derived,x", "in 2010 is already given in line 2"),
    ],
)
def test_a_bad_target_is_refused_with_its_line(tmp_path, row, message):
    with pytest.raises(InputError, match=message) as refused:
        read_targets(write(tmp_path, GOOD, row))
    assert "targets.csv:3: " in str(refused.value)


def test_targets_join_the_figures_that_a_fit_uses(model, case):
    problem = assemble_problem(model, [case])
    own = problem.measurements[problem.measurements["segment"] == TARGET]
    used = [target for target in case.targets if target.status != "remembered"]
    assert list(own["value"]) == [target.value for target in used]
    assert list(own["sigma"]) == [target.error for target in used]
    assert set(own["observable"]) <= set(problem.observables.index)


def test_a_target_from_memory_counts_only_if_asked_for_and_with_twice_the_error(model, case):
    target = Target("talent share", 2010, 0.07, "Dmnl", 0.25, "remembered", "memory", "")
    with_it = replace(case, targets=(target,))
    without = assemble_problem(model, [with_it]).measurements
    assert TARGET not in set(without["segment"])
    asked = assemble_problem(model, [with_it], include=["remembered"]).measurements
    assert asked.loc[asked["segment"] == TARGET, "sigma"].tolist() == [0.5]


def test_no_target_is_a_measurement_of_the_case(case):
    assert TARGET not in set(case.measurements()["segment"])


def test_targets_of_later_years_are_no_figures_to_forecast(model, case):
    problem = assemble_problem(model, [case]).drop_targets_after(2015)
    aimed = problem.measurements[problem.measurements["segment"] == TARGET]
    assert len(aimed)
    assert aimed["year"].max() <= 2015
    figures = problem.measurements[problem.measurements["segment"] != TARGET]
    assert figures["year"].max() > 2015


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target("exit rat", 2010, 1, "1/Year", 0.2, "read", "x", "f:2"), "did you mean 'exit rate"),
        (Target("exit rate", 2010, 1, "Dmnl", 0.2, "read", "x", "f:2"), "the model has it in '1/Y"),
    ],
)
def test_a_target_that_the_model_does_not_have_is_refused(model, case, target, message):
    with pytest.raises(InputError, match=message):
        assemble_problem(model, [replace(case, targets=(target,))])
