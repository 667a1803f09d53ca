"""Plain files: read within a cap, and written beside their place."""

from __future__ import annotations

import codecs
import os
import platform
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from smecluster.model.errors import InputError

#: Bytes of a file that is read.
MOST_BYTES = 500_000_000
# What is being written; its name says which process of which computer writes it.
_PREFIX = f".smecluster-{re.sub(r'[^A-Za-z0-9]', '', platform.node())}-"


def read_text(path: str | Path, most: int = MOST_BYTES, *, other: str | None = None) -> str:
    """Read a UTF-8 text file.

    Parameters
    ----------
    path : str or Path
        The file.
    most : int
        Bytes that it may have. A larger one is refused before it is read.
    other : str, optional
        The encoding of what is not UTF-8; UTF-16 by its mark is then read too.

    Returns
    -------
    str
        Its text, without a byte-order mark, lines ending in a line feed.

    Raises
    ------
    InputError
        If it does not exist, is a folder, is too large, cannot be read, or is not UTF-8.
    """
    try:
        with Path(path).open("rb") as file:
            # A pipe has no size beforehand: of it no more is read than is allowed.
            size = os.fstat(file.fileno()).st_size
            data = b"" if size > most else file.read(most + 1)
        if max(size, len(data)) > most:
            raise InputError(f"{path} is larger than the {most / 1e6:,.0f} MB that can be read")
        text = _decode(data, other)
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        # A ValueError comes from a name that no file can have.
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', '') or error}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


@contextmanager
def write_beside(target: Path) -> Iterator[Path]:
    """Yield a temporary file in the folder of another, and remove it where it was not renamed.

    Parameters
    ----------
    target : Path
        The other file; a missing folder is created.

    Yields
    ------
    Path
        The temporary file, which its owner alone can read. What processes that were killed were
        writing in the folder is removed before.

    Raises
    ------
    InputError
        If the folder or the file cannot be written.
    """
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_overs(target.parent)
        handle, name = tempfile.mkstemp(
            prefix=f"{_PREFIX}{os.getpid()}-", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
        temporary = Path(name)
        yield temporary
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _decode(data: bytes, other: str | None) -> str:
    if other is not None and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if other is not None:
            with suppress(UnicodeDecodeError):
                return data.decode(other)
        raise


def _remove_left_overs(folder: Path) -> None:
    """Remove what processes of this computer that were killed were writing in a folder."""
    for path in folder.glob(f"{_PREFIX}*") if os.name != "nt" else ():
        process = path.name.removeprefix(_PREFIX).partition("-")[0]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except (ValueError, OverflowError, OSError):
            continue  # somebody else's, who lives


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {path}: {error.strerror or error}")
