"""The reference of the model's variables, read from the Vensim file, with its diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from diagrams import draw_views

from smecluster.model.engine.read.document import Document, Variable, read_document
from smecluster.model.file.model import SHIPPED
from smecluster.model.support.files import read_text


def write_variable_pages(folder: Path) -> list[str]:
    """Write a page for each sector: its diagram, then every variable with its neighbours.

    Parameters
    ----------
    folder : Path
        The staged copy.

    Returns
    -------
    list of str
        The pages, without suffix.
    """
    text = read_text(SHIPPED)
    document = read_document(text)
    place = folder / "reference" / "variables"
    place.mkdir(parents=True, exist_ok=True)
    pictures = draw_views(text)
    for title, picture in pictures.items():
        (place / f"{slug(title)}.svg").write_text(picture, encoding="utf-8")
    rows, pages = [], []
    for sector, about in document.sectors.items():
        own = [v for v in document.variables.values() if v.sector == sector]
        if not own:
            continue
        name = slug(sector)
        lines = [f"# {sector}\n\n{about}\n", *_picture(sector, pictures)]
        for variable in own:
            lines += _describe(variable, document)
        (place / f"{name}.md").write_text("\n".join(lines), encoding="utf-8")
        pages.append(f"reference/variables/{name}")
        rows.append(f"| [{sector}](variables/{name}.md) | {len(own)} | {about} |")
    listed = "\n".join(f"variables/{page.rpartition('/')[2]}" for page in pages)
    (folder / "reference" / "variables.md").write_text(
        f"# The variables of the model\n\nAll {len(document.variables)} variables, read from "
        f"`model/sme_cluster.mdl` (fingerprint `{document.hash[:12]}`) when this site was built. "
        '`smecluster describe "value added"` prints one.\n\n'
        "| sector | variables | |\n|---|---:|---|\n" + "\n".join(rows) + "\n\n"
        "## Overview\n\n```{image} variables/overview.svg\n:alt: The main stocks and the loops "
        f"between them\n:target: {enlarge('overview')}\n```\n\n"
        "## Ranges\n\n| range | elements |\n|---|---|\n"
        + "\n".join(f"| {name} | {', '.join(x)} |" for name, x in document.subscripts.items())
        + f"\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n",
        encoding="utf-8",
    )
    return ["reference/variables", *pages]


def slug(text: str) -> str:
    """Turn a name into the name of a file, or the anchor of a heading."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")


def enlarge(picture: str) -> str:
    """Give the address of a picture by itself, from a page in ``reference``."""
    return f"../_images/{picture}.svg"


def _picture(sector: str, pictures: dict[str, str]) -> Iterator[str]:
    # Titles of views are cut short.
    found = [one for one in pictures if sector.startswith(one)]
    for one in found[:1]:
        yield f"```{{figure}} {slug(one)}.svg\n:alt: Stocks, flows and influences of {sector}"
        yield f":target: ../{enlarge(slug(one))}\n"
        yield "Boxes are stocks, double lines flows, blue names constants, brown ones tables; "
        yield "grey names stand elsewhere. Click on the picture to enlarge it.\n```\n"


def _describe(variable: Variable, document: Document) -> Iterator[str]:
    dims = f" [{', '.join(variable.dims)}]" if variable.dims else ""
    yield f"(var-{slug(variable.name)})="
    yield f"## {variable.name}\n"
    yield f"{_text(variable.definition)}\n"
    yield f"*{variable.kind}*{dims} · unit `{variable.unit or 'none'}`" + _range(variable) + "\n"
    yield f"Source: {_text(variable.source or 'none')}\n"
    yield "```text"
    yield variable.equation
    yield "```\n"
    yield f"Causes: {_links(variable.causes, document)}\n"
    yield f"Effects: {_links(variable.effects, document)}\n"


def _range(variable: Variable) -> str:
    if variable.low is None and variable.high is None:
        return ""
    low, high = (
        ("?" if bound is None else f"{bound:g}") for bound in (variable.low, variable.high)
    )
    return f" · allowed {low} to {high}"


def _links(names: tuple[str, ...], document: Document) -> str:
    return (
        "; ".join(
            f"[{name}](#var-{slug(name)})" if name in document.variables else name for name in names
        )
        or "none"
    )


def _text(text: str) -> str:
    """Keep what a definition says from being read as Markdown."""
    return re.sub(r"([\\`*_\[\]<>$])", r"\\\1", text)
