"""``smecluster contributions``: what each lever of a strategy brings, and what they do together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.loading import describe_origin, draw_values, load_calibrated
from smecluster.model.support.files import check_writable
from smecluster.scripts.shared.asked import StudyName, asked
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.uncertainty import draw_all

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model
    from smecluster.policies import Strategy
    from smecluster.policies.contributions.compute import Contributions
    from smecluster.policies.ensemble.equal_cost import Funded

EXAMPLES = (
    "smecluster contributions local",
    "smecluster contributions local central mixed --draws 200",
    "smecluster contributions --study centre-or-place --draws 50",
    "smecluster contributions mine.toml --outcome Employment --region Wenzhou",
)
_LONG_STEP = 0.125  # Year; for many runs, its error is then looked at and told
_CHECKED = 2  # draws in which it is


def contributions(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths of TOML files.", show_default=False),
    ] = None,
    study: StudyName = None,
    outcome: Annotated[str, typer.Option(help="Outcome drawn as wedges.")] = "value added",
    draws: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Draws of the calibration; by default its best values alone.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=1, help="Of draws and orders; by default 1.")
    ] = None,
    pairs: Annotated[
        int, typer.Option(help="Pairs of orders drawn where there are more than 12 levers.")
    ] = 100,
    step: Annotated[
        float | None,
        typer.Option(
            help="Time step, Year; by default the model's own, and 1/8 with draws.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            help="Present value that each shall cost, Myuan; by default the first one's cost.",
            show_default=False,
        ),
    ] = None,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/contributions"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Share the effect of a strategy out among its levers."""
    import pandas as pd

    from smecluster.model.support.exports import write_table
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.page import Section, render_page
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.contributions.compute import contributions as shared_out
    from smecluster.policies.contributions.compute import pair_table, table
    from smecluster.policies.contributions.figures import figures
    from smecluster.policies.contributions.text import answer, basis

    check_writable(out)
    task = asked(
        study,
        strategies=strategies,
        draws=draws,
        seed=seed,
        budget=budget,
        calibration=calibration,
        regions=region,
    )
    folders = from_ or []
    model = load_calibrated(task.regions, folders, task.calibration)
    funded = _at_equal_cost(model, task.strategies, task.budget)
    chosen = [item.strategy for item in funded]
    drawn = None
    if task.draws:
        drawn = draw_values(task.calibration, task.draws, task.seed, model.regions, folders)
    own = float(model.time.step)
    used = step
    if used is None:
        used = own if drawn is None else _LONG_STEP
    origin = make_stamp(
        model.hash,
        strategies=", ".join(f"{strategy.name} {strategy.hash}" for strategy in chosen),
        calibration=describe_origin(folders, task.calibration),
        seed=str(task.seed),
    )
    found: list[Contributions] = []
    rests: list[list[str]] = []
    for item in funded:
        strategy = item.strategy
        with progress("runs") as tell:
            one = shared_out(
                model,
                strategy,
                drawn,
                names=[outcome],
                step=used,
                pairs=pairs,
                seed=task.seed,
                progress=tell,
            )
        error = _step_error(model, strategy, drawn, one, pairs, task.seed) if used != own else None
        found.append(one)
        checked = 1 if drawn is None else min(_CHECKED, len(drawn))
        rests.append(basis(one, used, error, checked, item.money))

    files = write_table(pd.concat(map(table, found)), out, "contributions", origin)
    files += write_table(pd.concat(map(pair_table, found)), out, "pairs", origin)
    sentences = {one.strategy.title: answer(one) for one in found}
    if not json:
        for said in sentences.values():
            print_lines([*said, ""])
        for one, rest in zip(found, rests, strict=True):
            _print(one)
            print_lines([*rest, ""])
        sys.stdout.flush()
    sections = []
    for one, rest in zip(found, rests, strict=True):
        pictures = draw_all(figures(one), out, origin)
        files += pictures.values()
        sections.append(
            Section(
                one.strategy.title,
                rest,
                [("What each lever brings, bn yuan in present value", _short(one))],
                [(_CAPTIONS[name.partition("-")[0]], path) for name, path in pictures.items()],
            )
        )
    whole = [line for said in sentences.values() for line in said]
    text = render_page("What each lever of a strategy brings", whole, sections, origin)
    files.append(write_atomic(out / "contributions.html", text))
    finish(files, {"stamp": origin, "answer": whole} if json else None)


_CAPTIONS = {
    "wedges": "Contribution of each lever by year",
    "levers": "Contribution of each lever in present value",
    "pairs": "Pairs of levers that help or replace one another",
}


def _at_equal_cost(model: Model, names: Sequence[str], budget: float | None) -> tuple[Funded, ...]:
    """Bring the strategies to the same cost; a single one stays as it is written."""
    from smecluster.model import simulate
    from smecluster.policies import load
    from smecluster.policies.ensemble.equal_cost import ACCOUNTS, as_written, equalise
    from smecluster.policies.timing import first_year

    strategies = tuple(load(name) for name in names)
    start = first_year(*strategies)

    def run(strategy: Strategy) -> xr.Dataset:
        found: xr.Dataset = simulate(model, strategy.inputs(model), outputs=ACCOUNTS)
        return found

    if len(strategies) == 1 and budget is None:
        return as_written(strategies, run, start)
    return equalise(strategies, run, start, budget)


def _step_error(
    model: Model,
    strategy: Strategy,
    drawn: pd.DataFrame | None,
    rough: Contributions,
    pairs: int,
    seed: int,
) -> float:
    from smecluster.policies.contributions.compute import contributions as shared_out
    from smecluster.policies.contributions.compute import step_error

    few = None if drawn is None else drawn.loc[list(rough.shares["draw"].values[:_CHECKED])]
    return step_error(rough, shared_out(model, strategy, few, pairs=pairs, seed=seed))


def _short(found: Contributions) -> pd.DataFrame:
    """Set a row a lever: its contribution, what it brings alone and as the last one."""
    from smecluster.model.outcomes import TOTAL
    from smecluster.model.support.formatting import display_unit
    from smecluster.policies.contributions.compute import ALONE, DISCOUNTED, LAST, ON_AVERAGE, table

    long = table(found)
    _, factor = display_unit("Myuan")
    end = long[
        (long["year"] == long["year"].max())
        & (long["place"] == TOTAL)
        & (long["outcome"] == DISCOUNTED)
    ]
    shares = end[end["measure"] == ON_AVERAGE].set_index("lever")
    other = end.pivot(index="lever", columns="measure", values="median")
    listed: pd.DataFrame = shares[["median", "low", "high"]].join(other[[ALONE, LAST]]) * factor
    listed.columns = ["contribution", "5 %", "95 %", "alone", "as the last one"]
    listed.index.name = "lever"
    if found.shares.sizes["draw"] == 1:
        listed = listed.drop(columns=["5 %", "95 %"])
    ordered: pd.DataFrame = listed.sort_values("contribution", ascending=False)
    return ordered


def _print(found: Contributions) -> None:
    from smecluster.model.support.formatting import Rounded

    listed = _short(found)
    print()
    print_table(
        ["lever", *map(str, listed.columns)],
        [
            [lever, *map(Rounded, row)]
            for lever, row in zip(listed.index, listed.values, strict=True)
        ],
        f"{found.strategy.title}: discounted value added of all regions, bn yuan",
    )
    print()
