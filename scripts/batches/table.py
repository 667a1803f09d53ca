"""Tables of inputs, a row a run, as CSV and Excel files hold them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError
from smecluster.model.presentation.workbooks import EXCEL, read_sheet
from smecluster.model.support.files import read_text
from smecluster.model.support.limits import MOST_COLUMNS, MOST_IN_A_CELL

if TYPE_CHECKING:
    import pandas as pd


def read_inputs(path: Path) -> pd.DataFrame:
    """Read a table of inputs.

    Parameters
    ----------
    path : Path
        CSV file (lines that begin with ``#`` are skipped) or Excel file (its first sheet): the
        first row names inputs of the model, every further row is a run.

    Returns
    -------
    pandas.DataFrame
        Numbers.

    Raises
    ------
    InputError
        If it cannot be read, is empty, names a column twice, or a cell is not a number.
    """
    import pandas as pd

    cells = _read_cells(path)
    names = [str(name).strip() for name in cells.iloc[0]] if len(cells) else []
    counts = Counter(names)
    for name in names:
        if counts[name] > 1:
            raise InputError(f"{path} has two columns {name!r}")
    cells = cells.iloc[1:].reset_index(drop=True).set_axis(names, axis="columns")
    if cells.empty:
        raise InputError(f"{path} has no runs: give one row of numbers for each run")
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    for name in names:
        wrong = numbers.index[numbers[name].isna()]
        if len(wrong):
            run = int(wrong[0])
            given = cells[name].iloc[run]
            raise InputError(f"{path}: {name!r} of run {run} is {given!r}, not a number")
    found: pd.DataFrame = numbers.astype(float)
    return found


def _read_cells(path: Path) -> pd.DataFrame:
    """Read a file's cells as they are written, the names of the columns in the first row."""
    if path.suffix.lower() == EXCEL:
        cells = read_sheet(path)
    elif path.suffix.lower() in (".csv", ".txt", ""):
        cells = _read_lines(path)
    else:
        raise InputError(f"{path} is neither a CSV file nor an Excel file (.xlsx)")
    if cells.shape[1] > MOST_COLUMNS:
        raise InputError(
            f"{path} has {cells.shape[1]:,} columns: at most {MOST_COLUMNS:,} are read"
        )
    return cells


def _read_lines(path: Path) -> pd.DataFrame:
    import io

    import pandas as pd

    text = read_text(path)
    lines = text.splitlines()
    heading = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    if heading.count(",") >= MOST_COLUMNS:
        raise _refuse_columns(path, heading.count(",") + 1)
    longest = max(map(len, lines), default=0)
    try:
        cells = pd.read_csv(io.StringIO(text), comment="#", dtype=str, header=None)
    except (ValueError, OverflowError) as error:  # also what pandas' parser and reader raise
        raise InputError(f"{path} is not a table: {error}") from None
    if longest > MOST_IN_A_CELL:
        lengths = cells.map(lambda cell: len(cell) if isinstance(cell, str) else 0)
        if lengths.to_numpy().max(initial=0) > MOST_IN_A_CELL:
            raise InputError(f"{path} has a cell of more than {MOST_IN_A_CELL:,} characters")
    return cells


def _refuse_columns(path: Path, count: int) -> InputError:
    return InputError(f"{path} has {count:,} columns: at most {MOST_COLUMNS:,} are read")
