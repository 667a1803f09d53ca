"""What the page knows of a model that is not ours: its constants with a range, its variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smecluster.model.engine.read.document import CONTROLS
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.values import spell_name
from smecluster.model.engine.run.portable import make_portable
from smecluster.model.errors import InputError
from smecluster.policies.desk.content import pack_kernel
from smecluster.policies.desk.failures import describe_operations

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.engine.graph.graph import Program
    from smecluster.model.engine.read.document import Variable

#: Most elements of a variable that is offered: as many lines as a chart can hold.
MOST_LINES = 12


def collect_model(model: Model, stamp: Mapping[str, str]) -> dict[str, Any]:
    """Collect what the page is given of any model.

    Parameters
    ----------
    model : Model
        The model.
    stamp : mapping of str to str
        Where it comes from.

    Returns
    -------
    dict
        As `policies.desk.content.collect_content`, for the page of any model: constants with a
        range, one entry an element, and variables with at most `MOST_LINES` elements. Where no
        constant has a range, all that are not 0 go from half to twice their value (``assumed``).

    Raises
    ------
    InputError
        If there is no constant to move.
    """
    program = model.program
    variables = {fold_name(name): one for name, one in model.variables.items()}
    constants = [*_list_constants(program, variables, assumed=False)]
    assumed = not constants
    if assumed:
        constants = [*_list_constants(program, variables, assumed=True)]
    if not constants:
        raise InputError(f"{model.path.name} has no constant that could be moved")
    names = [
        name
        for name, output in program.outputs.items()
        if len(output.cells) <= MOST_LINES and name not in CONTROLS
    ]
    portable = make_portable(model, names, [str(one["name"]) for one in constants])
    described = [_describe(name, variables.get(fold_name(name))) for name in names]
    stocks = [
        name
        for name in names
        if (found := variables.get(fold_name(name))) is not None and found.kind == "stock"
    ]
    wanted = [node for name in names for node in program.outputs[name].cells.values()]
    # A model that remembers more of its past than its states cannot be computed for one step alone.
    failures = None if program.pasts else describe_operations(program, wanted)
    return {
        "mode": "model",
        "failures": failures,
        "title": model.path.stem,
        "kernel": pack_kernel(portable),
        "first": model.time.initial,
        "last": model.time.final,
        "every": model.time.saveper,
        "constants": constants,
        "variables": described,
        "chosen": (stocks or names)[0],
        "assumed": assumed,
        "stamp": dict(stamp),
    }


def _list_constants(
    program: Program, variables: Mapping[str, Variable], assumed: bool
) -> Iterator[dict[str, Any]]:
    for parameter in program.parameters:
        variable = variables.get(fold_name(parameter.name))
        if variable is None or variable.kind != "constant" or variable.name in CONTROLS:
            continue
        value = float(parameter.value)
        ends = (variable.low, variable.high)
        if assumed:
            ends = (min(value / 2, value * 2), max(value / 2, value * 2))
        low, high = ends
        if low is None or high is None or not low <= value <= high or not low < high:
            continue
        yield {
            "name": spell_name(parameter.name, parameter.cell),
            "unit": variable.unit,
            "value": value,
            "low": float(low),
            "high": float(high),
            "definition": variable.definition,
        }


def _describe(name: str, variable: Variable | None) -> dict[str, str]:
    if variable is None:
        return {"name": name, "unit": "", "definition": ""}
    return {"name": name, "unit": variable.unit, "definition": variable.definition}
