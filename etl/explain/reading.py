"""Reading the facts of one patient from a warehouse; every query selects by patient.

Belongs here: the queries, and finding the patient. Does not belong here: the records they fill
(`facts`), writing anything.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

import duckdb

from etl.errors import WrongUseError
from etl.explain import facts
from etl.explain.facts import Facts
from etl.parameters import Parameters

T = TypeVar("T")

_OF_PERSON = (
    "sex",
    "vital_status",
    "death_date_earliest",
    "death_date_latest",
    "death_cause",
    "last_contact_date",
    "vital_status_date",
)

_TREATMENTS = """
    select * from staging.treatments where patient_id in {ids}
    order by start_date nulls last, source_file, source_line
"""
_EXPOSURES = """
    select exposures.* exclude (setting), spans.setting, spans.step
    from derived.exposures
    inner join derived.spans
        on exposures.treatment_id = spans.treatment_id
        and exposures.substance = spans.substance
        and exposures.span = spans.span
    where exposures.patient_id = $patient
    order by spans.step, exposures.substance, exposures.source_file, exposures.source_line
"""
_GIVEN = """
    select line_rows.*, spans.setting, spans.route, spans.record_key, placed.*
    from derived.line_rows
    inner join derived.spans
        on line_rows.treatment_id = spans.treatment_id
        and line_rows.substance = spans.substance
        and line_rows.span = spans.span
    -- The place of the row that a span begins with.
    cross join lateral (
        select
            min(exposures.source_part) as source_part,
            min(exposures.source_number) as source_number
        from derived.exposures
        where
            exposures.treatment_id = spans.treatment_id
            and exposures.substance = spans.substance
            and exposures.span = spans.span
            and exposures.source_file = spans.source_file
            and exposures.source_line = spans.source_line
    ) as placed
    where line_rows.patient_id = $patient
    order by line_rows.step, line_rows.is_carried, line_rows.substance, line_rows.source_file,
        line_rows.source_line
"""
_STARTS = """
    select treatment_starts.*, line_steps.* exclude (patient_id, step, start_date)
    from derived.treatment_starts
    inner join derived.line_steps
        on treatment_starts.patient_id = line_steps.patient_id
        and treatment_starts.step = line_steps.step
    where treatment_starts.patient_id = $patient and line_steps.patient_id = $patient
    order by treatment_starts.step
"""
_SUBSTANCES = """
    select line_substances.*
    from derived.line_substances
    inner join derived.lines on line_substances.line_id = lines.line_id
    where lines.patient_id = $patient
    order by lines.line_sequence, first_start_date, substance
"""
_LINES = """
    select
        treatment_lines.*,
        line_survival.pfs_end_date,
        line_survival.pfs_record_key,
        line_survival.os_end_date,
        line_progressions.record_key as progression_record_key,
        line_progressions.is_immune_confirmed,
        line_progressions.first_pd_date,
        line_progressions.stop_date as progression_stop_date
    from marts.treatment_lines
    left join derived.line_survival
        on treatment_lines.line_id = line_survival.line_id
    left join derived.line_progressions
        on treatment_lines.line_id = line_progressions.line_id
    where treatment_lines.patient_id = $patient
    order by treatment_lines.line_sequence
"""
_ASSESSMENTS = """
    select
        responses.* exclude (assessment_date),
        coalesce(assessments.assessment_date, responses.assessment_date) as assessment_date,
        coalesce(line_assessments.category, assessments.category) as category,
        assessments.is_worst_of_day,
        line_assessments.line_id,
        assigned.line_assignment
    from staging.responses
    left join derived.assessments
        on responses.response_id = assessments.response_id and responses.is_placed
    left join derived.line_assessments
        on responses.response_id = line_assessments.response_id and responses.is_placed
    left join marts.responses as assigned
        on responses.response_id = assigned.response_id and responses.is_placed
    where responses.patient_id in {ids}
    order by 2, responses.source_file, responses.source_line
"""
_EVIDENCE = """
    select * from derived.progression_evidence where patient_id = $patient
    order by evidence_date, evidence, record_key
"""
_EVENTS = """
    select
        adverse_events.* exclude (onset_date),
        coalesce(attributed.onset_date, adverse_events.onset_date) as onset_date,
        attributed.is_irae,
        attributed.line_id,
        attributed.line_assignment
    from staging.adverse_events
    left join derived.adverse_events_attributed as attributed
        on adverse_events.event_id = attributed.event_id and adverse_events.is_placed
    where adverse_events.patient_id in {ids}
    order by onset_date nulls last, adverse_events.source_file, adverse_events.source_line
"""
_LOCAL = """
    select * from staging.local_treatments where patient_id in {ids}
    order by start_date nulls last, source_file, source_line
"""
_DOUBTS = """
    select line_doubts.*
    from derived.line_doubts
    inner join derived.lines on line_doubts.line_id = lines.line_id
    where lines.patient_id = $patient
    order by lines.line_sequence, affects, rule_id
"""
_FINDINGS = """
    select findings_tonight.*, rules.title, rules.fix, rules.affects
    from quality.findings_tonight
    inner join quality.rules on findings_tonight.rule_id = rules.rule_id
    where findings_tonight.patient_id in {ids}
    order by
        list_position(['error', 'warning', 'info'], findings_tonight.severity),
        findings_tonight.rule_id, source_file, source_line, record_key
"""
_KEPT = """
    select distinct column_name, kept_file, kept_line, record_key
    from source.repeated_values
    where patient_id in {ids} and table_name = 'patients'
    order by all
"""
_REEXPOSURES = """
    select * from marts.reexposures where patient_id = $patient
    order by initial_line_id, reexposure_line_id
"""


def read_facts(
    con: duckdb.DuckDBPyConnection, patient_id: str, parameters: Parameters | None = None
) -> Facts:
    """Everything a warehouse holds about one patient.

    Args:
        con: Session on a warehouse whose derived tables stand.
        patient_id: The pseudonym as registered; any of those of a person.
        parameters: What the warehouse was derived under; the defaults when left out.

    Raises:
        WrongUseError: there is no such patient, or their row is not used in derivation.
    """
    person = _person(con, patient_id)

    def read(kind: type[T], sql: str) -> tuple[T, ...]:
        return tuple(_fill(kind, row) for row in _rows(con, sql, person.patient_id))

    follow_up = read(facts.FollowUp, "select * from derived.follow_up where patient_id = $patient")
    declares = con.execute("select name, value from source.declarations").fetchall()
    return Facts(
        person=person,
        follow_up=follow_up[0],
        treatments=read(facts.Treatment, _TREATMENTS),
        exposures=read(facts.Exposure, _EXPOSURES),
        given=read(facts.Given, _GIVEN),
        starts=read(facts.Start, _STARTS),
        substances=read(facts.Substance, _SUBSTANCES),
        lines=read(facts.Line, _LINES),
        assessments=read(facts.Assessment, _ASSESSMENTS),
        evidence=read(facts.Evidence, _EVIDENCE),
        events=read(facts.Event, _EVENTS),
        local=read(facts.Local, _LOCAL),
        doubts=read(facts.Doubt, _DOUBTS),
        reexposures=read(facts.Reexposure, _REEXPOSURES)
        if has_table(con, "marts", "reexposures")
        else (),
        findings=read(facts.Finding, _FINDINGS),
        kept=read(facts.Kept, _KEPT) if has_table(con, "source", "repeated_values") else (),
        declares=dict(declares),
        parameters=parameters or Parameters(),
    )


def has_table(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether a table stands in the warehouse."""
    found = con.execute(
        "select 1 from duckdb_tables() where database_name = current_database() "
        "and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None


def ids_of(con: duckdb.DuckDBPyConnection, patient_id: str) -> list[str]:
    """All pseudonyms of the person who has this one, the one that tables are derived under first.

    A warehouse of an earlier version links nobody.
    """
    if not has_table(con, "staging", "persons"):
        return [patient_id]
    found = con.execute(
        "select same.patient_id from staging.persons as named "
        "inner join staging.persons as same on same.person_id = named.person_id "
        "where named.patient_id = ? order by same.patient_id",
        [patient_id],
    ).fetchall()
    return [str(one) for (one,) in found] or [patient_id]


def _person(con: duckdb.DuckDBPyConnection, patient_id: str) -> facts.Person:
    ids = ids_of(con, patient_id)
    rows = _rows(
        con,
        "select * from staging.patients where patient_id = $patient "
        "order by is_placed desc, source_file, source_line",
        ids[0],
    )
    if not rows:
        raise WrongUseError(
            f"There is no patient {patient_id} in the export. Write the id as it stands in the "
            "registry, capitals and zeros included."
        )
    if len(ids) > 1:
        # Of linked ids the values are the person's, and the others as the first id has them.
        (derived,) = _rows(
            con, "select * from derived.patients where patient_id = $patient", ids[0]
        )
        rows[0] |= {name: derived[name] for name in _OF_PERSON} | {"patient_ids": ", ".join(ids)}
    person = _fill(facts.Person, rows[0])
    if not person.is_placed:
        raise WrongUseError(
            f"Nothing is derived for patient {patient_id}: the row {person.source} is kept out of "
            f"derivation ({person.unplaced_because}). `rechallenge findings` says how to fix it."
        )
    return person


def _rows(con: duckdb.DuckDBPyConnection, sql: str, patient_id: str) -> list[dict[str, Any]]:
    linked = "(select patient_id from staging.persons where person_id = $patient)"
    ids = linked if has_table(con, "staging", "persons") else "($patient)"
    cursor = con.execute(sql.replace("{ids}", ids), {"patient": patient_id})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _fill(kind: type[T], row: Mapping[str, Any]) -> T:
    # A warehouse of an earlier version may lack a column: the record then has its default.
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: row[name] for name in names if name in row})
