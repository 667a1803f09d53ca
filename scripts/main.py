"""The command ``smecluster``: its list of commands, and the one place where errors end.

The commands are listed in ``scripts.verbs``. A command's file is imported when it is used, so
``--help`` is quick; it holds the command as a function, and its example command lines in
``EXAMPLES``.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from smecluster.scripts.shared.endings import (
    Interrupted,
    UsageError,
    describe_usage,
    end_interrupted,
    print_warnings,
    stop_process,
    stop_when_terminated,
)
from smecluster.scripts.verbs import OLD_NAMES, VERBS, Part

_HELP = """A system-dynamics model of SME clusters and of what government can do for them.

Examples:

\b
  smecluster compare central local --out results/first
  smecluster explain contributions local
  smecluster list levers

`smecluster COMMAND --help` explains a command, with examples.
"""


class _Commands(TyperGroup):
    """A group that imports a command only when it is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Stand in for a command where only its name and its one line are shown."""
        if cmd_name not in VERBS:
            return None
        verb = VERBS[cmd_name]
        return TyperCommand(cmd_name, help=verb.line, rich_help_panel=verb.group)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, *rest = args
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        from smecluster.model.errors import InputError, UnknownNameError

        if name in OLD_NAMES:
            raise InputError(f"{name!r} is now: smecluster {OLD_NAMES[name]}")
        if name not in VERBS:
            raise UnknownNameError("command", name, VERBS)
        parts = VERBS[name].parts
        if rest and rest[0] in parts:
            return f"{name} {rest[0]}", load_command(name, rest[0]), rest[1:]
        if rest and not VERBS[name].home and not rest[0].startswith("-"):
            raise UnknownNameError(f"part of {name!r}", rest[0], parts)
        return name, load_command(name), rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an interruption passes Typer, which would end the process silently."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted from error


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows ``smecluster``; by default what the process was started with.

    Raises
    ------
    SystemExit
        Always: 0 for success, 1 where a check failed, 2 for wrong input, 130 if interrupted,
        143 if terminated.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file may have a name that is no text: what cannot be printed is escaped, as in errors.
        sys.stdout.reconfigure(errors="backslashreplace")
    # No system hands such an argument over, but a program that calls this function may, and some
    # versions of the library that reads arguments do not expect it in a path.
    if any("\0" in each for each in given):
        stop_process("an argument holds a null character, which no name or path can have")
    try:
        with stop_when_terminated(), print_warnings(), _keep_model():
            status = _application()(args=given, prog_name="smecluster", standalone_mode=False)
    except (KeyboardInterrupt, Interrupted, typer.Abort) as error:
        end_interrupted(error)
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough; say nothing at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except UsageError as error:
        message = describe_usage(error, given)
        if not message:  # nothing was given, and the help has been printed
            sys.exit(2)
        stop_process(message)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        stop_process(f"{place}{error.strerror or error}")
    except ValueError as error:
        # Imported late: the package brings NumPy, which help does not need.
        from smecluster.model.errors import InputError

        if not isinstance(error, InputError):
            raise
        stop_process(str(error))
    sys.exit(status if isinstance(status, int) else 0)


def _application() -> Any:
    app = typer.Typer(
        cls=_Commands,
        help=_HELP,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def smecluster(
        version: bool = typer.Option(
            False,
            "--version",
            help="Print the version, and the hashes of model and calibrations.",
            is_eager=True,
            callback=_print_version,
        ),
    ) -> None:
        pass

    return typer.main.get_command(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from smecluster.calibration.store.edition import describe_edition

        print("\n".join(describe_edition()))
        raise typer.Exit


#: The words of every command that can be run: a verb, or a verb and its part.
COMMANDS: tuple[tuple[str, ...], ...] = tuple(
    words
    for name, verb in VERBS.items()
    for words in [(name,)] * bool(verb.home) + [(name, part) for part in verb.parts]
)


def find_part(name: str, part: str = "") -> Part:
    """Find a command, or a part of it, in the list."""
    return VERBS[name].parts[part] if part else VERBS[name]


def list_examples(name: str, part: str = "") -> Sequence[str]:
    """List the example command lines of a command, or of a part; of all its parts without one."""
    found = find_part(name, part)
    if not found.home:
        return [list_examples(name, each)[0] for each in VERBS[name].parts]
    module, _, function = found.home.partition(":")
    examples: Any = importlib.import_module(f"smecluster.scripts.{module}").EXAMPLES
    return examples if isinstance(examples, tuple) else examples[function]


def load_command(name: str, part: str = "") -> Any:
    """Make a command, or a part of it, from its file.

    Parameters
    ----------
    name : str
        A key of `VERBS`.
    part : str
        One of the command's parts; empty for the command itself.

    Returns
    -------
    click.Command
        With its parameters and its help.
    """
    from smecluster.scripts.shared.language import add_language
    from smecluster.scripts.shared.model_file import add_option

    found, parts = find_part(name, part), {} if part else VERBS[name].parts
    paragraphs = ["Examples:", f"\b\n{_indent(list_examples(name, part))}", found.line]
    if parts:
        lines = [f"{word:<15}{each.line}" for word, each in parts.items()]
        paragraphs.append(f"Parts (`smecluster {name} PART --help` explains one):")
        paragraphs.append(f"\b\n{_indent(lines)}")
    app = typer.Typer(add_completion=False)
    made: Any = _name_a_part
    if found.home:
        module, _, function = found.home.partition(":")
        made = getattr(importlib.import_module(f"smecluster.scripts.{module}"), function)
        made = add_option(add_language(made, found.speaks), found.model, f"{name} {part}".strip())
    app.command(
        name,
        help="\n\n".join(paragraphs),
        no_args_is_help=not found.home,
        context_settings={"help_option_names": ["-h", "--help"]},
    )(made)
    return typer.main.get_command(app)


def _name_a_part(
    part: Annotated[str, typer.Argument(help="One of the parts above.")],
) -> None:
    """Stand in for a command that has parts only."""


def _indent(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


@contextmanager
def _keep_model() -> Iterator[None]:
    """Let a model named with ``--model`` stand in for the shipped one in this command alone."""
    try:
        yield
    finally:
        # Where no command has read a model, none stands in, and help need not wait for it.
        if "smecluster.model.file.model" in sys.modules:
            from smecluster.model.file.model import SHIPPED
            from smecluster.model.support.workspace import stand_in

            stand_in(SHIPPED, None)


if __name__ == "__main__":
    main()
