"""What reforms among synthetic regions bring: tables and sentences made of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.game.accounts import Account
from smecluster.policies.game.arrangements import COORDINATED, name_nash, speak_name
from smecluster.policies.game.coordination.published import compare_studies, read_expectations
from smecluster.policies.game.coordination.reforms import AIMS, Reforms
from smecluster.policies.game.coordination.synthetic import list_bases
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.wording.markdown import format_percent

ALL_STOP = mark("all stop")
# Gains below this share of value added are none: what the search leaves.
_NOTHING = 1e-6
# Part of what a region may spend from which on it spends all.
_FULL = 0.999


def find_account(result: Reforms, name: str) -> Account:
    """Give what an arrangement brings; `ALL_STOP` is policy as now."""
    return result.idle if name == ALL_STOP else result.accounts[name]


def measure_gain(result: Reforms, before: str, after: str) -> Floats:
    """Measure what residents of each region gain by a reform, Myuan in present value."""
    then, now = (find_account(result, name).residents.mean(axis=(0, 1)) for name in (before, after))
    return np.asarray(now - then)


def tabulate_reforms(result: Reforms) -> pd.DataFrame:
    """Tabulate what each reform brings.

    Parameters
    ----------
    result : Reforms
        What came out.

    Returns
    -------
    pandas.DataFrame
        Columns: from, to, residents, value added, nation, rest of China (change over discounted
        value added of the regions, Dmnl), regions that gain, regions.
    """
    whole = float(result.idle.size.sum())
    rows = []
    for aim in AIMS:
        for after in (COORDINATED, ALL_STOP):
            before = name_nash(aim)
            then, now = find_account(result, before), find_account(result, after)
            gain = measure_gain(result, before, after)
            rows.append(
                {
                    "from": before,
                    "to": after,
                    mark("residents"): float(gain.sum()) / whole,
                    "value added": float((now.size - then.size).sum()) / whole,
                    mark("nation"): float((now.nation - then.nation).sum()) / whole,
                    "rest of China": float((now.elsewhere - then.elsewhere).sum()) / whole,
                    mark("regions that gain"): int((gain > 0).sum()),
                    "regions": len(gain),
                }
            )
    return pd.DataFrame(rows)


def tabulate_spending(result: Reforms) -> pd.DataFrame:
    """Tabulate what regions spend on each lever of rivalry, as a share of value added a year.

    Parameters
    ----------
    result : Reforms
        What came out.

    Returns
    -------
    pandas.DataFrame
        Columns: arrangement, lever (``all`` for their sum), lowest, mean, highest over regions.
    """
    rows = []
    for name, spent in result.spent.items():
        columns = dict(zip(result.levers, spent.T, strict=True)) | {mark("all"): spent.sum(axis=1)}
        for lever, values in columns.items():
            rows.append(
                {
                    "arrangement": name,
                    "lever": lever,
                    mark("lowest"): float(values.min()),
                    "mean": float(values.mean()),
                    mark("highest"): float(values.max()),
                }
            )
    return pd.DataFrame(rows)


def tabulate_bases(result: Reforms) -> pd.DataFrame:
    """Tabulate the mean share of value added that regions spend, by what they were made from."""
    bases = np.array(list_bases(result.model.regions))
    rows = []
    for name, spent in result.spent.items():
        whole = spent.sum(axis=1)
        means = {base: float(whole[bases == base].mean()) for base in dict.fromkeys(bases)}
        full = int((whole >= _FULL * result.most).sum())
        rows.append({"arrangement": name, **means, mark("regions that spend all they may"): full})
    return pd.DataFrame(rows)


#: How play from a start may end, as `equilibrium.equilibria` calls it.
ENDS = (mark("equilibrium"), mark("cycle"), mark("unsettled"))


def tabulate_plays(result: Reforms) -> pd.DataFrame:
    """Tabulate where play from each start ended: arrangement, start, outcome, epsilon, rounds."""
    return pd.DataFrame(
        [
            {
                "arrangement": name,
                mark("start"): at + 1,
                mark("outcome"): play.outcome,
                "rounds": play.rounds,
                "epsilon": float(np.max(play.epsilon)) if play.epsilon.size else np.nan,
            }
            for name, plays in result.plays.items()
            for at, play in enumerate(plays)
        ]
    )


def tabulate_studies(result: Reforms) -> pd.DataFrame:
    """Hold what came out against the studies, and against what was expected before.

    Parameters
    ----------
    result : Reforms
        What came out.

    Returns
    -------
    pandas.DataFrame
        As `compare_studies`, with ``expected low``, ``expected high`` and ``as expected``.
    """
    table = compare_studies(result)
    known = read_expectations()
    expected = [known[str(name)] for name in table["study"]]
    lows, highs = (np.array([getattr(one, end) for one in expected]) for end in ("low", "high"))
    model = table["model"].to_numpy(dtype=float)
    return table.assign(
        **{
            mark("expected low"): lows,
            mark("expected high"): highs,
            mark("as expected"): (lows <= model) & (model <= highs),
        }
    )


def tabulate_regions(result: Reforms, sizes: Floats, endowments: Floats) -> pd.DataFrame:
    """Tabulate the regions: what they were made with, their value added, and what they do and gain.

    Parameters
    ----------
    result : Reforms
        What came out.
    sizes, endowments : array of float, shape (regions,)
        See `policies.game.coordination.synthetic.draw_scales`.

    Returns
    -------
    pandas.DataFrame
        A row a region.
    """
    made = {
        "region": list(result.model.regions),
        "size": sizes,
        "endowments": endowments,
        "discounted value added [Myuan]": result.idle.size.mean(axis=(0, 1)),
    }
    for name, spent in result.spent.items():
        made[f"spends, {name}"] = spent.sum(axis=1)
    for aim in AIMS:
        gain = measure_gain(result, name_nash(aim), COORDINATED)
        made[f"gains by coordination, {name_nash(aim)} [Myuan]"] = gain
        made[f"gains by stopping alone, {name_nash(aim)} [Myuan]"] = result.stopping[aim]
    return pd.DataFrame(made)


def write_answer(result: Reforms) -> list[str]:
    """Say in sentences what came out, the most important first."""
    studies, reforms = tabulate_studies(result), tabulate_reforms(result)
    spending = tabulate_spending(result).set_index(["arrangement", "lever"])["mean"]
    spend = [
        say(
            "{regions} spend {share}",
            regions=say(_CALLED) if name == COORDINATED else speak_name(name),
            share=format_percent(spending[name, "all"]),
        )
        for name in result.spent
    ]
    said = [
        say(
            "{within} of {count} published sizes lie within range, and {expected} of {count} "
            "results within what was expected before the runs.",
            within=int(studies["within"].sum()),
            expected=int(studies["as expected"].sum()),
            count=len(studies),
        ),
        say(
            "On the levers of rivalry {spend} of their value added a year, where they may spend "
            "{most}.",
            spend=say.join(spend),
            most=format_percent(result.most),
        ),
    ]
    for row in reforms.to_dict("records"):
        residents, size = _split(row["residents"])
        nation, much = _split(row["nation"])
        said.append(
            say(
                "From {before} to {after}: {residents} ({gaining} regions gain), {nation}.",
                before=speak_name(row["from"]),
                after=say(_END[row["to"]]),
                residents=say(
                    mark("residents of the {count} regions gain {size} of value added")
                    if residents
                    else mark("residents of the {count} regions lose {size} of value added"),
                    count=row["regions"],
                    size=size,
                ),
                gaining=row["regions that gain"],
                nation=say("the nation gains {size}", size=much)
                if nation
                else say("the nation loses {size}", size=much),
            )
        )
    counts = [
        say(
            "{count} of {total} {rivals}",
            count=int((gains > 0).sum()),
            total=len(gains),
            rivals=speak_name(name_nash(aim)),
        )
        for aim, gains in result.stopping.items()
    ]
    said.append(
        say("By stopping alone {counts} would gain by their own aim.", counts=say.join(counts))
    )
    return said


_END = {COORDINATED: mark("coordination"), ALL_STOP: mark("a stop by all")}
_CALLED = mark("coordinated regions")


def _split(share: float) -> tuple[bool, str]:
    """Say whether a change is none or a gain, and its size; what the search leaves is nothing."""
    size = 0.0 if abs(share) < _NOTHING else abs(share)
    return not (share < 0 and size), format_percent(size)
