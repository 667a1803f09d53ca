"""The page on the game of governments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_range
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.game.arrangements import speak_name
from smecluster.policies.game.measures import OVER
from smecluster.policies.game.simulator import MOST_MATCHING, MOST_NEED
from smecluster.policies.game.text import PUBLISHED_SLOPES, write_answer, write_basis
from smecluster.policies.game.unseen import SIGNIFICANT
from smecluster.policies.wording.markdown import format_percent, write_table
from smecluster.policies.wording.prose import format_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from smecluster.policies.game.result import GameResult

_UNIT, _FACTOR = display_unit("Myuan")
_SPREAD = ("mean", "low", "high")
# Levers with less of the money than this everywhere are left out of the page, Dmnl.
_SHOWN = 0.005

_TERMS = mark("""\
- **Rivals**: each region chooses its programme for its own aim, knowing what the others choose. An
  *equilibrium* (Nash) is a set of programmes each of which is its region's best answer to the
  others. It is sought by letting all answer one another, from several starts, until nobody gains.
- **Coordinated**: the regions choose together what is best for the residents of all of them.
- **Planner**: all programmes are chosen for the nation: the rest of China, buyers everywhere and
  taxpayers count too.
- **Planner with the centre's figures**: the same, but what is done in a draw depends on what the
  centre sees of it, not on what each region sees of itself.
- **Residents** are a region's workers, owners, lenders and local taxpayers; they also get the
  region's part, by value added, of what buyers in all of China gain and the centre's budget loses.
  `smecluster account` shows all these apart.
- **Growth** is the tournament of officials: a prize for growing more than the other regions' mean
  over one term. **Revenue** is taxes and land money that the region keeps. **Welfare** is what its
  residents get.
- **Signals**: a region sees its own cluster in the first year through its statistics, late and with
  an error of 5 to 30 %. Which combination of these figures it acts on, and how, is fitted over
  draws. The centre sees a total of all regions, later and with less detail.
- **Full information**: every draw is played as if its values were known. Nobody can; it is an upper
  bound.
- **Epsilon**: the most that a region gains by moving 1 or 10 % of its money from one lever to
  another, or all of it to one, over what its programme brings it. An equilibrium may have 0.1 %
  (1 % where money is free).
- **Open loop**: everybody commits himself in the first year and never changes his mind.""")

_LIMITS = mark("""\
- Nobody learns or punishes: play is for once. Rivals who meet every year could agree on more, and
  officials who change office every five years on less.
- Three regions are not thirty. The rest of China spends as now whatever the regions do; a province
  that answered would take back part of what they win, so the gains of rivals are too large.
- What the rest of China loses in sales counts in full, as if nobody there found other work; what
  the regions gain counts less what their workers and capital would have earned elsewhere. The
  effects on the rest of China are therefore an upper estimate.
- Brand is persuasion: it moves buyers and serves none. Who thinks that a brand tells buyers
  something true will find less rivalry here.
- From a few starts one cannot exclude other equilibria.
- An aim is one number. Officials want several things at once, and nobody has measured the weights.
- Which levers are worth most rests on effects that are judged, not measured
  ([returns](returns.md), [limits](limitations.md)). That the planner comes first and coordination
  before rivalry for welfare in what regions get follows from who counts whom. How far apart they
  are, and whether rivals cost the nation something, depends on these effects.""")


def write_page(
    result: GameResult, command: str, model_hash: str, calibration: str, table: str
) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    result : GameResult
        The game.
    command : str
        The command that made it.
    model_hash : str
        Fingerprint of the model that was run.
    calibration : str
        Where its values come from.
    table : str
        Name of the file beside the page that holds what everybody spends.

    Returns
    -------
    str
        The page.
    """
    tables = result.tables()
    unit = say.unit("Myuan")[0]
    regions = " / ".join(say.name(region) for region in result.menu.regions)
    lines = [
        say("# What governments choose, and what that is worth"),
        "",
        say_how_made(command, model_hash, calibration),
        "",
        say("## In short"),
        "",
        *(f"- {one}" for one in write_answer(result)),
        "",
        say("## What the words mean"),
        "",
        say(_TERMS),
        "",
        say("## Who decides, and who gets what"),
        "",
        say(
            "Against policy as now in the same draw, {unit} in present value; means over draws, "
            "and for the nation the 90 % interval. Residents and the rest of China sum to the "
            "nation, but for what a yearly sum misses. Money includes what policy as now spends "
            "more because value added has grown.",
            unit=unit,
        ),
        "",
        *_write_arrangements(tables["arrangements"], result),
        "",
        say("## What makes the difference"),
        "",
        *_write_decomposition(tables["decomposition"]),
        "",
        say("## What the money goes to"),
        "",
        say(
            "Per cent of the region's money: {regions}. All rows, the centre's too: "
            "[{table}]({table}).",
            regions=regions,
            table=table,
        ),
        "",
        *_write_mixes(tables["mixes"], result),
        "",
        say("## Do these programmes stand?"),
        "",
        *write_table(tables["equilibria"], {"epsilon": format_percent}, speak_name),
        "",
        say("## Do regions follow one another?"),
        "",
        say(
            "The others move a tenth of their money to land servicing, talent introduction and "
            "investment attraction. The slope is how much more a region's best answer puts on "
            "these levers for each per cent that the others do. Published: {slope} for zones "
            "(Deng, Zhao and Yu 2018), none for land prices (Wang, Zong and Tao 2013).",
            slope=f"{PUBLISHED_SLOPES[0]:g}",
        ),
        "",
        *write_table(tables["reactions"], {"share on rivalry": format_percent, "slope": _slope}),
    ]
    if "unseen" in tables:
        lines += [
            "",
            say("## On draws that nobody chose on"),
            "",
            say(
                "Net national benefit of the planner's choice less that of each other, in the same "
                "draw; strategies by hand spend the same additional money. Significantly worse: "
                "below zero by more than {errors} standard errors.",
                errors=f"{SIGNIFICANT:g}",
            ),
            "",
            *write_table(tables["unseen"], {}, speak_name),
        ]
    if "centre" in tables:
        lines += [
            "",
            say("## The centre first"),
            "",
            say(
                "The centre spends beside the regions, on one mix for all, counts everybody, and "
                "chooses its mix, how strongly its money favours poor regions (elasticity of need, "
                "0 to {need}) and what part of regions' programmes it pays (at most {matching}). "
                "At once: an equilibrium. First: it commits itself, and regions reply. Everybody "
                "acts on what all believe.",
                need=f"{MOST_NEED:g}",
                matching=f"{MOST_MATCHING:g}",
            ),
            "",
            *_write_centre(tables["centre"]),
        ]
    lines += ["", say("## What it rests on"), "", *(f"- {one}" for one in write_basis(result))]
    lines += ["", say("## What it leaves out"), "", say(_LIMITS)]
    return "\n".join(lines) + "\n"


def _write_arrangements(table: pd.DataFrame, result: GameResult) -> list[str]:
    regions = result.menu.regions
    heads = [say("who decides"), say("the nation")]
    heads += [say("residents of {region}", region=say.name(region)) for region in regions]
    heads += [say("rest of China"), say("value added of the regions"), say("money")]
    names = [f"residents of {region}" for region in regions]
    names += ["rest of China", "value added of the regions", "money"]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * (len(heads) - 1)]
    for row in table.to_dict("records"):
        nation = _write_interval(row, "net national benefit, ")
        cells = [nation, *(_write_sum(row[f"{name} [{_UNIT}]"]) for name in names)]
        lines.append(f"| {speak_name(row['arrangement'])} | {' | '.join(cells)} |")
    return lines


def _write_decomposition(table: pd.DataFrame) -> list[str]:
    lines = [
        say(
            "| part | from | to | the nation loses, {unit} | of the planner's | in draws |",
            unit=say.unit("Myuan")[0],
        ),
        "|---|---|---|---:|---:|---:|",
    ]
    for row in table.to_dict("records"):
        cells = (
            say(row["part"]),
            speak_name(row["better"]),
            speak_name(row["worse"]),
            _write_interval(row, ""),
            f"{100 * row[OVER]:.0f} %",
            say("{count} of {total}", count=row["draws above zero"], total=row["draws"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", say("Below zero the nation gains. Rivalry may be worth something to it.")]
    return lines


def _write_sum(value: float) -> str:
    """Write a sum of a table in the unit of the language."""
    return format_number(value * (say.unit("Myuan")[1] / _FACTOR))


def _write_interval(row: Mapping[Any, Any], name: str) -> str:
    """Write a mean, and the 90 % interval where draws differ."""
    mean, low, high = (_write_sum(row[f"{name}{key} [{_UNIT}]"]) for key in _SPREAD)
    return mean if low == high else f"{mean}{format_range(say.language, low, high)}"


def _write_mixes(table: pd.DataFrame, result: GameResult) -> list[str]:
    names = [one.name for one in result.arrangements if not one.is_bound]
    cells = table.pivot_table(
        "share of money", "lever", ["arrangement", "region"], sort=False, observed=False
    )
    heads = [say("lever"), *map(speak_name, names)]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * len(names)]
    for lever, row in cells.iterrows():
        shares = {name: [row[name, region] for region in result.menu.regions] for name in names}
        if max(max(own) for own in shares.values()) < _SHOWN:
            continue
        texts = [" / ".join(f"{100 * share:.0f}" for share in own) for own in shares.values()]
        lines.append(f"| {say.name(str(lever))} | {' | '.join(texts)} |")
    return lines


def _write_centre(table: pd.DataFrame) -> list[str]:
    lines = [
        say(
            "| | the nation, {unit} | rest of China | spreading by need | matching | draws |",
            unit=say.unit("Myuan")[0],
        ),
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in table.to_dict("records"):
        nation = _write_interval(row, "net national benefit, ")
        lines.append(
            f"| {speak_name(row['arrangement'])} | {nation} | "
            f"{_write_sum(row[f'rest of China [{_UNIT}]'])} | "
            f"{row['spreading by need']:.2f} | {row['matching']:.2f} | {row['draws']} |"
        )
    return lines


def _slope(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"
