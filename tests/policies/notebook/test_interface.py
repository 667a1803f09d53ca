"""From a notebook: one call compares strategies, and its result has tables, figures, workbooks."""

from pathlib import Path

import pandas as pd
import pytest

from smecluster import policies
from smecluster.model.errors import InputError
from smecluster.policies.comparison.result import Comparison

STEP = {"TIME STEP": 0.125}


@pytest.fixture(scope="module")
def found() -> Comparison:
    return policies.compare(["central", "local"], draws=4, futures=["demand"], settings=STEP)


def test_strategies_are_given_by_name_path_or_themselves(tmp_path: Path):
    path = tmp_path / "mine.toml"
    shipped = Path(policies.load.__code__.co_filename).with_name("strategies")
    path.write_text((shipped / "local.toml").read_text())
    made = policies.compare([path, policies.load_strategy("local")], settings=STEP)
    assert made.names == ["mine", "local"]
    one, other = made.gained.sel(place="total").values.ravel()
    assert one == pytest.approx(other, rel=1e-6)
    assert policies.compare("local", settings=STEP).names == ["local"]


def test_a_result_says_what_it_is(found):
    assert repr(found) == "<Comparison: central, local against as-now, 2 futures, 4 draws>"
    assert "What gains most for the same money?" in found.answer()


def test_tables_have_units_and_are_those_of_the_command(found):
    table = found.table()
    assert list(table.columns) == ["outcome", "unit", "as-now", "central", "local"]
    money = found.table("money").set_index(["outcome", "strategy", "future"])
    spent = money.loc["additional programme money", "local", "base"]
    assert spent["unit"] == "bn yuan"
    assert spent["median"] == pytest.approx(found.budget.money / 1e3, rel=1e-6)
    with pytest.raises(InputError, match="unknown table 'moey': did you mean 'money'"):
        found.table("moey")


def test_figures_are_drawn_by_name(found):
    assert found.figure().axes
    assert set(found.figures()) >= {"overview", "futures", "differences"}
    with pytest.raises(InputError, match="unknown figure 'path': did you mean 'paths'"):
        found.figure("path")


def test_a_workbook_has_every_table_and_notes_on_money_and_origin(found, tmp_path: Path):
    path = found.to_excel(tmp_path / "found.xlsx")
    sheets = pd.read_excel(path, sheet_name=None)
    assert set(sheets) == {*found.tables(), "notes"}
    notes = " ".join(map(str, sheets["notes"].to_numpy().ravel()))
    assert "on top of policy as now" in notes
    assert found.provenance["model hash"] in notes


def test_a_judgement_is_made_of_a_comparison(found, tmp_path: Path):
    judged = policies.judge(found)
    assert repr(judged) == "<Robustness: central, local in 8 worlds>"
    assert any("gives up" in line or "is best" in line for line in judged.answer())
    assert "maximum [bn yuan]" in judged.table().columns
    assert judged.figure().axes
    assert judged.to_excel(tmp_path / "judged.xlsx").exists()


def test_a_study_is_carried_out_by_name():
    made = policies.run_study("centre-or-place", draws=2, futures=("base",))
    assert made.names == ["central", "local", "mixed"]
    assert made.provenance["study"] == "centre-or-place"


def test_what_is_offered_can_be_imported_and_nothing_else():
    for name in policies.__all__:
        assert getattr(policies, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'comparee'"):
        policies.comparee  # noqa: B018
