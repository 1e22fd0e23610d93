"""Every rule shows each verdict it can give: its examples are its documentation and its control.

What a rule can give is found by asking it: a rule that `applies_when` can be not applicable; a
rule can be left unable to judge when a value that it judges, and that a hospital delivers, is
emptied or made unreadable in one of its own examples.
"""

from collections.abc import Iterator

import duckdb
import pytest

from expectations.catalogue import Catalogue, Rule, load_catalogue
from expectations.examples import verdict_of_rows
from expectations.subjects import view_columns
from tests.rules.sealed import sealed_session

CATALOGUE = load_catalogue()
NEVER_HOLDS_ALONE = {"LIN-D01": "a row of another mart has to stand beside it"}
UNREADABLE = "?!"


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with sealed_session(CATALOGUE) as con:
        yield con


def _shown(rule: Rule) -> set[str]:
    return {example.verdict for example in rule.examples}


def test_every_rule_shows_that_it_can_hold_and_be_violated() -> None:
    lacking = {rule.id for rule in CATALOGUE.rules if {"holds", "violated"} - _shown(rule)}
    assert lacking == set(NEVER_HOLDS_ALONE)


def test_a_rule_that_applies_sometimes_shows_when_it_does_not() -> None:
    lacking = [
        rule.id
        for rule in CATALOGUE.rules
        if rule.applies_when and "not applicable" not in _shown(rule)
    ]
    assert lacking == []


def test_a_rule_that_can_be_left_open_shows_that(warehouse: duckdb.DuckDBPyConnection) -> None:
    lacking = {
        rule.id: found
        for rule in CATALOGUE.rules
        if "cannot be judged" not in _shown(rule)
        and (found := _way_to_leave_open(warehouse, CATALOGUE, rule))
    }
    assert lacking == {}


def _way_to_leave_open(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, rule: Rule
) -> str | None:
    """A column of one of the rule's examples whose loss leaves it open, or none."""
    subject = catalogue.subjects[rule.subject]
    columns = view_columns(con, subject.view)
    delivered = [name for name in rule.judged_columns if subject.origin(name)]
    for example in rule.examples:
        if example.tables or example.verdict == "not applicable":
            continue
        for name in delivered:
            for text in ("", UNREADABLE) if f"{name}_text" in columns else ("",):
                changed = example.model_copy(update={"row": {**example.row, name: text}})
                if verdict_of_rows(con, catalogue, rule, changed, columns) == "cannot be judged":
                    return f"{name} = {text or '(empty)'} in {example.row}"
    return None


def test_losing_the_value_is_noticed(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = _way_to_leave_open(warehouse, CATALOGUE, CATALOGUE.by_id["AE-T19"])
    assert found is not None
    assert found.startswith("onset_date = (empty)")
    assert _way_to_leave_open(warehouse, CATALOGUE, CATALOGUE.by_id["AE-C08"]) is None
