"""``smecluster reforms``: published reforms run on the model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.calibration.loading import describe_origin, draw_values, load_calibrated
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "smecluster reforms",
    "smecluster reforms registration public_capital --out results/reforms",
    "smecluster reforms --draws 200",
    "smecluster reforms path/to/mine.toml --region Wenzhou --calibration none",
    "smecluster reforms --json",
)


def reforms(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Reforms, or paths of TOML files; by default all."),
    ] = None,
    draws: Annotated[
        int, typer.Option(min=0, help="Draws of the calibration; 0 for its best values alone.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=1, help="Seed of the draws.")] = 1,
    region: Regions = None,
    from_: Folders = None,
    calibration: CalibrationName = None,
    out: Annotated[Path, typer.Option(help="Folder for the table.")] = Path("results/reforms"),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run published reforms on the model and compare its responses with the published ones."""
    from smecluster.calibration.validation.reform_file import find_reforms
    from smecluster.calibration.validation.reform_runs import run_reforms
    from smecluster.model.presentation.exports import write_csv
    from smecluster.model.support.files import check_writable
    from smecluster.model.support.provenance import make_stamp

    check_writable(out)
    chosen = find_reforms(names or [])
    model = load_calibrated(region or [], from_ or [], calibration)
    table = run_reforms(
        model,
        chosen,
        draw_values(calibration, draws, seed, model.regions, from_ or []) if draws else None,
    )
    origin = make_stamp(
        model.hash,
        reforms=sha256("".join(each.model_dump_json() for each in chosen).encode()).hexdigest(),
        calibration=describe_origin(from_ or [], calibration),
        seed=str(seed) if draws else None,
    )
    files = write_csv(table, out / "reforms.csv", origin)
    if json:
        print_json(
            {
                "stamp": origin,
                "reforms": [each.model_dump(exclude={"change", "response"}) for each in chosen],
                "responses": table.to_dict("records"),
                "files": [str(path) for path in files],
            }
        )
        return
    _print_responses(table)
    finish(files)


def _print_responses(table: pd.DataFrame) -> None:
    drawn = bool((table["draws"] > 0).any())
    print_table(
        ["reform", "region", "response", "unit", "model", "published", "verdict"],
        [
            [
                row["reform"].replace("_", " "),
                row["region"],
                row["response"],
                "-" if row["unit"] == "Dmnl" else row["unit"],
                _format_model(row, drawn),
                _format_published(row),
                row["verdict"],
            ]
            for row in table.to_dict("records")
        ],
        "How the model responds to published reforms"
        + (": best values and 90 % interval" if drawn else ""),
    )
    print()
    alike = table[table["agrees"]]
    sized, sized_alike = (int(each["published"].notna().sum()) for each in (table, alike))
    print(
        f"{len(alike)} of {len(table)} responses match what was published: {sized_alike} of "
        f"{sized} with a published size, {len(alike) - sized_alike} of {len(table) - sized} with "
        "a published sign alone."
    )


def _format_model(row: Mapping[Hashable, Any], drawn: bool) -> str:
    value = _format(row["model"])
    if not drawn:
        return value
    return f"{value} ({_format(row['model low'])} to {_format(row['model high'])})"


def _format_published(row: Mapping[Hashable, Any]) -> str:
    """Write the published value with its range; of a sign alone there is one bound."""
    low, high = row["published low"], row["published high"]
    if low != low or high != high:
        return f"above {low:g}" if low == low else f"below {high:g}"
    span = f"{low:g} to {high:g}"
    return f"{row['published']:g} ({span})" if row["published"] == row["published"] else span


def _format(value: float) -> str:
    """Write a response with three significant digits, never as a power of ten."""
    if value != value:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    import numpy as np

    return np.format_float_positional(value, precision=3, fractional=False, trim="-")
