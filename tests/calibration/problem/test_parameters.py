import pytest

from smecluster.calibration.problem.parameters import SHARED, check_parameters, read_parameters
from smecluster.model import load
from smecluster.model.support.errors import InputError

HEAD = "name,scale,lower,upper,prior mean,prior sd,status,source\n"
GOOD = "price sensitivity,log,0.1,0.6,0.3,0.3,judgement,judgement"


def table(tmp_path, *rows):
    path = tmp_path / "parameters.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("price sensitivity,log,0.6,0.1,0.3,0.3,judgement,x", "bounds are crossed"),
        ("price sensitivity,log,0.1,0.6,0.9,0.3,judgement,x", "prior mean 0.9 is outside"),
        ("price sensitivity,log,0.1,0.6,0.3,0,judgement,x", "prior sd 0 must be above 0"),
        ("price sensitivity,log,0,0.6,0.3,0.3,judgement,x", "scale log needs a lower bound"),
        ("price sensitivity,logs,0.1,0.6,0.3,0.3,judgement,x", "did you mean 'log'"),
        ("price sensitivity,log,0.1,0.6,0.3,0.3,guess,x", "status"),
        ("price sensitivity,log,0.1,0.6,,0.3,judgement,x", "prior mean must be a number"),
        ("price sensitivity,log,0.1,0.6,0.3,nan,judgement,x", "must be a finite number"),
        ("price sensitivity,log,0.1,0.6,0.3,0.3,judgement,", "source is empty"),
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
        ("price sensitvity,log,0.1,0.6,0.3,0.3,judgement,x", None, "did you mean 'price sens"),
        ("value added,log,0.1,0.6,0.3,0.3,judgement,x", None, "constant"),
        ("price sensitivity,log,0.01,0.6,0.3,0.3,judgement,x", None, "outside the model's range"),
        (GOOD, "Wenzhou", "shared by all regions"),
        ("reference output,log,100,200,150,0.1,judgement,x", None, "is by region"),
    ],
)
def test_a_parameter_that_the_model_does_not_allow_is_refused(tmp_path, row, region, message):
    with pytest.raises(InputError, match=message):
        check_parameters(read_parameters(table(tmp_path, row), region), load())


def test_the_shipped_parameters_fit_the_shipped_model():
    parameters = read_parameters(SHARED)
    check_parameters(parameters, load())
    assert all(parameter.shared for parameter in parameters)
