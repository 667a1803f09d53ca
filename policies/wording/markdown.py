"""Tables in Markdown, for pages that commands write."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from smecluster.policies.wording.prose import format_number


def write_table(table: pd.DataFrame, formats: Mapping[str, object]) -> list[str]:
    """Write a table as it is: text to the left, numbers to the right."""
    text = [not pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    lines = [
        f"| {' | '.join(map(str, table.columns))} |",
        "|" + "|".join("---" if one else "---:" for one in text) + "|",
    ]
    for row in table.to_dict("records"):
        cells = []
        for name, value in row.items():
            write = formats.get(str(name))
            if callable(write):
                cells.append(str(write(value)))
            elif isinstance(value, bool):
                cells.append("yes" if value else "no")
            elif isinstance(value, float):
                cells.append(format_number(value))
            else:
                cells.append(str(value))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def format_percent(share: float) -> str:
    """Write a share in per cent with two digits; a dash for none."""
    if share != share:
        return "-"
    percent = float(f"{100 * share:.2g}") + 0.0
    return f"{percent:,.0f} %" if abs(percent) >= 10 else f"{percent:g} %"
