"""The table of parameters that a calibration estimates: scale, bounds, prior, source."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calibration.series import STATUSES
from model import Model
from model.errors import InputError, unknown
from model.files import read_text
from model.rewrite import REGION

#: The parameters that all regions share.
SHARED = Path(__file__).with_name("parameters.csv")
#: A case folder's own.
FILE = "parameters.csv"
COLUMNS = ("name", "scale", "lower", "upper", "prior mean", "prior sd", "status", "source")
SCALES = ("log", "lin")
#: A value without a usable estimate behind it, besides the statuses of published figures.
JUDGEMENT = "judgement"


@dataclass(frozen=True)
class Parameter:
    """A parameter that is estimated.

    Attributes
    ----------
    name : str
        The model's input: a constant or the first value of a stock, with its region in
        brackets where it has one.
    scale : {"log", "lin"}
        Scale of the estimation: on ``log`` the prior is lognormal, and `sd` is relative.
    lower, upper : float
        Bounds in the model's unit.
    mean : float
        Prior mean (on ``log``: prior median) in the model's unit.
    sd : float
        Prior standard deviation in the scale of the estimation.
    status : str
        How far to trust the prior, as `calibration.series.STATUSES`, or ``judgement``.
    source : str
        Where the prior comes from.
    shared : bool
        Whether all regions share it.
    line : str
        File and line it was read from.
    """

    name: str
    scale: str
    lower: float
    upper: float
    mean: float
    sd: float
    status: str
    source: str
    shared: bool
    line: str

    def estimation(self, value: float) -> float:
        """Turn a value in the model's unit into the scale of the estimation."""
        return math.log(value) if self.scale == "log" else value


def read(path: str | Path, region: str | None = None) -> tuple[Parameter, ...]:
    """Read a table of parameters.

    Parameters
    ----------
    path : str or Path
        The CSV file.
    region : str, optional
        The region whose parameters they are; shared parameters if left out.

    Returns
    -------
    tuple of Parameter

    Raises
    ------
    InputError
        If the file is missing or malformed, bounds are crossed, a prior lies outside its
        bounds, or a name stands twice; the message names the line.
    """
    lines = io.StringIO(read_text(path))
    reader = csv.DictReader(lines, strict=True)
    try:
        for column in COLUMNS:
            if column not in (reader.fieldnames or ()):
                raise InputError(f"{path}: column {column!r} is missing")
        found = [_parameter(row, f"{path}:{reader.line_num}", region) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: {error}") from None
    seen: dict[str, str] = {}
    for parameter in found:
        if parameter.name in seen:
            raise InputError(
                f"{parameter.line}: {parameter.name!r} stands twice, "
                f"first in {seen[parameter.name]}"
            )
        seen[parameter.name] = parameter.line
    return tuple(found)


def check(parameters: Sequence[Parameter], model: Model) -> None:
    """Refuse parameters that the model does not have, or does not allow.

    Parameters
    ----------
    parameters : sequence of Parameter
        The parameters.
    model : Model
        The model.

    Raises
    ------
    InputError
        If a name is not one of the model's constants, its region is missing or too much, or
        its bounds go beyond the model's range; the message names the line.
    """
    constants = [name for name, found in model.variables.items() if found.kind == "constant"]
    for parameter in parameters:
        bare, bracket, _ = parameter.name.partition("[")
        if bare not in constants:
            raise InputError(f"{parameter.line}: {unknown('constant', bare, constants)}")
        variable = model.variables[bare]
        if (variable.dims == (REGION,)) != bool(bracket):
            whose = "by region" if variable.dims else "shared by all regions"
            place = "the parameters.csv of a case" if variable.dims else SHARED.name
            raise InputError(f"{parameter.line}: {bare!r} is {whose}: it belongs into {place}")
        for bound in (parameter.lower, parameter.upper):
            if (variable.low is not None and bound < variable.low) or (
                variable.high is not None and bound > variable.high
            ):
                raise InputError(
                    f"{parameter.line}: bound {bound:g} of {bare!r} is outside the model's range "
                    f"{variable.low:g} to {variable.high:g} {variable.unit}"
                )


def _parameter(row: dict[str, str], line: str, region: str | None) -> Parameter:
    cells = {column: (row[column] or "").strip() for column in COLUMNS}
    numbers = {}
    for column in ("lower", "upper", "prior mean", "prior sd"):
        try:
            numbers[column] = float(cells[column])
        except ValueError:
            given = repr(cells[column]) if cells[column] else "nothing"
            raise InputError(f"{line}: {column} takes a number, not {given}") from None
        if not math.isfinite(numbers[column]):
            raise InputError(f"{line}: {column} takes a finite number, not {cells[column]}")
    if cells["scale"] not in SCALES:
        raise InputError(f"{line}: {unknown('scale', cells['scale'], SCALES)}")
    allowed = (*STATUSES, JUDGEMENT)
    if cells["status"] not in allowed:
        raise InputError(f"{line}: {unknown('status', cells['status'], allowed)}")
    for column in ("name", "source"):
        if not cells[column]:
            raise InputError(f"{line}: {column} is empty")
    lower, upper, mean, sd = (numbers[c] for c in ("lower", "upper", "prior mean", "prior sd"))
    if lower >= upper:
        raise InputError(f"{line}: bounds are crossed: lower {lower:g}, upper {upper:g}")
    if not lower <= mean <= upper:
        raise InputError(
            f"{line}: prior mean {mean:g} lies outside the bounds {lower:g} to {upper:g}"
        )
    if sd <= 0:
        raise InputError(f"{line}: prior sd {sd:g} must be above 0")
    if cells["scale"] == "log" and lower <= 0:
        raise InputError(f"{line}: scale log needs a lower bound above 0, not {lower:g}")
    name = cells["name"] if region is None else f"{cells['name']}[{region}]"
    return Parameter(
        name,
        cells["scale"],
        lower,
        upper,
        mean,
        sd,
        cells["status"],
        cells["source"],
        region is None,
        line,
    )
