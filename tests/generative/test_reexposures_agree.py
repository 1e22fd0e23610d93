"""The SQL and the slow reading agree on the re-exposures of drawn registries.

Lines, responses, times and events are taken as derived, since other tests prove those; what is
shared, why the first had stopped and what lay between is read from their rows. Few examples by
default; RECHALLENGE_EXAMPLES=200 draws many.
"""

import os
from collections import Counter
from dataclasses import fields
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.lines.reexposures import (
    DrugClass,
    Event,
    Exposure,
    GivenDrug,
    Reexposure,
    read_reexposures,
)
from etl.parameters import Parameters
from expectations.contracts.reexposures import KINDS, REASON_SOURCES, REASONS
from tests.derivations import derive
from tests.generative.test_toxicity_agrees import Patient, as_registry, patients
from tests.support import dicts

EXAMPLES = int(os.environ.get("RECHALLENGE_EXAMPLES", "5"))
PATIENTS = 25
VARIANTS = (
    Parameters(),
    Parameters(
        stopped_for_progression_days=0,
        stopping_toxicity_days=90,
        benefit_stable_days=84,
        gap_days=60,
        combination_window_days=14,
    ),
)


def _registry(people: list[Patient]) -> dict[str, list[dict[str, Any]]]:
    tables = as_registry(people)
    # The registries of the other tests know no patient's choice.
    for row in tables["treatments"]:
        if row["stop_reason"] == "unknown":
            row["stop_reason"] = "patient_choice"
    return tables


def by_reading(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> list[Reexposure]:
    lines = dicts(
        con,
        """
        select lines.*, responder, disease_control, pfs_days, pfs_event, progression_date,
            line_progressions.line_id is not null as has_progressed
        from derived.lines
        join derived.line_responses using (line_id)
        join derived.line_survival using (line_id)
        left join derived.line_progressions using (line_id)
        order by lines.patient_id, lines.line_sequence
        """,
    )
    of_class = {
        row["drug_class"]: DrugClass(
            row["drug_class"], row["class_group"] or None, row["is_one_mechanism"]
        )
        for row in dicts(con, "from codelists.drug_classes")
    }
    drugs = dicts(con, "from derived.line_rows")
    events = dicts(con, "from derived.adverse_events_attributed where line_id is not null")
    people: dict[str, list[Exposure]] = {}
    for line in lines:
        people.setdefault(line["patient_id"], []).append(
            _exposure(
                line,
                [row for row in drugs if row["line_id"] == line["line_id"]],
                [row for row in events if row["line_id"] == line["line_id"]],
                of_class,
            )
        )
    return [
        pair for exposures in people.values() for pair in read_reexposures(exposures, parameters)
    ]


def _exposure(
    line: dict[str, Any],
    drugs: list[dict[str, Any]],
    events: list[dict[str, Any]],
    of_class: dict[str, DrugClass],
) -> Exposure:
    return Exposure(
        line_id=line["line_id"],
        regimen=line["regimen"],
        classes=tuple((line["regimen_class"] or "").split("+")),
        start=line["start_date"],
        end=line["end_date"],
        end_reason=line["end_reason"],
        drugs=tuple(
            GivenDrug(
                substance=row["substance"],
                drug_class=of_class[row["drug_class"]],
                start=row["start_date"],
                last_shown=row["last_shown_date"],
                last_possible=row["last_possible_date"],
            )
            for row in drugs
        ),
        events=tuple(
            Event(
                event_id=row["event_id"],
                grade=row["grade"],
                organ_class=row["organ_class"],
                is_immune_related=bool(row["is_irae"]),
                led_to_stop=row["led_to_stop"] == "yes",
                onset=row["onset_date"],
            )
            for row in events
        ),
        has_progressed=line["has_progressed"],
        progression=line["progression_date"],
        responder=line["responder"],
        disease_control=line["disease_control"],
        pfs_days=line["pfs_days"],
        pfs_event=line["pfs_event"],
    )


def by_sql(con: duckdb.DuckDBPyConnection) -> list[Reexposure]:
    columns = ", ".join(field.name for field in fields(Reexposure))
    return [Reexposure(**row) for row in dicts(con, f"select {columns} from marts.reexposures")]


def flags(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    """What the lines say, which must be what the flagged pairs say."""
    named = dicts(con, "from marts.treatment_lines where rechallenge_kind is not null")
    return {(row["line_id"], row["rechallenge_of"], row["rechallenge_kind"]) for row in named}


def _key(pair: Reexposure) -> tuple[str, str]:
    return pair.initial_line_id, pair.reexposure_line_id


@pytest.mark.parametrize("parameters", VARIANTS, ids=["defaults", "other-parameters"])
def test_the_sql_reads_re_exposures_as_a_person_does(
    con: duckdb.DuckDBPyConnection, parameters: Parameters
) -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(patients(), min_size=PATIENTS, max_size=2 * PATIENTS))
    def agree(people: list[Patient]) -> None:
        derive(con, parameters=parameters.as_sql(), **_registry(people))
        expected = by_reading(con, parameters)
        assert sorted(by_sql(con), key=_key) == sorted(expected, key=_key)
        assert flags(con) == {
            (pair.reexposure_line_id, pair.initial_line_id, pair.kind)
            for pair in expected
            if pair.is_flagged
        }
        seen["patients"] += len(people)
        for pair in expected:
            seen.update((pair.kind, pair.reason, f"by {pair.reason_source}"))
            seen.update(("graded",) if pair.reason_grade else ())

    agree()
    reached = {*KINDS, *REASONS, *(f"by {source}" for source in REASON_SOURCES), "graded"}
    assert reached - set(seen) == set()
