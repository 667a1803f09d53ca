"""In at most ten lines: what the figures decide of the model's constants, and what they do not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from smecluster.calibration.joint.effects import TESTED, USED
from smecluster.calibration.joint.interface import KNOWLEDGE
from smecluster.calibration.joint.knowledge import PRESSED
from smecluster.calibration.problem.criteria import IDENTIFIED, MUCH, PARTLY, PRIOR
from smecluster.model.presentation.language.spoken import say

# Constants that a line names.
_NAMED = 5
# A likelihood moves a constant if by more than this, in standard deviations of its prior.
_SHIFTED = 0.5
# A state's probability has moved if by more than so many standard errors, and by this.
_ERRORS, _TOLD = 2.0, 0.1


def sum_up(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Sum up the tables of the posterior over every constant.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Those of `calibration.joint.run.JointPosterior`, with ``published`` of
        `calibration.joint.reweighing.reweigh`; what is missing has no line.

    Returns
    -------
    list of str
        At most ten sentences, the plainest first.
    """
    constants = tables["constants"]
    lines = [*_count_constants(constants), *_name_constants(constants)]
    if "directions" in tables:
        directions = tables["directions"]
        strong = int((directions["contraction"] >= MUCH).sum())
        lines.append(
            say(
                "Combinations are known better than constants: {count} combinations are informed, "
                "{strong} of them strongly; the other directions, of {all} in all, stay as "
                "believed.",
                count=len(directions),
                strong=strong,
                all=len(constants),
            )
        )
    if "pairs" in tables and len(tables["pairs"]):
        first = tables["pairs"].iloc[0]
        lines.append(
            say.plural(
                len(tables["pairs"]),
                "{count} pair of constants cannot be told apart, the closest {first} and {second}: "
                "figures fix what they do together.",
                "{count} pairs of constants cannot be told apart, the closest {first} and "
                "{second}: figures fix what they do together.",
                first=say.variable(first["first"]),
                second=say.variable(first["second"]),
            )
        )
    if "structures" in tables:
        lines += _judge_structures(tables["structures"])
    if "published" in tables:
        lines.append(_count_effects(tables["published"]))
    if "likelihoods" in tables:
        lines.append(_count_shifts(tables["likelihoods"]))
    return lines


def _count_constants(constants: pd.DataFrame) -> list[str]:
    counts = constants["verdict"].value_counts()
    known, partly, prior = (int(counts.get(name, 0)) for name in (IDENTIFIED, PARTLY, PRIOR))
    return [
        say(
            "Of {count} constants, all of which were uncertain at once, the published figures "
            "settle {known} and narrow {partly}; of the other {prior} they say nothing, so those "
            "are judgement before and after.",
            count=len(constants),
            known=known,
            partly=partly,
            prior=prior,
        )
    ]


def _name_constants(constants: pd.DataFrame) -> list[str]:
    best = constants.sort_values("contraction", ascending=False)
    names = [say.variable(name) for name in best["name"].head(_NAMED)]
    lines = [say("Best known are {names}.", names=say.join(names))]
    pressed = constants.loc[constants["beyond"] >= PRESSED].sort_values("beyond", ascending=False)
    if len(pressed):
        ends = [
            say("{name} (above)", name=say.variable(name))
            if shift > 0
            else say("{name} (below)", name=say.variable(name))
            for name, shift in pressed[["name", "shift"]].head(_NAMED).to_numpy()
        ]
        lines.append(
            say.plural(
                len(pressed),
                "Against what was believed the figures press {count} constant, most of all "
                "{names}: there the belief or an equation is wrong.",
                "Against what was believed the figures press {count} constants, most of all "
                "{names}: there the belief or an equation is wrong.",
                names=say.join(ends),
            )
        )
    return lines


def _judge_structures(structures: pd.DataFrame) -> list[str]:
    moved: list[str] = []
    still: list[str] = []
    for name, part in structures.groupby("switch", sort=False):
        row = part.iloc[0]
        change = abs(row["posterior"] - row["prior"])
        told = change > _TOLD and change > _ERRORS * row["error"]
        said = say(
            "{name} ({state}: {prior} before, {posterior} after)",
            name=say.variable(str(name)),
            state=row["state"],
            prior=f"{row['prior']:.0%}",
            posterior=f"{row['posterior']:.0%}",
        )
        (moved if told else still).append(said)
    lines = []
    if moved:
        names = say.join(moved)
        lines.append(say("Between contested structures the figures prefer: {names}.", names=names))
    if still:
        names = say.join(still)
        lines.append(say("Between these structures they do not decide: {names}.", names=names))
    return lines


def _count_effects(published: pd.DataFrame) -> str:
    counts = {
        name: (int(part["within"].sum()), len(part))
        for name, part in published.groupby("study", sort=False)
    }
    used, tested = counts.get(USED, (0, 0)), counts.get(TESTED, (0, 0))
    return say(
        "Of the published effects of policies that the draws were held against, {used} of "
        "{all_used} come out within range; of those that were left out for testing, {tested} of "
        "{all_tested}: do not read the size of a policy's effect off the model.",
        used=used[0],
        all_used=used[1],
        tested=tested[0],
        all_tested=tested[1],
    )


def _count_shifts(likelihoods: pd.DataFrame) -> str:
    before, after = (name for name in likelihoods if str(name).startswith("shift, "))
    moved = int(((likelihoods[after] - likelihoods[before]).abs() > _SHIFTED).sum())
    return say.plural(
        moved,
        "With another law for the errors of the series, {count} constant would move by more than "
        "{shift} standard deviations of the belief.",
        "With another law for the errors of the series, {count} constants would move by more than "
        "{shift} standard deviations of the belief.",
        shift=f"{_SHIFTED:g}",
    )


def read_knowledge(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables that `calibration.joint.interface.calibrate_constants` writes.

    Parameters
    ----------
    folder : Path
        The folder of the calibration.

    Returns
    -------
    dict of str to pandas.DataFrame
        By name; empty where the calibration is not one of every constant.
    """
    return {path.stem: pd.read_csv(path) for path in sorted((folder / KNOWLEDGE).glob("*.csv"))}
