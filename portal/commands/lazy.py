"""Groups of commands whose members are imported when they are called, so that help answers at once."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose members live in other modules, each as `command`: name → (module, the line on the help page).

    Members added in the ordinary way stand before them.
    """

    def __init__(self, *arguments: Any, places: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self.places]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.places:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_module(self.places[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        known = [(name, member.get_short_help_str(80)) for name, member in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*known, *((name, line) for name, (_, line) in self.places.items())])
