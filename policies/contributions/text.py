"""What contributions say, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import Rounded, capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.contributions.measures import (
    BASE,
    DISCOUNTED,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
    tabulate_pairs,
)
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    count_draws,
    format_sum,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.contributions.result import Contributions

# A lever or a pair that brings less than this share of the whole is not worth a sentence.
_SMALL = 0.02
# Draws that failed are named up to this many.
_NAMED = 5


def write_answer(contributions: Contributions) -> list[str]:
    """Say what the levers of a strategy bring.

    Parameters
    ----------
    contributions : Contributions
        The contributions.

    Returns
    -------
    list of str
        Sentences: the whole effect, the levers that matter, the synergy, the strongest pairs.
    """
    at_the_end: dict[str, Any] = {"time": contributions.end, PLACE: TOTAL}
    sums = contributions.sums[DISCOUNTED].sel(at_the_end) * say.unit("Myuan")[1]
    whole, rest, synergy = (sums.sel(measure=name) for name in (WHOLE, REST, SYNERGY))
    said = [_whole(contributions, whole, sums.sel(measure=BASE))]
    if abs(float(rest.median())) > _SMALL * abs(float(whole.median())):
        more, sizes = split_sign(rest.values)
        told = {
            "sum": _sum(rest.copy(data=sizes)),
            "baseline": say.name(contributions.baseline.title),
        }
        said.append(
            say(
                "Of this {sum} is gained without any lever, because policy as now ends or goes on "
                "otherwise than under '{baseline}'.",
                **told,
            )
            if more
            else say(
                "Of this {sum} is lost without any lever, because policy as now ends or goes on "
                "otherwise than under '{baseline}'.",
                **told,
            )
        )
    said += [_levers(contributions, at_the_end), _synergy(synergy, whole - rest)]
    strongest = _pairs(contributions, abs(float(whole.mean("draw"))))
    return said + ([strongest] if strongest else [])


def write_basis(
    contributions: Contributions, error: float | None = None, checked: int = 0
) -> list[str]:
    """Say what the contributions rest on.

    Parameters
    ----------
    contributions : Contributions
        The contributions.
    error : float, optional
        From `policies.contributions.compute.measure_step_error`; None if the step was the
        model's own.
    checked : int
        In how many draws it was measured.

    Returns
    -------
    list of str
        Sentences: money, runs, coalitions and their error, draws, time step, draws left out.
    """
    said = [
        _money(contributions),
        say(
            "{runs} runs: {coalitions} coalitions of {levers} in {draws}. A coalition's levers "
            "keep the share of the budget that the strategy gives them; the money of the absent "
            "ones is not spent.",
            runs=f"{contributions.runs:,}",
            coalitions=f"{contributions.coalitions:,}",
            levers=say.plural(len(contributions.levers), "{count} lever", "{count} levers"),
            draws=count_draws(len(contributions.draws)),
        ),
        contributions.odds.describe(contributions.draws),
        say(SHARED_OUT),
    ]
    if not contributions.exact:
        errors = contributions.errors[DISCOUNTED].isel(time=-1).sel({PLACE: TOTAL})
        unit, factor = say.unit("Myuan")
        said.append(
            say(
                "There are too many levers to run every coalition, so orders of levers were drawn; "
                "the standard error of a contribution that comes from this is at most {error} "
                "{unit}.",
                error=Rounded(float(errors.max()) * factor),
                unit=unit,
            )
        )
    if error is not None:
        said.append(
            say(
                "With the model's own time step, tried in {draws}, no lever's contribution differs "
                "by more than {error} % of the whole effect.",
                draws=count_draws(checked),
                error=f"{100 * error:.2g}",
            )
        )
    said += [say("Warning: {said}.", said=one.describe()) for one in contributions.spans]
    if contributions.failed:
        failed = contributions.failed
        said.append(
            say.plural(
                len(failed),
                "{count} draw is left out because a run failed: {named}.",
                "{count} draws are left out because a run failed: {named}.",
                named=", ".join(map(str, failed[:_NAMED])) + ", ..." * (len(failed) > _NAMED),
            )
        )
    return said


def _whole(contributions: Contributions, whole: xr.DataArray, base: xr.DataArray) -> str:
    relative = 100 * float((whole / base).median("draw"))
    more, sizes = split_sign(whole.values)
    told = {
        "strategy": say.name(contributions.strategy.title),
        "sum": _sum(whole.copy(data=sizes)),
        "start": f"{contributions.start:g}",
        "end": f"{contributions.end:g}",
        "share": f"{abs(relative):.2g}",
        "baseline": say.name(contributions.baseline.title),
    }
    if more:
        return say(
            "{strategy}: value added of all regions gains {sum} in present value from {start} to "
            "{end}, {share} % of what it is under '{baseline}'.",
            **told,
        )
    return say(
        "{strategy}: value added of all regions loses {sum} in present value from {start} to "
        "{end}, {share} % of what it is under '{baseline}'.",
        **told,
    )


def _money(contributions: Contributions) -> str:
    if contributions.budget is not None:
        return say(
            "The strategy spends {money}, in every draw.", money=contributions.budget.describe()
        )
    return say(
        "The strategy spends what its file says: {sum} on top of policy as now, in present value "
        "from {start} on.",
        sum=_sum(contributions.money * say.unit("Myuan")[1]),
        start=f"{contributions.start:g}",
    )


def _levers(contributions: Contributions, at_the_end: dict[str, Any]) -> str:
    factor = say.unit("Myuan")[1]
    shares = contributions.shares[DISCOUNTED].sel(at_the_end).sel(measure=ON_AVERAGE) * factor
    middle = shares.median("draw").values
    order = np.argsort(-middle)
    gains = [contributions.levers[at] for at in order if middle[at] > 0][:3]
    losses = [
        contributions.levers[at] for at in order[::-1] if middle[at] < -_SMALL * abs(middle).sum()
    ]
    if not gains:
        return say("No lever brings a gain.")

    def join(names: Sequence[str]) -> str:
        return say.join(
            [
                say("{name} ({size})", name=say.name(name), size=_spread(shares.sel(lever=name)))
                for name in names
            ]
        )

    if not losses:
        return say("Most comes from {gains}.", gains=join(gains))
    told = {"gains": join(gains), "losses": join(losses)}
    if len(losses) == 1:
        return say("Most comes from {gains}; {losses} takes away.", **told)
    return say("Most comes from {gains}; {losses} take away.", **told)


def _synergy(synergy: xr.DataArray, effect: xr.DataArray) -> str:
    share = 100 * float(synergy.mean("draw") / abs(effect.mean("draw")))
    if abs(share) < 100 * _SMALL / 2:
        return say("Together the levers bring about the sum of what each brings alone.")
    more, sizes = split_sign(synergy.values)
    told = {"sum": _sum(synergy.copy(data=sizes)), "share": f"{abs(share):.2g}"}
    if more:
        return say(
            "Together the levers bring {sum} more than the sum of what each brings alone ({share} "
            "% of their effect).",
            **told,
        )
    return say(
        "Together the levers bring {sum} less than the sum of what each brings alone ({share} % of "
        "their effect).",
        **told,
    )


def _pairs(contributions: Contributions, whole: float) -> str | None:
    table = tabulate_pairs(contributions)
    if table.empty:
        return None
    unit, factor = say.unit("Myuan")
    means = table["mean"].to_numpy() * factor
    parts = []
    for sign, how in (
        (1, mark("{lever} and {other} reinforce each other most ({size} {unit})")),
        (-1, mark("{lever} and {other} replace each other most ({size} {unit})")),
    ):
        best = int(np.argmax(sign * means))
        if sign * means[best] > _SMALL * whole:
            row = table.iloc[best]
            pair = {name: say.name(row[name]) for name in ("lever", "other")}
            parts.append(say(how, size=Rounded(means[best]), unit=unit, **pair))
    return say("{said}.", said=capitalise(say.semicolons(parts))) if parts else None


def _spread(values: xr.DataArray) -> str:
    """Write the median, and where there are draws the 5 and 95 % points, inside of brackets."""
    low, middle, high = _points(values)
    if values.sizes["draw"] == 1:
        return str(middle)
    return say("{median}; 90 % interval: {low} to {high}", median=middle, low=low, high=high)


def _sum(values: xr.DataArray) -> str:
    """Write the median of sums with its unit, and where there are draws the 90 % interval."""
    unit, _ = say.unit("Myuan")
    low, middle, high = _points(values)
    if values.sizes["draw"] == 1:
        return say("{value} {unit}", value=middle, unit=unit)
    return format_sum(low, middle, high)


def _points(values: xr.DataArray) -> list[Rounded]:
    return [Rounded(float(one)) for one in values.quantile([0.05, 0.5, 0.95], "draw")]
