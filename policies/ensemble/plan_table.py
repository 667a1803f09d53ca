"""Plans side by side: what they are measured against, and the inputs in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.errors import InputError
from smecluster.policies.ensemble.cases import Floats, Integers
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import Plan, carry_on

if TYPE_CHECKING:
    from smecluster.model import Model


class PlanTable:
    """Plans as rows of inputs.

    Parameters
    ----------
    plans : sequence of Plan
        The plans.
    model : Model
        The model that they are run in.
    taken : iterable of str
        Inputs that are set or drawn for all plans, which none may set.
    matched : bool
        Whether their money is to be matched, which needs what it is measured against.
    in_full : bool
        Whether every input that any plan sets is varied, also where all agree.

    Attributes
    ----------
    plans : list of Plan
        The plans, and behind them those that they are measured against.
    count : int
        How many were asked for.
    reference : int or None
        Where policy as now stands among them; None where it is not needed.
    own : numpy.ndarray
        Where each plan without its programmes stands, of the shape (plans,).
    same : dict of str to float
        Inputs that all plans set alike.
    scalable : numpy.ndarray
        Which plans have money to scale, of the shape (plans,).
    most : numpy.ndarray
        The largest factor on each plan's money that the model's ranges allow, of the shape
        (plans,).

    Raises
    ------
    InputError
        If a plan sets an input that is taken.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        model: Model,
        taken: Iterable[str],
        *,
        matched: bool,
        in_full: bool,
    ) -> None:
        self.count = len(plans)
        self.plans, self.reference, self.own = _with_references(plans, model, matched)
        self._check_taken(taken)
        inputs = _complete(model, [plan.inputs for plan in self.plans])
        names = {name for plan in self.plans for name in plan.money_inputs}
        self.same, self._columns = _split(inputs, set(inputs[0]) if in_full else names)
        self._money = [at for at, name in enumerate(self._columns) if name in names]
        self._values = np.array([[row[name] for name in self._columns] for row in inputs])
        self.scalable = np.array([plan.has_money for plan in self.plans])
        self.most = _most(model, self.plans)

    def columns(self, plan: Integers, factor: Floats) -> dict[str, Floats]:
        """Give the inputs of runs.

        Parameters
        ----------
        plan : numpy.ndarray
            Where the plan of each run stands, of the shape (runs,).
        factor : numpy.ndarray
            What its money is multiplied by, Dmnl, of the same shape.

        Returns
        -------
        dict of str to numpy.ndarray
            By name, each of the shape (runs,).
        """
        rows = self._values[plan]
        rows[:, self._money] *= factor[:, None]
        return dict(zip(self._columns, rows.T, strict=True))

    def _check_taken(self, taken: Iterable[str]) -> None:
        taken = list(taken)
        # A plan that was asked for is named before one that it is measured against.
        for plan in sorted(self.plans, key=lambda plan: not plan.has_money):
            own = plan.inputs
            for name in taken:
                if name in own:
                    raise InputError(f"{name!r} is set by strategy {plan.name!r}: edit its file")


def _with_references(
    plans: Sequence[Plan], model: Model, matched: bool
) -> tuple[list[Plan], int | None, Integers]:
    """Add what money is measured against: policy as now, and each plan without its programmes.

    Gives the plans, where policy as now stands among them (None where it is not needed), and for
    each plan where the one without its programmes stands.
    """
    every = list(plans)

    def place(wanted: Plan) -> int:
        for at, plan in enumerate(every):
            if not plan.has_money and plan.until == wanted.until:
                return at
        every.append(wanted)
        return len(every) - 1

    if not matched:
        reference = next((at for at, plan in enumerate(every) if plan.is_as_now), None)
        return every, reference, np.arange(len(every))
    reference = place(carry_on(read_menu(model), plans[0].start if plans else 0.0))
    own = [
        place(plan.without_programmes()) if plan.has_money else at for at, plan in enumerate(plans)
    ]
    return every, reference, np.array([*own, *range(len(own), len(every))])


def _complete(model: Model, plans: list[dict[str, float]]) -> list[dict[str, float]]:
    """Give every plan a value for each input that any of them sets: the model's own."""
    directory = InputIndex(model.program)
    own: dict[str, float] = {}
    for name in dict.fromkeys(name for plan in plans for name in plan):
        place, *_ = directory.resolve({name: 0.0}).values
        own[name] = model.program.parameters[place].value
    return [own | plan for plan in plans]


def _split(plans: list[dict[str, float]], varied: set[str]) -> tuple[dict[str, float], list[str]]:
    """Part the inputs that all plans set alike from those that differ or are always varied."""
    first = plans[0]
    differing = [
        name for name in first if name in varied or any(plan[name] != first[name] for plan in plans)
    ]
    return {name: first[name] for name in first if name not in differing}, differing


def _most(model: Model, plans: Sequence[Plan]) -> Floats:
    """Give the largest factor on each plan's money that the model's ranges allow."""
    limits = np.full(len(plans), np.inf)
    for at, plan in enumerate(plans):
        inputs = plan.inputs
        for name in plan.money_inputs:
            high = model.variables[name.partition("[")[0]].high
            if high is not None and inputs[name] > 0:
                limits[at] = min(limits[at], high / inputs[name])
    return limits
