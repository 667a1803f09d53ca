"""What of a template is still to be written: blanks in its texts, values copied from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from smecluster.calibration.data.case import Case
from smecluster.calibration.data.case_file import CaseFile
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
        A warning where every value of the model is still a copy of another region's; else empty.

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
    sources = [constant.source for constant in case.constants]
    sources += [point.source for point in case.points]
    if not sources or not all(source.startswith(COPIED) for source in sources):
        return ""
    whose = sources[0].removeprefix(COPIED).split(";")[0].strip()
    return (
        f"{case.path}: all {len(sources)} values of the model are copies of those of {whose}, and "
        f"nothing is calibrated: {case.place.name} behaves as {whose} does"
    )


def _list_texts(value: object, spot: Spot) -> Iterator[tuple[Spot, str]]:
    if isinstance(value, str):
        yield spot, value
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from _list_texts(one, (*spot, at))
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _list_texts(getattr(value, name), (*spot, name))
