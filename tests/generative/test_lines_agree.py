"""The SQL and the slow reading agree on lines, whatever the parameters.

Every example is a registry of one patient or of 60 whose starts, stops, progressions and local
therapies crowd the limits, read with the defaults, with parameters that differ in everything, or
with drawn ones. RECHALLENGE_EXAMPLES=2000 draws many more registries.
"""

import os
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from itertools import zip_longest
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.lines import Line, describing, read_lines
from etl.parameters import Parameters
from etl.responses import confirmed_progressions
from expectations.contracts.derived_lines import (
    CLOSING_CLAUSES,
    CONTINUING_CLAUSES,
    END_REASONS,
    OPENING_CLAUSES,
)
from tests.derivations import derive_lines
from tests.generative.registries import (
    KINDS,
    Person,
    as_assessments,
    as_given,
    as_local,
    as_tables,
    persons,
)
from tests.support import dicts, rows

EXAMPLES = int(os.environ.get("RECHALLENGE_EXAMPLES", "10"))
SIZES = st.sampled_from((1, 60, 60, 60))
registries = SIZES.flatmap(lambda size: st.lists(persons(), min_size=size, max_size=size))
OTHER = Parameters(
    combination_window_days=14,
    window_respects_stops=False,
    carried_days=28,
    carried_bridge_days=30,
    gap_days=60,
    gap_oral_days=89,
    gap_exempt_substances=("dabrafenib", "trametinib", "ipilimumab"),
    toxicity_hold_days=91,
    beyond_progression_days=56,
    dropped_component_opens=True,
    dropped_component_days=14,
    given_back_component_opens=True,
    addition_opens="class",
    substitution_days=28,
    substitution_groups=("ipilimumab|nivolumab", "vemurafenib|dabrafenib+trametinib"),
    number_settings_apart=False,
    adjuvant_refractory_days=90,
    local_therapy_opens=("surgery", "t_vec"),
    end_reason_order=("death", "other", "patient_choice", "completed", "toxicity", "progression"),
)
# Nothing opens a line that need not; what is dropped is given back.
LENIENT = Parameters(
    progression_opens=False,
    given_back_component_opens=True,
    addition_opens="never",
    gap_days=180,
)


@dataclass(frozen=True)
class Read:
    """One line with everything the two readings are compared on."""

    patient_id: str
    line_sequence: int
    line_id: str
    setting: str
    line_number: int
    lot_notation: str
    regimen: str
    regimen_class: str
    start_date: date
    end_date: date | None
    end_reason: str
    opened_because: str
    closed_because: str
    next_line_start_date: date | None
    treatment_ids: str
    entered_line_numbers: str | None
    entered_line_agrees: bool | None
    has_unknown_stop: bool
    has_substitution: bool
    is_resumed_after_toxicity: bool
    is_beyond_progression: bool
    has_dropped_component: bool
    has_component_given_back: bool
    has_added_substance: bool
    carried_substances: str | None
    is_stale_ongoing: bool
    local_treatments: int
    is_adjuvant_refractory: bool | None
    clauses: str
    rows: str


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    """Parameters of lines on both sides of the distances drawn."""
    days = st.sampled_from((0, 14, 27, 28, 29, 42, 56, 60, 90, 91, 182))
    shuffled = list(Parameters().end_reason_order)
    draw(st.randoms(use_true_random=False)).shuffle(shuffled)
    return Parameters(
        combination_window_days=draw(days),
        window_respects_stops=draw(st.booleans()),
        carried_days=draw(st.sampled_from((0, 14, 27, 28, 41, 42, 60))),
        carried_bridge_days=draw(st.sampled_from((0, 28, 55, 56, 90))),
        gap_days=draw(days),
        gap_oral_days=draw(days),
        gap_exempt_substances=draw(st.sampled_from(((), ("nivolumab",), ("dabrafenib",)))),
        toxicity_hold_days=draw(days),
        progression_opens=draw(st.booleans()),
        beyond_progression_days=draw(days),
        dropped_component_opens=draw(st.booleans()),
        dropped_component_days=draw(st.sampled_from((0, 14, 28))),
        given_back_component_opens=draw(st.booleans()),
        addition_opens=draw(st.sampled_from(("substance", "class", "never"))),
        substitution_days=draw(days),
        substitution_groups=draw(
            st.sampled_from((Parameters().substitution_groups, OTHER.substitution_groups, ()))
        ),
        number_settings_apart=draw(st.booleans()),
        adjuvant_refractory_days=draw(days),
        local_therapy_opens=tuple(draw(st.sets(st.sampled_from(KINDS), max_size=2))),
        end_reason_order=tuple(shuffled),
    )


def by_reading(person: Person, number: int, given_parameters: Parameters) -> list[Read]:
    """One patient's lines as the reference reading has them."""
    progressions = confirmed_progressions(as_assessments(person, number), given_parameters)
    local = as_local(person)
    lines = read_lines(
        as_given(person, number),
        progressions,
        given_parameters,
        local=local,
        is_dead=person.is_dead,
        death=person.death,
    )
    days = [day for line in lines for day in line.days]
    return [
        Read(
            patient_id=f"P{number}",
            line_sequence=place,
            line_id=f"P{number}|{line.setting}|{line.number}",
            setting=line.setting,
            line_number=line.number,
            lot_notation=describing.lot_notation(line, lines),
            regimen=describing.regimen(line, given_parameters),
            regimen_class=describing.regimen_class(line, given_parameters),
            start_date=line.start,
            end_date=line.end,
            end_reason=line.end_reason,
            opened_because=line.opened_because,
            closed_because=line.closed_because,
            next_line_start_date=line.next_start,
            treatment_ids=",".join(_treatment_ids(line)),
            entered_line_numbers=",".join(map(str, sorted(set(_entered(place, lines, person)))))
            or None,
            entered_line_agrees=describing.entered_line_agrees(
                line, _entered(place, lines, person)
            ),
            has_unknown_stop=any(row.stop is None and not row.ongoing for row in line.rows),
            has_substitution=any(day.clause == "substitution" for day in line.days),
            is_resumed_after_toxicity=any(
                day.clause == "resumption_after_toxicity" for day in line.days
            ),
            is_beyond_progression=describing.is_beyond_progression(line),
            has_dropped_component=describing.has_dropped_component(line, days, given_parameters),
            has_component_given_back=any(day.gives_back for day in line.days[1:]),
            has_added_substance=any(day.adds for day in line.days[1:]),
            carried_substances="+".join(sorted({row.substance for row in line.carried})) or None,
            is_stale_ongoing=line.is_stale_ongoing,
            local_treatments=describing.local_treatments(line, local),
            is_adjuvant_refractory=describing.is_adjuvant_refractory(
                line, lines, progressions, given_parameters
            ),
            clauses=",".join(day.clause for day in line.days),
            rows=",".join(
                sorted(
                    f"{days[row.place].clause} {row.treatment_id} {row.substance} {row.start} "
                    f"{row.stop or 'open'} {'carried' if row.carried else 'started'}"
                    for row in line.rows
                )
            ),
        )
        for place, line in enumerate(lines, start=1)
    ]


def _treatment_ids(line: Line) -> list[str]:
    first = {row.treatment_id: row.start for row in reversed(line.rows)}
    return sorted(first, key=lambda treatment_id: (first[treatment_id], treatment_id))


def _entered(place: int, lines: list[Line], person: Person) -> list[int]:
    before = {row.treatment_id for line in lines[: place - 1] for row in line.rows}
    started = set(_treatment_ids(lines[place - 1])) - before
    places = {int(treatment_id.partition("-T")[2]) for treatment_id in started}
    numbers = [person.episodes[place].line_number for place in places]
    return [number for number in numbers if number is not None]


def by_sql(con: duckdb.DuckDBPyConnection) -> list[Read]:
    """All lines as the SQL derives them."""
    columns = ", ".join(f.name for f in fields(Read))
    lines = dicts(
        con,
        f"""
        with steps as (
            select line_id, string_agg(clause, ',' order by step) as clauses
            from derived.line_steps
            group by line_id
        ),
        row_texts as (
            select
                line_id,
                clause || ' ' || treatment_id || ' ' || substance || ' ' || start_date || ' '
                || coalesce(cast(stop_date as varchar), 'open') || ' '
                || case when is_carried then 'carried' else 'started' end as written
            from derived.line_rows
        ),
        written_rows as (
            select line_id, string_agg(written, ',' order by written) as rows
            from row_texts
            group by line_id
        )
        select {columns}
        from (
            select
                lines.*,
                steps.clauses,
                written_rows.rows,
                case
                    when line_adjuvant.line_id is null then false
                    else line_adjuvant.is_adjuvant_refractory
                end as is_adjuvant_refractory
            from derived.lines
            inner join steps on lines.line_id = steps.line_id
            inner join written_rows on lines.line_id = written_rows.line_id
            left join derived.line_adjuvant on lines.line_id = line_adjuvant.line_id
        )
        order by patient_id, line_sequence
        """,
    )
    return [Read(**line) for line in lines]


def disagreements(expected: list[Read], derived: list[Read]) -> list[str]:
    """Where the two differ, as `line column: reading / SQL`."""
    found = []
    for read, sql in zip_longest(expected, derived):
        if read is None or sql is None:
            found.append(f"only one of them has {(read or sql).line_id}")
            break
        found += [
            f"{read.line_id} {f.name}: {getattr(read, f.name)!r} / {getattr(sql, f.name)!r}"
            for f in fields(Read)
            if getattr(read, f.name) != getattr(sql, f.name)
        ]
    return found


def compare(
    con: duckdb.DuckDBPyConnection,
    people: list[Person],
    given_parameters: Parameters,
    seen: Counter[str],
) -> None:
    """Derive a registry both ways; rows come in another order than they were drawn."""
    tables: dict[str, list[dict[str, Any]]] = as_tables(people)
    for table in tables.values():
        Random(len(people)).shuffle(table)  # noqa: S311 - any order will do
    derive_lines(con, given_parameters, **tables)
    expected = [
        read
        for number, person in enumerate(people, start=1)
        for read in by_reading(person, number, given_parameters)
    ]
    expected.sort(key=lambda read: (read.patient_id, read.line_sequence))
    assert disagreements(expected, by_sql(con)) == []
    seen["patients"] += len(people)
    seen["lines"] += len(expected)
    for (clause,) in rows(con, "select distinct clause from derived.line_steps"):
        seen[clause] += 1
    for read in expected:
        seen.update({f"end {read.end_reason}", f"closed {read.closed_because}"})
        seen[f"refractory {read.is_adjuvant_refractory}"] += 1
        seen["carried"] += read.carried_substances is not None
        seen["stale ongoing"] += read.is_stale_ongoing


@pytest.mark.parametrize(
    ("how", "examples"),
    [
        pytest.param(st.just(Parameters()), EXAMPLES, id="defaults"),
        pytest.param(st.just(OTHER), EXAMPLES, id="everything-differs"),
        pytest.param(st.just(LENIENT), EXAMPLES, id="lenient"),
        pytest.param(parameters() | st.just(OTHER), 3 * EXAMPLES, id="drawn"),
    ],
)
def test_lines_read_alike(
    con: duckdb.DuckDBPyConnection,
    how: st.SearchStrategy[Parameters],
    examples: int,
    request: pytest.FixtureRequest,
) -> None:
    seen: Counter[str] = Counter()

    # Registries are large: what disagrees is named, and not shrunk.
    @settings(
        max_examples=examples,
        phases=(Phase.generate,),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(registries, how)
    def agree(people: list[Person], given_parameters: Parameters) -> None:
        compare(con, people, given_parameters, seen)

    agree()
    compared = f"{seen['patients']} patients and {seen['lines']} lines compared, 0 disagreements"
    print(compared)  # noqa: T201 - shown with `pytest -s`
    assert seen["patients"] > 20 * examples, compared
    if request.node.callspec.id == "drawn":
        every = {
            *OPENING_CLAUSES,
            *CONTINUING_CLAUSES,
            *(f"end {reason}" for reason in END_REASONS),
            *(f"closed {clause}" for clause in CLOSING_CLAUSES),
            *(f"refractory {value}" for value in (True, False, None)),
            "carried",
            "stale ongoing",
        }
        assert every - set(seen) == set(), "never drawn"


def test_a_registry_of_one_patient_and_of_none(con: duckdb.DuckDBPyConnection) -> None:
    nobody = Person((), (), (), "alive", None, None, None)
    for people in ([], [nobody]):
        compare(con, people, Parameters(), Counter())
