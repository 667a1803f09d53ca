"""``list strategies``: the strategies that there are, and every key that a file may hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_json, print_table

if TYPE_CHECKING:
    from smecluster.policies.strategy import Programme, Strategy

EXAMPLES = (
    "smecluster list strategies",
    "smecluster list strategies --keys",
    "smecluster list strategies --page docs/strategies.md",
)


def strategies(
    keys: Annotated[
        bool, typer.Option("--keys", help="List every key that a strategy's file may hold.")
    ] = False,
    page: Annotated[
        Path | None,
        typer.Option(
            help="Write the reference of strategy files (Markdown), and its keys (CSV) beside it.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the strategies that other commands take by name."""
    if page is not None:
        _write_reference(Page(page, "--page"), json)
    elif keys:
        _print_keys(json)
    else:
        _print_strategies(json)


def _print_strategies(json: bool) -> None:
    from smecluster.policies.strategy import load, names

    known = [load(name) for name in names()]
    if json:
        print_json([one.model_dump(exclude_none=True) for one in known])
        return
    print_table(
        [
            *("strategy", mark("title"), mark("regions"), mark("centre")),
            mark("policy as now"),
        ],
        [
            [
                one.name,
                one.title,
                _describe(one.local),
                _describe(one.central),
                _describe_history(one),
            ]
            for one in known
        ],
        say("Strategies; comparisons make their money equal"),
    )


def _describe(programme: Programme | None) -> str:
    """Say in a few words what a government's programme is."""
    if programme is None:
        return "-"
    if programme.share is None:
        unit, factor = ("Myuan", 1.0) if say.english else say.unit("Myuan")
        amount = f"{(programme.amount or 0.0) * factor:,.0f}"
        money = say("{amount} {unit}", amount=amount, unit=unit)
    else:
        money = f"{100 * programme.share:g} %"
    if programme.start is None:
        times = f"{programme.trigger:g}"
        return say("{money} a year at {times} times the mass", money=money, times=times)
    return say("{money} a year from {start}", money=money, start=f"{programme.start:g}")


def _describe_history(strategy: Strategy) -> str:
    from smecluster.policies.plan import LAST_YEAR

    if strategy.until > LAST_YEAR:
        return say("goes on")
    return say("to {year}", year=f"{strategy.until:g}")


def _print_keys(json: bool) -> None:
    from smecluster.calibration.loading import load_model
    from smecluster.policies.reference.page import tabulate_keys

    table = tabulate_keys(load_model())
    if json:
        print_json(table.to_dict("records"))
        return
    shown = table.drop(columns=["type", "example"])
    shown["table"] = [f"[{name}]" if name else "" for name in shown["table"]]
    print_table(list(map(str, shown)), shown.values.tolist(), "Keys of a strategy's file")


def _write_reference(page: Page, json: bool) -> None:
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_model
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.reference.page import tabulate_keys, write_page

    model, origin = load_model(), describe_origin([])
    stamp = make_stamp(model.hash, calibration=origin)
    table = tabulate_keys(model)
    command = f"smecluster list strategies --page docs/{page.path.name}"
    text = write_page(model, command, origin, page.table.name)
    files = page.write(text, table, stamp)
    finish(files, {"stamp": stamp, "keys": table.to_dict("records")} if json else None)
