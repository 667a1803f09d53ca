"""Who decides, to which end, knowing what, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.aims import Measure
from smecluster.policies.game.equilibrium.equilibria import Play
from smecluster.policies.game.information import Information

#: What arrangements are called.
COORDINATED, PLANNER = mark("coordinated"), mark("planner")
#: The planner where it acts on what the centre sees, instead of what each region sees of itself.
FROM_ABOVE = mark("planner with the centre's figures")
CENTRE = "centre"
#: What the name of an arrangement in which everybody knows the draw ends in.
BOUND = ", full information"
_RIVALS = (mark("rivals for growth"), mark("rivals for revenue"), mark("rivals for welfare"))
# How the centre plays with regions of an aim.
_LED = re.compile(r"centre (?P<how>at once|first), regions for (?P<aim>\w+)")


def name_nash(aim: str) -> str:
    """Name the equilibrium of regions with an aim."""
    return f"rivals for {aim}"


def speak_name(name: str) -> str:
    """Give the name of an arrangement, or of a strategy by hand, in the language of the moment."""
    if name.endswith(BOUND):
        return say("{name}, full information", name=speak_name(name.removesuffix(BOUND)))
    led = _LED.fullmatch(name)
    if led is None:
        return say.word(name)
    if led["how"] == "first":
        return say("centre first, regions for {aim}", aim=say(led["aim"]))
    return say("centre at once, regions for {aim}", aim=say(led["aim"]))


@dataclass(frozen=True)
class Arrangement:
    """Who decides to which end, and what comes of it.

    Attributes
    ----------
    name : str
        What it is called.
    measure : str
        What is maximised, see `policies.game.aims`.
    information : {"signals", "none", "full"}
        What is known.
    plays : list of Play
        Where play from each start ended.
    ends : list of list of int
        Starts by equilibrium.
    play : Play
        The equilibrium that is reported: of several the one that is worth most to all players.
    """

    name: str
    measure: Measure
    information: Information
    plays: list[Play]
    ends: list[list[int]]
    play: Play

    @property
    def is_bound(self) -> bool:
        """Whether everybody knows the draw, which nobody does."""
        return self.name.endswith(BOUND)


@dataclass(frozen=True)
class Leading:
    """The centre at once with the regions, and before them.

    Attributes
    ----------
    aim : str
        The regions' aim; the centre's is the net national benefit.
    plays : tuple of Play
        Where simultaneous play from each start ended.
    ends : tuple of tuple of int
        Starts by equilibrium.
    at_once, first : Play
        What everybody does in simultaneous play, and when the centre goes first.
    before, after : float
        What the centre then gets, with the time step of the search, Myuan up to a constant.
    idle, at_once_account, first_account : Account
        Policy as now, and what both bring, with the model's own time step.
    """

    aim: str
    plays: tuple[Play, ...]
    ends: tuple[tuple[int, ...], ...]
    at_once: Play
    first: Play
    before: float
    after: float
    idle: Account
    at_once_account: Account
    first_account: Account
