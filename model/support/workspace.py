"""A folder of the user's own, whose files are found before those that come with the package.

``smecluster init DIR`` makes one. It is laid out as the project is (``policies/strategies``,
``calibration/cases``, ``model/sme_cluster.mdl``, ...) and holds `MARKER` at its top. A command that
is started in it, or in a folder below it, looks there first: for each named file by itself, so a
strategy that the workspace lacks is still the one that comes with the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from smecluster.model.support.errors import UnknownNameError
from smecluster.model.support.files import read_toml
from smecluster.model.support.formats import check_format

#: The file that marks a workspace.
MARKER = "smecluster.toml"
#: Where the package's own files are.
PACKAGE = Path(__file__).parents[2]


def find_workspace(start: Path | None = None) -> Path | None:
    """Find the workspace that a folder is in.

    Parameters
    ----------
    start : Path, optional
        The folder; the current one by default.

    Returns
    -------
    Path or None
        The folder or the nearest one above it that holds `MARKER`; None where there is none.

    Raises
    ------
    InputError
        If the marker is not valid TOML, or was written in a format that this version cannot read.
    """
    here = Path.cwd() if start is None else start.absolute()
    for folder in (here, *here.parents):
        marker = folder / MARKER
        if marker.is_file():
            check_format(read_toml(marker), "workspace", marker)
            return folder
    return None


def locate(shipped: Path) -> Path:
    """Choose the workspace's file or folder where it has one, else the one given.

    Parameters
    ----------
    shipped : Path
        A file or a folder of the package; any other path is given back as it is.

    Returns
    -------
    Path
    """
    return next(path for path in _candidates(shipped) if path.exists() or path == shipped)


def list_files(shipped: Path, pattern: str = "*.toml") -> dict[str, Path]:
    """List the files of a folder of the package, those of the workspace in their place.

    Parameters
    ----------
    shipped : Path
        The folder in the package.
    pattern : str
        Which files, as for `pathlib.Path.glob`.

    Returns
    -------
    dict of str to Path
        File by its name without suffix, or by its folder's where `pattern` looks into folders;
        in alphabetical order.
    """
    found: dict[str, Path] = {}
    for folder in _candidates(shipped):
        for path in folder.glob(pattern):
            found.setdefault(path.parent.name if "/" in pattern else path.stem, path)
    return dict(sorted(found.items()))


def find_named_file(kind: str, name: str | Path, folder: Path) -> Path:
    """Find the TOML file that a user means.

    Parameters
    ----------
    kind : str
        What it describes, for the error: strategy, future, study.
    name : str or Path
        The name of a file in the workspace or the package, or the path of one that ends in
        ``.toml``.
    folder : Path
        The package's folder of such files; that of the workspace goes first.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If there is no file of that name; a path is taken as it is.
    """
    path = Path(name)
    if path.suffix == ".toml":
        return path
    files = list_files(folder)
    if str(name) not in files:
        raise UnknownNameError(kind, str(name), files)
    return files[str(name)]


def _candidates(shipped: Path) -> Iterator[Path]:
    """Give the workspace's path that corresponds to one of the package, then that one."""
    if shipped.is_relative_to(PACKAGE):
        workspace = find_workspace()
        if workspace is not None:
            yield workspace / shipped.relative_to(PACKAGE)
    yield shipped
