"""The page on what coordination among many regions is worth."""

from __future__ import annotations

import numpy as np

from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.game.arrangements import speak_name
from smecluster.policies.game.coordination.published import Study, read_expectations, read_studies
from smecluster.policies.game.coordination.reforms import Reforms
from smecluster.policies.game.coordination.report import (
    tabulate_bases,
    tabulate_plays,
    tabulate_reforms,
    tabulate_spending,
    tabulate_studies,
    write_answer,
)
from smecluster.policies.game.coordination.synthetic import (
    ENDOWMENT_SPREAD,
    ENDOWMENTS,
    SIZE_SPREAD,
    list_bases,
)
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.wording.markdown import format_percent, write_table

_DESIGN = mark("""\
Studies of coordination have thirty provinces or fifty states, the model three regions. So regions
are made that exist nowhere, each from one of the shipped three with another size and other
endowments:

- **Size** multiplies all that a larger place has more of: firms, people, money, land, its part of
  the market. Sizes are lognormal with a standard deviation of {size:g}, that of the published GDP
  of Suzhou, Chengdu, Quanzhou and Wenzhou in 2020; regions made from one sum to that one. These
  four are large cities: all prefectures of China differ by more.
- **Endowments** ({endowments}) are multiplied once more, by one number a region, lognormal with
  {own:g}, the spread of published GDP per resident of these four and the Delta in 2020. Of that
  spread {left:.2f} is left in value added over size from 2025 on.
- All else, dated tables of policy included, is that of the shipped region.

Regions compete with the levers by which one wins what another loses: {levers}. Each chooses freely
what it spends on them, up to {most} of its value added a year, beyond policy as now, and commits
itself in the first year. The other levers stay as they are, as in the studies; with three numbers a
region and one set of values the best replies of {count} regions take some thousand runs, and most
of the time goes into compiling the model once. **Rivals** choose for their own growth or for the
welfare of their own residents (Nash); **coordinated** regions choose together for the residents of
all (the studies' cooperative optimum); **all stop** is mutual ceasing of these subsidies.
""")

_LIMITS = mark("""\
- One set of values, the calibration's best fit: no interval.
- Sizes and endowments are one drawing of the seed. Another seed gives other regions.
- Play begins from nothing alone: other equilibria may exist.
- The rest of China does not play, and takes the larger part of what a region does to others; in the
  studies it is the other provinces. This alone makes coordination worth less here.
- Studies judge by welfare or by real income from manufacturing; here residents' benefit over
  discounted value added of the regions.
- With all levers and money free, each region as ten equal parts: [limits](limitations.md).
""")


def write_page(
    result: Reforms,
    endowments: Floats,
    sizes: Floats,
    command: str,
    model_hash: str,
    calibration: str,
    table: str,
) -> str:
    """Write the page on reforms among synthetic regions.

    Parameters
    ----------
    result : Reforms
        What came out.
    endowments, sizes : array of float, shape (regions,)
        What the regions were made with.
    command, model_hash, calibration : str
        Where it came from.
    table : str
        Name of the file with the regions, beside the page.

    Returns
    -------
    str
        The page, Markdown.
    """
    studies, bases = tabulate_studies(result), tabulate_bases(result)
    shares = ("published", "low", "high", "model", "expected low", "expected high")
    percent = dict.fromkeys(shares, format_percent)
    columns = ["study", "measure", *shares[:4], "within", *shares[4:], "as expected"]
    changes = dict.fromkeys(("residents", "value added", "nation", "rest of China"), format_percent)
    lines = [
        say("# What coordination among many regions is worth"),
        "",
        say_how_made(command, model_hash, calibration),
        "",
        say("## In short"),
        "",
        *(f"- {one}" for one in write_answer(result)),
        "",
        say("## What was played"),
        "",
        say(
            _DESIGN,
            size=SIZE_SPREAD,
            own=ENDOWMENT_SPREAD,
            endowments=say.commas([say.name(name) for name in ENDOWMENTS]),
            left=measure_left(result, sizes),
            levers=say.commas([say.name(name) for name in result.levers]),
            most=format_percent(result.most),
            count=len(result.model.regions),
        ),
        say("{runs} runs. The regions: [{table}]({table}).", runs=f"{result.runs:,}", table=table),
        "",
        say("## Beside the studies, and what was expected"),
        "",
        say(
            "Published sizes and accepted ranges stand in "
            "`policies/game/coordination/published.toml`, what was expected in `expected.toml` "
            "beside it; both were committed before any synthetic region was run."
        ),
        "",
        *write_table(studies[columns], percent),
        "",
        *map(_describe_study, read_studies()),
        "",
        say("Why this was expected:"),
        "",
        *(
            say("- *{study}*: {reason}.", study=say.name(name), reason=say.name(one.reason))
            for name, one in read_expectations().items()
        ),
        "",
        say("## What each reform brings"),
        "",
        say("Change in present value over the discounted value added of the regions."),
        "",
        *write_table(tabulate_reforms(result), changes, speak_name),
        "",
        say("## What regions spend"),
        "",
        say("Per cent of value added a year, over regions."),
        "",
        *write_table(
            tabulate_spending(result),
            dict.fromkeys(("lowest", "mean", "highest"), format_percent),
            speak_name,
        ),
        "",
        say("By the shipped region that a synthetic one is made from:"),
        "",
        *write_table(bases, dict.fromkeys(bases.columns[1:-1], format_percent), speak_name),
        "",
        say("## Do these programmes stand?"),
        "",
        say(
            "Epsilon: the most that a region gains by moving 1 or 10 % of what it may spend, over "
            "what its programme brings it; up to 1 % is an equilibrium."
        ),
        "",
        *write_table(tabulate_plays(result), {"epsilon": format_percent}, speak_name),
        "",
        say("## What it leaves out"),
        "",
        say(_LIMITS),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _describe_study(study: Study) -> str:
    """Say what a study finds, and in what it differs."""
    return say(
        "- *{study}*: {source}: {finding}. {differs}",
        study=say.name(study.name),
        source=study.source,
        finding=say.name(study.finding),
        differs=say.name(study.differs),
    )


def measure_left(result: Reforms, sizes: Floats) -> float:
    """Measure the spread of value added over size, within the regions made from one, Dmnl."""
    over = np.log(result.idle.size.mean(axis=(0, 1)) / sizes)
    bases = np.array(list_bases(result.model.regions))
    apart = np.concatenate([over[bases == one] - over[bases == one].mean() for one in set(bases)])
    return float(np.sqrt(np.mean(apart**2)))
