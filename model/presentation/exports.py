"""Tables, figures and workbooks on disk, and where each of them came from.

Every command writes its tables here, so that they all look alike:

- ``NAME.csv`` holds a heading row and the values, nothing else: UTF-8 with a byte-order mark, which
  spreadsheets need to read Chinese; units as on the screen, numbers at full precision;
- ``NAME.json`` beside it says where the table came from (command, hashes, seed, versions), and
  carries the SHA-256 of the CSV file, so that a later edit is noticed;
- ``NAME.parquet`` holds the same columns with the same statement in its metadata.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smecluster.model.errors import InputError
from smecluster.model.presentation.formatting import display_unit
from smecluster.model.support.files import replace_file, write_atomic
from smecluster.model.support.formats import add_format, check_format
from smecluster.model.support.ledger import check_file
from smecluster.model.support.provenance import format_stamp

if TYPE_CHECKING:
    from smecluster.model.presentation.plotting import Figure

Stamp = Mapping[str, str]

#: Suffixes of the files of a table, of one without Parquet, and of a figure.
TABLE, RECORDED, FIGURE = (".csv", ".parquet", ".json"), (".csv", ".json"), ".png"
#: Suffix of a figure made of lines, which prints at any size.
VECTOR = ".svg"

UNIT = "unit"
ENCODING = "utf-8-sig"
_DPI = 130
# What a spreadsheet allows in the name of a sheet.
_SHEET_LENGTH = 31
_NOT_IN_SHEETS = str.maketrans("[]:*?/\\", "()-----")
_WIDEST = 60  # characters of a column in a workbook


def write_table(
    table: pd.DataFrame,
    folder: Path,
    name: str,
    stamp: Stamp,
    *,
    units: Mapping[str, str] | None = None,
    values: Sequence[str] = (),
) -> list[Path]:
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
        Where the table came from: metadata of the Parquet file, the field ``stamp`` of the JSON
        file, whose records are in ``rows``.
    units, values
        Units of the columns, see `convert_units`.

    Returns
    -------
    list of Path
        The files: CSV, Parquet, JSON.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = convert_units(table, units, values)
    content = _encode_csv(table)
    rows = json.loads(table.to_json(orient="records", double_precision=15, force_ascii=False))
    record = _write_record(folder / f"{name}.json", content, stamp, rows=rows)
    plain = write_atomic(folder / f"{name}.csv", content)
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = {**(arrow.schema.metadata or {}), b"stamp": json.dumps(dict(stamp)).encode()}
    columnar = folder / f"{name}.parquet"
    with replace_file(columnar) as temporary:
        pq.write_table(arrow.replace_schema_metadata(metadata), temporary)
    return [plain, columnar, record]


def write_csv(
    table: pd.DataFrame,
    path: Path,
    stamp: Stamp,
    *,
    units: Mapping[str, str] | None = None,
    values: Sequence[str] = (),
) -> list[Path]:
    """Write a table as CSV, with the JSON file that says where it came from.

    Parameters
    ----------
    table : pandas.DataFrame
        The table; its index is left out.
    path : Path
        The CSV file.
    stamp, units, values
        As for `write_table`.

    Returns
    -------
    list of Path
        The CSV file and the JSON file beside it.

    Raises
    ------
    InputError
        If a file cannot be written, or the JSON file would replace one that is not ours.
    """
    check_record(path)
    content = _encode_csv(convert_units(table, units, values))
    record = _write_record(path.with_suffix(".json"), content, stamp)
    return [write_atomic(path, content), record]


def write_csv_pieces(pieces: Iterable[pd.DataFrame], path: Path, stamp: Stamp) -> list[Path]:
    """Write a table that is too large to be held at once; see `write_csv`.

    Parameters
    ----------
    pieces : iterable of pandas.DataFrame
        Its parts, all with the same columns.
    path : Path
        The CSV file.
    stamp : mapping
        Where the table came from.

    Returns
    -------
    list of Path
        The CSV file and the JSON file beside it.

    Raises
    ------
    InputError
        If a file cannot be written, or the JSON file would replace one that is not ours.
    """
    check_record(path)
    digest = hashlib.sha256()
    with replace_file(path) as temporary, temporary.open("wb") as file:
        for number, piece in enumerate(pieces):
            text = piece.to_csv(index=False, header=number == 0, lineterminator="\n")
            content = text.encode(ENCODING if number == 0 else "utf-8")
            digest.update(content)
            file.write(content)
    record = {"table": path.name, "sha256": digest.hexdigest(), "stamp": dict(stamp)}
    return [path, _write_json(path.with_suffix(".json"), record)]


def check_table(path: Path) -> None:
    """Refuse to write a table as CSV over files of others, before any long work.

    Parameters
    ----------
    path : Path
        The CSV file that is to be written, with its JSON file beside it.

    Raises
    ------
    InputError
        If one of the two is there already and is not ours, or was changed since.
    """
    check_record(path)
    check_file(path)
    check_file(path.with_suffix(".json"))


def check_record(path: Path) -> None:
    """Refuse to replace a JSON file that does not say where a table came from.

    Parameters
    ----------
    path : Path
        The CSV file that is to be written.

    Raises
    ------
    InputError
        If a JSON file of the same name is there already and is something else, or the table
        itself is called so.
    """
    record = path.with_suffix(".json")
    if record == path:
        raise InputError(f"the table's name cannot end in .json: {path}; write .csv")
    if not record.exists():
        return
    from smecluster.model.inputs import read_json

    try:
        content = read_json(record)
        ours = isinstance(content, dict) and "stamp" in content
    except (OSError, ValueError):
        ours = False
    if not ours:
        raise InputError(
            f"{record} is in the way: {path.name} needs that name for where it came from; "
            "choose another name"
        )


def read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """Read a CSV file that this program wrote, its byte-order mark removed; units as written."""
    table: pd.DataFrame = pd.read_csv(path, encoding=ENCODING, **options)
    return table


def read_stamp(path: Path) -> dict[str, str]:
    """Read where a table came from.

    Parameters
    ----------
    path : Path
        The CSV file, or the JSON file beside it.

    Returns
    -------
    dict
        The stamp that it was written with.

    Raises
    ------
    InputError
        If there is no such file, or it says nothing of the kind.
    """
    from smecluster.model.inputs import MalformedError, read_json

    record = path.with_suffix(".json")
    try:
        content = check_format(read_json(record), "provenance", record)
        return {str(name): str(value) for name, value in content["stamp"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError) and not isinstance(error, MalformedError):
            raise
        raise InputError(f"{record} does not say where {path.stem} came from") from None


def write_figure(figure: Figure, folder: Path, name: str, stamp: Stamp) -> Path:
    """Write a figure as PNG, its stamp in the file's description; see `write_table`."""
    path = folder / f"{name}{FIGURE}"
    figure.arrange(_DPI)
    with replace_file(path) as temporary:
        figure.savefig(temporary, dpi=_DPI, metadata={"Description": format_stamp(stamp)})
    return path


def write_vector(figure: Figure, folder: Path, name: str, stamp: Stamp) -> Path:
    """Write a figure as SVG, its stamp in the file's description; the same bytes each time."""
    import matplotlib

    path = folder / f"{name}{VECTOR}"
    figure.arrange(_DPI)
    about = {"Description": format_stamp(stamp), "Date": None}
    # Without a salt of our own the names of its parts would differ from file to file.
    with matplotlib.rc_context({"svg.hashsalt": name}), replace_file(path) as temporary:
        figure.savefig(temporary, format="svg", dpi=_DPI, metadata=about)
    return path


def write_excel(
    tables: Mapping[str, pd.DataFrame], path: str | Path, notes: Stamp | Sequence[str] = ()
) -> Path:
    """Write tables as an Excel workbook: a sheet a table, and what a reader must know in notes.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables by the name of their sheet; the index is left out. Headings carry the units.
    path : str or Path
        The workbook, ``.xlsx``.
    notes : mapping or sequence of str
        Content of the sheet ``notes``: where the tables came from, what they rest on.

    Returns
    -------
    Path
        The workbook.

    Raises
    ------
    InputError
        If the name does not end in ``.xlsx``, or the file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"a workbook's name ends in .xlsx: {target}")
    book = Workbook()
    book.remove(book.active)
    pairs = notes.items() if isinstance(notes, Mapping) else [("", note) for note in notes]
    about = pd.DataFrame([(str(name), str(text)) for name, text in pairs], columns=["", "notes"])
    for title, table in {**tables, "notes": about}.items():
        sheet = book.create_sheet(name_sheet(title, book.sheetnames))
        for row in [list(map(str, table.columns)), *table.itertuples(index=False, name=None)]:
            sheet.append([clean_cell(cell) for cell in row])
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.data_type == "f":  # a text that begins with = is a text
                    cell.data_type = "s"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "A2"
        for cells in sheet.iter_cols():
            longest = max(len(_measure_cell(cell.value)) for cell in cells)
            sheet.column_dimensions[cells[0].column_letter].width = min(longest, _WIDEST) + 2
    with replace_file(target) as temporary:
        book.save(temporary)
    return target


def convert_units(
    table: pd.DataFrame, units: Mapping[str, str] | None = None, values: Sequence[str] = ()
) -> pd.DataFrame:
    """Take a table from the model's units to those of the screen.

    Parameters
    ----------
    table : pandas.DataFrame
        The table; it is not changed.
    units : mapping of str to str, optional
        Model units by column. Such a column is converted, and its heading says the unit:
        ``money [bn yuan]``.
    values : sequence of str
        Columns whose unit stands in the column ``unit`` of the same row. They are converted row
        by row, and the unit with them.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> table = pd.DataFrame({"outcome": ["Debt"], "unit": ["Myuan"], "value": [1500.0]})
    >>> convert_units(table, values=["value"]).to_dict("records")
    [{'outcome': 'Debt', 'unit': 'bn yuan', 'value': 1.5}]
    """
    made = table.copy(deep=False)
    if len(values):
        pairs = {unit: display_unit(str(unit)) for unit in table[UNIT].unique()}
        factors = table[UNIT].map({unit: factor for unit, (_, factor) in pairs.items()})
        for name in values:
            made[name] = table[name] * factors.astype(float)
        made[UNIT] = table[UNIT].map({unit: name for unit, (name, _) in pairs.items()})
    headings = {}
    for name, unit in (units or {}).items():
        readable, factor = display_unit(unit)
        if factor != 1.0:
            made[name] = table[name] * factor
        if unit not in ("", "Dmnl"):
            headings[name] = f"{name} [{readable}]"
    return made.rename(columns=headings)


def _encode_csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode(ENCODING)


def _write_record(path: Path, content: bytes, stamp: Stamp, **more: Any) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    table = path.with_suffix(".csv").name
    record = {"table": table, "sha256": digest, "stamp": dict(stamp), **more}
    return _write_json(path, record)


def _write_json(path: Path, content: Mapping[str, Any]) -> Path:
    record = add_format(content, "provenance")
    return write_atomic(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def name_sheet(title: str, taken: Sequence[str]) -> str:
    """Name a sheet as spreadsheets allow, no two alike."""
    base = str(title).translate(_NOT_IN_SHEETS).strip("'")[:_SHEET_LENGTH] or "table"
    name, number = base, 2
    while name.casefold() in {one.casefold() for one in taken}:
        end = f" ({number})"
        name, number = base[: _SHEET_LENGTH - len(end)] + end, number + 1
    return name


def clean_cell(value: Any) -> Any:
    """Turn a value into one that a workbook holds; what is missing or infinite is empty."""
    if hasattr(value, "item"):  # NumPy's numbers
        value = value.item()
    if isinstance(value, float):
        return value if value - value == 0 else None
    if value is None or isinstance(value, bool | int):
        return value
    # Control characters make a workbook that cannot be opened.
    return "".join(letter for letter in str(value) if letter >= " " or letter in "\n\t")


def _measure_cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value if value is not None else "")
