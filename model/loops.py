"""The named feedback loops of the model, and the variables that they run through.

The overview diagram is drawn from them. A step of a loop is an influence that may pass
through further variables: the sectors' own diagrams show those.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Loop:
    """A named feedback loop.

    Attributes
    ----------
    label : str
        R (reinforcing) or B (balancing) with a number, and the loop's name.
    path : tuple of (str, str)
        Its variables in order, each with the sign (``"+"`` or ``"-"``) of its influence on the
        next; the last one acts on the first.
    """

    label: str
    path: tuple[tuple[str, str], ...]

    @property
    def reinforcing(self) -> bool:
        """Whether a change returns with its own sign."""
        return sum(sign == "-" for _, sign in self.path) % 2 == 0


def _loop(label: str, path: str) -> Loop:
    """Read ``"a + b - "``: a raises b, b lowers a."""
    words = path.split()
    steps: list[tuple[str, str]] = []
    start = 0
    for at, word in enumerate(words):
        if word in "+-":
            steps.append((" ".join(words[start:at]), word))
            start = at + 1
    return Loop(label, tuple(steps))


LOOPS: tuple[Loop, ...] = (
    # Li 2020, section 4.1: public goods trigger agglomeration.
    _loop(
        "R1 agglomeration",
        "total firms + division of labour + value added + tax revenue + Infrastructure capital +"
        " Expected earnings + wanted entry + SMEs +",
    ),
    _loop("R2 spin-offs", "SMEs + wanted entry +"),
    _loop("R3 labour pool and talent", "Talent + net output + value added + Employment +"),
    _loop(
        "R4 innovation network",
        "Network density + innovation capacity + Upgraded SMEs + SMEs + total firms +",
    ),
    _loop(
        "R5 brand and quality",
        "Upgraded SMEs + average quality + Collective reputation + value added +"
        " Expected earnings +",
    ),
    _loop(
        "R6 credit and growth", "outside money + Productive capital + net output + value added +"
    ),
    _loop(
        "R7 transaction cost and scale",
        "total firms + Network density - transaction cost share - wanted entry + SMEs +",
    ),
    _loop(
        "R8 service quality and revenue",
        "tax revenue + Service quality - transaction cost share - net output + value added +",
    ),
    _loop(
        "B1 market saturation and price war",
        "SMEs + net output - relative price + Expected earnings + wanted entry +",
    ),
    _loop("B2 congestion and land", "SMEs - Serviced land + wanted entry +"),
    _loop("B3 wages", "value added + annual wage - Expected earnings + wanted entry + SMEs +"),
    _loop(
        "B4 quality erosion",
        "Upgraded SMEs + net output - relative price - quality erosion -",
    ),
    _loop(
        "B5 relocation of external firms",
        "External firms + value added + annual wage + relocation hazard -",
    ),
    _loop("B6 debt and default", "SME loans + default rate - credit access +"),
    _loop("B7 free riding on the brand", "Regional brand + quality erosion - Upgraded SMEs +"),
    _loop("B8 the budget", "Local public debt - ordinary spending +"),
)
