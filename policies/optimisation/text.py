"""What the best use of a budget says, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.presentation.formatting import Rounded, display_unit
from smecluster.policies.optimisation.evaluation import BALANCE, BENEFIT, CRITERIA, GAIN, UNITS
from smecluster.policies.optimisation.measures import (
    AHEAD,
    COMPARED,
    LEAD,
    compare_by_hand,
    share_money,
)
from smecluster.policies.strategy import Strategy
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    format_draws,
    format_share,
    join_names,
)

if TYPE_CHECKING:
    from smecluster.policies.optimisation.result import BestUse

_UNIT, _FACTOR = display_unit("Myuan")
_WORDS = {BENEFIT: "net national benefit", GAIN: "value added"}
# Ahead in so large a share of the draws: the lead is called sure.
_SURE = 0.95


def write_verdict(best_use: BestUse) -> str:
    """Say whether the best use beats every strategy by hand on unseen draws, and if not why.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    str
        One or a few sentences.
    """
    rows = _select(best_use, best_use.aim)
    beaten = {name: row[LEAD + "mean"] > 0 for name, row in rows.items()}
    draws = best_use.unseen.sizes["draw"]
    if all(beaten.values()):
        nearest = min(rows, key=lambda name: rows[name][LEAD + "mean"])
        row = rows[nearest]
        lead = {name: Rounded(row[LEAD + name] * _FACTOR) for name in ("low", "median", "high")}
        said = (
            f"The best use that the search found beats every strategy by hand on {draws:,} draws "
            f"that were not used to choose it. Against the next best, {_title(best_use, nearest)}, "
            f"it gains {lead['median']} {_UNIT} more {_WORDS[best_use.aim]} in present value (90 % "
            f"interval: {lead['low']} to {lead['high']}) and is ahead "
            f"{format_draws(int(row[AHEAD]), int(row[COMPARED]))}."
        )
        unsure = [
            name for name, row in rows.items() if row[AHEAD] < _SURE * max(1.0, row[COMPARED])
        ]
        if not unsure:
            return said
        return (
            f"{said} Its lead over {_titles(best_use, unsure)} is not sure: in some draws it is "
            "behind."
        )
    ahead_of = [name for name in rows if not beaten[name]]
    return (
        f"The search did not beat every strategy by hand on {draws:,} draws that were not used to "
        f"choose: {_titles(best_use, ahead_of)} {'is' if len(ahead_of) == 1 else 'are'} as good or "
        f"better. {_why_not(best_use, ahead_of)}"
    )


def write_answer(best_use: BestUse) -> list[str]:
    """Say what the best use of the budget is, what it gains and what it costs elsewhere.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    list of str
        Sentences, the verdict first.
    """
    gains = best_use.unseen[best_use.aim].sel(strategy=best_use.best.name) * _FACTOR
    money = best_use.budget.money * _FACTOR
    return [
        write_verdict(best_use),
        f"It gains {_spread(gains)} against '{best_use.baseline.title}', "
        f"{Rounded(float(gains.median()) / money)} yuan of {_WORDS[best_use.aim]} for a yuan of "
        "additional money.",
        _spending(best_use),
        _timing(best_use.best),
        *_elsewhere(best_use),
    ]


def write_basis(best_use: BestUse) -> list[str]:
    """Say what the result rests on.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    list of str
        Sentences: money, runs, draws, and what the search does not know.
    """
    chosen, unseen = (values.sizes["draw"] for values in (best_use.chosen_on, best_use.unseen))
    named = [one.name for one in (best_use.best, *best_use.by_hand)]
    lost = int(np.isnan(best_use.unseen[best_use.aim].sel(strategy=named).values).any(0).sum())
    said = [
        f"Every strategy spends {best_use.budget.describe()}, in every draw; what it brings counts "
        f"to {best_use.horizon:g}.",
        f"{best_use.runs:,} runs; {chosen} draws to choose on and {unseen} others to check on; "
        f"seed {best_use.search.seed}. The search used a time step of 1/{1 / best_use.step:g} "
        "year; all results come from the model's own.",
        best_use.odds.describe(best_use.unseen_draws),
        _overfit(best_use),
        "The search knows only the model. It relies on every lever whose strength is judgement, "
        "and it finds the top of this model, not of the world: read the levers that it chooses as "
        "questions to ask.",
        SHARED_OUT,
    ]
    if BALANCE in best_use.criteria:
        said.append(
            "The public balance counts what governments borrow and what the centre keeps; local "
            "money that is taken from general services shows in no balance."
        )
    said += [f"Warning: {one.describe()}." for one in best_use.spans]
    if lost:
        said.append(f"In {lost} of the unseen draws a strategy could not be evaluated.")
    return said


def _select(best_use: BestUse, criterion: str) -> dict[str, dict[str, float]]:
    """Give what the strategies by hand reach by one criterion, by name and measure."""
    table = compare_by_hand(best_use)
    chosen = (table["criterion"] == criterion) & (table["strategy"] != best_use.best.name)
    numbers = table[chosen].set_index("strategy").drop(columns=["criterion", "unit"])
    rows = numbers.astype(float).to_dict("index")
    return {
        str(name): {str(key): float(value) for key, value in row.items()}
        for name, row in rows.items()
    }


def _why_not(best_use: BestUse, ahead: Sequence[str]) -> str:
    before = best_use.chosen_on[best_use.aim].mean("draw")
    best = float(before.sel(strategy=best_use.best.name))
    fitted = [name for name in ahead if float(before.sel(strategy=name)) < best]
    outside = [name for name in ahead if name not in fitted]
    parts = []
    if fitted:
        parts.append(
            f"On the {best_use.chosen_on.sizes['draw']} draws that it was chosen on it leads over "
            f"{_titles(best_use, fitted)}, so it is fitted to those draws: choose on more of them."
        )
    if outside:
        parts.append(
            f"It does not lead over {_titles(best_use, outside)} on the draws that it was chosen "
            "on either: the search was too short, or the strategy does what the search may not "
            "(amounts, triggers, regions that spend differently, replacing policy as now)."
        )
    return " ".join(parts)


def _spending(best_use: BestUse) -> str:
    """Say on what most of the money goes."""
    shares = share_money(best_use.best, best_use.spent[best_use.best.name])
    central = sum(share for (level, _), share in shares.items() if level == "central")
    levers = [lever for _, lever in shares]
    named = [
        # Where both levels spend on a lever, whose money it is must be said.
        f"{lever if levers.count(lever) == 1 else f'{level} {lever}'} ({format_share(share)})"
        for (level, lever), share in list(shares.items())[:5]
    ]
    return (
        f"It spends most on {join_names(named)}; {format_share(central)} of the money is the "
        "centre's."
    )


def _timing(strategy: Strategy) -> str:
    starts = {
        level: programme.start
        for level, programme in (("local", strategy.local), ("central", strategy.central))
        if programme is not None
    }
    said = " and ".join(f"{level} money from {start:g} on" for level, start in starts.items())
    local = strategy.local
    if local is None or not local.exceptions:
        return f"It spends {said}."
    few = [
        f"{100 * changes['share']:.2g} % in {region}"
        for region, changes in local.exceptions.items()
    ]
    return (
        f"It spends {said}. Local money is {100 * (local.share or 0.0):.2g} % of a region's value "
        f"added a year, except {join_names(few)}."
    )


def _elsewhere(best_use: BestUse) -> list[str]:
    """Say where the best use is worse than a strategy by hand by another criterion."""
    said = []
    for name in best_use.criteria:
        if name == best_use.aim:
            continue
        leads = {one: row[LEAD + "median"] for one, row in _select(best_use, name).items()}
        worse = [one for one, lead in leads.items() if lead < 0]
        if worse:
            word = "lower" if CRITERIA[name] > 0 else "higher"
            unit, factor = display_unit(UNITS[name])
            gaps = [abs(leads[one] * factor) for one in worse]
            said.append(
                f"Its {name} is {word} than that of {_titles(best_use, worse)} (by "
                f"{Rounded(min(gaps))}"
                + (f" to {Rounded(max(gaps))}" if len(worse) > 1 else "")
                + f" {unit})."
            )
    return said or ["By none of the other criteria is it worse than a strategy by hand."] * (
        len(best_use.criteria) > 1
    )


def _overfit(best_use: BestUse) -> str:
    chosen, unseen = (
        float(values[best_use.aim].sel(strategy=best_use.best.name).mean())
        for values in (best_use.chosen_on, best_use.unseen)
    )
    return (
        f"On the draws that it was chosen on it gains {Rounded(chosen * _FACTOR)} {_UNIT} on "
        f"average, on unseen ones {Rounded(unseen * _FACTOR)}."
    )


def _title(best_use: BestUse, name: str) -> str:
    titles = {one.name: one.title for one in (best_use.best, *best_use.by_hand)}
    return f"'{titles[name]}'"


def _titles(best_use: BestUse, names: Sequence[str]) -> str:
    return join_names([_title(best_use, name) for name in names])


def _spread(values: xr.DataArray) -> str:
    low, median, high = (Rounded(float(one)) for one in values.quantile([0.05, 0.5, 0.95]))
    return f"{median} {_UNIT} (90 % interval: {low} to {high})"
