"""Parts of sentences that pages and messages share."""

from __future__ import annotations

from collections.abc import Sequence


def join_names(
    names: Sequence[str], last: str = "and", *, most: int | None = None, mark: str = ", "
) -> str:
    """Join names as a sentence does: a, b and c.

    Parameters
    ----------
    names : sequence of str
        The names; nothing is written of none.
    last : str
        The word before the last name.
    most : int, optional
        How many names a long list shows; the rest is counted.
    mark : str
        What stands between the other names.

    Returns
    -------
    str

    Examples
    --------
    >>> join_names(["a", "b", "c"])
    'a, b and c'
    >>> join_names(["a", "b", "c", "d", "e"], most=2)
    'a, b and 3 more'
    """
    shown = list(names)
    # A single name takes no more room than its count.
    if most is not None and len(shown) > most + 1:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{mark.join(shown[:-1])} {last} {shown[-1]}"


def format_count(count: int, one: str, several: str | None = None) -> str:
    """Write a count with its noun.

    Parameters
    ----------
    count : int
        How many.
    one, several : str
        The noun's singular and plural; by default the plural ends in s.

    Returns
    -------
    str

    Examples
    --------
    >>> format_count(1, "region"), format_count(1200, "run"), format_count(2, "series", "series")
    ('1 region', '1,200 runs', '2 series')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
