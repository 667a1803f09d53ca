"""What the commands that answer a question share: what they are asked, and how they report it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.scripts.shared.printing import finish, print_lines, print_table

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.documents.page import Section
    from smecluster.policies.base_result import PolicyResult
    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.scripts.shared.results import Results


def load_question(
    strategies: Sequence[str] | None,
    default_draws: int,
    *,
    study: str | None = None,
    draws: int | None = None,
    regions: Sequence[str] | None = None,
    calibration: str | None = None,
    folders: Sequence[Path] | None = None,
    settings: Sequence[str] | None = None,
    **given: Any,
) -> StudyInputs:
    """Load what a question is about: a model, strategies, draws, in the base future alone.

    Parameters
    ----------
    strategies : sequence of str or None
        Names or paths; those of the study if None.
    default_draws : int
        Draws where neither an option nor a study says how many.
    study : str, optional
        Name or path of a study.
    draws, regions, calibration, folders, settings
        What the options of these names give, None where they are left out.
    **given
        Other fields of `policies.study.Study` that options give.

    Returns
    -------
    StudyInputs

    Raises
    ------
    InputError
        If something that is named does not exist or cannot be used.
    """
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.study import combine_study

    asked = combine_study(
        study,
        strategies,
        draws=default_draws if study is None and draws is None else draws,
        futures=("base",),
        regions=tuple(regions) if regions else None,
        **given,
    )
    return load_inputs(
        asked,
        calibration=calibration,
        folders=folders or [],
        settings=settings or [],
        need_draws=draws is not None,
    )


def report_answer(
    found: PolicyResult,
    results: Results,
    stamp: dict[str, str],
    title: str,
    page: str,
    printed: Mapping[str, pd.DataFrame],
    lay_out: Callable[[Mapping[str, Path]], list[Section]],
    *,
    json: bool,
    vectors: bool = True,
    record: Mapping[str, Any] | None = None,
) -> None:
    """Print an answer, and write its tables, figures and page.

    Parameters
    ----------
    found : PolicyResult
        The answer.
    results : Results
        Where it is written.
    stamp : dict of str to str
        Where it came from.
    title, page : str
        Heading and file name of the page.
    printed : mapping of str to pandas.DataFrame
        What the screen shows between the sentences, by heading.
    lay_out : callable
        Makes the sections of the page of the pictures' paths by name; what it rests on follows.
    json : bool
        Whether a record is printed instead.
    vectors : bool
        Whether figures are written as vectors too.
    record : mapping, optional
        What the record holds beside answer, basis and tables.
    """
    from smecluster.model.presentation.documents.page import Section, render_page
    from smecluster.model.presentation.language.spoken import say

    made = found.labelled()
    files = [
        path for name, table in made.items() for path in results.write_table(name, table, stamp)
    ]
    answer, basis = found.answer(), found.basis()
    if not json:
        print_lines([*answer, ""])
        for heading, table in printed.items():
            print_table(list(map(str, table)), table.values.tolist(), heading)
            print()
        print_lines(basis)
        sys.stdout.flush()  # figures take longer to draw than the answer to read
    figures = found.figures()
    pictures = results.draw(figures, stamp)
    if vectors:
        files += results.draw_vectors(figures, stamp)
    sections = [*lay_out(pictures), Section(say("What this rests on"), basis)]
    text = render_page(title, answer, sections, stamp)
    files += [*pictures.values(), results.write(page, text)]
    whole = {
        "stamp": stamp,
        "answer": answer,
        "basis": basis,
        **(record or {}),
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, whole if json else None)
