"""Thresholds, unverified limits, shadow nights, retired ids and what the export cannot hold."""

import re
from pathlib import Path

import pytest

from expectations.catalogue import Catalogue, load_catalogue
from expectations.compile_rules import compile_rule
from expectations.errors import CatalogueError
from expectations.subjects import load_subjects

ON_HOSPITALS = """
- id: HOS-X01
  name: too_many_unknown
  title: Few patients of a hospital have no stage
  subject: hospital_stages
  stage: source
  sql: patients < $threshold_count or unknown <= $threshold_share * patients
  columns: [patients, unknown]
  threshold: {count: 10, share: 0.10}
  severity: warning
  kahn: completeness
  standard: Rechallenge
  why: What is not known cannot be compared between hospitals.
  fix: Ask the hospital to fill in the stage.
  family: completeness
  examples:
    - {patients: 20, unknown: 2, verdict: holds}
    - {patients: 20, unknown: 3, verdict: violated}
"""
SUBJECT = """-- One row per hospital.
-- Scope: hospital
select 'H1' as record_key, 20 as patients, 3 as unknown
"""
COLUMNS = {"record_key": "VARCHAR", "patients": "INTEGER", "unknown": "INTEGER"}


def _load(tmp_path: Path, text: str = ON_HOSPITALS, subject: str = SUBJECT) -> Catalogue:
    rules, subjects = tmp_path / "rules", tmp_path / "subjects"
    for folder in (rules, subjects):
        folder.mkdir(exist_ok=True)
    (rules / "hospitals.yaml").write_text(text)
    (subjects / "hospital_stages.sql").write_text(subject)
    return load_catalogue(rules, subjects)


def test_a_threshold_stands_in_the_condition_under_its_names(tmp_path: Path) -> None:
    catalogue = _load(tmp_path)
    assert catalogue.subjects["hospital_stages"].scope == "hospital"
    compiled = compile_rule(catalogue.rules[0], COLUMNS, "t")
    assert compiled.holds == "(patients < 10 or unknown <= 0.10 * patients)"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("  threshold: {count: 10, share: 0.10}\n", ""), r"`threshold` is missing; expected {c"),
        (("severity: warning", "severity: error"), "it is an error and hospital_stages is about a"),
        (("{count: 10, share: 0.10}", "{count: 10}"), None),
        (("{count: 10, share: 0.10}", "{}"), "a threshold has a count, a share"),
        (("{count: 10, share: 0.10}", "{count: a few}"), "`threshold.count`"),
        (("unknown <= $threshold_share * patients", "true"), "threshold_share is given and used n"),
        (
            ("  threshold", "  parameters: {most: 4}\n  threshold"),
            r"\$most is given and used nowhe",
        ),
        (
            ("  threshold", "  shadow_nights: 0\n  threshold"),
            "`shadow_nights` is '0'; expected a wh",
        ),
    ],
)
def test_a_wrong_threshold_gets_a_sentence(
    tmp_path: Path, change: tuple[str, str], sentence: str | None
) -> None:
    text = ON_HOSPITALS.replace(*change)
    assert text != ON_HOSPITALS
    if sentence is None:
        catalogue = _load(tmp_path, text)
        with pytest.raises(CatalogueError, match="there is no parameter threshold_share"):
            compile_rule(catalogue.rules[0], COLUMNS, "t")
        return
    with pytest.raises(CatalogueError, match=sentence) as caught:
        _load(tmp_path, text)
    assert re.match(r"hospitals\.yaml, line 2, rule HOS-X01: ", str(caught.value))


def test_a_rule_about_single_records_has_no_threshold(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="hospital_stages is about single records, which have"):
        _load(tmp_path, subject=SUBJECT.replace("-- Scope: hospital\n", ""))


def test_a_scope_there_is_not_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"hospital_stages\.sql, line 2: there is no scope 'w"):
        _load(tmp_path, subject=SUBJECT.replace("Scope: hospital", "Scope: ward"))


def test_the_hash_follows_the_threshold_and_not_shadow_or_unverified(tmp_path: Path) -> None:
    before = _load(tmp_path)
    other = _load(tmp_path, ON_HOSPITALS.replace("share: 0.10", "share: 0.20"))
    assert other.rules[0].hash != before.rules[0].hash
    in_shadow = _load(
        tmp_path,
        ON_HOSPITALS.replace("  threshold", "  shadow_nights: 3\n  unverified: true\n  threshold"),
    )
    assert in_shadow.rules[0].hash == before.rules[0].hash
    assert in_shadow.hash != before.hash, "what a night publishes depends on the shadow"
    unverified = _load(
        tmp_path, ON_HOSPITALS.replace("  threshold", "  unverified: true\n  threshold")
    )
    assert unverified.hash == before.hash
    assert (unverified.rules[0].caveat, before.rules[0].caveat) == ("limit unverified", "")


def test_a_limit_can_only_be_unverified_where_there_is_one(tmp_path: Path) -> None:
    without = ON_HOSPITALS.replace(
        "  threshold: {count: 10, share: 0.10}\n", "  unverified: true\n"
    )
    text = without.replace("$threshold_count", "10").replace("$threshold_share", "0.10")
    with pytest.raises(CatalogueError, match="has to be one of the rule's `parameters`"):
        _load(tmp_path, text, SUBJECT.replace("-- Scope: hospital\n", ""))


def test_a_retired_id_is_never_used_again(tmp_path: Path) -> None:
    retired = tmp_path / "rules" / "retired.yaml"
    _load(tmp_path)
    retired.write_text(
        "- id: HOS-X01\n  since: 2026-01-31\n  reason: Its limit could not be sourced.\n"
    )
    with pytest.raises(
        CatalogueError, match=r"rule HOS-X01: this id was retired \(Its limit could not be sour"
    ):
        _load(tmp_path)
    retired.write_text("- id: HOS-X01\n  since: once\n  reason: Its limit could not be sourced.\n")
    with pytest.raises(CatalogueError, match=r"retired\.yaml, line 1, entry HOS-X01: line 2: `sin"):
        _load(tmp_path)


def test_what_cannot_be_held_is_listed_once_and_is_no_rule(tmp_path: Path) -> None:
    whole = load_catalogue()
    listed = {one.id for one in whole.not_expressible}
    assert {"T30", "T37", "T45", "T56", "T64", "C28", "M13"} <= listed
    numbers = {rule.id.split("-")[1][:3] for rule in whole.rules}
    assert listed & numbers == set()
    twice = "- {id: T30, rule: A rule of ten, reason: It has no column., would_need: a file}\n"
    _load(tmp_path)
    (tmp_path / "rules" / "not_expressible.yaml").write_text(twice * 2)
    with pytest.raises(
        CatalogueError, match=r"not_expressible\.yaml, line 2, entry T30: it is lis"
    ):
        _load(tmp_path)


def test_every_subject_of_the_catalogue_has_a_scope() -> None:
    assert load_subjects()["patients"].scope == "record"
