"""``smecluster exchange``: runs, values and sources in the formats of other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import CalibrationName, Folders, Settings
from smecluster.scripts.shared.printing import print_json

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model

EXAMPLES = (
    "smecluster exchange runs.csv --strategy central --strategy local",
    'smecluster exchange runs.xlsx --variable "value added" --variable Firms',
    "smecluster exchange local.tab --strategy local",
    "smecluster exchange local.cin --strategy local",
    "smecluster exchange fit.voc",
    "smecluster exchange sources.bib",
    "smecluster exchange mine.csv --from my-region",
)
#: What each kind of file holds.
KINDS = {
    ".csv": mark(
        "runs as a long table (IAMC): model, scenario, region, variable, unit, year, value"
    ),
    ".xlsx": mark("the same as a workbook"),
    ".tab": mark("one run as Vensim exports it: a row a variable, a column a time"),
    ".cin": mark("the inputs of one strategy as Vensim's file of changes"),
    ".voc": mark("the estimated constants as Vensim's file for its optimiser"),
    ".bib": mark("the sources of series and of published effects as BibTeX"),
}
_ONE = (".tab", ".cin")
_WITHOUT_RUNS = (".voc", ".bib")


def exchange(
    out: Annotated[
        Path, typer.Argument(help=f"The file to write: {', '.join(KINDS)} say what it holds.")
    ],
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="A strategy; repeat for several. By default as-now.", show_default=False),
    ] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option(
            help="A variable; repeat for several. By default all outcomes.", show_default=False
        ),
    ] = None,
    set_: Settings = None,
    calibration: CalibrationName = None,
    from_: Folders = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a file for another program."""
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model.errors import InputError, suggest_name
    from smecluster.model.support.files import write_atomic
    from smecluster.model.support.ledger import check_file

    kind = out.suffix.lower()
    if kind not in KINDS:
        guess = suggest_name(kind, KINDS)
        hint = f"did you mean {guess}?" if guess else f"allowed: {', '.join(KINDS)}"
        raise InputError(f"{out}: the ending {kind!r} is unknown: {hint}")
    names = strategy or ["as-now"]
    if kind in _ONE and len(names) > 1:
        raise InputError(f"{out}: a {kind} file holds one strategy, not {len(names)}")
    if from_ and kind in _WITHOUT_RUNS:
        raise InputError(
            f"{out}: a {kind} file holds no runs, so --from has nothing to add: --calibration "
            "FOLDER/calibration names that of a region of yours for a .voc file"
        )
    check_file(out)

    def load() -> Model:
        return load_calibrated([], from_ or [], calibration)

    write: dict[str, Callable[[], str | bytes]] = {
        ".csv": lambda: _long(load(), names, variable, set_).to_csv(index=False),
        ".xlsx": lambda: _workbook(load(), names, variable, set_),
        ".tab": lambda: _tab(load(), names[0], variable, set_),
        ".cin": lambda: _changes(load(), names[0], set_),
        ".voc": lambda: _search(calibration),
        ".bib": _bibliography,
    }
    content = write[kind]()
    write_atomic(out, content)
    if json:
        print_json({"file": str(out), "holds": KINDS[kind]})
    else:
        print(say("{path}: {holds}", path=out, holds=say(KINDS[kind])))


def _simulate(
    model: Model,
    names: Sequence[str],
    variables: Sequence[str] | None,
    settings: Sequence[str] | None,
) -> dict[str, xr.Dataset]:
    """Run strategies with the money of their files; outcomes, or the variables that are named."""
    from smecluster.model import simulate
    from smecluster.model.engine.run.settings import override_inputs, parse_settings
    from smecluster.model.outcomes import OUTCOMES
    from smecluster.policies import load
    from smecluster.policies.triggers import settle_triggers

    given = parse_settings(model, settings or [])
    known = model.document.variables
    outputs = list(variables or [one.name for one in OUTCOMES if one.name in known])
    runs = {}
    for name in names:
        chosen = load(name)
        plan = settle_triggers(model, chosen.plan(model), given)
        inputs = override_inputs(model, plan.inputs, given)
        runs[chosen.name] = simulate(model, inputs, outputs=outputs)
    return runs


def _long(
    model: Model,
    names: Sequence[str],
    variables: Sequence[str] | None,
    settings: Sequence[str] | None,
) -> pd.DataFrame:
    from smecluster.policies.exchange.long_table import make_long_table

    return make_long_table(_simulate(model, names, variables, settings))


def _workbook(
    model: Model,
    names: Sequence[str],
    variables: Sequence[str] | None,
    settings: Sequence[str] | None,
) -> bytes:
    from io import BytesIO

    file = BytesIO()
    table = _long(model, names, variables, settings)
    table.to_excel(file, sheet_name="data", index=False)  # the name that readers of the format want
    return file.getvalue()


def _tab(
    model: Model, name: str, variables: Sequence[str] | None, settings: Sequence[str] | None
) -> str:
    from smecluster.policies.exchange.vensim_files import make_tab_table

    (run,) = _simulate(model, [name], variables, settings).values()
    return make_tab_table(run).to_csv(sep="\t", index=False)


def _changes(model: Model, name: str, settings: Sequence[str] | None) -> str:
    from smecluster.model.engine.run.settings import override_inputs, parse_settings
    from smecluster.policies import load
    from smecluster.policies.exchange.vensim_files import write_changes
    from smecluster.policies.triggers import settle_triggers

    given = parse_settings(model, settings or [])
    plan = settle_triggers(model, load(name).plan(model), given)
    return write_changes(override_inputs(model, plan.inputs, given))


def _search(calibration: str | None) -> str:
    from smecluster.calibration.store.named import DRAWN, open_calibration
    from smecluster.model.errors import InputError
    from smecluster.policies.exchange.vensim_files import write_search

    if calibration == "none":
        raise InputError("--calibration none: a .voc file holds what a calibration estimated")
    return write_search(open_calibration(calibration or DRAWN).parameters)


def _bibliography() -> str:
    from smecluster.calibration.reporting.bibliography import write_bibliography

    return write_bibliography()
