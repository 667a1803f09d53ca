"""No constant that turns central against local is without a source or a stated reason."""

from pathlib import Path

import pandas as pd

from smecluster import model
from smecluster.sensitivity.tipping.reasons import find_reason

TABLE = Path(__file__).parents[2] / "docs" / "knife-edge.csv"


def test_every_constant_on_the_knife_edge_has_a_source_or_a_reason():
    variables = model.load().variables
    names = sorted({name.partition("[")[0] for name in pd.read_csv(TABLE)["constant"]})
    assert names
    assert [name for name in names if not find_reason(variables[name])] == []
