"""``smecluster levers``: what a government can spend on, and what a yuan on it brings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.vensim.document import SHIPPED
from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, note, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smecluster.policies.levers import Lever
    from smecluster.policies.returns.compute import LeverReturns

EXAMPLES = (
    "smecluster levers",
    "smecluster levers --level central",
    'smecluster levers "talent training" --json',
    "smecluster levers --returns --out docs/returns.md",
    "smecluster levers --returns --from my-region",
)


def levers(
    name: Annotated[str | None, typer.Argument(help="Only this lever.", show_default=False)] = None,
    level: Annotated[
        str | None,
        typer.Option(
            help="Only those that the paper gives to this level, local or central; with --returns "
            "what this level's money brings.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        Path, typer.Option(help="With --returns: another Vensim model.", show_default=False)
    ] = SHIPPED,
    returns: Annotated[
        bool, typer.Option("--returns", help="What a yuan on each lever brings (some seconds).")
    ] = False,
    calibration: CalibrationName = None,
    from_: Folders = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="With --returns: write a page (Markdown), and the table (CSV) beside it.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the policy levers, which either level can run, or what a yuan on each of them brings."""
    from smecluster.model.support.errors import InputError, UnknownNameError
    from smecluster.policies.levers import find_lever, read_levers
    from smecluster.policies.menu import LEVELS

    chosen_level = next((known for known in LEVELS if known == level), None)
    if level is not None and chosen_level is None:
        raise UnknownNameError("level", level, LEVELS)
    if returns:
        _write_returns(name, chosen_level, model, calibration, from_ or [], out, json)
        return
    if out is not None or calibration is not None or from_ or model != SHIPPED:
        raise InputError("--out, --calibration, --from and --model belong to --returns")
    chosen = read_levers(chosen_level) if name is None else (find_lever(name),)
    if name is not None and chosen_level not in (None, *chosen[0].given_to):
        raise InputError(
            f"the paper does not give {name!r} to the {chosen_level} level, though it can run it: "
            "leave out --level"
        )
    if json:
        print_json([lever.model_dump() for lever in chosen])
    elif sys.stdout.isatty():
        _print_for_people(chosen)
    else:
        print_table(
            ["lever", "task of", "paper", "feeds", "share a year", "of", "what the money buys"],
            [
                [
                    lever.name,
                    lever.task,
                    ", ".join(lever.paper),
                    lever.feeds,
                    f"{lever.share[0]:g} to {lever.share[1]:g}",
                    lever.cost_basis,
                    lever.description,
                ]
                for lever in chosen
            ],
        )


def _write_returns(
    name: str | None,
    level: str | None,
    path: Path,
    calibration: str | None,
    folders: Sequence[Path],
    out: Path | None,
    json: bool,
) -> None:
    """Compute returns; print them, and write the page and the table where that is asked for."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_model
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.returns.compute import LeverReturns, compute_returns
    from smecluster.policies.returns.page import write_page

    files: list[Path] = []
    page = None if out is None else Page(out, "--out")
    whole = load_model(None if path == SHIPPED else path, cases=folders, calibration=calibration)
    origin = (
        describe_origin(folders, calibration) if path == SHIPPED else "those of the model's file"
    )
    note("running every lever at both levels, in each region and in all")
    found = compute_returns(whole, () if name is None else (name,))
    if level is not None:
        found = LeverReturns(found.table[found.table["level"] == level].reset_index(drop=True))
    stamp = make_stamp(whole.hash, calibration=origin)
    if page is not None:
        text = write_page(found, whole.hash, origin, page.table.name)
        files = page.write(text, found.table, stamp)
    if json:
        print_json({"stamp": stamp, "returns": found.table.to_dict("records")})
        return
    _print_returns(found)
    finish(files)


def _print_returns(found: LeverReturns) -> None:
    from smecluster.policies.returns.compute import LEAST, MOST, NET, OWN, REGIONS
    from smecluster.policies.returns.page import format_return

    print_table(
        ["lever", "level", "place", "share %", "there", "regions", "net", "published", ""],
        [
            [
                row["lever"],
                row["level"],
                row["place"],
                f"{100 * row['share']:g}",
                *(format_return(row[column]) for column in (OWN, REGIONS, NET)),
                row["published"],
                row["flag"],
            ]
            for row in found.table.to_dict("records")
        ],
        "What a yuan of additional money brings",
        "Yuan a yuan to 2060, discounted. There, regions: value added of the place, and of all "
        f"regions. Net: net national benefit. Above {MOST:g} or below {LEAST:g}: to be explained.",
    )


def _print_for_people(chosen: Sequence[Lever]) -> None:
    """Print a table narrow enough for 80 columns."""
    print_table(
        ["lever", "paper", "task of", "feeds", "up to %"],
        [
            [
                lever.name,
                ", ".join(lever.paper),
                lever.task,
                lever.feeds,
                f"{100 * lever.share[1]:g}",
            ]
            for lever in chosen
        ],
        f"Either level can run each; money a year in % of the {chosen[0].cost_basis}",
    )
    print()
    print("Sections, tasks: Qu Li (2020). One lever in full, with its path to value added:")
    print(f'  smecluster describe "{chosen[0].name}"')
