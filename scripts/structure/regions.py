"""``smecluster list regions``: the regions of the model, and the cases shipped with it."""

from __future__ import annotations

from typing import Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.printing import print_json, print_table

EXAMPLES = (
    "smecluster list regions",
    "smecluster list regions --json",
    "smecluster run as-now --from path/to/your-region",
)


def regions(
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List regions and cases."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.model.file.model import SHIPPED
    from smecluster.model.file.regions import read_regions
    from smecluster.model.support.files import read_text
    from smecluster.model.support.workspace import locate

    inside = [region.name for region in read_regions(read_text(locate(SHIPPED)))]
    found = {case.place.name: case for case in map(load_case, list_cases())}
    rows = []
    for name in dict.fromkeys((*inside, *found)):
        case = found.get(name)
        years = [row.year for row in case.rows] if case else []
        rows.append(
            {
                "region": name,
                "in the model": name in inside,
                "case": case.name if case else None,
                "first year": min(years, default=None),
                "last year": max(years, default=None),
                "what it is": case.place.description if case else None,
            }
        )
    if json:
        print_json(rows)
        return
    print_table(
        ["region", mark("in the model"), mark("case"), mark("data"), mark("what it is")],
        [
            [
                row["region"],
                "yes" if row["in the model"] else "no",
                row["case"] or "-",
                f"{row['first year']}-{row['last year']}" if row["first year"] else "-",
                say.name(str(row["what it is"] or "-")),
            ]
            for row in rows
        ],
        say("Regions"),
    )
