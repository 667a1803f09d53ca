"""``smecluster run``: one strategy, by region and in total."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.choosing import describe_origin
from smecluster.calibration.loading import load_calibrated
from smecluster.model.engine.run.settings import override_inputs, parse_settings
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import note, print_json, print_table
from smecluster.scripts.shared.results import Results

if TYPE_CHECKING:
    import xarray as xr


EXAMPLES = (
    "smecluster run as-now",
    'smecluster run local --region Wenzhou --set "social discount rate=0.03"',
    "smecluster run central --out results/central",
    "smecluster run policies/strategies/mixed.toml --json",
)
_TABLE, _RUN = "outcomes", "run.nc"
_YEARS = (1980, 1990, 2000, 2010, 2020, 2030, 2040)


def run(
    strategy: Annotated[str, typer.Argument(help="Name of a strategy, or path of its TOML file.")],
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    calibration: CalibrationName = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for CSV and NetCDF.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    engine: Annotated[str, typer.Option(help="kernel, pysd or simlin.")] = "kernel",
) -> None:
    """Run one strategy."""
    from smecluster.model import simulate
    from smecluster.model.outcomes import collect_outcomes
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load
    from smecluster.policies.comparison.tables import list_outcomes
    from smecluster.policies.spans import check_spans, warn_spans
    from smecluster.policies.triggers import settle_triggers

    results = None if out is None else Results(out, plain=[_TABLE], files=[_RUN])
    if results is not None:
        results.check()
    chosen = load(strategy)
    model = load_calibrated(region or [], from_ or [], calibration)
    settings = parse_settings(model, set_ or [])
    plan = settle_triggers(model, chosen.plan(model), settings)
    result = simulate(model, override_inputs(model, plan.inputs, settings), engine=engine)
    beyond = check_spans(model, [plan], plan.start, settings)
    warn_spans(beyond)
    origin = make_stamp(
        model.hash,
        strategy=f"{chosen.name} {chosen.hash}",
        calibration=describe_origin(from_ or [], calibration),
        engine=engine,
    )
    if results is not None:
        for path in _write(result, results, origin):
            note(say("wrote {path}", path=path))
    outcomes = collect_outcomes(result)
    if json:
        warnings = [one.describe() for one in beyond]
        record = {"stamp": origin, "strategy": chosen.name, "warnings": warnings}
        print_json({**record, "outcomes": list_outcomes(outcomes).to_dict("records")})
        return
    years = [year for year in _YEARS if year in outcomes["time"].values]
    rows = _rows(outcomes, years)
    print_table(
        [mark("outcome"), mark("place"), mark("unit"), *map(str, years)],
        rows,
        say.name(chosen.title),
    )
    shown = {str(row[0]) for row in rows}
    if hidden := len(outcomes.data_vars) - len(shown):
        note(
            say(
                "{shown} outcomes shown; --json or --out has {hidden} more, and every year",
                shown=len(shown),
                hidden=hidden,
            )
        )


def _write(run: xr.Dataset, results: Results, origin: dict[str, str]) -> list[Path]:
    """Write every variable as NetCDF and the outcomes as a table."""
    from smecluster.model.outcomes import collect_outcomes
    from smecluster.model.support.files import replace_file
    from smecluster.policies.comparison.tables import list_outcomes

    table = list_outcomes(collect_outcomes(run))
    files = results.write_csv(_TABLE, table, origin, ["value"])
    place = results.place(_RUN)
    with replace_file(place) as temporary:
        run.assign_attrs(stamp=dumps(origin)).to_netcdf(temporary)
    return [*files, place]


def _rows(outcomes: xr.Dataset, years: list[int]) -> list[list[object]]:
    from smecluster.model.outcomes import PLACE, TOTAL, shows_only_changes
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.wording.headlines import HEADLINES

    rows: list[list[object]] = []
    for name in HEADLINES:
        if shows_only_changes(name):
            continue
        unit, factor = say.unit(outcomes[name].attrs.get("unit", ""))
        paths = outcomes[name].sel(time=years) * factor
        for place in paths[PLACE].values if PLACE in paths.dims else [TOTAL]:
            path = paths.sel({PLACE: place}) if PLACE in paths.dims else paths
            rows.append([name, place, unit, *(Rounded(value) for value in path.values)])
    return rows
