"""A case: one region's folder, read, checked, and turned into measurements of the model.

A folder holds ``case.toml`` (what the region is, and which series measures which variable),
``series.csv`` (published figures), ``constants.csv`` and ``tables.csv`` (the region's values in the
model), ``targets.csv`` (levels that it is taken to have, if there are any), and its own
``sources.csv`` if it cites sources that are not in the shipped list.

Fingerprints of a case's files, by which a calibration knows what it was made from.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from smecluster.calibration.data.case_file import (
    CaseFile,
    Event,
    Lines,
    Measure,
    Place,
    Spot,
    Turn,
    read_case_file,
)
from smecluster.calibration.data.constants import (
    TARGETS,
    Constant,
    Point,
    Target,
    arrange_constants,
    arrange_tables,
    read_constants,
    read_tables,
    read_targets,
)
from smecluster.calibration.data.csv_rows import raise_first
from smecluster.calibration.data.measuring import (
    COLUMNS,
    check_measure,
    derive_measurements,
    find_overlaps,
    qualify_series,
)
from smecluster.calibration.data.series import (
    CASES,
    SOURCES,
    Row,
    read_series,
    read_sources,
    scan_sources,
    select_statuses,
)
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import Region
from smecluster.model.inputs import read_toml
from smecluster.model.support.files import read_text
from smecluster.model.support.workspace import list_files, locate

_NOT_A_REGION = "national"
#: Cases that come with the package and are in no default.
CITIES = CASES.with_name("cities")


@dataclass(frozen=True)
class Case:
    """A region's data.

    Attributes
    ----------
    name : str
        The folder's name.
    path : Path
        The folder.
    place : Place
        What the region is; ``place.name`` is the element of the model's range.
    measures : tuple of Measure
        Which series measure which variable, and how.
    context : tuple of str
        Series that measure nothing, kept for the reader.
    turns : tuple of Turn
        Turning points that its figures show.
    history : tuple of Event
        Dated policies and shocks.
    rows : tuple of Row
        Every published figure of the folder, of any status.
    sources : mapping of str to str
        Citations by source code.
    constants : tuple of Constant
        Values of the model's constants.
    points : tuple of Point
        Points of the model's tables.
    targets : tuple of Target
        Levels that it is taken to have, which no series of its own measures.
    """

    name: str
    path: Path
    place: Place
    measures: tuple[Measure, ...]
    context: tuple[str, ...]
    turns: tuple[Turn, ...]
    history: tuple[Event, ...]
    rows: tuple[Row, ...]
    sources: Mapping[str, str]
    constants: tuple[Constant, ...]
    points: tuple[Point, ...]
    targets: tuple[Target, ...] = ()

    def measurements(self, include: Iterable[str] = ()) -> pd.DataFrame:
        """Tabulate the figures that the model is compared with.

        The rule of `calibration.data.series` chooses among several figures for a year. Money in
        current prices is deflated to prices of 2010; US dollars are converted at the year's average
        rate.

        Parameters
        ----------
        include : iterable of str
            ``"remembered"`` adds figures from memory, in years without others.

        Returns
        -------
        pandas.DataFrame
            Columns `calibration.data.measuring.COLUMNS`; a row a variable, segment and year.
            ``value`` is in ``unit`` (money in prices of 2010). ``status`` is the worst of the
            figures that were combined, or ``derived`` if there were several. With ``compare``
            ``scale`` the figure is known only up to a factor.

        Raises
        ------
        InputError
            If `include` holds an unknown status or ``doubtful``.
        """
        select_statuses(include)
        by_name: dict[str, list[Row]] = {}
        for row in self.rows:
            by_name.setdefault(row.name, []).append(row)
        records = [
            record
            for measure in self.measures
            for record in derive_measurements(measure, self.place, by_name, include)
        ]
        return pd.DataFrame.from_records(records, columns=list(COLUMNS))


def list_cases() -> tuple[str, ...]:
    """Name the regions of the workspace and of the package."""
    return tuple(name for name in list_files(CASES, "*/case.toml") if name != _NOT_A_REGION)


def list_cities() -> dict[str, Path]:
    """Name the cities that come with the package but are in no default, with their folders."""
    return list_files(CITIES, "*/case.toml")


def find_folders(names: Iterable[str | Path]) -> list[Path]:
    """Find the case folders that are meant, such as those of ``--from``.

    Parameters
    ----------
    names : iterable of str or Path
        Each a folder, the name of a city that comes with the package (`list_cities`), or several of
        these with commas between them.

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        If a bare name is neither a folder here nor a case or city of the package.
    """
    found: list[Path] = []
    cities = list_cities()
    for given in names:
        whole = Path(given)
        parts = [whole] if whole.exists() else [Path(part) for part in str(given).split(",")]
        for part in parts:
            name = str(part).strip()
            if part.exists() or part.name != str(part):
                found.append(part)
            elif name in cities:
                found.append(cities[name].parent)
            elif name in list_cases():
                found.append(part)
            else:
                raise UnknownNameError("case folder or city", name, (*cities, *list_cases()))
    return found


def load_case(path_or_name: str | Path) -> Case:
    """Load a region's folder.

    Parameters
    ----------
    path_or_name : str or Path
        A shipped case (see `list_cases`, and ``national``), or the path of a folder.

    Returns
    -------
    Case
        The region's data; every row has been checked.

    Raises
    ------
    InputError
        If the case or a file does not exist or is malformed; the message gives the file and the
        line, what was given and what is allowed.
    """
    folder = locate(CASES / path_or_name)
    if not (folder / "case.toml").is_file():
        folder = Path(path_or_name)
        if not folder.is_dir() and folder.name == str(path_or_name):
            raise UnknownNameError("case", folder.name, (*list_cases(), _NOT_A_REGION))
        if not folder.is_dir():
            raise InputError(f"no such case folder: {path_or_name}")
    file = read_case_file(folder / "case.toml")
    sources, problems = scan_own_sources(folder / "sources.csv")
    raise_first(problems)
    rows = read_series(folder / "series.csv", sources, list_series(file))
    raise_first(find_misfits(file, folder, rows))
    constants = folder / "constants.csv"
    tables = folder / "tables.csv"
    targets = folder / TARGETS
    return Case(
        name=folder.resolve().name,
        path=folder,
        place=file.region,
        measures=file.measure,
        context=file.context,
        turns=file.turn,
        history=file.history,
        rows=rows,
        sources={code: sources[code] for code in sorted({row.source for row in rows})},
        constants=read_constants(constants) if constants.is_file() else (),
        points=read_tables(tables) if tables.is_file() else (),
        targets=read_targets(targets) if targets.is_file() else (),
    )


def make_region(case: Case) -> Region:
    """Make the region that a case describes.

    Parameters
    ----------
    case : Case
        A loaded case.

    Returns
    -------
    Region
        Name, constants and tables, as `model.load` takes them.
    """
    return Region(case.place.name, arrange_constants(case.constants), arrange_tables(case.points))


def list_series(file: CaseFile) -> tuple[str, ...]:
    """List every series in a case file, as ``region/series``."""
    named = [name for measure in file.measure for name in measure.series]
    named += [measure.deflator for measure in file.measure if measure.deflator]
    own = file.region.table
    return tuple(dict.fromkeys(qualify_series(name, own) for name in (*named, *file.context)))


def scan_own_sources(own: Path) -> tuple[dict[str, str], list[InputError]]:
    """Read the shipped sources and a folder's own; those may add codes but change none.

    Parameters
    ----------
    own : Path
        The folder's ``sources.csv``; it may be missing.

    Returns
    -------
    dict of str to str, list of InputError
        Citation by code, and the mistakes in the folder's own list.
    """
    shipped = read_sources(locate(SOURCES))
    added, problems = scan_sources(own) if own.is_file() else ({}, [])
    for code, citation in added.items():
        if shipped.get(code, citation) != citation:
            text = f"{own}: source {code!r} is already {shipped[code]!r}"
            problems.append(InputError(text))
    return {**added, **shipped}, problems


def find_misfits(file: CaseFile, folder: Path, rows: Iterable[Row]) -> list[InputError]:
    """Find series without figures, figures that cannot measure their variable, and double counts.

    Parameters
    ----------
    file : CaseFile
        The content of ``case.toml``.
    folder : Path
        The case's folder.
    rows : iterable of Row
        Its figures.

    Returns
    -------
    list of InputError
        Each with file and line.
    """
    path = folder / "case.toml"
    figures = tuple(rows)
    present = {row.name for row in figures}
    lines = Lines(read_text(path))
    problems = []
    named: list[tuple[Spot, str]] = [(("context",), name) for name in file.context]
    for at, measure in enumerate(file.measure):
        named += [(("measure", at, "series"), name) for name in measure.series]
        if measure.deflator:
            named.append((("measure", at, "deflator"), measure.deflator))
    for spot, series in named:
        name = qualify_series(series, file.region.table)
        if name not in present:
            none = f"series.csv has no figure of {name!r}"
            text = str(UnknownNameError("series", name, present)) if present else none
            problems.append(InputError(f"{path}:{lines.find_line(spot)}: {text}"))
    for spot, text in find_overlaps(file, figures):
        problems.append(InputError(f"{path}:{lines.find_line(spot)}: {text}"))
    for row in figures:
        try:
            for measure in file.measure:
                check_measure(measure, row, file.region)
        except InputError as error:
            problems.append(InputError(f"{folder / 'series.csv'}:{row.line}: {error}"))
    return problems


# Fingerprints of a case's files, by which a calibration knows what it was made from.

#: The files that a fit depends on. Sources and remarks for the reader are left out.
FILES = (
    *("case.toml", "series.csv", "targets.csv"),
    *("constants.csv", "tables.csv", "parameters.csv"),
)

#: Those of them that say what is fitted, and to what.
FITTED = ("case.toml", "series.csv", "targets.csv", "parameters.csv")


def fingerprint_case(folder: Path, names: Iterable[str] = FILES) -> dict[str, str]:
    """Fingerprint the content of a case's files: what they say, not how they are laid out.

    Parameters
    ----------
    folder : Path
        The case's folder.
    names : iterable of str
        The files, by default all.

    Returns
    -------
    dict of str to str
        SHA-256 in hexadecimal by file, without the files that the case does not have. Comments,
        blank lines, line ends and blanks around a cell change nothing.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    return {name: _fingerprint(folder / name) for name in names if (folder / name).is_file()}


def name_changes(made_from: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name the files that differ between two fingerprints, in the order of `FILES`."""
    return [name for name in FILES if made_from.get(name) != now.get(name)]


def _fingerprint(path: Path) -> str:
    if path.suffix == ".toml":
        content: object = read_toml(path)
    else:
        try:
            rows = list(csv.reader(io.StringIO(read_text(path)), strict=True))
        except csv.Error as error:
            raise InputError(f"{path} is not valid CSV: {error}") from None
        content = [
            [cell.strip() for cell in cells]
            for cells in rows
            if cells and not cells[0].lstrip().startswith("#")
        ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
