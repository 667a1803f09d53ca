"""Reading the cells of Excel files that others made."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.limits import MOST_WORKBOOK_BYTES

if TYPE_CHECKING:
    import pandas as pd

#: How the name of an Excel file ends.
EXCEL = ".xlsx"


def list_sheets(path: Path) -> list[str]:
    """List the names of the sheets of an Excel file that `read_sheet` can read."""
    import pandas as pd

    with pd.ExcelFile(path, engine="openpyxl") as book:
        return [str(name) for name in book.sheet_names]


def read_sheet(path: Path, sheet: str | None = None) -> pd.DataFrame:
    """Read the cells of a sheet as they are, the first row included.

    Parameters
    ----------
    path : Path
        An Excel file.
    sheet : str, optional
        Name of the sheet; the first one if left out.

    Returns
    -------
    pandas.DataFrame
        Texts, numbers and NaN for empty cells.

    Raises
    ------
    InputError
        If the file or the sheet does not exist, or it is too large, damaged or no Excel file.
    """
    import pandas as pd

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_WORKBOOK_BYTES:
                raise InputError(
                    f"{path} is larger than the {MOST_WORKBOOK_BYTES / 1e6:,.0f} MB (unpacked) "
                    "that can be read"
                )
        with pd.ExcelFile(path, engine="openpyxl") as book:
            if sheet is not None and sheet not in book.sheet_names:
                names = [str(name) for name in book.sheet_names]
                raise InputError(f"{path}: {UnknownNameError('sheet', sheet, names)}")
            chosen = 0 if sheet is None else sheet
            return pd.read_excel(book, sheet_name=chosen, header=None, dtype=object)
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except InputError:
        raise
    except Exception as error:
        # In a damaged file the library may stumble anywhere, over a packed part as over a number.
        raise InputError(f"{path} is not an Excel table: {error}") from None
