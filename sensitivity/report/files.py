"""An analysis on disk: its tables, and what it says, with the stamp of the runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from smecluster.model.support.files import replace_file, write_atomic
from smecluster.model.support.provenance import commented
from smecluster.sensitivity.analysis.indices import Analysis
from smecluster.sensitivity.store.results import Results


def write(analysis: Analysis, results: Results, folder: Path) -> list[Path]:
    """Write an analysis.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    results : Results
        The runs that it was made of.
    folder : Path
        Where to; made if it is missing. Each file is written completely or not at all.

    Returns
    -------
    list of Path
        Each table that is not empty as CSV and Parquet; ``words.txt``, a sentence a line.
        An earlier file of a table that is empty now is removed.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    stamp = results.stamp() | {"analysed by": analysis.method.name}
    text = commented(stamp) + "".join(f"{line}\n" for line in analysis.words)
    files = [write_atomic(folder / "words.txt", text)]
    for name, table in analysis.tables.items():
        if len(table):
            files += _table(table, folder / name, stamp)
        else:
            # What an earlier analysis has left would be taken for this one's.
            for suffix in (".csv", ".parquet"):
                (folder / name).with_suffix(suffix).unlink(missing_ok=True)
    return files


def _table(table: pd.DataFrame, path: Path, stamp: Mapping[str, str]) -> list[Path]:
    plain = write_atomic(
        path.with_suffix(".csv"), commented(stamp) + table.to_csv(index=False, float_format="%.10g")
    )
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = {**(arrow.schema.metadata or {}), b"stamp": json.dumps(dict(stamp)).encode()}
    columnar = path.with_suffix(".parquet")
    with replace_file(columnar) as temporary:
        pq.write_table(arrow.replace_schema_metadata(metadata), temporary)
    return [plain, columnar]
