"""``smecluster optimise``: the best use of a budget, checked on draws not used to choose."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.loading import describe_origin, draw_values, load_calibrated
from smecluster.model.support.files import check_writable
from smecluster.policies.comparison.study_inputs import fingerprint
from smecluster.scripts.shared.asked import StudyName, asked
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.optimisation.compute import BestUse

EXAMPLES = (
    "smecluster optimise",
    "smecluster optimise central local mixed --budget 3000000 --draws 32 --unseen 200",
    "smecluster optimise --study centre-or-place",
    "smecluster optimise local mine.toml --quantile 0.1 --single",
    "smecluster optimise self-development cultivation combination --last 2000",
)
_LONG_STEP = 0.125  # Year
_KEPT = "search"


def optimise(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Strategies by hand to beat, names or TOML files; they share their history, and "
            "the first one's cost is the budget. By default central, local and mixed.",
            show_default=False,
        ),
    ] = None,
    study: StudyName = None,
    budget: Annotated[
        float | None,
        typer.Option(help="Present value of the money, Myuan.", show_default=False),
    ] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws of the calibration to choose on.")] = 16,
    unseen: Annotated[
        int | None,
        typer.Option(min=1, help="Other draws to check on; by default 100.", show_default=False),
    ] = None,
    quantile: Annotated[
        float | None,
        typer.Option(
            help="Choose by this quantile over the draws from the bad end (0.1: good where it "
            "goes badly); by default by the mean.",
            show_default=False,
        ),
    ] = None,
    generations: Annotated[int, typer.Option(help="Generations of the search.")] = 40,
    population: Annotated[int, typer.Option(help="Ways in a generation.")] = 48,
    last: Annotated[float, typer.Option(help="Latest year to start in.")] = 2035,
    single: Annotated[
        bool, typer.Option("--single", help="Value added alone, without the other aims.")
    ] = False,
    shock: Annotated[
        str, typer.Option(help="Future whose loss is an aim: a name, or a TOML file.")
    ] = "demand",
    step: Annotated[float, typer.Option(help="Time step, Year.")] = _LONG_STEP,
    seed: Annotated[
        int | None, typer.Option(min=1, help="Of draws and search; by default 1.")
    ] = None,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[
        Path, typer.Option(help="Folder for the strategy, tables, figures and the page.")
    ] = Path("results/optimise"),
    restart: Annotated[
        bool, typer.Option("--restart", help="Drop what was kept of another search in this folder.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search for the best use of a budget; a search that was stopped goes on where it was."""
    from smecluster.model.support.checkpoints import drop
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load
    from smecluster.policies.futures import load as load_future
    from smecluster.policies.optimisation.compute import best_use
    from smecluster.policies.optimisation.search import Search
    from smecluster.policies.optimisation.text import answer

    check_writable(out)
    task = asked(
        study,
        strategies=strategies,
        draws=unseen,
        seed=seed,
        budget=budget,
        calibration=calibration,
        regions=region,
        unless=(("central", "local", "mixed"), 100),
    )
    written = [load(name) for name in task.strategies]
    shock_, folders = load_future(shock), from_ or []
    search = Search(generations, population, task.seed, quantile)
    model = load_calibrated(task.regions, folders, task.calibration)
    drawn = draw_values(task.calibration, draws + task.draws, task.seed, model.regions, folders)
    name = describe_origin(folders, task.calibration)
    identity = {
        "model": model.hash,
        "calibration": name,
        "draws": fingerprint(drawn.iloc[:draws]),
        "strategies": ", ".join(one.hash for one in written),
        "budget": str(task.budget),
        "last year": str(last),
        "shock": shock_.hash,
        "step": str(step),
    }
    if restart:
        drop(out / _KEPT)
    with progress("generations") as tell:
        found = best_use(
            model,
            written,
            drawn.iloc[:draws],
            drawn.iloc[draws:],
            search,
            budget=task.budget,
            last=last,
            shock=shock_,
            step=step,
            several=not single,
            folder=out / _KEPT,
            identity=identity,
            progress=tell,
        )
    origin = make_stamp(
        model.hash,
        strategies=", ".join(f"{one.name} {one.hash}" for one in written),
        calibration=name,
        seed=str(task.seed),
    )
    files = _write(found, out, origin, step, say=not json)
    record = {
        "stamp": origin,
        "answer": answer(found),
        "best use": found.best.model_dump(exclude_none=True),
    }
    finish(files, record if json else None)


def _write(found: BestUse, out: Path, origin: dict[str, str], step: float, say: bool) -> list[Path]:
    from smecluster.model.support.exports import write_figure, write_table
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.page import Section, render_page
    from smecluster.policies.optimisation.allocation import written
    from smecluster.policies.optimisation.compute import allocations, comparison
    from smecluster.policies.optimisation.figures import figures
    from smecluster.policies.optimisation.text import answer, basis

    said, rests = answer(found), basis(found, step)
    head = [*said[:1], *(f"{name}: {value}" for name, value in origin.items())]
    files = [write_atomic(out / f"{found.best.name}.toml", written(found.best, head))]
    files += [
        write_atomic(out / "front" / f"{one.name}.toml", written(one, head[1:]))
        for one in found.front
    ]
    compared, spent = comparison(found), allocations(found)
    files += write_table(compared, out, "comparison", origin)
    files += write_table(spent, out, "allocations", origin)
    if found.front:
        files += write_table(_front(found), out, "front", origin)
    if say:
        print_lines([*said, ""])
        _print(found)
        print_lines(["", *rests, "", f"smecluster run {files[0]}"])
        # Figures take longer to draw than the answer to read.
        sys.stdout.flush()
    pictures = {
        name: write_figure(figure, out, name, origin) for name, figure in figures(found).items()
    }
    sections = [
        Section(
            "What the money is spent on",
            said[2:4],
            [],
            [(_CAPTIONS["spending"], pictures["spending"])],
        ),
        Section(
            "Against the strategies by hand",
            rests[1:3],
            [("On unseen draws, at equal money", _short(found))],
            [(_CAPTIONS["lead"], pictures["lead"])],
        ),
        Section(
            "How it was found",
            [rests[0], *rests[3:]],
            [
                (
                    "Share of all the money by lever",
                    spent[~spent["strategy"].str.startswith("front-")],
                )
            ],
            [
                (_CAPTIONS[name], pictures[name])
                for name in ("search", "trade-offs")
                if name in pictures
            ],
        ),
    ]
    text = render_page("The best use of a budget", said, sections, origin)
    return [*files, *pictures.values(), write_atomic(out / "optimise.html", text)]


_CAPTIONS = {
    "spending": "Per cent of the money by lever",
    "lead": "What each strategy reaches with the same money, on unseen draws",
    "search": "How the search went",
    "trade-offs": "Value added against the other aims",
}


def _front(found: BestUse) -> pd.DataFrame:
    """Set a row a strategy of the front: its mean by every criterion on unseen draws."""
    names = [one.name for one in found.front]
    means = found.unseen[list(found.criteria)].sel(strategy=names).mean("draw")
    return means.to_dataframe().reset_index()


def _short(found: BestUse) -> pd.DataFrame:
    """Compare on unseen draws in units to be read, a criterion after the other."""
    import pandas as pd

    from smecluster.model.support.formatting import display_unit
    from smecluster.policies.optimisation.compute import comparison

    rows = []
    for row in comparison(found).to_dict("records"):
        unit, factor = display_unit(row["unit"])
        rows.append(
            {
                "criterion": row["criterion"],
                "strategy": row["strategy"],
                "unit": unit,
                "median": row["median"] * factor,
                "5 %": row["low"] * factor,
                "95 %": row["high"] * factor,
                "lead of best use": row["lead: median"] * factor,
                "lead 5 %": row["lead: low"] * factor,
                "lead 95 %": row["lead: high"] * factor,
                "best use is better in": _share_of_draws(row["best use is better"]),
            }
        )
    rows.sort(key=lambda row: found.criteria.index(row["criterion"]))
    return pd.DataFrame(rows)


def _share_of_draws(share: float) -> str:
    from smecluster.policies.prose import format_share

    return f"{format_share(share)} of the draws" if share == share else "-"


def _print(found: BestUse) -> None:
    from smecluster.model.support.formatting import Rounded

    compared = _short(found)
    print_table(
        [str(name) for name in compared],
        [
            [cell if isinstance(cell, str) else Rounded(cell) for cell in row]
            for row in compared.itertuples(index=False)
        ],
        f"On {found.unseen.sizes['draw']} unseen draws, at equal money",
    )
