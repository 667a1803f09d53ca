"""Unit errors of a model, found by an engine that shares no code with PySD."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.errors import InputError


def can_check_units() -> bool:
    """Say whether the unit checker (pysimlin) is installed."""
    return importlib.util.find_spec("simlin") is not None


def find_unit_errors(text: str) -> list[str]:
    """Check the units of every equation.

    Parameters
    ----------
    text : str
        The Vensim file's text.

    Returns
    -------
    list of str
        One line for each error or warning: variable and what is wrong; empty if all agree.

    Raises
    ------
    InputError
        If pysimlin cannot read the file.
    """
    import simlin
    from simlin.errors import ErrorKind

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.mdl")
        path.write_text(text, encoding="utf-8")
        # `Model.check_units` of pysimlin 0.8.5 lists malformed units only; what does not agree
        # stands among the project's errors.
        try:
            project = simlin.load(path).project
            errors = project.get_errors() if project is not None else []
        except simlin.SimlinError as fault:
            line = join_lines(str(fault))
            raise InputError(f"the units cannot be checked: {line[:160]}") from fault
    spelled = {fold_name(name): name for name in read_document(text).variables}
    lines = []
    for error in errors:
        if error.kind == ErrorKind.UNITS:
            place = spelled.get(fold_name(error.variable_name or ""), "the model")
            lines.append(f"{place}: {error.details or join_lines(error.message)}")
    return list(dict.fromkeys(lines))
