"""The posterior after published effects had their say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.experiments.reform import Reform
from smecluster.calibration.experiments.run import simulate_effects
from smecluster.calibration.posterior.convergence import resample_evenly
from smecluster.calibration.posterior.effects import (
    can_weigh,
    select_effects,
    select_tested,
    tabulate_published,
    weigh_draws,
)
from smecluster.calibration.posterior.knowledge import judge_constants
from smecluster.calibration.posterior.run import Posterior
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.stages import Stages
from smecluster.model import Model

Floats = NDArray[np.float64]
Simulate = Callable[[Model, Sequence[Reform], pd.DataFrame], Mapping[tuple[str, str], Floats]]

_JOINT = " | "
# Draws for which the effects left out are run.
_TESTING = 200


def reweigh(
    model: Model,
    reforms: Sequence[Reform],
    priors: Priors,
    posterior: Posterior,
    stages: Stages,
    simulate: Simulate = simulate_effects,
) -> Posterior:
    """Weigh the draws of a posterior by published effects, and choose among them.

    Parameters
    ----------
    model : Model
        The model.
    reforms : sequence of Reform
        The studies; those left out for testing are run last, and change nothing.
    priors : Priors
        The priors.
    posterior : Posterior
        The posterior of the figures alone.
    stages : Stages
        Where the effects of the draws are kept.
    simulate : callable
        Runs reforms; see `calibration.experiments.run.simulate_effects`.

    Returns
    -------
    Posterior
        Its facts say how many effects were used, what the weights are worth, and whether they were
        applied: where they leave too few draws, the draws are those of the figures alone, and the
        table ``effects`` shows what the effects would do. The table ``published`` holds the draws
        against these effects and those left out.
    """
    effects = select_effects(model, reforms)
    concerned = {effect.reform for effect in effects}
    chosen = [reform for reform in reforms if reform.name in concerned]

    values = _simulate(stages, "effects", lambda: simulate(model, chosen, posterior.draws))
    weights, table, facts = weigh_draws(effects, values)
    applied = can_weigh(facts)
    said = {
        "effects used": int(facts["effects"]),
        "effects effective draws": facts["effective draws"],
        "effects k": facts["k"],
        "effects applied": applied,
    }
    tables: dict[str, pd.DataFrame] = {**posterior.tables, "effects": table}
    facts_now = {**posterior.facts, **said}
    kept = resample_evenly(weights, len(posterior.points)) if applied else np.arange(len(weights))
    points = posterior.points[kept]
    draws = posterior.draws.iloc[kept].reset_index(drop=True)
    if applied:
        tables["constants"] = judge_constants(priors, points)
    tested = select_tested(model, reforms)
    left_out = {effect.reform for effect in tested}
    some = draws.iloc[np.linspace(0, len(draws) - 1, min(len(draws), _TESTING)).astype(int)]
    rest = _simulate(
        stages,
        # The name says of which draws.
        f"effects left out, applied {applied}",
        lambda: simulate(model, [each for each in reforms if each.name in left_out], some),
    )
    values = {name: found[kept] for name, found in values.items()} | rest
    tables["published"], counts = tabulate_published(effects, tested, values)
    facts_now |= {f"published {name}": count for name, count in counts.items()}
    return replace(posterior, points=points, draws=draws, tables=tables, facts=facts_now)


def _simulate(
    stages: Stages, name: str, make: Callable[[], Mapping[tuple[str, str], Floats]]
) -> dict[tuple[str, str], Floats]:
    """Run reforms, or read what was kept, by reform and response."""
    arrays = stages.compute_arrays(
        name, lambda: {_JOINT.join(key): values for key, values in make().items()}
    )
    return {
        (key.partition(_JOINT)[0], key.partition(_JOINT)[2]): np.asarray(values, dtype=float)
        for key, values in arrays.items()
    }
