"""At what value of a constant another strategy is ahead: one constant at a time.

Two strategies spend the same additional money in every run. Each constant of the model's file that
is neither a definition nor an input goes to the two ends of what is believed of it ("Believed
90 %: ..."), all others stay. Where that turns the order of the strategies, the constant is moved in
steps between its own value and that end, and the value at which they are level is interpolated.
Nothing is fitted again: a constant that the histories bound is taken as far as it is believed on
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.read.document import Variable
from smecluster.model.engine.read.values import spell_name
from smecluster.model.engine.run.settings import check_count
from smecluster.model.errors import InputError
from smecluster.model.file.beliefs import CONVENTIONS
from smecluster.model.file.regions import REGION
from smecluster.policies.budget import Amount, parse_budget, set_budget
from smecluster.policies.ensemble.accounts import ACCOUNTS
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON, STRATEGY
from smecluster.policies.ensemble.horizons import check_horizons, extend_run
from smecluster.policies.ensemble.worlds import Ensemble
from smecluster.policies.plan import START, Plan
from smecluster.policies.strategy import Strategy
from smecluster.sensitivity.design.constants import span_constants
from smecluster.sensitivity.tipping.measures import MEASURES, Case
from smecluster.sensitivity.tipping.reasons import find_reason
from smecluster.sensitivity.tipping.result import Tipping

if TYPE_CHECKING:
    from smecluster.model import Model

Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]

#: What is asked if nothing else is: budgets, and last years of the comparison.
BUDGETS, HORIZONS = ("0.1%", "0.5%", "3%"), (2040, 2060)
#: Outer points of a believed range, as probabilities.
ENDS = (0.05, 0.95)

# Values between a constant's own and the end at which the order has turned.
_STEPS = 6
#: The two costs differ by at most this share of the budget, which is below any difference shown.
TOLERANCE = 1e-5
#: Conventions, and switches of a run: no claim about the world.
LEFT_OUT = (*CONVENTIONS, "driver freeze year", "history switch")


@dataclass(frozen=True)
class _Span:
    """A constant's own value and where it may go."""

    cell: str
    variable: Variable
    own: float
    low: float
    high: float

    def between(self, end: float) -> Floats:
        """Give values from its own (left out) towards an end (left out)."""
        share = np.arange(1, _STEPS + 1) / (_STEPS + 1)
        if self.own > 0 and end > 0:
            return np.asarray(self.own * (end / self.own) ** share)
        return np.asarray(self.own + (end - self.own) * share)


def find_tipping_values(
    model: Model,
    strategies: Sequence[Strategy],
    budgets: Sequence[str] = BUDGETS,
    horizons: Sequence[int] = HORIZONS,
    *,
    constants: Sequence[str] = (),
    workers: int | None = None,
    progress: Progress | None = None,
) -> Tipping:
    """Find the constants that turn the order of two strategies within what is believed of them.

    Parameters
    ----------
    model : Model
        The model; its own values are those that stay.
    strategies : sequence of Strategy
        Two.
    budgets : sequence of str
        Additional money of each, see `policies.budget.parse_budget`.
    horizons : sequence of int
        Last years whose consequences count; money is matched to the last of the model's own
        clock, as in every comparison.
    constants : sequence of str
        Names of the constants that are tried; all where empty.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many comparisons are done and how many there are.

    Returns
    -------
    Tipping
        What turns the order.

    Raises
    ------
    InputError
        If there are not two strategies, a name is unknown, the model lacks a measure, a horizon is
        out of reach, or there is no money.
    """
    if len(strategies) != 2:
        raise InputError(f"name two strategies to compare, not {len(strategies)}")
    for measure in MEASURES:
        if measure not in model.variables:
            raise InputError(f"{model.path.name} has no {measure!r}")
    if workers is not None:
        check_count("workers", workers)
    check_horizons(list(horizons), START)
    for budget in budgets:
        if parse_budget(budget) in (Amount(share=0.0), Amount(money=0.0)):
            raise InputError(f"budget {budget!r}: without money there is nothing to compare")
    spans = _find_spans(model, constants)
    plans = [strategy.plan(model, START) for strategy in strategies]
    names = (plans[0].name, plans[1].name)
    rows: list[dict[str, Any]] = []
    bases: list[dict[str, Any]] = []
    failed: dict[str, None] = {}
    done, total = 0, len(budgets) * len(horizons)
    for horizon in horizons:
        # An own engine for each horizon: history up to the start is run once for all budgets.
        work = _Work(model, plans, horizon, workers)
        for budget in budgets:
            at_ends = work.compare(budget, [{}, *_moves(spans)])
            inner = _choose(spans, at_ends)
            refined = work.compare(budget, [{span.cell: value} for span, _, value in inner])
            for at, measure in enumerate(MEASURES):
                case = Case(budget, horizon, measure)
                found = _judge(case, spans, at_ends[:, at], inner, refined[:, at])
                rows += found
                bases.append(_describe_base(case, names, work.money[budget], at_ends, at, found))
            ends = at_ends[1:].reshape(len(spans), 2, -1)
            lost = ~np.isfinite(ends).all(axis=(1, 2))
            failed |= dict.fromkeys(spans[at].cell for at in np.flatnonzero(lost))
            done += 1
            if progress is not None:
                progress(done, total)
    columns = ["constant", "unit", "value", "low", "high", "budget", "horizon", "measure"]
    columns += ["difference at low", "difference at value", "difference at high"]
    table = pd.DataFrame(rows, columns=[*columns, "tips at", "toward", "reason"])
    return Tipping(names, pd.DataFrame(bases), table, len(spans), tuple(failed))


def _find_spans(model: Model, constants: Sequence[str]) -> list[_Span]:
    """Find the ends of what is believed of each constant, and its own value."""
    own = read_own_values(model)
    cells: dict[str, list[str]] = {}
    for cell in own:
        cells.setdefault(cell.partition("[")[0], []).append(cell)
    left_out = [name for name in LEFT_OUT if name in cells]
    spans = []
    for cell, (variable, law) in span_constants(
        model.document, lambda name: cells.get(name, ()), own, left_out
    ).items():
        if constants and variable.name not in constants:
            continue
        low, high = (float(value) for value in law.at(np.array(ENDS)))
        spans.append(_Span(cell, variable, own[cell], min(low, own[cell]), max(high, own[cell])))
    if constants and not spans:
        raise InputError(f"nothing is believed of {', '.join(constants)}: no constant of the model")
    return spans


def read_own_values(model: Model) -> dict[str, float]:
    """Read the value of each element of each constant, in its unit."""
    return {
        spell_name(parameter.name, parameter.cell): parameter.value
        for parameter in model.program.parameters
        if parameter.kind == "constant"
    }


def _moves(spans: Sequence[_Span]) -> list[dict[str, float]]:
    return [{span.cell: end} for span in spans for end in (span.low, span.high)]


class _Work:
    """Comparisons of two plans to one horizon."""

    def __init__(
        self, model: Model, plans: Sequence[Plan], horizon: int, workers: int | None
    ) -> None:
        self.model, self.plans, self.horizon, self.workers = model, plans, horizon, workers
        self.money: dict[str, float] = {}

    def compare(self, budget: str, moves: Sequence[Mapping[str, float]]) -> Floats:
        """Give first less second, yuan a yuan, along (move, measure); missing where runs fail."""
        if not moves:
            return np.empty((0, len(MEASURES)))
        money = self._find_money(budget)
        own = read_own_values(self.model)
        cells = list(dict.fromkeys(cell for move in moves for cell in move))
        draws = pd.DataFrame({cell: np.full(len(moves), own[cell]) for cell in cells})
        if not cells:
            draws = pd.DataFrame(index=["model"])
        for row, move in enumerate(moves):
            for cell, value in move.items():
                draws.loc[row, cell] = value
        worlds = Ensemble(
            self.model,
            draws,
            settings=extend_run(self.model, self.horizon),
            workers=self.workers,
            money_end=self.model.time.final,
        )
        result = worlds.run(
            self.plans,
            list(MEASURES),
            [START, float(self.horizon)],
            budget=money,
            keep=keep_gains,
            tolerance=TOLERANCE,
        ).isel({FUTURE: 0})
        ends = np.stack([result[name].transpose(STRATEGY, DRAW).values for name in MEASURES])
        ends = np.where((result[REASON].transpose(STRATEGY, DRAW).values == "")[None], ends, np.nan)
        return np.asarray((ends[:, 0] - ends[:, 1]).T / money)

    def _find_money(self, budget: str) -> float:
        if budget not in self.money:
            # A share is of value added in the model's own years, so that every horizon has one sum.
            self.money[budget] = set_budget(self.model, budget, START).money
        return self.money[budget]


def keep_gains(run: xr.Dataset) -> xr.Dataset:
    """Keep what is added from the first year to the last."""
    kept = {}
    for name in (*MEASURES, *ACCOUNTS):
        total = run[name].sum(REGION, skipna=False) if REGION in run[name].dims else run[name]
        kept[name] = total.isel(time=-1, drop=True) - total.isel(time=0, drop=True)
    return xr.Dataset(kept)


def _choose(spans: Sequence[_Span], at_ends: Floats) -> list[tuple[_Span, float, float]]:
    """Choose the steps to run: span, end, value, where an end turns the order by any measure."""
    inner = []
    for at, span in enumerate(spans):
        for side, end in enumerate((span.low, span.high)):
            if (at_ends[0] * at_ends[1 + 2 * at + side] < 0).any():
                inner += [(span, end, float(value)) for value in span.between(end)]
    return inner


def _judge(
    case: Case,
    spans: Sequence[_Span],
    at_ends: Floats,
    inner: Sequence[tuple[_Span, float, float]],
    refined: Floats,
) -> list[dict[str, Any]]:
    """Give a row for each end that turns one comparison."""
    rows = []
    steps: dict[tuple[str, float], list[tuple[float, float]]] = {}
    for (span, end, value), difference in zip(inner, refined, strict=True):
        steps.setdefault((span.cell, end), []).append((value, float(difference)))
    base = float(at_ends[0])
    for at, span in enumerate(spans):
        low, high = (float(at_ends[1 + 2 * at + side]) for side in (0, 1))
        for end, there in ((span.low, low), (span.high, high)):
            if not base * there < 0:
                continue
            path = [(span.own, base), *steps[span.cell, end], (end, there)]
            rows.append(
                {
                    "constant": span.cell,
                    "unit": span.variable.unit,
                    "value": span.own,
                    "low": span.low,
                    "high": span.high,
                    "budget": case.budget,
                    "horizon": case.horizon,
                    "measure": case.measure,
                    "difference at low": low,
                    "difference at value": base,
                    "difference at high": high,
                    "tips at": _interpolate(path),
                    "toward": "below" if end < span.own else "above",
                    "reason": find_reason(span.variable),
                }
            )
    return rows


def _interpolate(path: Sequence[tuple[float, float]]) -> float:
    """Find the first value along a path at which the difference is nothing."""
    known = [(value, difference) for value, difference in path if np.isfinite(difference)]
    for (before, first), (after, second) in pairwise(known):
        if first * second <= 0 and first != second:
            return before + (after - before) * first / (first - second)
    return float("nan")


def _describe_base(
    case: Case,
    names: tuple[str, str],
    money: float,
    at_ends: Floats,
    at: int,
    found: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    difference = float(at_ends[0, at])
    return {
        "budget": case.budget,
        "horizon": case.horizon,
        "measure": case.measure,
        "money": money,
        "difference": difference,
        "ahead": names[0] if difference > 0 else names[1],
        "turned": len({row["constant"] for row in found}),
    }
