"""The posterior after published effects had their say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.joint.effects import can_weigh, select_effects, weigh_draws
from smecluster.calibration.joint.knowledge import judge_constants
from smecluster.calibration.joint.run import JointPosterior
from smecluster.calibration.posterior.convergence import resample_evenly
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.stages import Stages
from smecluster.calibration.validation.reform_file import Reform
from smecluster.calibration.validation.reform_runs import simulate_effects
from smecluster.model import Model

Floats = NDArray[np.float64]
Simulate = Callable[[Model, Sequence[Reform], pd.DataFrame], Mapping[tuple[str, str], Floats]]

_JOINT = " | "


def reweigh(
    model: Model,
    reforms: Sequence[Reform],
    priors: Priors,
    posterior: JointPosterior,
    stages: Stages,
    simulate: Simulate = simulate_effects,
) -> JointPosterior:
    """Weigh the draws of a posterior by published effects, and choose among them.

    Parameters
    ----------
    model : Model
        The model.
    reforms : sequence of Reform
        The studies; those left out for testing are not run.
    priors : Priors
        The priors.
    posterior : JointPosterior
        The posterior of the figures alone.
    stages : Stages
        Where the effects of the draws are kept.
    simulate : callable
        Runs reforms; see `calibration.validation.reform_runs.simulate_effects`.

    Returns
    -------
    JointPosterior
        Its facts say how many effects were used, what the weights are worth, and whether they were
        applied: where they leave too few draws, the draws are those of the figures alone, and the
        table ``effects`` shows what the effects would do.
    """
    effects = select_effects(model, reforms)
    concerned = {effect.reform for effect in effects}
    chosen = [reform for reform in reforms if reform.name in concerned]

    def compute() -> Mapping[str, Floats]:
        found = simulate(model, chosen, posterior.draws)
        return {_JOINT.join(name): values for name, values in found.items()}

    arrays = stages.compute_arrays("effects", compute)
    values = {
        (name.partition(_JOINT)[0], name.partition(_JOINT)[2]): np.asarray(found, dtype=float)
        for name, found in arrays.items()
    }
    weights, table, facts = weigh_draws(effects, values)
    applied = can_weigh(facts)
    said = {
        "effects used": int(facts["effects"]),
        "effects effective draws": facts["effective draws"],
        "effects k": facts["k"],
        "effects applied": applied,
    }
    tables = {**posterior.tables, "effects": table}
    facts_now = {**posterior.facts, **said}
    if not applied:
        return replace(posterior, tables=tables, facts=facts_now)
    kept = resample_evenly(weights, len(posterior.points))
    points = posterior.points[kept]
    tables["constants"] = judge_constants(priors, points)
    draws = posterior.draws.iloc[kept].reset_index(drop=True)
    return replace(posterior, points=points, draws=draws, tables=tables, facts=facts_now)
