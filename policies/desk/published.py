"""Starting points and constants from published tables, where they were made with the same model.

The game, the division of labour and the search for what turns an answer take minutes to hours, so
the desk reads the tables that they left. A table counts only if its values are those that its
statement vouches for, and if it was made with the model of the desk: otherwise it is left out, and
the command says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.policies.assignment.divisions import (
    Division,
    plan_division,
    read_mix,
    read_paper,
)
from smecluster.policies.desk.presets import read_sliders
from smecluster.policies.levers import read_levers
from smecluster.policies.menu import read_menu
from smecluster.policies.optimisation.space import END, LOCAL_RAMP, ROUGH
from smecluster.policies.plan import START

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.policies.menu import Menu

#: Money of a division of labour, as a share of all value added a year, 1/Year.
MONEY = 0.005
#: The published arrangements of the game that the desk offers, and what it calls them.
ARRANGEMENTS = {
    "planner": "Planner",
    "coordinated": "Regions agree",
    "rivals for welfare": "Equilibrium: rivals for welfare",
    "rivals for growth": "Equilibrium: rivals for growth",
}
PAPER, BEST = "Paper's division of labour", "Best division that was found"
_PAGES = Path(__file__).resolve().parents[2] / "docs"
_OWN = Path(__file__).with_name("published")
_GAME, _EDGE, _TASKS = "game", "knife-edge", "who-runs-what"


@dataclass(frozen=True)
class Published:
    """What published tables offer to a desk.

    Attributes
    ----------
    presets : list of dict
        As `policies.desk.presets.make_presets` writes them, with a ``source`` each.
    deciding : list of dict
        Constants that turn central against local when one alone is moved within what is believed
        of it: ``name`` and ``turns``, how many of the comparisons on that page; the most first.
    missing : list of str
        Why a table was left out.
    """

    presets: list[dict[str, Any]] = field(default_factory=list)
    deciding: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def read_published(model: Model, pages: Path = _PAGES, own: Path = _OWN) -> Published:
    """Read what published tables offer.

    Parameters
    ----------
    model : Model
        The model of the desk.
    pages, own : Path
        Folders of the pages' tables, and of those beside the desk.

    Returns
    -------
    Published
    """
    found = Published()
    menu = read_menu(model)
    if menu.levers:
        found.presets.append(_offer_paper(menu))
    for folder, name, take in (
        (own, _TASKS, _offer_best),
        (pages, _GAME, _offer_game),
        (pages, _EDGE, _list_deciding),
    ):
        table, problem = _read(folder / f"{name}.csv", model.hash)
        if table is None:
            found.missing.append(f"{name}: {problem}")
        else:
            take(found, table, menu)
    return found


def _read(path: Path, model: str) -> tuple[pd.DataFrame | None, str]:
    """Read a table, or say why it does not count."""
    import pandas as pd

    statement = path.with_suffix(".json")
    if not path.exists() or not statement.exists():
        return None, "the table is not part of this installation"
    content = path.read_bytes()
    said = json.loads(statement.read_text(encoding="utf-8"))
    if hashlib.sha256(content).hexdigest() != said.get("sha256"):
        return None, "the table has changed since it was made"
    if said["stamp"].get("model hash") != model:
        return None, f"the table was made with another model ({said['stamp']['model hash'][:12]})"
    return pd.read_csv(path, encoding="utf-8-sig"), ""


def _offer_paper(menu: Menu) -> dict[str, Any]:
    division = read_paper([one for one in read_levers() if one.name in menu.levers], PAPER)
    return _describe_division(
        menu,
        division,
        "paper-division",
        "Each lever is run by the level to which the paper gives it; its part of the money follows "
        "the upper end of what is plausible of it.",
        "policies/levers.toml",
    )


def _offer_best(found: Published, table: pd.DataFrame, menu: Menu) -> None:
    known = table[table["lever"].isin(menu.levers)]
    division = Division(BEST, tuple(known["lever"]), tuple(known["best"]))
    if division.spends:
        found.presets.append(
            _describe_division(
                menu,
                division,
                "best-division",
                "The division of labour with the largest net national benefit that a local search "
                "found; a better one may exist.",
                "smecluster assign",
            )
        )


def _describe_division(
    menu: Menu, division: Division, name: str, description: str, source: str
) -> dict[str, Any]:
    plan = plan_division(menu, division, read_mix(read_levers()), START, division.name)
    return {
        "name": name,
        "title": division.name,
        "description": description,
        "source": source,
        "settings": read_sliders(plan.scale(MONEY / ROUGH)),
    }


def _offer_game(found: Published, table: pd.DataFrame, menu: Menu) -> None:
    for arrangement, title in ARRANGEMENTS.items():
        rows = table[table["arrangement"] == arrangement]
        if set(rows["region"]) != set(menu.regions):
            continue
        found.presets.append(
            {
                "name": arrangement.replace(" ", "-"),
                "title": title,
                "description": "What the game found that governments choose, means over draws; "
                "each region spends 0.5 % of its value added.",
                "source": "smecluster game",
                "settings": {
                    "central": {"levers": {}},
                    "local": {
                        "levers": {},
                        "places": dict(_list_places(rows, menu)),
                        "start": START,
                        "ramp": LOCAL_RAMP,
                        "end": END,
                    },
                },
            }
        )


def _list_places(rows: pd.DataFrame, menu: Menu) -> Iterator[tuple[str, Mapping[str, float]]]:
    for region in menu.regions:
        own = rows[rows["region"] == region].set_index("lever")["share of value added"]
        yield region, {lever: float(own[lever]) for lever in menu.levers if own.get(lever, 0) > 0}


def _list_deciding(found: Published, table: pd.DataFrame, menu: Menu) -> None:
    turns = table.groupby("constant", sort=False).size().sort_values(ascending=False, kind="stable")
    found.deciding.extend({"name": str(name), "turns": int(count)} for name, count in turns.items())
