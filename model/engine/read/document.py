"""A model as its file describes it: every variable with unit, definition, source and neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name, list_names, parse_number
from smecluster.model.engine.read.source import Source, hash_equations, parse
from smecluster.model.errors import InputError, UnknownNameError

# Vensim's control variables steer the run; they are not part of the system.
CONTROLS = ("INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")

_CALL = re.compile(r"(?P<function>[^\W\d_][\w ]*?)\s*\(")
# A name, with or without subscripts, between two signs of a sum.
_TERM = re.compile(r"[-+]\s*(?P<name>\"[^\"]*\"|[^\W\d_][\w ']*?)\s*(?:\[[^\[\]]*\]\s*)?(?=[-+])")
_DELAYED = re.compile(r"^(SMOOTH|DELAY|TREND|FORECAST|SAMPLE IF TRUE)", re.I)


@dataclass(frozen=True)
class Variable:
    """One variable of the model.

    Attributes
    ----------
    name : str
        Name as the file spells it.
    unit : str
        Unit as the file spells it, ``"Dmnl"`` for a plain number.
    definition : str
        What it is, in words.
    source : str
        Where its value or form comes from; ``"judgement"`` if nowhere.
    low, high : float or None
        Plausible range, in `unit`.
    kind : str
        ``"stock"``, ``"flow"``, ``"delay"``, ``"auxiliary"``, ``"constant"``, ``"table"``,
        ``"initial"``, ``"data"`` or ``"control"``.
    dims : tuple of str
        Its ranges, in order.
    sector : str
        The sector (Vensim group) that it belongs to.
    equation : str
        Its definition as text, one line for each block of the file.
    line : int
        Line of the file on which it starts.
    causes, effects : tuple of str
        The variables that its equation uses, and those whose equations use it.
    supplementary : bool
        Marked in the file as a result that nothing else uses.
    """

    name: str
    unit: str
    definition: str
    source: str
    low: float | None
    high: float | None
    kind: str
    dims: tuple[str, ...]
    sector: str
    equation: str
    line: int
    causes: tuple[str, ...]
    effects: tuple[str, ...]
    supplementary: bool = False


@dataclass(frozen=True)
class Clock:
    """When a run starts and ends, in the model's unit of time (years)."""

    initial: float
    final: float
    step: float
    saveper: float


@dataclass(frozen=True)
class Document:
    """A model as its file describes it.

    Attributes
    ----------
    variables : mapping of str to Variable
        By name, in the order of the file, including the control variables.
    subscripts : mapping of str to tuple of str
        Elements of each range.
    sectors : mapping of str to str
        What each sector is, by name.
    time : Clock
        When a run starts and ends.
    hash : str
        Fingerprint of what determines the numbers (see `engine.read.source.hash_equations`).
    """

    variables: Mapping[str, Variable]
    subscripts: Mapping[str, tuple[str, ...]]
    sectors: Mapping[str, str]
    time: Clock
    hash: str

    def variable(self, name: str) -> Variable:
        """Find a variable by name; case and underscores do not count.

        Parameters
        ----------
        name : str
            The name that was given.

        Returns
        -------
        Variable

        Raises
        ------
        InputError
            If there is none; the message suggests the nearest name.
        """
        spelled = self._spelled.get(fold_name(name))
        if spelled is None:
            raise UnknownNameError("variable", name, self.variables)
        return self.variables[spelled]

    @cached_property
    def followers(self) -> dict[str, tuple[str, ...]]:
        """Variables that each variable acts on during a run, by name.

        As `Variable.effects`, without what only sets an initial value.
        """
        acting: dict[str, list[str]] = {name: [] for name in self.variables}
        for name, variable in self.variables.items():
            for cause in _acting_causes(variable, self._spelled):
                acting[cause].append(name)
        return {name: tuple(effects) for name, effects in acting.items()}

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {fold_name(name): name for name in self.variables}


@lru_cache(maxsize=32)
def read_document(text: str) -> Document:
    """Read the description that a Vensim file gives of its model.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    Document

    Raises
    ------
    InputError
        If the file cannot be read, or has no usable control variables.
    """
    source = parse(text)
    grouped: dict[str, list[Block]] = {}
    for block in source.blocks:
        if block.kind not in ("range", "equivalence", "group"):
            grouped.setdefault(fold_name(block.name), []).append(block)
    spelled = {folded: blocks[0].name for folded, blocks in grouped.items()}
    causes = {folded: _causes(blocks, spelled) for folded, blocks in grouped.items()}
    effects: dict[str, list[str]] = {folded: [] for folded in grouped}
    for folded, names in causes.items():
        for name in names:
            effects[fold_name(name)].append(spelled[folded])
    flows = _flows(grouped)
    variables = {}
    for folded, blocks in grouped.items():
        documented = max(blocks, key=lambda block: len(block.comment))
        variables[spelled[folded]] = Variable(
            name=spelled[folded],
            unit=documented.unit,
            definition=documented.definition,
            source=documented.source,
            low=documented.low,
            high=documented.high,
            kind=_kind(blocks[0], folded in flows),
            dims=tuple(_dimension(source, name) for name in blocks[0].subscripts),
            sector=blocks[0].sector,
            equation="\n".join(_equation(block) for block in blocks),
            line=blocks[0].line,
            causes=causes[folded],
            effects=tuple(effects[folded]),
            supplementary=any(block.supplementary for block in blocks),
        )
    sectors = {block.name: block.comment for block in source.blocks if block.kind == "group"}
    return Document(variables, source.subscripts, sectors, _clock(grouped), hash_equations(text))


def find_rate(expression: str) -> str | None:
    """Find the net flow in the equation of a stock.

    Parameters
    ----------
    expression : str
        Right-hand side of an equation.

    Returns
    -------
    str or None
        The first argument of ``INTEG``, None if the equation is not that of a stock.
    """
    match = re.match(r"INTEG\s*\(", expression, re.I)
    if match is None:
        return None
    depth = 0
    for at in range(match.end(), len(expression)):
        if expression[at] in "([":
            depth += 1
        elif expression[at] in ")]":
            depth -= 1
        if depth < 0 or (depth == 0 and expression[at] == ","):
            return expression[match.end() : at].strip()
    return None


def _causes(blocks: Iterable[Block], spelled: Mapping[str, str]) -> tuple[str, ...]:
    used = (name for block in blocks for name in list_names(block.expression))
    return tuple(dict.fromkeys(spelled[name] for name in used if name in spelled))


def _acting_causes(variable: Variable, spelled: Mapping[str, str]) -> tuple[str, ...]:
    """Give the causes of a variable that act during a run, not only at its beginning."""
    if variable.kind == "initial":
        return ()
    if variable.kind != "stock":
        return variable.causes
    rates = (find_rate(line.partition(" = ")[2]) or "" for line in variable.equation.splitlines())
    used = dict.fromkeys(
        spelled.get(fold_name(name)) for rate in rates for name in list_names(rate)
    )
    return tuple(name for name in used if name is not None)


def _flows(grouped: Mapping[str, Iterable[Block]]) -> set[str]:
    """List the names that are a whole term of a stock's net flow: valves in Vensim."""
    flows: set[str] = set()
    for blocks in grouped.values():
        for block in blocks:
            rate = find_rate(block.expression)
            if rate is not None:
                flows.update(fold_name(match["name"]) for match in _TERM.finditer(f"+{rate}+"))
    return flows


def _kind(block: Block, flow: bool) -> str:
    if fold_name(block.name) in {fold_name(name) for name in CONTROLS}:
        return "control"
    if block.kind != "equation":
        return block.kind
    call = _CALL.match(block.expression)
    function = call["function"].upper() if call else ""
    if function == "INTEG":
        return "stock"
    if function in ("INITIAL", "REINITIAL"):
        return "initial"
    if _DELAYED.match(function):
        return "delay"
    return "flow" if flow else "auxiliary"


def _dimension(source: Source, name: str) -> str:
    """Find the range that a left-hand subscript is, or that it belongs to."""
    own = source.range_of(name)
    if own is not None:
        return own
    for spelled, elements in source.subscripts.items():
        if fold_name(name) in {fold_name(element) for element in elements}:
            return spelled
    raise UnknownNameError("subscript", name, source.subscripts)


def _equation(block: Block) -> str:
    left = f"{block.name}[{', '.join(block.subscripts)}]" if block.subscripts else block.name
    if block.kind == "table":
        return f"{left}({block.expression})"
    if block.excepted:
        left += " :EXCEPT: " + ", ".join(f"[{', '.join(cell)}]" for cell in block.excepted)
    return f"{left} = {block.expression}" if block.expression else left


def _clock(grouped: Mapping[str, list[Block]]) -> Clock:
    """Read the control variables; one may repeat another: ``SAVEPER = TIME STEP``.

    What is a longer equation is NaN: it is known when the equations are built.
    """
    values = []
    for name in CONTROLS:
        wanted = name
        for _ in CONTROLS:
            blocks = grouped.get(fold_name(wanted))
            if blocks is None or blocks[0].kind == "constant":
                break
            wanted = blocks[0].expression
        if fold_name(name) not in grouped:
            raise InputError(f"the model does not set {name!r}")
        if blocks is None or blocks[0].kind != "constant" or blocks[0].subscripts:
            values.append(float("nan"))
        else:
            values.append(parse_number(blocks[0].expression))
    return Clock(values[0], values[1], values[2], values[3])
