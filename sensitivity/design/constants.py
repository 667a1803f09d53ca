"""Every constant of a model as a factor, so that a study forgets none that is added to the file.

A constant is drawn from what the file believes of it ("Believed 90 %: ...", see
`model.file.beliefs`). A model that states no belief has only plausible ranges; of a constant with
a value for each region or lever these only guard against slips (firms at the start: 1 to
1,000,000), and there the belief is the value itself, up to a factor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from sys import float_info

from scipy.special import ndtri

from smecluster.calibration.priors.law import Law
from smecluster.model.engine.read.document import CONTROLS, Document, Variable
from smecluster.model.engine.read.values import split_name
from smecluster.model.errors import UnknownNameError
from smecluster.model.file.beliefs import (
    RANGE,
    SWITCH,
    Belief,
    find_belief,
    find_hard_range,
    read_beliefs,
)
from smecluster.sensitivity.design.distributions import TAIL, Distribution

# Ranges that span more than this are drawn by their logarithm.
_WIDE = 20.0


def span_constants(
    document: Document,
    find_cells: Callable[[str], Sequence[str]],
    values: Mapping[str, float],
    left_out: Sequence[str] = (),
    taken: Collection[str] = (),
    reach: float = 2.0,
) -> dict[str, tuple[Variable, Distribution]]:
    """Give each constant of a model the distribution that is believed of it.

    Parameters
    ----------
    document : Document
        The model's file.
    find_cells : callable
        Takes a constant's name; gives its elements.
    values : mapping of str to float
        The model's own values by element, each in the constant's unit.
    left_out : sequence of str
        Constants that stay as they are.
    taken : collection of str
        Elements that something else sets.
    reach : float
        Where no belief is stated, how many times its own value an element of a constant with
        subscripts may be at most, and which part of it at least; above 1, Dmnl.

    Returns
    -------
    dict of str to (Variable, Distribution)
        By element. The 5 and 95 per cent points and the median are those that the file states, the
        tails are cut at their 0.1 per cent points. Without a stated belief half of the draws lie
        below the own value, half above; a constant without subscripts takes its whole plausible
        range. Control variables are left out, constants whose range is one number, definitions,
        conventions and inputs, and elements that are zero at an end of their range: what they
        measure is absent.

    Raises
    ------
    InputError
        If the model has no constant that is left out by name.
    """
    constants = {
        name: variable
        for name, variable in document.variables.items()
        if variable.kind == "constant" and name not in CONTROLS
    }
    for name in left_out:
        if name not in constants:
            raise UnknownNameError("constant", name, constants)
    found = {}
    for name, variable in constants.items():
        if name in left_out or variable.low == variable.high:
            continue
        beliefs = read_beliefs(variable)
        for cell in find_cells(name):
            own = values[cell]
            if beliefs:
                belief = find_belief(beliefs, split_name(cell)[1])
                law = None if belief is None else _believe(variable, belief, own)
            else:
                law = _spread(variable, own, reach)
            if cell not in taken and law is not None:
                found[cell] = (variable, law)
    return found


def _believe(variable: Variable, belief: Belief, own: float) -> Distribution | None:
    belief = belief.around(own, *find_hard_range(variable))
    if belief.kind == SWITCH:
        states = (belief.state, belief.low, belief.high)
        return Distribution(
            "switch", min(states), max(states), belief.state, belief.share, states[1:]
        )
    if belief.kind != RANGE:
        return None
    law = Law.from_belief(belief, variable)
    ends = law.at(ndtri([TAIL, 1 - TAIL]))
    points = (law.low, law.median, law.high)
    # A study is written as JSON, which has no infinity.
    hard = (max(law.least, -float_info.max), min(law.most, float_info.max))
    return Distribution(law.scale, float(ends[0]), float(ends[1]), *hard, points)


def _spread(variable: Variable, own: float, reach: float) -> Distribution | None:
    low = own if variable.low is None else variable.low
    high = own if variable.high is None else variable.high
    if math.isnan(own) or (own == 0 and own in (low, high)):
        return None
    wide = low > 0 and high / low >= _WIDE
    if variable.dims and own != 0:
        near = sorted((own / reach, own * reach))
        low, high = max(low, near[0]), min(high, near[1])
    return Distribution("log-halves" if wide else "halves", low, high, own) if low < high else None
