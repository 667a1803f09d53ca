"""What the best use of a budget says, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.support.formatting import Rounded, display_unit
from smecluster.policies.levers import find_lever
from smecluster.policies.optimisation.appraisal import BALANCE, CRITERIA, GAIN, UNITS
from smecluster.policies.optimisation.compute import BestUse, comparison, money_shares
from smecluster.policies.prose import format_share, join_names
from smecluster.policies.strategy import Strategy

_UNIT, _FACTOR = display_unit("Myuan")
_NUMBERS = ["lead: median", "lead: low", "lead: high", "best use is better"]
# Ahead in so large a share of the draws: the lead is called sure.
_SURE = 0.95


def verdict(found: BestUse) -> str:
    """Say whether the best use beats every strategy by hand on unseen draws, and if not why.

    Parameters
    ----------
    found : BestUse
        What was found.

    Returns
    -------
    str
        One or a few sentences.
    """
    table = _on(found, GAIN)
    beaten = table["lead: mean"] > 0
    draws = found.unseen.sizes["draw"]
    if beaten.all():
        nearest = str(table["lead: mean"].idxmin())
        row = table.astype(dict.fromkeys(_NUMBERS, float)).to_dict("index")[nearest]
        surely = (table["best use is better"] >= _SURE).all()
        said = (
            f"The best use that was found beats every strategy by hand on {draws} draws that were "
            f"not used to choose it: against the next best, {_title(found, nearest)}, it leads by "
            f"{Rounded(row['lead: median'] * _FACTOR)} {_UNIT} of value added in present value "
            f"(90 % of draws: {Rounded(row['lead: low'] * _FACTOR)} to "
            f"{Rounded(row['lead: high'] * _FACTOR)}), and it is ahead in "
            f"{format_share(row['best use is better'])} of the draws."
        )
        if surely:
            return said
        unsure = table.index[table["best use is better"] < _SURE]
        return said + (
            f" The lead over {join_names([_title(found, name) for name in unsure])} is not sure: "
            "in some draws it turns round."
        )
    ahead = [name for name in table.index if not beaten[name]]
    return (
        f"The search did not beat every strategy by hand on {draws} draws that were not used to "
        f"choose: {join_names([_title(found, name) for name in ahead])} "
        f"{'is' if len(ahead) == 1 else 'are'} as good or better. {_why_not(found, ahead)}"
    )


def answer(found: BestUse) -> list[str]:
    """Say what the best use of the budget is, what it gains and what it costs elsewhere.

    Parameters
    ----------
    found : BestUse
        What was found.

    Returns
    -------
    list of str
        Sentences, the verdict first.
    """
    gains = found.unseen[GAIN].sel(strategy=found.best.name) * _FACTOR
    money = found.budget * _FACTOR
    return [
        verdict(found),
        f"It gains {_spread(gains)} with {Rounded(money)} {_UNIT} of programme money: "
        f"{Rounded(float(gains.median()) / money)} yuan of value added for a yuan, in present "
        f"value from {found.start:g} on.",
        _spending(found),
        _timing(found.best),
        *_elsewhere(found),
    ]


def basis(found: BestUse, step: float) -> list[str]:
    """Say what the result rests on.

    Parameters
    ----------
    found : BestUse
        What was found.
    step : float
        Time step of the runs, Year.

    Returns
    -------
    list of str
        Sentences: runs, draws, money, and what the search does not know.
    """
    chosen, unseen = (values.sizes["draw"] for values in (found.chosen_on, found.unseen))
    named = [one.name for one in (found.best, *found.written)]
    lost = int(np.isnan(found.unseen[GAIN].sel(strategy=named).values).any(0).sum())
    said = [
        f"{found.runs:,} runs with a time step of 1/{1 / step:g} year; {chosen} draws to choose on "
        f"and {unseen} others to check on; seed {found.search.seed}.",
        f"Every strategy costs {Rounded(found.budget * _FACTOR)} {_UNIT} in present value in every "
        "draw, to a millionth: its money is scaled until the model's accounts show it.",
        _overfit(found),
        "The search knows the model and nothing else. It leans on every lever whose strength is "
        "judgement, and it has found the top of this model, not of the world: read which levers "
        "it takes as a question to ask of them.",
    ]
    if found.step_error is not None:
        said.append(
            "With the model's own time step, tried in a few unseen draws, no strategy's gain "
            f"differs by more than {100 * found.step_error:.2g} %."
        )
    if BALANCE in found.criteria:
        said.append(
            "The public balance counts what governments borrow and what the centre keeps; local "
            "money that is taken from general services shows in no balance."
        )
    if lost:
        said.append(f"In {lost} of the unseen draws a strategy could not be judged.")
    return said


def _on(found: BestUse, criterion: str) -> pd.DataFrame:
    table = comparison(found)
    table = table[(table["criterion"] == criterion) & (table["strategy"] != found.best.name)]
    return table.set_index("strategy")


def _why_not(found: BestUse, ahead: Sequence[str]) -> str:
    before = found.chosen_on[GAIN].mean("draw")
    best = float(before.sel(strategy=found.best.name))
    fooled = [name for name in ahead if float(before.sel(strategy=name)) < best]
    outside = [name for name in ahead if name not in fooled]
    parts = []
    if fooled:
        parts.append(
            f"On the {found.chosen_on.sizes['draw']} draws that it was chosen on it leads over "
            f"{join_names([_title(found, name) for name in fooled])}, so it is fitted to those "
            "draws: choose on more of them."
        )
    if outside:
        parts.append(
            f"It does not lead over {join_names([_title(found, name) for name in outside])} on the "
            "draws that it was chosen on either: the search was too short, or the strategy does "
            "what the search may not (amounts, triggers, regions that spend differently)."
        )
    return " ".join(parts)


def _spending(found: BestUse) -> str:
    """Say on what most of the money goes."""
    shares = money_shares(found.best, found.spent[found.best.name])
    central = sum(share for lever, share in shares.items() if find_lever(lever).level == "central")
    named = [f"{lever} ({format_share(share)})" for lever, share in list(shares.items())[:5]]
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
        f"{region} ({100 * changes['share']:.2g} %)" for region, changes in local.exceptions.items()
    ]
    return (
        f"It spends {said}. Local money is {100 * (local.share or 0.0):.2g} % of value added a "
        f"year, but in {join_names(few)}."
    )


def _elsewhere(found: BestUse) -> list[str]:
    """Say where the best use is worse than a strategy by hand by another criterion."""
    said = []
    for name in found.criteria:
        if name == GAIN:
            continue
        table = _on(found, name)
        worse = list(table.index[table["lead: median"] < 0])
        if worse:
            word = "lower" if CRITERIA[name] > 0 else "higher"
            named = join_names([_title(found, one) for one in worse])
            unit, factor = display_unit(UNITS[name])
            gap = abs(table.loc[worse, "lead: median"] * factor)
            said.append(
                f"Its {name} is {word} than that of {named} (by {Rounded(gap.min())}"
                + (f" to {Rounded(gap.max())}" if len(worse) > 1 else "")
                + f" {unit})."
            )
    return said or ["By none of the other criteria is it worse than a strategy by hand."] * (
        len(found.criteria) > 1
    )


def _overfit(found: BestUse) -> str:
    chosen, unseen = (
        float(values[GAIN].sel(strategy=found.best.name).mean())
        for values in (found.chosen_on, found.unseen)
    )
    return (
        f"On the draws that it was chosen on it gains {Rounded(chosen * _FACTOR)} {_UNIT} on "
        f"average, on unseen ones {Rounded(unseen * _FACTOR)}."
    )


def _title(found: BestUse, name: object) -> str:
    titles = {one.name: one.title for one in (found.best, *found.written)}
    return f"'{titles[str(name)]}'"


def _spread(values: xr.DataArray) -> str:
    low, median, high = (Rounded(float(one)) for one in values.quantile([0.05, 0.5, 0.95]))
    return f"{median} {_UNIT} (90 % of draws: {low} to {high})"
