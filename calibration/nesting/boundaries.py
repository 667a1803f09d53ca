"""Where regions lie, in codes of GB/T 2260: nothing may be counted in two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from smecluster.calibration.data.case_file import Place
from smecluster.calibration.data.csv_rows import parse_choice, raise_first, scan_rows
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError, UnknownNameError

#: Where the shipped regions lie.
FILE = Path(__file__).parents[1] / "boundaries.csv"
_COLUMNS = ("region", "code", "extent", "place")
_ALL, _SOME = "all", "some"


@dataclass(frozen=True)
class Boundary:
    """Where a region lies.

    Attributes
    ----------
    codes : tuple of str
        Codes of GB/T 2260; empty where nobody has said.
    whole : bool
        Whether it is all of that area, or some of its firms.
    """

    codes: tuple[str, ...] = ()
    whole: bool = True


def find_parts(regions: Sequence[str], places: Iterable[Place]) -> dict[str, tuple[str, ...]]:
    """Find which regions of a model are parts of which others, and refuse double counts.

    Parameters
    ----------
    regions : sequence of str
        The model's regions.
    places : iterable of Place
        What the case folders among them say of themselves.

    Returns
    -------
    dict of str to tuple of str
        By region those that are to be taken out of it; regions without parts are left out.

    Raises
    ------
    InputError
        If a region lies in another by its codes and does not say so, says so of one that it does
        not lie in, or of one that no one knows; or if regions are parts of each other.
    """
    own = {place.name: place for place in places}
    shipped = _read_shipped()
    known = {**dict.fromkeys(shipped), **dict.fromkeys(regions), **dict.fromkeys(own)}
    lies = {
        name: Boundary(own[name].codes)
        if name in own and own[name].codes
        else shipped.get(name, Boundary())
        for name in known
    }
    wholes: dict[str, str] = {}
    for place in own.values():
        if place.part_of:
            whole = _find_region(place, known)
            wholes[place.name] = whole
            _check_inside(place.name, whole, lies)
    _check_chain(wholes)
    for one, other in combinations(regions, 2):
        if not _are_related(one, other, wholes):
            _check_apart(one, other, lies)
    present = {fold_name(name) for name in regions}
    parts: dict[str, tuple[str, ...]] = {}
    for part, whole in wholes.items():
        if fold_name(part) in present and fold_name(whole) in present:
            parts[whole] = (*parts.get(whole, ()), part)
    return parts


def is_placed(place: Place) -> bool:
    """Say whether it is known where a region lies: by its codes, its whole, or a shipped list."""
    return bool(place.codes or place.part_of or place.name in _read_shipped())


def _read_shipped() -> dict[str, Boundary]:
    def read(line: int, record: dict[str, str]) -> tuple[str, str, bool]:
        extent = parse_choice("extent", record["extent"], (_ALL, _SOME))
        return record["region"], record["code"], extent == _ALL

    rows, problems = scan_rows(FILE, _COLUMNS, read)
    raise_first(problems)
    found: dict[str, Boundary] = {}
    for _, (name, code, whole) in rows:
        before = found.get(name, Boundary())
        found[name] = Boundary((*before.codes, code), before.whole and whole)
    return found


def _find_region(place: Place, known: Iterable[str]) -> str:
    names = {fold_name(name): name for name in known}
    try:
        return names[fold_name(place.part_of)]
    except KeyError:
        unknown = UnknownNameError("region", place.part_of, names.values())
        raise InputError(f"part_of of {place.name}: {unknown}") from None


def _check_inside(part: str, whole: str, lies: Mapping[str, Boundary]) -> None:
    """Refuse a part that lies elsewhere than in its whole."""
    inner, outer = lies[part].codes, lies[whole].codes
    outside = [code for code in inner if not any(code.startswith(one) for one in outer)]
    if outer and outside:
        raise InputError(
            f"{part} is part_of {whole!r}, but its code {outside[0]} lies in none of {whole}'s: "
            f"{', '.join(outer)}"
        )


def _check_chain(wholes: Mapping[str, str]) -> None:
    """Refuse parts of parts: what is left of the whole would have to be counted twice over."""
    for part, whole in wholes.items():
        if whole in wholes:
            raise InputError(
                f"{part} is part_of {whole!r}, which is part_of {wholes[whole]!r} itself: a part "
                "of a part cannot be taken out; leave one of them out"
            )


def _are_related(one: str, other: str, wholes: Mapping[str, str]) -> bool:
    return wholes.get(one) == other or wholes.get(other) == one


def _check_apart(one: str, other: str, lies: Mapping[str, Boundary]) -> None:
    """Refuse two regions that share some place, where neither is said to be part of the other."""
    shared = {
        (part, whole): _find_shared(lies[part], lies[whole])
        for part, whole in ((one, other), (other, one))
    }
    # The smaller of the two is the one with the most of its codes in the other.
    part, whole = max(shared, key=lambda pair: len(shared[pair]) / max(1, len(lies[pair[0]].codes)))
    inside = shared[part, whole]
    if not inside:
        return
    code, around = inside[0]
    if not lies[part].whole or not lies[whole].whole:
        some = part if not lies[part].whole else whole
        what = f"{part} and {whole} may hold the same firms: {some} is some firms of {around}"
    elif len(inside) == len(lies[part].codes):
        what = f"{part} lies in {whole} ({code} in {around}), so that it counts twice"
    else:
        what = f"{part} and {whole} both hold {code}, which counts twice"
    raise InputError(
        f"{what}; write part_of in the case.toml of the smaller one, so that it is taken out of "
        "the other, or leave one out (--region)"
    )


def _find_shared(part: Boundary, whole: Boundary) -> list[tuple[str, str]]:
    """Find the codes of one region that lie in another, each with the code around it."""
    return [(code, each) for code in part.codes for each in whole.codes if code.startswith(each)]
