"""What a model file says, as data: ranges, variables, and their equations as expressions.

Vensim's files and XMILE's end in the same classes. Expressions bear the names of PySD's, so that
its engine can be given a copy (`engine.reference.pysd`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# A number, a list of numbers, or one of the classes below.
Tree = Any


@dataclass(frozen=True)
class Subscripts:
    """The subscripts of a reference: ranges or elements; one that is summed over ends in ``!``."""

    subscripts: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """A variable, a range or a function that is named."""

    reference: str
    subscripts: Subscripts | None = None


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """Operands joined from the left; ``^`` and ``negative`` stand alone."""

    operators: tuple[str, ...]
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, eq=False)
class Logic:
    """A comparison, ``:NOT:``, or operands that are all joined by ``:AND:`` or all by ``:OR:``."""

    operators: tuple[str, ...]
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, eq=False)
class Call:
    """A function, macro or table with its arguments; ``outputs`` names further results."""

    function: Reference
    arguments: tuple[Tree, ...]
    outputs: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Text:
    """A text in quotes, such as the name of a file."""

    text: str


@dataclass(frozen=True)
class Missing:
    """Vensim's ``:NA:``."""


@dataclass(frozen=True)
class Lookups:
    """The points of a table, in ascending order of `x`.

    Attributes
    ----------
    x, y : tuple of float
        The points.
    type : str
        ``"interpolate"``, ``"extrapolate"`` or ``"hold_backward"``.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    type: str = "interpolate"


@dataclass(frozen=True, eq=False)
class InlineLookups:
    """A table that is read in an equation."""

    argument: Tree
    lookups: Lookups


@dataclass(frozen=True, eq=False)
class Initial:
    """A value of the time at which stocks get their first values."""

    initial: Tree


@dataclass(frozen=True, eq=False)
class Integ:
    """A stock."""

    flow: Tree
    initial: Tree
    non_negative: bool = False


@dataclass(frozen=True, eq=False)
class Delay:
    """``DELAY1`` and ``DELAY3``."""

    input: Tree
    delay_time: Tree
    initial: Tree
    order: Tree


@dataclass(frozen=True, eq=False)
class DelayN(Delay):
    """``DELAY N``."""


@dataclass(frozen=True, eq=False)
class DelayFixed:
    """``DELAY FIXED``."""

    input: Tree
    delay_time: Tree
    initial: Tree


@dataclass(frozen=True, eq=False)
class Smooth:
    """``SMOOTH`` and ``SMOOTH3``."""

    input: Tree
    smooth_time: Tree
    initial: Tree
    order: Tree


@dataclass(frozen=True, eq=False)
class SmoothN(Smooth):
    """``SMOOTH N``."""


@dataclass(frozen=True, eq=False)
class SampleIfTrue:
    """``SAMPLE IF TRUE``."""

    condition: Tree
    input: Tree
    initial: Tree


@dataclass(frozen=True, eq=False)
class NetPresentValue:
    """``NPV``."""

    stream: Tree
    rate: Tree
    initial: Tree
    factor: Tree


@dataclass(frozen=True, eq=False)
class Depreciation:
    """``DEPRECIATE STRAIGHTLINE``."""

    stream: Tree
    depreciation_time: Tree
    fiscal_period: Tree
    initial: Tree


@dataclass(frozen=True, eq=False)
class Component:
    """One equation of a variable.

    Attributes
    ----------
    subscripts : tuple of str
        Ranges or elements on the left-hand side.
    excepted : tuple of tuple of str
        What ``:EXCEPT:`` leaves out.
    ast : Tree
        The right-hand side.
    kind : str
        ``"equation"``, ``"table"`` or ``"data"`` (a value for each of some times; a `Lookups`).
    line : int
        Line of the file.
    """

    subscripts: tuple[str, ...]
    excepted: tuple[tuple[str, ...], ...]
    ast: Tree
    kind: str = "equation"
    line: int = 0


@dataclass(frozen=True, eq=False)
class Element:
    """A variable with all its equations.

    Attributes
    ----------
    name : str
        As the file spells it, without quotes.
    components : tuple of Component
        Its equations.
    units, documentation : str
        As written.
    limits : tuple of float or None
        Plausible range.
    line : int
        Line of the file; 0 if unknown.
    """

    name: str
    components: tuple[Component, ...]
    units: str = ""
    documentation: str = ""
    limits: tuple[float | None, float | None] = (None, None)
    line: int = 0


@dataclass(frozen=True)
class Range:
    """A range of elements.

    Attributes
    ----------
    name : str
        As spelled.
    elements : tuple of str
        Elements or other ranges.
    equals : str
        The range that it repeats, empty if it lists its own elements.
    maps : mapping of str to tuple of str
        Ranges that it maps to: for each of its elements an element or a range of the other one;
        no elements if they pair by position.
    """

    name: str
    elements: tuple[str, ...] = ()
    equals: str = ""
    maps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Section:
    """A model, or a macro.

    Attributes
    ----------
    ranges : tuple of Range
        Its ranges.
    elements : tuple of Element
        Its variables.
    name : str
        The macro's name.
    parameters, outputs : tuple of str
        A macro's arguments, and its results besides that of its name.
    """

    ranges: tuple[Range, ...]
    elements: tuple[Element, ...]
    name: str = ""
    parameters: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class File:
    """What a model file says.

    Attributes
    ----------
    main : Section
        The model.
    macros : tuple of Section
        Its macros.
    method : str
        ``"euler"``, ``"rk2"`` or ``"rk4"``.
    """

    main: Section
    macros: tuple[Section, ...] = ()
    method: str = "euler"
