"""Placement: which source rows can be attached, and why the others cannot."""

from tests.support import native, rows, run_layers

PLACED = "select record_key, source_line, unplaced_because from staging.{} order by source_line"


def placed(con, table):
    return rows(con, PLACED.format(table))


def test_a_patient_is_placed_once_by_the_first_row_in_the_file(con):
    native(
        con,
        patients="""
            patient_id | hospital_id | sex
            P1         | H1          | male
            P1         | H2          | male
            P1         | H1          | male
                       | H1          | male
            P2         | H1          |
        """,
    )
    run_layers(con, "staging")
    assert placed(con, "patients") == [
        ("P1", 2, None),
        ("P1", 3, "duplicate_key"),
        ("P1", 4, "exact_duplicate"),
        ("no key|d617e33e8cab0cfe|1", 5, "missing_key"),
        ("P2", 6, None),
    ]


def test_file_order_decides_not_the_order_of_keys(con):
    native(
        con,
        patients=[
            {"patient_id": "P1", "hospital_id": "Z"},
            {"patient_id": "P1", "hospital_id": "A"},
        ],
    )
    run_layers(con, "staging")
    assert rows(con, "select hospital_id from staging.patients where is_placed") == [("Z",)]


def test_a_treatment_needs_its_patient(con):
    native(
        con,
        patients="patient_id\nP1",
        treatments="""
            treatment_id | patient_id | regimen
            T1           | P1         | ipilimumab
            T2           | P9         | ipilimumab
            T3           |            | ipilimumab
                         | P1         | ipilimumab
            T1           | P1         | nivolumab
            T1           | P9         | nivolumab
        """,
    )
    run_layers(con, "staging")
    assert placed(con, "treatments") == [
        ("T1", 2, None),
        ("T2", 3, "orphan"),
        ("T3", 4, "orphan"),
        ("no key|1964da8da95614a2|1", 5, "missing_key"),
        ("T1", 6, "duplicate_key"),
        ("T1", 7, "orphan"),
    ]


def test_an_orphan_does_not_take_a_key_from_a_row_that_can_be_attached(con):
    native(
        con,
        patients="patient_id\nP1",
        treatments="treatment_id | patient_id\nT1 | P9\nT1 | P1",
    )
    run_layers(con, "staging")
    assert placed(con, "treatments") == [("T1", 2, "orphan"), ("T1", 3, None)]


def test_an_assessment_goes_by_its_patient_or_else_by_its_treatment(con):
    native(
        con,
        patients="patient_id | hospital_id\nP1 | H1\nP2 | H2",
        treatments="treatment_id | patient_id | hospital_id\nT1 | P1 | H1",
        responses="""
            response_id | patient_id | treatment_id
            R1          | P2         | T77
            R2          |            | T1
            R3          |            | T77
            R4          |            |
            R5          | P9         | T1
        """,
    )
    run_layers(con, "staging")
    assert rows(
        con,
        "select record_key, patient_id, treatment_id, hospital_id, unplaced_because "
        "from staging.responses order by source_line",
    ) == [
        ("R1", "P2", "T77", "H2", None),
        ("R2", "P1", "T1", "H1", None),
        ("R3", None, "T77", None, "orphan"),
        ("R4", None, None, None, "orphan"),
        ("R5", "P9", "T1", None, "orphan"),
    ]


def test_an_adverse_event_goes_the_same_way(con):
    native(
        con,
        patients="patient_id | hospital_id\nP1 | H1",
        treatments="treatment_id | patient_id\nT1 | P1",
        adverse_events="event_id | treatment_id\nE1 | T1\nE2 | T2\n | T1",
    )
    run_layers(con, "staging")
    assert placed(con, "adverse_events") == [
        ("E1", 2, None),
        ("E2", 3, "orphan"),
        ("no key|1eb0cb56bd53f067|1", 4, "missing_key"),
    ]


def test_a_patient_has_one_baseline_and_one_for_each_episode(con):
    native(
        con,
        patients="patient_id | hospital_id\nP1 | H1",
        baselines="""
            patient_id | treatment_id | ecog
            P1         |              | 0
            P1         | T1           | 1
            P1         |              | 2
            P9         |              | 0
        """,
    )
    run_layers(con, "staging")
    assert placed(con, "baselines") == [
        ("P1", 2, None),
        ("P1|T1", 3, None),
        ("P1", 4, "duplicate_key"),
        ("P9", 5, "orphan"),
    ]


def test_a_drug_belongs_to_a_placed_episode_and_takes_its_patient(con):
    native(
        con,
        patients="patient_id\nP1",
        treatments="treatment_id | patient_id | hospital_id\nT1 | P1 | H1\nT2 | P9 | H2",
        drugs="""
            treatment_id | drug | start_date | doses
            T1           | ipi  | 2020-01-02 | 1
            T1           | ipi  | 2020-01-02 | 2
            T1           | ipi  | 2020-01-02 | 2
            T1           |      |            |
            T2           | ipi  | 2020       |
                         | ipi  |            |
        """,
    )
    run_layers(con, "staging")
    assert rows(
        con,
        "select record_key, patient_id, hospital_id, unplaced_because from staging.drugs "
        "order by source_line",
    ) == [
        ("T1|9afcd242|1", "P1", "H1", None),
        ("T1|9afcd242|2", "P1", "H1", None),
        ("T1|9afcd242|3", "P1", "H1", "exact_duplicate"),
        ("T1|ad1e41ce|1", "P1", "H1", None),
        ("T2|32661b6a|1", None, None, "orphan"),
        ("no key|cc548a7f55e568c2|1", None, None, "missing_key"),
    ]


def test_unplaced_rows_and_placed_rows_are_all_rows(con):
    native(
        con,
        patients="patient_id\nP1\nP1\n\nP2",
        treatments="treatment_id | patient_id\nT1 | P1\nT2 | P3",
        local_treatments="procedure_id | patient_id | kind\nL1 | P1 | surgery\nL2 | P3 | surgery",
        hospitals="hospital_id | name\nH1 | one\nH1 | two",
    )
    run_layers(con, "staging")
    assert rows(
        con,
        "select table_name, record_key, patient_id, source_file, source_line, reason "
        "from staging.unplaced_rows order by table_name, source_line",
    ) == [
        ("hospitals", "H1", None, "hospitals.csv", 3, "duplicate_key"),
        ("local_treatments", "L2", "P3", "local_treatments.csv", 3, "orphan"),
        ("patients", "P1", "P1", "patients.csv", 3, "exact_duplicate"),
        ("treatments", "T2", "P3", "treatments.csv", 3, "orphan"),
    ]
    for table in ("patients", "treatments", "local_treatments", "hospitals"):
        ((delivered, staged, kept),) = rows(
            con,
            f"select (select count(*) from source.{table}), count(*), count_if(is_placed) "
            f"from staging.{table}",
        )
        left = rows(con, f"select count(*) from staging.unplaced_rows where table_name = '{table}'")
        assert (staged, kept) == (delivered, delivered - left[0][0])
