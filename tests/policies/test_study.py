"""A study is a file: what is compared, in which futures, on how many draws."""

from pathlib import Path

import pytest

from smecluster.model.errors import InputError
from smecluster.policies.futures import BASE
from smecluster.policies.study import load, names

SMALL = """
title = "Mine"
strategies = ["local", "mine.toml"]
futures = ["demand", "storm.toml"]
draws = 20
"""
STORM = """
title = "Storm"
description = "A storm."
source = "judgement"
"""
MINE = """
title = "Mine"
description = "No programme."
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "small.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", names())
def test_the_studies_of_the_project_can_be_read(name):
    study = load(name)
    assert study.name == name
    assert study.load_strategies()
    assert study.load_futures()[0].name == BASE
    assert study.need


def test_files_beside_a_study_are_found(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(MINE)
    (tmp_path / "storm.toml").write_text(STORM)
    study = load(written(tmp_path, SMALL))
    assert [strategy.name for strategy in study.load_strategies()] == ["local", "mine"]
    assert [future.name for future in study.load_futures()] == [BASE, "demand", "storm"]
    assert (study.draws, study.seed, study.load_baseline().name) == (20, 1, "as-now")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SMALL + "drws = 3", "did you mean 'draws'"),
        (SMALL.replace("20", "-1"), "draws = -1"),
        (SMALL + 'budget = "much"', "is no amount of money: give a share"),
        (SMALL + "seed = 0", "seed = 0"),
        ('title = "Mine"', "'strategies' is missing"),
        (SMALL + 'outcomes = ["Employmnt"]', "did you mean 'Employment'"),
        (SMALL + '[[need]]\noutcome = "Employment"', "either at_least or at_most"),
        (SMALL + '[[need]]\noutcome = "gaind per yuan"\nat_least = 1', "unknown outcome"),
    ],
)
def test_a_broken_study_ends_in_one_line(tmp_path: Path, text, says):
    with pytest.raises(InputError, match=says) as refused:
        load(written(tmp_path, text))
    assert "\n" not in str(refused.value)


def test_an_unknown_study_is_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'centre-or-place'"):
        load("center-or-place")
