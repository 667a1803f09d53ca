"""The diagrams of the Vensim file, drawn from its equations.

Every sector becomes a view in which its stocks are boxes, its flows pipes with valves, and
the variables of other sectors grey names; an overview shows the feedback loops. Only the
sketch section of the file changes: after ``smecluster views`` a variable that was added with
a text editor has its place in the diagrams, without Vensim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smecluster.model.diagrams.chains import draw_chains, list_rates, read_flows
from smecluster.model.diagrams.loops import LOOPS, Loop
from smecluster.model.diagrams.sheet import Arrow, Sheet
from smecluster.model.diagrams.sketch import CLOSING, SETTINGS, shorten_title
from smecluster.model.engine.read.document import Document, Variable, read_document
from smecluster.model.engine.read.names import fold_name, list_names
from smecluster.model.engine.read.source import parse

OVERVIEW = "00 Overview"
_OVERVIEW_ROOM = 3.4  # the names of the loops stand between the variables
_OVERVIEW_NOTE = (
    "The main feedback loops: R reinforcing, B balancing. An arrow may stand for a chain of "
    "influences, which the views of the sectors show. There stocks are boxes, flows pipes, "
    "constants small and blue, tables small and brown; grey names in angle brackets are "
    "repeated from elsewhere."
)
_FOREIGN_TARGETS = 3  # arrows that leave one grey name before it is repeated
_OWN_TARGETS = 5  # arrows that leave a name before it is repeated in grey


def draw_views(text: str, loops: Sequence[Loop] = LOOPS) -> str:
    """Regenerate the diagrams of a model.

    Parameters
    ----------
    text : str
        The Vensim file.
    loops : sequence of Loop
        The feedback loops of the overview; those that name a variable which the model does
        not have are left out.

    Returns
    -------
    str
        The same file with new views; equations and settings are kept to the letter.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    source = parse(text)
    document = read_document(text)
    equations = source.text[: len(source.text) - len(source.sketch)]
    _, _, settings = source.sketch.partition(CLOSING)
    home = assign_sectors(document)
    sheets = [_overview(document, loops)]
    sectors = [sector for sector in document.sectors if sector in set(home.values())]
    for number, sector in enumerate(sectors, start=1):
        title = shorten_title(f"{number:02d} {sector}")
        sheets.append(_sector_sheet(document, home, sector, title))
    lines = [line for sheet in sheets if sheet.marks for line in sheet.lines()]
    return (
        equations.rstrip("\n")
        + "\n\n"
        + "\n".join([*lines, CLOSING])
        + (settings if settings.strip() else "\n" + SETTINGS)
    )


def assign_sectors(document: Document) -> dict[str, str]:
    """Give the sector in whose view each variable stands; elsewhere its name is grey.

    Parameters
    ----------
    document : Document
        The model.

    Returns
    -------
    dict of str to str
        Sector by variable. Vensim's control variables stand nowhere.
    """
    return {
        name: variable.sector
        for name, variable in document.variables.items()
        if variable.kind != "control"
    }


def _overview(document: Document, loops: Sequence[Loop]) -> Sheet:
    sheet = Sheet(OVERVIEW, caption=_OVERVIEW_NOTE, room=_OVERVIEW_ROOM, margin=14)
    known = {fold_name(name): variable for name, variable in document.variables.items()}
    present = [loop for loop in loops if all(fold_name(name) in known for name, _ in loop.path)]
    standing: dict[str, int] = {}
    for loop in present:
        for name, _ in loop.path:
            variable = known[fold_name(name)]
            if variable.name not in standing:
                role = "overview stock" if variable.kind == "stock" else "overview"
                standing[variable.name] = sheet.name(role, variable.name)
    drawn: dict[tuple[int, int], str] = {}
    for loop in present:
        members = [standing[known[fold_name(name)].name] for name, _ in loop.path]
        for at, (_, sign) in enumerate(loop.path):
            drawn.setdefault((members[at], members[(at + 1) % len(members)]), sign)
        sheet.notes.append((loop.label, tuple(members)))
    sheet.arrows = [Arrow(a, b, sign) for (a, b), sign in drawn.items()]
    return sheet


def _sector_sheet(document: Document, home: dict[str, str], sector: str, title: str) -> Sheet:
    sheet = Sheet(title, caption=document.sectors.get(sector, ""))
    own = {name: document.variables[name] for name, at in home.items() if at == sector}
    standing = draw_chains(sheet, document, own)
    for name, variable in own.items():
        if name not in standing:
            role = variable.kind if variable.kind in ("constant", "table") else "name"
            standing[name] = sheet.name(role, name)
    targets: dict[str, list[tuple[str, bool]]] = {}
    for name, variable in own.items():
        for cause, initial in _causes(document, variable):
            if cause != name:
                targets.setdefault(cause, []).append((name, initial))
    for cause, reached in targets.items():
        if cause not in standing and _unit_only(document.variables[cause]):
            continue
        size = _OWN_TARGETS if cause in standing else _FOREIGN_TARGETS
        for at, chunk in enumerate(_chunks(reached, size)):
            start = standing.get(cause) if at == 0 else None
            if start is None:
                start = sheet.name("grey", cause)
            for name, initial in chunk:
                sheet.arrows.append(Arrow(start, standing[name], initial=initial))
    return sheet


def _chunks(items: Sequence[tuple[str, bool]], size: int) -> Iterator[Sequence[tuple[str, bool]]]:
    """Split into nearly equal parts of at most `size`."""
    parts = -(-len(items) // size)
    for part in range(parts):
        yield items[part * len(items) // parts : (part + 1) * len(items) // parts]


def _unit_only(variable: Variable) -> bool:
    """Say whether a constant only converts units: its arrows would mean nothing."""
    return variable.kind == "constant" and variable.name.startswith("one ")


def _causes(document: Document, variable: Variable) -> list[tuple[str, bool]]:
    """List the causes to draw as arrows, and whether each only sets an initial value."""
    if variable.kind != "stock":
        return [(cause, variable.kind == "initial") for cause in variable.causes]
    flows = read_flows(document, variable)
    rate = {name for text in list_rates(variable) for name in list_names(text)}
    return [
        (cause, fold_name(cause) not in rate) for cause in variable.causes if cause not in flows
    ]
