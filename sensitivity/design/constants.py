"""Every constant of a model as a factor, so that a study forgets none that is added to the file.

A modeller's plausible range is a belief for a constant that holds everywhere. Of a constant with a
value for each region or lever it only guards against slips (firms at the start: 1 to 1,000,000);
there the belief is the value itself, up to a factor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from smecluster.model.support.errors import UnknownNameError
from smecluster.model.vensim.document import CONTROLS, Document, Variable
from smecluster.sensitivity.design.distributions import Distribution

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
    """Give each constant of a model a distribution around its own value.

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
        How many times its own value an element of a constant with subscripts may be at most, and
        which part of it at least; above 1, Dmnl.

    Returns
    -------
    dict of str to (Variable, Distribution)
        By element. Half of the draws lie below the own value, half above; a constant without
        subscripts takes its whole plausible range. Control variables are left out, constants whose
        range is one number (definitions), and elements that are zero at an end of their range:
        what they measure is absent.

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
        for cell in find_cells(name):
            law = _spread(variable, values[cell], reach)
            if cell not in taken and law is not None:
                found[cell] = (variable, law)
    return found


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
