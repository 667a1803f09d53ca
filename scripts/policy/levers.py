"""``smecluster list levers``: what a government can spend on, and what a yuan on it brings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.file.model import SHIPPED
from smecluster.model.presentation.language.catalogue import mark
from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, note, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smecluster.policies.levers import Lever
    from smecluster.policies.returns.compute import LeverReturns

EXAMPLES = (
    "smecluster list levers",
    "smecluster list levers --level central",
    'smecluster list levers "talent training" --json',
    "smecluster list levers --returns --out docs/returns.md",
    "smecluster list levers --returns --from my-region",
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
    from smecluster.model.errors import InputError, UnknownNameError
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
        _print_whole(chosen)


def _print_whole(chosen: Sequence[Lever]) -> None:
    """Print all that is known of levers, for a file or another program."""
    from smecluster.model.presentation.language.spoken import say

    print_table(
        [
            mark("lever"),
            mark("task of"),
            mark("paper"),
            mark("feeds"),
            mark("share a year"),
            mark("of"),
            mark("what the money buys"),
        ],
        [
            [
                lever.name,
                say(lever.task),
                ", ".join(lever.paper),
                lever.feeds,
                say("{low} to {high}", low=f"{lever.share[0]:g}", high=f"{lever.share[1]:g}"),
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
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.returns.compute import LeverReturns, compute_returns
    from smecluster.policies.returns.page import write_page

    files: list[Path] = []
    page = None if out is None else Page(out, "--out")
    whole = load_model(None if path == SHIPPED else path, cases=folders, calibration=calibration)
    origin = mark("those of the model's file")
    if path == SHIPPED:
        origin = describe_origin(folders, calibration)
    note(say("running every lever at both levels, in each region and in all"))
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
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.returns.compute import LEAST, MOST, NET, OWN, REGIONS
    from smecluster.policies.returns.page import format_return, speak_flags, speak_span

    print_table(
        [
            mark("lever"),
            mark("level"),
            mark("place"),
            mark("share %"),
            mark("there"),
            say("regions"),
            mark("net"),
            mark("published"),
            "",
        ],
        [
            [
                row["lever"],
                row["level"],
                row["place"],
                f"{100 * row['share']:g}",
                *(format_return(row[column]) for column in (OWN, REGIONS, NET)),
                speak_span(row["published"]),
                speak_flags(row["flag"]),
            ]
            for row in found.table.to_dict("records")
        ],
        say("What a yuan of additional money brings"),
        say(
            "Yuan a yuan to 2060, discounted. There, regions: value added of the place, and of all "
            "regions. Net: net national benefit. Above {most} or below {least}: to be explained.",
            most=f"{MOST:g}",
            least=f"{LEAST:g}",
        ),
    )


def _print_for_people(chosen: Sequence[Lever]) -> None:
    """Print a table narrow enough for 80 columns."""
    from smecluster.model.presentation.language.spoken import say

    print_table(
        [mark("lever"), mark("paper"), mark("task of"), mark("feeds"), mark("up to %")],
        [
            [
                lever.name,
                ", ".join(lever.paper),
                say(lever.task),
                lever.feeds,
                f"{100 * lever.share[1]:g}",
            ]
            for lever in chosen
        ],
        say(
            "Either level can run each; money a year in % of the {basis}",
            basis=say.name(chosen[0].cost_basis),
        ),
    )
    print()
    print(say("Sections, tasks: Qu Li (2020). One lever in full, with its path to value added:"))
    print(f'  smecluster describe "{chosen[0].name}"')
