"""``smecluster compare``: strategies at equal programme money."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.loading import describe_origin, load_calibrated
from smecluster.model.settings import parse_settings
from smecluster.model.support.files import check_writable
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_json, print_table
from smecluster.scripts.shared.uncertainty import (
    Draws,
    Examined,
    Futures,
    Seed,
    StudyName,
    Workers,
    draw_all,
    examined,
    study_of,
    title_of,
    write_all,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model import Model
    from smecluster.policies.comparison.single import Comparison

EXAMPLES = (
    "smecluster compare central local",
    "smecluster compare central local mixed --out results/three",
    "smecluster compare self-development cultivation combination",
    "smecluster compare central mine.toml --budget 500000",
    "smecluster compare central local --baseline end-all-policy --json",
    "smecluster compare central local mixed --draws 500 --futures all --out results/uncertain",
    "smecluster compare --study centre-or-place",
)


def compare(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths of TOML files.", show_default=False),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Strategy to compare with; by default the history that the strategies share "
            "and no programme after it.",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        float | None,
        typer.Option(
            help="Year from which money and discounted sums count; by default the first in "
            "which the strategies can differ.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            help="Present value that each shall cost, Myuan; by default the first one's cost;"
            " where history is compared, what that costs.",
            show_default=False,
        ),
    ] = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="Do not scale budgets to equal cost.")
    ] = False,
    study: StudyName = None,
    draws: Draws = None,
    futures: Futures = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables and figures.")] = Path("results"),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    engine: Annotated[str, typer.Option(help="kernel, pysd or simlin.")] = "kernel",
    workers: Workers = None,
) -> None:
    """Compare strategies at equal programme money; with draws or futures, under uncertainty."""
    from smecluster.model.support.errors import InputError
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load
    from smecluster.policies.comparison.results_single import write_figures, write_tables
    from smecluster.policies.comparison.single import compare as compared

    if study is not None or draws is not None or futures:
        if as_written or engine != "kernel":
            raise InputError("draws and futures are run at equal cost on the kernel only")
        given = study_of(
            study,
            strategies,
            baseline=baseline,
            start=start,
            budget=budget,
            draws=draws,
            futures=futures,
            seed=seed,
            regions=region,
        )
        needed = draws is not None
        _tell(
            examined(given, calibration, from_ or [], set_ or [], out, workers, needed=needed),
            out,
            json,
        )
        return
    check_writable(out)
    if not strategies:
        raise InputError("name strategies to compare, or a study with --study")
    chosen = tuple(load(name) for name in strategies)
    model = load_calibrated(region or [], from_ or [], calibration)
    settings = parse_settings(model, set_ or [])
    comparison = compared(
        model,
        chosen,
        baseline=None if baseline is None else load(baseline),
        start=start,
        budget=budget,
        equal_cost=not as_written,
        settings=settings,
        engine=engine,
    )
    origin = make_stamp(
        model.hash,
        strategies=", ".join(f"{strategy.name} {strategy.hash}" for strategy in chosen),
        baseline=f"{comparison.baseline.name} {comparison.baseline.hash}",
        calibration=describe_origin(from_ or [], calibration),
        engine=engine,
    )
    files = write_tables(comparison, out, origin)
    if not json:
        _print_money(comparison)
        _print_outcomes(comparison)
        _print_recovery(comparison)
        # Figures take longer than all the runs: the reader has the tables by then.
        sys.stdout.flush()
    drawn = write_figures(comparison, out, origin)
    files += drawn.values()
    if not as_written and engine == "kernel":
        title = title_of(strategies)
        files.append(_page(comparison, model, settings, title, drawn, origin, out))
    if json:
        print_json(_record(comparison, origin, files))
        return
    finish(files)


def _page(
    comparison: Comparison,
    model: Model,
    settings: dict[str, float],
    title: str,
    drawn: dict[str, Path],
    origin: dict[str, str],
    out: Path,
) -> Path:
    """Write the page of a comparison by one set of values."""
    from smecluster.model.support.files import write_atomic
    from smecluster.policies.comparison.brief import compare_page
    from smecluster.policies.comparison.compute import examine

    found = examine(
        model,
        tuple(item.strategy for item in comparison.funded),
        baseline=comparison.baseline,
        start=comparison.start,
        settings=settings,
    )
    return write_atomic(out / "brief.html", compare_page(found, title, drawn, origin))


def _tell(done: Examined, out: Path, json: bool) -> None:
    """Write and print a comparison under uncertainty."""
    from smecluster.model.support.files import write_atomic
    from smecluster.policies.comparison.brief import compare_page, headlines
    from smecluster.policies.comparison.figures import figures
    from smecluster.policies.comparison.tables import tables
    from smecluster.policies.comparison.text import answer, basis

    found, said = done.found, answer(done.found)
    made = tables(found)
    files = write_all(made, out, done.origin)
    if not json:
        for question, reply in said.items():
            print(f"{question}\n  {reply}")
        print()
        small = headlines(found)
        print_table([str(name) for name in small], _cells(small))
        print("\n" + "\n".join(basis(found)))
        # Figures take longer to draw than the answer to read.
        sys.stdout.flush()
    drawn = draw_all(figures(found), out, done.origin)
    text = compare_page(found, done.study.title, drawn, done.origin)
    files += [*drawn.values(), write_atomic(out / "brief.html", text)]
    record = {
        "stamp": done.origin,
        "answer": said,
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, record if json else None)


def _cells(table: pd.DataFrame) -> list[list[object]]:
    from smecluster.model.support.formatting import Rounded

    return [
        [Rounded(cell) if isinstance(cell, float) else cell for cell in row]
        for row in table.itertuples(index=False)
    ]


def _print_money(comparison: Comparison) -> None:
    from smecluster.model.support.formatting import Rounded
    from smecluster.policies.comparison.results_single import money_table

    table = money_table(comparison)
    for name in table.columns.drop(["strategy", "factor", "gained per yuan"]):
        table[name] = table[name] / 1e3
    print_table(
        [str(name) for name in table],
        [
            [cell if isinstance(cell, str) else Rounded(cell) for cell in row]
            for row in table.itertuples(index=False)
        ],
        f"Programme money since {comparison.start:g}, bn yuan of 2010 in present value",
    )
    print()


def _print_outcomes(comparison: Comparison) -> None:
    from smecluster.model.support.formatting import Rounded, display_unit
    from smecluster.policies.headlines import HEADLINES

    names = [item.strategy.name for item in comparison.funded]
    rows: list[list[object]] = []
    blocks = dict(list(comparison.table.groupby(["outcome", "place"], sort=False)))
    for outcome, place in sorted(
        (key for key in blocks if key[0] in HEADLINES), key=lambda key: HEADLINES.index(key[0])
    ):
        cells = blocks[outcome, place].set_index("strategy").loc[names]
        unit, factor = display_unit(cells["unit"].iloc[0])
        rows.append(
            [
                outcome,
                place,
                unit,
                Rounded(cells["baseline"].iloc[0] * factor),
                *(Rounded(change * factor) for change in cells["change"]),
                *(Rounded(percent) for percent in cells["change in percent"]),
            ]
        )
    final = int(comparison.paths["time"].values[-1])
    changes = [f"{name}: change" for name in names] + [f"{name}: %" for name in names]
    print_table(
        ["outcome", "place", "unit", comparison.baseline.title.lower(), *changes],
        rows,
        f"Outcomes in {final} (discounted: sum since {comparison.start:g}), change against "
        f"{comparison.baseline.title.lower()}",
    )


def _print_recovery(comparison: Comparison) -> None:
    from smecluster.model.outcomes import PLACE
    from smecluster.model.support.formatting import Rounded
    from smecluster.policies.ensemble.recovery import LOSS, YEARS
    from smecluster.policies.futures import shocks

    names = [str(name) for name in comparison.recovery["strategy"].values]
    rows: list[list[object]] = []
    for shock in shocks():
        for place in comparison.recovery[PLACE].values:
            measured = comparison.recovery.sel({"shock": shock.name, PLACE: place})
            losses, years = (measured[name].values for name in (LOSS, YEARS))
            rows.append([shock.name, place, *map(Rounded, losses), *map(Rounded, years)])
    print()
    print_table(
        ["shock", "place", *(f"{name}: loss" for name in names)]
        + [f"{name}: years" for name in names],
        rows,
        "Value added lost to a shock (% of a year's) and years to recover (- not by the end)",
    )


def _record(comparison: Comparison, origin: dict[str, str], files: list[Path]) -> dict[str, object]:
    from smecluster.policies.comparison.results_single import long_table, money_table
    from smecluster.policies.ensemble.recovery import LOSS, YEARS

    return {
        "stamp": origin,
        "start": comparison.start,
        "baseline": comparison.baseline.name,
        "money": money_table(comparison).to_dict("records"),
        "outcomes": comparison.table.to_dict("records"),
        "spillovers": long_table(comparison.origins).to_dict("records"),
        "recovery": long_table(comparison.recovery[[LOSS, YEARS]]).to_dict("records"),
        "files": [str(path) for path in files],
    }
