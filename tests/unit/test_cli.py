"""The command's outside: help for every verb, quick, sentences, exit codes, JSON."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assets.cli import app, main
from etl.settings import nearest_homes

VERBS = {
    *("refresh", "demo", "synth", "check", "rules", "findings", "accept", "withdraw", "explain"),
    *("approve", "reject", "acceptances", "queries"),
    *("versions", "publish", "verify", "rollback", "freeze", "studies", "report", "ui"),
    *("second-opinion", "governance", "prune", "digest", "heartbeat"),
    *("rejudge", "compare", "unread-names"),
}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert {command.name for command in app.registered_commands} == VERBS
    for verb in sorted(VERBS):
        assert run(verb, "--help") == 0
        said = capsys.readouterr().out
        assert f"rechallenge {verb}" in said or f"{verb} [OPTIONS]" in said
        assert "." in said


def test_every_verb_about_one_query_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("release", "show", "assign", "comment", "answer", "close"):
        assert run("query", verb, "--help") == 0
        assert f"query {verb} [OPTIONS]" in capsys.readouterr().out


def test_deliveries_and_withdrawing_one_have_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deliveries", "--help") == 0
    assert "withdraw" in capsys.readouterr().out
    assert run("deliveries", "withdraw", "--help") == 0
    assert "--reason" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    heavy = ("pandas", "dagster", "duckdb", "pydantic", "sqlglot", "matplotlib")
    code = f"import sys, assets.cli\nprint([name for name in {heavy!r} if name in sys.modules])"
    started = time.perf_counter()
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
    assert time.perf_counter() - started < 10  # under a second alone; tests share the machine


def test_unknown_options_are_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("refresh", "--bogus") == 2
    assert "No such option: --bogus" in capsys.readouterr().err
    assert run("fresh") == 2


def test_what_needs_a_published_snapshot_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in (["findings"], ["report", "van-dijk-2025"], ["publish"]):
        assert run(*verb, "--home", str(tmp_path)) == 3
        said = capsys.readouterr().err
        assert "rechallenge refresh" in said
        assert "Traceback" not in said


@pytest.mark.parametrize("verb", ["verify", "rollback"])
def test_there_is_no_snapshot_to_verify_or_go_back_to(
    tmp_path: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(verb, "--home", str(tmp_path)) == 2
    assert "no published snapshot current" in capsys.readouterr().err


def test_versions_of_an_empty_home_are_an_empty_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("versions", "--json", "--home", str(tmp_path)) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_catalogue_and_one_rule_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules", "--json") == 0
    rules = json.loads(capsys.readouterr().out)
    assert len(rules) >= 40
    assert run("rules", rules[0]["id"], "--json") == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["id"], one["title"]) == (rules[0]["id"], rules[0]["title"])
    assert any(example["verdict"] == "violated" for example in one["examples"])


def test_an_unknown_rule_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rules", "XX-X99") == 2
    assert "There is no rule XX-X99" in capsys.readouterr().err


def test_studies_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("studies", "--json") == 0
    assert "van-dijk-2025" in {one["study"] for one in json.loads(capsys.readouterr().out)}


def test_an_acceptance_is_given_and_withdrawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ("--home", str(tmp_path))
    given = ("--author", "A. Steward", "--reason", "confirmed with the hospital")
    assert run("accept", "AE-T19", "E1", *given, "--until", "2025-12-31", *home) == 0
    said = capsys.readouterr().out
    acceptance = said.split()[2].rstrip(".")
    assert run("withdraw", acceptance, *given, *home) == 0
    assert capsys.readouterr().out == f"Withdrawn: {acceptance}.\n"
    assert run("withdraw", acceptance, *given, *home) == 2
    assert "already withdrawn" in capsys.readouterr().err
    assert run("accept", "AE-T19", "E1", *given, "--until", "soon", *home) == 2
    assert "'soon' is not a day" in capsys.readouterr().err


def test_a_home_that_cannot_be_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run("versions", "--home", str(tmp_path / "file")) == 2
    assert "cannot be used as the home folder" in capsys.readouterr().err


def test_a_setting_with_an_impossible_value_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECHALLENGE_KEEP_SNAPSHOTS", "0")
    assert run("versions", "--home", str(tmp_path)) == 2
    assert "keep_snapshots" in capsys.readouterr().err


def test_synth_does_not_write_into_a_folder_of_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert run("synth", "--out", str(tmp_path), "--patients", "100") == 2
    assert "is not an export" in capsys.readouterr().err


def test_an_error_of_the_program_is_a_sentence_without_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError("patient P-4711 was born on 1950-01-01")

    monkeypatch.setattr("expectations.catalogue.load_catalogue", broken)
    assert run("rules") == 1
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "4711" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "verb",
    [
        ("accept", "AE-T19", "E1", "--author", "a", "--reason", "r"),
        ("governance",),
        ("digest",),
        ("heartbeat",),
        ("versions",),
        ("findings",),
        ("deliveries",),
        ("worklist", "export"),
        ("ui",),
    ],
)
def test_a_home_that_is_none_is_refused_and_not_made(
    tmp_path: Path, verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "registry" / "inbox").mkdir(parents=True)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").touch()
    for mistyped, problem in (("regsitry", "does not exist"), ("papers", "holds nothing of")):
        assert run(*verb, "--home", str(tmp_path / mistyped)) == 2
        said = capsys.readouterr().err
        assert problem in said
        assert (str(tmp_path / "registry") in said) is (mistyped == "regsitry")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["papers", "registry"]
    assert [path.name for path in (tmp_path / "papers").iterdir()] == ["letter.txt"]


def test_the_nearest_home_is_found_through_a_mistyped_folder_and_below(tmp_path: Path) -> None:
    for name in ("data/registry", "data/other", "data/registry-old"):
        (tmp_path / name / "inbox").mkdir(parents=True)
    assert nearest_homes(tmp_path / "dta" / "registry") == [tmp_path / "data" / "registry"]
    assert nearest_homes(tmp_path / "data" / "registri")[0] == tmp_path / "data" / "registry"
    assert set(nearest_homes(tmp_path / "data")) >= {tmp_path / "data" / "other"}
