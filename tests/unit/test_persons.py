"""One person under several ids: who is linked, and what the person has of each id."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from etl.explain.alone import Edit, patient_alone
from etl.explain.reading import read_facts
from etl.outputs.hospitals import index_page
from etl.outputs.people import People, count_people
from etl.parameters import Parameters
from etl.warehouse import open_memory
from expectations.codelists import load_codelists
from tests.derivations import derive
from tests.support import dicts, rows, run_layers

ALIKE = {"sex": "female", "birth_date": "1961-07-10", "vital_status": "alive"}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as opened:
        load_codelists(opened)
        yield opened


def ids(*differences: dict[str, Any], **common: Any) -> list[dict[str, Any]]:
    """Patients M1, M2, ... of one person_key, at hospitals H1, H2, ..."""
    return [
        {"patient_id": f"M{n}", "hospital_id": f"H{n}", "person_key": "K", **ALIKE}
        | common
        | different
        for n, different in enumerate(differences, start=1)
    ]


def episode(treatment: str, patient: str, start: str, stop: str, **more: Any) -> dict[str, Any]:
    return {
        "treatment_id": treatment,
        "patient_id": patient,
        "hospital_id": patient.replace("M", "H"),
        "regimen": "ipilimumab+nivolumab",
        "setting": "advanced",
        "start_date": start,
        "stop_date": stop,
        **more,
    }


def linking(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    found = rows(con, "select patient_id, person_id, linking from staging.persons")
    return {patient: (person, how) for patient, person, how in found}


def test_a_rechallenge_in_the_second_hospital_is_found(con: duckdb.DuckDBPyConnection) -> None:
    derive(
        con,
        patients=ids({}, {}),
        treatments=[
            episode("T1", "M1", "2019-01-07", "2019-03-11"),
            episode("T2", "M2", "2019-11-03", "2020-01-05"),
        ],
    )
    assert rows(con, "select patient_id, patient_ids, hospital_id from marts.patients") == [
        ("M1", "M1, M2", "H1")
    ]
    assert rows(con, "select patient_id, kind from marts.reexposures") == [("M1", "same_regimen")]
    assert rows(con, "select distinct patient_id from marts.treatment_lines") == [("M1",)]
    # Staging keeps the ids as delivered.
    assert rows(con, "select patient_id from staging.treatments order by 1") == [("M1",), ("M2",)]


@pytest.mark.parametrize(
    ("second", "how"),
    [
        ({}, "linked"),
        ({"birth_date": "1961"}, "linked"),
        ({"birth_date": "1961-12-31"}, "linked"),
        ({"birth_date": None}, "linked"),
        ({"birth_date": "1962"}, "not_linked"),
        ({"sex": "unknown"}, "linked"),
        ({"sex": "male"}, "not_linked"),
        ({"person_key": "L"}, "alone"),
    ],
)
def test_ids_that_contradict_each_other_stay_apart(
    con: duckdb.DuckDBPyConnection, second: dict[str, Any], how: str
) -> None:
    derive(con, patients=ids({}, second))
    person = "M1" if how == "linked" else "M2"
    assert linking(con) == {"M1": ("M1", how), "M2": (person, how)}


@pytest.mark.parametrize(
    ("death", "start", "how"),
    [
        ("2020-05-01", "2020-05-01", "linked"),
        ("2020-05-01", "2020-05-02", "not_linked"),
        ("2020-05", "2020-05-31", "linked"),
        ("2020-05", "2020-06-01", "not_linked"),
        ("2020-05-01", "2020-05", "linked"),
        ("2020-05-01", "2020", "linked"),
        ("2020-05-01", "2026-01-01", "linked"),
        ("9999-12-31", "2020-05-02", "linked"),
    ],
)
def test_nobody_is_treated_after_the_death_of_another_id(
    con: duckdb.DuckDBPyConnection, death: str, start: str, how: str
) -> None:
    """After must be shown on every possible day; past the cut-off nothing has happened."""
    derive(
        con,
        patients=ids({"vital_status": "dead", "death_date": death}, {}),
        treatments=[episode("T2", "M2", start, "")],
    )
    assert {pair[1] for pair in linking(con).values()} == {how}


@pytest.mark.parametrize(("number", "how"), [(3, "linked"), (4, "not_linked")])
def test_more_than_three_ids_are_no_person(
    con: duckdb.DuckDBPyConnection, number: int, how: str
) -> None:
    derive(con, patients=ids(*({} for _ in range(number))))
    assert {pair[1] for pair in linking(con).values()} == {how}


@pytest.mark.parametrize("key", ["0", "999", "onbekend", "Onbekend"])
def test_a_placeholder_links_nobody(con: duckdb.DuckDBPyConnection, key: str) -> None:
    derive(con, patients=ids({}, {}, person_key=key))
    assert linking(con) == {"M1": ("M1", "alone"), "M2": ("M2", "alone")}


def test_ids_of_which_merges_speaks_stay_apart(con: duckdb.DuckDBPyConnection) -> None:
    derive(con, patients=ids({}, {}))
    con.execute("insert into source.merged_patients values ('M9', 'M2')")
    run_layers(con, "staging")
    assert {pair[1] for pair in linking(con).values()} == {"not_linked"}


def test_linking_is_asked_of_the_parameter_and_of_the_source(
    con: duckdb.DuckDBPyConnection,
) -> None:
    derive(con, patients=ids({}, {}), parameters={"link_persons": "never"})
    assert linking(con) == {"M1": ("M1", "linking_off"), "M2": ("M2", "linking_off")}
    assert rows(con, "select patient_id, patient_ids from marts.patients order by 1") == [
        ("M1", "M1"),
        ("M2", "M2"),
    ]
    derive(con, patients=ids({}, {}), declares={"person_key": "several_diseases"})
    assert {pair[1] for pair in linking(con).values()} == {"alone"}


def test_of_several_deaths_linkage_goes_before_precision_and_precision_before_lateness(
    con: duckdb.DuckDBPyConnection,
) -> None:
    def death(*given: tuple[str, str]) -> tuple[Any, ...]:
        derive(
            con,
            patients=ids(
                *(
                    {"vital_status": "dead", "death_date": day, "vital_status_source": source}
                    for day, source in given
                )
            ),
        )
        return rows(con, "select death_date, death_dates_differ from derived.patients")[0]

    day = date(2020, 5, 2)
    assert death(("2020-05-01", "hospital"), ("2020-05-02", "hospital")) == (day, False)
    assert death(("2020-05-02", "hospital"), ("2020-05", "hospital")) == (day, False)
    assert death(("2020-05-02", "linkage"), ("2020-06-02", "hospital")) == (day, False)
    assert death(("2020-05-02", "linkage"), ("2020-06-03", "hospital")) == (day, True)


def test_the_living_are_seen_last_at_the_latest_contact_of_any_id(
    con: duckdb.DuckDBPyConnection,
) -> None:
    derive(
        con,
        patients=ids(
            {"last_contact_date": "2020-05-01", "sex": "unknown", "birth_date": None},
            {"last_contact_date": "2021-05-01", "sex": "female"},
        ),
    )
    read = "select last_contact_date, sex, birth_date, vital_status from derived.patients"
    assert rows(con, read) == [(date(2021, 5, 1), "female", date(1961, 7, 10), "alive")]


def test_the_baseline_is_that_of_the_earliest_advanced_diagnosis(
    con: duckdb.DuckDBPyConnection,
) -> None:
    def baseline(second: str) -> dict[str, Any]:
        derive(
            con,
            patients=ids({}, {}),
            baselines=[
                {
                    "patient_id": "M1",
                    "advanced_diagnosis_date": second,
                    "stage": "IV",
                    "ecog": "1",
                    "braf": "v600e",
                    "primary_type": "cutaneous",
                },
                {"patient_id": "M2", "advanced_diagnosis_date": "2019-01-01", "stage": "IIIC"},
            ],
        )
        (found,) = dicts(con, "select stage, ecog, primary_type from marts.patients")
        return found

    # 31 days apart the cells of the other fill what is empty; 32 days apart only those that stay.
    assert baseline("2019-02-01") == {"stage": "IIIC", "ecog": "1", "primary_type": "cutaneous"}
    assert baseline("2019-02-02") == {"stage": "IIIC", "ecog": None, "primary_type": "cutaneous"}


def test_what_is_equal_but_for_its_ids_is_one(con: duckdb.DuckDBPyConnection) -> None:
    def event(number: int, patient: str, term: str) -> dict[str, Any]:
        return {
            "event_id": f"E{number}",
            "patient_id": patient,
            "term": term,
            "grade": 3,
            "onset_date": "2019-02-01",
        }

    def scan(number: int, patient: str, response: str) -> dict[str, Any]:
        return {
            "response_id": f"R{number}",
            "patient_id": patient,
            "assessment_date": "2019-04-01",
            "response": response,
        }

    derive(
        con,
        patients=ids({}, {}),
        treatments=[
            episode("T1", "M1", "2019-01-07", "2019-03-11"),
            episode("T2", "M2", "2019-01-07", "2019-03-11"),
            episode("T3", "M2", "2019-01-07", "2019-03-12"),
        ],
        responses=[scan(1, "M1", "PR"), scan(2, "M2", "PR"), scan(3, "M2", "SD")],
        adverse_events=[event(1, "M1", "Rash"), event(2, "M2", "Rash"), event(3, "M2", "Colitis")],
    )
    assert rows(con, "select response_id from marts.responses order by 1") == [("R1",), ("R3",)]
    assert rows(con, "select event_id from marts.adverse_events order by 1") == [("E1",), ("E3",)]
    assert rows(con, "select distinct treatment_id from derived.exposures order by 1") == [
        ("T1",),
        ("T3",),
    ]


def test_either_id_is_explained_as_the_person(con: duckdb.DuckDBPyConnection) -> None:
    derive(
        con,
        patients=ids({}, {"vital_status": "dead", "death_date": "2024"}),
        treatments=[
            episode("T1", "M1", "2019-01-07", "2019-03-11"),
            episode("T2", "M2", "2019-11-03", "2020-01-05"),
        ],
    )
    facts = read_facts(con, "M2")
    assert facts == read_facts(con, "M1")
    assert facts.person.patient_ids == "M1, M2"
    assert [one.treatment_id for one in facts.treatments] == ["T1", "T2"]
    assert len(facts.reexposures) == 1
    with patient_alone(con, facts.person.patient_id, Parameters()) as alone:
        assert alone.derive() == facts
        (copy,) = alone.derive_edited([Edit("responses", ())])
        assert [line.start_date for line in copy.lines] == [line.start_date for line in facts.lines]


def test_a_copy_of_a_patient_keeps_the_cut_off_of_its_delivery(
    con: duckdb.DuckDBPyConnection,
) -> None:
    derive(
        con,
        patients=[{"patient_id": "P", "_file": "a.csv", "_line": 2}],
        treatments=[episode("T1", "P", "2025-01-15", "", _file="a.csv", _line=3)],
    )
    con.execute("insert into source.cutoffs values ('a.csv', date '2024-12-31', 'a')")
    run_layers(con, "derived", "marts")
    facts = read_facts(con, "P")
    assert facts.lines == ()
    with patient_alone(con, "P", Parameters()) as alone:
        (copy,) = alone.derive_edited([Edit("responses", ())])
        assert copy.lines == ()


def test_a_hospital_counts_the_line_that_it_gave(con: duckdb.DuckDBPyConnection) -> None:
    derive(
        con,
        patients=[*ids({}, {}), {"patient_id": "P", "hospital_id": "H9", **ALIKE}],
        treatments=[
            episode("T1", "M1", "2019-01-07", "2019-03-11"),
            episode("T2", "M2", "2019-11-03", "2020-01-05"),
            episode("T3", "P", "2019-11-03", "2020-01-05", hospital_id="H8"),
        ],
    )
    counted = "select line_hospital_id, line_number from marts.treatment_lines order by all"
    assert rows(con, counted) == [("H1", 1), ("H2", 2), ("H9", 1)]
    assert rows(con, "select patient_id, hospital_id from marts.patients order by all") == [
        ("M1", "H1"),
        ("P", "H9"),
    ]


def test_deaths_far_apart_make_the_survival_of_the_person_doubtful(
    con: duckdb.DuckDBPyConnection,
) -> None:
    def doubted(second: str) -> list[tuple[Any, ...]]:
        dead = {"vital_status": "dead"}
        derive(
            con,
            patients=ids(dead | {"death_date": "2020-05-01"}, dead | {"death_date": second}),
            treatments=[episode("T1", "M1", "2019-01-07", "2019-03-11")],
        )
        return rows(con, "select os_doubtful_because from marts.treatment_lines")

    assert doubted("2020-06-01") == [(None,)]
    assert doubted("2020-06-02") == [("LIN-N33",)]


@pytest.mark.parametrize(
    ("linked", "said"), [(True, ("2 patients", "3 ids")), (False, ())], ids=["linked", "alone"]
)
def test_the_number_of_ids_stands_beside_persons_where_it_differs(
    con: duckdb.DuckDBPyConnection, linked: bool, said: tuple[str, ...]
) -> None:
    derive(con, patients=[*ids({}, *([{}] if linked else [])), {"patient_id": "P", **ALIKE}])
    people = count_people(con)
    assert people == People(2, 3 if linked else 2)
    (section,) = index_page.sections([], people)
    for text in (people.sentence, " ".join(map(str, section.items))):
        assert all(word in text for word in said)
    assert bool(people.sentence) is bool(people.beside) is linked
