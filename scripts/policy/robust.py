"""``smecluster robust``: which strategy holds up over futures and draws, and when each fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_table
from smecluster.scripts.shared.uncertainty import (
    Budget,
    Draws,
    Examined,
    Futures,
    Seed,
    Start,
    StudyName,
    Workers,
    draw_all,
    examined,
    study_of,
    write_all,
)

if TYPE_CHECKING:
    from smecluster.policies.robustness.compute import Robustness

EXAMPLES = (
    "smecluster robust central local mixed",
    "smecluster robust central local --draws 200 --futures demand,credit",
    "smecluster robust --study centre-or-place --out results/robust",
    "smecluster robust central local --outcome Employment --place Wenzhou",
)


def robust(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths of TOML files.", show_default=False),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    futures: Futures = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    outcome: Annotated[str, typer.Option(help="What regret is measured in.")] = (
        "Discounted value added"
    ),
    place: Annotated[str, typer.Option(help="Where: a region, or total.")] = "total",
    start: Start = None,
    budget: Budget = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/robust"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Judge strategies by regret, by what is good enough, and by where they fail."""
    from smecluster.policies.comparison.compute import looked_at
    from smecluster.policies.robustness.compute import check, robustness

    given = study_of(
        study,
        strategies,
        draws=draws,
        futures=futures,
        seed=seed,
        start=start,
        budget=budget,
        regions=region,
    )
    kept = looked_at(given.outcomes)
    done = examined(
        given,
        calibration,
        from_ or [],
        set_ or [],
        out,
        workers,
        needed=draws is not None,
        check=lambda model: check(
            given.need, outcome, place, outcomes=kept, regions=list(model.regions)
        ),
    )
    judged = robustness(done.found, given.need, outcome=outcome, place=place, seed=given.seed)
    _tell(done, judged, out, json)


def _tell(done: Examined, judged: Robustness, out: Path, json: bool) -> None:
    from smecluster.model.support.files import write_atomic
    from smecluster.policies.comparison.brief import robust_page
    from smecluster.policies.comparison.text import basis, robust_answer
    from smecluster.policies.robustness.figures import figures

    found, said = done.found, robust_answer(judged, done.found)
    made = {"regret": judged.regrets, "good-enough": judged.shares, "limits": judged.boxes}
    files = write_all(made, out, done.origin)
    if not json:
        print("\n".join([*said, ""]))
        _print_shares(judged)
        print("\n" + "\n".join(basis(found)))
        sys.stdout.flush()
    drawn = draw_all(figures(judged, found), out, done.origin)
    title = f"How sure is it? {done.study.title}"
    text = robust_page(judged, found, title, drawn, done.origin)
    files += [*drawn.values(), write_atomic(out / "brief.html", text)]
    record = {
        "stamp": done.origin,
        "answer": said,
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, record if json else None)


def _print_shares(judged: Robustness) -> None:
    from smecluster.policies.prose import format_share
    from smecluster.policies.robustness.compute import ENOUGH

    # One need: that it is met and that all are met is the same.
    table = judged.shares.drop(columns=[ENOUGH] * (len(judged.needs) == 1))
    rows = [
        [cell if isinstance(cell, str) else format_share(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]
    print_table([str(name) for name in table], rows, "Share of the worlds in which a need is met")
