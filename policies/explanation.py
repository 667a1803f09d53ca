"""Why a lever does what it does: the links and chains that carry most of its effect.

The effect is the difference between the baseline and the same with all the money on one lever;
what a link carries is what is missing of it when the link is cut (`policies.cut_runs`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.model.outcomes import find_outcome, list_variables
from smecluster.model.writing.pictures import Lines
from smecluster.model.writing.result import Result
from smecluster.policies.assignment.divisions import NOBODY, REGIONS, RUNNING, plan_lever
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.causal_chains import LEAST, Chain, Link, join_links, split_chains
from smecluster.policies.causal_chains import WHOLE as ALL
from smecluster.policies.cut_runs import CutRuns, Progress, find_between
from smecluster.policies.ensemble.cases import REASON
from smecluster.policies.ensemble.horizons import Worlds, check_horizons
from smecluster.policies.ensemble.worlds import FACTOR
from smecluster.policies.lever_description import describe_lever
from smecluster.policies.levers import find_lever
from smecluster.policies.menu import Menu, read_menu
from smecluster.policies.plan import START, carry_on

if TYPE_CHECKING:
    from smecluster.model import Model

#: What is asked if nothing else is.
OUTCOME = "value added"
#: What a chain does to the effect.
WHOLE, PART, AGAINST = "whole", "part", "against"
# An effect of less than this part of the outcome's level is rounding, Dmnl.
_NOTHING = 1e-9
# Chains of a kind that a reader is shown.
_MOST = 5


def explain(
    model: Model,
    lever: str,
    outcome: str = OUTCOME,
    *,
    who: str | None = None,
    start: float = START,
    year: float | None = None,
    budget: str | float | Amount | Budget = DEFAULT_BUDGET,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find the links that carry most of a lever's effect on an outcome.

    Parameters
    ----------
    model : Model
        The model; its own values are run.
    lever : str
        The lever on which all the additional money goes.
    outcome : str
        An outcome of `model.outcomes`, of all regions together or of the nation.
    who : {"centre", "regions", "both"}, optional
        Who runs it; who does by the paper if left out, the regions where nobody does.
    start : float
        First year of the money.
    year : float, optional
        Year in which the outcome is read; the last of the money if left out.
    budget : str, float, Amount or Budget
        Additional money, see `policies.budget.parse_budget`.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    Result
        The links and chains (see `describe_effect`).

    Raises
    ------
    InputError
        If a name or the year cannot be used, there is no money, or the lever has no effect on
        the outcome.
    """
    chosen, measured = find_lever(lever), find_outcome(outcome)
    if who is None:
        who = REGIONS if chosen.task == NOBODY else chosen.task
    if who not in RUNNING:
        raise UnknownNameError("level", who, RUNNING)
    if not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    if not budget.money > 0:
        raise InputError("without additional money there is no effect: give a budget above zero")
    year = budget.end if year is None else year
    check_horizons([year], start)
    year = float(year)
    menu = read_menu(model)
    plan = plan_lever(menu, lever, who, start)
    worlds = Worlds(model, pd.DataFrame(index=["model"]), start, budget.end, settings, workers)
    matched = worlds.match([plan], budget.money)
    if matched[REASON].item():
        raise InputError(f"{lever!r} run by the {who} has no result: {matched[REASON].item()}")
    plan = plan.scale(float(matched[FACTOR].item()))
    base = carry_on(menu, start).inputs
    work = CutRuns(
        model,
        {**base, **(settings or {})},
        {name: value for name, value in plan.inputs.items() if base.get(name) != value},
        measured,
        [float(one) for one in np.arange(start, year + 1)],
        workers,
        progress,
    )
    candidates = find_between(model.document, menu.spending.values(), list_variables([measured]))
    first = work.carry([(name, None) for name in candidates])
    effect = first.effect
    level = abs(float(first.base.isel(time=-1)))
    if not abs(float(effect.isel(time=-1))) > _NOTHING * level:
        raise InputError(f"{lever!r} has no effect on {outcome!r} by {year:g}")
    telling = [
        name
        for (name, _), share in zip(first.links, first.shares(), strict=True)
        if abs(share) >= LEAST
    ]
    followers = model.document.followers
    known = set(candidates)
    links = [(name, reader) for name in telling for reader in followers[name] if reader in known]
    second = work.carry(links, show=telling)
    shares = dict(zip(second.links, second.shares(), strict=True))
    named = {
        (name, reader): share
        for (name, reader), share in shares.items()
        if reader is not None and np.isfinite(share)
    }
    way = {*describe_lever(chosen, model.text).money_path}
    chains = join_links({k: v for k, v in named.items() if abs(v) >= LEAST})
    facts: dict[str, Any] = {
        "lever": lever,
        "who": who,
        "outcome": outcome,
        "regional": REGION in model.program.outputs[measured.name].dims,
        "only_changes": measured.only_changes,
        "budget": budget,
        "year": year,
        "runs": work.runs + worlds.runs,
        "failed": second.failed + first.failed,
    }
    data = xr.Dataset({"base": first.base, "effect": effect, "carried": second.paths()})
    return describe_effect(data, named, choose_chains(chains, way), chains, second.moves, **facts)


def choose_chains(chains: Sequence[Chain], way: Collection[str]) -> dict[str, list[Chain]]:
    """Choose the chains that a reader is shown.

    Parameters
    ----------
    chains : sequence of Chain
        The chains, the largest share first.
    way : collection of str
        The variables from programmes' spending to the one that the lever feeds.

    Returns
    -------
    dict
        Those that carry all (`WHOLE`), the money's first; those that carry most of the rest
        (`PART`); those against it (`AGAINST`).
    """
    # That money passes on the way to what the lever feeds is no news, but where it is all.
    seen = [one for one in chains if one.carried >= ALL or not {*one.variables} <= {*way}]
    trunk, parts, against = split_chains(seen, _MOST)
    money = {Menu.budget, *Menu.spending.values()}
    trunk = sorted(trunk, key=lambda one: not money & {*one.variables})
    return {WHOLE: trunk, PART: parts, AGAINST: against}


def describe_effect(
    data: xr.Dataset,
    links: Mapping[Link, float],
    shown: Mapping[str, Sequence[Chain]],
    chains: Sequence[Chain],
    moves: pd.DataFrame,
    **setting: Any,
) -> Result:
    """Describe what carries a lever's effect on an outcome.

    Parameters
    ----------
    data : xarray.Dataset
        The outcome under policy as now (``base``), what the lever changes (``effect``), along
        ``time``, and what each link carries of it (``carried``, along ``link`` too), in its unit.
    links : mapping of (str, str) to float
        Share of the effect of the last year that is gone when a reader sees the baseline's value
        of a variable, by variable and reader, Dmnl.
    shown : mapping of str to sequence of Chain
        See `choose_chains`.
    chains : sequence of Chain
        All chains, the largest share first.
    moves : pandas.DataFrame
        How far each variable that carries something is moved.
    **setting
        What the page says of the runs: ``lever``, ``who``, ``outcome``, ``regional`` (of all
        regions together), ``only_changes``, ``budget``, ``year``, ``runs``, ``failed``.

    Returns
    -------
    Result
        Tables ``chains``, ``links``, ``moves`` and ``effect``; picture ``why``.
    """
    unit = str(data["base"].attrs.get("unit", ""))
    size, level = float(data["effect"][-1]), float(abs(data["base"][-1]))
    facts = {**setting, "size": size, "level": level, "unit": unit, "chains": dict(shown)}
    names = ["lever", "who", "outcome", "year"]
    by_size = sorted(links.items(), key=lambda item: -abs(item[1]))
    tables = {
        "chains": pd.DataFrame(
            [(one.describe(), 100 * one.carried) for one in chains],
            columns=["chain", "carries [%]"],
        ),
        "links": pd.DataFrame(
            [(*link, 100 * share) for link, share in by_size],
            columns=["variable", "read by", "carries [%]"],
        ),
        "moves": moves,
        "effect": pd.DataFrame([{**{key: setting[key] for key in names}, "effect": size}]).assign(
            unit=unit
        ),
    }
    return Result("why", facts, tables, {"why": _picture(data, links, shown[PART], facts)}, data)


def _picture(
    data: xr.Dataset,
    links: Mapping[Link, float],
    chains: Sequence[Chain],
    facts: Mapping[str, Any],
) -> Lines:
    """Draw the effect by year and, for each chain, the link of it that carries most."""
    names = list(data["link"].values)
    lines = {"whole": data["effect"]}
    for chain in chains:
        row = zip(chain.variables, chain.variables[1:], strict=False)
        best = max(row, key=lambda link: abs(links[link]))
        lines[chain.describe()] = data["carried"].isel(link=names.index(best))
    parts = [
        pd.DataFrame({"panel": facts["lever"], "series": name, "x": line["time"], "y": line})
        for name, line in lines.items()
    ]
    return Lines(pd.concat(parts), unit=facts["unit"])
