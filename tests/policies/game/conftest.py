"""The shipped model with few draws, at a long time step."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.policies.game.simulator import Simulator


@pytest.fixture(scope="session")
def shipped() -> models.Model:
    return models.load()


@pytest.fixture(scope="session")
def draws(shipped: models.Model) -> pd.DataFrame:
    """Six draws, the first of which has the model's own values."""
    own = {parameter.name: parameter.value for parameter in shipped.program.parameters}
    spread = {
        "preference for variety": [1, 0.9, 1.1, 1.2, 1, 0.95],
        "spin off rate": [1, 1.1, 0.95, 0.9, 1.2, 1],
    }
    return pd.DataFrame({name: own[name] * np.array(factor) for name, factor in spread.items()})


@pytest.fixture(scope="session")
def simulator(shipped: models.Model, draws: pd.DataFrame) -> Simulator:
    return Simulator(shipped, draws, dict.fromkeys((*shipped.regions, None), 0.005), 2025.0)
