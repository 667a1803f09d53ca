"""A new region's folder: commented files to fill in, and values copied from a shipped region.

The series are empty. Every copied value of the model is marked as a judgement, with the region it
was copied from.

What of a template is still to be written: blanks in its texts, values copied from elsewhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from smecluster.calibration.data.case import Case, list_cases, load_case
from smecluster.calibration.data.case_file import CaseFile, Spot
from smecluster.calibration.data.constants import (
    SCALED,
    Constant,
    Point,
    arrange_constants,
    arrange_tables,
    format_rows,
)
from smecluster.calibration.data.csv_rows import read_records
from smecluster.calibration.problem.parameters import COLUMNS, FILE, JUDGEMENT
from smecluster.model import Region
from smecluster.model import load as load_model
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.files import read_text
from smecluster.model.support.temporaries import (
    forget,
    make_temporary_folder,
    remove_left_overs,
)

FOLDER = Path(__file__).parents[1] / "template"

_Value = TypeVar("_Value", Constant, Point)


def new_case(folder: str | Path, like: str) -> Path:
    """Write the folder of a new region.

    Parameters
    ----------
    folder : str or Path
        Where to; its name, with blanks for ``_`` and ``-``, becomes the region's.
    like : str
        Shipped case whose values are copied.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If the folder is not empty, the name is invalid or that of a shipped region, or `like` is
        not a shipped case.
    """
    target = Path(folder)
    model_case, name = begin_case(target, like)
    constants = _copy_values(model_case.constants, model_case.place.name)
    points = _copy_values(model_case.points, model_case.place.name)
    files = fill_template(name, model_case.place.name)
    files[FILE] += _copy_parameters(model_case.path / FILE, model_case.place.name)
    files["constants.csv"] += format_rows(constants, Constant)
    files["tables.csv"] += format_rows(points, Point)
    write_folder(target, files)
    return target


def begin_case(target: Path, like: str) -> tuple[Case, str]:
    """Check that a folder for a new region can be made, and name the region.

    Parameters
    ----------
    target : Path
        The new folder.
    like : str
        Shipped case whose values are taken.

    Returns
    -------
    Case, str
        The shipped case, and the name of the new region: the folder's, with blanks for ``_``
        and ``-``.

    Raises
    ------
    InputError
        As for `new_case`.
    """
    if like not in list_cases():
        raise UnknownNameError("shipped case", like, list_cases())
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise InputError(f"{target} exists already: nothing was written")
    case = load_case(like)
    name = " ".join(re.split(r"[\s_-]+", target.resolve().name)).strip()
    model = load_model()
    if name.casefold() in map(str.casefold, model.regions):
        raise InputError(f"{name!r} is a shipped region: choose another name")
    # Invalid names are refused by the model before anything is written.
    values = arrange_constants(case.constants), arrange_tables(case.points)
    load_model(regions=[*map(Region, model.regions), Region(name, *values)])
    return case, name


def name_table(region: str) -> str:
    """Name a region as the column ``region`` of its figures does."""
    return region.casefold().replace(" ", "_")


def fill_template(region: str, like: str) -> dict[str, str]:
    """Fill the commented files of a template with the names of the new and of the like region."""
    words = {"NAME": region, "TABLE": name_table(region), "LIKE": like}
    return {path.name: _fill(read_text(path), words) for path in sorted(FOLDER.iterdir())}


def _copy_values(values: Sequence[_Value], name: str) -> tuple[_Value, ...]:
    return tuple(
        replace(value, status="judgement", source=f"{COPIED}{name}; there: {value.source}")
        for value in values
    )


def _copy_parameters(path: Path, name: str) -> str:
    """Copy the parameters to estimate; their priors are marked as another region's."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for _, row in read_records(path, COLUMNS):
        source = f"{COPIED}{name}; there: {row['source']}"
        writer.writerow({**row, "status": JUDGEMENT, "source": source})
    return out.getvalue()


def _fill(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


def write_folder(target: Path, files: dict[str, str]) -> None:
    """Write the folder with all its files, or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_left_overs(target.parent)
        made = make_temporary_folder(target.parent)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from None
    try:
        for name, text in files.items():
            (made / name).write_bytes(text.encode("utf-8"))
        made.chmod(0o755)
        made.replace(target)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from None
    finally:
        forget(made)


# What of a template is still to be written: blanks in its texts, values copied from elsewhere.

#: The start of a copied value's source.
COPIED = "copied from "
# Text between angle brackets, to be replaced.
_BLANK = re.compile(r"<[^<>]*>")


def list_blanks(file: CaseFile) -> Iterator[tuple[Spot, str]]:
    """List the blanks that have not been replaced in a ``case.toml``.

    Parameters
    ----------
    file : CaseFile
        Its content.

    Yields
    ------
    Spot, str
        The place in the file, and the blank.
    """
    for spot, text in _list_texts(file, ()):
        if _BLANK.fullmatch(text):
            yield spot, text


def check_written(case: Case) -> str:
    """Refuse to use a template that nobody has filled in.

    Parameters
    ----------
    case : Case
        A loaded case.

    Returns
    -------
    str
        A warning where every value of the model is still another region's, copied or scaled; else
        empty.

    Raises
    ------
    InputError
        If ``case.toml`` still has blanks.
    """
    for (name, *_), text in _list_texts(case.place, ()):
        if _BLANK.fullmatch(text):
            raise InputError(
                f"{case.path / 'case.toml'} is still a template: region {name} is to be written; "
                f"'smecluster case check {case.path}' lists all that is"
            )
    values: tuple[Constant | Point, ...] = (*case.constants, *case.points)
    copied, scaled = list_borrowed(values)
    if not values or len(copied) + len(scaled) < len(values):
        return ""
    if scaled:
        what, how = "are scaled from", "does, at another size"
    else:
        what, how = "are copies of", "does"
    whose = (scaled or copied)[0]
    return (
        f"{case.path}: all {len(values)} values of the model {what} those of {whose}, and "
        f"nothing is calibrated: {case.place.name} behaves as {whose} {how}"
    )


def list_borrowed(values: Iterable[Constant | Point]) -> tuple[list[str], list[str]]:
    """List the regions that values are still those of.

    Parameters
    ----------
    values : iterable of Constant or Point
        A region's values of the model.

    Returns
    -------
    copied, scaled : list of str
        The region of each value that was copied as it is (its source says so), and of each that
        came with a change of size (its status says so).
    """
    copied, scaled = [], []
    for value in values:
        if value.status.startswith(SCALED):
            scaled.append(value.status.removeprefix(SCALED))
        elif value.source.startswith(COPIED):
            copied.append(value.source.removeprefix(COPIED).split(";")[0].strip())
    return copied, scaled


def _list_texts(value: object, spot: Spot) -> Iterator[tuple[Spot, str]]:
    if isinstance(value, str):
        yield spot, value
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from _list_texts(one, (*spot, at))
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _list_texts(getattr(value, name), (*spot, name))
