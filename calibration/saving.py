"""Writing a calibration, and what the figures decide, into a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from smecluster.calibration.posterior.result import Fitted
from smecluster.calibration.store.findings import KNOWLEDGE, MANIFEST, TABLES
from smecluster.calibration.store.named import DIGITS, round_values, write_manifest
from smecluster.model import Model
from smecluster.model.engine.read.values import set_values
from smecluster.model.presentation.exports import ENCODING
from smecluster.model.support.files import check_writable, write_atomic
from smecluster.model.support.ledger import is_ours, list_files, remove


def check_target(folder: Path) -> None:
    """Refuse a folder in which a calibration would replace files of others, or take them in.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist.

    Raises
    ------
    InputError
        If it cannot be written or holds files of others, or a table or the manifest of an earlier
        calibration was changed since it was written.
    """
    check_writable(folder, (MANIFEST, *TABLES))


def save_calibration(
    fitted: Fitted,
    folder: Path,
    name: str,
    facts: Mapping[str, Any],
    stamp: Mapping[str, str],
) -> None:
    """Write a named calibration.

    An earlier calibration in the folder is replaced. The manifest is removed first and written
    last: a half-written folder is not a calibration.

    Parameters
    ----------
    fitted : Fitted
        What to write.
    folder : Path
        Where to; created if missing.
    name : str
        Its name.
    facts : mapping
        Further entries of the manifest.
    stamp : mapping
        Where the result came from, for the manifest.

    Raises
    ------
    InputError
        If the folder cannot be written, or for `check_target`.
    """
    written = {name: table for name, table in fitted.tables.items() if not table.empty}
    check_target(folder)
    remove(folder / MANIFEST)
    for file in list_files(folder):
        if file.endswith(".csv") and file.removesuffix(".csv") not in written:
            remove(folder / file)
    for each, table in written.items():
        text = table.to_csv(index=False, float_format=f"%.{DIGITS}g")
        write_atomic(folder / f"{each}.csv", text.encode(ENCODING))
    estimates = fitted.tables["parameters"]
    # The hash is that of the model with the estimate as written, rounded.
    values = dict(zip(estimates["name"], round_values(estimates["estimate"]).tolist(), strict=True))
    model = fitted.problem.model
    calibrated = Model(set_values(model.text, values), model.path)
    write_manifest(
        folder,
        {
            "name": name,
            "regions": list(dict.fromkeys(fitted.problem.measurements["region"])),
            **facts,
            **fitted.facts,
            "calibrated model hash": calibrated.hash,
            "runs": fitted.runs,
            "seconds": round(fitted.seconds, 1),
            "stamp": dict(stamp),
        },
        [f"{each}.csv" for each in written],
    )


def save_knowledge(tables: Mapping[str, pd.DataFrame], target: Path) -> None:
    """Write the tables that say what the figures decide.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By name, as `Posterior.tables` has them.
    target : Path
        Folder of the calibration. Tables of an earlier posterior that are not among these, on
        published effects for instance, are removed.
    """
    folder = target / KNOWLEDGE
    for name in list_files(folder):
        if name.removesuffix(".csv") not in tables and is_ours(folder / name):
            remove(folder / name)
    for each, table in tables.items():
        text = table.to_csv(index=False, float_format=f"%.{DIGITS}g")
        write_atomic(folder / f"{each}.csv", text.encode())
