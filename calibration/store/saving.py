"""A calibration's outcome, written as a named calibration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smecluster.calibration.pipeline import PipelineResult
from smecluster.calibration.store.named import DIGITS, MANIFEST, round_values, write_manifest
from smecluster.model import Model
from smecluster.model.support.exports import ENCODING
from smecluster.model.support.files import write_atomic
from smecluster.model.vensim.values import set_values


def save_calibration(
    outcome: PipelineResult,
    folder: Path,
    name: str,
    facts: Mapping[str, Any],
    stamp: Mapping[str, str],
) -> None:
    """Write a named calibration.

    An earlier calibration in the folder is replaced. The manifest goes first and is written
    last, so that a folder which was written by half is no calibration.

    Parameters
    ----------
    outcome : Outcome
        What was found.
    folder : Path
        Where; made if it is missing.
    name : str
        Its name.
    facts : mapping
        What the manifest tells besides.
    stamp : mapping
        Where it came from, for the manifest.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    written = {name: table for name, table in outcome.tables.items() if not table.empty}
    for path in folder.glob("*.csv"):
        if path.stem not in written:
            path.unlink()
    for each, table in written.items():
        text = table.to_csv(index=False, float_format=f"%.{DIGITS}g")
        write_atomic(folder / f"{each}.csv", text.encode(ENCODING))
    estimates = outcome.tables["parameters"]
    # The hash is that of the model with the estimate as it stands in the file, rounded.
    values = dict(zip(estimates["name"], round_values(estimates["estimate"]).tolist(), strict=True))
    model = outcome.problem.model
    calibrated = Model(set_values(model.text, values), model.path)
    write_manifest(
        folder,
        {
            "name": name,
            "regions": list(dict.fromkeys(outcome.problem.measurements["region"])),
            **facts,
            **outcome.facts,
            "calibrated model hash": calibrated.hash,
            "runs": outcome.runs,
            "seconds": round(outcome.seconds, 1),
            "stamp": dict(stamp),
        },
    )
