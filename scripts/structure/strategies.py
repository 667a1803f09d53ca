"""``smecluster strategies``: the strategies that there are, and every key that a file may hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_json, print_table

if TYPE_CHECKING:
    from smecluster.policies.strategy import Programme, Strategy

EXAMPLES = (
    "smecluster strategies",
    "smecluster strategies --keys",
    "smecluster strategies --page docs/strategies.md",
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
        ["strategy", "title", "regions", "centre", "policy as now"],
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
        "Strategies; comparisons make their money equal",
    )


def _describe(programme: Programme | None) -> str:
    """Say in a few words what a government's programme is."""
    if programme is None:
        return "-"
    money = (
        f"{programme.amount:,.0f} Myuan"
        if programme.share is None
        else f"{100 * programme.share:g} %"
    )
    begin = (
        f"at {programme.trigger:g} times the mass"
        if programme.start is None
        else f"from {programme.start:g}"
    )
    return f"{money} a year {begin}"


def _describe_history(strategy: Strategy) -> str:
    from smecluster.policies.plan import LAST_YEAR

    return "goes on" if strategy.until > LAST_YEAR else f"to {strategy.until:g}"


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
    command = f"smecluster strategies --page docs/{page.path.name}"
    text = write_page(model, command, origin, page.table.name)
    files = page.write(text, table, stamp)
    finish(files, {"stamp": stamp, "keys": table.to_dict("records")} if json else None)
