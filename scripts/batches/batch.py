"""``smecluster batch``: many runs from a table of inputs, a row a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.calibration.choosing import describe_origin
from smecluster.calibration.loading import load_calibrated
from smecluster.model.engine.run.settings import override_inputs, parse_settings
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.batches.table import read_inputs
from smecluster.scripts.shared.options import (
    Authority,
    CalibrationName,
    Certificate,
    Folders,
    Key,
    Regions,
    Scheduler,
    Settings,
    choose_cluster,
)
from smecluster.scripts.shared.printing import print_json, print_table
from smecluster.scripts.shared.progress import progress

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model import Model
    from smecluster.model.engine.run.kept_runs import KeptRuns

EXAMPLES = (
    'smecluster batch runs.csv --output "value added" --year 2040 --out results/runs.csv',
    'smecluster batch runs.xlsx --output "value added" --strategy central --out results/runs.csv',
    "smecluster batch runs.csv --model mine.mdl --output Births --out results/runs.csv",
    'smecluster batch runs.csv --output "value added" --out r.csv --cluster tcp://host:8786',
)


_STRATEGY = "as-now"
# What every strategy sets: a model without it takes none.
_HISTORY = "history switch"


def batch(
    table: Annotated[
        Path,
        typer.Argument(
            help="CSV or Excel file: the first row names inputs (NAME or NAME[ELEMENT]), every "
            "further row holds the numbers of one run."
        ),
    ],
    output: Annotated[list[str], typer.Option(help="Variable to keep; repeat for several.")],
    out: Annotated[
        Path,
        typer.Option(
            help="CSV file to write. Until it is complete, finished runs are kept in a hidden "
            "folder beside it: the same command resumes interrupted work, also after the loss of "
            "a cluster."
        ),
    ],
    year: Annotated[
        list[float] | None, typer.Option(help="Year to keep; repeat for several. Default: all.")
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option(
            help="Strategy that every run follows, as written in its file; by default as-now, and "
            "none with a --model that has no levers.",
            show_default=False,
        ),
    ] = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    calibration: CalibrationName = None,
    beyond_ranges: Annotated[
        bool,
        typer.Option("--beyond-ranges", help="Accept values outside of the model's ranges."),
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads; one for each processor by default.")
    ] = None,
    cluster: Scheduler = None,
    tls_ca_file: Authority = None,
    tls_cert: Certificate = None,
    tls_key: Key = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a table of inputs, a row a run; memory does not grow with the number of runs."""
    import pandas as pd

    from smecluster.model import failures, stream
    from smecluster.model.engine.run.kept_runs import KeptRuns
    from smecluster.model.errors import InputError
    from smecluster.model.presentation.exports import (
        check_table,
        write_csv,
        write_csv_pieces,
    )
    from smecluster.model.support.ledger import remove
    from smecluster.model.support.provenance import make_stamp

    if out.resolve() == table.resolve():
        raise InputError(f"--out {out} is the table of inputs: choose another name")
    beside = out.with_suffix(".failed.csv")
    for path in (out, beside):
        check_table(path)
    inputs = read_inputs(table)
    model = load_calibrated(region or [], from_ or [], calibration)
    settings = parse_settings(model, set_ or [])
    followed, plan = _make_plan(model, strategy, settings)
    output = _name_outputs(model, output)
    # --set goes before the strategy, and a row of the table before both.
    base = override_inputs(model, plan, settings)
    origin = make_stamp(
        model.hash,
        strategy=followed,
        inputs=str(table.name),
        calibration=describe_origin(from_ or [], calibration),
        units="; ".join(f"{name}: {_find_unit(model, name)}" for name in dict.fromkeys(output)),
    )
    chosen_cluster = choose_cluster(cluster, tls_ca_file, tls_cert, tls_key)
    failed: list[pd.DataFrame] = []
    summary = _Summary(output)

    def tables(pieces: Iterable[xr.Dataset], kept: KeptRuns) -> Iterator[pd.DataFrame]:
        for piece in _report(pieces, len(inputs), kept):
            failed.append(failures(piece, inputs))
            summary.add(piece)
            yield _flatten(piece, output)

    with KeptRuns(out) as kept:
        pieces = stream(
            model,
            inputs,
            output,
            year or None,
            workers=workers,
            cluster=chosen_cluster,
            base=base,
            within_ranges=not beyond_ranges,
            kept=kept,
        )
        write_csv_pieces(tables(pieces, kept), out, origin)
        lost = pd.concat(failed)
        record: dict[str, Any] = {"runs": len(inputs), "failed": len(lost), "file": str(out)}
        if len(lost):
            write_csv(lost.rename_axis("run").reset_index(), beside, origin)
            record["failures"] = str(beside)
        else:
            # Those of an earlier batch to the same file would be taken for failures of this one.
            remove(beside.with_suffix(".json"))
            remove(beside)
    if json:
        print_json({"stamp": origin, **record, "outputs": summary.rows()})
        return
    summary.print(
        say("{count} runs, last year kept", count=f"{len(inputs) - len(lost):,}"),
    )
    told = {"path": out, "count": f"{len(inputs):,}", "failed": f"{len(lost):,}"}
    print(say("{path}: {count} runs, {failed} failed", **told))
    if len(lost):
        print(
            say(
                "{path} lists the failed runs: why, where and with which inputs",
                path=record["failures"],
            )
        )


def _make_plan(
    model: Model, strategy: str | None, settings: Mapping[str, float]
) -> tuple[str | None, Mapping[str, Any]]:
    """Name the strategy that every run follows, and give what it sets; none without levers."""
    from smecluster.model.errors import InputError
    from smecluster.policies import load
    from smecluster.policies.triggers import settle_triggers

    if _HISTORY not in model.variables:
        if strategy is not None:
            raise InputError(
                f"--strategy {strategy!r} is one of the shipped model: {model.path} has no "
                f"{_HISTORY!r}"
            )
        return None, {}
    chosen = load(_STRATEGY if strategy is None else strategy)
    plan = settle_triggers(model, chosen.plan(model), settings)
    return f"{chosen.name} {chosen.hash}", plan.inputs


def _name_outputs(model: Model, given: Sequence[str]) -> list[str]:
    """Spell outputs as the model does, and refuse one that is given twice."""
    from smecluster.model.engine.graph.outputs import select_outputs
    from smecluster.model.errors import InputError

    names = [select_outputs(model.program, [one]).names[0] for one in given]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise InputError(f"--output {given[at]!r} is given twice: {name!r} is one variable")
    return names


def _find_unit(model: Model, name: str) -> str:
    """Give the unit of an output, as the table has it."""
    return model.document.variable(name).unit


class _Summary:
    """The range of each output in the last year, kept up to date piece by piece."""

    def __init__(self, outputs: Sequence[str]) -> None:
        self._outputs = tuple(dict.fromkeys(outputs))
        self._found: dict[tuple[str, str], list[float]] = {}
        self._units: dict[str, str] = {}
        self._year = 0.0

    def add(self, piece: xr.Dataset) -> None:
        """Take in some runs."""
        import numpy as np

        self._year = float(piece["time"][-1])
        for name in self._outputs:
            last = piece[name].isel(time=-1) if "time" in piece[name].dims else piece[name]
            self._units[name] = str(piece[name].attrs.get("unit", ""))
            elements = [dim for dim in last.dims if dim != "run"]
            places = last.stack(place=elements) if elements else last.expand_dims("place")
            for at, place in enumerate(places["place"].values if elements else [""]):
                values = places.isel(place=at).values.astype(float)
                values = values[np.isfinite(values)]
                if not len(values):
                    continue
                key = (name, ", ".join(map(str, place)) if elements else "")
                low, high, total, count = self._found.get(key, [np.inf, -np.inf, 0.0, 0])
                self._found[key] = [
                    min(low, float(values.min())),
                    max(high, float(values.max())),
                    total + float(values.sum()),
                    count + len(values),
                ]

    def rows(self) -> list[dict[str, Any]]:
        """Give a row for each output and element: year, unit, least, mean, most, runs."""
        return [
            {
                "output": name,
                "element": place,
                "year": self._year,
                "unit": self._units[name],
                "lowest": low,
                "mean": total / count,
                "highest": high,
                "runs": int(count),
            }
            for (name, place), (low, high, total, count) in self._found.items()
        ]

    def print(self, title: str) -> None:
        """Print the rows in the units of the screen."""
        from smecluster.model.presentation.formatting import Rounded

        lines = []
        for row in self.rows():
            unit, factor = say.unit(row["unit"])
            ends = (Rounded(row[name] * factor) for name in ("lowest", "mean", "highest"))
            place = say.commas([say.word(one) for one in row["element"].split(", ")])
            lines.append([say.variable(row["output"]), place, f"{row['year']:g}", *ends, unit])
        print_table(
            [
                *("output", mark("element"), "year", mark("lowest"), mark("mean")),
                *(mark("highest"), "unit"),
            ],
            lines,
            title,
        )


def _flatten(piece: xr.Dataset, outputs: list[str]) -> pd.DataFrame:
    """Put results into long form: run, the variables' ranges, time, a column a variable."""
    known = piece[outputs].to_dataframe().reset_index()
    ranges = [str(name) for name in known if name not in (*outputs, "run", "time")]
    return known.sort_values(["run", *ranges, "time"])[["run", *ranges, "time", *outputs]]


def _report(pieces: Iterable[xr.Dataset], total: int, kept: KeptRuns) -> Iterator[xr.Dataset]:
    """Pass results on and show how far the runs are."""
    with progress("runs") as tell:
        for piece in pieces:
            tell(kept.finished, total)
            yield piece
