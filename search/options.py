"""What the commands share: options, and how an error ends a command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from index.errors import IndexingError
from search.errors import SearchError

INTERRUPTED = 130

index_option = click.option(
    "--index", "folder", default="pressmark-index", show_default=True, type=click.Path(path_type=Path),
    help="Folder of the index.",
)  # fmt: skip
host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
port_option = click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)


def fails_kindly(command: Callable[..., None]) -> Callable[..., None]:
    """Turn our errors into one line on standard error and exit code 1, and Ctrl-C into code 130."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except (IndexingError, SearchError) as error:
            fail(str(error))
        except KeyboardInterrupt:
            fail("Interrupted. The index was left as it was.", INTERRUPTED)

    return wrapped


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what went wrong and end the process."""
    click.echo(f"pressmark: {message}", err=True)
    sys.exit(code)
