"""Site settings: precedence, and refusing what could only fail at night."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from etl.settings import Settings


def test_arguments_win_over_environment_and_environment_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "rechallenge.toml").write_text(
        "threads = 7\nkeep_snapshots = 3\nminimum_cell = 9\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECHALLENGE_KEEP_SNAPSHOTS", "4")
    monkeypatch.setenv("RECHALLENGE_MINIMUM_CELL", "8")
    settings = Settings(minimum_cell=6)
    assert (settings.threads, settings.keep_snapshots, settings.minimum_cell) == (7, 4, 6)


def test_the_home_does_not_move_with_the_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(home=Path("var"))
    monkeypatch.chdir("/")
    assert settings.warehouse_path == tmp_path / "var" / "warehouse.duckdb"
    assert settings.published == tmp_path / "var" / "published"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises((ValidationError, KeyError), match="Mars"):
        Settings(timezone="Mars/Olympus")


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="minimum_cells"):
        Settings(minimum_cells=5)  # type: ignore[call-arg]


@pytest.mark.parametrize("written", ["[studies]\nsensitivity = false\n", "sensitivity = false\n"])
def test_the_file_may_leave_sensitivity_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().studies.sensitivity
    (tmp_path / "rechallenge.toml").write_text(written)
    assert not Settings().studies.sensitivity


@pytest.mark.parametrize("variable", ["STUDIES__SENSITIVITY", "SENSITIVITY"])
def test_the_environment_may_leave_sensitivity_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "rechallenge.toml").write_text("[studies]\nsensitivity = true\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"RECHALLENGE_{variable}", "false")
    assert not Settings().studies.sensitivity


def test_an_unknown_setting_of_the_studies_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "rechallenge.toml").write_text("[studies]\nsensitivities = false\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValidationError, match="sensitivities"):
        Settings()


def test_nights_remember_in_the_home_unless_homes_share(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RECHALLENGE_CACHE")
    assert Settings(home=tmp_path).remembered == tmp_path / "cache"
    monkeypatch.setenv("RECHALLENGE_CACHE", str(tmp_path / "shared"))
    assert Settings(home=tmp_path / "home").remembered == tmp_path / "shared"


def test_the_key_is_never_printed() -> None:
    settings = Settings(encryption_key="s3cret-key")  # type: ignore[arg-type]
    assert "s3cret-key" not in repr(settings)
    assert "s3cret-key" not in str(settings.model_dump())
