"""``smecluster knockouts``: every mechanism of the paper cut, beside its committed size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.model.checking.knockouts import Knockouts

EXAMPLES = (
    "smecluster knockouts",
    'smecluster knockouts --only "bank credit" --all',
    "smecluster knockouts --out docs/mechanisms.md",
)


def knockouts(
    only: Annotated[
        str | None,
        typer.Option(help="Mechanisms whose name contains this.", show_default=False),
    ] = None,
    all: Annotated[
        bool, typer.Option("--all", help="Every start, region and outcome, cut and doubled.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write a page (Markdown) as well.", show_default=False)
    ] = None,
    calibration: CalibrationName = None,
    from_: Folders = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Cut and double every mechanism of the paper, and compare with sizes fixed beforehand."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model.checking.knockouts import load_mechanisms, run_knockouts
    from smecluster.model.checking.knockouts_page import write_page
    from smecluster.model.support.errors import UnknownNameError
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.ledger import check_file

    if out is not None:
        check_file(out)
    mechanisms = load_mechanisms()
    chosen = [each for each in mechanisms if (only or "").casefold() in each.mechanism.casefold()]
    if not chosen:
        raise UnknownNameError("mechanism", only or "", [each.mechanism for each in mechanisms])
    model = load_calibrated([], from_ or [], calibration)
    note(f"cutting and doubling {len(chosen)} mechanisms")
    result = run_knockouts(model, chosen)
    if out is not None:
        write_atomic(out, write_page(result, model.hash, describe_origin(from_ or [], calibration)))
    if json:
        summary = result.summarise().to_dict("records")
        print_json({"summary": summary, "changes": result.table().to_dict("records")})
        return
    if all:
        _print_all(result)
    else:
        _print_summary(result)
    if out is not None:
        print(out)


def _print_summary(result: Knockouts) -> None:
    from smecluster.model.checking.knockouts_page import count_met

    print_table(
        ["section", "mechanism", "value added", "firms", "met", ""],
        [
            [
                row[0],
                row[1],
                f"{row[2]:.1f} to {row[3]:.1f}",
                f"{row[4]:.1f}",
                f"{row[6]} of {row[5]}",
                "weightless" if row[7] else "",
            ]
            for row in result.summarise().itertuples(index=False)
        ],
        "Change in % when cut: value added after 20 years, firms at most",
    )
    met, judged, weightless = count_met(result)
    print(
        f"{met} of {judged} expectations met; {weightless} of {len(result.mechanisms)} mechanisms "
        "carry no weight"
    )


def _print_all(result: Knockouts) -> None:
    table = result.table()
    numbers = [str(name) for name in table.columns[5:]]
    heads = [name.replace(" years (%)", "").replace("Employment", "jobs") for name in numbers]
    print_table(
        ["mechanism", "act", "start", "region", *heads],
        [
            [row[0], row[2], row[3], row[4], *(f"{value:.1f}" for value in row[5:])]
            for row in table.itertuples(index=False)
        ],
        "Change in % of the outcome without the knock-out",
    )
