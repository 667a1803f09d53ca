"""Whether a published effect is independent of the model that it is to test."""

from __future__ import annotations

import re
from functools import lru_cache

from smecluster.calibration.validation.reform_file import Reform, Response, Study
from smecluster.model.file.model import Model
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

_INPUTS = ("constant", "table")
#: Statuses of figures that are no test, and why.
_NO_TEST = {
    "remembered": mark("from memory, not seen in a source"),
    "doubtful": mark("doubtful, kept for the record"),
}
_CITED = mark("source of {names}")
# What may stand between the first two authors and the year, as in "Lu, Wang and Zhu (2019".
_OTHERS = r"[^.;|()\d]*?\s\(?"


def explain_use(model: Model, reform: Reform, response: Response) -> str:
    """Say why an effect never counts as a test of the model.

    Parameters
    ----------
    model : Model
        The model.
    reform : Reform
        The study.
    response : Response
        The effect.

    Returns
    -------
    str
        Empty if it counts: neither an input of its experiment nor a constant of the model comes
        from its study, nor was it fitted, and it was seen in a source.
    """
    if response.status in _NO_TEST:
        return _NO_TEST[response.status]
    if response.used or reform.used:
        return response.used or reform.used
    constants = find_constants(model, reform.study)
    return _CITED.format(names=", ".join(constants)) if constants else ""


def say_use(used: str) -> str:
    """Say in the language of the moment why an effect does not count; see `explain_use`."""
    before = _CITED.removesuffix("{names}")
    if not used.startswith(before):
        return say.word(used)
    names = [say.variable(name) for name in used.removeprefix(before).split(", ")]
    return say(_CITED, names=say.commas(names))


def find_constants(model: Model, study: Study) -> tuple[str, ...]:
    """Find the constants and tables of a model that come from a study.

    Parameters
    ----------
    model : Model
        The model.
    study : Study
        The study.

    Returns
    -------
    tuple of str
        Those whose documentation cites the study, as "Lu, Wang and Zhu 2019" or "Lu et al. 2019".
        A constant that only compares its value with the study's is among them: better a test too
        few than one that tests nothing.
    """
    first, *others = (re.escape(each.strip()) for each in re.split(r",| and ", study.authors))
    # The second author tells apart two studies whose first author and year are the same.
    second = "".join(rf"(?:,| and) {each}(?!\w){_OTHERS}" for each in others[:1])
    after = rf"(?:{second}| et al\.? \(?)" if second else r" \(?"
    cited = re.compile(rf"(?<!\w){first}{after}{study.year}")
    return tuple(name for name, text in _read_sources(model) if cited.search(text))


@lru_cache(maxsize=8)
def _read_sources(model: Model) -> tuple[tuple[str, str], ...]:
    return tuple(
        (variable.name, f"{variable.definition} {variable.source}")
        for variable in model.variables.values()
        if variable.kind in _INPUTS
    )
