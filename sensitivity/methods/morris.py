"""Morris' elementary effects, for all outputs at once.

The effects and mu star's interval are SALib's (`SALib.analyze.morris`), to its digits; mu and
sigma, which have no interval there, get theirs from the same resamples.
"""

from __future__ import annotations

import numpy as np

from smecluster.model.support.errors import InputError
from smecluster.sensitivity.methods.estimates import (
    Array,
    Bootstrap,
    Estimate,
    Estimates,
    Sample,
    estimate_single,
)

# Resampled numbers in memory at a time: 64 MiB.
_NUMBERS = 8_388_608


def estimate_morris(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Estimate mu star, mu and sigma of the elementary effects.

    Parameters
    ----------
    sample : Sample
        Runs along trajectories, one factor (or group) changed at each step.
    bootstrap : Bootstrap
        Over trajectories.

    Returns
    -------
    Estimates
        ``"mu star"``, ``"mu"``, ``"sigma"`` (Morris 1991, doi:10.1080/00401706.1991.10484804;
        Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004): change of the output, in
        its unit, as a factor goes through its whole range. A group has no mu and no sigma,
        because its factors move in different directions at a time.

    Raises
    ------
    InputError
        If the number of runs does not fit the design.
    """
    length = len(sample.rows) + 1
    if len(sample.y) % length or len(sample.y) < 2 * length:
        raise InputError(
            f"a Morris design of {length - 1} factors has two or more times {length} runs, "
            f"not {len(sample.y)}"
        )
    effects = compute_elementary_effects(sample, length)
    rng = bootstrap.generator()
    trajectories = effects.shape[1]
    half: dict[str, list[Array]] = {"mu star": [], "mu": [], "sigma": []}
    together = max(1, _NUMBERS // (trajectories * effects.shape[2]))
    for effect in effects:
        found: dict[str, list[Array]] = {name: [] for name in half}
        for begin in range(0, bootstrap.resamples, together):
            count = min(together, bootstrap.resamples - begin)
            picked = effect[rng.integers(trajectories, size=(count, trajectories))]
            found["mu star"].append(np.abs(picked).mean(axis=1))
            found["mu"].append(picked.mean(axis=1))
            found["sigma"].append(picked.std(axis=1, ddof=1))
        for name, parts in found.items():
            half[name].append(bootstrap.half(np.concatenate(parts)))
    values = {
        "mu star": np.abs(effects).mean(axis=1),
        "mu": effects.mean(axis=1),
        "sigma": effects.std(axis=1, ddof=1),
    }
    if sample.groups is None:
        return Estimates(
            {
                name: Estimate(estimate_single(sample.rows), values[name], np.array(half[name]))
                for name in half
            }
        )
    member = np.array(sample.groups)
    value, spread = (
        np.array([part[member == group].mean(axis=0) for group in sample.rows])
        for part in (values["mu star"], np.array(half["mu star"]))
    )
    return Estimates({"mu star": Estimate(estimate_single(sample.rows), value, spread)})


def compute_elementary_effects(sample: Sample, length: int) -> Array:
    """Compute each factor's effect in each trajectory: (factors, trajectories, outputs)."""
    x = sample.x.reshape(-1, length, sample.x.shape[1])
    y = sample.y.reshape(-1, length, sample.y.shape[1])
    direction = np.sign(np.diff(x, axis=1))
    delta = sample.levels / (2.0 * (sample.levels - 1))
    effects: Array = np.einsum("tsk,tsm->ktm", direction, np.diff(y, axis=1)) / delta
    return effects
