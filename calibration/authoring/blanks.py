"""What of a template is still to be written: blanks in its texts, values copied from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from smecluster.calibration.data.case import Case
from smecluster.calibration.data.case_file import CaseFile
from smecluster.calibration.data.constants import SCALED, Constant, Point
from smecluster.calibration.data.toml_lines import Spot
from smecluster.model.support.errors import InputError

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
