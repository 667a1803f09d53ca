"""Which loops dominate, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smecluster.model.vensim.regions import REGION
from smecluster.policies.dominance.measures import summarise_shares
from smecluster.policies.wording.prose import join_names

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
        largest = [f"{loop} ({100 * abs(share):.0f} %)" for loop, share in own.head(3).items()]
        said.append(
            f"{region} under '{first.title}', from {since:g} on: of the named loops, "
            f"{join_names(largest)} drive most of the change."
        )
    for strategy in others:
        moved = mean.loc[strategy.name].abs() - mean.loc[first.name].abs()
        region, loop = moved.abs().idxmax()
        change = 100 * float(moved.loc[region, loop])
        said.append(
            f"Under '{strategy.title}' dominance changes most in {region}: the share of {loop} "
            f"{'rises' if change > 0 else 'falls'} by {abs(change):.0f} points."
            if abs(change) >= 1
            else f"Under '{strategy.title}' dominance hardly changes: no loop's share moves by a "
            "point."
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
        "Each strategy spends what its file says."
        if budget is None
        else f"Each strategy with a programme spends {budget.describe()}."
    )
    return [
        money,
        "Each named loop is followed along one or two chains of influences, and its score is "
        "compared with those of the other named loops of its region. Loops that the overview does "
        "not name, and influences between regions, are left out.",
        f"One run a strategy with one set of values, so the shares carry no uncertainty; time step "
        f"1/{1 / dominance.step:g} year. Dominance says what moves the model at a moment, not what "
        "would happen without the loop: 'smecluster gains' cuts loops open.",
    ]
