"""`pressmark serve` and `pressmark demo`: the search page."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from index.reindex import Options, reindex
from search.engines import engine_of
from search.options import fails_kindly, host_option, index_option, port_option
from search.reporting import progress, report_text
from search.resources import seeds_folder
from search.serving import serve
from search.web import create_app


@click.command("serve")
@index_option
@host_option
@port_option
@fails_kindly
def serve_command(folder: Path, host: str, port: int) -> None:
    """Serve the search page and the JSON endpoint."""
    serve_folder(folder, host, port)


@click.command("demo")
@click.option("--index", "folder", type=click.Path(path_type=Path), help="Keep the index here, not in a temporary one.")
@host_option
@port_option
@fails_kindly
def demo_command(folder: Path | None, host: str, port: int) -> None:
    """Index the sample articles and serve them."""
    with TemporaryDirectory(prefix="pressmark-") as temporary:
        target = folder or Path(temporary)
        with progress(quiet=False) as on_progress:
            report = reindex([seeds_folder()], target, Options(), on_progress)
        click.echo(report_text(report))
        serve_folder(target, host, port)


def serve_folder(folder: Path, host: str, port: int) -> None:
    """Serve the index at `folder` until interrupted, which is how serving ends."""
    with engine_of(folder) as engine, suppress(KeyboardInterrupt):
        serve(create_app(engine), host, port, lambda address: click.echo(f"Search at {address}  (Ctrl-C stops)"))
