"""What a test of recovery shows, in words."""

from __future__ import annotations

from smecluster.calibration.recovery.interface import JUDGED, Recovered
from smecluster.calibration.recovery.scores import ALL, DECIDED

#: Fewer data sets leave a coverage too uncertain for a verdict.
ENOUGH_SETS = 200


def describe_recovery(found: Recovered) -> list[str]:
    """Say in sentences what came out.

    Parameters
    ----------
    found : Recovered
        What came out.

    Returns
    -------
    list of str
    """
    table = found.tables[JUDGED].set_index("of")
    design, bars = found.protocol.design, found.protocol.bars
    low, high = bars.coverage
    said = [
        f"{found.sets} of {found.asked} data sets came through, each fitted with {design.draws} "
        f"draws. Nominal {design.level:.0%} intervals should hold {low:.0%} to {high:.0%}."
    ]
    if found.sets < ENOUGH_SETS:
        said.append(f"That is fewer than the {ENOUGH_SETS} that were asked for: a first look.")
    for name, row in table.iterrows():
        of = (
            f"{name} ({int(row['constants'])})"
            if name in (ALL, DECIDED)
            else f"{name}, " + (f"{design.first} less {design.second}")
        )
        better = (
            f"CRPS {row['crps ratio']:.2f} and width {row['width ratio']:.2f} of the prior's: "
            f"{'better' if row['better than the prior'] else 'not better'}"
        )
        held = "as wanted" if row["coverage met"] else "missed"
        said.append(f"{of}: {row['covered']:.0%} held ({held}); {better}.")
    said += [
        f"{name}: in {share:.0%} of the data sets most draws have the sign of the truth."
        for name, share in found.signs.items()
    ]
    return said
