"""Names and units of a decision's tables and figures."""

from __future__ import annotations

#: Of a pair of strategies: first and second name.
Pair = tuple[str, str]
#: The names of the tables, which are those of their files.
TABLES = OPTIONS, INFORMATION, IMPORTANCE, PLANES = (
    "options",
    "information",
    "importance",
    "planes",
)
MONEY_UNIT = "bn yuan"
#: Myuan in a billion yuan.
BILLION = 1e3
