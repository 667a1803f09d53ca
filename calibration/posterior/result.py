"""A posterior as a calibration that all commands can use."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from smecluster.calibration.data.histories import score_fits
from smecluster.calibration.posterior.fitted_values import tabulate_fit
from smecluster.calibration.posterior.paths import simulate_paths
from smecluster.calibration.posterior.run import Posterior
from smecluster.calibration.priors.law import LOG, SHARE
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import Objective
from smecluster.calibration.problem.parameters import Parameter
from smecluster.calibration.stages import Stages
from smecluster.calibration.store.named import round_values
from smecluster.model.engine.read.values import find_element

_EDGE = float(ndtri(0.95))
_SOURCE = "the 90 % range that the model's file believes, or the case's own prior"
_LEVELS = (0.05, 0.95)
# Hard ranges without an end, for tables that need one.
_ENDLESS = 1e300


@dataclass(frozen=True)
class Fitted:
    """A calibration, before it is saved.

    Attributes
    ----------
    problem : Problem
        What was estimated, from which figures.
    tables : mapping of str to pandas.DataFrame
        By the name of the file that holds each; see `calibration.store.findings`.
    facts : mapping
        Further entries of the manifest.
    seconds : float
        Time taken, over all processes.
    runs : int
        Runs of the model, over all processes.
    """

    problem: Problem
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any]
    seconds: float = 0.0
    runs: int = 0


def list_parameters(priors: Priors, regions: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Describe the priors as parameters of an estimation problem.

    Parameters
    ----------
    priors : Priors
        The priors.
    regions : tuple of str
        The model's regions.

    Returns
    -------
    tuple of Parameter
        Positive constants on the scale ``log``, the others on ``lin``; ``mean`` is the median,
        and ``sd`` half of the 90 % range over 1.645, on that scale. Switches come last, on the
        scale ``lin``: ``mean`` is the state in the model's file.
    """
    found = []
    for prior in priors.priors:
        law = prior.law
        log = law.scale in (LOG, SHARE)
        low, high = np.log([law.low, law.high]) if log else (law.low, law.high)
        found.append(
            Parameter(
                prior.name,
                "log" if log else "lin",
                # Zero has no logarithm: what is positive stays above the smallest number.
                max(law.least, np.finfo(float).tiny) if log else max(law.least, -_ENDLESS),
                min(law.most, _ENDLESS),
                law.median,
                float(high - low) / (2 * _EDGE),
                "judgement",
                _SOURCE,
                find_element(prior.name, regions) is None,
                prior.name,
            )
        )
    for switch in priors.switches:
        ends = (switch.state, switch.low, switch.high)
        spread = math.sqrt(switch.share * (1 - switch.share)) * (max(ends) - min(ends))
        rest = ("judgement", _SOURCE, True, switch.name)
        found.append(
            Parameter(switch.name, "lin", min(ends), max(ends), switch.value, spread, *rest)
        )
    return tuple(found)


def make_result(
    problem: Problem,
    parameters: Sequence[Parameter],
    priors: Priors,
    posterior: Posterior,
    stages: Stages,
    *,
    drawn: bool = True,
) -> Fitted:
    """Make a calibration of a posterior.

    Parameters
    ----------
    problem : Problem
        Whose figures were used.
    parameters : sequence of Parameter
        What was estimated: an entry for each prior and switch, in their order.
    priors : Priors
        The priors.
    posterior : Posterior
        The posterior.
    stages : Stages
        Where its parts are kept.
    drawn : bool
        Whether its draws are kept; those of an approximation only give intervals.

    Returns
    -------
    Fitted
        The estimate is the mode. A constant that the figures do not inform has the median of its
        prior there, not its value in the model's file.
    """
    whole = replace(problem, parameters=tuple(parameters))
    objective = Objective(whole, workers=1)
    own = [switch.value for switch in priors.switches]
    estimate = np.array([*priors.to_values(posterior.mode.point), *own])
    x = np.clip(objective.to_scale(estimate), objective.lower, objective.upper)
    points = objective.to_scale(posterior.draws.to_numpy(dtype=float)) if drawn else None
    judged = posterior.tables["constants"].set_index("name").reindex(whole.names)
    low, high = np.quantile(posterior.draws, _LEVELS, axis=0)
    table = whole.table.assign(estimate=estimate, low=low, high=high).assign(
        **{name: judged[name].to_numpy() for name in ("contraction", "shift")},
        **{name: judged[name].fillna("").to_numpy() for name in ("evidence", "verdict")},
    )
    # Effects may have chosen among the draws.
    which = "figures and effects" if posterior.facts.get("effects applied") else "figures"
    figures = stages.compute_table(f"fit to {which}", lambda: tabulate_fit(objective, x, points))
    tables = {
        "parameters": table,
        "paths": stages.compute_table(
            f"paths by {which}", lambda: simulate_paths(objective, x, points)
        ),
        "figures": figures,
        "fits": score_fits(figures),
    }
    if drawn:
        draws = pd.DataFrame(round_values(posterior.draws), columns=posterior.draws.columns)
        tables["draws"] = draws
    facts = {"data hash": problem.hash, "posterior": dict(posterior.facts)}
    return Fitted(whole, tables, facts, stages.seconds, stages.runs)
