"""Groups of constants that one study, or one series of figures, could be about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from smecluster.model import Model
from smecluster.model.engine.read.values import find_element, split_name
from smecluster.model.presentation.language.catalogue import mark

#: Ways of grouping: what the columns of tables call them.
BY_SECTOR, BY_PLACE = mark("sector"), mark("place")
BY_SOURCE, BY_CONSTANT = mark("source"), mark("constant")
#: What a group of each kind is, in words.
WORDS = {
    BY_SECTOR: mark("all constants of a sector of the model"),
    BY_PLACE: mark("all values of one region, or all that regions share"),
    BY_SOURCE: mark("what rests on judgement alone, and what rests on studies or figures"),
    BY_CONSTANT: mark("one constant with all its elements (regions, kinds of firms, levers)"),
}
EVERYWHERE = mark("shared by all regions")
JUDGED, PUBLISHED = mark("judgement"), mark("studies and figures")

_JUDGEMENT = re.compile(r"judgement\b", re.IGNORECASE)


def group_constants(model: Model, names: Sequence[str]) -> dict[str, dict[str, list[int]]]:
    """Group elements of constants.

    Parameters
    ----------
    model : Model
        Whose constants they are.
    names : sequence of str
        Elements of constants, as inputs are spelled.

    Returns
    -------
    dict
        By way of grouping and group, the places in `names`. A source that begins with the word
        judgement is judgement, also where a study gives the sign.
    """
    found: dict[str, dict[str, list[int]]] = {way: {} for way in WORDS}
    for at, name in enumerate(names):
        bare, _ = split_name(name)
        variable = model.variables[bare]
        place = find_element(name, model.regions)
        judged = not variable.source or _JUDGEMENT.match(variable.source.strip())
        of = {
            BY_SECTOR: variable.sector,
            BY_PLACE: EVERYWHERE if place is None else place,
            BY_SOURCE: JUDGED if judged else PUBLISHED,
            BY_CONSTANT: bare,
        }
        for way, group in of.items():
            found[way].setdefault(group, []).append(at)
    return found
