"""Load the model with a calibration, its draws, and regions from case folders."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.store.mismatches import (
    NONE,
    CalibrationWarning,
    warn_of_edits,
    warn_of_model,
    warn_of_others,
)
from smecluster.calibration.store.own import open_own, refuse_stale
from smecluster.model.support.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.calibration.data.case import Case
    from smecluster.calibration.store.named import Calibration
    from smecluster.model import Model


def find_calibration(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command uses.

    Parameters
    ----------
    name : str, optional
        Its name or folder; ``none`` for none; by default the shipped one.

    Returns
    -------
    Calibration or None
        None also by default where another model stands in for the shipped one
        (`model.support.workspace.stand_in`) and has none of the shipped calibration's parameters.

    Raises
    ------
    InputError
        If there is no such calibration, one of its files was altered, or it is that of a case that
        has changed since.
    """
    from smecluster.calibration.store.named import SHIPPED, list_calibrations, open_calibration

    if name == NONE or (name is None and SHIPPED not in list_calibrations()):
        return None
    found = open_calibration(SHIPPED if name is None else name)
    refuse_stale(found)
    if name is None and not _shares_names(found):
        return None
    return found


def _shares_names(found: Calibration) -> bool:
    """Say whether the model has any of a calibration's parameters, where it is not the shipped."""
    from smecluster.model import load
    from smecluster.model.support.workspace import has_stand_in
    from smecluster.model.vensim.document import SHIPPED
    from smecluster.model.vensim.values import split_name

    if not has_stand_in(SHIPPED):
        return True
    return any(split_name(name)[0] in load().variables for name in found.values)


def find_drawn(name: str | None = None) -> Calibration | None:
    """Find the calibration that a command's draws come from.

    Parameters
    ----------
    name : str, optional
        As in `find_calibration`; by default `calibration.store.named.DRAWS`, or, in a workspace
        without it, the shipped one.

    Returns
    -------
    Calibration or None

    Raises
    ------
    InputError
        As in `find_calibration`.
    """
    from smecluster.calibration.store.named import DRAWS, SHIPPED, list_calibrations

    known = list_calibrations()
    if name is None and DRAWS in known and SHIPPED in known:
        return find_calibration(DRAWS)
    return find_calibration(name)


def draw_values(
    name: str | None,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Sample draws of a calibration's posterior.

    Parameters
    ----------
    name : str, optional
        As in `find_drawn`.
    count : int
        How many.
    seed : int
        Seed of the choice.
    regions : sequence of str, optional
        Regions of the model; columns of other regions are left out.
    folders : sequence of Path
        Case folders of additional regions: draws of their own calibrations are added.

    Returns
    -------
    pandas.DataFrame
        A row a draw, a column an input of the model.

    Raises
    ------
    InputError
        If a calibration has too few draws, or none.
    """
    calibration = find_drawn(name)
    if calibration is None:
        raise InputError("draws need a calibration: choose one with --calibration")
    return sample_draws(calibration, count, seed, regions, folders)


def sample_draws(
    calibration: Calibration,
    count: int,
    seed: int,
    regions: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
) -> pd.DataFrame:
    """Sample draws of an open calibration; see `draw_values`."""
    from smecluster.calibration import load_case
    from smecluster.calibration.store.named import DRAWN
    from smecluster.model.vensim.beliefs import CONVENTIONS
    from smecluster.model.vensim.values import find_element

    if calibration.name == DRAWN:
        warn_of_model(calibration)
    # Present values of two draws can only be compared if they are discounted alike.
    draws = sample_gross(calibration, count, seed, folders)
    draws = draws.drop(columns=list(CONVENTIONS), errors="ignore")
    places = [load_case(path).place for path in folders]
    for path, place in zip(folders, places, strict=True):
        own = open_own(path)
        if own is not None and not own.has_draws:
            warnings.warn(
                f"{place.name} was calibrated with --quick and has no draws: its own values are "
                f"the same in every draw; 'smecluster calibrate {path}' draws them",
                CalibrationWarning,
                stacklevel=3,
            )
    if any(place.part_of for place in places):
        draws = net_draws(draws, *load_gross(regions or (), folders, calibration))
    if regions is None:
        return draws
    kept = {None, *regions}
    known = {*calibration.regions, *regions, *(place.name for place in places)}
    return draws[[name for name in draws.columns if find_element(name, known) in kept]]


def sample_gross(
    calibration: Calibration, count: int, seed: int, folders: Sequence[Path]
) -> pd.DataFrame:
    """Sample draws with those of additional regions, nothing taken out of what contains them.

    Parameters
    ----------
    calibration, count, seed, folders
        As in `sample_draws`. A region whose own calibration is a quick one, or that has none, is
        not drawn: its values are those of the model.

    Returns
    -------
    pandas.DataFrame
        A row a draw, a column an input of the model.

    Raises
    ------
    InputError
        If a calibration has too few draws, or none.
    """
    from smecluster.calibration import load_case
    from smecluster.calibration.further import pair_draws
    from smecluster.model.vensim.values import find_element

    draws = calibration.sample(count, seed)
    for at, path in enumerate(folders, 1):
        own = open_own(path)
        if own is not None and own.has_draws:
            draws = pair_draws(own.sample(count, seed + at), draws, own.regions)
            continue
        # The folder's values replace a calibrated region of the same name.
        place = load_case(path).place.name
        draws = draws.drop(columns=[n for n in draws.columns if find_element(n, [place])])
    return draws


def net_draws(
    draws: pd.DataFrame, gross: Model, parts: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Take in each draw parts out of the regions that contain them.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, as `sample_gross` gives them.
    gross : Model
        The model, nothing taken out; see `load_gross`.
    parts : mapping of str to sequence of str
        By region those that are part of it.

    Returns
    -------
    pandas.DataFrame
        A row a draw.
    """
    if not parts:
        return draws
    netting = Netting(gross, parts)
    short = netting.count_short(draws)
    if short:
        warnings.warn(
            f"in {short} of {len(draws)} draws {' and '.join(parts)} has less of something than "
            "its parts: it is left with a thousandth",
            CalibrationWarning,
            stacklevel=3,
        )
    return netting.net_inputs(draws)


def load_model(
    path: str | Path | None = None,
    *,
    regions: Sequence[str] = (),
    cases: Sequence[str | Path] = (),
    calibration: str | None = None,
) -> Model:
    """Load a model: the calibrated one, or a file as it is.

    Parameters
    ----------
    path : str or Path, optional
        A Vensim or XMILE file, whose own values are used. The calibrated model if left out.
    regions : sequence of str
        Regions to keep; all where empty.
    cases : sequence of str or Path
        Folders of further regions, which stand beside those of the model.
    calibration : str, optional
        Name or folder of a calibration; the shipped one if left out, ``"none"`` for the values of
        the model's file.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If a file, region, folder or calibration does not exist or cannot be used.

    Examples
    --------
    >>> load_model(regions=["Wenzhou"]).regions
    ('Wenzhou',)
    """
    if path is None:
        return load_calibrated(regions, [Path(case) for case in cases], calibration)
    if regions or cases or calibration is not None:
        raise InputError(
            f"{path} is used as it is: regions, cases and calibration are for the calibrated "
            "model; leave the path out"
        )
    from smecluster.model import load

    return load(path)


def load_calibrated(
    names: Sequence[str], folders: Sequence[Path], calibration: str | None = None
) -> Model:
    """Load the shipped model, calibrated, with chosen regions.

    Parameters
    ----------
    names : sequence of str
        Regions to keep; all if empty.
    folders : sequence of Path
        Case folders of additional regions; one replaces a shipped region of the same name. A
        calibration in the folder is used. What says that it is part of another region is taken
        out of that one (`calibration.nesting.netting`).
    calibration : str, optional
        As in `find_calibration`.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    InputError
        If a region or a folder does not exist, a folder is a template that nobody has filled in,
        its calibration was altered or is of an earlier state of the case, or two regions hold the
        same place and neither says that it is part of the other.
    """
    found = find_calibration(calibration)
    if found is not None:
        warn_of_model(found)
        warn_of_edits(found)
    for path in folders:
        own = open_own(path)
        if own is not None:
            warn_of_others(own, found, folders)
    gross, parts = load_gross(names, folders, found)
    return Netting(gross, parts).net_model() if parts else gross


def load_gross(
    names: Sequence[str], folders: Sequence[Path], found: Calibration | None
) -> tuple[Model, dict[str, tuple[str, ...]]]:
    """Load the calibrated model, nothing taken out of a region that contains others.

    Parameters
    ----------
    names, folders
        As in `load_calibrated`.
    found : Calibration or None
        The calibration.

    Returns
    -------
    Model, dict of str to tuple of str
        The model, and by region those that are part of it.

    Raises
    ------
    InputError
        As `load_calibrated`.
    """
    from smecluster.calibration.store.named import apply_calibration
    from smecluster.model import Region, load

    model = load()
    calibrations = [open_own(path) for path in folders]
    own: list[str] = []
    parts: dict[str, tuple[str, ...]] = {}
    if names or folders:
        offered = {name: Region(name, {}, {}) for name in model.regions}
        loaded = []
        if folders:
            from smecluster.calibration import load_case, make_region
            from smecluster.calibration.authoring.blanks import check_written

            loaded = [load_case(path) for path in folders]
            _refuse_twice(loaded)
            for case, calibrated in zip(loaded, calibrations, strict=True):
                copied = check_written(case)
                if calibrated is None:
                    said = copied or (
                        f"{case.place.name} is not calibrated: 'smecluster calibrate {case.path}' "
                        "fits it"
                    )
                    warnings.warn(said, CalibrationWarning, stacklevel=3)
            cases = [make_region(case) for case in loaded]
            own = [each.name for each in cases]
            offered |= dict(zip(own, cases, strict=True))
        for name in names:
            if name not in offered:
                raise UnknownNameError("region", name, offered)
        chosen = list(names or offered)
        parts = find_parts(chosen, [case.place for case in loaded])
        model = load(regions=[offered[name] for name in chosen])
    if found is not None:
        try:
            model = apply_calibration(model, found, keep=own)
        except InputError as error:
            raise InputError(
                f"calibration {found.name!r} does not fit {model.path}: {error}; --calibration "
                "none takes the file's own values"
            ) from None
    for calibrated in calibrations:
        if calibrated is not None:
            model = apply_calibration(model, calibrated)
    return model, parts


def _refuse_twice(cases: Sequence[Case]) -> None:
    """Refuse two folders of one region, of which only one could count."""
    first: dict[str, Case] = {}
    for case in cases:
        other = first.setdefault(case.place.name, case)
        if other is not case:
            raise InputError(
                f"{other.path} and {case.path} both hold {case.place.name!r}: leave one of them "
                "out, or give it a name of its own in case.toml"
            )


def describe_origin(
    folders: Sequence[Path], calibration: str | None = None, *, drawn: bool = False
) -> str:
    """Describe where the values come from, for the stamp.

    Parameters
    ----------
    folders : sequence of Path
        Case folders of additional regions.
    calibration : str, optional
        As in `find_calibration`.
    drawn : bool
        Whether draws were used, which may be those of another calibration (`find_drawn`).

    Returns
    -------
    str
        The calibration with the start of its hash, that of the draws where it is another, then the
        folders, each with that of its own calibration or with "not calibrated".
    """
    found = find_calibration(calibration)
    parts = [NONE if found is None else f"{found.name} {found.hash[:12]}"]
    source = find_drawn(calibration) if drawn else found
    if source is not None and found is not None and source.name != found.name:
        parts.append(f"draws of {source.name} {source.hash[:12]}")
    for path in folders:
        own = open_own(path)
        name = path.resolve().name
        parts.append(f"{name} (not calibrated)" if own is None else f"{name} {own.hash[:12]}")
    return ", ".join(parts)
