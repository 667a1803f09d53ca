"""Check the stored results, or renew them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import store
from .parts import PARTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Check or renew; the exit status is 1 if something has moved and was not renewed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.baseline",
        description="Check every shipped result against the stored one.",
    )
    parser.add_argument("--renew", action="store_true", help="store today's values")
    parser.add_argument(
        "--only",
        action="append",
        metavar="PART",
        choices=PARTS,
        help=f"one part: {', '.join(PARTS)}; repeatable",
    )
    chosen = parser.parse_args(arguments)
    stored = store.load()
    moved = 0
    for name in chosen.only or PARTS:
        part = PARTS[name]
        today = store.round_values(part.collect())
        differences = store.compare(stored.get(name, {}), today, part.tolerance)
        moved += len(differences)
        if name not in stored:
            print(f"{name}: nothing stored yet ({len(differences)} values today)")
        elif differences:
            print(store.describe(name, differences))
        else:
            print(f"{name}: as stored ({len(list(store.flatten(today)))} values)")
        if chosen.renew:
            stored[name] = today
            store.save(stored)
    if moved and chosen.renew:
        print(f"{moved} values renewed: mark the change in CHANGELOG.md as **results**")
    elif moved:
        print(f"{moved} values have moved; if on purpose: python -m tests.baseline --renew")
    return 1 if moved and not chosen.renew else 0


if __name__ == "__main__":
    sys.exit(main())
