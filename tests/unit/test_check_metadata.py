"""What stands beside a check's sentence, and the summary of a night: counts, links, no patient."""

from typing import Any

import dagster as dg
import duckdb

from assets.check_metadata import Behind, metadata, read_behind
from assets.verdicts import colour, read_verdicts
from etl.outputs.quality.addresses import Addresses
from etl.outputs.quality.summary import rule_lines
from expectations.catalogue import Catalogue
from tests.unit.ledger_support import catalogue_of, night
from tests.unit.test_quality_pages import BOTH, EVENTS, NO_FAULT, PATIENTS, T19, WRONG_DEATH

AT = Addresses(3000)


def shown(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, rule_id: str, keys: int = 10
) -> dict[str, Any]:
    """The metadata of a rule's check, as Dagster would store it."""
    rule = catalogue.by_id[rule_id]
    behind = read_behind(con, catalogue.rules, keys).get(rule_id, Behind())
    made = metadata(rule, read_verdicts(con)[rule_id], behind, AT)
    result = dg.AssetCheckResult(passed=True, asset_key=["a"], check_name="c", metadata=made)
    return {key: value.value for key, value in result.metadata.items()}


def test_a_check_with_findings_leads_to_its_page_and_the_worklists(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=EVENTS)
    found = shown(con, T19, "AE-T19")
    assert found["page_of_the_rule"] == AT.rule_page("AE-T19")
    assert found["page_of_data_docs"] == AT.data_docs
    assert found["worklist_H01"] == AT.worklist("H01")
    assert found["worklist_H02"] == AT.worklist("H02")
    assert (found["new"], found["known"], found["judged"], found["violated"]) == (2, 0, 3, 2)
    assert found["severity"] == "error"
    assert found["how_to_fix"] == T19.by_id["AE-T19"].fix
    assert len(con.execute(str(found["query"])).fetchall()) == 2


def test_records_are_named_without_a_patient_and_as_many_as_are_asked_for(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, BOTH, patients=WRONG_DEATH, adverse_events=EVENTS)
    events = shown(con, BOTH, "AE-T19")["records"].records
    assert [dict(one.data) for one in events] == [
        {"record": "E1", "status": "new", "file": "adverse_events.csv", "line": 2},
        {"record": "E2", "status": "new", "file": "adverse_events.csv", "line": 3},
    ]
    [patient] = shown(con, BOTH, "PAT-C02")["records"].records
    assert patient.data["record"] == "(by file and line)"
    assert (patient.data["file"], patient.data["line"]) == ("patients.csv", 3)
    assert "P0002" not in str(shown(con, BOTH, "PAT-C02"))
    assert len(shown(con, BOTH, "AE-T19", keys=1)["records"].records) == 1
    assert "records" not in shown(con, BOTH, "AE-T19", keys=0)


def test_a_check_that_passed_shows_counts_and_no_way_to_fix(
    con: duckdb.DuckDBPyConnection,
) -> None:
    night(con, 1, T19, patients=PATIENTS, adverse_events=NO_FAULT)
    found = shown(con, T19, "AE-T19")
    assert (found["judged"], found["violated"]) == (3, 0)
    assert {"how_to_fix", "query", "records", "worklist_H01"} & set(found) == set()
    assert found["page_of_the_rule"] == AT.rule_page("AE-T19")


def test_a_rule_in_shadow_says_so_and_asks_nobody(con: duckdb.DuckDBPyConnection) -> None:
    tried = catalogue_of("AE-T19", shadow_nights=3)
    night(con, 1, tried, patients=PATIENTS, adverse_events=EVENTS)
    found = shown(con, tried, "AE-T19")
    assert "stands in nobody's list" in str(found["shadow"])
    assert found["shadow_nights_left"] == 3
    assert "worklist_H01" not in found
    assert len(con.execute(str(found["query"])).fetchall()) == 2
    assert colour(tried.by_id["AE-T19"], read_verdicts(con)["AE-T19"])[0] is True


def test_only_the_worklists_with_most_are_named(con: duckdb.DuckDBPyConnection) -> None:
    patients = "patient_id | hospital_id | vital_status\n" + "\n".join(
        f"P{number} | H{number} | alive" for number in range(1, 6)
    )
    events = "event_id | patient_id | term | onset_date | resolved_date\n" + "\n".join(
        f"E{number} | P{number} | Rash | 2021-03-02 | 2021-02-09" for number in range(1, 6)
    )
    night(con, 1, T19, patients=patients, adverse_events=events)
    found = shown(con, T19, "AE-T19")
    assert sum(key.startswith("worklist_H") for key in found) == 3
    assert str(found["worklists_more"]).startswith("2 more hospitals")


def test_the_summary_puts_what_is_red_before_all_else(con: duckdb.DuckDBPyConnection) -> None:
    three = catalogue_of("AE-T19", "PAT-C02", "PAT-T15")
    night(con, 1, three, patients=PATIENTS, adverse_events=EVENTS)
    night(con, 2, three, patients=WRONG_DEATH, adverse_events=EVENTS)
    lines = rule_lines(con, "night-2")
    told = [(one.rule_id, one.is_red, one.new, one.persisting, one.is_quiet) for one in lines]
    assert told == [
        ("PAT-C02", True, 1, 0, False),
        ("AE-T19", False, 0, 2, False),
        ("PAT-T15", False, 0, 0, True),
    ]
    assert (lines[1].judged, lines[1].violated) == (3, 2)
