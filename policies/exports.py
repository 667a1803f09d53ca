"""Tables and figures on disk: each table as CSV, Parquet and JSON, everything with its stamp."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib.figure import Figure

from smecluster.model.support.files import replace_file, write_atomic
from smecluster.model.support.provenance import commented

Stamp = Mapping[str, str]


def write_table(table: pd.DataFrame, folder: Path, name: str, stamp: Stamp) -> list[Path]:
    """Write a table as CSV, Parquet and JSON.

    Parameters
    ----------
    table : pandas.DataFrame
        The table; its index is left out.
    folder : Path
        Where to; made if it is missing. Each file is written completely or not at all.
    name : str
        File name without suffix.
    stamp : mapping
        Where the table came from: comment lines of the CSV, metadata of the Parquet file, the
        field ``stamp`` of the JSON, whose records are in ``rows``.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    plain = write_atomic(folder / f"{name}.csv", commented(stamp) + table.to_csv(index=False))
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = {**(arrow.schema.metadata or {}), b"stamp": json.dumps(dict(stamp)).encode()}
    columnar = folder / f"{name}.parquet"
    with replace_file(columnar) as temporary:
        pq.write_table(arrow.replace_schema_metadata(metadata), temporary)
    rows = json.loads(table.to_json(orient="records", double_precision=15, force_ascii=False))
    content = json.dumps({"stamp": dict(stamp), "rows": rows}, indent=1, ensure_ascii=False)
    return [plain, columnar, write_atomic(folder / f"{name}.json", content + "\n")]


def write_figure(figure: Figure, folder: Path, name: str, stamp: Stamp) -> Path:
    """Write a figure as PNG; see `write_table`."""
    path = folder / f"{name}.png"
    with replace_file(path) as temporary:
        figure.savefig(temporary, dpi=130, metadata={"Description": commented(stamp)})
    return path
