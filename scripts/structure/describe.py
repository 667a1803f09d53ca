"""``smecluster describe``: what a variable or a policy lever is, and what it depends on."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.engine.read.document import Document, Variable
from smecluster.model.engine.read.document import read_document as read_document
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text
from smecluster.model.support.workspace import locate
from smecluster.scripts.shared.printing import print_json

if TYPE_CHECKING:
    from smecluster.policies.lever_description import Evidence, LeverDescription
    from smecluster.policies.levers import Lever

EXAMPLES = (
    'smecluster describe "value added"',
    'smecluster describe "Imitative SMEs" --json',
    'smecluster describe "talent training"',
)
_WIDTH = 80
_LABEL = 12  # characters for the labels of a description


def describe(
    name: Annotated[str, typer.Argument(help="A variable or a policy lever; upper or lower case.")],
    model: Annotated[
        Path, typer.Option(help="Another Vensim model.", show_default=False)
    ] = SHIPPED,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain a variable of the model, or a policy lever."""
    text = read_text(locate(model))
    document = read_document(text)
    lever = _lever(name, document)
    if lever is not None:
        _describe_lever(lever, text, json)
        return
    variable = document.variable(name)
    if json:
        print_json(_record(variable))
        return
    print(variable.name + (f" [{', '.join(variable.dims)}]" if variable.dims else ""))
    print(f"  {variable.definition}")
    for label, value in _lines(variable):
        print(f"  {f'{label}:' if label else '':<{_LABEL}}{value}")


def _lever(name: str, document: Document) -> Lever | None:
    """Give the lever of that name; None where a variable has the name.

    Raises
    ------
    InputError
        If neither a variable nor a lever has the name.
    """
    from smecluster.model.engine.read.names import fold_name
    from smecluster.model.errors import UnknownNameError
    from smecluster.policies.levers import read_levers

    if fold_name(name) in map(fold_name, document.variables):
        return None
    levers = {fold_name(lever.name): lever for lever in read_levers()}
    if fold_name(name) not in levers:
        known = [*document.variables, *(lever.name for lever in levers.values())]
        raise UnknownNameError("variable or lever", name, known)
    return levers[fold_name(name)]


def _describe_lever(lever: Lever, text: str, json: bool) -> None:
    from dataclasses import asdict

    from smecluster.policies.lever_description import describe_lever

    description = describe_lever(lever, text)
    if json:
        print_json({**asdict(description), "lever": lever.model_dump()})
        return
    print(f"{lever.name} (policy lever)")
    print(textwrap.fill(lever.description, _WIDTH, initial_indent="  ", subsequent_indent="  "))
    for label, value in _lever_lines(description):
        indent = " " * (_LABEL + 2)
        print(textwrap.fill(f"  {f'{label}:':<{_LABEL}}{value}", _WIDTH, subsequent_indent=indent))
    print("  evidence:")
    for one in description.evidence:
        print(textwrap.fill(_cite(one), _WIDTH, initial_indent="    ", subsequent_indent=" " * 6))
    for cause, path in description.effect_paths.items():
        print(f"  shortest path to value added through {cause}:")
        print(_join_path(path))


def _lever_lines(description: LeverDescription) -> list[tuple[str, str]]:
    lever = description.lever
    low, high = (f"{100 * share:g}" for share in lever.share)
    sections = "; ".join(f"{number} ({about})" for number, about in description.sections.items())
    today = ", ".join(f"{place} {100 * share:.2g} %" for place, share in description.today.items())
    return [
        ("paper", f"Qu Li (2020), section{'s' * (len(lever.paper) > 1)} {sections}"),
        ("task of", f"{lever.task}, by the paper's division of labour; either level can run it"),
        ("cost", f"{low} to {high} % of the {lever.cost_basis} a year, both levels together"),
        ("span from", lever.share_source),
        ("as now", f"{today} of value added in 2025; dates are recorded, sizes are judgement"),
        ("feeds", lever.feeds),
        ("by way of", " > ".join(description.money_path)),
    ]


def _cite(evidence: Evidence) -> str:
    unit = "" if evidence.unit == "Dmnl" else f" {evidence.unit}"
    span = (
        f" ({evidence.low:g} to {evidence.high:g})"
        if evidence.low is not None and evidence.high is not None
        else ""
    )
    value = "" if evidence.value is None else f" = {evidence.value:g}{unit}"
    return f"{evidence.name}{value}{span}: {evidence.source}"


def _join_path(path: tuple[str, ...]) -> str:
    return textwrap.fill(" > ".join(path), _WIDTH, initial_indent="    ", subsequent_indent=" " * 6)


def _lines(variable: Variable) -> list[tuple[str, str]]:
    bounds = [("?" if bound is None else f"{bound:g}") for bound in (variable.low, variable.high)]
    lines = [
        ("kind", f"{variable.kind}, sector {variable.sector or 'none'}, line {variable.line}"),
        ("unit", variable.unit or "none"),
        ("source", variable.source or "none"),
    ]
    if bounds != ["?", "?"]:
        lines.append(("range", f"{bounds[0]} to {bounds[1]}"))
    first, *others = variable.equation.splitlines()
    lines.append(("equation", first))
    lines.extend(("", other) for other in others)
    lines.append(("causes", "; ".join(variable.causes) or "none"))
    lines.append(("effects", "; ".join(variable.effects) or "none"))
    return lines


def _record(variable: Variable) -> dict[str, object]:
    return {
        "name": variable.name,
        "kind": variable.kind,
        "sector": variable.sector,
        "dims": variable.dims,
        "unit": variable.unit,
        "low": variable.low,
        "high": variable.high,
        "definition": variable.definition,
        "source": variable.source,
        "equation": variable.equation.splitlines(),
        "causes": variable.causes,
        "effects": variable.effects,
        "line": variable.line,
    }
