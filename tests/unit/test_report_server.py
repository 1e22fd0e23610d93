"""The file server beside the UI: what it shows, and everything it must not."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.report_server import build_server

SECRET = b"a patient's row"


def put(path: Path, text: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a snapshot, worklists and Data Docs, and secrets beside each."""
    home = tmp_path / "home"
    snapshot = home / "published" / "abc"
    put(snapshot / "outputs" / "quality" / "index.html", b"<h1>morning</h1>")
    put(snapshot / "outputs" / "quality" / "rules" / "AE-T19.html", b"<h1>rule</h1>")
    put(snapshot / "outputs" / "study" / "estimates.csv", b"a,b\n")
    put(snapshot / "outputs" / ".hidden.html", SECRET)
    put(snapshot / "outputs" / "patients.parquet", SECRET)
    put(snapshot / "registry.duckdb", SECRET)
    put(snapshot / "parquet" / "marts.patients.parquet", SECRET)
    (home / "published" / "current").symlink_to("abc")
    put(home / "worklists" / "abc" / "H01.xlsx", b"PK values")
    put(home / "worklists" / "abc" / "notes.html", SECRET)
    (home / "worklists" / "current").symlink_to("abc")
    put(home / "data_docs" / "abc" / "index.html", b"<h1>docs</h1>")
    put(home / "data_docs" / "abc" / "static" / "style.css", b"p {}")
    (home / "data_docs" / "current").symlink_to("abc")
    put(home / "acceptances.sqlite", SECRET)
    put(tmp_path / "outside.html", SECRET)
    return home


@pytest.fixture
def port(home: Path) -> Iterator[int]:
    with build_server(home, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def ask(
    port: int, path: str, method: str = "GET", host: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", f"127.0.0.1:{port}" if host is None else host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_the_three_folders_are_served_each_with_its_type(port: int) -> None:
    for path, kind, body in (
        ("/outputs/quality/index.html", "text/html; charset=utf-8", b"<h1>morning</h1>"),
        ("/outputs/quality/rules/AE-T19.html", "text/html; charset=utf-8", b"<h1>rule</h1>"),
        ("/outputs/study/estimates.csv", "text/csv; charset=utf-8", b"a,b\n"),
        ("/data-docs/index.html", "text/html; charset=utf-8", b"<h1>docs</h1>"),
        ("/data-docs/static/style.css?v=1", "text/css; charset=utf-8", b"p {}"),
    ):
        status, headers, found = ask(port, path)
        assert (status, headers["Content-Type"], found) == (200, kind, body)
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_worklist_is_kept_by_no_browser(port: int) -> None:
    status, headers, body = ask(port, "/worklists/H01.xlsx")
    assert (status, body) == (200, b"PK values")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == 'attachment; filename="H01.xlsx"'
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_root_leads_to_the_morning_page(port: int) -> None:
    status, headers, _ = ask(port, "/")
    assert (status, headers["Location"]) == (302, "/outputs/quality/index.html")


def test_a_folder_with_an_index_gets_its_slash_first(port: int) -> None:
    status, headers, _ = ask(port, "/data-docs")
    assert (status, headers["Location"]) == (302, "/data-docs/")
    assert ask(port, "/data-docs/")[2] == b"<h1>docs</h1>"


@pytest.mark.parametrize(
    "path",
    [
        "/registry.duckdb",
        "/published/current/registry.duckdb",
        "/outputs/../registry.duckdb",
        "/outputs/%2e%2e/registry.duckdb",
        "/outputs/..%2fregistry.duckdb",
        "/outputs/%2e%2e%2f%2e%2e%2f%2e%2e%2facceptances.sqlite",
        "/outputs/quality/..%5c..%5cregistry.duckdb",
        "/outputs//../../acceptances.sqlite",
        "/outputs/quality/index.html%00.xlsx",
        "/outputs/.hidden.html",
        "/outputs/patients.parquet",
        "/outputs/",
        "/outputs/study/",
        "/worklists/",
        "/worklists/notes.html",
        "/worklists/../../acceptances.sqlite",
        "/data-docs/../../acceptances.sqlite",
        "/acceptances.sqlite",
        "http://127.0.0.1/registry.duckdb",
        "//etc/passwd",
        "/outputs/" + "a" * 5000,
    ],
)
def test_nothing_else_is_served_and_no_folder_is_listed(port: int, path: str) -> None:
    status, headers, body = ask(port, path)
    assert status == 404
    assert SECRET not in body
    assert b"H01.xlsx" not in body
    assert headers["Content-Type"].startswith("text/html")


def test_a_link_out_of_the_folder_is_not_followed(port: int, home: Path) -> None:
    outputs = home / "published" / "abc" / "outputs"
    (outputs / "out.html").symlink_to(home.parent / "outside.html")
    (outputs / "up").symlink_to(home.parent)
    (outputs / "linked").mkdir()
    (outputs / "linked" / "index.html").symlink_to(home.parent / "outside.html")
    for path in ("/outputs/out.html", "/outputs/up/outside.html", "/outputs/linked/"):
        assert ask(port, path)[0] == 404


def test_a_current_that_leads_out_of_its_home_is_not_followed(port: int, home: Path) -> None:
    elsewhere = home.parent / "elsewhere"
    put(elsewhere / "H01.xlsx", SECRET)
    (home / "worklists" / "current").unlink()
    (home / "worklists" / "current").symlink_to(elsewhere)
    assert ask(port, "/worklists/H01.xlsx")[0] == 404


def test_the_night_moves_what_is_served(port: int, home: Path) -> None:
    put(home / "published" / "def" / "outputs" / "quality" / "index.html", b"<h1>next</h1>")
    (home / "published" / "current").unlink()
    (home / "published" / "current").symlink_to("def")
    assert ask(port, "/outputs/quality/index.html")[2] == b"<h1>next</h1>"


def test_only_get_and_head_are_answered(port: int) -> None:
    status, headers, body = ask(port, "/outputs/quality/index.html", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "16", b"")
    assert ask(port, "/outputs/none.html", "HEAD")[::2] == (404, b"")
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        status, headers, _ = ask(port, "/outputs/quality/index.html", method)
        assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.5:3001"])
def test_a_page_of_another_site_cannot_read_through_the_browser(port: int, host: str) -> None:
    status, _, body = ask(port, "/worklists/H01.xlsx", host=host)
    assert status == 403
    assert b"PK values" not in body


@pytest.mark.parametrize("host", ["localhost:3001", "[::1]:3001", "127.0.0.1"])
def test_the_names_of_this_machine_are_answered(port: int, host: str) -> None:
    assert ask(port, "/outputs/quality/index.html", host=host)[0] == 200


def test_it_listens_on_loopback_only(home: Path) -> None:
    with build_server(home, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_before_the_first_night_each_address_says_who_makes_it(tmp_path: Path) -> None:
    with build_server(tmp_path / "empty", 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        port = int(server.server_address[1])
        said = {name: ask(port, f"/{name}/index.html")[2] for name in ("outputs", "data-docs")}
        said["worklists"] = ask(port, "/worklists/H01.xlsx")[2]
        server.shutdown()
    assert b"Nothing is published yet" in said["outputs"]
    assert b"by the job second_opinion after the night" in said["data-docs"]
    assert b"written every night, one a hospital" in said["worklists"]
