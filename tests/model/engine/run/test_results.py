"""Results carry their labels, also of models that others wrote in their own way."""

import numpy as np

from smecluster import model

SPELLED = """{UTF-8}
stock= INTEG (1, 1) ~ ton ~ A stock. Source: made up.|
Initial Time= 0 ~ Year ~ Start.|
Final Time= 2 ~ Year ~ End.|
time_step= 0.5 ~ Year ~ Step.|
Saveper= 1 ~ Year ~ Interval.|
"""


def test_control_variables_may_be_spelled_in_any_way(tmp_path):
    path = tmp_path / "own.mdl"
    path.write_text(SPELLED, encoding="utf-8")
    for engine in ("kernel", "pysd"):
        found = model.simulate(model.load(path), engine=engine)
        assert found["time"].attrs["unit"] == "Year"
        np.testing.assert_allclose(found["stock"], [1.0, 2.0, 3.0])


def test_a_matrix_over_one_range_has_two_dimensions(tmp_path):
    path = tmp_path / "own.mdl"
    path.write_text(
        "{UTF-8}\nTown: a, b ~~|\nfrom to[a, Town] = 1, 2 ~~|\nfrom to[b, Town] = 3, 4 ~~|\n"
        + SPELLED.removeprefix("{UTF-8}\n"),
        encoding="utf-8",
    )
    found = model.simulate(model.load(path))["from to"].isel(time=0)
    assert found.dims == ("Town", "Town 2")
    assert found.sel({"Town": "b", "Town 2": "a"}) == 3
