"""A model under generated names, in the classes of PySD's abstract model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError

# Functions that PySD spells with a capital letter.
_PYSD = {"xramp": "Xramp", "xpulse": "Xpulse", "xpulse train": "Xpulse_train"}


def _floor(x: Any) -> Any:
    whole = syntax.Call(syntax.Reference("integer"), (x,))
    below = syntax.Logic(("<",), (x, whole))
    one = syntax.Call(syntax.Reference("if then else"), (below, 1.0, 0.0))
    return syntax.Arithmetic(("-",), (whole, one))


def _modulo(x: Any, unit: Any) -> Any:
    whole = _floor(syntax.Arithmetic(("/",), (x, unit)))
    return syntax.Arithmetic(("-",), (x, syntax.Arithmetic(("*",), (unit, whole))))


# XMILE's INT and MOD, which PySD takes for Vensim's.
_WRITTEN_OUT: dict[str, Callable[..., Any]] = {"xint": _floor, "xmodulo": _modulo}
# The names that PySD must know.
CONTROLS = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")


@dataclass
class Names:
    """Generated names for everything that a model names.

    Parameters
    ----------
    program : Program
        The model.
    """

    program: Program

    def __post_init__(self) -> None:
        program = self.program
        named = [
            *program.outputs,
            *(table.name for table in program.tables),
            *(parameter.name for parameter in program.parameters),
        ]
        self.variables: dict[str, str] = {}
        for name in named:
            # PySD knows what steers a run by its spelling.
            spelled = name.upper().replace("_", " ")
            self.variables.setdefault(
                fold_name(name), spelled if spelled in CONTROLS else f"v{len(self.variables)}"
            )
        self.ranges = {fold_name(name): f"r{place}" for place, name in enumerate(program.ranges)}
        listed = dict.fromkeys(
            element for elements in program.ranges.values() for element in elements
        )
        self.elements = {element: f"e{place}" for place, element in enumerate(listed)}
        self._folded = {fold_name(element): new for element, new in self.elements.items()}

    def write_model(self, file: syntax.File, path: Path) -> Any:
        """Write a model under generated names.

        Parameters
        ----------
        file : File
            The model, without macros.
        path : Path
            Where PySD will write its file.

        Returns
        -------
        pysd.translators.structures.abstract_model.AbstractModel
        """
        from pysd.translators.structures import abstract_model as pysd

        section = pysd.AbstractSection(
            name="__main__",
            path=path,
            type="main",
            params=[],
            returns=[],
            subscripts=tuple(self._write_range(entry) for entry in file.main.ranges),
            elements=tuple(self._write_element(element) for element in file.main.elements),
            constraints=[],
            test_inputs=[],
            split=False,
            views_dict=None,
        )
        return pysd.AbstractModel(original_path=path, sections=(section,))

    def _write_range(self, entry: syntax.Range) -> Any:
        from pysd.translators.structures import abstract_model as pysd

        if any(entry.maps.values()):
            raise InputError("the engine 'pysd' maps ranges by position only")
        if entry.equals:
            elements: Any = self.ranges[fold_name(entry.equals)]
        else:
            elements = [self.elements[part] for part in self._find_range(entry.name)]
        return pysd.AbstractSubscriptRange(
            name=self.ranges[fold_name(entry.name)],
            subscripts=elements,
            mapping=[self.ranges[fold_name(name)] for name in entry.maps],
        )

    def _find_range(self, name: str) -> tuple[str, ...]:
        return next(
            listed
            for spelled, listed in self.program.ranges.items()
            if fold_name(spelled) == fold_name(name)
        )

    def _write_element(self, element: syntax.Element) -> Any:
        from pysd.translators.structures import abstract_model as pysd

        name = self.variables[fold_name(element.name)]
        kind = pysd.AbstractControlElement if name in CONTROLS else pysd.AbstractElement
        return kind(
            name=name,
            components=[self._write_component(part) for part in element.components],
            units="",
            limits=(None, None),
            documentation="",
        )

    def _write_component(self, component: syntax.Component) -> Any:
        from pysd.translators.structures import abstract_model as pysd

        kind = pysd.AbstractLookup if component.kind == "table" else pysd.AbstractComponent
        subscripts = (
            self._replace_subscripts(component.subscripts),
            [self._replace_subscripts(cell) for cell in component.excepted],
        )
        return kind(subscripts=subscripts, ast=self._write_tree(component.ast))

    def _replace_subscripts(self, names: Iterable[str]) -> list[str]:
        return [self._replace_subscript(name) for name in names]

    def _replace_subscript(self, name: str) -> str:
        mark = "!" if name.endswith("!") else ""
        folded = fold_name(name.rstrip("!"))
        if folded in self.ranges:
            return self.ranges[folded] + mark
        return self._folded[folded] + mark

    def _write_tree(self, tree: Any) -> Any:
        """Write an expression; every text in it is a name and is replaced."""
        from pysd.translators.structures import abstract_expressions as pysd

        if isinstance(tree, float) and tree.is_integer() and abs(tree) < 2**53:
            return int(tree)  # the order of a delay is one of PySD's sizes
        if isinstance(tree, int | float | np.number | np.ndarray):
            return tree
        if isinstance(tree, syntax.Missing):
            return np.nan
        if isinstance(tree, syntax.Reference):
            return pysd.ReferenceStructure(
                self._replace_reference(tree.reference), self._write_subscripts(tree)
            )
        if isinstance(tree, syntax.Call):
            name = fold_name(tree.function.reference)
            if name in _WRITTEN_OUT:
                return self._write_tree(_WRITTEN_OUT[name](*tree.arguments))
            # The program has checked all other names against the list of known functions.
            function = (
                self._write_tree(tree.function)
                if name in self.variables
                else pysd.ReferenceStructure(_PYSD.get(name, name.replace(" ", "_")), None)
            )
            return pysd.CallStructure(function, tuple(map(self._write_tree, tree.arguments)))
        if isinstance(tree, syntax.Arithmetic | syntax.Logic):
            kind = getattr(pysd, f"{type(tree).__name__}Structure")
            return kind(list(tree.operators), tuple(map(self._write_tree, tree.arguments)))
        if isinstance(tree, syntax.Lookups):
            ends = (min(tree.x), max(tree.x)), (min(tree.y), max(tree.y))
            return pysd.LookupsStructure(tree.x, tree.y, *ends, tree.type)
        if not is_dataclass(tree) or isinstance(tree, type | syntax.Text):
            raise InputError("an equation holds a text where a number is needed")
        kind = getattr(pysd, f"{type(tree).__name__}Structure")
        parts = (getattr(tree, part.name) for part in fields(tree))
        return kind(*(part if isinstance(part, bool) else self._write_tree(part) for part in parts))

    def _write_subscripts(self, tree: syntax.Reference) -> Any:
        from pysd.translators.structures import abstract_expressions as pysd

        if tree.subscripts is None:
            return None
        return pysd.SubscriptsReferenceStructure(
            self._replace_subscripts(tree.subscripts.subscripts)
        )

    def _replace_reference(self, reference: str) -> str:
        folded = fold_name(reference)
        if folded == "time" and folded not in self.variables:
            return "time"
        if folded in self.variables:
            return self.variables[folded].lower().replace(" ", "_")
        return self.ranges.get(folded) or self._folded[folded]
