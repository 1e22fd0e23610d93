"""The nightly controls: what they notice, whom they tell, and that none of them can vanish.

Belongs here: rules and staging models made lame or blind on purpose. Does not belong here: the
rules as they are (test_examples), the gate's other reasons (tests/unit).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

import etl.controls
from etl.controls import (
    ControlMissedError,
    assert_no_control_missed,
    control,
    memory_key,
    run_controls,
)
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


SOME = only(CATALOGUE.by_id[DATES], CATALOGUE.by_id["PAT-C09"])


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Catalogue]:
    """The catalogues whose controls were run, and not remembered."""
    ran: list[Catalogue] = []

    def run(catalogue: Catalogue) -> Any:
        ran.append(catalogue)
        return run_controls(catalogue)

    monkeypatch.setattr(etl.controls, "run_controls", run)
    return ran


def controlled(memory: Path, catalogue: Catalogue = SOME) -> list[Any]:
    """The controls of a night in a warehouse of its own."""
    with open_memory() as con:
        control(con, catalogue, memory)
        assert problems(con, catalogue) == []
        return con.execute("from quality.controls order by rule_id").fetchall()


def test_the_next_night_remembers_the_verdicts(tmp_path: Path, runs: list[Catalogue]) -> None:
    memory = tmp_path / "new" / "controls.json"
    first = controlled(memory)
    assert controlled(memory) == first
    assert runs == [SOME]


@pytest.mark.parametrize(
    "changed",
    [
        only(CATALOGUE.by_id[DATES]),
        only(*SOME.rules, CATALOGUE.by_id["LIN-D01"]),
        only(
            SOME.rules[1],
            SOME.rules[0].model_copy(update={"examples": SOME.rules[0].examples[:2]}),
        ),
        Catalogue(
            SOME.rules,
            {
                name: replace(one, sql=f"{one.sql} -- said otherwise")
                for name, one in SOME.subjects.items()
            },
        ),
    ],
)
def test_other_rules_examples_or_subjects_are_run(
    tmp_path: Path, runs: list[Catalogue], changed: Catalogue
) -> None:
    memory = tmp_path / "controls.json"
    controlled(memory)
    controlled(memory, changed)
    assert runs == [SOME, changed]


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("duckdb.__version__", "9.9.9"),
        ("duckdb.__git_revision__", "0123456789"),
        ("etl.controls._code_hash", lambda: "other code"),
        ("etl.controls.Parameters", lambda: SimpleNamespace(model_dump=lambda **_: {"gap": 1})),
    ],
)
def test_another_engine_code_or_parameter_is_not_vouched_for(
    monkeypatch: pytest.MonkeyPatch, what: str, other: Any
) -> None:
    before = memory_key(SOME)
    assert memory_key(SOME) == before
    monkeypatch.setattr(what, other)
    assert memory_key(SOME) != before


def test_every_file_of_the_program_is_part_of_the_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "etl" / "__init__.py"
    deep = tmp_path / "etl" / "sql" / "derived"
    deep.mkdir(parents=True)
    package.touch()
    monkeypatch.setattr(etl, "__file__", str(package))
    hashes = set()
    for name in ("lines.sql", "list.csv", "mapping.yaml", "module.py"):
        (deep / name).write_text(name)
        etl.controls._code_hash.cache_clear()
        hashes.add(etl.controls._code_hash())
    etl.controls._code_hash.cache_clear()
    assert len(hashes) == 4


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda text: text[: len(text) // 2],
        lambda _: "[]",
        lambda text: text.replace('"rule_id"', '"rule"'),
        lambda text: text.replace('"controls": [', '"checks": ['),
    ],
)
def test_a_damaged_memory_is_run_again(
    tmp_path: Path, runs: list[Catalogue], damage: Callable[[str], str]
) -> None:
    memory = tmp_path / "controls.json"
    first = controlled(memory)
    memory.write_text(damage(memory.read_text()))
    assert controlled(memory) == first
    assert runs == [SOME, SOME]


def test_a_miss_is_never_remembered(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, runs: list[Catalogue]
) -> None:
    memory = tmp_path / "controls.json"
    lame = only(lamed(DATES, "true"))
    for _ in range(2):
        with pytest.raises(ControlMissedError, match=DATES):
            control(warehouse, lame, memory)
    assert runs == [lame, lame]
    assert not memory.exists()


def test_a_memory_that_lost_an_example_holds_the_night(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    memory = tmp_path / "controls.json"
    controlled(memory)
    kept = json.loads(memory.read_text())
    kept["controls"] = [one for one in kept["controls"] if one["number"] != 2]
    memory.write_text(json.dumps(kept))
    with pytest.raises(ControlMissedError, match="not controlled with all"):
        control(warehouse, SOME, memory)
