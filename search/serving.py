"""Serves the application over HTTP until it is told to stop, with waitress."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from wsgiref.types import WSGIApplication

from waitress.server import create_server

from search.errors import SearchError

THREADS = 8


class CannotListen(SearchError):
    """The address is taken or not ours."""


def serve(app: WSGIApplication, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` gets the address once the socket listens. Port 0 takes a free one.

    Raises CannotListen.
    """
    try:
        server = create_server(app, host=host, port=port, threads=THREADS, ident="Pressmark")
    except (OSError, ValueError, OverflowError) as error:
        raise CannotListen(f"Cannot listen on {host}:{port}: {error}. Choose another --host or --port.") from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    announce(f"http://{_shown(host)}:{getattr(server, 'effective_port', port)}/")
    try:
        server.run()
    finally:
        server.close()


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _shown(host: str) -> str:
    if host in ("", "0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host
