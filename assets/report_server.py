"""A small file server beside the Dagster UI, on loopback, so that the links of a night open.

Belongs here: serving three folders read-only: the outputs of the current snapshot, the current
worklists, the current Data Docs. Does not belong here: making any of them, and where a page
stands (`etl.outputs.quality.addresses`).

The database and the Parquet files stand beside the outputs and are never served. No folder is
listed. A worklist holds patients' values, so no browser may keep it. Dagster and this server have
no login: the request must name a loopback address, which keeps pages of other sites from reading
through the browser (DNS rebinding), and a proxy that adds a login must pass that name on.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from etl.outputs.quality.addresses import (
    DATA_DOCS,
    LOOPBACK,
    MORNING_PAGE,
    OUTPUTS,
    WORKLISTS,
)

_HOSTS = re.compile(r"^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$", re.IGNORECASE)
_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"></head>'
    '<body style="font: 1.1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; '
    'padding: 0 1rem"><h1 style="font-size: 1.4rem">{title}</h1><p>{sentence}</p>'
    '<p><a href="/">To the morning page</a></p></body></html>\n'
)


@dataclass(frozen=True)
class Served:
    """One folder that is served.

    Attributes:
        home: the folder that must hold it, whatever links say.
        folder: the folder, perhaps through a link that moves with the night.
        endings: file endings that are served; none given: those with a known type.
        private: whether no browser may keep a file.
        absent: what to say when there is nothing yet.
        unknown: what to say of a file that is not there.
    """

    home: Path
    folder: Path
    absent: str
    unknown: str
    endings: tuple[str, ...] = tuple(_TYPES)
    private: bool = False

    def find(self, parts: list[str]) -> Path | None:
        """The file a path leads to; None when there is none or it may not be served."""
        if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            return None
        try:
            home, root = self.home.resolve(strict=True), self.folder.resolve(strict=True)
            found = root.joinpath(*parts).resolve(strict=True)
            if found.is_dir():
                found = (found / "index.html").resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            return None
        inside = root.is_relative_to(home) and found.is_relative_to(root)
        may_go_out = found.suffix.lower() in self.endings and found.is_file()
        return found if inside and may_go_out else None


def served_folders(home: Path) -> dict[str, Served]:
    """What is served of a home folder, by the first part of the address."""
    return {
        OUTPUTS: Served(
            home / "published",
            home / "published" / "current" / "outputs",
            absent=(
                "Nothing is published yet. Run rechallenge refresh, or make demo for a synthetic "
                "registry."
            ),
            unknown="The current snapshot has no such page. A study may not have been asked for.",
        ),
        WORKLISTS: Served(
            home / "worklists",
            home / "worklists" / "current",
            absent="There are no worklists yet. They are written every night, one a hospital.",
            unknown=(
                "There is no such worklist. A hospital without open findings has none; "
                "registry.xlsx holds what no hospital can answer."
            ),
            endings=(".xlsx",),
            private=True,
        ),
        DATA_DOCS: Served(
            home / "data_docs",
            home / "data_docs" / "current",
            absent=(
                "Data Docs are made by the job second_opinion after the night; it has not ended "
                "yet. rechallenge second-opinion makes them now."
            ),
            unknown="Data Docs have no such page; begin at their index.",
        ),
    }


class Desk(BaseHTTPRequestHandler):
    """Answers GET and HEAD for the served folders; everything else gets a sentence."""

    server_version = "rechallenge"
    sys_version = ""
    timeout = 30  # seconds; a client that falls silent holds no thread for ever
    folders: Mapping[str, Served]

    def __init__(self, *arguments: object, folders: Mapping[str, Served]) -> None:
        self.folders = folders
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self._answer(with_body=False)

    def _refuse(self) -> None:
        sentence = "This server only shows pages; it takes nothing in."
        self._say(HTTPStatus.METHOD_NOT_ALLOWED, sentence, {"Allow": "GET, HEAD"})

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = _refuse  # noqa: N815 - their names

    def _answer(self, *, with_body: bool) -> None:
        if not _HOSTS.match(self.headers.get("Host", "")):
            sentence = (
                "This server answers only to 127.0.0.1. A proxy before it must pass that host on."
            )
            self._say(HTTPStatus.FORBIDDEN, sentence, with_body=with_body)
            return
        path = unquote(urlsplit(self.path).path, errors="replace")
        parts = [part for part in path.split("/") if part]
        if not parts:
            self._redirect(f"/{OUTPUTS}/{MORNING_PAGE}")
            return
        if parts == ["favicon.ico"]:
            self._start(HTTPStatus.NO_CONTENT, {})
            return
        served = self.folders.get(parts[0])
        if served is None:
            names = ", ".join(f"/{name}/" for name in self.folders)
            self._say(HTTPStatus.NOT_FOUND, f"Only {names} are served.", with_body=with_body)
            return
        found = served.find(parts[1:])
        if found is None:
            sentence = served.unknown if served.folder.exists() else served.absent
            self._say(HTTPStatus.NOT_FOUND, sentence, with_body=with_body)
        elif found.name == "index.html" and parts[-1] != "index.html" and path[-1] != "/":
            self._redirect(f"{urlsplit(self.path).path}/")  # else its own links would lead astray
        else:
            self._send(found, private=served.private, with_body=with_body)

    def _send(self, path: Path, *, private: bool, with_body: bool) -> None:
        try:
            stream = path.open("rb")
        except OSError:  # a snapshot that retention removed meanwhile
            self._say(HTTPStatus.NOT_FOUND, "The file was just removed.", with_body=with_body)
            return
        with stream:
            size = path.stat().st_size
            headers = {
                "Content-Type": _TYPES[path.suffix.lower()],
                "Content-Length": str(size),
                "Cache-Control": "no-store" if private else "no-cache",
            }
            if private:
                headers["Content-Disposition"] = f'attachment; filename="{_plain(path.name)}"'
            self._start(HTTPStatus.OK, headers)
            if with_body:
                self._copy(stream.read)

    def _copy(self, read: Callable[[int], bytes]) -> None:
        while chunk := read(1 << 16):
            self.wfile.write(chunk)

    def _redirect(self, to: str) -> None:
        self._start(HTTPStatus.FOUND, {"Location": to, "Content-Length": "0"})

    def _say(
        self,
        status: HTTPStatus,
        sentence: str,
        headers: Mapping[str, str] | None = None,
        *,
        with_body: bool = True,
    ) -> None:
        """A short page with a sentence."""
        body = _PAGE.format(title=status.phrase, sentence=escape(sentence)).encode()
        kind = {"Content-Type": _TYPES[".html"], "Content-Length": str(len(body))}
        self._start(status, {**kind, "Cache-Control": "no-store", **(headers or {})})
        if with_body and self.command != "HEAD":
            self.wfile.write(body)

    def _start(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            **headers,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Frame-Options": "DENY",
        }.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the terminal is Dagster's."""


def _plain(name: str) -> str:
    """A file name that cannot break out of a header."""
    return re.sub(r"[^\w. +#()-]", "_", name, flags=re.ASCII)


def build_server(home: Path, port: int) -> ThreadingHTTPServer:
    """The server of a home folder on loopback; `serve_forever` starts it."""
    handler = partial(Desk, folders=served_folders(home))
    return ThreadingHTTPServer((LOOPBACK, port), handler)


def serve(home: Path, port: int) -> None:
    """Serve a home folder's pages until the process ends."""
    with build_server(home, port) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
