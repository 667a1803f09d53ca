"""What a model's file believes of its constants: the sentence "Believed 90 %: ..." of each.

One form for all::

    Believed 90 %: 0.03 to 0.16, median 0.08, why.
    Believed 90 %: 0.5 to 2 times the value, why.
    Believed 90 %: 0.06 to 0.1 for imitative, 0.03 to 0.07 for upgraded and external, why.
    Believed 90 %: 1 with probability 0.7, 0 otherwise, why.
    Believed 90 %: 0 with probability 0.5, 0.3 to 0.7 otherwise, why.
    Believed 90 %: exact, a convention.
    Believed 90 %: an input.

The hard range in brackets says what the model can take; it guards against slips and is wide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from smecluster.model.engine.read.document import Variable
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.values import Cell
from smecluster.model.errors import InputError

#: Kinds of belief: a range, one of two states, a definition, what a user chooses.
RANGE, SWITCH, EXACT, INPUT = "range", "switch", "exact", "input"

#: Constants that weigh years: conventions of the yardstick, and no claim about the world. No draw
#: varies them.
CONVENTIONS = ("social discount rate", "discount base year")

_OPENING = "Believed 90 %:"
_NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
_SENTENCE = re.compile(rf"{re.escape(_OPENING)} (?P<text>.*?)\.(?: |$)", re.S)
_INTERVAL = re.compile(
    rf"(?P<low>{_NUMBER}) to (?P<high>{_NUMBER})(?P<times> times the value)?"
    rf"(?:, median (?P<median>{_NUMBER}|the value))?(?: for (?P<names>[^,]+))?(?:, |$)"
)
_INPUT = re.compile(r"an input(?:,|$)")
_EXACTLY = re.compile(r"exact(?: for (?P<names>[^,]+))?(?:, |$)")
_EITHER = re.compile(
    rf"(?P<state>{_NUMBER}) with probability (?P<share>{_NUMBER}), "
    rf"(?:(?P<low>{_NUMBER}) to )?(?P<high>{_NUMBER}) otherwise(?:, |$)"
)


@dataclass(frozen=True)
class Belief:
    """What is believed of a constant, or of one element of it.

    Attributes
    ----------
    kind : str
        `RANGE`, `SWITCH`, `EXACT` (a definition or a convention) or `INPUT` (chosen by the user).
    low, high : float
        5 and 95 per cent points, in the constant's unit; of a switch, of its other state.
    median : float or None
        As stated; None if the middle is meant.
    relative : bool
        Whether `low`, `high` and `median` are multiples of the constant's own value.
    state : float
        The state of a switch that `share` is the probability of, in the constant's unit.
    share : float
        Dmnl, between 0 and 1.
    names : tuple of str
        The elements that it is of; empty for all.
    """

    kind: str
    low: float = math.nan
    high: float = math.nan
    median: float | None = None
    relative: bool = False
    state: float = math.nan
    share: float = math.nan
    names: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Compare what is stated; what is not stated, NaN, is the same in both."""
        # From Python 3.13 the comparison that a dataclass brings takes no NaN for the same.
        if not isinstance(other, Belief):
            return NotImplemented
        pairs = zip(astuple(self), astuple(other), strict=True)
        return all(one == two or (one != one and two != two) for one, two in pairs)

    def around(self, value: float, least: float, most: float) -> Belief:
        """Give the belief in the constant's unit.

        Parameters
        ----------
        value : float
            The constant's own value.
        least, most : float
            Its hard range, where a relative range is cut.

        Returns
        -------
        Belief
            A relative range without a median lies around the value itself, or, where the value is
            at the end of the hard range, around the middle of what is left. An element that is 0
            stays there: what it measures is absent.
        """
        if not self.relative:
            return self
        if value == 0:
            return Belief(EXACT, names=self.names)
        low, high = sorted((self.low * value, self.high * value))
        low, high = max(low, least), min(high, most)
        middle = value * (1.0 if self.median is None else self.median)
        inside = low < middle < high
        return replace(self, low=low, high=high, median=middle if inside else None, relative=False)


def read_beliefs(variable: Variable) -> tuple[Belief, ...]:
    """Read what is believed of a constant.

    Parameters
    ----------
    variable : Variable
        The constant.

    Returns
    -------
    tuple of Belief
        One for all elements, or several with the elements that each is of; empty if the definition
        has no sentence that begins "Believed 90 %:".

    Raises
    ------
    InputError
        If the sentence has another form.
    """
    if _OPENING not in variable.definition:
        return ()
    found = _SENTENCE.search(variable.definition)
    beliefs = _parse(found["text"])[0] if found else ()
    if not beliefs:
        raise InputError(
            f"line {variable.line}, {variable.name}: what is believed cannot be read: write "
            f"'{_OPENING} 0.5 to 2, median 1, why.' (also: times the value; for an element; "
            "exact; an input; 1 with probability 0.7, 0 otherwise)"
        )
    return beliefs


def read_reason(variable: Variable) -> str:
    """Give what the sentence of a constant's belief says after its numbers, as a reason for them.

    Parameters
    ----------
    variable : Variable
        The constant.

    Returns
    -------
    str
        Empty if there is no such sentence, or nothing but numbers in it.
    """
    found = _SENTENCE.search(variable.definition)
    if found is None:
        return ""
    text = found["text"]
    return text[_parse(text)[1] :].strip()


def find_belief(beliefs: Sequence[Belief], cell: Cell) -> Belief | None:
    """Find what is believed of an element; None if nothing is said of it."""
    folded = {fold_name(part) for part in cell}
    for belief in beliefs:
        if not belief.names or folded & {fold_name(name) for name in belief.names}:
            return belief
    return None


def find_hard_range(variable: Variable) -> tuple[float, float]:
    """Give the hard range of a constant, without end where the file gives none."""
    low = -math.inf if variable.low is None else variable.low
    return low, math.inf if variable.high is None else variable.high


def find_faults(variable: Variable, values: Mapping[Cell, float]) -> list[str]:
    """List what is wrong with the believed range of a constant.

    Parameters
    ----------
    variable : Variable
        The constant.
    values : mapping of Cell to float
        Its value by element, in its unit.

    Returns
    -------
    list of str
        A line for each fault: no belief is stated, it cannot be read, says nothing of an element,
        is not in order, or leaves the hard range.
    """
    try:
        beliefs = read_beliefs(variable)
    except InputError as error:
        return [str(error)]
    place = f"line {variable.line}, {variable.name}"
    if not beliefs:
        return [place]
    faults = []
    for cell, value in values.items():
        where = f"{place}[{', '.join(cell)}]" if cell else place
        belief = find_belief(beliefs, cell)
        if belief is None:
            faults.append(f"{where}: nothing is believed of this element")
            continue
        belief = belief.around(value, *find_hard_range(variable))
        if belief.kind == RANGE and not _is_ordered(belief):
            faults.append(f"{where}: {_describe(belief)} is not in order")
        elif belief.kind in (RANGE, SWITCH) and not _is_inside(variable, belief):
            low, high = find_hard_range(variable)
            faults.append(f"{where}: {_describe(belief)} is outside {low:g} to {high:g}")
    return faults


def _parse(text: str) -> tuple[tuple[Belief, ...], int]:
    """Read the beliefs at the beginning of a sentence, and where the reason for them begins."""
    given = _INPUT.match(text)
    if given:
        return (Belief(INPUT),), given.end()
    either = _EITHER.match(text)
    if either:
        high = float(either["high"])
        low = high if either["low"] is None else float(either["low"])
        share = float(either["share"])
        if not 0 < share < 1:
            return (), 0
        belief = Belief(SWITCH, low, high, state=float(either["state"]), share=share)
        return (belief,), either.end()
    beliefs: list[Belief] = []
    at = 0
    while True:
        exactly, interval = _EXACTLY.match(text, at), _INTERVAL.match(text, at)
        match = exactly or interval
        # After the first, a range without an element is part of the reason.
        if match is None or (beliefs and match["names"] is None):
            return tuple(beliefs), at
        names = tuple(match["names"].split(" and ")) if match["names"] else ()
        if exactly:
            beliefs.append(Belief(EXACT, names=names))
        else:
            assert interval is not None
            median = interval["median"]
            beliefs.append(
                Belief(
                    RANGE,
                    float(interval["low"]),
                    float(interval["high"]),
                    None if median is None else 1.0 if median == "the value" else float(median),
                    interval["times"] is not None,
                    names=names,
                )
            )
        at = match.end()
        if not names:
            return tuple(beliefs), at


def _is_ordered(belief: Belief) -> bool:
    middle = (belief.low + belief.high) / 2 if belief.median is None else belief.median
    return belief.low < middle < belief.high


def _is_inside(variable: Variable, belief: Belief) -> bool:
    low, high = find_hard_range(variable)
    points = [belief.low, belief.high]
    if belief.kind == SWITCH:
        points.append(belief.state)
    return low <= min(points) and max(points) <= high


def _describe(belief: Belief) -> str:
    text = f"{belief.low:g} to {belief.high:g}"
    return text if belief.median is None else f"{text}, median {belief.median:g}"
