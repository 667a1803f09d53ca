"""``smecluster check knockouts``: every mechanism of the paper cut, beside its committed size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders
from smecluster.scripts.shared.printing import note, print_json, print_table

if TYPE_CHECKING:
    from smecluster.model.checking.knockouts import Knockouts

EXAMPLES = (
    "smecluster check knockouts",
    'smecluster check knockouts --only "bank credit" --all',
    "smecluster check knockouts --out docs/mechanisms.md",
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
    from smecluster.model.errors import UnknownNameError
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.ledger import check_file

    if out is not None:
        check_file(out)
    mechanisms = load_mechanisms()
    chosen = [each for each in mechanisms if (only or "").casefold() in each.mechanism.casefold()]
    if not chosen:
        raise UnknownNameError("mechanism", only or "", [each.mechanism for each in mechanisms])
    model = load_calibrated([], from_ or [], calibration)
    note(say("cutting and doubling {count} mechanisms", count=len(chosen)))
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
    from smecluster.model.checking.knockouts_page import count_met, count_of, name_mechanism
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say

    print_table(
        [mark("section"), mark("mechanism"), "value added", mark("firms"), mark("met"), ""],
        [
            [
                row[0],
                name_mechanism(row[1]),
                say("{low} to {high}", low=f"{row[2]:.1f}", high=f"{row[3]:.1f}"),
                f"{row[4]:.1f}",
                count_of(row[6], row[5]),
                say("weightless") if row[7] else "",
            ]
            for row in result.summarise().itertuples(index=False)
        ],
        say("Change in % when cut: value added after 20 years, firms at most"),
    )
    met, judged, weightless = count_met(result)
    print(
        say(
            "{met} of {judged} expectations met; {weightless} of {count} mechanisms carry no "
            "weight",
            met=met,
            judged=judged,
            weightless=weightless,
            count=len(result.mechanisms),
        )
    )


def _print_all(result: Knockouts) -> None:
    from smecluster.model.checking.knockouts_page import name_mechanism
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say

    table = result.table()
    numbers = [str(name) for name in table.columns[5:]]
    heads = [_name_column(name) for name in numbers]
    print_table(
        [mark("mechanism"), mark("act"), mark("start"), "region", *heads],
        [
            [
                name_mechanism(row[0]),
                say.word(row[2]),
                row[3],
                row[4],
                *(f"{value:.1f}" for value in row[5:]),
            ]
            for row in table.itertuples(index=False)
        ],
        say("Change in % of the outcome without the knock-out"),
    )


def _name_column(column: str) -> str:
    """Name a column of changes: the outcome, and after how many years."""
    from smecluster.model.presentation.language.spoken import say

    outcome, _, years = column.removesuffix(" years (%)").partition(" after ")
    outcome = outcome.replace("Employment", "jobs")
    return say("{outcome} after {years}", outcome=say.word(outcome), years=years)
