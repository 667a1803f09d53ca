"""``smecluster reforms``: published effects of reforms, beside those of the model."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smecluster.calibration.choosing import describe_origin
from smecluster.calibration.drawing import draw_values
from smecluster.calibration.loading import load_calibrated
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions
from smecluster.scripts.shared.printing import finish, print_json, print_table, print_text
from smecluster.scripts.shared.results import Results

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = (
    "smecluster reforms",
    "smecluster reforms registration public_capital --out results/reforms",
    "smecluster reforms --draws 200",
    "smecluster reforms path/to/mine.toml --region Wenzhou --calibration none",
    "smecluster reforms --json",
)
_EFFECTS, _RUNS = "effects", "reforms"


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
    """Run published reforms on the model and count the effects within the published ranges."""
    from smecluster.calibration.validation.reform_file import find_reforms
    from smecluster.calibration.validation.reform_runs import run_reforms
    from smecluster.calibration.validation.reform_score import count_effects, tabulate_effects
    from smecluster.model.support.provenance import make_stamp

    results = Results(out, plain=[_EFFECTS, _RUNS])
    results.check()
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
        calibration=describe_origin(from_ or [], calibration, drawn=draws > 0),
        seed=str(seed) if draws else None,
    )
    effects = tabulate_effects(table)
    files = [
        *results.write_csv(_EFFECTS, effects, origin),
        *results.write_csv(_RUNS, table, origin),
    ]
    if json:
        print_json(
            {
                "stamp": origin,
                "reforms": [each.model_dump(exclude={"change", "response"}) for each in chosen],
                "responses": table.to_dict("records"),
                "effects": effects.to_dict("records"),
                "tally": count_effects(effects).to_dict(),
                "files": [str(path) for path in files],
            }
        )
        return
    _print_effects(effects, drawn=bool((table["draws"] > 0).any()))
    print()
    for line in _sum_up(effects):
        print_text(line)
    finish(files)


def _print_effects(effects: pd.DataFrame, *, drawn: bool) -> None:
    print_table(
        ["study", "effect", "published", "range", "model", "verdict", "counts"],
        [
            [
                _shorten(row["study"]),
                row["response"] + ("" if row["unit"] in ("%", "Dmnl") else f", {row['unit']}"),
                _format(row["published"]),
                _format_range(row),
                _format_model(row, drawn),
                row["verdict"],
                _say_count(row),
            ]
            for row in effects.to_dict("records")
        ],
        "Published effects and the model's" + (": best values and 90 % interval" if drawn else ""),
        "The model's effect is the median over the regions of the experiment.",
    )


def _sum_up(effects: pd.DataFrame) -> Iterator[str]:
    """Say how many effects come out, by the rules of `calibration.validation.reform_score`."""
    from smecluster.calibration.validation.reform_score import (
        REQUIRED_EFFECTS,
        REQUIRED_STUDIES,
        count_effects,
        select_left_out,
    )

    tally = count_effects(effects)
    yield (
        f"{tally.sized_within} of {tally.sized} sized effects lie within range, from "
        f"{tally.studies} {'study' if tally.studies == 1 else 'studies'}; "
        f"{tally.sized_not_run} more cannot be run on this model. Contradictory studies count as "
        "one effect, and studies that the model uses do not count."
    )
    if tally.signs or tally.signs_not_run:
        yield (
            f"{tally.signs_within} of {tally.signs} signs are right; {tally.signs_not_run} more "
            "cannot be run."
        )
    if tally.sized:
        yield f"With signs weighing at most a third: {100 * tally.share:.0f} %."
    left = count_effects(select_left_out(effects))
    if left.sized:
        yield (
            f"Of the studies that no fit may use, {left.sized_within} of {left.sized} sized "
            "effects lie within range."
        )
    if len(effects["study"].unique()) >= REQUIRED_STUDIES:
        yield (
            f"Required: {REQUIRED_EFFECTS} sized effects from {REQUIRED_STUDIES} studies, two "
            f"thirds of them within range. {'Reached' if tally.enough else 'Not reached'}."
        )


def _shorten(study: str) -> str:
    """Shorten three and more authors, as in "Lu et al. 2019"."""
    authors, _, year = study.rpartition(" ")
    first, *others = authors.replace(" and ", ", ").split(", ")
    return f"{first} et al. {year}" if len(others) > 1 else study


def _say_count(row: Mapping[Hashable, Any]) -> str:
    """Say whether an effect counts, and as what."""
    if row["used"]:
        return f"no: {row['used']}"
    if row["lacks"]:
        return f"no: {row['lacks']}"
    kind = "size" if row["kind"] == "sized" else "sign"
    return f"{kind}, paired: {row['pair']}" if row["pair"] else kind


def _format_model(row: Mapping[Hashable, Any], drawn: bool) -> str:
    value = _format(row["effect"])
    if not drawn or row["effect"] != row["effect"]:
        return value
    return f"{value} ({_format(row['effect low'])} to {_format(row['effect high'])})"


def _format_range(row: Mapping[Hashable, Any]) -> str:
    """Write the accepted range; of a sign alone there is one bound."""
    low, high = row["published low"], row["published high"]
    if low != low or high != high:
        return f"above {_format_bound(low)}" if high != high else f"below {_format_bound(high)}"
    return f"{_format_bound(low)} to {_format_bound(high)}"


def _format(value: float) -> str:
    """Write a response with three significant digits, never as a power of ten."""
    if value != value:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    import numpy as np

    return np.format_float_positional(value, precision=3, fractional=False, trim="-")


def _format_bound(value: float) -> str:
    return f"{value:g}"
