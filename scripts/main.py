"""The command ``smecluster``: its list of commands, and the one place where errors end.

A command lives in ``scripts/<room>/<name>.py`` as the function ``<name>``, with its example command
lines in ``EXAMPLES``. The file is imported when the command is used, so ``--help`` is quick.
A command may list subcommands in ``SUBCOMMANDS``; each lives in a file of the same room.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

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

COMMANDS = {
    "demo": ("policy", "Compare a central with a local strategy under uncertainty: the main job."),
    "init": ("structure", "Copy the files that you edit into your own folder."),
    "doctor": ("structure", "Say what this computer lacks, and what to do about it."),
    "run": ("policy", "Run one strategy and print its outcomes, by region and in total."),
    "compare": (
        "policy",
        "Compare strategies for the same additional money: tables and figures.",
    ),
    "account": (
        "answer",
        "Draw up what strategies cost and bring the nation, line by line, and who bears it.",
    ),
    "assign": (
        "answer",
        "Find which level of government should run which lever, and how sure that is.",
    ),
    "map": (
        "answer",
        "Map which strategy is ahead by money and horizon, and where it stops paying.",
    ),
    "why": (
        "answer",
        "Find the links of the model that carry most of a lever's effect, from cut runs.",
    ),
    "futures": ("policy", "List the futures, or test strategies in them."),
    "robust": (
        "policy",
        "Judge strategies over all futures and draws: regret, needs, where each fails.",
    ),
    "tipping": (
        "policy",
        "Find the constants that would turn the order of two strategies, and at what value.",
    ),
    "desk": ("policy", "Write the model as one offline HTML file with sliders and bands."),
    "decide": (
        "policy",
        "Find which constants decide between strategies, and what a study of each is worth.",
    ),
    "contributions": (
        "policy",
        "Divide a strategy's effect among its levers, and draw it as wedges.",
    ),
    "optimise": (
        "policy",
        "Search for the best use of a budget, and check it on unseen draws.",
    ),
    "game": (
        "policy",
        "Play the game of governments: rivals by aim, coordinated regions, planner, centre first.",
    ),
    "windows": ("policy", "Map when help pays, by starting year and size of the cluster."),
    "statistics": (
        "policy",
        "Find what cluster statistics are worth to a policy that reacts or anticipates.",
    ),
    "dominance": ("policy", "Show which feedback loops dominate when, under each strategy."),
    "histories": (
        "fitting",
        "Compare the base case with published series: fit, turning points, plot.",
    ),
    "evaluate": (
        "fitting",
        "Forecast every series from every origin, and hold the model against fair rivals.",
    ),
    "reforms": (
        "fitting",
        "Run published reforms on the model and count the effects within range.",
    ),
    "batch": ("batches", "Run the model once for each row of a table of inputs."),
    "calibrate": ("fitting", "Fit the model to the cases, or your own region beside them."),
    "case": ("fitting", "Start a folder for your own region, or check it line by line."),
    "sensitivity": (
        "batches",
        "Find out which factors matter, in studies of any size that can be interrupted.",
    ),
    "levers": ("policy", "List the policy levers: level, cost, range and what each one feeds."),
    "strategies": (
        "structure",
        "List the strategies, or every key that a strategy's file may hold.",
    ),
    "regions": ("structure", "List the model's regions and the cases that can be added."),
    "describe": (
        "structure",
        "Explain a variable (unit, source, equation, effects) or a lever (cost, evidence, path).",
    ),
    "export": ("structure", "Write the Vensim file with other regions or values."),
    "exchange": (
        "structure",
        "Write runs, values or sources for other programs: pyam, Vensim, BibTeX.",
    ),
    "checklists": (
        "structure",
        "Fill in the model's card and the checklists that journals ask for.",
    ),
    "check": ("structure", "Check the model: units, balances, extremes, documentation."),
    "views": ("structure", "Redraw the diagrams of the Vensim file after equations have changed."),
    "gains": ("structure", "Compute the gain of every reinforcing loop at rest."),
    "knockouts": ("structure", "Cut and double every mechanism that the paper names."),
}

_HELP = """A system-dynamics model of SME clusters and of what government can do for them.

Examples:

\b
  smecluster compare central local --out results/first
  smecluster describe "value added"
  smecluster levers

`smecluster COMMAND --help` explains a command, with examples.
"""


class _Commands(TyperGroup):
    """A group that imports a command only when it is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Stand in for a command where only its name and its one line are shown."""
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, *rest = args
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        if name not in COMMANDS:
            from smecluster.model.support.errors import UnknownNameError

            raise UnknownNameError("command", name, COMMANDS)
        if rest and rest[0] in list_subcommands(name):
            return f"{name} {rest[0]}", load_command(name, rest[0]), rest[1:]
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
        from smecluster.model.support.errors import InputError

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


def list_subcommands(name: str) -> Mapping[str, str]:
    """List a command's subcommands with their lines; each has a file of its own in the room."""
    found: Mapping[str, str] = getattr(_module(name), "SUBCOMMANDS", {})
    return found


def _module(name: str, own: str = "") -> Any:
    return importlib.import_module(f"smecluster.scripts.{COMMANDS[name][0]}.{own or name}")


def load_command(name: str, subcommand: str = "") -> Any:
    """Make a command, or a subcommand of it, from its file.

    Parameters
    ----------
    name : str
        A key of `COMMANDS`.
    subcommand : str
        One of `list_subcommands`; empty for the command itself.

    Returns
    -------
    click.Command
        With its parameters and its help.
    """
    from smecluster.scripts.shared.language import add_language
    from smecluster.scripts.shared.model_file import add_option

    module, whole = _module(name, subcommand), f"{name} {subcommand}".strip()
    paragraphs = ["Examples:", f"\b\n{_indent(module.EXAMPLES)}"]
    if subcommand:
        paragraphs.append(list_subcommands(name)[subcommand])
    else:
        paragraphs.append(COMMANDS[name][1])
        if lines := [f"{word:<8}{line}" for word, line in list_subcommands(name).items()]:
            paragraphs.append(f"Subcommands (`smecluster {name} NAME --help` explains one):")
            paragraphs.append(f"\b\n{_indent(lines)}")
    app = typer.Typer(add_completion=False)
    app.command(
        name,
        help="\n\n".join(paragraphs),
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )(add_option(add_language(getattr(module, subcommand or name), whole), whole))
    return typer.main.get_command(app)


def _indent(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


@contextmanager
def _keep_model() -> Iterator[None]:
    """Let a model named with ``--model`` stand in for the shipped one in this command alone."""
    try:
        yield
    finally:
        from smecluster.model.engine.read.document import SHIPPED
        from smecluster.model.support.workspace import stand_in

        stand_in(SHIPPED, None)


if __name__ == "__main__":
    main()
