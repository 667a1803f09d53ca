"""No constant that turns central against local is without a source or a stated reason."""

from pathlib import Path

import pandas as pd

from smecluster import model
from smecluster.model.engine.read.values import spell_name
from smecluster.sensitivity.design.constants import span_constants
from smecluster.sensitivity.tipping.reasons import find_reason

TABLE = Path(__file__).parents[2] / "docs" / "knife-edge.csv"


def test_every_constant_on_the_knife_edge_has_a_source_or_a_reason():
    variables = model.load().variables
    names = sorted({name.partition("[")[0] for name in pd.read_csv(TABLE)["constant"]})
    assert names
    assert [name for name in names if not find_reason(variables[name])] == []


def test_no_constant_that_could_turn_it_is_without_one():
    shipped = model.load()
    values = {
        spell_name(each.name, each.cell): each.value
        for each in shipped.program.parameters
        if each.kind == "constant"
    }
    spans = span_constants(shipped.document, lambda name: _cells(values, name), values)
    tried = {variable.name: variable for variable, _ in spans.values()}
    assert len(tried) > 200
    assert [name for name, variable in tried.items() if not find_reason(variable)] == []


def _cells(values, name):
    return [cell for cell in values if cell.partition("[")[0] == name]
