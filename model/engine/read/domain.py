"""What a model file may ask for: how it is integrated, and how long its chains of variables are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

from smecluster.model.engine.read.document import Document, find_rate
from smecluster.model.engine.read.names import fold_name, list_names
from smecluster.model.engine.read.source import find_method
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_CHAINED

# By their number in the settings (as xmutil and simlin read them).
_METHODS = {"0": "euler", "4": "rk2", "5": "rk4"}
_NOT_COMPUTED = {"1": "RK4 auto", "2": "difference", "3": "RK2 auto"}


def read_method(text: str) -> str:
    """Read which integration a Vensim file wants.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    str
        ``"euler"``, ``"rk2"`` or ``"rk4"``; Euler's if the file does not say.

    Raises
    ------
    InputError
        If its settings name another method.
    """
    method = find_method(text)
    if not method:
        return "euler"
    if method not in _METHODS:
        raise refuse_method(_NOT_COMPUTED.get(method, f"method {method[:20]}"), "settings")
    return _METHODS[method]


def check_chains(document: Document) -> None:
    """Refuse a model whose variables need each other in too long a chain.

    It looks at names alone, to be quick; elements are looked at when the equations are built.

    Parameters
    ----------
    document : Document
        The model as its file describes it.

    Raises
    ------
    InputError
        If more variables than `model.support.limits.MOST_CHAINED` need each other at once.
    """
    needs = _list_needs(document)
    depths: dict[str, int] = {}
    order = TopologicalSorter(needs)
    # What is in a circle by name may be none by element: it is left out here.
    with suppress(CycleError):
        order.prepare()
    while order.is_active():
        ready = order.get_ready()
        if not ready:
            return
        for name in ready:
            depths[name] = 1 + max((depths[cause] for cause in needs[name]), default=0)
            if depths[name] > MOST_CHAINED:
                raise refuse_chain(f"line {document.variables[name].line}: ", name)
            order.done(name)


def refuse_chain(place: str, name: str) -> InputError:
    """Make the error about too long a chain of variables."""
    return InputError(
        f"{place}{name!r} ends a chain of more than {MOST_CHAINED:,} variables that need each "
        "other at once, which is the most that is computed: join some of their equations"
    )


def _list_needs(document: Document) -> Mapping[str, set[str]]:
    """List what each variable needs at the same time: not the flows of stocks."""
    needs = {}
    for name, variable in document.variables.items():
        causes = set(variable.causes)
        if variable.kind == "stock":
            used: set[str] = set()
            for line in variable.equation.splitlines():
                equation = line.partition("=")[2].strip()
                used.update(list_names(equation.replace(find_rate(equation) or "", "", 1)))
            causes = {cause for cause in causes if fold_name(cause) in used}
        needs[name] = causes - {name}
    return needs


def refuse_method(method: str, place: str) -> InputError:
    """Make the error about an integration that is not computed."""
    return InputError(
        f"the model's {place} ask for {method} integration, and only Euler's and the fixed-step "
        "RK2 and RK4 are computed: choose one of them, and a TIME STEP at which the results no "
        "longer change"
    )
