"""``smecluster map``: which strategy is ahead at which money, to which year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.answer.answering import load_question, report_answer
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Baseline,
    Draws,
    Seed,
    Start,
    StudyName,
    Workers,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.documents.page import Section
    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.money_map.result import MoneyMap

EXAMPLES = (
    "smecluster map",
    "smecluster map central local mixed --draws 100 --out results/three-maps",
    "smecluster map mine.toml local --budget 0.2% --budget '1000 bn' --horizon 2040",
    "smecluster map --json",
)
_STRATEGIES = ("central", "local")
_DRAWS = 200
_PAGE = "map.html"


def map(  # the command's name; this file needs no other map
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Two or more: names, or paths of TOML files; by default central and local.",
            show_default=False,
        ),
    ] = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            help="Additional money of each strategy; repeat for several; by default eight, from "
            "0.05% to 3% of the regions' value added.",
            show_default=False,
        ),
    ] = None,
    horizon: Annotated[
        list[int] | None,
        typer.Option(
            help="Last year whose benefits and costs count; repeat for several; by default 2030, "
            "2040, 2050 and 2060.",
            show_default=False,
        ),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/map"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Map who is ahead by money and horizon, and where it stops paying; 200 draws by default."""
    from smecluster.policies.comparison.study_inputs import fingerprint
    from smecluster.policies.comparison.study_run import keep_runs
    from smecluster.policies.money_map.compute import BUDGETS, HORIZONS, draw_map
    from smecluster.policies.money_map.figures import FIGURES
    from smecluster.policies.money_map.tables import TABLES

    results = Results(out, tables=TABLES, figures=FIGURES, vectors=FIGURES, files=[_PAGE])
    results.check()
    named = strategies or (list(_STRATEGIES) if study is None else None)
    inputs = load_question(
        named,
        _DRAWS,
        study=study,
        draws=draws,
        regions=region,
        calibration=calibration,
        folders=from_,
        settings=set_,
        baseline=baseline,
        start=start,
        seed=seed,
    )
    given = inputs.study
    asked = tuple(budget or BUDGETS), tuple(horizon or HORIZONS)
    identity = {
        "map": "1",
        "model": inputs.model.hash,
        "draws": fingerprint(inputs.draws),
        "strategies": " ".join(one.hash for one in (inputs.baseline, *inputs.strategies)),
        "settings": repr((inputs.settings, given.start, asked)),
    }
    with keep_runs(out, identity) as checkpoints, progress("runs") as report:
        found = draw_map(
            inputs.model,
            inputs.strategies,
            inputs.draws,
            *asked,
            baseline=inputs.baseline,
            start=given.start,
            settings=inputs.settings,
            workers=workers,
            checkpoints=checkpoints,
            progress=report,
        )
    _report(inputs, found, results, json)


def _report(inputs: StudyInputs, found: MoneyMap, results: Results, json: bool) -> None:
    """Print and write the map."""
    from smecluster.model.presentation.documents.page import Section
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.money_map.figures import FIGURE

    unit, _ = say.unit("Myuan")
    small, limits = shorten(found, found.tables()["map"]), list_limits(found)

    def lay_out(pictures: Mapping[str, Path]) -> list[Section]:
        return [
            Section(
                say("The map"),
                [
                    say(
                        "Net national benefit is what anybody in the country gains less what it "
                        "costs anybody in it (docs/accounts.md). Each cell: who is ahead, by how "
                        "many {unit} in present value (median), in how many of the draws. No gain: "
                        "even the first is worth nothing or less to the nation.",
                        unit=unit,
                    )
                ],
                [(say("By net national benefit"), small)],
                [(say("Who is ahead by money and horizon"), pictures[FIGURE])],
            ),
            Section(
                say("Where it stops paying"),
                [
                    say(
                        "Up to which additional money the median net national benefit is above "
                        "zero."
                    )
                ],
                [(say("Limits, % of the regions' value added"), limits)],
            ),
        ]

    report_answer(
        found,
        results,
        inputs.stamp(runs=f"{found.runs}"),
        say(
            "{strategies}: by money and horizon",
            strategies=(
                " or ".join(found.names)
                if say.english
                else say.join([say.name(name) for name in found.names])
            ),
        ),
        _PAGE,
        {
            say("By net national benefit: who is ahead, lead, draws"): small,
            say("Where each stops paying"): limits,
        },
        lay_out,
        json=json,
    )


def shorten(found: MoneyMap, table: pd.DataFrame) -> pd.DataFrame:
    """Lay the map out by money and horizon, by net national benefit."""
    import pandas as pd

    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.wording.prose import format_number

    _, factor = say.unit("Myuan")
    own = table[table["judged by"] == "net national benefit"]
    rows = []
    for share, here in own.groupby("share of value added [%]", sort=True):
        row = {mark("money"): f"{share:.3g} %"}
        for cell in here.to_dict("records"):
            words = say.name(str(cell["ahead"])) if cell["ahead"] else "-"
            if cell["next"]:
                words += f" +{format_number(factor * cell['median'])}"
                if found.several:
                    words += say(
                        " ({count} of {total})", count=cell["draws ahead"], total=cell["draws"]
                    )
            if cell["ahead"] and not cell["worth"] > 0:
                words += say(", no gain")
            row[say("to {year}", year=cell["horizon"])] = words
        rows.append(row)
    return pd.DataFrame(rows)


def list_limits(found: MoneyMap) -> pd.DataFrame:
    """List up to which money each strategy pays, and where it is worth most."""
    import pandas as pd

    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say

    table = found.tables()["limits"]
    rows = []
    for row in table.to_dict("records"):
        until, best = row["pays until [% of value added]"], row["worth most at [% of value added]"]
        if not row["budgets"]:
            pays = say("no result")
        elif not row["pays at"]:
            pays = say("at none")
        elif row["pays at"] == row["budgets"]:
            pays = say("all that were run")
        else:
            known = until == until
            pays = say("up to {share} %", share=f"{until:.2g}") if known else say("the larger ones")
        rows.append(
            {
                mark("strategy"): row["strategy"],
                mark("to"): row["horizon"],
                mark("pays"): pays,
                mark("worth most at"): f"{best:.2g} %" if best == best else "-",
            }
        )
    return pd.DataFrame(rows)
