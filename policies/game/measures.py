"""Tables of the game: what arrangements are worth, and what makes the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.arrangements import (
    BOUND,
    CENTRE,
    COORDINATED,
    PLANNER,
    Arrangement,
    Leading,
    name_nash,
)
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.game.result import GameResult

_UNIT, _FACTOR = display_unit("Myuan")
#: What parts of the decomposition are called, and which two arrangements each lies between.
EXTERNALITY = mark("effects on the rest of China")
RIVALRY = mark("rivalry among the regions")
#: The column that holds what a part is over the planner's benefit.
OVER = "over the planner's"
_LEAD, _ERROR = mark("planner's lead"), mark("standard error")
_AIMED = (mark("aiming at growth"), mark("aiming at revenue"))


def name_price(aim: str) -> str:
    """Name what it costs that regions pursue another aim than welfare."""
    return f"aiming at {aim}"


def benefit(result: GameResult, name: str) -> Floats:
    """Give an arrangement's net national benefit against policy as now, by draw, Myuan."""
    return np.asarray(result.accounts[name].nation[0] - result.idle.nation[0])


def list_parts(result: GameResult) -> list[tuple[str, str, str]]:
    """List the parts of the decomposition: what each is called, and between what it lies.

    Returns
    -------
    list of tuple of str
        Name, the better arrangement, and the worse.
    """
    welfare = name_nash("welfare")
    parts = [(EXTERNALITY, PLANNER, COORDINATED)]
    if "welfare" not in result.setup.aims:
        return parts
    parts.append((RIVALRY, COORDINATED, welfare))
    others = [aim for aim in result.setup.aims if aim != "welfare"]
    return parts + [(name_price(aim), welfare, name_nash(aim)) for aim in others]


def decompose(result: GameResult) -> pd.DataFrame:
    """Divide the planner's net national benefit into what rivals reach and what they miss.

    Returns
    -------
    pandas.DataFrame
        A row a part: ``part``, ``better`` and ``worse`` (the arrangements between which it lies),
        mean, 5 and 95 % points over draws in bn yuan, its mean over the planner's, and draws in
        which it is above zero.
    """
    whole = float(np.nanmean(benefit(result, PLANNER)))
    rows = []
    for part, better, worse in list_parts(result):
        values = benefit(result, better) - benefit(result, worse)
        rows.append(
            {
                "part": part,
                "better": better,
                "worse": worse,
                **_spread(values),
                OVER: float(np.nanmean(values)) / whole,
                "draws above zero": int((values > 0).sum()),
                "draws": int(np.isfinite(values).sum()),
            }
        )
    return pd.DataFrame(rows)


def tabulate_arrangements(result: GameResult) -> pd.DataFrame:
    """Say what each arrangement brings, against policy as now in the same draw.

    Returns
    -------
    pandas.DataFrame
        A row an arrangement: net national benefit (mean, 5 and 95 % points), what residents of each
        region and the rest of China get, value added of the regions, and money, means in bn yuan.
    """
    rows = []
    for one in result.arrangements:
        rows.append({"arrangement": one.name, **_describe(result, result.accounts[one.name])})
    return pd.DataFrame(rows)


def _describe(result: GameResult, account: Account, idle: Account | None = None) -> dict[str, Any]:
    base = result.idle if idle is None else idle

    def mean(now: Floats, before: Floats) -> float:
        return float(np.nanmean(now - before)) * _FACTOR

    residents = {
        f"residents of {region} [{_UNIT}]": mean(
            account.residents[0, :, at], base.residents[0, :, at]
        )
        for at, region in enumerate(result.menu.regions)
    }
    return {
        **{
            f"net national benefit, {key}": value
            for key, value in _spread(account.nation[0] - base.nation[0]).items()
        },
        **residents,
        f"rest of China [{_UNIT}]": mean(account.elsewhere[0], base.elsewhere[0]),
        f"value added of the regions [{_UNIT}]": mean(
            account.size[0].sum(axis=-1), base.size[0].sum(axis=-1)
        ),
        f"money [{_UNIT}]": mean(account.money[0], base.money[0]),
    }


def _spread(values: Floats) -> dict[str, float]:
    (low, _, high), _ = compute_quantiles(values * _FACTOR)
    return {
        f"mean [{_UNIT}]": float(np.nanmean(values)) * _FACTOR,
        f"low [{_UNIT}]": float(low),
        f"high [{_UNIT}]": float(high),
    }


def tabulate_mixes(result: GameResult) -> pd.DataFrame:
    """Say what each region spends its money on in each arrangement, means over draws.

    Returns
    -------
    pandas.DataFrame
        Columns ``arrangement``, ``region``, ``lever``, ``share of money`` and ``share of value
        added`` (a year), Dmnl; for the centre also its rule of spreading and rates of matching.
    """
    rows = []
    for one in result.arrangements:
        if one.is_bound:
            continue
        for at, region in enumerate(result.menu.regions):
            rows += _list_mix(result, one.name, region, mean_action(result, one, at))
    for led in result.leading:
        for how, play in (("at once", led.at_once), ("first", led.first)):
            name = name_leading(led, how)
            for at, region in enumerate((*result.menu.regions, CENTRE)):
                rows += _list_mix(result, name, region, play.rules[at][0])
    return pd.DataFrame(rows)


def mean_action(result: GameResult, one: Arrangement, player: int) -> Floats:
    """Give a player's action, mean over what it sees."""
    rule = one.play.rules[player]
    groups = len(rule)
    if groups == 1:
        return np.asarray(rule[0])
    chances = result.chances[one.name][player]
    return np.asarray(chances @ rule)


def name_leading(led: Leading, how: str) -> str:
    """Name play with the centre: ``at once`` or ``first``."""
    return f"centre {how}, regions for {led.aim}"


def _list_mix(result: GameResult, name: str, region: str, action: Floats) -> list[dict[str, Any]]:
    levers = result.menu.levers
    amounts = action[: len(levers)]
    most = result.money[region]
    rows: list[dict[str, Any]] = [
        {
            "arrangement": name,
            "region": region,
            "lever": lever,
            "share of money": float(amount / amounts.sum()) if amounts.sum() > 0 else 0.0,
            "share of value added": float(amount * most),
        }
        for lever, amount in zip(levers, amounts, strict=True)
    ]
    return rows


def tabulate_equilibria(result: GameResult) -> pd.DataFrame:
    """Say from how many starts play ended where, and how nearly an equilibrium it is.

    Returns
    -------
    pandas.DataFrame
        A row an arrangement: starts, equilibria, starts that ran in a circle or did not settle,
        rounds, and the largest gain of any transfer over what the region's own action gains.
    """
    rows = []
    for one in result.arrangements:
        if not one.is_bound:
            rows.append(_count(one.name, one.plays, one.ends))
    for led in result.leading:
        rows.append(_count(name_leading(led, "at once"), led.plays, led.ends))
        rows.append(_count(name_leading(led, "first"), [led.first], [(0,)]))
    return pd.DataFrame(rows)


def _count(name: str, plays: Any, ends: Any) -> dict[str, Any]:
    outcomes = [play.outcome for play in plays]
    settled = [play for play in plays if play.outcome == "equilibrium"]
    return {
        mark("arrangement"): name,
        mark("starts"): len(plays),
        mark("equilibria"): len(ends),
        mark("cycles"): outcomes.count("cycle"),
        mark("not settled"): outcomes.count("unsettled"),
        mark("rounds"): max(play.rounds for play in plays),
        mark("epsilon"): max((float(play.epsilon.max()) for play in settled), default=np.nan),
    }


def tabulate_reactions(result: GameResult) -> pd.DataFrame:
    """Say how much of the others' rivalry each region follows, by aim."""
    rows = []
    for aim, found in result.reactions.items():
        for at, region in enumerate(result.menu.regions):
            rows.append(
                {
                    mark("aim"): aim,
                    "region": region,
                    mark("share on rivalry"): float(found["share"][at]),
                    mark("slope"): float(found["slope"][at]),
                }
            )
    return pd.DataFrame(rows)


def tabulate_unseen(result: GameResult) -> pd.DataFrame:
    """Give the planner's lead on unseen draws, in bn yuan."""
    assert result.unseen is not None
    table = result.unseen.copy()
    for name in ("lead", "error"):
        table[name] = table[name] * _FACTOR
    return table.rename(
        columns={
            "name": mark("against"),
            "lead": f"{_LEAD} [{_UNIT}]",
            "error": f"{_ERROR} [{_UNIT}]",
            "ahead": "draws ahead",
            "worse": mark("significantly worse"),
        }
    )


def tabulate_leading(result: GameResult) -> pd.DataFrame:
    """Say what both ways of playing with the centre bring, and what the centre chooses.

    Returns
    -------
    pandas.DataFrame
        A row an aim and a way: columns as in `tabulate_arrangements`, the elasticity of the need
        rule by which the centre's money is spread, and its mean share of regions' programmes.
    """
    levers = len(result.menu.levers)
    rows = []
    for led in result.leading:
        for how, play, account in (
            ("at once", led.at_once, led.at_once_account),
            ("first", led.first, led.first_account),
        ):
            action = play.rules[-1][0]
            rows.append(
                {
                    "arrangement": name_leading(led, how),
                    **_describe(result, account, led.idle),
                    "spreading by need": float(action[levers]),
                    "matching": float(action[levers + 1 :].mean()),
                    "draws": account.nation.shape[1],
                }
            )
    return pd.DataFrame(rows)


def worth_of_knowing(result: GameResult, name: str) -> Floats:
    """Give what full information adds to an arrangement, by draw, Myuan."""
    return benefit(result, f"{name}{BOUND}") - benefit(result, name)
