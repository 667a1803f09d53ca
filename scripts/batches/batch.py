"""``smecluster batch``: many runs from a table of inputs, a row a run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.calibration.loading import describe_origin, load_calibrated
from smecluster.model.settings import parse_settings
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import print_json

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

EXAMPLES = (
    'smecluster batch runs.csv --output "value added" --year 2040 --out results/runs.csv',
    'smecluster batch runs.csv --output "value added" --strategy central --out results/runs.csv',
    'smecluster batch runs.csv --output "value added" --out r.csv --cluster tcp://host:8786',
)


def batch(
    table: Annotated[
        Path, typer.Argument(help="CSV: a column an input (name or name[element]), a row a run.")
    ],
    output: Annotated[list[str], typer.Option(help="Variable to keep; repeat for several.")],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    year: Annotated[
        list[float] | None, typer.Option(help="Year to keep; all if not given.")
    ] = None,
    strategy: Annotated[str, typer.Option(help="Strategy that all runs follow.")] = "as-now",
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    calibration: CalibrationName = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads; one for each processor if not given.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler that shares the runs out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Carry out many runs; memory does not grow with their number."""
    import pandas as pd

    from smecluster.model import failures, stream
    from smecluster.model.support.exports import check_record, write_csv, write_csv_pieces
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies import load

    check_record(out)
    inputs = read_inputs(table)
    chosen = load(strategy)
    model = load_calibrated(region or [], from_ or [], calibration)
    base = {**chosen.inputs(model), **parse_settings(model, set_ or [])}
    # What a row of the table says goes before what the strategy says.
    base = {name: value for name, value in base.items() if name not in inputs}
    origin = make_stamp(
        model.hash,
        strategy=f"{chosen.name} {chosen.hash}",
        inputs=str(table.name),
        calibration=describe_origin(from_ or [], calibration),
    )
    pieces = stream(
        model, inputs, output, year or None, workers=workers, cluster=cluster, base=base
    )
    failed: list[pd.DataFrame] = []

    def tables() -> Iterator[pd.DataFrame]:
        for piece in _shown(pieces, len(inputs)):
            failed.append(failures(piece, inputs))
            yield _long(piece, output)

    write_csv_pieces(tables(), out, origin)
    lost = pd.concat(failed)
    record = {"runs": len(inputs), "failed": len(lost), "file": str(out)}
    if len(lost):
        beside = out.with_suffix(".failed.csv")
        write_csv(lost.rename_axis("run").reset_index(), beside, origin)
        record["failures"] = str(beside)
    if json:
        print_json(record)
        return
    print(f"{out}: {len(inputs)} runs, {len(lost)} failed")
    if len(lost):
        print(f"{record['failures']}: why, where and with which inputs they failed")


def read_inputs(path: Path) -> pd.DataFrame:
    """Read a table of inputs.

    Parameters
    ----------
    path : Path
        CSV file with a column an input and a row a run; lines that begin with ``#`` are left
        out.

    Returns
    -------
    pandas.DataFrame
        Numbers.

    Raises
    ------
    InputError
        If it cannot be read, is empty, names a column twice, or a cell is not a number.
    """
    import io

    import pandas as pd

    from smecluster.model.support.errors import InputError
    from smecluster.model.support.files import read_text

    try:
        cells = pd.read_csv(io.StringIO(read_text(path)), comment="#", dtype=str, header=None)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path} is not a table: {error}") from None
    names = [str(name).strip() for name in cells.iloc[0]]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: the column {name!r} stands there twice")
    cells = cells.iloc[1:].reset_index(drop=True).set_axis(names, axis="columns")
    if cells.empty:
        raise InputError(f"{path} has no runs: below the names of inputs a row a run is wanted")
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    for name in names:
        wrong = numbers.index[numbers[name].isna()]
        if len(wrong):
            run = int(wrong[0])
            given = cells[name].iloc[run]
            raise InputError(f"{path}: {name!r} of run {run} is {given!r}, not a number")
    found: pd.DataFrame = numbers.astype(float)
    return found


def _long(piece: xr.Dataset, outputs: list[str]) -> pd.DataFrame:
    """Put results into long form: run, the variables' ranges, time, a column a variable."""
    known = piece[outputs].to_dataframe().reset_index()
    ranges = [str(name) for name in known if name not in (*outputs, "run", "time")]
    return known.sort_values(["run", *ranges, "time"])[["run", *ranges, "time", *outputs]]


def _shown(pieces: Iterable[xr.Dataset], total: int) -> Iterable[xr.Dataset]:
    """Pass results on, and tell a person at a terminal how far it is."""
    if not sys.stderr.isatty():
        yield from pieces
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} runs"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        for piece in pieces:
            yield piece
            progress.advance(task, piece.sizes["run"])
