"""An XMILE variable for a subscript counts the elements of an array."""

from pathlib import Path

import pytest

from smecluster import model
from smecluster.model.errors import InputError

BEGIN = (
    '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">'
    "<sim_specs><start>0</start><stop>2</stop><dt>1</dt></sim_specs>"
    '<dimensions><dim name="Town"><elem name="Oslo"/><elem name="Bergen"/></dim>'
    '<dim name="Good"><elem name="fish"/><elem name="wood"/></dim></dimensions>'
    "<model><variables>"
)
TABLE = (
    '<aux name="price"><dimensions><dim name="Town"/><dim name="Good"/></dimensions>'
    + "".join(
        f'<element subscript="{town}, {good}"><eqn>{value}</eqn></element>'
        for town, good, value in (
            *(("Oslo", "fish", 1), ("Oslo", "wood", 2)),
            *(("Bergen", "fish", 3), ("Bergen", "wood", "NAN")),
        )
    )
    + "</aux>"
)


def read(tmp_path: Path, equation: str, index: str = "1", dims: str = "") -> model.Model:
    path = tmp_path / "m.xmile"
    path.write_text(
        f'{BEGIN}<aux name="y">{dims}<eqn>{equation}</eqn></aux>{TABLE}'
        f'<aux name="which town">{dims}<eqn>{index}</eqn></aux>'
        '<aux name="late"><eqn>TIME / 2 + 1</eqn></aux></variables></model></xmile>'
    )
    return model.load(path)


@pytest.mark.parametrize(
    ("equation", "index", "value"),
    [
        ("price[which_town, fish]", "1", 1),
        ("price[which_town, fish]", "2", 3),
        ("price[which_town, fish]", "TIME + 1", 1),
        ("price[Oslo, which_town]", "2", 2),
        ("10 * price[which_town, fish] + price[Oslo, which_town]", "1", 11),
    ],
)
def test_an_index_counts_elements_from_1(
    tmp_path: Path, equation: str, index: str, value: float
) -> None:
    found = model.simulate(read(tmp_path, equation, index), {"FINAL TIME": 1.0})["y"]
    assert float(found[0]) == value


def test_an_index_that_moves_counts_on(tmp_path: Path) -> None:
    m = read(tmp_path, "price[which_town, fish]", "TIME + 1")
    found = model.simulate(m, {"FINAL TIME": 1.0})["y"]
    assert [float(value) for value in found] == [1, 3]


def test_an_index_with_elements_is_that_of_the_same_element(tmp_path: Path) -> None:
    dims = '<dimensions><dim name="Town"/></dimensions>'
    m = read(tmp_path, "price[which_town, fish]", "3 - Town", dims)
    assert [float(value) for value in model.simulate(m)["y"].isel(time=0)] == [3, 1]


@pytest.mark.parametrize(
    ("equation", "index", "message"),
    [
        ("price[which_town, fish]", "3", "INDEX that counts beyond the list"),
        ("price[which_town, fish]", "0", "INDEX that counts beyond the list"),
        ("price[which_town, fish]", "1.5", "index that is no whole number"),
        ("price[late, fish]", "1", "index that is no whole number"),
        ("price[which_town]", "1", "'price' with 1 subscripts, it has 2"),
        ("price[which_twon, fish]", "1", "unknown subscript 'which_twon'"),
        # Stella writes NAN for an element without a value.
        ("price[Bergen, wood]", "1", "'price' for Bergen, wood, which has no equation"),
    ],
)
def test_an_index_without_an_element_is_refused_or_fails_the_run(
    tmp_path: Path, equation: str, index: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        model.simulate(read(tmp_path, equation, index))
