"""Reading the rule catalogue: what loads, what gets a sentence, what a hash and a name are."""

import re
from pathlib import Path

import pytest

from expectations.catalogue import Catalogue, load_catalogue, read_rules
from expectations.errors import CatalogueError
from expectations.rule_pages import PAGE, render
from expectations.subjects import Subject, load_subjects

RULE = """
- id: AE-X01
  name: resolved_before_onset
  title: An event does not resolve before it began
  subject: adverse_events
  stage: source
  ordered: [onset_date, resolved_date]
  severity: error
  affects: [toxicity]
  kahn: plausibility-temporal
  standard: CTCAE 5.0
  why: Time to resolution would be negative.
  fix: Check both dates in the source record.
  family: ae-dates
  examples:
    - {onset_date: 2021, resolved_date: 2020, verdict: violated}
"""


@pytest.fixture(scope="module")
def whole() -> Catalogue:
    return load_catalogue()


def _load(tmp_path: Path, text: str) -> Catalogue:
    (tmp_path / "adverse_events.yaml").write_text(text)
    return load_catalogue(tmp_path)


def test_yaml_scalars_are_read_as_text(tmp_path: Path) -> None:
    (rule,) = _load(tmp_path, RULE).rules
    assert rule.examples[0].row == {"onset_date": "2021", "resolved_date": "2020"}
    assert rule.check_name == "X01_resolved_before_onset"
    assert rule.judged_columns == ("onset_date", "resolved_date")
    assert rule.accepted_columns == ("onset_date", "resolved_date")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("verdict: violated", "verdict: holds"), "without a violated example"),
        (
            ("  family: ae-dates\n", ""),
            r"rule AE-X01: `family` is missing; expected lower-case words joined by d",
        ),
        (
            ("  family:", "  famly: x\n  family:"),
            r"line 14: `famly` is not a field of a rule; did you mean family\?",
        ),
        (
            ("severity: error", "severity: grave"),
            "line 8: `severity` is 'grave'; expected 'error', 'warning' or 'info'",
        ),
        (("  stage: source", "  required: grade\n  stage: source"), "exactly one kind of"),
        (("ordered: [onset_date, resolved_date]", "sql: 'true'"), "lists the `columns` it judges"),
        (("subject: adverse_events", "subject: events"), "there is no subject events; known are"),
        (("  family:", "  accept_on: [grade]\n  family:"), "accept_on names grade"),
        (("  family:", "  gate: true\n  family:"), "only mart rules hold the gate"),
        (("  family:", "  depends: [AE-X09]\n  family:"), "AE-X09, which is no rule"),
        (("name: resolved", "name: " + "a" * 40 + "resolved"), "longer than 40 characters"),
        (("[onset_date, resolved_date]", "[onset_date]"), "ordered needs at least two columns"),
    ],
)
def test_a_bad_entry_gets_a_sentence_with_file_line_and_rule(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    text = RULE.replace(*change)
    assert text != RULE
    with pytest.raises(CatalogueError, match=sentence) as caught:
        _load(tmp_path, text)
    assert re.match(r"adverse_events\.yaml, line 2, rule AE-X01: ", str(caught.value))


def test_broken_yaml_gets_its_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"adverse_events\.yaml, line 2: this is not valid"):
        _load(tmp_path, "- id: AE-X01\n  title: a: b\n  name: [\n")
    with pytest.raises(CatalogueError, match="expected a list of rules"):
        _load(tmp_path, "id: AE-X01")


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="AE-X01 is already used at adverse_"):
        _load(tmp_path, RULE + RULE)


def test_a_check_name_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="X01_resolved_before_onset is already used"):
        _load(tmp_path, RULE + RULE.replace("AE-X01", "RSP-X01"))


def test_an_error_may_not_disappear_under_a_lesser_cause(tmp_path: Path) -> None:
    cause = RULE.replace("AE-X01", "AE-X02").replace("severity: error", "severity: warning")
    child = RULE.replace("  family:", "  depends: [AE-X02]\n  family:")
    with pytest.raises(CatalogueError, match="only warning: an error would disappear under it"):
        _load(tmp_path, child + cause)
    cause = RULE.replace("AE-X01", "AE-X02").replace("[toxicity]", "[pfs]")
    with pytest.raises(CatalogueError, match="does not affect toxicity: that doubt would"):
        _load(tmp_path, child + cause)


def test_the_hash_is_of_the_meaning_only(tmp_path: Path) -> None:
    before = _load(tmp_path, RULE).rules[0].hash
    reworded = RULE.replace("would be negative", "would be below zero").replace("CTCAE 5.0", "me")
    assert _load(tmp_path, reworded).rules[0].hash == before
    other = RULE.replace("  family:", "  applies_when: grade > 2\n  family:")
    assert _load(tmp_path, other).rules[0].hash != before


def test_the_catalogue_hash_also_follows_severity_and_subjects(tmp_path: Path) -> None:
    catalogue = _load(tmp_path, RULE)
    milder = _load(tmp_path, RULE.replace("severity: error", "severity: warning"))
    assert milder.rules[0].hash == catalogue.rules[0].hash
    assert milder.hash != catalogue.hash
    subject = catalogue.subjects["adverse_events"]
    wider = {
        **catalogue.subjects,
        "adverse_events": Subject(subject.name, "", subject.sql + " where x"),
    }
    assert Catalogue(catalogue.rules, wider).hash != catalogue.hash


def test_ids_and_check_names_are_unique_and_fit_dagster(whole: Catalogue) -> None:
    names = [rule.check_name for rule in whole.rules]
    assert len(set(names)) == len(names) == len(whole.by_id)
    assert all(re.fullmatch(r"[A-Za-z0-9_]{1,40}", name) for name in names)
    assert whole.by_id["AE-T19"].check_name == "T19_resolved_before_onset"


def test_an_error_on_source_records_says_what_it_makes_doubtful(whole: Catalogue) -> None:
    silent = {
        rule.id
        for rule in whole.for_stage("source")
        if rule.severity == "error" and not rule.affects and rule.subject != "local_treatments"
    }
    assert silent == set()


def test_a_limit_without_a_source_is_marked(whole: Catalogue) -> None:
    said = {rule.id for rule in whole.rules if "unverified" in rule.standard.lower()}
    assert said - {rule.id for rule in whole.rules if rule.unverified} == set()
    assert len(said) > 10


def test_a_subject_opens_with_its_grain(tmp_path: Path) -> None:
    (tmp_path / "things.sql").write_text("select 1")
    with pytest.raises(CatalogueError, match=r"things\.sql, line 1: a subject opens with its gra"):
        load_subjects(tmp_path)


def test_a_column_of_a_subject_knows_where_it_comes_from(whole: Catalogue) -> None:
    subject = whole.subjects["adverse_events"]
    assert subject.origin("onset_date_text") == ("adverse_events", "onset_date")
    assert subject.origin("patient_death_date") == ("patients", "death_date")
    assert subject.origin("patient_id") == ("adverse_events", "patient_id")
    assert subject.origin("next_start_date") is None
    assert subject.is_own("grade")
    assert not subject.is_own("treatment_stop_date")


def test_the_rule_page_is_not_stale(whole: Catalogue) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(whole), (
        "docs/rules.md is stale: run python -m expectations.rule_pages"
    )


def test_rules_read_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# a comment\n" + RULE)
    assert [place for _, place in read_rules(tmp_path / "a.yaml")] == ["a.yaml, line 3"]
