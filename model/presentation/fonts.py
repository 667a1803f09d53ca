"""Fonts that have the characters of a figure: names may be in Chinese or any other script."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font

# Families with the characters of Chinese, the likelier ones first; any other font that has
# the characters will do.
_PREFERRED = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)


class FontWarning(UserWarning):
    """No font on this computer has the characters of a figure."""


def choose_fallbacks(characters: Iterable[str], family: Iterable[str]) -> tuple[str, ...]:
    """Choose the font families to fall back on for what a family cannot write.

    Parameters
    ----------
    characters : iterable of str
        Every character of a figure.
    family : iterable of str
        The font families of the figure.

    Returns
    -------
    tuple of str
        Names of families, none where no fallback is needed. If no font on this computer has
        some of the characters, a `FontWarning` names them and says what to install, once.
    """
    return _choose_fallbacks(
        frozenset(letter for letter in characters if letter.isprintable() and letter != " "),
        tuple(family),
    )


@lru_cache(maxsize=64)
def _choose_fallbacks(characters: frozenset[str], family: tuple[str, ...]) -> tuple[str, ...]:
    missing = characters - _read_characters(
        fontManager.findfont(FontProperties(family=list(family)))
    )
    chosen: list[str] = []
    if missing:
        for name, path in _list_fonts():
            more = missing & _read_characters(path)
            # A font with a part of a name only would mix two scripts within a word.
            if more and (more == missing or name in _PREFERRED):
                chosen.append(name)
                missing -= more
            if not missing:
                break
    if missing:
        _warn_once(missing)
    return tuple(chosen)


def _warn_once(missing: Collection[str]) -> None:
    """Say which characters are missing and what to install, once a process."""
    if _WARNED:
        return
    _WARNED.append(True)
    shown = "".join(sorted(missing)[:10]) + ("..." if len(missing) > 10 else "")
    warnings.warn(
        f"no font on this computer has the characters {shown}: figures show boxes in their "
        "place; install a font, on Debian and Ubuntu with apt install fonts-noto-cjk",
        FontWarning,
        stacklevel=2,
    )


_WARNED: list[bool] = []


def _list_fonts() -> Iterator[tuple[str, str]]:
    """List families and files: those preferred, those just installed, all others."""
    known = {entry.name: entry.fname for entry in reversed(fontManager.ttflist)}
    for name in _PREFERRED:
        if name in known:
            yield name, known[name]
    # Matplotlib's list of fonts is older than a font that has just been installed.
    files = {str(Path(entry.fname)) for entry in fontManager.ttflist}
    added = []
    for path in sorted(findSystemFonts()):
        if str(Path(path)) not in files:
            try:
                fontManager.addfont(path)
            except (OSError, RuntimeError):
                continue  # damaged, or of a kind that matplotlib cannot read
            added.append((fontManager.ttflist[-1].name, path))
    order = {name: at for at, name in enumerate(_PREFERRED)}
    yield from sorted(added, key=lambda font: order.get(font[0], len(order)))
    for name, path in sorted(known.items()):
        if name not in _PREFERRED:
            yield name, path


@lru_cache(maxsize=512)
def _read_characters(path: str) -> frozenset[str]:
    """Read which characters a font has; none if its file cannot be read."""
    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (OSError, RuntimeError, ValueError):
        return frozenset()
