"""A complete check of a region's folder: every mistake, and what was understood.

Loading a case (`calibration.data.case.load_case`) stops at the first mistake. This check collects
all of them, and compares the folder with the model: variables, units, regional values, and a run.

A case's figures after conversion, for the eye: first, middle and last, beside the nation's.

A wrong unit or price base shows here, where it would otherwise pass into a fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smecluster.calibration.authoring.template import list_blanks, list_borrowed
from smecluster.calibration.data.case import find_misfits, list_series, load_case, scan_own_sources
from smecluster.calibration.data.case_file import CaseFile, Lines, Measure, scan_case_file
from smecluster.calibration.data.constants import (
    TARGETS,
    Constant,
    Point,
    arrange_constants,
    arrange_tables,
    scan_constants,
    scan_tables,
    scan_targets,
)
from smecluster.calibration.data.csv_rows import scan_records
from smecluster.calibration.data.measuring import (
    BASE_YEAR,
    derive_measurements,
    list_rebased,
    qualify_series,
)
from smecluster.calibration.data.measuring import COLUMNS as MEASURED
from smecluster.calibration.data.series import COLUMNS, Row, scan_series, select_statuses
from smecluster.calibration.data.units import find_model_unit
from smecluster.calibration.nesting.boundaries import find_parts, is_placed
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.problem.assembly import assemble_problem, find_misnamed_targets
from smecluster.calibration.problem.objective import Objective, describe_idle
from smecluster.calibration.problem.parameters import (
    FILE,
    Parameter,
    find_misplaced,
    scan_parameters,
)
from smecluster.calibration.store.own import open_own
from smecluster.model import Model, load, simulate
from smecluster.model.engine.read.blocks import read_points
from smecluster.model.engine.read.document import Variable
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse
from smecluster.model.errors import InputError, UnknownNameError, shorten
from smecluster.model.file.regions import REGION, Region, read_regions
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.files import read_text

_TABLE = ("series", "years", "figures", "remembered", "measures", "segment", "unit", "compared")
#: In the order in which an author writes them.
_FILES = (
    *("case.toml", "sources.csv", "series.csv", TARGETS),
    *("constants.csv", "tables.csv", FILE),
)
_LINE = re.compile(r":(\d+): ")


@dataclass(frozen=True)
class Checked:
    """The result of a check.

    Attributes
    ----------
    problems : tuple of str
        What must be corrected, as ``file:line: what was given and what is allowed``.
    notes : tuple of str
        What is allowed, but worth knowing.
    understood : pandas.DataFrame
        A row a measure (and a series that measures nothing): series, years, figures (years with
        one), remembered (further years with one from memory), measures (the model's variable),
        segment, unit, compared (in level, or up to a factor).
    converted : pandas.DataFrame
        The first, middle and last figure of each measure, converted; see
        `calibration.authoring.case_check.tabulate_converted`.
    """

    problems: tuple[str, ...]
    notes: tuple[str, ...]
    understood: pd.DataFrame
    converted: pd.DataFrame


def check_case(folder: str | Path) -> Checked:
    """Check a region's folder completely.

    Parameters
    ----------
    folder : str or Path
        The folder; see `calibration.data.case`.

    Returns
    -------
    Checked
        Problems, notes, and what was understood.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"no such case folder: {folder}")
    return _Check(place).run()


class _Check:
    """One pass over a folder: each step adds its problems, none stops the others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = load()
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.measured: list[tuple[object, ...]] = []

    def run(self) -> Checked:
        file = self._case_file()
        rows = self._figures(file)
        understood = self._understood(file, rows)
        self._targets()
        constants, points = self._values()
        parameters = self._parameters(file)
        converted = self._converted(constants)
        self._calibration()
        if file is not None and not self.problems:
            self._runs(
                Region(file.region.name, arrange_constants(constants), arrange_tables(points)),
                parameters,
            )
        notes = _group_messages(self.notes)
        return Checked(_group_messages(self.problems), notes, understood, converted)

    def _add(self, problems: Iterable[InputError]) -> None:
        self.problems += map(str, problems)

    # case.toml ----------------------------------------------------------------------------

    def _case_file(self) -> CaseFile | None:
        path = self.folder / "case.toml"
        try:
            file, problems = scan_case_file(path)
        except InputError as error:
            self._add([error])
            return None
        self._add(problems)
        text = read_text(path)
        if file is None:
            return None
        self._add(_find_blanks(path, file, Lines(text)))
        if not file.measure:
            # The template's example is where the first measure goes.
            number = text.partition("[[measure]]")[0].count("\n") + 1
            problem = InputError(
                f"{path}:{number}: no measure: write a [[measure]] for each variable that you "
                "have figures for; a fit needs at least one"
            )
            self._add([problem])
        elif all(measure.variable != "value added" for measure in file.measure):
            remark = say("no measure of 'value added', the main outcome")
            self.notes.append(f"{path}: {remark}")
        return file

    # series.csv and sources.csv -----------------------------------------------------------

    def _figures(self, file: CaseFile | None) -> tuple[Row, ...]:
        sources, problems = scan_own_sources(self.folder / "sources.csv")
        self._add(problems)
        path = self.folder / "series.csv"
        try:
            _, problems = scan_series(path, sources, list_series(file) if file else None)
            rows, _ = scan_series(path, sources)  # also those that case.toml does not name
        except InputError as error:
            self._add([error])
            return ()
        self._add(problems)
        if file is not None:
            # A series whose rows are all wrong does have figures, and a problem already.
            written = {f"{r['region']}/{r['series']}" for _, r in scan_records(path, COLUMNS)[0]}
            wrong = [repr(name) for name in written - {row.name for row in rows}]
            found = find_misfits(file, self.folder, rows)
            self._add(p for p in found if not any(name in str(p) for name in wrong))
        return rows

    def _understood(self, file: CaseFile | None, rows: Sequence[Row]) -> pd.DataFrame:
        by_name: dict[str, list[Row]] = {}
        for row in rows:
            by_name.setdefault(row.name, []).append(row)
        if file is None:
            records = [_describe_context(name, found) for name, found in by_name.items()]
        else:
            own = file.region.table
            records = list(self._measures(file, by_name))
            context = [qualify_series(name, own) for name in file.context]
            records += [
                _describe_context(name, by_name[name]) for name in context if name in by_name
            ]
        return pd.DataFrame(records, columns=list(_TABLE))

    def _measures(
        self, file: CaseFile, by_name: Mapping[str, Sequence[Row]]
    ) -> Iterator[tuple[Any, ...]]:
        path = self.folder / "case.toml"
        lines = Lines(read_text(path))
        for at, measure in enumerate(file.measure):
            where = f"{path}:{lines.find_line(('measure', at))}"
            self._add(_find_mismatch(path, lines, at, measure, self.model.variables))
            names = [qualify_series(name, file.region.table) for name in measure.series]
            needed = [*names, *filter(None, [measure.deflator])]
            needed = [qualify_series(name, file.region.table) for name in needed]
            years: dict[bool, list[int]] = {}
            for remembered in (False, True):
                try:
                    if all(name in by_name for name in needed):
                        include = ("remembered",) if remembered else ()
                        found = derive_measurements(measure, file.region, by_name, include)
                        records = list(found)
                        years[remembered] = [record[2] for record in records]  # type: ignore[misc]
                        if remembered:
                            self.measured += records
                except InputError as error:
                    self.problems.append(f"{where}: {measure.variable!r}: {error}")
                    break
            if years.get(True):
                for base, factor in list_rebased(measure, file.region, by_name).items():
                    remark = say(
                        "figures of {name} are in constant {base} prices: multiplied by {factor}, "
                        "they are in those of {year}",
                        name=f"{say.word(measure.variable)!r}",
                        base=base,
                        factor=f"{factor:.4g}",
                        year=BASE_YEAR,
                    )
                    self.notes.append(f"{where}: {remark}")
            first, last = measure.years
            if years.get(True) == []:
                self.problems.append(
                    f"{where}: {measure.variable!r} has no figure from {first} to {last}: in "
                    f"series.csv {_describe_series(names, by_name)}"
                )
            elif years.get(False) == []:
                remark = say(
                    "every figure of {name} is remembered: it is used only with --include "
                    "remembered",
                    name=f"{say.word(measure.variable)!r}",
                )
                self.notes.append(f"{where}: {remark}")
            used, more = years.get(False, []), len(years.get(True, [])) - len(years.get(False, []))
            compared = mark("in level") if measure.compare == "level" else mark("up to a factor")
            yield (
                {"sum": " + ", "ratio": " / ", "less share": " less share "}.get(
                    measure.combine, ""
                ).join(measure.series),
                _format_span(used or years.get(True, [])),
                len(used),
                max(more, 0),
                measure.variable,
                measure.segment,
                measure.unit,
                compared,
            )

    def _converted(self, constants: Sequence[Constant]) -> pd.DataFrame:
        """Tabulate what the figures are after conversion, and note what looks wrong."""
        measured = pd.DataFrame.from_records(self.measured, columns=list(MEASURED))
        self.notes += [f"{self.folder}: {text}" for text in find_oddities(measured, constants)]
        return tabulate_converted(measured, self.model)

    # targets.csv --------------------------------------------------------------------------

    def _targets(self) -> None:
        path = self.folder / TARGETS
        if not path.is_file():
            return
        try:
            found, problems = scan_targets(path)
        except InputError as error:
            self._add([error])
            return
        self._add(problems)
        self._add(find_misnamed_targets(found, self.model))

    # constants.csv and tables.csv ---------------------------------------------------------

    def _values(self) -> tuple[list[Constant], list[Point]]:
        reference = read_regions(self.model.text)[0]
        constants: list[tuple[int, Constant]] = []
        points: list[tuple[int, Point]] = []
        path = self.folder / "constants.csv"
        if path.is_file():
            try:
                constants, problems = scan_constants(path)
                self._add(problems)
            except InputError as error:
                self._add([error])
            allowed = _list_elements(reference.constants)
            for line, value in constants:
                where = f"{path}:{line}"
                self._value(where, "constant", allowed, value, self._ranges(value))
        path = self.folder / "tables.csv"
        if path.is_file():
            try:
                points, problems = scan_tables(path)
                self._add(problems)
            except InputError as error:
                self._add([error])
            allowed = _list_elements(_nest_tables(reference.tables))
            for line, point in points:
                self._value(f"{path}:{line}", "table", allowed, point, None)
        values: list[Constant | Point] = [value for _, value in constants]
        values += [point for _, point in points]
        copied, scaled = list_borrowed(values)
        for borrowed, sentence in (
            (
                copied,
                mark(
                    "{some} of {count} values of the model are still copies of those of {region}, "
                    "as their sources say"
                ),
            ),
            (
                scaled,
                mark(
                    "{some} of {count} values of the model are still scaled from those of "
                    "{region}, as their statuses say"
                ),
            ),
        ):
            if borrowed:
                told = {"some": len(borrowed), "count": len(values)}
                remark = say(sentence, region=say.name(borrowed[0]), **told)
                self.notes.append(f"{self.folder}: {remark}")
        return [value for _, value in constants], [point for _, point in points]

    def _value(
        self,
        where: str,
        kind: str,
        allowed: Mapping[str, tuple[str, frozenset[str]]],
        given: Constant | Point,
        remark: str | None,
    ) -> None:
        """Compare one row with the model: name, element, unit, range."""
        if fold_name(given.variable) not in allowed:
            shared = self.model.document.variables.get(given.variable)
            if shared is not None and shared.kind in ("constant", "table"):
                problem = InputError(
                    f"{given.variable!r} is the same for all regions: a region cannot have its own"
                )
            else:
                names = [name for name, _ in allowed.values()]
                problem = UnknownNameError(f"regional {kind}", given.variable, names)
            self.problems.append(f"{where}: {problem}")
            return
        name, elements = allowed[fold_name(given.variable)]
        if not elements and given.element:
            self.problems.append(f"{where}: {name!r} has no elements: leave the column empty")
        elif elements and fold_name(given.element) not in map(fold_name, elements):
            self.problems.append(
                f"{where}: {UnknownNameError(f'element of {name!r}', given.element, elements)}"
            )
        unit = self.model.document.variables[name].unit
        if given.unit != unit:
            self.problems.append(f"{where}: {name!r} is in {given.unit!r}, the model has {unit!r}")
        elif remark:
            self.notes.append(f"{where}: {remark}")

    def _ranges(self, value: Constant) -> str | None:
        """Note a value outside the model's plausible range."""
        known = self.model.document.variables.get(value.variable)
        if known is None:
            return None
        low, high = known.low, known.high
        if (low is None or value.value >= low) and (high is None or value.value <= high):
            return None
        told = {"name": f"{say.word(value.variable)!r}", "value": f"{value.value:g}"}
        if low is None or high is None:
            return say("{name} is {value}, outside the model's plausible range", **told)
        return say(
            "{name} is {value}, outside the model's plausible range {low} to {high}",
            low=f"{low:g}",
            high=f"{high:g}",
            **told,
        )

    # parameters.csv and the model ---------------------------------------------------------

    def _parameters(self, file: CaseFile | None) -> tuple[Parameter, ...]:
        path = self.folder / FILE
        if not path.is_file():
            self.notes.append(
                say("{path} is missing: a fit would estimate nothing for the region", path=path)
            )
            return ()
        try:
            found, problems = scan_parameters(path, file.region.name if file else "Region")
        except InputError as error:
            self._add([error])
            return ()
        self._add(problems)
        self._add(find_misplaced(found, self.model))
        return found

    def _calibration(self) -> None:
        """Note a calibration that commands would refuse."""
        try:
            open_own(self.folder)
        except InputError as error:
            self.notes.append(str(error))

    def _runs(self, own: Region, parameters: Sequence[Parameter]) -> None:
        """Run the region beside the shipped ones, and vary each parameter."""
        shipped = [Region(name) for name in self.model.regions if name != own.name]
        try:
            case = load_case(self.folder)
            parts = find_parts([each.name for each in (*shipped, own)], [case.place])
            beside = load(regions=[*shipped, own])
            whole = Netting(beside, parts).net_model() if parts else beside
            simulate(whole, outputs=["value added"])
            if not is_placed(case.place):
                remark = say(
                    "no codes: whether {region} lies in another region, and counts twice, is not "
                    "checked",
                    region=say.name(own.name),
                )
                self.notes.append(f"{self.folder / 'case.toml'}: {remark}")
            # Where every figure is remembered, as a note says, there is nothing to fit yet.
            if parameters and len(case.measurements()):
                objective = Objective(assemble_problem(beside, [case], shared=False, parts=parts))
                self._add(describe_idle(objective, objective.start))
        except InputError as error:
            self.problems.append(f"{self.folder}: {error}")


def _find_blanks(path: Path, file: CaseFile, lines: Lines) -> Iterator[InputError]:
    """Find the template's blanks that have not been replaced."""
    for spot, text in list_blanks(file):
        where = " ".join(str(part + 1 if isinstance(part, int) else part) for part in spot)
        yield InputError(f"{path}:{lines.find_line(spot)}: {where} is still to be written: {text}")


def _find_mismatch(
    path: Path, lines: Lines, at: int, measure: Measure, variables: Mapping[str, Variable]
) -> Iterator[InputError]:
    """Find a measure whose variable or unit the model does not have."""
    known = variables.get(measure.variable)
    if known is None or known.dims != (REGION,):
        regional = [name for name, each in variables.items() if each.dims == (REGION,)]
        line = lines.find_line(("measure", at, "variable"))
        text = UnknownNameError("regional variable", measure.variable, regional)
        yield InputError(f"{path}:{line}: {text}")
    elif measure.compare == "level" and measure.unit != known.unit:
        line = lines.find_line(("measure", at, "unit"))
        yield InputError(
            f"{path}:{line}: {measure.variable!r} is measured in {measure.unit!r}, but the model "
            f"has it in {known.unit!r}; other units are allowed where compare = 'scale'"
        )


def _list_elements(values: Mapping[str, object]) -> dict[str, tuple[str, frozenset[str]]]:
    return {
        fold_name(name): (name, frozenset(value) if isinstance(value, Mapping) else frozenset())
        for name, value in values.items()
    }


def _nest_tables(tables: Mapping[str, object]) -> dict[str, object]:
    """Arrange ``name[element]`` as name, then element."""
    arranged: dict[str, object] = {}
    for written, points in tables.items():
        name, _, element = written.removesuffix("]").partition("[")
        if element:
            inner = arranged.setdefault(name, {})
            assert isinstance(inner, dict)
            inner[element] = points
        else:
            arranged[name] = points
    return arranged


def _describe_context(name: str, rows: Sequence[Row]) -> tuple[Any, ...]:
    """Describe a series that measures nothing."""
    usable = {row.year for row in rows if row.status in select_statuses()}
    remembered = {row.year for row in rows if row.status == "remembered"} - usable
    years = _format_span(sorted(usable | remembered))
    return (name, years, len(usable), len(remembered), "-", "", rows[0].unit, mark("not compared"))


def _describe_series(names: Sequence[str], by_name: Mapping[str, Sequence[Row]]) -> str:
    """Describe the figures of a measure's series."""
    parts = []
    for name in names:
        used = sorted({row.year for row in by_name[name] if row.status != "doubtful"})
        parts.append(f"{name!r} has {_format_span(used) if used else 'doubtful figures only'}")
    return " and ".join(parts)


def _format_span(years: Sequence[int]) -> str:
    if not years:
        return "-"
    return f"{years[0]}-{years[-1]}" if years[0] < years[-1] else str(years[0])


def _group_messages(messages: Sequence[str]) -> tuple[str, ...]:
    """Sort by file and line, and report a mistake of many lines once."""
    sortable = sorted(messages, key=lambda message: (_rank_file(message), _read_line(message)))
    lines: dict[str, list[int]] = {}
    for message in sortable:
        lines.setdefault(_LINE.sub(":{}: ", message, count=1), []).append(_read_line(message))
    grouped = []
    for text, found in lines.items():
        told = {"count": len(found), "last": found[-1]}
        more = say(" ({count} lines, to line {last})", **told) if len(found) > 1 else ""
        grouped.append(shorten(text.replace(":{}: ", f":{found[0]}: ", 1)) + more)
    return tuple(grouped)


def _rank_file(message: str) -> int:
    """Rank a message's file among those of a folder."""
    return next((at for at, name in enumerate(_FILES) if f"/{name}" in message), len(_FILES))


def _read_line(message: str) -> int:
    match = _LINE.search(message)
    return int(match[1]) if match else 0


# A case's figures after conversion, for the eye: first, middle and last, beside the nation's.

#: Columns of the table of converted figures.
CONVERTED = ("measures", "segment", "unit", "year", "value", "nation")
#: From one figure of a series to the next, more than this in up to `_SPAN` years (and as much again
#: in as many more) is a slip of the pen more often than not.
JUMP = 10.0
_SPAN = 3
_MARKET, _WAGE = "national market table", "national wage table"
_WAGES = "annual wage"
_EMPLOYMENT, _FORCE = "Employment", "Labour force"


def tabulate_converted(measured: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Tabulate the first, middle and last figure of each series, converted to the model's unit.

    Parameters
    ----------
    measured : pandas.DataFrame
        As `Case.measurements` gives it.
    model : Model
        The model, whose national tables give the nation's course.

    Returns
    -------
    pandas.DataFrame
        A row a figure: measures (the variable), segment, unit, year, value (in that unit, money in
        prices of 2010), and nation: the national wage, or for other money the value if it had grown
        like the nation since the first year; missing where neither applies.
    """
    rows = []
    for (variable, segment), table in measured.groupby(["variable", "segment"], sort=False):
        table = table.sort_values("year")
        chosen = [*dict.fromkeys((0, (len(table) - 1) // 2, len(table) - 1))]
        first = table.iloc[0]
        for row in table.iloc[chosen].to_dict("records"):
            beside = _find_nation(model, str(variable), row, first)
            rows.append((variable, segment, row["unit"], row["year"], row["value"], beside))
    return pd.DataFrame(rows, columns=list(CONVERTED))


def find_oddities(measured: pd.DataFrame, constants: Sequence[Constant]) -> Iterator[str]:
    """Find figures that are possible, but most likely a wrong unit, price base or decimal point.

    Parameters
    ----------
    measured : pandas.DataFrame
        As `Case.measurements` gives it.
    constants : sequence of Constant
        The region's values of the model.

    Yields
    ------
    str
        What is odd, with the years and the converted values.
    """
    for (variable, segment), table in measured.groupby(["variable", "segment"], sort=False):
        name = f"{say.word(str(variable))!r}"
        if segment:
            name = say("{what}, {part}", what=name, part=say.word(str(segment)))
        table = table.sort_values("year")
        values, years = table["value"].to_numpy(dtype=float), table["year"].tolist()
        unit = str(table["unit"].iloc[0])
        for at in range(len(values) - 1):
            ratio = values[at + 1] / values[at] if values[at] else np.inf
            most = JUMP ** max(1.0, (years[at + 1] - years[at]) / _SPAN)
            if not 1 / most < ratio < most:
                yield say(
                    "{name} jumps {times}-fold, from {before} in {first} to {after} {unit} in "
                    "{second}: check units and decimal points",
                    name=name,
                    times=f"{max(ratio, 1 / ratio if ratio else np.inf):.3g}",
                    before=f"{values[at]:,.4g}",
                    first=years[at],
                    after=f"{values[at + 1]:,.4g}",
                    unit=say.own_unit(unit),
                    second=years[at + 1],
                )
        above = values > 1
        if find_model_unit(unit).quantity == "share" and above.any():
            at = int(np.argmax(above))
            yield say(
                "{name} is a share, and {value} in {year}: percent or per thousand?",
                name=name,
                value=f"{values[at]:.4g}",
                year=years[at],
            )
    yield from _find_idle_workers(measured, constants)


def _find_idle_workers(measured: pd.DataFrame, constants: Sequence[Constant]) -> Iterator[str]:
    """Find more people at work than there are."""
    known = {value.variable: value.value for value in constants if not value.element}
    by_year: Mapping[str, Mapping[int, float]] = {
        str(name): dict(table[["year", "value"]].to_numpy())
        for name, table in measured[measured["compare"] == "level"].groupby("variable")
    }
    jobs, people = by_year.get(_EMPLOYMENT, {}), by_year.get(_FORCE, {})
    for year in sorted({*jobs} & {*people}):
        if jobs[year] > people[year]:
            yield say(
                "{name} of {year} is {jobs} person, above the labour force of {people}",
                name=f"{say.word(_EMPLOYMENT)!r}",
                year=f"{year:.0f}",
                jobs=f"{jobs[year]:,.0f}",
                people=f"{people[year]:,.0f}",
            )
            break
    initial = [known.get(f"initial {name}") for name in ("employment", "labour force")]
    if None not in initial and initial[0] > initial[1]:  # type: ignore[operator]
        yield say(
            "'initial employment' is {jobs} person, above the 'initial labour force' of {people}",
            jobs=f"{initial[0]:,.0f}",
            people=f"{initial[1]:,.0f}",
        )


def _find_nation(
    model: Model, variable: str, row: Mapping[Any, Any], first: pd.Series
) -> float | None:
    """Find what stands beside a figure: the national wage, or growth like the nation."""
    unit, year = str(row["unit"]), float(row["year"])
    if variable == _WAGES:
        return _read(model, _WAGE, [year])[0]
    if find_model_unit(unit).quantity != "yuan" or "/" in unit.partition("/Year")[2]:
        return None
    then, now = _read(model, _MARKET, [float(first["year"]), year])
    return float(first["value"]) * now / then


def _read(model: Model, name: str, years: Iterable[float]) -> list[float]:
    """Read a national table of the model at some years; it is linear between its points."""
    blocks = [block for block in parse(model.text).blocks if block.name == name]
    if not blocks:
        return [np.nan for _ in years]
    points = np.asarray(read_points(blocks[0]), dtype=float)
    return [float(np.interp(year, points[:, 0], points[:, 1])) for year in years]
