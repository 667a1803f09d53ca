"""The model by sector: what each is, its stocks, and the loops that run through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from variable_pages import enlarge, slug

from smecluster.model.engine.read.document import Document, read_document
from smecluster.model.file.model import SHIPPED
from smecluster.model.loops import LOOPS, Loop
from smecluster.model.support.files import read_text

_OPENING = """# The model by sector, with its loops

The sectors, their stocks and the named loops, read from the model when this site was built. After
**+** more of one makes more of the next, other things being equal, after **-** less. A step may
pass through further variables, which the diagram of the sector shows. A loop with an even number of
minus signs reinforces a push (R), one with an odd number balances it (B). How strong each
reinforcing loop is, [loop gains](../docs/loop-gains.md) computes; what happens when a mechanism is
cut, [mechanisms](../docs/mechanisms.md) shows.
"""


def write_sector_page(folder: Path) -> list[str]:
    """Write the page.

    Parameters
    ----------
    folder : Path
        The staged copy.

    Returns
    -------
    list of str
        The page, without suffix.
    """
    document = read_document(read_text(SHIPPED))
    lines = [
        _OPENING,
        "```{image} variables/overview.svg\n:alt: The loops of the model\n"
        f":target: {enlarge('overview')}\n```\n",
    ]
    lines += ["## The loops\n", *(_describe_loop(loop, document) for loop in LOOPS)]
    for sector, about in document.sectors.items():
        own = [v.name for v in document.variables.values() if v.sector == sector]
        stocks = [v for v in own if document.variables[v].kind == "stock"]
        if not own or sector == "Control":
            continue
        lines.append(f"\n## {sector}\n\n{about} [All {len(own)} variables]")
        lines[-1] += f"(variables/{slug(sector)}.md).\n"
        if stocks:
            lines.append(f"Stocks: {'; '.join(_link(name, document) for name in stocks)}.\n")
        passing = [loop.label for loop in LOOPS if set(own) & {name for name, _ in loop.path}]
        if passing:
            lines.append(f"Loops through it: {'; '.join(passing)}.\n")
    (folder / "reference" / "sectors.md").write_text("\n".join(lines), encoding="utf-8")
    return ["reference/sectors"]


def _describe_loop(loop: Loop, document: Document) -> str:
    return f"- **{loop.label}**: " + " ".join(_list_steps(loop, document))


def _list_steps(loop: Loop, document: Document) -> Iterator[str]:
    for name, sign in loop.path:
        yield f"{_link(name, document)} **{sign}**"
    yield f"back to {loop.path[0][0]}"


def _link(name: str, document: Document) -> str:
    found = document.variable(name)
    return f"[{found.name}](variables/{slug(found.sector)}.md#var-{slug(found.name)})"
