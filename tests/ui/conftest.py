"""The real webserver on a refreshed home with a planted error, and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl.outputs.report import write_outputs
from etl.synthetic import generate_registry, write_export
from tests.pipeline.support_refresh import edit, refresh
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import build, cohort, seed_study

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = os.environ.get("RECHALLENGE_SCREENSHOTS")
_QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-default-apps",
]


@dataclass(frozen=True)
class SeedReport:
    """A folder of outputs; group, first and second response of each pair it was made from."""

    folder: Path
    pairs: list[tuple[str, str | None, str | None]]

    @property
    def page(self) -> Path:
        """The report."""
        return self.folder / "report.html"


@pytest.fixture(scope="session")
def ui_port() -> int:
    """The port of the UI; the night writes its links for it, so it is chosen first."""
    return _free_port()


@pytest.fixture(scope="session")
def ui_home(tmp_path_factory: pytest.TempPathFactory, ui_port: int) -> Path:
    """A home after two nights: wrong grades on the first, a date that is none on the second."""
    folder = tmp_path_factory.mktemp("ui")
    export = folder / "export"
    write_export(generate_registry(400, 1), export, "native", None)

    def grades(grade: str) -> None:
        def change(rows: list[dict[str, str]]) -> None:
            for row in rows[:4]:
                row["grade"] = grade

        edit(export, "adverse_events", change)

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RECHALLENGE_UI_PORT", str(ui_port))
        grades("9")
        ended = refresh(export, folder / "home", "--as-of", "2025-03-09")
        assert ended.code == 0, ended.err
        grades("2")
        edit(export, "patients", lambda rows: rows[0].update(death_date="31-31-1999"))
        ended = refresh(export, folder / "home", readers=True)
        assert ended.code == 0, ended.err
    return folder / "home"


@pytest.fixture(scope="session")
def ui_address(ui_home: Path, ui_port: int) -> Iterator[str]:
    """The address of `rechallenge ui` on that home."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.pipeline.run_command",
            "ui",
            "--home",
            ui_home,
            "--port",
            str(ui_port),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{ui_port}"
    try:
        _wait_for(f"{address}/server_info", seconds=180)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def seed_report(tmp_path_factory: pytest.TempPathFactory) -> SeedReport:
    """The outputs of the seed study on the calibration cohort, one value of it doubtful."""
    folder = tmp_path_factory.mktemp("seed")
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set pfs_doubtful_because = 'TR-T02'"
            " where line_id = 'i-01|advanced|2'"
        )
        build(con)
        write_outputs(con, seed_study(), folder, context())
        pairs = con.execute(
            "select stratum, initial_response, rechallenge_response from marts.rechallenges"
        ).fetchall()
    return SeedReport(folder, pairs)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; absent it is a failure in CI and a skip elsewhere.

    It is closed with its module: Playwright keeps an event loop running in this thread, in which
    no Dagster job of a later test could run.
    """
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI drives the UI.")
        pytest.skip("Chromium is not installed.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page, large enough for the graph."""
    page = browser.new_page(viewport={"width": 1500, "height": 950})
    page.set_default_timeout(45_000)
    yield page
    page.close()


def picture(page: Any, name: str) -> None:
    """Keep a screenshot, when RECHALLENGE_SCREENSHOTS names a folder for them."""
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(1500)  # let animations end
        page.screenshot(path=str(folder / f"{name}.png"))


def _free_port() -> int:
    """A port that is free, and the one above it too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def _wait_for(url: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
