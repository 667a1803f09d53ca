"""``--model FILE`` of every command that runs the model: another file in the place of the shipped.

An equation changed in Vensim is thus used everywhere, and commands that need nothing of this model
in particular take any Vensim or XMILE file. What a command needs is checked before anything runs.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.scripts.verbs import Needs

ModelFile = Annotated[
    Path | None,
    typer.Option(
        "--model",
        help="Another Vensim or XMILE model in the place of the shipped one.",
        show_default=False,
    ),
]
#: The range of policy levers.
LEVERS = "Lever"
_PARAMETER = "model_file"


def add_option(function: Callable[..., Any], needs: Needs, name: str) -> Callable[..., Any]:
    """Give a command the option, unless it has one of its own or runs no model.

    Parameters
    ----------
    function : callable
        The command, as Typer takes it.
    needs : {"ours", "any", "none"}
        What the command needs of a model.
    name : str
        Its name, with that of its part after a blank.

    Returns
    -------
    callable
        The command with the option, as Typer takes it.
    """
    hints = get_type_hints(function, include_extras=True)
    if needs == "none" or "model" in hints:
        return function

    @functools.wraps(function)
    def with_model(*arguments: Any, **options: Any) -> Any:
        path = options.pop(_PARAMETER)
        if path is not None:
            use_file(path, needs, name)
        return function(*arguments, **options)

    given = inspect.signature(function)
    own = [
        each.replace(annotation=hints.get(each.name, each.annotation))
        for each in given.parameters.values()
    ]
    option = inspect.Parameter(
        _PARAMETER, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=ModelFile
    )
    with_model.__annotations__ = {**hints, _PARAMETER: ModelFile}
    with_model.__signature__ = inspect.Signature([*own, option])  # type: ignore[attr-defined]
    del with_model.__wrapped__  # Typer would read the signature of what is wrapped
    return with_model


def use_file(path: Path, needs: Needs, command: str) -> None:
    """Let every part of the program use a model file in the place of the shipped one.

    Parameters
    ----------
    path : Path
        The file.
    needs : {"ours", "any"}
        Whether any model will do.
    command : str
        The command that is to use it.

    Raises
    ------
    InputError
        If the file cannot be read as a model, or lacks what the command needs.
    """
    from smecluster.model import load
    from smecluster.model.file.model import SHIPPED
    from smecluster.model.support.workspace import stand_in

    model = load(path)
    if needs != "any":
        _check_content(model, path, command)
    stand_in(SHIPPED, path.absolute())


def _check_content(model: Model, path: Path, command: str) -> None:
    """Refuse a model without what a command needs by name; one line says what is missing."""
    from smecluster.model.errors import InputError
    from smecluster.model.file.regions import REGION
    from smecluster.model.outcomes import OUTCOMES, list_variables

    missing = [] if model.regions else [f"the range {REGION!r}"]
    if not model.subscripts.get(LEVERS):
        missing.append(f"the range {LEVERS!r}")
    missing += [repr(name) for name in list_variables(OUTCOMES) if name not in model.variables]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(
            f"{path} lacks {', '.join(missing[:3])}{more}, which `{command}` needs; batch, "
            "study, export, check and describe take any model"
        )
