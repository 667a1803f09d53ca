"""Test recovery with one call: what the command line and a notebook use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.data.case import list_cases
from smecluster.calibration.forecasts.blind_fit import forget_estimates
from smecluster.calibration.interface import assemble_together
from smecluster.calibration.posterior.correlations import FAMILIES
from smecluster.calibration.posterior.errors import SeriesErrors
from smecluster.calibration.posterior.run import LIKELIHOOD, assemble_target
from smecluster.calibration.priors.table import Priors, build_priors
from smecluster.calibration.recovery.compute import Known, recover
from smecluster.calibration.recovery.protocol import Protocol, read_protocol
from smecluster.calibration.recovery.scores import ENDS, judge, score_answer, score_constants
from smecluster.calibration.stages import Stages, Tell
from smecluster.model import Model
from smecluster.model.engine.run.settings import check_count
from smecluster.model.support.checkpoints import drop

Floats = NDArray[np.float64]

#: Takes the model and inputs, a row a draw; gives answers by yardstick, shape (draws,) each, NaN
#: where a draw has none.
Answer = Callable[[Model, pd.DataFrame], Mapping[str, Floats]]
#: The tables of a recovery.
JUDGED, CONSTANTS, ANSWERS = "recovery", "recovery-constants", "recovery-answers"


@dataclass(frozen=True)
class Recovered:
    """What came out of a test of recovery.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        `JUDGED`, see `calibration.recovery.scores.judge`; `CONSTANTS`, see `score_constants`;
        `ANSWERS`: for each data set and yardstick the truth and the ends of the interval.
    protocol : Protocol
        How it was done.
    model_hash : str
        Fingerprint of the model.
    sets : int
        Data sets that were scored.
    asked : int
        Data sets that were made.
    signs : mapping of str to float
        By yardstick: in which share of the data sets most draws have the sign of the truth.
    """

    tables: Mapping[str, pd.DataFrame]
    protocol: Protocol
    model_hash: str
    sets: int
    asked: int
    signs: Mapping[str, float]


def run_recovery(
    work: str | Path,
    answer: Answer,
    *,
    sets: int = 200,
    seed: int = 1,
    workers: int = 1,
    restart: bool = False,
    tell: Tell = lambda stage, done, total: None,
) -> Recovered:
    """Test whether known constants, and a known answer, are recovered from simulated figures.

    Parameters
    ----------
    work : str or Path
        Folder of unfinished work; interrupted work resumes there, and more sets extend it.
    answer : callable
        Computes the answer; see `Answer`.
    sets : int
        Data sets.
    seed : int
        Seed of all random numbers.
    workers : int
        Threads; their number changes no digit.
    restart : bool
        Whether to drop unfinished work first.
    tell : callable
        Receives the stage, how much of it is done, and how much there is.

    Returns
    -------
    Recovered

    Raises
    ------
    InputError
        If `work` is in use or holds other work.
    """
    check_count("sets", sets)
    check_count("workers", workers)
    protocol = read_protocol()
    if restart:
        drop(Path(work))
    design = protocol.design
    problem = forget_estimates(assemble_together(list_cases(), (), {}))
    problem = replace(problem, base={**problem.base, "TIME STEP": design.time_step})
    priors = build_priors(problem.model, problem.parameters)
    identity = {
        "model": problem.model.hash,
        "problem": problem.hash,
        "priors": priors.hash,
        "protocol": repr(design),
        "seed": str(seed),
    }
    target = assemble_target(problem, priors, workers)
    errors = SeriesErrors(problem, FAMILIES[LIKELIHOOD]())
    with Stages(Path(work), identity, tell) as stages:
        found = recover(target, errors.draw, design, sets, seed, stages)
        rows = []
        tell_answers = stages.track("answers")
        for at, known in enumerate(found):
            digest = f"answer {known.number} of {known.truth[0]:.12g}"
            make = partial(_ask, answer, problem.model, priors, known)
            arrays = stages.compute_arrays(digest, make, tells=True)
            rows.append({name: np.asarray(value, dtype=float) for name, value in arrays.items()})
            tell_answers(at + 1, len(found))
    constants = score_constants(priors.names, found, priors.root, design.level)
    answers, table = _score_answers(rows, design.level)
    judged = judge(constants, answers, len(found), protocol.bars)
    return Recovered(
        {JUDGED: judged, CONSTANTS: constants, ANSWERS: table},
        protocol,
        problem.model.hash,
        len(found),
        sets,
        {name: one["sign"] for name, one in answers.items()},
    )


def _ask(answer: Answer, model: Model, priors: Priors, known: Known) -> dict[str, Floats]:
    """Compute the answer for the truth, which comes first, and for every draw."""
    points = np.concatenate([known.truth[None], known.points])
    table = pd.DataFrame(priors.to_values(points), columns=list(priors.names))
    return dict(answer(model, table))


def _score_answers(
    rows: Sequence[Mapping[str, Floats]], level: float
) -> tuple[dict[str, dict[str, float]], pd.DataFrame]:
    scores, tables = {}, []
    for name in rows[0]:
        truth = np.array([row[name][0] for row in rows])
        draws = [row[name][1:][np.isfinite(row[name][1:])] for row in rows]
        whole = [at for at, one in enumerate(draws) if len(one) and np.isfinite(truth[at])]
        truth, draws = truth[whole], [draws[at] for at in whole]
        scores[name] = score_answer(truth, draws, level)
        levels = [(1 - level) / 2, 0.5, (1 + level) / 2]
        edges = [np.quantile(one, levels, method=ENDS) for one in draws]
        low, middle, high = np.array(edges).T
        tables.append(
            pd.DataFrame(
                {
                    "yardstick": name,
                    "set": whole,
                    "truth": truth,
                    "low": low,
                    "median": middle,
                    "high": high,
                }
            )
        )
    return scores, pd.concat(tables, ignore_index=True)
