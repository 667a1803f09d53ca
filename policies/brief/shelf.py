"""Tables that were made before: read from a folder, and used only where they are of the same model.

A folder is what a command wrote (`smecluster map`, `assign`, `game`), or the shelf that is shipped.
A table is taken as it stands: its record says where it came from and carries its SHA-256.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.calibration.choosing import describe_origin
from smecluster.model.errors import InputError
from smecluster.model.inputs import read_json
from smecluster.model.presentation.exports import read_csv, read_stamp
from smecluster.policies.brief.parts.doubts import COMPARISONS, OPTIONS
from smecluster.policies.brief.parts.money import LIMITS
from smecluster.policies.brief.parts.rivals import DECOMPOSITION
from smecluster.policies.brief.parts.tasks import DIVISIONS
from smecluster.policies.brief.words.evidence import (
    ASSIGNMENT,
    COSTS,
    DECISION,
    EVALUATION,
    GAME,
    MAP,
    TIPPING,
    WHY,
    Ready,
)
from smecluster.policies.budget import DEFAULT_BUDGET
from smecluster.policies.plan import START
from smecluster.policies.strategy import BASELINE

if TYPE_CHECKING:
    from smecluster.policies.comparison.study_inputs import StudyInputs

SHELF = Path(__file__).parent / "shelf"
#: Files of each answer, by what the brief calls the table.
FILES: Mapping[str, Mapping[str, str]] = {
    ASSIGNMENT: {ASSIGNMENT: "assignment.csv", DIVISIONS: "divisions.csv"},
    MAP: {MAP: "map.csv", LIMITS: "limits.csv"},
    GAME: {GAME: "arrangements.csv", DECOMPOSITION: "decomposition.csv"},
    WHY: {WHY: "why.csv"},
    TIPPING: {TIPPING: "knife-edge.csv", COMPARISONS: "comparisons.csv"},
    DECISION: {DECISION: "knowing.csv", OPTIONS: "options.csv"},
    EVALUATION: {EVALUATION: "evaluation.csv"},
}
#: Commands that make what is not there, the strategies and more filled in.
COMMANDS: Mapping[str, str] = {
    COSTS: "smecluster account {strategies}{more}{money}",
    ASSIGNMENT: "smecluster assign{more}{money}",
    MAP: "smecluster map {strategies}{more}",
    GAME: "smecluster game",
}
# Answers that are about named strategies.
_OF_STRATEGIES = (MAP, TIPPING, DECISION)
# Answers that commands write into a folder: made on draws, which must be of the same calibration.
_DRAWN = (ASSIGNMENT, MAP, GAME)
# Answers from the model's own values, without draws.
_OF_ONE_RUN = (TIPPING, WHY)
# How stamps say the money: part, form, and what the number is counted in.
_SHARES = (
    ("budget", re.compile(r"\(([\d.]+) % of"), 0.01),
    ("budget", re.compile(r"^([\d.]+)%"), 0.01),
    ("game", re.compile(r"share=([\d.]+)"), 1.0),
)
_CLOSE = 1e-2  # relative; stamps round
_BILLIONS, _MYUAN = " [bn yuan]", 1e3


def find_ready(
    inputs: StudyInputs,
    share: float | None,
    folders: Sequence[Path] = (),
    shelf: Path = SHELF,
) -> dict[str, Ready]:
    """Find the answers that fit what is asked.

    Parameters
    ----------
    inputs : StudyInputs
        What is asked: model, strategies, baseline, calibration, draws.
    share : float or None
        Additional money as a share of the regions' value added, Dmnl; None where it is not equal.
    folders : sequence of Path
        Folders with results of commands, which come before the shelf.
    shelf : Path
        The tables that are shipped.

    Returns
    -------
    dict
        Answers by name: those whose model, calibration, strategies, baseline and draws are the
        same. Forecasts are those that are shipped, whatever is asked.

    Raises
    ------
    InputError
        If a folder that was named holds no answer, one that does not fit, or a table that was
        changed since.
    """
    found: dict[str, Ready] = {}
    for folder in folders:
        for name, ready in read_folder(folder).items():
            reason = compare_origin(name, ready.stamp, inputs, share)
            if reason:
                raise InputError(f"the results in {folder} do not fit: {reason}")
            found[name] = ready
    for name, ready in list_ready(shelf).items():
        if name not in found and not compare_origin(name, ready.stamp, inputs, share):
            found[name] = ready
    return found


def read_folder(folder: Path) -> dict[str, Ready]:
    """Read the answers that commands wrote into a folder.

    Raises
    ------
    InputError
        If there are none, or a table was changed since it was written.
    """
    made = {name: read_answer(folder, name, shipped=False) for name in _DRAWN}
    own = {name: ready for name, ready in made.items() if ready is not None}
    if not own:
        known = ", ".join(file for name in _DRAWN for file in FILES[name].values())
        raise InputError(f"{folder} holds no results that a brief uses: {known}")
    return own


def list_ready(shelf: Path = SHELF) -> dict[str, Ready]:
    """Read every answer on a shelf, whatever it is of."""
    made = {name: read_answer(shelf / name, name, shipped=True) for name in FILES}
    return {name: ready for name, ready in made.items() if ready is not None}


def list_commands(inputs: StudyInputs) -> dict[str, str]:
    """List how to make each answer, by name."""
    names = " ".join(one.name for one in inputs.strategies)
    baseline = inputs.baseline.name
    more = "" if baseline == BASELINE else f" --baseline {baseline}"
    budget = inputs.budget
    money = "" if budget in (None, DEFAULT_BUDGET) else f" --budget '{budget}'"
    return {
        name: command.format(strategies=names, more=more, money=money)
        for name, command in COMMANDS.items()
        if name not in _OF_STRATEGIES or len(inputs.strategies) > 1
    }


def read_answer(folder: Path, name: str, *, shipped: bool) -> Ready | None:
    """Read an answer from a folder; None where it is not there.

    Parameters
    ----------
    folder : Path
        The folder.
    name : str
        The answer, of `FILES`.
    shipped : bool
        Whether the tables are shipped.

    Returns
    -------
    Ready or None
        The tables, money in Myuan, and the stamp of the first.

    Raises
    ------
    InputError
        If a table was changed since it was written, or does not say where it came from.
    """
    paths = {table: folder / file for table, file in FILES[name].items()}
    if not all(path.is_file() for path in paths.values()):
        return None
    for path in paths.values():
        _check_hash(path)
    tables = {table: _to_myuan(read_csv(path)) for table, path in paths.items()}
    return Ready(tables, read_stamp(next(iter(paths.values()))), shipped)


def compare_origin(
    name: str, stamp: Mapping[str, str], inputs: StudyInputs, share: float | None
) -> str:
    """Say why an answer does not fit what is asked; nothing where it fits."""
    from smecluster.policies.comparison.study_inputs import fingerprint

    if name == EVALUATION:
        return ""
    if inputs.settings:
        return "other inputs were set with --set"
    if inputs.study.start != START:
        return f"it counts from {START:g}, not from {inputs.study.start:g}"
    theirs_share = _read_share(stamp)
    if theirs_share is not None and not (
        share is not None and math.isclose(theirs_share, share, rel_tol=_CLOSE)
    ):
        return f"its money is {100 * theirs_share:.3g} % of value added"
    asked = inputs.stamp()
    if name in _OF_ONE_RUN:
        asked["calibration"] = describe_origin(inputs.folders, inputs.calibration)
    for part in ("model hash", "calibration"):
        if stamp.get(part) != asked[part]:
            return f"its {part} is {stamp.get(part)}, not {asked[part]}"
    if name in _OF_STRATEGIES:
        theirs = {one.strip() for one in stamp.get("strategies", "").split(",")}
        for one in asked["strategies"].split(", "):
            if one not in theirs:
                return f"it lacks strategy {one.partition(' ')[0]!r} as it is now"
        if len(theirs) != len(inputs.strategies):
            return "it has other strategies too"
    if stamp.get("baseline", asked["baseline"]) != asked["baseline"]:
        return f"its baseline is {stamp['baseline']}"
    drawn = stamp.get("draws", "")
    if name in _DRAWN and drawn and inputs.draws is not None:
        count, _, digest = drawn.partition(" ")
        if fingerprint(inputs.redraw(int(count), int(stamp.get("seed", 1)))) != digest:
            return "its draws are of another calibration"
    return ""


def _read_share(stamp: Mapping[str, str]) -> float | None:
    """Read the additional money of an answer, as a share of value added; None for several."""
    for name, form, unit in _SHARES:
        match = form.search(stamp.get(name, ""))
        if match:
            return float(match[1]) * unit
    return None


def _check_hash(path: Path) -> None:
    record = read_json(path.with_suffix(".json")) if path.with_suffix(".json").exists() else {}
    whole = record.get("sha256") if isinstance(record, dict) else None
    if whole != hashlib.sha256(path.read_bytes()).hexdigest():
        raise InputError(f"{path} was changed since it was written: make it again")


def _to_myuan(table: pd.DataFrame) -> pd.DataFrame:
    """Take sums from billions, as files have them, to the model's unit."""
    names = [str(name) for name in table if str(name).endswith(_BILLIONS)]
    made = table.assign(**{name: table[name] * _MYUAN for name in names})
    return made.rename(columns={name: name.removesuffix(_BILLIONS) for name in names})


def list_levers(plans: Iterable[Mapping[str, float]]) -> list[str]:
    """List the lever on which each plan spends most, each once."""
    most = [max(plan, key=lambda lever: plan[lever]) for plan in plans if plan]
    return list(dict.fromkeys(most))
