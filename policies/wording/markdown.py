"""Tables in Markdown, for pages that commands write."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.language.tables import speak_table
from smecluster.policies.wording.prose import format_number


def write_table(
    table: pd.DataFrame,
    formats: Mapping[str, object],
    speak: Callable[[str], str] | None = None,
) -> list[str]:
    """Write a table as it is: text to the left, numbers to the right.

    Parameters
    ----------
    table : pandas.DataFrame
        The table, in English and in the units of the screen.
    formats : mapping of str to callable
        How the values of a column are written, where that is not as usual.
    speak : callable, optional
        Names what stands in cells and headings in the language of the moment; `say.word` unless
        given.

    Returns
    -------
    list of str
        Lines in Markdown.
    """
    word = say.word if speak is None else speak
    text = [not pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    spoken = speak_table(table)
    lines = [
        f"| {' | '.join(word(str(name)) for name in spoken.columns)} |",
        "|" + "|".join("---" if one else "---:" for one in text) + "|",
    ]
    for row in spoken.set_axis(table.columns, axis=1).to_dict("records"):
        cells = []
        for name, value in row.items():
            write = formats.get(str(name))
            if callable(write):
                cells.append(str(write(value)))
            elif isinstance(value, bool):
                cells.append(say("yes") if value else say("no"))
            elif isinstance(value, float):
                cells.append(format_number(value))
            else:
                cells.append(word(str(value)))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def format_percent(share: float) -> str:
    """Write a share in per cent with two digits; a dash for none."""
    if share != share:
        return "-"
    percent = float(f"{100 * share:.2g}") + 0.0
    return f"{percent:,.0f} %" if abs(percent) >= 10 else f"{percent:g} %"
