"""Events of both exposures by organ class and grade, and the same class again."""

from collections.abc import Iterator
from typing import Any

import pytest

from etl.outputs.event_tables import organ_class_table, same_class_table, worst_grade_table
from etl.outputs.results import Results, read_results
from etl.outputs.tables import Table
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import BOTH, add_patient, build, insert, marts, seed_study

EVENTS: dict[str, list[tuple[str, str, int | None]]] = {
    # patient: exposure, organ class, grade
    "a": [
        ("initial", "gastrointestinal", 2),
        ("initial", "gastrointestinal", 3),
        ("again", "gastrointestinal", 4),
        ("again", "skin", 1),
    ],
    "b": [("initial", "gastrointestinal", 3), ("again", "gastrointestinal", 1)],
    "c": [("initial", "gastrointestinal", None), ("again", "skin", 3)],
    "d": [("initial", "skin", 3)],
    "e": [],
}


def line(day: int, *, known: bool, worst: int | None) -> dict[str, Any]:
    return {
        "regimen": BOTH,
        "start": day,
        "end": day + 30,
        "progression": day + 60,
        "pfs_days": 60,
        "pfs_event": True,
        "toxicity_known": known,
        "worst_irae_grade": worst,
    }


@pytest.fixture(scope="module")
def results() -> Iterator[Results]:
    """Five patients; the toxicity of d's rechallenge is not known."""
    with marts() as con:
        for patient, events in EVENTS.items():
            worst = {
                which: max((grade or 0 for when, _, grade in events if when == which), default=0)
                for which in ("initial", "again")
            }
            add_patient(
                con,
                patient,
                line(0, known=True, worst=worst["initial"] or None),
                line(200, known=patient != "d", worst=worst["again"] or None),
            )
            insert(
                con,
                "marts.adverse_events",
                [
                    {
                        "event_id": f"{patient}{place}",
                        "patient_id": patient,
                        "line_id": f"{patient}|advanced|{1 if when == 'initial' else 2}",
                        "organ_class": organ,
                        "grade": grade,
                        "is_irae": True,
                    }
                    for place, (when, organ, grade) in enumerate(
                        [*events, ("again", "cardiac", 5)] if patient == "d" else events
                    )
                ]
                or [{"event_id": f"{patient}x", "patient_id": patient, "is_irae": True}],
            )
        build(con)
        yield read_results(con, seed_study(), context())


def cells(table: Table, columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    places = [table.header.index(column) for column in columns]
    return {row[0]: tuple(row[place] for place in places) for row in table.rows}


INITIAL, AGAIN = "Initial treatment: All patients (N = 5)", "Rechallenge: All patients (N = 4)"


def test_a_patient_counts_once_an_organ_class_with_the_worst_grade(results: Results) -> None:
    # d's fatal cardiac event is not counted: the toxicity of that line is not known.
    assert cells(organ_class_table(results), (INITIAL, AGAIN)) == {
        "Gastrointestinal: Any grade": ("3 (60.0%)", "2 (50.0%)"),
        "Gastrointestinal: Grade 4": ("0 (0.0%)", "1 (25.0%)"),
        "Gastrointestinal: Grade 3": ("2 (40.0%)", "0 (0.0%)"),
        "Gastrointestinal: Grade 1 or 2": ("0 (0.0%)", "1 (25.0%)"),
        "Gastrointestinal: Grade not recorded": ("1 (20.0%)", "0 (0.0%)"),
        "Skin: Any grade": ("1 (20.0%)", "2 (50.0%)"),
        "Skin: Grade 3": ("1 (20.0%)", "1 (25.0%)"),
        "Skin: Grade 1 or 2": ("0 (0.0%)", "1 (25.0%)"),
    }


def test_worst_grades_stand_side_by_side_with_what_is_not_known(results: Results) -> None:
    found = cells(worst_grade_table(results), (INITIAL, AGAIN))
    assert found["Grade 4"] == ("0 (0.0%)", "1 (25.0%)")
    assert found["Grade 3"] == ("3 (60.0%)", "1 (25.0%)")
    assert found["None recorded"] == ("2 (40.0%)", "1 (25.0%)")
    assert found["Toxicity not known"] == ("0", "1")


def test_the_same_class_again_is_of_those_whose_rechallenge_is_known(results: Results) -> None:
    table = same_class_table(results)
    assert isinstance(table, Table)
    rows = {row[0]: [cell.split(" = ")[0] for cell in row[1:]] for row in table.rows}
    assert rows == {
        "Gastrointestinal": ["3", "2/3", "1/3", "2/3 (66.7%)"],
        "Skin": ["1", "0/0", "0/0", "0/0"],
        "Any": ["4", "2/3", "1/3", "2/3 (66.7%)"],
    }
    # Clopper-Pearson of 2 in 3, as R's binom.test gives it.
    assert table.rows[0][2] == "2/3 = 66.7% (9.4 to 99.2)"


def test_without_an_event_at_first_none_can_come_back() -> None:
    with marts() as con:
        add_patient(con, "a", line(0, known=True, worst=None), line(200, known=True, worst=None))
        build(con)
        results = read_results(con, seed_study(), context())
        assert isinstance(same_class_table(results), str)
        assert organ_class_table(results).rows == ()
