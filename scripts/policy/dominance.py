"""``smecluster dominance``: which named loops dominate when, under each strategy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.calibration.loading import describe_origin, load_calibrated
from smecluster.model.support.files import check_writable
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress

EXAMPLES = (
    "smecluster dominance",
    "smecluster dominance end-all-policy local mixed --since 2000",
)


def dominance(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names or TOML files, the one to compare with first; by default end-all-policy, "
            "central and local.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[float, typer.Option(help="First year that counts.")] = 2025,
    step: Annotated[float, typer.Option(help="Time step, Year.")] = 0.125,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/dominance"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Follow the named loops through the runs of strategies (needs the extra 'loops')."""
    from smecluster.model.support.errors import InputError
    from smecluster.model.support.exports import write_figure, write_table
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.page import Section, render_page
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load
    from smecluster.policies.dominance.compute import answer, table
    from smecluster.policies.dominance.compute import dominance as followed
    from smecluster.policies.dominance.figures import dominance as drawn

    check_writable(out)
    chosen = [load(name) for name in strategies or ("end-all-policy", "central", "local")]
    model = load_calibrated(region or [], from_ or [], calibration)
    if not model.time.initial <= since <= model.time.final:
        raise InputError(
            f"--since {since:g} is not in {model.time.initial:g}..{model.time.final:g}"
        )
    with progress("strategies") as tell:
        shares = followed(model, chosen, step=step, progress=tell)
    origin = make_stamp(
        model.hash,
        strategies=", ".join(f"{one.name} {one.hash}" for one in chosen),
        calibration=describe_origin(from_ or [], calibration),
    )
    summed = table(shares, since)
    files = write_table(summed, out, "dominance", origin)
    yearly = shares.rename("share").to_dataframe().reset_index()
    files += write_table(yearly, out, "dominance-by-year", origin)
    said = answer(shares, chosen, since)
    wide = summed.pivot(index="loop", columns=["Region", "strategy"], values="share")
    wide = wide.loc[[str(loop) for loop in shares["loop"].values]]
    if not json:
        print_lines([*said, ""])
        print_table(
            ["loop", *(", ".join([str(part) for part in pair]) for pair in wide.columns.to_list())],
            [
                [str(row[0]), *(f"{100 * value:.1f}" for value in row[1:])]
                for row in wide.itertuples()
            ],
            f"Mean share since {since:g}, %; negative where the loop balances",
        )
    picture = write_figure(drawn(shares, chosen, since), out, "dominance", origin)
    rests = [
        "Every named loop is followed along one chain of influences, and its score is set against "
        "those of the other named loops of its region. Loops that the overview does not name, and "
        "what passes from region to region, are left out.",
        f"One run a strategy with a time step of 1/{1 / step:g} year and one set of values. "
        "Dominance tells what moves the model at a moment, not what would happen without the loop: "
        "'smecluster gains' cuts loops open.",
    ]
    sections = [
        Section("By year", [], [], [("Share of each named loop", picture)]),
        Section(
            f"On average since {since:g}",
            rests,
            [("Share of each named loop, %; negative where it balances", (100 * wide).round(1))],
        ),
    ]
    text = render_page("Which feedback loops dominate when", said, sections, origin)
    files += [picture, write_atomic(out / "dominance.html", text)]
    finish(files, {"stamp": origin, "answer": said} if json else None)
