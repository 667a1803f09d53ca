"""Few runs need no code of their own, and models of the same equations share it."""

from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.engine.compile import kernel
from smecluster.model.engine.run import batches

TOWNS = Path(__file__).parents[2] / "data" / "two_towns.mdl"
TABLE = pd.DataFrame({"stay": [10.0, 12.0, 14.0]})


@pytest.fixture
def codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Begin without any code, and give what is in memory."""
    monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(batches, "_ASKED", {})
    loaded: dict[str, object] = {}
    monkeypatch.setattr(kernel, "_LOADED", loaded)
    return loaded


@pytest.mark.parametrize("outputs", [["value added"], ["Talent", "expenditure"]])
def test_few_runs_have_the_digits_that_they_have_among_many(
    outputs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = model.load()
    table = pd.DataFrame({"preference for variety": [0.33, 0.35, 0.37, 0.4, 0.42]})
    given = {"base": {"TIME STEP": 0.125}, "years": [1990, 2040]}
    few = model.simulate_many(shipped, table, outputs, **given)
    monkeypatch.setattr(batches, "_FEW_STEPS", 0)
    xr.testing.assert_identical(few, model.simulate_many(shipped, table, outputs, **given))


def test_one_code_serves_every_selection_of_outputs(codes: dict[str, object]) -> None:
    towns = model.load(TOWNS)
    alone = model.simulate(towns)
    for name in ("People", "arrivals"):
        many = model.simulate_many(towns, TABLE, [name])
        assert list(many[name].dims[:2]) == ["run", "time"]
        assert set(many.data_vars) & set(alone.data_vars) == {name}
    assert len(codes) == 1


def test_a_selection_that_is_asked_for_often_has_code_of_its_own(
    codes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = model.load(TOWNS)
    first = model.simulate_many(towns, TABLE, ["People"])
    (asked,) = batches._ASKED.values()
    monkeypatch.setattr(batches, "_FEW_STEPS", 2 * asked)
    assert len(codes) == 1
    xr.testing.assert_identical(first, model.simulate_many(towns, TABLE, ["People"]))
    assert len(codes) == 2


def test_a_run_does_not_fail_in_what_is_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "m.mdl"
    clock = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    path.write_text(f"{{UTF-8}}\na = 2 ~~|\nb = a + Time ~~|\nc = 1 / (Time - a) ~~|\n{clock}")
    m = model.load(path)
    table = {"a": [2.0, 9.0]}
    assert model.simulate_many(m, table, ["b"])["failure reason"].values.tolist() == ["", ""]
    both = model.simulate_many(m, table, ["b", "c"])
    assert both["failure reason"].values.tolist() == ["division by zero", ""]


def test_models_of_the_same_equations_share_code_and_keep_their_own_numbers(
    codes: dict[str, object], tmp_path: Path
) -> None:
    text = TOWNS.read_text(encoding="utf-8")
    other = tmp_path / "other.mdl"
    changed = text.replace("\t100, 2000", "\t300, 1000").replace("(2040,0.5))", "(2040,0.9))")
    assert changed.count("0.9)") > text.count("0.9)")
    other.write_text(changed.replace("Two made-up towns", "Two others"), encoding="utf-8")
    first, second = model.load(TOWNS), model.load(other)
    model.simulate(first)
    shared = model.simulate(second)
    assert len(codes) == 1
    codes.clear()
    for path in (tmp_path / "cache").glob("*.kernel"):
        path.unlink()
    xr.testing.assert_identical(shared, model.simulate(second))
    assert not shared["People"].equals(model.simulate(first)["People"])
