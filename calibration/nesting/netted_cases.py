"""The figures of a whole without those of its parts, so that nothing is compared twice.

What adds up (value added, jobs, loans, taxes, ...) is reduced by the part's figure of the same year
and variable. A year in which a part has none is left out, since what is left is not known then.
Wages, shares and other figures that do not add up stay those of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from smecluster.calibration.data.case import Case
from smecluster.calibration.data.constants import is_extensive
from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.model.errors import InputError


@dataclass(frozen=True)
class NettedCase(Case):
    """A case whose parts are regions of their own.

    Attributes
    ----------
    parts : tuple of Case
        The parts, whose figures are taken out of its own.
    """

    parts: tuple[Case, ...] = ()

    def measurements(self, include: Iterable[str] = ()) -> pd.DataFrame:
        """Tabulate the figures of what is left; as `Case.measurements`.

        Raises
        ------
        InputError
            If a part's figure is as large as that of its whole.
        """
        chosen = tuple(include)
        table = super().measurements(chosen)
        for part in self.parts:
            table = _subtract(table, part, self, chosen)
        return table


def net_cases(cases: Sequence[Case], parts: Mapping[str, Sequence[str]]) -> tuple[Case, ...]:
    """Take the figures of parts out of those of their wholes.

    Parameters
    ----------
    cases : sequence of Case
        Cases of the model's regions.
    parts : mapping of str to sequence of str
        By whole its parts, as `calibration.nesting.boundaries.find_parts` finds them.

    Returns
    -------
    tuple of Case
        The same cases; those with parts among them as `NettedCase`.
    """
    by_name = {case.place.name: case for case in cases}
    found: list[Case] = []
    for case in cases:
        own = tuple(by_name[part] for part in parts.get(case.place.name, ()) if part in by_name)
        if own:
            values = {field.name: getattr(case, field.name) for field in fields(Case)}
            found.append(NettedCase(**values, parts=own))
        else:
            found.append(case)
    return tuple(found)


def arrange_cases(cases: Iterable[Case], regions: Sequence[str]) -> list[Case]:
    """Arrange cases in the order of a model's regions, each without the figures of its parts.

    Parameters
    ----------
    cases : iterable of Case
        Cases; of several of one region the last counts.
    regions : sequence of str
        The model's regions; one without a case is left out.

    Returns
    -------
    list of Case

    Raises
    ------
    InputError
        If two regions hold the same place and neither says that it is part of the other.
    """
    known = {case.place.name: case for case in cases}
    chosen = [known[name] for name in regions if name in known]
    return list(net_cases(chosen, find_parts(regions, [case.place for case in chosen])))


def _subtract(
    table: pd.DataFrame, part: Case, whole: Case, include: tuple[str, ...]
) -> pd.DataFrame:
    """Subtract a part's figures from those of its whole, in the years in which it has them."""
    own = part.measurements(include)
    # Of several definitions of the part's, that in level goes first.
    own = own.sort_values("compare", kind="stable").drop_duplicates(["variable", "year"])
    found = {
        (variable, year): value
        for variable, year, value in own[["variable", "year", "value"]].to_numpy()
    }
    rows = []
    for row in table.to_dict("records"):
        variable, year = row["variable"], row["year"]
        if is_extensive(str(variable), str(row["unit"])):
            if (variable, year) not in found:
                continue
            left = row["value"] - found[variable, year]
            if not left > 0:
                raise InputError(
                    f"{variable!r} of {year} is {found[variable, year]:g} {row['unit']} in "
                    f"{part.place.name} and {row['value']:g} in {whole.place.name}, of which it is "
                    "part: correct the figures, or part_of in case.toml"
                )
            row = {**row, "value": left, "status": "derived"}
        rows.append(row)
    return pd.DataFrame.from_records(rows, columns=list(table.columns))
