"""``smecluster describe``: what a variable is, and what it hangs together with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.support.files import read_text
from smecluster.model.vensim.document import SHIPPED, Variable
from smecluster.model.vensim.document import describe as document_of
from smecluster.scripts.shared.printing import print_json

EXAMPLES = (
    'smecluster describe "value added"',
    'smecluster describe "Imitative SMEs" --json',
)


def describe(
    variable: Annotated[str, typer.Argument(help="Its name; case does not count.")],
    model: Annotated[
        Path, typer.Option(help="Another Vensim model.", show_default=False)
    ] = SHIPPED,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Explain a variable of the model."""
    document = document_of(read_text(model))
    found = document.variable(variable)
    if json:
        print_json(_record(found))
        return
    print(found.name + (f" [{', '.join(found.dims)}]" if found.dims else ""))
    print(f"  {found.definition}")
    for label, value in _lines(found):
        print(f"  {f'{label}:' if label else '':<12}{value}")


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
