"""What windows say, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.model.presentation.formatting import Rounded
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.windows.measures import (
    FIRST_START,
    HOME,
    KINDS,
    NATION,
    WHY_FIRST_START,
    compare_kinds,
    find_windows,
)
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    count_draws,
    format_draws,
)

if TYPE_CHECKING:
    from smecluster.policies.windows.result import Windows

# A difference of less than this between kinds is called small.
_SMALL = 0.1


def write_answer(windows: Windows) -> list[str]:
    """Say what a yuan gains now and gained before, and whether the size of the cluster matters.

    Parameters
    ----------
    windows : Windows
        The map.

    Returns
    -------
    list of str
        Sentences: one or two on each region, then the kinds of intervention.
    """
    said = [_region(windows, row) for row in find_windows(windows).to_dict("records")]
    kinds = _kinds(windows)
    if NATION in windows.gains:
        kinds += [_of_the_nation(windows), *_sum_up(windows)]
    if kinds:
        kinds.append(
            say(
                "None of this argues for early help or against it: in the model firms act "
                "smoothly, without a threshold at the critical mass (docs/limitations.md)."
            )
        )
    return said + kinds


def write_basis(windows: Windows) -> list[str]:
    """Say what the map rests on.

    Parameters
    ----------
    windows : Windows
        The map.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [
        say(
            "{runs} runs in {draws}.",
            runs=f"{windows.runs:,}",
            draws=count_draws(len(windows.draws)),
        ),
        say(
            "One region at a time spends {share} % of its value added a year for {lasting} years, "
            "allocated as in '{strategy}', on top of '{baseline}'. The gain is counted over "
            "{horizon} years from the start, against '{baseline}' alone; gain and money are "
            "present values.",
            share=f"{100 * windows.share:.3g}",
            lasting=f"{windows.lasting:g}",
            strategy=say.name(windows.strategy.title),
            baseline=say.name(windows.baseline.title),
            horizon=f"{windows.horizon:g}",
        ),
        windows.odds.describe(windows.draws),
        say(
            "No programme starts before {year}: {reason}.",
            year=FIRST_START,
            reason=say(WHY_FIRST_START),
        ),
        say(
            "The size of a cluster is changed by changing its critical mass, the number of firms "
            "against which variety, the division of labour and the chance to meet are measured; "
            "all else stays the same."
        ),
        say("The gain leaves out what the money would have done elsewhere."),
        say(SHARED_OUT),
    ]
    if windows.failed:
        said.append(
            say.plural(
                windows.failed,
                "{count} run failed; the cells that depend on them are empty.",
                "{count} runs failed; the cells that depend on them are empty.",
            )
        )
    return said


def _region(windows: Windows, row: dict[Any, Any]) -> str:
    """Say what a yuan gains in the last year tried, and in which year it gained most."""
    starts = windows.gains["start"].values
    gain = str(Rounded(row["gain"]))
    if windows.several:
        low, high = Rounded(row["low"]), Rounded(row["high"])
        ends = say(" (90 % interval: {low} to {high})", low=low, high=high)
    else:
        ends = ""
    said = say(
        "{region}: a yuan spent from {year} on gains {gain} yuan of value added at home{ends}. The "
        "cluster then has {mass} times its critical mass.",
        region=say.name(row["region"]),
        year=f"{row['last start']:g}",
        gain=gain,
        ends=ends,
        mass=_times(row["mass"]),
    )
    if len(starts) == 1:
        return said
    agreed = ""
    if windows.several:
        agreed = say(", {odds}", odds=format_draws(row["draws that agree"], row["draws"]))
    if row["best start"] == starts.max():
        more = say("No earlier year that was tried gains more{agreed}.", agreed=agreed)
    else:
        more = say(
            "Of the years tried it gains most when spent {years}: {gain} yuan{agreed}.",
            years=_name_years(row, float(starts.min())),
            gain=Rounded(row["best gain"]),
            agreed=agreed,
        )
    return say.sentences([said, more])


def _name_years(row: dict[Any, Any], first: float) -> str:
    """Name the best years."""
    if row["window to"] > row["window from"]:
        ends = {"first": f"{row['window from']:g}", "last": f"{row['window to']:g}"}
        return say("from {first} to {last}", **ends)
    year = f"{row['best start']:g}"
    if row["best start"] == first:
        return say("from {year} on (the first year tried)", year=year)
    return say("from {year} on", year=year)


def _kinds(windows: Windows) -> list[str]:
    table = compare_kinds(windows)
    said = []
    for name, own in table.groupby("region", sort=False):
        region = say.name(str(name))
        rows = own.set_index("kind").to_dict("index")
        middle = {kind: float(rows[kind]["median"]) for kind in KINDS}
        if not np.isfinite(list(middle.values())).all():
            said.append(
                say(
                    "{region}: in no year are there clusters of every size, so the kinds of "
                    "intervention cannot be compared at the same date.",
                    region=region,
                )
            )
            continue
        best = max(middle, key=lambda kind: middle[kind])
        worst = min(middle, key=lambda kind: middle[kind])
        spread = middle[best] / middle[worst] - 1 if middle[worst] > 0 else np.inf
        ends = {"best": say.name(best), "worst": say.name(worst)}
        if spread < _SMALL:
            verdict = say(
                "the size of the cluster makes little difference ({spread} % between {best} and "
                "{worst})",
                spread=f"{100 * spread:.1f}",
                **ends,
            )
        else:
            verdict = (
                say(
                    "{best} gains most, {spread} % more than {worst}",
                    spread=f"{100 * spread:.0f}",
                    **ends,
                )
                if np.isfinite(spread)
                else say("{best} gains most, and more than {worst}", **ends)
            )
            if windows.several:
                odds = format_draws(int(rows[best]["gains most"]), int(rows[best]["draws"]))
                verdict += say(", {odds}", odds=odds)
        said.append(
            say(
                "{region}, at the same date: {verdict}. Yuan for a yuan: {gains}.",
                region=region,
                verdict=verdict,
                gains=_list_gains(middle),
            )
        )
    return said


def _list_gains(middle: Mapping[str, float]) -> str:
    """List what each kind gains."""
    return say.commas(
        [say("{kind} {gain}", kind=say.name(kind), gain=Rounded(middle[kind])) for kind in KINDS]
    )


def _of_the_nation(windows: Windows) -> str:
    """Say what a yuan brings the nation, by kind, over all regions that can be compared."""
    table = compare_kinds(windows, NATION)
    parts = []
    for region, own in table.groupby("region", sort=False):
        middle = {str(kind): float(one) for kind, one in own.set_index("kind")["median"].items()}
        if np.isfinite(list(middle.values())).all():
            said = {"region": say.name(str(region)), "gains": _list_gains(middle)}
            parts.append(say("in {region} {gains}", **said))
    if not parts:
        return say("What the kinds bring the nation cannot be compared at the same date either.")
    return say(
        "To the nation, in yuan of net national benefit for a yuan over {horizon} years, the kinds "
        "bring {gains}.",
        horizon=f"{windows.horizon:g}",
        gains=say.semicolons(parts),
    )


def _sum_up(windows: Windows) -> list[str]:
    """Answer the paper's question: which of its three kinds of intervention is the best."""
    said = []
    for measure, whose in (
        (HOME, mark("for a region {which}")),
        (NATION, mark("for the nation {which}")),
    ):
        table = compare_kinds(windows, measure)
        first: list[str] = []
        won = known = 0
        for _, own in table.groupby("region", sort=False):
            rows = own.set_index("kind").to_dict("index")
            middle = {kind: float(rows[kind]["median"]) for kind in KINDS}
            if not np.isfinite(list(middle.values())).all():
                continue
            best = max(middle, key=lambda kind: middle[kind])
            first.append(best)
            if windows.several:
                won += int(rows[best]["gains most"])
                known += int(rows[best]["draws"])
        if not first:
            continue
        which = _name_best(first)
        if windows.several:
            which += say(" (in {won} of {known} draws of a region)", won=won, known=known)
        said.append(say(whose, which=which))
    if not said:
        return []
    return [
        say(
            "Which of the paper's three kinds of intervention gains most by itself, at the same "
            "date and for the same money: {said}.",
            said=say.semicolons(said),
        )
    ]


def _name_best(first: Sequence[str]) -> str:
    """Name the kind that gains most in each of some regions."""
    if len(set(first)) == 1:
        kind = say.name(first[0])
        return say("it is {kind} in every region that can be compared", kind=kind)
    counts = {kind: first.count(kind) for kind in KINDS if kind in first}
    named = [
        say.plural(
            count, "{kind} in {count} region", "{kind} in {count} regions", kind=say.name(kind)
        )
        for kind, count in counts.items()
    ]
    return say("it differs: {kinds}", kinds=say.join(named))


def _times(mass: float) -> str:
    return f"{mass:.2g}" if mass < 10 else f"{mass:.0f}"
