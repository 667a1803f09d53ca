"""Fixtures of the tests that hold commands against one another: a model, draws, and a command."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.policies.comparison import study_inputs
from smecluster.scripts.main import main

FAST = ("--set", "TIME STEP=0.125", "--calibration", "none")


@pytest.fixture(scope="module")
def shipped() -> models.Model:
    return models.load()


@pytest.fixture(scope="module")
def draws(shipped: models.Model) -> pd.DataFrame:
    """Four draws, the first of which has the model's own values."""
    own = {parameter.name: parameter.value for parameter in shipped.program.parameters}
    spread = {"preference for variety": [1, 0.9, 1.1, 1.2], "spin off rate": [1, 1.1, 0.95, 0.9]}
    return pd.DataFrame({name: own[name] * np.array(factor) for name, factor in spread.items()})


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, draws: pd.DataFrame) -> None:
    """Give commands these draws where they ask for any."""

    def select(study, *_args, **_options):
        return draws.iloc[: study.draws] if study.draws else None

    monkeypatch.setattr(study_inputs, "select_draws", select)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, short_climb: None, blank_figures: None):
    """Run a command and give what it prints as JSON; neither searches nor figures are asked of."""

    def call(*arguments: str) -> dict:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *FAST, "--json", "--out", str(tmp_path / "out")])
        assert ended.value.code == 0
        return json.loads(capsys.readouterr().out)

    return call
