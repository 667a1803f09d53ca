"""Terms in which experiments are written, and what a model calls them.

An experiment is written once, before it is run, and holds for every edition of the model. Where
editions differ in names, it uses a term of ``calibration/reform_terms.toml``: ``[terms]`` lists for
each term what models call it, ``[elements]`` the same for levers and ranges in brackets. The first
one that the model has counts. A ``?`` stands for what the experiment puts in the term's brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from smecluster.model.checking.formula import Formula, parse_formula
from smecluster.model.engine.read.names import fold_name, split_elements
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.model import Model
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.support.workspace import locate

#: The shipped terms.
TERMS = Path(__file__).parents[1] / "reform_terms.toml"
#: Stands for the region in which an experiment is run.
HERE = "here"
_ASKED = "?"

_NAME = re.compile(r"(?P<name>\"[^\"]*\"|[^\W\d_][\w ']*)(?P<bracket>\s*\[[^\]]*\])?")


class LackingError(InputError):
    """The model has nothing that an experiment needs."""


class TermList(Schema):
    """What ``reform_terms.toml`` holds."""

    terms: dict[str, tuple[str, ...]] = Field(description="by term, what models call it")
    elements: dict[str, tuple[str, ...]] = Field(default={}, description="the same, in brackets")


def read_terms(path: Path = TERMS) -> TermList:
    """Read the terms of experiments.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    TermList

    Raises
    ------
    InputError
        In one line, if the file is malformed.
    """
    return validate(TermList, read_toml(locate(path)), str(path))


class Terms:
    """The terms of experiments, for one model.

    Parameters
    ----------
    model : Model
        The model.
    listed : TermList, optional
        The terms; the shipped ones by default.
    """

    def __init__(self, model: Model, listed: TermList | None = None) -> None:
        listed = read_terms() if listed is None else listed
        self._variables = model.variables
        self._spelled = {fold_name(name): name for name in model.variables}
        self._subscripts = model.document.subscripts
        self._terms = _fold(listed.terms)
        self._elements = _fold(listed.elements)

    def parse(self, text: str) -> Formula:
        """Parse a formula that may use terms.

        Parameters
        ----------
        text : str
            The formula.

        Returns
        -------
        Formula
            In the model's names.

        Raises
        ------
        LackingError
            If the model has nothing for a term.
        UnknownNameError
            If a name is neither a term nor the model's.
        InputError
            If it is not a formula.
        """
        return parse_formula(_NAME.sub(self._replace, text), self._variables)

    def find_input(self, given: str) -> str:
        """Find what the model calls an input.

        Parameters
        ----------
        given : str
            A term or a name of the model, with or without elements.

        Returns
        -------
        str
            The model's name, with elements; `HERE` stands for the region.

        Raises
        ------
        LackingError
            If the model has nothing for a term.
        UnknownNameError
            If a name or an element is unknown.
        """
        bare, bracket, inside = given.partition("[")
        listed = self._terms.get(fold_name(bare))
        if listed is None:
            name, elements = bare.strip(), bracket + inside
            self._find_variable(name)
            return name + self._check_elements(name, elements)
        for candidate in listed:
            name, opening, rest = candidate.partition("[")
            elements = (opening + rest).replace(_ASKED, ", ".join(split_elements(bracket + inside)))
            try:
                self._find_variable(name)
                return name + self._check_elements(name, elements)
            except UnknownNameError:
                continue
        raise LackingError(f"this model has nothing for {given.strip()!r}")

    def _replace(self, match: re.Match[str]) -> str:
        listed = self._terms.get(fold_name(match["name"].strip()))
        if listed is None:
            return self._spell(match)
        asked = ", ".join(split_elements(match["bracket"] or ""))
        for candidate in listed:
            try:
                formula = parse_formula(candidate.replace(_ASKED, asked), self._variables)
                written = _NAME.sub(self._spell, formula.text)
            except UnknownNameError:
                continue
            return f"({written})"
        raise LackingError(f"this model has nothing for {match[0].strip()!r}")

    def _spell(self, match: re.Match[str]) -> str:
        return match["name"] + self._check_elements(match["name"], match["bracket"] or "")

    def _find_variable(self, name: str) -> str:
        found = self._spelled.get(fold_name(name))
        if found is None:
            raise UnknownNameError("variable", name.strip(), self._variables)
        return found

    def _check_elements(self, name: str, bracket: str) -> str:
        """Spell the elements in brackets as the model does, and check that they are its own."""
        given = split_elements(bracket)
        found = self._spelled.get(fold_name(name))
        if not given or found is None:
            return bracket
        known = {HERE: HERE}
        for dim in self._variables[found].dims:
            for one in (dim, *self._subscripts.get(dim, ())):
                known[fold_name(one)] = one
        spelled = []
        for one in given:
            names = (one, *self._elements.get(fold_name(one), ()))
            right = next((known[fold_name(each)] for each in names if fold_name(each) in known), "")
            if not right:
                raise UnknownNameError(f"element of {found!r}", one, set(known.values()) - {HERE})
            spelled.append(right)
        return f"[{', '.join(spelled)}]"


def _fold(listed: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {fold_name(name): candidates for name, candidates in listed.items()}
