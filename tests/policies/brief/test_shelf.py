"""Tables that were made before are used where they fit, and left out or refused where not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from smecluster.model.errors import InputError
from smecluster.model.presentation.exports import read_csv
from smecluster.policies.brief.shelf import (
    FILES,
    SHELF,
    compare_origin,
    find_ready,
    list_commands,
    list_levers,
    read_answer,
    read_folder,
)
from smecluster.policies.brief.words.evidence import (
    ASSIGNMENT,
    COSTS,
    DECISION,
    EVALUATION,
    GAME,
    MAP,
    TIPPING,
    WHY,
)
from smecluster.policies.comparison.study_inputs import StudyInputs, load_inputs
from smecluster.policies.study import combine_study

USUAL = 0.005
DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def ask():
    """Load what a comparison names, by its names and options."""

    def load(*names: str, settings: tuple[str, ...] = (), **options: object) -> StudyInputs:
        given = {"draws": 3, "futures": ("base",), **options}
        return load_inputs(combine_study(None, list(names), **given), settings=settings)

    return load


@pytest.fixture(scope="module")
def usual(ask) -> StudyInputs:
    return ask("central", "local")


def test_every_answer_on_the_shelf_is_of_the_shipped_model_and_calibration(usual):
    """Where this fails, `make ready` makes the tables again."""
    assert set(find_ready(usual, USUAL)) == set(FILES)


@pytest.mark.parametrize(
    ("names", "options", "share", "left"),
    [
        (("central", "local"), {}, 0.03, {MAP, WHY, TIPPING, EVALUATION}),
        (("central", "mixed"), {}, USUAL, {ASSIGNMENT, GAME, WHY, EVALUATION}),
        (
            ("central", "local"),
            {"baseline": "end-all-policy"},
            USUAL,
            {WHY, TIPPING, DECISION, EVALUATION},
        ),
        (("central", "local"), {"start": 2020}, USUAL, {EVALUATION}),
        (("central", "local"), {"settings": ("social discount rate=0.03",)}, USUAL, {EVALUATION}),
        (("central", "local"), {}, None, {MAP, WHY, TIPPING, EVALUATION}),
    ],
)
def test_an_answer_to_another_question_is_left_out(ask, names, options, share, left):
    found = set(find_ready(ask(*names, **options), share))
    assert found - {WHY} == left - {WHY}


def test_an_answer_of_another_model_does_not_fit_and_says_why(usual):
    ready = read_answer(SHELF / MAP, MAP, shipped=True)
    stamp = {**ready.stamp, "model hash": "0" * 64}
    assert compare_origin(MAP, stamp, usual, USUAL).startswith("its model hash is 000")
    drawn = {**ready.stamp, "draws": "200 " + "0" * 64}
    assert compare_origin(MAP, drawn, usual, USUAL) == "its draws are of another calibration"
    assert compare_origin(MAP, ready.stamp, usual, USUAL) == ""


def test_a_table_that_was_changed_is_refused(tmp_path: Path):
    folder = shutil.copytree(SHELF / MAP, tmp_path / "map")
    assert set(read_folder(folder)) == {MAP}
    with (folder / "map.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(InputError, match=r"map\.csv was changed since it was written"):
        read_folder(folder)


def test_a_folder_without_results_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="holds no results that a brief uses"):
        read_folder(tmp_path)


def test_results_in_a_folder_come_before_the_shelf_and_are_not_called_shipped(usual, tmp_path):
    folder = shutil.copytree(SHELF / MAP, tmp_path / "map")
    found = find_ready(usual, USUAL, [folder])
    assert not found[MAP].shipped
    assert found[ASSIGNMENT].shipped


def test_results_that_do_not_fit_are_refused_where_a_folder_was_named(ask, tmp_path):
    folder = shutil.copytree(SHELF / MAP, tmp_path / "map")
    with pytest.raises(InputError, match="lacks strategy 'mixed'"):
        find_ready(ask("central", "mixed"), USUAL, [folder])


def test_sums_are_read_in_the_models_unit():
    table = read_answer(SHELF / MAP, MAP, shipped=True).tables[MAP]
    assert table["money"].max() == pytest.approx(4.3e6, rel=0.05)
    assert not [name for name in table if "bn yuan" in name]


def test_what_is_missing_is_named_with_its_command(ask, usual):
    assert list_commands(usual)[MAP] == "smecluster map central local"
    other = list_commands(ask("central", "mixed", baseline="end-all-policy", budget="3%"))
    assert other[ASSIGNMENT] == "smecluster assign --baseline end-all-policy --budget '3%'"
    assert other[COSTS].startswith("smecluster account central mixed --baseline")
    assert MAP not in list_commands(ask("local"))


def test_the_largest_lever_of_each_plan_is_listed_once():
    assert list_levers([{"a": 0.4, "b": 0.6}, {"b": 1.0}, {"c": 0.5, "a": 0.3}, {}]) == ["b", "c"]


def test_the_forecasts_are_those_of_the_docs():
    """Where this fails, `python -m tests.shelf evaluation` copies them again."""
    root = Path(__file__).parents[3]
    own = SHELF / EVALUATION / FILES[EVALUATION][EVALUATION]
    assert own.read_bytes() == (root / "docs" / "evaluation.csv").read_bytes()


def test_the_constants_that_turn_the_order_are_those_of_the_page_on_them():
    """The brief and docs/knife-edge.md say the same of the same comparisons."""
    shipped = read_csv(SHELF / TIPPING / FILES[TIPPING][TIPPING])
    page = read_csv(DOCS / "knife-edge.csv").drop(columns="reason")
    assert_frame_equal(shipped, page, rtol=1e-6)
