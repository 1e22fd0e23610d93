"""Who gets a message: the settings of the digest, as a site writes them."""

import json
from pathlib import Path

import pytest

from etl.digest.deliver import owners
from etl.settings import Settings


def test_nobody_has_an_address_unless_one_is_set(tmp_path: Path) -> None:
    assert owners(Settings(home=tmp_path)) == []


def test_addresses_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECHALLENGE_DIGEST_STEWARDS", "mailto://one  slack://two\n")
    monkeypatch.setenv("RECHALLENGE_DIGEST_ENGINEERS", " ")
    hospitals = {"H02": "mailto://two", "H01": "mailto://one"}
    monkeypatch.setenv("RECHALLENGE_DIGEST_HOSPITALS", json.dumps(hospitals))
    settings = Settings(home=tmp_path)
    assert [(one.name, one.addresses) for one in owners(settings)] == [
        ("stewards", ("mailto://one", "slack://two")),
        ("hospital:H01", ("mailto://one",)),
        ("hospital:H02", ("mailto://two",)),
    ]
    assert "mailto" not in repr(settings)


def test_addresses_may_stand_in_the_site_s_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rechallenge.toml").write_text(
        'digest_engineers = "mailto://one"\n[digest_hospitals]\nH01 = "mailto://h1"\n'
    )
    monkeypatch.chdir(tmp_path)
    assert [(one.name, one.setting) for one in owners(Settings())] == [
        ("engineers", "RECHALLENGE_DIGEST_ENGINEERS"),
        ("hospital:H01", "RECHALLENGE_DIGEST_HOSPITALS, hospital H01"),
    ]
