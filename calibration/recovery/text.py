"""What a test of recovery shows, in words."""

from __future__ import annotations

from smecluster.calibration.recovery.interface import JUDGED, Recovered
from smecluster.calibration.recovery.scores import ALL, DECIDED
from smecluster.model.presentation.language.spoken import say

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
        say(
            "{sets} of {asked} data sets came through, each fitted with {draws} draws. Nominal "
            "{level} intervals should hold {low} to {high}.",
            sets=found.sets,
            asked=found.asked,
            draws=design.draws,
            level=f"{design.level:.0%}",
            low=f"{low:.0%}",
            high=f"{high:.0%}",
        )
    ]
    if found.sets < ENOUGH_SETS:
        said.append(
            say(
                "That is fewer than the {count} that were asked for: a first look.",
                count=ENOUGH_SETS,
            )
        )
    first, second = say.name(design.first), say.name(design.second)
    for name, row in table.iterrows():
        of = (
            say("{name} ({count})", name=say.word(str(name)), count=int(row["constants"]))
            if name in (ALL, DECIDED)
            else say(
                "{name}, {first} less {second}",
                name=say.word(str(name)),
                first=first,
                second=second,
            )
        )
        told = {"ratio": f"{row['crps ratio']:.2f}", "width": f"{row['width ratio']:.2f}"}
        better = (
            say("CRPS {ratio} and width {width} of the prior's: better", **told)
            if row["better than the prior"]
            else say("CRPS {ratio} and width {width} of the prior's: not better", **told)
        )
        held = say("as wanted") if row["coverage met"] else say("missed")
        covered = f"{row['covered']:.0%}"
        told = {"of": of, "covered": covered, "held": held, "better": better}
        said.append(say("{of}: {covered} held ({held}); {better}.", **told))
    said += [
        say(
            "{name}: in {share} of the data sets most draws have the sign of the truth.",
            name=say.word(name),
            share=f"{share:.0%}",
        )
        for name, share in found.signs.items()
    ]
    return said
