"""The ranges of a file: their elements, other ranges in them resolved, and what they map to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import Range
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_ELEMENTS

# What results have besides the ranges of a model.
_DIMENSIONS = ("time", "run")

Maps = dict[tuple[str, str], dict[str, str]]


def read_ranges(given: Sequence[Range]) -> tuple[dict[str, tuple[str, ...]], Maps]:
    """Read the elements of the ranges, and which elements of others they mean.

    Parameters
    ----------
    given : sequence of Range
        The ranges as the file gives them.

    Returns
    -------
    ranges : dict of str to tuple of str
        The elements of each range.
    maps : dict of (str, str) to dict of str to str
        For a range and another one, keys of names: which element of the first an element of the
        second means.

    Raises
    ------
    InputError
        If a range is empty, contains itself, repeats an unknown one, has too many elements or a
        name that results have for something else.
    """
    listed = {entry.name: list(entry.elements) for entry in given if not entry.equals}
    copies = {entry.name: entry.equals for entry in given if entry.equals}
    spelled = {fold_name(name): name for name in listed}
    written = _write_out(listed, spelled)
    ranges: dict[str, tuple[str, ...]] = {}
    for entry in given:
        name = entry.name
        seen = set()
        while name in copies:
            seen.add(name)
            target = fold_name(copies[name])
            name = spelled.get(target) or next(
                (other for other in copies if fold_name(other) == target and other not in seen), ""
            )
            if not name:
                raise InputError(
                    f"the range {entry.name!r} repeats the unknown range {copies[entry.name]!r}"
                )
        ranges[entry.name] = written[name]
        _check_range(entry.name, written[name])
    return ranges, _read_maps(given, ranges)


def _read_maps(given: Sequence[Range], ranges: Mapping[str, tuple[str, ...]]) -> Maps:
    keys = {fold_name(name): listed for name, listed in ranges.items()}
    maps: Maps = {}

    def pair(one: str, other: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Let elements of one range mean elements of another; the first meaning stays."""
        known = maps.setdefault((one, other), {})
        for mine, theirs in pairs:
            known.setdefault(theirs, mine)

    for entry in given:
        own = fold_name(entry.name)
        others = {**entry.maps, **({entry.equals: ()} if entry.equals else {})}
        for name, parts in others.items():
            other = fold_name(name)
            if other not in keys:
                continue  # Vensim passes over it too
            if not parts:
                pair(own, other, zip(keys[own], keys[other], strict=False))
                pair(other, own, zip(keys[other], keys[own], strict=False))
                continue
            for mine, part in zip(entry.elements, parts, strict=True):
                for theirs in keys.get(fold_name(part), (part,)):
                    for element in keys.get(fold_name(mine), (mine,)):
                        pair(own, other, [(element, theirs)])
                        pair(other, own, [(theirs, element)])
    return maps


def _write_out(
    listed: Mapping[str, Sequence[str]], spelled: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Replace the ranges inside ranges by their elements, the innermost first."""
    inside = {
        name: {spelled[key] for key in map(fold_name, parts) if key in spelled}
        for name, parts in listed.items()
    }
    try:
        order = tuple(TopologicalSorter(inside).static_order())
    except CycleError as error:
        raise InputError(f"the range {error.args[1][0]!r} contains itself") from error
    written: dict[str, tuple[str, ...]] = {}
    for name in order:
        elements: dict[str, None] = {}
        for part in listed[name]:
            inner = spelled.get(fold_name(part))
            elements.update(dict.fromkeys((part,) if inner is None else written[inner]))
            if len(elements) > MOST_ELEMENTS:
                raise InputError(
                    f"the range {name!r} has more than {MOST_ELEMENTS:,} elements, which is the "
                    "most that is computed"
                )
        written[name] = tuple(elements)
    return written


def _check_range(name: str, elements: Sequence[str]) -> None:
    """Refuse a range that results could not hold, or that would make its variables vanish."""
    if not elements:
        raise InputError(f"the range {name!r} has no elements: list them")
    if name in _DIMENSIONS:
        raise InputError(
            f"the range {name!r} has the name of a dimension that results have: give it another "
            "name"
        )
