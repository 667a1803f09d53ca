"""Evaluate the model's forecasts with one call: what the command line and a notebook use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from smecluster.calibration.data.case import list_cases
from smecluster.calibration.forecasts.blind_fit import forget_estimates
from smecluster.calibration.forecasts.loops_cut import LINKS
from smecluster.calibration.forecasts.protocol import Protocol, read_protocol
from smecluster.calibration.forecasts.rolling import Bench, leave_regions_out, roll_origins
from smecluster.calibration.forecasts.scores import (
    judge_bars,
    score_horizons,
    score_panels,
    score_regions,
    score_series,
)
from smecluster.calibration.forecasts.unseen import predict_unseen, read_assignment
from smecluster.calibration.interface import assemble_together
from smecluster.calibration.priors.table import build_priors
from smecluster.calibration.stages import Stages, Tell
from smecluster.model.engine.run.settings import check_count
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import drop

#: Tables by name, in the order of the page.
TABLES = (
    *("forecasts", "series", "panels", "horizons", "bars"),
    *("left-out", "unseen", "unseen-forecasts", "made"),
)


@dataclass(frozen=True)
class Evaluation:
    """The forecasts of the model and of its rivals, with scores.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        By the names of `TABLES`; see `calibration.forecasts.scores` and, for ``made``,
        `calibration.forecasts.unseen.predict_unseen`.
    protocol : Protocol
        How it was done.
    origins : tuple of int
        From which years.
    model_hash : str
        Fingerprint of the model whose constants were fitted.
    seconds : float
        Time taken, over all processes.
    runs : int
        Runs of the model, over all processes.
    """

    tables: Mapping[str, pd.DataFrame]
    protocol: Protocol
    origins: tuple[int, ...]
    model_hash: str
    seconds: float
    runs: int

    def table(self) -> pd.DataFrame:
        """Give the mean scores by panel and forecaster; see `summary.score_panels`."""
        return self.tables["panels"]


def evaluate(
    work: str | Path,
    *,
    origins: Sequence[int] = (),
    draws: int | None = None,
    workers: int = 1,
    restart: bool = False,
    tell: Tell = lambda stage, done, total: None,
) -> Evaluation:
    """Hold the model's forecasts against rivals.

    Parameters
    ----------
    work : str or Path
        Folder of unfinished work; interrupted work resumes there.
    origins : sequence of int
        Some of the protocol's origins; all if empty.
    draws : int, optional
        Draws of each fit; by default the protocol's.
    workers : int
        Threads; their number changes no digit.
    restart : bool
        Whether to drop unfinished work first.
    tell : callable
        Receives the stage, how much of it is done, and how much there is.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        If an origin is not one of the protocol's, or `work` is in use or holds other work.
    """
    protocol = read_protocol()
    chosen = _choose_origins(protocol, origins)
    check_count("workers", workers)
    if draws is not None:
        check_count("draws", draws)
        fewer = {"draws": draws}
        protocol = protocol.model_copy(
            update={
                part: getattr(protocol, part).model_copy(update=fewer)
                for part in ("model", "cut", "unseen")
            }
        )
    parts = [Path(work) / name for name in ("origins", "unseen")]
    for part in parts if restart else ():
        drop(part)
    problem = forget_estimates(assemble_together(list_cases(), (), {}))
    priors = build_priors(problem.model, problem.parameters)
    identity = {
        "model": problem.model.hash,
        "problem": problem.hash,
        "priors": priors.hash,
        "protocol": repr(protocol),
        "origins": ", ".join(map(str, chosen)),
        "loops": repr(sorted(LINKS.items())),
    }
    with Stages(parts[0], identity, tell) as stages:
        bench = Bench(problem, priors, protocol, stages, workers)
        forecasts = roll_origins(bench, chosen)
        left = leave_regions_out(bench)
        seconds, runs = stages.seconds, stages.runs
    more = {"unseen": repr(read_assignment())}
    with Stages(parts[1], {**identity, **more}, tell) as stages:
        unseen, made = predict_unseen(replace(bench, stages=stages))
        seconds, runs = seconds + stages.seconds, runs + stages.runs
    interval = protocol.scores.interval
    series = score_series(forecasts, interval)
    panels = score_panels(series)
    tables = {
        "forecasts": forecasts,
        "series": series,
        "panels": panels,
        "horizons": score_horizons(forecasts, interval),
        "bars": judge_bars(panels, protocol),
        "left-out": score_regions(left, interval, "left out"),
        "unseen": score_regions(unseen, interval, "region"),
        "unseen-forecasts": unseen,
        "made": made,
    }
    return Evaluation(tables, protocol, chosen, problem.model.hash, seconds, runs)


def _choose_origins(protocol: Protocol, origins: Sequence[int]) -> tuple[int, ...]:
    offered = protocol.origins.years
    for year in origins:
        if year not in offered:
            raise InputError(
                f"--origin {year}: the protocol has the origins {offered[0]} to {offered[-1]}"
            )
    return tuple(sorted({*origins})) or offered
