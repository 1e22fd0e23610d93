"""Fixtures of the pipeline tests: one synthetic export, and a home that was refreshed from it."""

import shutil
from pathlib import Path

import pytest

from etl.synthetic import generate_registry, write_export
from tests.pipeline.support_refresh import PATIENTS, refresh


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small native export. Do not change it; `export` is a copy that may be."""
    folder = tmp_path_factory.mktemp("pristine") / "export"
    write_export(generate_registry(PATIENTS, 1), folder, "native", None)
    return folder


@pytest.fixture
def export(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the export."""
    return Path(shutil.copytree(pristine, tmp_path / "export"))


@pytest.fixture(scope="session")
def refreshed(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home refreshed once. Do not change it; `home` is a copy that may be."""
    home = tmp_path_factory.mktemp("refreshed") / "home"
    ended = refresh(pristine, home, readers=True)
    assert ended.code == 0, ended.err
    return home


@pytest.fixture
def home(refreshed: Path, tmp_path: Path) -> Path:
    """A copy of the refreshed home."""
    return Path(shutil.copytree(refreshed, tmp_path / "home", symlinks=True))
