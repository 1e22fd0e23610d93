"""Every variant of the times: the SQL and the slow reading agree on drawn registries.

The lines, their progressions and first responses are those of the SQL, which
`test_readings_agree` holds to readings of their own; here only the times are read. Few examples
by default; RECHALLENGE_EXAMPLES=200 draws many.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.responses import Assessment, Progression
from etl.responses.times import (
    Outcome,
    duration_of_response,
    overall_survival,
    progression_free_survival,
    time_to_next_treatment,
)
from etl.survival.variants import (
    OS_VARIANTS,
    PFS_VARIANTS,
    PfsVariant,
    dor_sql,
    os_sql,
    pfs_sql,
    ttnt_sql,
)
from tests.derivations import derive
from tests.generative.registries import (
    Person,
    as_assessments,
    as_tables,
    last_alive,
    persons,
)
from tests.support import dicts, rows

EXAMPLES = int(os.environ.get("RECHALLENGE_EXAMPLES", "5"))
PATIENTS = 25
VARIANTS = (
    *PFS_VARIANTS,
    *(PfsVariant(plain.next_therapy, plain.censoring, 59) for plain in PFS_VARIANTS),
    PfsVariant(missed_assessments_days=0),
    PfsVariant(missed_assessments_days=90),
)
ANYWHERE = {
    "progression",
    "death",
    "next_line",
    "censored_next_line",
    "censored_last_contact",
    "unknown_progression_undated",
    "unknown_death_undated",
    "no_response",
}
EXPECTED = ANYWHERE | {
    "censored_missed_assessments",
    "censored_last_evaluable_assessment",
    "censored_last_assessment",
    "censored_line_start",
}


@dataclass(frozen=True)
class Span:
    """A line as the SQL has it."""

    line_id: str
    start: date
    next_start: date | None
    progression: Progression | None
    response: date | None
    confirmed_response: date | None
    is_undated_responder: bool


def spans(con: duckdb.DuckDBPyConnection) -> dict[str, list[Span]]:
    """The lines of each patient, in order."""
    found: dict[str, list[Span]] = {}
    for line in dicts(
        con,
        """
        select
            lines.patient_id, lines.line_id, lines.start_date, lines.next_line_start_date,
            line_progressions.progression_date, line_progressions.progression_source,
            line_progressions.undated_from_date,
            line_responses.first_response_date, line_responses.first_response_confirmed_date,
            coalesce(line_responses.responder and line_responses.response_source = 'entered', false)
            as is_undated_responder
        from derived.lines
        inner join derived.line_responses using (line_id)
        left join derived.line_progressions using (line_id)
        order by lines.patient_id, lines.line_sequence
        """,
    ):
        source = line["progression_source"]
        found.setdefault(line["patient_id"], []).append(
            Span(
                line["line_id"],
                line["start_date"],
                line["next_line_start_date"],
                Progression(
                    line["progression_date"], source, undated_from=line["undated_from_date"]
                )
                if source
                else None,
                line["first_response_date"],
                line["first_response_confirmed_date"],
                line["is_undated_responder"],
            )
        )
    return found


@dataclass(frozen=True)
class Known:
    """What a source tells of a patient's time: all, or what is up to a linkage that is complete."""

    assessments: list[Assessment]
    lines: list[Span]
    after: list[Span]
    is_dead: bool
    death: date | None
    last_alive: date | None
    last_contact: date | None


def known(person: Person, number: int, lines: list[Span], *, is_complete: bool) -> Known:
    """What times are read from; nothing after a linkage that is declared complete is."""
    assessments = as_assessments(person, number)
    entered = [day for day in (person.last_contact, person.linked) if day is not None]
    until = person.linked if is_complete else None
    if until is None:
        alive, contact = last_alive(person, number), max(entered, default=None)
        return Known(assessments, lines, [], person.is_dead, person.death, alive, contact)
    is_left_out = person.death is not None and person.death > until
    begun = [line for line in lines if line.start <= until]
    return Known(
        [one for one in assessments if one.day <= until],
        [
            replace(
                line,
                next_start=line.next_start if (line.next_start or until) <= until else None,
                progression=None
                if line.progression and (line.progression.day or until) > until
                else line.progression,
            )
            for line in begun
        ],
        [line for line in lines if line.start > until],
        person.is_dead and not is_left_out,
        None if is_left_out else person.death,
        until,
        until,
    )


def by_reading(
    of: Known, variant: PfsVariant, source: str
) -> Iterator[tuple[str, Outcome, Outcome, Outcome]]:
    """Each line with its progression-free survival and durations of response."""
    for line in of.after:
        pfs = Outcome(None, None, "unknown_start_after_linkage")
        yield (
            line.line_id,
            pfs,
            *(
                duration_of_response(line, day, pfs, is_undated=line.is_undated_responder)
                for day in (line.response, line.confirmed_response)
            ),
        )
    for place, line in enumerate(of.lines):
        pfs = progression_free_survival(
            line,
            [other.progression for other in of.lines[place:]],
            of.assessments,
            is_dead=of.is_dead,
            death=of.death,
            later_lines=of.lines[place + 1 :],
            last_alive=of.last_alive,
            variant=variant,
            registers_best_responses=source == "best_response",
        )
        dor, confirmed = (
            duration_of_response(line, day, pfs, is_undated=line.is_undated_responder)
            for day in (line.response, line.confirmed_response)
        )
        yield line.line_id, pfs, dor, confirmed


def by_sql(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Outcome]:
    found = rows(con, f"select line_id, days, event, end_reason from ({sql}) as times")
    return {line_id: Outcome(days, event, reason) for line_id, days, event, reason in found}


def plain(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """Censored is censored, whichever record says that the patient was alive."""
    return {
        line_id: Outcome(o.days, o.event, "censored" if o.event is False else o.reason)
        for line_id, o in outcomes.items()
    }


def never(con: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    """Times that cannot be: negative, known by half, longer than the default survival."""
    return rows(
        con,
        f"""
        select times.line_id
        from ({sql}) as times
        inner join derived.line_survival using (line_id)
        where
            times.days < 0
            or times.days > line_survival.os_days
            or (times.days is null) <> (times.event is null)
            or (times.days is null) <> (times.end_date is null)
            or times.record_key is null
        """,
    )


@pytest.mark.parametrize(
    ("source", "vital_status"),
    [
        ("assessments", "not_declared"),
        ("best_response", "not_declared"),
        ("assessments", "linkage_complete"),
    ],
)
def test_every_variant_reads_as_a_person_does(
    con: duckdb.DuckDBPyConnection, source: str, vital_status: str
) -> None:
    seen: Counter[str] = Counter()

    # A disagreement is shown as drawn: shrinking derives whole registries again and again.
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(persons(), min_size=PATIENTS, max_size=2 * PATIENTS))
    def agree(people: list[Person]) -> None:
        declares = {"responses": source, "vital_status": vital_status}
        derive(con, declares=declares, parameters={}, **as_tables(people))
        lines = spans(con)
        is_complete = vital_status == "linkage_complete"
        registry = [
            known(person, number, lines.get(f"P{number}", []), is_complete=is_complete)
            for number, person in enumerate(people, start=1)
        ]
        for variant in VARIANTS:
            found = [row for one in registry for row in by_reading(one, variant, source)]
            pfs, dor = by_sql(con, pfs_sql(variant)), by_sql(con, dor_sql(variant))
            assert pfs == {line_id: outcome for line_id, outcome, _, _ in found}, variant.name
            assert dor == {line_id: outcome for line_id, _, outcome, _ in found}, variant.name
            confirmed = by_sql(con, dor_sql(variant, confirmed=True))
            assert confirmed == {line_id: outcome for line_id, *_, outcome in found}, variant.name
            assert never(con, pfs_sql(variant)) == []
            seen.update(outcome.reason for outcome in (*pfs.values(), *dor.values()))
        for kind in OS_VARIANTS:
            is_default = kind.censoring == "last_known_alive"
            assert plain(by_sql(con, os_sql(kind))) == {
                line.line_id: overall_survival(
                    line,
                    is_dead=one.is_dead,
                    death=one.death,
                    last_alive=one.last_alive if is_default else one.last_contact,
                )
                for one in registry
                for line in one.lines
            } | after_linkage(registry), kind.name
        assert plain(by_sql(con, ttnt_sql())) == {
            line.line_id: time_to_next_treatment(
                line, is_dead=one.is_dead, death=one.death, last_alive=one.last_alive
            )
            for one in registry
            for line in one.lines
        } | after_linkage(registry)

    agree()
    expected = EXPECTED if source == "assessments" else ANYWHERE
    if vital_status == "linkage_complete":
        expected = expected | {"unknown_start_after_linkage", "unknown_response_after_end"}
    assert set(seen) >= expected


def after_linkage(registry: list[Known]) -> dict[str, Outcome]:
    """The lines of which nothing is known, since they start after a linkage that is complete."""
    return {
        line.line_id: Outcome(None, None, "unknown_start_after_linkage")
        for one in registry
        for line in one.after
    }


def test_the_default_variants_are_those_of_the_lines(con: duckdb.DuckDBPyConnection) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(persons(), min_size=PATIENTS, max_size=2 * PATIENTS))
    def same(people: list[Person]) -> None:
        derive(con, declares={}, parameters={}, **as_tables(people))
        for kind, sql in (
            ("pfs", pfs_sql(VARIANTS[0])),
            ("os", os_sql(OS_VARIANTS[0])),
            ("ttnt", ttnt_sql()),
            ("dor", dor_sql(VARIANTS[0])),
        ):
            end_date = "end_date" if kind == "dor" else f"{kind}_end_date"
            key = "pfs_record_key" if kind == "pfs" else "record_key"
            default = f"""
                select
                    line_id, {end_date}, {kind}_days, {kind}_event, {kind}_end_reason,
                    {key}
                from derived.line_survival inner join ({sql}) as times using (line_id)
                order by line_id
            """
            variant = f"""
                select line_id, end_date, days, event, end_reason, record_key
                from ({sql}) as times order by line_id
            """
            assert rows(con, default) == rows(con, variant), kind

    same()
