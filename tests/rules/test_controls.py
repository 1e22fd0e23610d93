"""The nightly controls: what they notice, whom they tell, and that none of them can vanish.

Belongs here: rules and staging models made lame or blind on purpose. Does not belong here: the
rules as they are (test_examples), the gate's other reasons (tests/unit).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

import etl.controls
from etl.controls import ControlMissedError, assert_no_control_missed, control, run_controls
from etl.models import Model, load_models, run_model
from etl.publish import steps
from etl.warehouse import open_memory
from expectations.catalogue import Catalogue, Rule, load_catalogue
from expectations.controls import problems, write_controls
from expectations.rule_kinds import SqlSpec

CATALOGUE = load_catalogue()
DATES, DERIVED, MART = "AE-T19", "LIN-D01", "EST-D03"


def only(*rules: Rule) -> Catalogue:
    return Catalogue(rules, CATALOGUE.subjects)


def lamed(rule_id: str, holds: str) -> Rule:
    """The rule with another condition and its own examples."""
    rule = CATALOGUE.by_id[rule_id]
    changed = {rule.kind: None, "sql": SqlSpec(holds=holds), "columns": rule.judged_columns}
    return rule.model_copy(update=changed)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def test_every_rule_is_controlled_with_all_of_its_examples(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    counts = control(warehouse, CATALOGUE)
    rows = warehouse.execute("select rule_id, examples, missed from quality.controls").fetchall()
    assert sorted(rows) == [(rule.id, len(rule.examples), 0) for rule in CATALOGUE.rules]
    assert counts["examples"] == sum(len(rule.examples) for rule in CATALOGUE.rules)
    assert warehouse.execute("select step from raw.steps").fetchall() == [(steps.CONTROLS,)]


@pytest.mark.parametrize(("holds", "lost"), [("true", "violated"), ("false", "holds")])
def test_each_rule_is_missed_when_it_always_says_the_same(holds: str, lost: str) -> None:
    """Whatever is broken so that a rule never fires, or always does, its controls say so."""
    lame = only(*(lamed(rule.id, holds) for rule in CATALOGUE.rules))
    missed = {one.rule_id for one in run_controls(lame) if one.expected == lost and one.is_missed}
    able = {
        rule.id
        for rule in CATALOGUE.rules
        if any(example.verdict == lost for example in rule.examples)
    }
    assert missed == able
    assert lost == "holds" or len(able) == len(CATALOGUE.rules)


@pytest.mark.parametrize("rule_id", [DATES, DERIVED, MART])
def test_a_lamed_rule_is_missed_and_named(
    warehouse: duckdb.DuckDBPyConnection, rule_id: str
) -> None:
    with pytest.raises(ControlMissedError) as caught:
        control(warehouse, only(lamed(rule_id, "true"), CATALOGUE.by_id["PAT-C09"]))
    said = str(caught.value)
    number = next(
        number
        for number, example in enumerate(CATALOGUE.by_id[rule_id].examples, start=1)
        if example.verdict == "violated"
    )
    assert said.startswith(f"For the engineer: 1 rules missed their control: {rule_id} (example")
    assert f"example {number}: expected violated, given holds" in said
    assert "PAT-C09" not in said
    assert caught.value.exit_code == 1


def test_a_rule_that_always_fires_is_missed(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ControlMissedError, match="expected holds, given violated"):
        control(warehouse, only(lamed(DATES, "false")))


def test_a_rule_that_takes_no_verdict_for_a_pass_is_missed(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    blind = lamed(DATES, "coalesce(not_after(onset_date, resolved_date), true)")
    with pytest.raises(ControlMissedError, match="expected cannot be judged, given holds"):
        control(warehouse, only(blind))


@pytest.mark.parametrize(
    ("model", "parse", "blind"),
    [
        (
            "staging.adverse_events",
            "date_latest(s.resolved_date) as resolved_date_latest",
            "cast(null as date) as resolved_date_latest",
        ),
        (
            "staging.adverse_events",
            "as_written(s.grade, s.grade__raw) as grade_text",
            "cast(null as varchar) as grade_text",
        ),
        (
            "staging.responses",
            "code_of(s.response, response_list.code) as response",
            "cast(null as varchar) as response",
        ),
    ],
)
def test_a_blind_staging_model_is_missed(
    monkeypatch: pytest.MonkeyPatch,
    warehouse: duckdb.DuckDBPyConnection,
    model: str,
    parse: str,
    blind: str,
) -> None:
    """The rules alone are sound: only examples that went through staging can tell."""
    assert parse in load_models()[model].sql
    monkeypatch.setattr(etl.controls, "run_layer", _blinded(model, parse, blind))
    with pytest.raises(ControlMissedError, match=r"after staging"):
        control(warehouse, CATALOGUE)


def _blinded(name: str, parse: str, blind: str) -> Callable[..., Any]:
    def run(con: duckdb.DuckDBPyConnection, layer: str, parameters: dict[str, object]) -> None:
        for model in load_models().values():
            if model.layer == layer:
                run_model(con, _changed(model) if model.name == name else model, parameters)

    def _changed(model: Model) -> Model:
        return replace(model, sql=model.sql.replace(parse, blind))

    return run


def test_no_finding_written_for_a_violated_record_is_missed(
    monkeypatch: pytest.MonkeyPatch, warehouse: duckdb.DuckDBPyConnection
) -> None:
    monkeypatch.setattr("expectations.evaluate.write_findings", lambda *_, **__: None)
    with pytest.raises(ControlMissedError, match="violated, but no finding is written"):
        control(warehouse, only(CATALOGUE.by_id[DATES]))


def test_a_rule_in_shadow_is_controlled_like_any_other(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    shadowed = CATALOGUE.by_id[DATES].model_copy(update={"shadow_nights": 14})
    assert control(warehouse, only(shadowed))["examples"] == len(shadowed.examples)
    lame = lamed(DATES, "true").model_copy(update={"shadow_nights": 14})
    with pytest.raises(ControlMissedError, match=DATES):
        control(warehouse, only(lame))


def test_a_control_cannot_vanish(warehouse: duckdb.DuckDBPyConnection) -> None:
    rules = only(CATALOGUE.by_id[DATES], CATALOGUE.by_id["PAT-C09"])
    controls = run_controls(rules)
    write_controls(warehouse, rules, controls)
    assert problems(warehouse, rules) == []
    write_controls(warehouse, rules, [c for c in controls if c.number != 2])
    assert problems(warehouse, rules) == [
        "2 rules were not controlled with all of their examples: AE-T19, PAT-C09"
    ]
    with pytest.raises(ControlMissedError, match="not controlled"):
        assert_no_control_missed(warehouse, rules)
    write_controls(warehouse, only(CATALOGUE.by_id[DATES]), controls[:0])
    assert "AE-T19, PAT-C09" in problems(warehouse, rules)[0]


def test_nothing_of_an_example_reaches_the_warehouse(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The steward's lists are made from the warehouse: it gets counts a rule and no finding."""
    control(warehouse, CATALOGUE)
    tables = warehouse.execute(
        "select schema_name, table_name from duckdb_tables() order by all"
    ).fetchall()
    assert tables == [("quality", "controls"), ("raw", "steps")]
