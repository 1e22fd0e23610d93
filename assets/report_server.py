"""A small file server for the published outputs, so that links from the Dagster UI open.

Belongs here: serving the folder that `current` points at, on loopback, read-only. Does not
belong here: making reports.
"""

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_SERVED = "/outputs"


class OutputsOnly(SimpleHTTPRequestHandler):
    """Serves `outputs/` and nothing beside it: the database holds patients."""

    def do_GET(self) -> None:
        """Serve a file of the outputs; the root leads to them."""
        if self.path == "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", f"{_SERVED}/")
            self.end_headers()
        elif self._is_served():
            super().do_GET()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        if self._is_served():
            super().do_HEAD()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _is_served(self) -> bool:
        root = Path(self.directory)
        wanted = Path(self.translate_path(self.path))
        return wanted.is_relative_to(root / "outputs")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the terminal is Dagster's."""


def serve(folder: Path, port: int) -> None:
    """Serve a folder's outputs on loopback until the process ends."""
    handler = partial(OutputsOnly, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
