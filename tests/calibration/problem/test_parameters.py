import math

import pytest

from smecluster.calibration.problem.criteria import NORMAL_90
from smecluster.calibration.problem.parameters import SHARED, check_parameters, read_parameters
from smecluster.model import load
from smecluster.model.engine.read.values import split_name
from smecluster.model.errors import InputError
from smecluster.model.file.beliefs import find_belief, read_beliefs

HEAD = "name,scale,lower,upper,prior mean,prior sd,status,source\n"
GOOD = "user cost of capital,log,0.1,0.6,0.3,0.3,judgement,judgement"


def table(tmp_path, *rows):
    path = tmp_path / "parameters.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("user cost of capital,log,0.6,0.1,0.3,0.3,judgement,x", "bounds are crossed"),
        ("user cost of capital,log,0.1,0.6,0.9,0.3,judgement,x", "prior mean 0.9 is outside"),
        ("user cost of capital,log,0.1,0.6,0.3,0,judgement,x", "prior sd 0 must be above 0"),
        ("user cost of capital,log,0,0.6,0.3,0.3,judgement,x", "scale log needs a lower bound"),
        ("user cost of capital,logs,0.1,0.6,0.3,0.3,judgement,x", "did you mean 'log'"),
        ("user cost of capital,log,0.1,0.6,0.3,0.3,guess,x", "status"),
        ("user cost of capital,log,0.1,0.6,,0.3,judgement,x", "prior mean must be a number"),
        ("user cost of capital,log,0.1,0.6,0.3,nan,judgement,x", "must be a finite number"),
        ("user cost of capital,log,0.1,0.6,0.3,0.3,judgement,", "source is empty"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path, row, message):
    with pytest.raises(InputError, match=message) as refused:
        read_parameters(table(tmp_path, GOOD, row))
    assert "parameters.csv:3" in str(refused.value)


def test_a_parameter_stands_once(tmp_path):
    with pytest.raises(InputError, match="is repeated"):
        read_parameters(table(tmp_path, GOOD, GOOD))


@pytest.mark.parametrize(
    ("row", "region", "message"),
    [
        ("user cost of capitl,log,0.1,0.6,0.3,0.3,judgement,x", None, "did you mean 'user cost"),
        ("value added,log,0.1,0.6,0.3,0.3,judgement,x", None, "constant"),
        (
            "user cost of capital,log,0.01,0.6,0.3,0.3,judgement,x",
            None,
            "outside the model's range",
        ),
        (
            "base exit rate,log,0.06,0.1,0.08,0.1,read,x",
            None,
            r"one of 'base exit rate\[imitative\]'",
        ),
        ("base exit rate[imitativ],log,0.06,0.1,0.08,0.1,read,x", None, "mean 'imitative'"),
        ("migration rate[imitative],log,0.01,0.05,0.02,0.1,read,x", None, "has no elements, not"),
        ("initial capital,log,1,9,3,0.3,read,x", "Wenzhou", "for each element of 'Kind': write"),
        (GOOD, "Wenzhou", "shared by all regions"),
        ("reference output,log,100,200,150,0.1,judgement,x", None, "is by region"),
    ],
)
def test_a_parameter_that_the_model_does_not_allow_is_refused(tmp_path, row, region, message):
    with pytest.raises(InputError, match=message):
        check_parameters(read_parameters(table(tmp_path, row), region), load())


def test_a_parameter_of_a_kind_of_firms_has_its_region_first(tmp_path):
    path = table(tmp_path, "initial capital[imitative],log,1,9,3,0.3,read,x")
    (parameter,) = read_parameters(path, "Wenzhou")
    assert parameter.name == "initial capital[Wenzhou, imitative]"
    check_parameters([parameter], load())


def test_the_shared_priors_are_the_ranges_that_the_models_file_believes():
    variables = load().variables
    for parameter in read_parameters(SHARED):
        bare, cell = split_name(parameter.name)
        belief = find_belief(read_beliefs(variables[bare]), cell)
        assert (parameter.lower, parameter.upper) == (belief.low, belief.high), parameter.name
        middle = belief.median or math.sqrt(belief.low * belief.high)
        assert parameter.mean == pytest.approx(middle, rel=0.005), parameter.name
        width = math.log(belief.high / belief.low) / (2 * NORMAL_90)
        assert parameter.sd == pytest.approx(width, rel=0.005), parameter.name


def test_the_shipped_parameters_fit_the_shipped_model():
    parameters = read_parameters(SHARED)
    check_parameters(parameters, load())
    assert all(parameter.shared for parameter in parameters)
