"""The Typer application: names and one-line helps of all commands, loaded when called.

A new command is a module with a function, and one line in `COMMANDS`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand, TyperGroup

from experiments.catalogue import told
from experiments.cli.options import with_values
from experiments.cli.speech import asked_language, localise
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from typer._click import Command as ClickCommand
    from typer._click import Context, HelpFormatter

__all__ = ["COMMANDS", "Command", "ReaderGone", "app"]


class ReaderGone(Exception):  # noqa: N818  # no error: `kemitraan ... | head` is good use
    """The program that read our output has stopped."""


@dataclass(frozen=True)
class Command:
    """Where a command's function is, and what it does in one line."""

    module: str
    function: str
    help: str


COMMANDS: dict[str, Command] = {
    "check": Command("check", "check", "Check scenario files and regions; all faults at once."),
    "list": Command("listing", "list_things", "List scenarios, regions, parameters, ..."),
    "show": Command("show", "show", "Show a scenario's values and where they come from."),
    "init": Command("init", "init", "Write a new scenario file, or a region's files."),
    "ceiling": Command("ceiling", "ceiling", "Show what arithmetic allows, before any run."),
    "plan": Command("plan", "plan", "Say what a comparison will take, before it is run."),
    "compare": Command("compare", "compare", "Compare scenarios with a baseline."),
    "resume": Command("resume", "resume", "Go on with an experiment that was ended."),
    "status": Command("status", "status", "Say how far an experiment is."),
    "verify": Command("verify", "verify", "Hash every file of an experiment again."),
    "rerun": Command("rerun", "rerun", "Do one run again: the same bytes, or why not."),
    "pack": Command("pack", "pack", "Pack an experiment and its program for reviewers."),
    "reproduce": Command("reproduce", "reproduce", "Do a packed experiment again, and compare."),
    "report": Command("report", "report", "Write one page of a comparison, to print."),
    "explain": Command(
        "explain", "explain", "Say what an answer hangs on, where it flips, what to measure."
    ),
    "sensitivity": Command(
        "sensitivity", "sensitivity", "Rank the assumptions that an effect hangs on."
    ),
    "explore": Command("explore", "explore", "Regret, and where a policy does worse than another."),
    "trial": Command("trial", "trial", "Replay a field experiment, or design a pilot."),
    "validate": Command("validate", "validate", "Replay published results and score the model."),
    "calibrate": Command(
        "calibrate", "calibrate", "Rule out assumptions that published figures contradict."
    ),
    "trace": Command("trace", "trace", "Show one firm's months: orders, money, trust."),
}
"""All commands in the order of the help."""


def _no_type(ctx: Context) -> None:
    """The type of an argument, as the help shows it."""


class ValueCommand(TyperCommand):
    """A command some of whose options may stand without a value."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        return super().parse_args(ctx, with_values(args))


class LazyGroup(TyperGroup):
    """Commands whose modules are imported only when they are called."""

    speech = "en"
    """Language of the help, as the words of the command line ask."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        self.speech = asked_language(args)
        localise(self, self.speech)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        """The commands' names in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> ClickCommand | None:  # noqa: ARG002
        """The command of a name, built from its function."""
        command = COMMANDS.get(cmd_name)
        if command is None:
            return None
        function = getattr(import_module(f"experiments.cli.{command.module}"), command.function)
        one = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        one.command(cmd_name, cls=ValueCommand)(function)
        made = typer.main.get_command(one)
        localise(made, self.speech)
        for argument in made.params:
            if argument.param_type_name == "argument":
                # A name in capitals says enough; "<list[str]>" is for programmers.
                setattr(argument, "display_type_rich", _no_type)  # noqa: B010
        return made

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, ClickCommand | None, list[str]]:
        """The command meant by the first word.

        Raises:
            KemitraanError: for an unknown command, with the nearest name.
        """
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f", did you mean {close[0]!r}?" if close else f"; known: {', '.join(COMMANDS)}"
            raise KemitraanError(f"no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Context) -> object:
        """Run the command.

        Raises:
            ReaderGone: when stdout is a pipe nobody reads any more.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            # Typer would end with 1, which says here that a run failed.
            raise ReaderGone from error

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing any."""
        with formatter.section("Commands"):
            told_help = {name: told(c.help, self.speech, "help") for name, c in COMMANDS.items()}
            formatter.write_dl(list(told_help.items()))


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="What partnership policies do to small firms: scenarios, comparisons, evidence.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import (  # noqa: PLC0415  # 40 ms, only when asked
            PackageNotFoundError,
            version,
        )

        try:
            typer.echo(f"kemitraan {version('kemitraan')}")
        except PackageNotFoundError:
            typer.echo("kemitraan, not installed")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[  # read in kemitraan.cli, wherever it stands
        bool, typer.Option("--debug", help="Show where an error arose, with any command.")
    ] = False,
) -> None:
    """What partnership policies do to small firms: scenarios, comparisons, evidence."""
