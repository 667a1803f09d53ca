"""What the page of the desk knows of a model: names, units, levers, draws, figures, sources.

The page holds no name of the model in its code. Whatever it shows or sets is listed here, so that
another region, or another model, needs no other page.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.nesting.netted_cases import arrange_cases
from smecluster.calibration.priors.table import build_priors
from smecluster.model.engine.run.branches import ForkedModel, can_fork
from smecluster.model.engine.run.portable import PortableModel, make_portable
from smecluster.model.errors import InputError
from smecluster.model.file.beliefs import read_reason
from smecluster.model.outcomes import OUTCOMES, Outcome, list_variables
from smecluster.model.presentation.formatting import colour_regions
from smecluster.policies.desk.causes import compile_causes
from smecluster.policies.desk.failures import describe_operations
from smecluster.policies.desk.presets import make_presets
from smecluster.policies.desk.published import Published
from smecluster.policies.desk.spent import measure_levers
from smecluster.policies.desk.strings import describe_unit
from smecluster.policies.lever_description import describe_lever
from smecluster.policies.levers import read_levers
from smecluster.policies.menu import CENTRAL_ACCOUNT, LOCAL_ACCOUNT, read_menu
from smecluster.policies.plan import START, carry_on, inputs_before

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import ArrayLike

    from smecluster.calibration.data.case import Case
    from smecluster.model import Model
    from smecluster.policies.menu import Menu
    from smecluster.policies.strategy import Strategy

#: Last years that can be counted to.
HORIZONS = (2030, 2040, 2050, 2060)
#: Accounts of the model, Myuan, that verdict and table read: the gain and the net benefit.
GAIN, BENEFIT = "Discounted value added", "Net national benefit account"
REST, DEBT, SIZE = "value added elsewhere", "Local public debt", "value added"


@dataclass(frozen=True)
class Sources:
    """What a desk is made from, besides the model.

    Attributes
    ----------
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    strategies : sequence of Strategy
        Offered as presets.
    cases : sequence of Case
        The regions' published figures.
    published : Published
        Starting points and constants from published tables.
    stamp : mapping of str to str
        Where it comes from.
    """

    draws: pd.DataFrame
    strategies: Sequence[Strategy]
    cases: Sequence[Case] = ()
    published: Published = field(default_factory=Published)
    stamp: Mapping[str, str] = field(default_factory=dict)


def collect_content(model: Model, sources: Sources, start: float = START) -> dict[str, Any]:
    """Collect what the page is given.

    Parameters
    ----------
    model : Model
        The model, with its calibrated values.
    sources : Sources
        Draws, strategies, published figures, stamp.
    start : float
        First year that policy can change.

    Returns
    -------
    dict
        What can be written as JSON; arrays of numbers are base64 of little-endian doubles.

    Raises
    ------
    InputError
        If the model has no levers, or its runs cannot be continued from a year.
    """
    menu = read_menu(model)
    if not menu.levers:
        raise InputError("this model has no levers: its desk has sliders for constants only")
    if not can_fork(model):
        raise InputError("runs of this model cannot be continued: it remembers its first year")
    outcomes = [one for one in OUTCOMES if one.name in model.variables]
    accounts = [LOCAL_ACCOUNT, CENTRAL_ACCOUNT]
    variables = [*dict.fromkeys([*list_variables(outcomes), *accounts])]
    portable = make_portable(ForkedModel(model.text, model.path), variables)
    draws = sources.draws
    assumptions = _list_assumptions(model)
    as_now = carry_on(menu, start).inputs
    spent = measure_levers(model, start)
    levers = [_describe_lever(model, menu, name) | spent[name] for name in menu.levers]
    governments = _describe_governments(menu)
    moved = _list_moved(as_now, governments, levers)
    twins, causes = compile_causes(model, outcomes, moved, [one["name"] for one in assumptions])
    wanted = [node for one in variables for node in model.program.outputs[one].cells.values()]
    return {
        "kernel": pack_kernel(portable),
        "states": [f"state {at}" for at in range(len(model.program.states))],
        "first": model.time.initial,
        "start": start,
        "horizons": [year for year in HORIZONS if year > start],
        "regions": [
            {"name": region, "colour": colour, "title": _find_title(region, sources.cases)}
            for region, colour in colour_regions(menu.regions).items()
        ],
        "outcomes": [_describe_outcome(model, one) for one in outcomes],
        "accounts": {
            "money": accounts,
            "gain": GAIN,
            "benefit": BENEFIT,
            "rest": REST,
            "debt": DEBT,
            "size": SIZE,
        },
        "levers": levers,
        "governments": governments,
        "before": inputs_before(menu, start),
        "asNow": as_now,
        "presets": [*make_presets(sources.strategies, model), *sources.published.presets],
        "causes": causes | {"kernel": pack_kernel(twins)},
        "failures": describe_operations(model.program, wanted),
        "draws": {
            "names": [str(name) for name in draws.columns],
            "values": encode_numbers(draws.to_numpy(dtype=float).T),
            "count": len(draws),
        },
        "assumptions": assumptions,
        "deciding": _match_deciding(sources.published, assumptions),
        "history": [*_list_figures(model, sources.cases)],
        "stamp": dict(sources.stamp),
    }


def load_cases(model: Model, folders: Sequence[Path] = ()) -> list[Case]:
    """Load the cases of a model's regions; a folder goes before a shipped case of its name.

    Parameters
    ----------
    model : Model
        The model.
    folders : sequence of Path
        Case folders of further regions.

    Returns
    -------
    list of Case
        In the order of the regions; a region without a case is left out.
    """
    cases = [load_case(name) for name in list_cases()] + [load_case(path) for path in folders]
    return arrange_cases(cases, model.regions)


def pack_kernel(portable: PortableModel) -> dict[str, Any]:
    """Write a compiled model as what can be written as JSON; the module is compressed (gzip)."""
    packed = gzip.compress(portable.module.content, mtime=0)
    return portable.describe() | {
        "module": base64.b64encode(packed).decode(),
        "defaults": encode_numbers(portable.defaults),
        "tables": {name: encode_numbers(part) for name, part in portable.tables.items()},
    }


def encode_numbers(values: ArrayLike) -> str:
    """Write numbers as base64 of little-endian doubles, in the order of the array."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode()


def _describe_outcome(model: Model, outcome: Outcome) -> dict[str, Any]:
    variable = model.variables[outcome.name]
    return {
        "name": outcome.name,
        "definition": variable.definition,
        "source": variable.source,
        "unit": describe_unit(variable.unit),
        "better": outcome.better,
        "weight": outcome.weight,
        "national": "Region" not in variable.dims,
        "onlyChanges": outcome.only_changes,
    }


def _list_moved(
    as_now: Mapping[str, float],
    governments: Mapping[str, Mapping[str, Sequence[str]]],
    levers: Sequence[Mapping[str, Any]],
) -> list[str]:
    """List every input that the sliders can set."""
    cells = [cell for level in governments.values() for part in level.values() for cell in part]
    cells += [cell for lever in levers for level in lever["inputs"].values() for cell in level]
    return list(dict.fromkeys([*as_now, *cells]))


def _match_deciding(
    published: Published, assumptions: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Keep the constants that the sliders of assumptions can move."""
    known = {one["name"] for one in assumptions}
    return [one for one in published.deciding if one["name"] in known]


def _describe_lever(model: Model, menu: Menu, name: str) -> dict[str, Any]:
    lever = next((one for one in read_levers() if one.name == name), None)
    described: dict[str, Any] = {
        "name": name,
        "inputs": {
            "central": [*menu.set_allocation(name, None, 0.0)],
            "local": [
                cell for place in menu.regions for cell in menu.set_allocation(name, place, 0)
            ],
        },
    }
    if lever is not None:
        evidence = describe_lever(lever, model.text).evidence
        described |= {
            "evidence": [
                {"name": one.name, "value": one.value, "unit": one.unit, "source": one.source}
                for one in evidence
            ],
            "description": lever.description,
            "feeds": lever.feeds,
            "paper": list(lever.paper),
            "task": lever.task,
            "most": lever.share[1],
            "source": lever.share_source,
        }
    return described


def _describe_governments(menu: Menu) -> dict[str, dict[str, list[str]]]:
    """Name the inputs that hold a level's share of value added, first year, ramp and end."""
    quantities = {
        "share": "programme share",
        "start": "programme start",
        "ramp": "programme ramp",
        "end": "programme end",
    }
    places: dict[str, Sequence[str | None]] = {"central": [None], "local": menu.regions}
    return {
        level: {
            called: [
                cell
                for place in governments
                for cell in menu.set_programme(quantity, place, 0.0)  # type: ignore[arg-type]
            ]
            for called, quantity in quantities.items()
        }
        for level, governments in places.items()
    }


def _list_assumptions(model: Model) -> list[dict[str, Any]]:
    """List the constants that are believed to lie in a range."""
    table = build_priors(model).table()
    rows = []
    for row in table.to_dict("records"):
        variable = model.variables[row["name"].partition("[")[0]]
        rows.append(
            {
                "name": row["name"],
                "unit": row["unit"],
                "value": row["value"],
                "low": row["prior low"],
                "high": row["prior high"],
                "log": row["scale"] == "log",
                "definition": variable.definition.partition("Believed 90 %:")[0].strip(),
                "reason": read_reason(variable),
            }
        )
    return rows


def _list_figures(model: Model, cases: Iterable[Case]) -> Iterable[dict[str, Any]]:
    """List the published figures that measure an outcome in its own unit."""
    names = {outcome.name for outcome in OUTCOMES}
    for case in cases:
        table = case.measurements()
        table = table[table["variable"].isin(names) & (table["compare"] != "scale")]
        for (variable, segment), part in table.groupby(["variable", "segment"], sort=False):
            yield {
                "region": case.place.name,
                "outcome": str(variable),
                "segment": str(segment),
                "source": "; ".join(dict.fromkeys(str(one) for one in part["source"])),
                "years": [float(year) for year in part["year"]],
                "values": [float(value) for value in part["value"]],
            }


def _find_title(region: str, cases: Iterable[Case]) -> str:
    return next((case.place.title for case in cases if case.place.name == region), region)
