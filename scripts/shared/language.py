"""``--lang`` of every command whose page, figures and answer speak more than English."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer

Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        help="Language of the answer, its page and its figures: en or zh; by default that of this "
        "computer.",
        is_eager=True,  # before the options that already say something
        show_default=False,
    ),
]
_PARAMETER = "lang"


def add_language(function: Callable[..., Any], speaks: bool) -> Callable[..., Any]:
    """Give a command that speaks languages the option; what it calls speaks the one chosen.

    Parameters
    ----------
    function : callable
        The command, as Typer takes it.
    speaks : bool
        Whether it speaks every language of the catalogue; else it stays as it is.

    Returns
    -------
    callable
        The command with the option, as Typer takes it.
    """
    if not speaks:
        return function

    @functools.wraps(function)
    def with_language(*arguments: Any, **options: Any) -> Any:
        # Imported late: help needs no catalogue.
        from smecluster.model.presentation.language.spoken import speaking

        with speaking(options.pop(_PARAMETER, None)):
            return function(*arguments, **options)

    hints = get_type_hints(function, include_extras=True)
    own = [
        each.replace(annotation=hints.get(each.name, each.annotation))
        for each in inspect.signature(function).parameters.values()
    ]
    option = inspect.Parameter(
        _PARAMETER, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Lang
    )
    with_language.__annotations__ = {**hints, _PARAMETER: Lang}
    with_language.__signature__ = inspect.Signature([*own, option])  # type: ignore[attr-defined]
    del with_language.__wrapped__  # Typer would read the signature of what is wrapped
    return with_language
