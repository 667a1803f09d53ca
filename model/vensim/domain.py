"""What a model file may ask for: anything that would be computed wrongly is refused here.

PySD's translator, which reads the equations, does not see how the file wants to be integrated,
and leaves out what it does not know. A run would then be finished, and wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from xml.parsers import expat

from smecluster.model.support.errors import InputError
from smecluster.model.support.limits import MOST_CHAINED, MOST_ELEMENTS, MOST_NESTED
from smecluster.model.vensim.document import Document, find_rate
from smecluster.model.vensim.source import fold_name, list_names, parse

# Vensim's settings follow the last sketch; line 15 holds the method in its fourth place.
_SETTINGS = "///---\\\\\\"
_METHOD = re.compile(r"^15:(?:[^,\r\n]*,){3}[ \t]*(?P<method>[^,\r\n]*)", re.M)
_METHODS = {"1": "RK4", "2": "difference", "3": "RK2", "4": "RK4", "5": "RK2"}

# What XMILE declares as variables, and what makes a stock something else than a stock.
_VARIABLES = frozenset({"aux", "stock", "flow", "gf", "group"})
_STOCKS = frozenset({"conveyor", "queue", "oven"})


def check_settings(text: str) -> None:
    """Refuse a Vensim file that wants another integration than Euler's.

    Parameters
    ----------
    text : str
        The file's text.

    Raises
    ------
    InputError
        If its settings name another method.
    """
    _, mark, settings = parse(text).sketch.rpartition(_SETTINGS)
    match = _METHOD.search(settings) if mark else None
    if match is not None and match["method"].strip() != "0":
        method = match["method"].strip()
        raise _refuse_method(_METHODS.get(method, f"method {method[:20]}"), "settings")


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


def check_xmile(text: str) -> None:
    """Refuse an XMILE file that asks for what is not computed.

    Parameters
    ----------
    text : str
        The file's text.

    Raises
    ------
    InputError
        If it declares a document type (which could read other files), names another integration
        method than Euler's, holds a second model, or a variable that is more than a stock, a flow,
        an auxiliary or a table.
    """
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.I):
        raise InputError("the XMILE file declares a document type: remove the <!DOCTYPE ...> part")
    reader = expat.ParserCreate("utf-8")
    looking = _XmileCheck()
    reader.StartElementHandler = looking.open
    reader.EndElementHandler = looking.close
    try:
        reader.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise InputError(f"the XMILE file cannot be read: {error}") from error


class _XmileCheck:
    """Looks at the elements of an XMILE file one after another."""

    def __init__(self) -> None:
        self.above: list[tuple[str, str]] = []
        self.models = 0

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Look at an element that begins."""
        kind = tag.rpartition(":")[2].lower()
        parent, owner = self.above[-1] if self.above else ("", "")
        name = attributes.get("name", "").replace("\\n", " ")
        self.above.append((kind, name or owner))
        if len(self.above) > MOST_NESTED:
            raise InputError(
                f"the XMILE file nests more than {MOST_NESTED} elements, which is the most that "
                "is read"
            )
        match kind:
            case "sim_specs":
                method = attributes.get("method", "").strip()
                if method and method.partition(",")[0].strip().lower() != "euler":
                    raise _refuse_method(method[:20], "<sim_specs>")
            case "model":
                self.models += 1
                if self.models > 1:
                    raise InputError(
                        f"the XMILE file holds a second <model>{_named(name)}, which is not "
                        "computed: save its variables in one model"
                    )
            case "dim":
                size = attributes.get("size", "").strip()
                if size.isdigit() and (len(size) > 9 or int(size) > MOST_ELEMENTS):
                    raise InputError(
                        f"the range {name!r} has more than {MOST_ELEMENTS:,} elements, which is "
                        "the most that is read"
                    )
            case "macro":
                raise InputError(f"the XMILE macro{_named(name)} is not computed: write it out")
        if kind in _STOCKS and parent == "stock":
            raise InputError(
                f"{owner!r} is a <{kind}>, which is not computed: write it as a stock with flows"
            )
        if parent == "variables" and kind not in _VARIABLES:
            raise InputError(
                f"the XMILE file holds a <{kind}>{_named(name)}, which is not computed: write it "
                "as stocks, flows and auxiliaries"
            )

    def close(self, tag: str) -> None:
        """Leave an element."""
        self.above.pop()


def _named(name: str) -> str:
    return f" {name!r}" if name else ""


def _refuse_method(method: str, place: str) -> InputError:
    return InputError(
        f"the model's {place} ask for {method} integration, and only Euler's is computed: choose "
        "Euler and a TIME STEP at which the results no longer change"
    )
