"""A folder of the user's own, whose files are found before those that come with the package.

``smecluster init DIR`` makes one. It is laid out as the project is (``policies/strategies``,
``calibration/cases``, ``model/sme_cluster.mdl``, ...) and holds `MARKER` at its top. A command that
is started in it, or in a folder below it, looks there first: for each named file by itself, so a
strategy that the workspace lacks is still the one that comes with the package.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.inputs import read_toml
from smecluster.model.support.formats import FORMATS, check_format
from smecluster.model.support.temporaries import (
    forget,
    make_temporary_folder,
    remove_left_overs,
)

#: The file that marks a workspace.
MARKER = "smecluster.toml"
#: Where the package's own files are.
PACKAGE = Path(__file__).parents[2]
#: What a user edits, and `create_workspace` copies.
CONTENT = (
    "policies/strategies",
    "policies/futures",
    "policies/studies",
    "policies/levers.toml",
    "calibration/cases",
    "calibration/reforms",
    "calibration/reform_terms.toml",
    "calibration/parameters.csv",
    "sensitivity/studies",
    "model/sme_cluster.mdl",
    "model/checks",
)

_MARKER_TEXT = """\
# The top of a folder for smecluster: commands started in it, or below it, find these files first.
format = {format}
made_with = "{version}"
"""

_README = """\
# Your own files for smecluster

Made by `smecluster init`. Commands started in this folder, or in one below it, look here first and
use what comes with the package for all that is not here. So you can delete what you do not change.

| to change | edit | then |
|---|---|---|
| a strategy | `policies/strategies/*.toml` | `smecluster compare central local` |
| what comes from outside | `policies/futures/*.toml` | `smecluster list futures` |
| a comparison under uncertainty | `policies/studies/*.toml` | `smecluster compare --study NAME` |
| a study of sensitivity | `sensitivity/studies/*.toml` | `smecluster study run NAME` |
| a region's figures | `calibration/cases/*/` | `smecluster forecast histories` |
| what is estimated | `calibration/parameters.csv` | `smecluster calibrate` |
| an equation | `model/sme_cluster.mdl` (in Vensim) | `smecluster check` |
| a lever's costs and range | `policies/levers.toml` | `smecluster list levers` |

Results go to `results/` unless `--out` says otherwise. Keep `{marker}`: it marks this folder.
"""


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


#: What stands in the place of files of the package, by their path there.
_STAND_INS: dict[Path, Path] = {}


def stand_in(shipped: Path, other: Path | None) -> None:
    """Let a file stand in the place of one of the package, for the rest of this process.

    Parameters
    ----------
    shipped : Path
        The file of the package.
    other : Path or None
        What `locate` gives for it from now on; None for what it gave before.
    """
    if other is None:
        _STAND_INS.pop(shipped, None)
    else:
        _STAND_INS[shipped] = other


def has_stand_in(shipped: Path) -> bool:
    """Say whether another file stands in the place of one of the package; see `stand_in`."""
    return shipped in _STAND_INS


def locate(shipped: Path) -> Path:
    """Choose the workspace's file or folder where it has one, else the one given.

    What was named with `stand_in` goes before both.

    Parameters
    ----------
    shipped : Path
        A file or a folder of the package; any other path is given back as it is.

    Returns
    -------
    Path
    """
    if shipped in _STAND_INS:
        return _STAND_INS[shipped]
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


def create_workspace(folder: str | Path) -> list[Path]:
    """Copy what a user edits into a folder of theirs, all of it or nothing.

    Parameters
    ----------
    folder : str or Path
        The folder; it does not exist yet, or is empty.

    Returns
    -------
    list of Path
        What was written, a path for each entry of `CONTENT`, the marker and a README.

    Raises
    ------
    InputError
        If there is something at `folder` already, or it cannot be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        what = "holds files already" if target.is_dir() else "is a file"
        raise InputError(f"{target} {what}: choose a folder that is new or empty")
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        remove_left_overs(target.absolute().parent)
        temporary = make_temporary_folder(target.absolute().parent)
        try:
            whole = temporary / "workspace"
            for entry in CONTENT:
                _copy(PACKAGE / entry, whole / entry)
            marker = _MARKER_TEXT.format(format=FORMATS["workspace"], version=_find_version())
            (whole / MARKER).write_text(marker, encoding="utf-8")
            (whole / "README.md").write_text(_README.format(marker=MARKER), encoding="utf-8")
            if target.exists():
                target.rmdir()  # empty; it would be in the way elsewhere than on Unix
            whole.rename(target)
        finally:
            forget(temporary)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from None
    return [target / entry for entry in (*CONTENT, MARKER, "README.md")]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*", "*.py"))
    else:
        shutil.copyfile(source, target)


def _find_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("smecluster")
    except PackageNotFoundError:
        return "unknown"
