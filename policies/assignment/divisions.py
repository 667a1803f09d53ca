"""Divisions of labour: which level runs which lever, and the plans that this makes.

A division says who runs each lever, not how much of the money each lever gets: that is held, so
that two divisions differ in nothing but who does what. Each lever's money is in proportion to the
upper end of its plausible span (`levers.toml`), which rests on lines of budgets and not on the
model. What nobody runs leaves its money to the others, in the same proportion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smecluster.policies.levers import Lever
from smecluster.policies.menu import Menu
from smecluster.policies.optimisation.space import CENTRAL_RAMP, END, LOCAL_RAMP, ROUGH
from smecluster.policies.plan import NEVER, Plan, Spending

CENTRE, REGIONS, BOTH, NOBODY = "centre", "regions", "both", "nobody"
#: Who may run a lever; both spend half of its money each.
WHO = (CENTRE, REGIONS, BOTH, NOBODY)
#: Those of them who spend money.
RUNNING = WHO[:3]
_CENTRAL_SHARE: Mapping[str, float] = {CENTRE: 1.0, REGIONS: 0.0, BOTH: 0.5}


@dataclass(frozen=True)
class Division:
    """Who runs each lever.

    Attributes
    ----------
    name : str
        What tables call it.
    levers : tuple of str
        The levers.
    who : tuple of str
        Who runs each, of `WHO`.
    """

    name: str
    levers: tuple[str, ...]
    who: tuple[str, ...]

    def __getitem__(self, lever: str) -> str:
        return self.who[self.levers.index(lever)]

    @property
    def spends(self) -> bool:
        """Whether anybody runs anything."""
        return any(one != NOBODY for one in self.who)

    def move(self, lever: str, who: str) -> Division:
        """Give one lever to somebody else."""
        at = self.levers.index(lever)
        return Division(self.name, self.levers, (*self.who[:at], who, *self.who[at + 1 :]))

    def rename(self, name: str) -> Division:
        """Give it another name."""
        return Division(name, self.levers, self.who)

    def list_moves(self, other: Division) -> dict[tuple[str, str], list[str]]:
        """List the levers that another division gives to somebody else, by (from, to)."""
        moves: dict[tuple[str, str], list[str]] = {}
        for lever, mine, theirs in zip(self.levers, self.who, other.who, strict=True):
            if mine != theirs:
                moves.setdefault((mine, theirs), []).append(lever)
        return moves


def read_paper(levers: Sequence[Lever], name: str) -> Division:
    """Give the paper's division of labour (sections 5.1 and 5.2, see `levers.toml`)."""
    return Division(name, tuple(one.name for one in levers), tuple(one.task for one in levers))


def read_mix(levers: Sequence[Lever]) -> dict[str, float]:
    """Give the money of each lever relative to the others: the upper end of its span, Dmnl."""
    return {one.name: one.share[1] for one in levers}


def plan_division(
    menu: Menu, division: Division, mix: Mapping[str, float], start: float, name: str
) -> Plan:
    """Turn a division into a plan, whose money is yet to be brought to a budget.

    Parameters
    ----------
    menu : Menu
        The model's regions and levers.
    division : Division
        Who runs each lever; somebody runs something.
    mix : mapping of str to float
        Money of each lever relative to the others, above zero.
    start : float
        First year of the programmes.
    name : str
        The plan's name.

    Returns
    -------
    Plan
        It spends `ROUGH` of value added a year until `END`.
    """
    money = {
        lever: 0.0 if who == NOBODY else mix[lever]
        for lever, who in zip(division.levers, division.who, strict=True)
    }
    whole = sum(money.values())
    central = {
        lever: money[lever] / whole * _CENTRAL_SHARE[who]
        for lever, who in zip(division.levers, division.who, strict=True)
        if who != NOBODY
    }
    local = {lever: money[lever] / whole - part for lever, part in central.items()}
    spending = []
    for region in (*menu.regions, None):
        parts = central if region is None else local
        total = sum(parts.values())
        if not total > 0:
            continue
        spending.append(
            Spending(
                region=region,
                share=ROUGH * total,
                amount=0.0,
                allocation={lever: part / total for lever, part in parts.items() if part > 0},
                start=float(start),
                trigger=None,
                ramp=CENTRAL_RAMP if region is None else LOCAL_RAMP,
                end=END,
            )
        )
    return Plan(name, menu, tuple(spending), NEVER, float(start))


def plan_lever(menu: Menu, lever: str, who: str, start: float) -> Plan:
    """Make the plan in which all the money goes to one lever."""
    alone = Division(lever, (lever,), (who,))
    return plan_division(menu, alone, {lever: 1.0}, start, name_case(lever, who))


def name_case(lever: str, who: str) -> str:
    """Name the plan of one lever run by somebody."""
    return f"{lever} by {who}"
