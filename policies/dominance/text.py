"""Which loops dominate, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.dominance.measures import summarise_shares

if TYPE_CHECKING:
    from smecluster.policies.dominance.result import Dominance


def write_answer(dominance: Dominance, since: float) -> list[str]:
    """Say which loops dominate under each strategy.

    Parameters
    ----------
    dominance : Dominance
        The shares.
    since : float
        First year that counts.

    Returns
    -------
    list of str
        A sentence a region on the first strategy, then one a strategy on what it changes most.
    """
    shares = summarise_shares(dominance.shares, since)
    mean = shares.set_index(["strategy", REGION, "loop"])["share"].sort_index()
    first, *others = dominance.strategies
    said = []
    for region in dominance.shares[REGION].values:
        own = mean.loc[first.name].loc[region].sort_values(key=abs, ascending=False)
        largest = [
            say("{name} ({size})", name=say.word(str(loop)), size=f"{100 * abs(share):.0f} %")
            for loop, share in own.head(3).items()
        ]
        said.append(
            say(
                "{region} under '{strategy}', from {since} on: of the named loops, {loops} drive "
                "most of the change.",
                region=say.name(str(region)),
                strategy=say.name(first.title),
                since=f"{since:g}",
                loops=say.join(largest),
            )
        )
    for strategy in others:
        moved = mean.loc[strategy.name].abs() - mean.loc[first.name].abs()
        region, loop = moved.abs().idxmax()
        change = 100 * float(moved.loc[region, loop])
        told = {
            "strategy": say.name(strategy.title),
            "region": say.name(str(region)),
            "loop": say.word(str(loop)),
            "change": f"{abs(change):.0f}",
        }
        if abs(change) < 1:
            said.append(
                say(
                    "Under '{strategy}' dominance hardly changes: no loop's share moves by a "
                    "point.",
                    strategy=told["strategy"],
                )
            )
        elif change > 0:
            said.append(
                say(
                    "Under '{strategy}' dominance changes most in {region}: the share of {loop} "
                    "rises by {change} points.",
                    **told,
                )
            )
        else:
            said.append(
                say(
                    "Under '{strategy}' dominance changes most in {region}: the share of {loop} "
                    "falls by {change} points.",
                    **told,
                )
            )
    return said


def write_basis(dominance: Dominance) -> list[str]:
    """Say what the shares rest on.

    Parameters
    ----------
    dominance : Dominance
        The shares.

    Returns
    -------
    list of str
        Sentences.
    """
    budget = dominance.budget
    money = (
        say("Each strategy spends what its file says.")
        if budget is None
        else say("Each strategy with a programme spends {money}.", money=budget.describe())
    )
    return [
        money,
        say(
            "Each named loop is followed along one or two chains of influences, and its score is "
            "compared with those of the other named loops of its region. Loops that the overview "
            "does not name, and influences between regions, are left out."
        ),
        say(
            "One run a strategy with one set of values, so the shares carry no uncertainty; time "
            "step 1/{parts} year. Dominance says what moves the model at a moment, not what would "
            "happen without the loop: 'smecluster check loops' cuts loops open.",
            parts=f"{1 / dominance.step:g}",
        ),
    ]
