"""The command line: `pressmark reindex`, `search`, `serve` and others, each imported when it is called.

A search must not wait for what only the reading of pages or serving them needs.
"""

from __future__ import annotations

import gc
import os
from importlib import import_module

import click

COMMANDS = {
    "check": "search.upkeep:check_command",
    "demo": "search.serve_commands:demo_command",
    "inspect": "search.inspection:inspect_command",
    "reindex": "search.reindex_command:reindex_command",
    "search": "search.search_command:search_command",
    "serve": "search.serve_commands:serve_command",
    "status": "search.upkeep:status_command",
}


class Commands(click.Group):
    """The commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        # Else numpy's linear algebra, which nothing here needs, starts with a thread that keeps a core busy for 60 ms.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # What is imported stays: neither meanwhile nor at the end need it be searched for garbage, which takes 30 ms.
        gc.disable()
        command: click.Command = getattr(import_module(module), name)
        gc.freeze()
        gc.enable()
        return command


@click.group(
    cls=Commands, context_settings={"auto_envvar_prefix": "PRESSMARK", "help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="pressmark")
def main() -> None:
    """Full-text search for news archives.

    Every option can be set in the environment too: --index of search is PRESSMARK_SEARCH_INDEX.
    """


if __name__ == "__main__":
    main()
