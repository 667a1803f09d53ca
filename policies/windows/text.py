"""What windows say, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.model.presentation.formatting import Rounded
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
    format_count,
    format_draws,
    join_names,
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
            "None of this argues for early help or against it: in the model firms act smoothly, "
            "without a threshold at the critical mass (docs/limitations.md)."
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
    base = windows.baseline.title
    said = [
        f"{windows.runs:,} runs in {format_count(len(windows.draws), 'draw', 'draws')}.",
        f"One region at a time spends {100 * windows.share:.3g} % of its value added a year for "
        f"{windows.lasting:g} years, allocated as in '{windows.strategy.title}', on top of "
        f"'{base}'. The gain is counted over {windows.horizon:g} years from the start, against "
        f"'{base}' alone; gain and money are present values.",
        windows.odds.describe(windows.draws),
        f"No programme starts before {FIRST_START}: {WHY_FIRST_START}.",
        "The size of a cluster is changed by changing its critical mass, the number of firms "
        "against which variety, the division of labour and the chance to meet are measured; all "
        "else stays the same.",
        "The gain leaves out what the money would have done elsewhere.",
        SHARED_OUT,
    ]
    if windows.failed:
        said.append(
            f"{format_count(windows.failed, 'run', 'runs')} failed; the cells that depend on them "
            "are empty."
        )
    return said


def _region(windows: Windows, row: dict[Any, Any]) -> str:
    """Say what a yuan gains in the last year tried, and in which year it gained most."""
    starts = windows.gains["start"].values
    interval = (
        f" (90 % interval: {Rounded(row['low'])} to {Rounded(row['high'])})"
        if windows.several
        else ""
    )
    said = (
        f"{row['region']}: a yuan spent from {row['last start']:g} on gains {Rounded(row['gain'])} "
        f"yuan of value added at home{interval}. The cluster then has {_times(row['mass'])} its "
        "critical mass."
    )
    if len(starts) == 1:
        return said
    agreed = f" {format_draws(row['draws that agree'], row['draws'])}" if windows.several else ""
    years = (
        f"from {row['window from']:g} to {row['window to']:g}"
        if row["window to"] > row["window from"]
        else f"from {row['best start']:g} on"
        + (" (the first year tried)" if row["best start"] == starts.min() else "")
    )
    if row["best start"] == starts.max():
        return f"{said} No earlier year that was tried gains more{_comma(agreed)}."
    return (
        f"{said} Of the years tried it gains most when spent {years}: "
        f"{Rounded(row['best gain'])} yuan{_comma(agreed)}."
    )


def _comma(text: str) -> str:
    return f",{text}" if text else ""


def _kinds(windows: Windows) -> list[str]:
    table = compare_kinds(windows)
    said = []
    for region, own in table.groupby("region", sort=False):
        rows = own.set_index("kind").to_dict("index")
        middle = {kind: float(rows[kind]["median"]) for kind in KINDS}
        if not np.isfinite(list(middle.values())).all():
            said.append(
                f"{region}: in no year are there clusters of every size, so the kinds of "
                "intervention cannot be compared at the same date."
            )
            continue
        best = max(middle, key=lambda kind: middle[kind])
        worst = min(middle, key=lambda kind: middle[kind])
        spread = middle[best] / middle[worst] - 1 if middle[worst] > 0 else np.inf
        gains = ", ".join(f"{kind} {Rounded(middle[kind])}" for kind in KINDS)
        if spread < _SMALL:
            verdict = (
                f"the size of the cluster makes little difference ({100 * spread:.1f} % between "
                f"{best} and {worst})"
            )
        else:
            agreed = (
                ", " + format_draws(int(rows[best]["gains most"]), int(rows[best]["draws"]))
                if windows.several
                else ""
            )
            verdict = f"{best} gains most, {_percent_more(spread)} than {worst}{agreed}"
        said.append(f"{region}, at the same date: {verdict}. Yuan for a yuan: {gains}.")
    return said


def _of_the_nation(windows: Windows) -> str:
    """Say what a yuan brings the nation, by kind, over all regions that can be compared."""
    table = compare_kinds(windows, NATION)
    parts = []
    for region, own in table.groupby("region", sort=False):
        middle = own.set_index("kind")["median"]
        if np.isfinite(middle).all():
            gains = ", ".join(f"{kind} {Rounded(float(middle[kind]))}" for kind in KINDS)
            parts.append(f"in {region} {gains}")
    if not parts:
        return "What the kinds bring the nation cannot be compared at the same date either."
    return (
        "To the nation, in yuan of net national benefit for a yuan over "
        f"{windows.horizon:g} years, the kinds bring {'; '.join(parts)}."
    )


def _sum_up(windows: Windows) -> list[str]:
    """Answer the paper's question: which of its three kinds of intervention is the best."""
    said: list[tuple[str, str]] = []
    for measure, whose in ((HOME, "a region"), (NATION, "the nation")):
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
        if len(set(first)) == 1:
            which = f"it is {first[0]} in every region that can be compared"
        else:
            counts = {kind: first.count(kind) for kind in KINDS if kind in first}
            which = "it differs: " + join_names(
                [
                    f"{kind} in {format_count(count, 'region', 'regions')}"
                    for kind, count in counts.items()
                ]
            )
        odds = f" (in {won} of {known} draws of a region)" if windows.several else ""
        said.append((whose, f"{which}{odds}"))
    if not said:
        return []
    words = "; ".join(f"for {whose} {which}" for whose, which in said)
    return [
        "Which of the paper's three kinds of intervention gains most by itself, at the same date "
        f"and for the same money: {words}."
    ]


def _percent_more(spread: float) -> str:
    return f"{100 * spread:.0f} % more" if np.isfinite(spread) else "and more"


def _times(mass: float) -> str:
    return f"{mass:.2g} times" if mass < 10 else f"{mass:.0f} times"
