"""What windows say, in sentences made from the numbers."""

from __future__ import annotations

import numpy as np

from smecluster.model.support.formatting import Rounded
from smecluster.policies.windows.compute import KINDS, Windows, by_kind, by_year

# A difference of less than this between kinds is called small.
_SMALL = 0.1
_SURE = 0.9


def answer(found: Windows) -> list[str]:
    """Say when a yuan gains most, and whether the size of the cluster matters.

    Parameters
    ----------
    found : Windows
        The map.

    Returns
    -------
    list of str
        Sentences: the window of each region, then the kinds of intervention.
    """
    said = []
    starts = found.gains["start"].values
    for row in by_year(found).to_dict("records"):
        edge = ""
        if len(starts) > 1 and row["best start"] == starts.min():
            edge = " (the first year tried)"
        elif len(starts) > 1 and row["best start"] == starts.max():
            edge = " (the last year tried)"
        window = (
            f"; from {row['window from']:g} to {row['window to']:g} it is within a tenth of that"
            if row["window to"] > row["window from"]
            else ""
        )
        said.append(
            f"{row['region']}: a yuan gains most when it is spent from {row['best start']:g} on"
            f"{edge}, {Rounded(row['gain'])} yuan of value added at home{window}. The cluster then "
            f"has {_times(row['mass'])} its critical mass."
        )
    return said + _kinds(found)


def basis(found: Windows, step: float) -> list[str]:
    """Say what the map rests on.

    Parameters
    ----------
    found : Windows
        The map.
    step : float
        Time step of the runs, Year.

    Returns
    -------
    list of str
        Sentences.
    """
    draws = found.gains.sizes["draw"]
    said = [
        f"{found.runs:,} runs with a time step of 1/{1 / step:g} year, in {draws} "
        f"draw{'s' * (draws > 1)}.",
        f"The allocation and the history are those of '{found.strategy.title}'. One region at a "
        f"time spends 1 % of its value added for {found.lasting:g} years; the gain is counted over "
        f"{found.horizon:g} years from the start.",
        "The size of a cluster is moved by moving its critical mass, so that the year, its market "
        "and its people stay the same.",
        "A yuan's gain leaves out what the money would have done elsewhere.",
    ]
    if found.failed:
        said.append(f"{found.failed} runs failed; what depends on them is missing.")
    if draws == 1:
        said.append("One set of values: the figures carry no uncertainty.")
    return said


def _kinds(found: Windows) -> list[str]:
    table = by_kind(found)
    said = []
    for region, own in table.groupby("region", sort=False):
        own = own.set_index("kind")
        if own["median"].isna().any():
            said.append(
                f"{region}: in no year are there clusters of every size, so the kinds of "
                "intervention cannot be compared at the same date."
            )
            continue
        best = str(own["median"].idxmax())
        middle = {str(kind): float(value) for kind, value in own["median"].items()}
        worst = min(middle, key=lambda kind: middle[kind])
        spread = middle[best] / middle[worst] - 1 if middle[worst] > 0 else np.inf
        agreed = float(own["gains most"].to_numpy(dtype=float)[list(own.index).index(best)])
        listed = ", ".join(f"{kind} {Rounded(middle[kind])}" for kind in KINDS)
        if spread < _SMALL:
            verdict = (
                f"the size of the cluster makes little difference ({100 * spread:.1f} % between "
                f"{best} and {worst})"
            )
        else:
            sure = "" if agreed >= _SURE else f", though only in {100 * agreed:.0f} % of the draws"
            verdict = f"{best} gains most, {100 * spread:.0f} % more than {worst}{sure}"
        said.append(f"{region}, at the same date: {verdict}. Yuan for a yuan: {listed}.")
    return said


def _times(mass: float) -> str:
    return f"{mass:.2g} times" if mass < 10 else f"{mass:.0f} times"
