"""The table of parameters to estimate: scale, bounds, prior, source.

A constant with other dimensions than the region has a row for each element that is estimated, such
as ``initial capital[imitative]``; the region itself stands in no name, since the folder says it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smecluster.calibration.data.constants import SCALED
from smecluster.calibration.data.csv_rows import raise_first, scan_records
from smecluster.calibration.data.series import STATUSES
from smecluster.model import Model
from smecluster.model.engine.read.values import fold_cell, spell_name, split_name
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION

#: The parameters shared by all regions.
SHARED = Path(__file__).parents[1] / "parameters.csv"
#: The file of a case's own parameters.
FILE = "parameters.csv"
COLUMNS = ("name", "scale", "lower", "upper", "prior mean", "prior sd", "status", "source")
SCALES = ("log", "lin")
#: Status of a prior without a usable estimate behind it.
JUDGEMENT = "judgement"
# This many elements are named, to keep a message short.
_LISTED = 6


@dataclass(frozen=True)
class Parameter:
    """A parameter to estimate.

    Attributes
    ----------
    name : str
        The model's input: a constant or the initial value of a stock, with its region and other
        elements in brackets if it has any.
    scale : {"log", "lin"}
        Scale of the estimation: on ``log`` the prior is lognormal, and `sd` is relative.
    lower, upper : float
        Bounds in the model's unit.
    mean : float
        Prior mean (on ``log``: prior median) in the model's unit.
    sd : float
        Prior standard deviation in the scale of the estimation.
    status : str
        Status of the prior: one of `calibration.data.series.STATUSES`, ``judgement``, or
        ``scaled from`` a region.
    source : str
        Where the prior comes from.
    shared : bool
        Whether it is shared by all regions.
    line : str
        File and line that it was read from.
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

    def to_scale(self, value: float) -> float:
        """Transform a value in the model's unit to the scale of the estimation."""
        return math.log(value) if self.scale == "log" else value


def read_parameters(path: str | Path, region: str | None = None) -> tuple[Parameter, ...]:
    """Read a table of parameters.

    Parameters
    ----------
    path : str or Path
        The CSV file.
    region : str, optional
        Their region; by default they are shared.

    Returns
    -------
    tuple of Parameter

    Raises
    ------
    InputError
        If the file is missing or malformed, bounds are crossed, a prior is outside its bounds, or
        a name is repeated; the message gives the line.
    """
    found, problems = scan_parameters(path, region)
    raise_first(problems)
    return found


def scan_parameters(
    path: str | Path, region: str | None = None
) -> tuple[tuple[Parameter, ...], list[InputError]]:
    """Read the valid rows of a table of parameters, and find the mistakes in the others.

    Parameters
    ----------
    path, region
        As for `read_parameters`.

    Returns
    -------
    tuple of Parameter, list of InputError
        The parameters, and a problem for each other row.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    found: dict[str, Parameter] = {}
    records, problems = scan_records(Path(path), COLUMNS)
    for line, row in records:
        try:
            parameter = _parse_parameter(row, f"{path}:{line}", region)
            if parameter.name in found:
                raise InputError(
                    f"{parameter.line}: {parameter.name!r} is repeated, first in "
                    f"{found[parameter.name].line}"
                )
            found[parameter.name] = parameter
        except InputError as error:
            problems.append(error)
    return tuple(found.values()), problems


def place_in_region(name: str, region: str) -> str:
    """Give a region's name for a constant, which may have other elements already.

    >>> place_in_region("initial capital[imitative]", "Wenzhou")
    'initial capital[Wenzhou, imitative]'
    """
    bare, elements = split_name(name)
    return spell_name(bare, (region, *elements))


def check_parameters(parameters: Sequence[Parameter], model: Model) -> None:
    """Refuse parameters that the model does not have or allow.

    Parameters
    ----------
    parameters : sequence of Parameter
        The parameters.
    model : Model
        The model.

    Raises
    ------
    InputError
        If a name is not one of the model's constants, a region is missing or superfluous, or bounds
        exceed the model's range; the message gives the line.
    """
    raise_first(find_misplaced(parameters, model))


def find_misplaced(parameters: Sequence[Parameter], model: Model) -> list[InputError]:
    """Find parameters that the model does not have or allow; see `check_parameters`."""
    constants = [name for name, found in model.variables.items() if found.kind == "constant"]
    problems = []
    for parameter in parameters:
        bare = split_name(parameter.name)[0]
        if bare not in constants:
            text = str(UnknownNameError("constant", bare, constants))
            problems.append(InputError(f"{parameter.line}: {text}"))
            continue
        variable = model.variables[bare]
        if (REGION in variable.dims) == parameter.shared:
            whose = "shared by all regions" if REGION not in variable.dims else "by region"
            place = SHARED.name if REGION not in variable.dims else "the parameters.csv of a case"
            text = f"{bare!r} is {whose}: it belongs in {place}"
            problems.append(InputError(f"{parameter.line}: {text}"))
            continue
        wrong = _find_wrong_elements(parameter, model)
        if wrong is not None:
            problems.append(InputError(f"{parameter.line}: {wrong}"))
            continue
        for bound in (parameter.lower, parameter.upper):
            if (variable.low is not None and bound < variable.low) or (
                variable.high is not None and bound > variable.high
            ):
                low = "-" if variable.low is None else f"{variable.low:g}"
                high = "-" if variable.high is None else f"{variable.high:g}"
                text = f"bound {bound:g} of {bare!r} is outside the model's range "
                text += f"{low} to {high} {variable.unit}"
                problems.append(InputError(f"{parameter.line}: {text}"))
    return problems


def _find_wrong_elements(parameter: Parameter, model: Model) -> str | None:
    """Say what is wrong with the elements other than the region; None if they are right."""
    bare, elements = split_name(parameter.name)
    given = elements if parameter.shared else elements[1:]
    others = [dim for dim in model.variables[bare].dims if dim != REGION]
    cells = list(itertools.product(*(model.document.subscripts[dim] for dim in others)))
    if fold_cell(given) in map(fold_cell, cells):
        return None
    if others and not given:
        shown = ", ".join(repr(spell_name(bare, cell)) for cell in cells[:_LISTED])
        ranges = " and ".join(map(repr, others))
        return f"{bare!r} has a value for each element of {ranges}: write one of {shown}"
    if not others:
        return f"{bare!r} has no elements, not {', '.join(given)!r}"
    known = [", ".join(cell) for cell in cells]
    return str(UnknownNameError(f"element of {bare!r}", ", ".join(given), known))


def _parse_parameter(cells: dict[str, str], line: str, region: str | None) -> Parameter:
    numbers = {}
    for column in ("lower", "upper", "prior mean", "prior sd"):
        try:
            numbers[column] = float(cells[column])
        except ValueError:
            given = repr(cells[column]) if cells[column] else "nothing"
            raise InputError(f"{line}: {column} must be a number, not {given}") from None
        if not math.isfinite(numbers[column]):
            raise InputError(f"{line}: {column} must be a finite number, not {cells[column]}")
    if cells["scale"] not in SCALES:
        raise InputError(f"{line}: {UnknownNameError('scale', cells['scale'], SCALES)}")
    allowed = (*STATUSES, JUDGEMENT)
    if cells["status"] not in allowed and not cells["status"].startswith(SCALED):
        raise InputError(f"{line}: {UnknownNameError('status', cells['status'], allowed)}")
    for column in ("name", "source"):
        if not cells[column]:
            raise InputError(f"{line}: {column} is empty")
    lower, upper, mean, sd = (numbers[c] for c in ("lower", "upper", "prior mean", "prior sd"))
    if lower >= upper:
        raise InputError(f"{line}: bounds are crossed: lower {lower:g}, upper {upper:g}")
    if not lower <= mean <= upper:
        raise InputError(
            f"{line}: prior mean {mean:g} is outside the bounds {lower:g} to {upper:g}"
        )
    if sd <= 0:
        raise InputError(f"{line}: prior sd {sd:g} must be above 0")
    if cells["scale"] == "log" and lower <= 0:
        raise InputError(f"{line}: scale log needs a lower bound above 0, not {lower:g}")
    return Parameter(
        cells["name"] if region is None else place_in_region(cells["name"], region),
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
