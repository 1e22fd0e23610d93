"""Every rule's every example gets its verdict, by the code that controls the rules each night."""

import pytest

from etl.controls import run_controls
from expectations.catalogue import load_catalogue
from expectations.compile_rules import compile_rule
from expectations.controls import Control, cases
from expectations.export_format import TABLES
from expectations.subjects import view_columns
from tests.rules.sealed import sealed_session

CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def given() -> dict[str, list[Control]]:
    """What each example gave, by its name."""
    by_name: dict[str, list[Control]] = {}
    for control in run_controls(CATALOGUE):
        by_name.setdefault(f"{control.rule_id}-{control.number}", []).append(control)
    return by_name


@pytest.mark.parametrize("name", [case.name for case in cases(CATALOGUE)])
def test_example_gets_its_verdict(given: dict[str, list[Control]], name: str) -> None:
    assert [control for control in given[name] if control.is_missed] == []


def test_most_examples_go_through_staging_too(given: dict[str, list[Control]]) -> None:
    """Rows of values that are worked out do not; every other example of a source record does."""
    source = {
        rule.id
        for rule in CATALOGUE.for_stage("source")
        if CATALOGUE.subjects[rule.subject].own_table in TABLES
    }
    names = [name for name in given if name.rsplit("-", 1)[0] in source]
    staged = [name for name in names if any(c.shown_to == "staging" for c in given[name])]
    assert len(staged) > 2 * len(names) / 3


def test_every_rule_compiles_on_its_subject() -> None:
    with sealed_session(CATALOGUE) as con:
        for rule in CATALOGUE.rules:
            columns = view_columns(con, f"quality.subject_{rule.subject}")
            compiled = compile_rule(rule, columns, f"quality.subject_{rule.subject}")
            assert compiled.holds
