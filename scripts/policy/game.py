"""``smecluster game``: what regions, coordinated regions, a planner and a centre choose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.pages import Page
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import Seed, Workers

if TYPE_CHECKING:
    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.game.result import GameResult

EXAMPLES = (
    "smecluster game",
    "smecluster game --aim growth --aim welfare --draws 20",
    "smecluster game --free-money --information none",
    "smecluster game --centre --leader-draws 10",
    "smecluster game --synthetic 30 --out results/coordination",
    "smecluster game --parts 10 --free-money --information none --draws 0 --starts 1",
    "smecluster game --draws 100 --unseen 400 --centre --page docs/game.md",
)
_BY_HAND = ("local", "central", "mixed")
_DRAWS, _UNSEEN = 50, 100
_STEP = 0.125  # Year, of the search
_KEPT = "play"
_TABLES = (
    "arrangements",
    "decomposition",
    "mixes",
    "equilibria",
    "reactions",
    "unseen",
    "centre",
    "published",
)
_FIGURES = ("worth", "spending")


def game(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Strategies written by hand to hold against the planner, names or TOML files; by "
            "default local, central and mixed. Play begins from the first one's local mix.",
            show_default=False,
        ),
    ] = None,
    money: Annotated[
        str,
        typer.Option(help="What each government spends a year, as a share of its value added."),
    ] = "0.5%",
    free_money: Annotated[
        bool,
        typer.Option("--free-money", help="Let each choose its money too, within its debt limit."),
    ] = False,
    aim: Annotated[
        list[str] | None,
        typer.Option(
            help="Aim of the regions: growth, revenue or welfare; repeatable; by default all.",
            show_default=False,
        ),
    ] = None,
    information: Annotated[
        str,
        typer.Option(
            help="What regions act on: signals (their statistics), none (what all believe), or "
            "full (the draw itself: a bound)."
        ),
    ] = "signals",
    centre: Annotated[
        bool, typer.Option("--centre", help="Let the centre play too: at once, and first.")
    ] = False,
    leader_draws: Annotated[
        int, typer.Option(min=1, help="Draws on which the centre goes first.")
    ] = 10,
    draws: Annotated[
        int,
        typer.Option(min=0, help="Draws of the calibration to play on; 0 for its best fit alone."),
    ] = _DRAWS,
    unseen: Annotated[
        int, typer.Option(min=0, help="Unseen draws to check the planner on; 0 for none.")
    ] = _UNSEEN,
    starts: Annotated[int, typer.Option(help="Profiles from which play begins.")] = 3,
    parts: Annotated[
        int,
        typer.Option(
            help="As how many equal parts each region plays: 10 makes thirty regions, which are "
            "held against studies of coordination."
        ),
    ] = 1,
    synthetic: Annotated[
        int | None,
        typer.Option(
            help="Play the levers of rivalry alone, money free, on so many regions made from the "
            "shipped ones by rules (30 as in studies of coordination), beside published sizes.",
            show_default=False,
        ),
    ] = None,
    horizon: Annotated[float, typer.Option(help="Last year that counts.")] = 2040,
    prize: Annotated[
        float,
        typer.Option(
            help="What a per cent of relative growth is worth, in per cent of value added over the "
            "years to which it counts."
        ),
    ] = 1.0,
    step: Annotated[
        float | None,
        typer.Option(
            help=f"Time step of the search, Year; {_STEP:g}, twice that with --synthetic.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables and figures.")] = Path(
        "results/game"
    ),
    page: Annotated[
        Path | None,
        typer.Option(
            help="Write a page (Markdown) too, and what all spend (CSV) beside it.",
            show_default=False,
        ),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Drop a different game kept in this folder.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Play the game of governments; a game that was stopped resumes."""
    from dataclasses import replace

    import pandas as pd

    from smecluster.model.support.checkpoints import drop
    from smecluster.policies.comparison.study_inputs import fingerprint, load_inputs
    from smecluster.policies.game.aims import AIMS
    from smecluster.policies.game.compute import play_game
    from smecluster.policies.game.coordination.parts import split_draws, split_regions
    from smecluster.policies.game.setup import check_model, make_setup
    from smecluster.policies.study import combine_study

    if synthetic is not None:
        alone = centre or free_money or parts > 1 or bool(aim) or bool(strategies)
        _refuse_beside_synthetic(alone)
        from smecluster.scripts.answer.coordination import play_synthetic

        given = combine_study(
            None,
            list(_BY_HAND[:1]),
            draws=0,
            seed=seed,
            futures=("base",),
            regions=tuple(region) if region else None,
        )
        play_synthetic(
            load_inputs(given, calibration=calibration, folders=from_ or [], settings=set_ or []),
            synthetic,
            horizon=horizon,
            prize=prize,
            step=2 * _STEP if step is None else step,
            out=out,
            page=page,
            restart=restart,
            json=json,
            workers=workers,
        )
        return
    step = _STEP if step is None else step
    results = Results(out, tables=_TABLES, figures=_FIGURES)
    results.check()
    written = None if page is None else Page(page, "--page")
    given = combine_study(
        None,
        strategies or list(_BY_HAND),
        draws=draws + unseen if draws else 0,
        seed=seed,
        futures=("base",),
        regions=tuple(region) if region else None,
    )
    setup = make_setup(
        money,
        free=free_money,
        aims=tuple(dict.fromkeys(aim)) if aim else AIMS,
        information=information,
        start=given.start,
        horizon=horizon,
        prize=prize,
        starts=starts,
        seed=given.seed,
        centre=centre,
        leader_draws=leader_draws,
        parts=parts,
    )
    inputs = load_inputs(given, calibration=calibration, folders=from_ or [], settings=set_ or [])
    drawn = pd.DataFrame(index=["model"]) if inputs.draws is None else inputs.draws
    model, table = split_regions(inputs.model, parts), split_draws(inputs.model, drawn, parts)
    chosen = table.iloc[: max(draws, 1)]
    check_model(model, chosen, setup)
    identity = {
        "model": model.hash,
        "calibration": inputs.stamp()["calibration"],
        "draws": fingerprint(chosen),
        "strategies": ", ".join(one.hash for one in inputs.strategies),
        # Whether the centre plays changes nothing in the parts without it.
        "game": repr(replace(setup, centre=False, leader_draws=0)),
        "step": str(step),
        "settings": repr(inputs.settings),
    }
    if restart:
        drop(out / _KEPT)
    with progress("runs", open_ended=True) as report:
        result = play_game(
            model,
            inputs.strategies,
            chosen,
            setup,
            unseen=table.iloc[draws:] if draws and unseen else None,
            settings=inputs.settings,
            step=step,
            workers=workers,
            folder=out / _KEPT,
            identity=identity,
            progress=report,
        )
    _report(inputs, result, results, written, json)


def _refuse_beside_synthetic(asked: bool) -> None:
    """Refuse options that say nothing of synthetic regions."""
    from smecluster.model.errors import InputError

    if asked:
        raise InputError(
            "--synthetic plays growth and welfare on the levers of rivalry with free money: leave "
            "out strategies, --aim, --centre, --free-money and --parts"
        )


def _report(
    inputs: StudyInputs, result: GameResult, results: Results, page: Page | None, json: bool
) -> None:
    """Print and write what came out."""
    from smecluster.model.presentation.formatting import Rounded, display_unit
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.game.arrangements import speak_name
    from smecluster.policies.game.coordination.published import compare_studies
    from smecluster.policies.game.page import write_page

    stamp = inputs.stamp(game=repr(result.setup))
    tables = result.tables()
    if result.setup.parts > 1 and {"growth", "welfare"} <= set(result.setup.aims):
        tables["published"] = compare_studies(result)
    files = results.write_tables(tables, stamp)
    if not json:
        print_lines([*result.answer(), ""])
        unit, factor = say.unit("Myuan")
        shown, scale = display_unit("Myuan")
        columns = list(tables["arrangements"].columns)
        others = [
            columns.index(f"{name} [{shown}]")
            for name in ("rest of China", "value added of the regions")
        ]
        rows = []
        for row in tables["arrangements"].itertuples(index=False):
            mean, low, high, *rest = (
                Rounded(row[at] * (factor / scale)) for at in (1, 2, 3, *others)
            )
            rows.append(
                [speak_name(row[0]), mean, say("{low} to {high}", low=low, high=high), *rest]
            )
        print_table(
            [
                unit,
                mark("the nation"),
                mark("90 % interval"),
                mark("rest of China"),
                mark("regions' value added"),
            ],
            rows,
        )
        if "published" in tables:
            print()
            print_table(
                [
                    mark("study"),
                    mark("published"),
                    mark("range"),
                    mark("model"),
                    mark("within"),
                ],
                [
                    [
                        row["study"],
                        Rounded(row["published"]),
                        say("{low} to {high}", low=Rounded(row["low"]), high=Rounded(row["high"])),
                        Rounded(row["model"]),
                        say("yes") if row["within"] else say("no"),
                    ]
                    for row in tables["published"].to_dict("records")
                ],
            )
        print_lines(["", *result.basis()])
    files += list(results.draw(result.figures(), stamp).values())
    if page is not None:
        command = stamp["command"]
        text = write_page(result, command, inputs.model.hash, stamp["calibration"], page.table.name)
        files += page.write(text, tables["mixes"], stamp)
    record = {
        "stamp": stamp,
        "answer": result.answer(),
        "basis": result.basis(),
        "runs": result.runs,
        **{name: table.to_dict("records") for name, table in tables.items() if name != "mixes"},
    }
    finish(files, record if json else None)
