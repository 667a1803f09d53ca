"""Gather what a brief is made from: the account is run, further answers are read where they fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.choosing import find_drawn
from smecluster.model.errors import InputError
from smecluster.policies.accounting.compute import draw_up_account
from smecluster.policies.assignment.divisions import RUNNING
from smecluster.policies.brief.parts.trust import gather_trust
from smecluster.policies.brief.shelf import find_ready, list_commands, list_levers
from smecluster.policies.brief.words.evidence import ASSIGNMENT, EVALUATION, WHY, Evidence, Ready
from smecluster.policies.brief.words.race import NATION, REGIONS
from smecluster.policies.comparison.measures import DISCOUNTED
from smecluster.policies.comparison.nation import BENEFIT
from smecluster.policies.robustness.compute import judge_strategies
from smecluster.policies.study import Need

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.comparison.study_run import StudyRun
    from smecluster.policies.robustness.result import Robustness

Progress = Callable[[int, int], None]


def gather(
    done: StudyRun,
    folders: Sequence[Path] = (),
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Evidence:
    """Gather what a brief of a comparison is made from.

    Parameters
    ----------
    done : StudyRun
        The comparison, and what it was made from.
    folders : sequence of Path
        Folders with results of other commands.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs of the account are done and about how many there are.

    Returns
    -------
    Evidence
        What is known.

    Raises
    ------
    InputError
        If the results in a folder cannot be used.
    """
    comparison, inputs = done.comparison, done.inputs
    share = None if comparison.budget is None else comparison.budget.share
    ready = find_ready(inputs, share, folders)
    if WHY in ready:
        ready[WHY] = _pick_levers(ready, inputs)
    evaluation = ready[EVALUATION].tables[EVALUATION] if EVALUATION in ready else None
    return Evidence(
        comparison=comparison,
        account=_draw_up(done, workers, progress),
        ready=ready,
        regions=tuple(inputs.model.regions),
        trust=gather_trust(
            inputs.model, find_drawn(inputs.calibration), comparison.draws, evaluation
        ),
        commands=list_commands(inputs),
        judged=judge_yardsticks(comparison, done.study.need, done.study.seed),
    )


def judge_yardsticks(
    comparison: Comparison, needs: Sequence[Need], seed: int = 1
) -> dict[str, Robustness]:
    """Judge strategies over all worlds by what the nation and what the regions gain.

    Parameters
    ----------
    comparison : Comparison
        The comparison.
    needs : sequence of Need
        What is good enough for the regions, as `smecluster stress robust` judges; for the nation it
        is to lose nothing against the baseline.
    seed : int
        For resampling boxes.

    Returns
    -------
    dict of str to Robustness
        By `NATION` and `REGIONS`; one that cannot be judged, and all of a single world, are left
        out.
    """
    if len(comparison.draws) * len(comparison.futures) < 2:
        return {}
    no_loss = Need(outcome=BENEFIT, measure="change", at_least=0)
    asked = {NATION: (BENEFIT, (no_loss,)), REGIONS: (DISCOUNTED, tuple(needs))}
    judged = {}
    for whose, (outcome, own) in asked.items():
        # Outcomes that a study does not keep, or no world in which all have a result.
        with suppress(InputError):
            judged[whose] = judge_strategies(comparison, own, outcome=outcome, seed=seed)
    return judged


def _draw_up(done: StudyRun, workers: int | None, progress: Progress | None) -> Account | None:
    """Run the account on the draws of the comparison; None where there can be none."""
    comparison, inputs = done.comparison, done.inputs
    if comparison.budget is None:
        return None
    try:
        return draw_up_account(
            inputs.model,
            inputs.strategies,
            inputs.draws,
            baseline=inputs.baseline,
            start=comparison.start,
            budget=comparison.budget,
            settings=inputs.settings,
            workers=workers,
            progress=progress,
        )
    except InputError:
        # A model of one's own may have no such account; the page names the command that says why.
        return None


def _pick_levers(ready: Mapping[str, Ready], inputs: StudyInputs) -> Ready:
    """Keep the paths of the levers on which strategies spend most, and of the best one."""
    plans = [one.allocation for strategy in inputs.strategies for one in strategy.programmes]
    levers = list_levers(plans)
    if ASSIGNMENT in ready:
        table = ready[ASSIGNMENT].tables[ASSIGNMENT]
        worth = table[list(RUNNING)].max(axis=1)
        levers.append(str(table["lever"].iloc[int(worth.to_numpy().argmax())]))
    paths = ready[WHY]
    table = paths.tables[WHY]
    return replace(paths, tables={WHY: table[table["lever"].isin(levers)]})
