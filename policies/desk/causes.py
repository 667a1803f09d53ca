"""What a page needs to find out why: two worlds in one module, and the diagram of the loops.

With a link cut, a reader in the second world sees the first world's value (`model.checking.
twin_worlds`), and what is then missing of the effect is what the link carries, as in
`policies.explanation`. Here the first world is policy as now, and the second what the sliders say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smecluster.model.checking.twin_worlds import CUT, TwinModel, name_cut, name_second
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.run.branches import add_states
from smecluster.model.engine.run.portable import make_portable
from smecluster.model.file.overview import list_parts, read_overview
from smecluster.model.outcomes import Outcome, list_variables
from smecluster.policies.causal_chains import ALIKE, CANCELLED, LEAST, WHOLE
from smecluster.policies.cut_runs import find_between
from smecluster.policies.menu import Menu

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.engine.graph.graph import Program
    from smecluster.model.engine.run.portable import PortableModel


@dataclass(frozen=True)
class ForkedTwins(TwinModel):
    """Two worlds whose states can be set where a run starts."""

    @property
    def program(self) -> Program:
        """The equations of both worlds, with an input and an output for every state."""
        return add_states(TwinModel(self.text, self.path, self.moved, self.cuts))

    @property
    def hash(self) -> str:
        """Fingerprint of what determines the numbers."""
        return f"{super().hash} continued"


def compile_causes(
    model: Model, outcomes: Sequence[Outcome], base: Iterable[str], also: Iterable[str]
) -> tuple[PortableModel, dict[str, Any]]:
    """Compile two worlds with a switch for every link between the money and the outcomes.

    Parameters
    ----------
    model : Model
        The model.
    outcomes : sequence of Outcome
        What can be asked for.
    base : iterable of str
        Inputs that the sliders set, ``"name[element]"``.
    also : iterable of str
        Other inputs that both worlds share.

    Returns
    -------
    PortableModel
        The module; it returns the outcomes of both worlds.
    dict
        What can be written as JSON: ``variables`` and what they mean; ``links``, pairs of the
        places of a variable and its reader; ``moved``, the inputs of the second world by those of
        the first; ``second``, the outcomes' names there; ``cut``, what the switches are called,
        before their number; the limits of `policies.causal_chains`; and the ``overview``.
    """
    base = list(base)
    names = list_variables(outcomes)
    between = find_between(model.document, Menu.spending.values(), names)
    known = set(between)
    links = [
        (name, reader)
        for name in between
        for reader in model.document.followers[name]
        if reader in known
    ]
    moved = frozenset(name.partition("[")[0] for name in base)
    twins = ForkedTwins(model.text, model.path, moved, tuple(links))
    switches = [name_cut(at) for at in range(len(links))]
    states = [f"state {at}" for at in range(len(twins.program.states))]
    varied = [*base, *(name_second(name) for name in base), *also, *switches, *states]
    portable = make_portable(twins, [*names, *map(name_second, names)], varied)
    return portable, {
        "links": [[between.index(one) for one in link] for link in links],
        "moved": {name: name_second(name) for name in base},
        "second": {name: name_second(name) for name in names},
        "cut": CUT,
        "limits": {"least": LEAST, "alike": ALIKE, "whole": WHOLE, "cancelled": CANCELLED},
        "overview": _describe_overview(model, links),
        "variables": {
            name: {
                "unit": model.variables[name].unit,
                "definition": model.variables[name].definition,
                "source": model.variables[name].source,
            }
            for name in between
        },
    }


def _describe_overview(model: Model, links: Sequence[tuple[str, str]]) -> dict[str, Any]:
    overview = read_overview(model.text)
    numbers = {link: at for at, link in enumerate(links)}
    parts = list_parts(overview, dict(model.document.followers))
    spelled = {fold_name(name): name for name in model.variables}
    return {
        "names": [
            {
                "name": spelled.get(fold_name(one.variable), one.variable),
                **{"x": one.x, "y": one.y, "w": one.width, "h": one.height, "boxed": one.boxed},
            }
            for one in overview.names
        ],
        "arrows": [
            {
                "from": spelled.get(fold_name(one.cause), one.cause),
                "to": spelled.get(fold_name(one.effect), one.effect),
                "sign": one.sign,
                "bend": list(one.bend) if one.bend else None,
                "links": _number(parts[one.cause, one.effect], numbers),
            }
            for one in overview.influences
        ],
        "loops": [{"label": label, "x": x, "y": y} for label, x, y in overview.loops],
    }


def _number(parts: Sequence[tuple[str, str]], numbers: Mapping[tuple[str, str], int]) -> list[int]:
    """Give the switches of the links behind an arrow."""
    return [numbers[link] for link in parts if link in numbers]
