"""Forms that repeat: the latest value wins, and a contradiction is told from a change."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.ingest import Registration, load_export
from etl.warehouse import open_memory
from tests.unit.ingest_support import rows, write_dutch


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as con:
        yield con


def load(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    own: dict[str, str],
    *forms: tuple[str, dict[str, str]],
) -> Registration:
    """One patient, P1, with his own form and follow-up forms of the dates given."""
    follow_up = [{"patientnr": "P1", "formulierdatum": day} | form for day, form in forms]
    write_dutch(folder, {"patient": [{"patientnr": "P1"} | own], "vervolg": follow_up})
    return load_export(con, folder, "dmtr")


def kept(con: duckdb.DuckDBPyConnection, column: str) -> list[tuple[str | None, str | None]]:
    return rows(con, f"select {column}, {column}__raw from source.patients")


def noted(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return rows(
        con,
        "select column_name, kept_value, other_value, kept_file, kept_line, other_file, "
        "other_line, is_contradiction from source.repeated_values",
    )


def test_the_latest_form_wins_and_death_after_life_is_no_contradiction(con, tmp_path):
    load(
        con,
        tmp_path,
        {"vitale_status": "1"},
        ("01-01-2022", {"vitale_status": "2", "datum_overlijden": "01-12-2021"}),
        ("01-01-2021", {"vitale_status": "1"}),
    )
    assert kept(con, "vital_status") == [("dead", "2")]
    assert kept(con, "death_date") == [("2021-12-01", "01-12-2021")]
    assert noted(con) == [
        ("vital_status", "dead", "alive", "vervolg.csv", 2, "vervolg.csv", 3, False),
        ("vital_status", "dead", "alive", "vervolg.csv", 2, "patient.csv", 2, False),
    ]


def test_life_after_death_is_a_contradiction(con, tmp_path):
    load(con, tmp_path, {"vitale_status": "2"}, ("01-01-2022", {"vitale_status": "1"}))
    assert kept(con, "vital_status") == [("alive", "1")]
    assert noted(con) == [
        ("vital_status", "alive", "dead", "vervolg.csv", 2, "patient.csv", 2, True)
    ]


def test_two_death_dates_are_a_contradiction_and_a_more_precise_one_is_none(con, tmp_path):
    load(
        con,
        tmp_path,
        {"datum_overlijden": "01-12-2021"},
        ("01-01-2022", {"datum_overlijden": "02-12-2021"}),
    )
    assert [row[-1] for row in noted(con)] == [True]
    load(
        con,
        tmp_path,
        {"datum_overlijden": "12-2021"},
        ("01-01-2022", {"datum_overlijden": "02-12-2021"}),
    )
    assert kept(con, "death_date") == [("2021-12-02", "02-12-2021")]
    assert [row[-1] for row in noted(con)] == [False]


def test_a_last_contact_may_only_grow(con, tmp_path):
    load(
        con,
        tmp_path,
        {"datum_laatste_contact": "01-01-2021"},
        ("01-01-2023", {"datum_laatste_contact": "01-06-2021"}),
        ("01-01-2022", {"datum_laatste_contact": "01-07-2021"}),
    )
    assert kept(con, "last_contact_date") == [("2021-06-01", "01-06-2021")]
    assert [(row[2], row[-1]) for row in noted(con)] == [
        ("2021-07-01", True),
        ("2021-01-01", False),
    ]


def test_an_empty_repeated_value_replaces_nothing(con, tmp_path):
    load(con, tmp_path, {"vitale_status": "2"}, ("01-01-2022", {"vitale_status": ""}))
    assert kept(con, "vital_status") == [("dead", "2")]
    assert noted(con) == []


def test_the_same_value_again_is_noted_and_agrees(con, tmp_path):
    load(con, tmp_path, {"vitale_status": "2"}, ("01-01-2022", {"vitale_status": "2"}))
    assert [(row[1], row[2], row[-1]) for row in noted(con)] == [("dead", "dead", False)]


def test_of_the_forms_of_one_day_the_one_further_along_is_later(con, tmp_path):
    load(
        con,
        tmp_path,
        {},
        ("01-01-2022", {"vitale_status": "2", "datum_laatste_contact": "03-03-2021"}),
        ("01-01-2022", {"vitale_status": "1", "datum_laatste_contact": "02-02-2021"}),
    )
    assert kept(con, "vital_status") == [("dead", "2")]
    assert kept(con, "last_contact_date") == [("2021-03-03", "03-03-2021")]
    assert [row[-1] for row in noted(con)] == [False, False]


def test_of_the_forms_of_one_day_that_differ_otherwise_the_later_line_wins(con, tmp_path):
    load(
        con,
        tmp_path,
        {},
        ("01-01-2022", {"datum_overlijden": "03-03-2021"}),
        ("01-01-2022", {"datum_overlijden": "02-02-2021"}),
    )
    assert kept(con, "death_date") == [("2021-02-02", "02-02-2021")]
    assert [row[-1] for row in noted(con)] == [True]


def test_a_form_without_a_date_is_earlier_than_one_with(con, tmp_path):
    load(
        con,
        tmp_path,
        {},
        ("", {"datum_overlijden": "03-03-2021"}),
        ("01-01-2022", {"datum_overlijden": "02-02-2021"}),
        ("geen", {"datum_overlijden": "04-04-2021"}),
    )
    assert kept(con, "death_date") == [("2021-02-02", "02-02-2021")]


def test_a_date_that_cannot_be_read_gives_way_and_stays_visible(con, tmp_path):
    load(
        con,
        tmp_path,
        {"datum_laatste_contact": "01-01-2021"},
        ("01-01-2022", {"datum_laatste_contact": "gisteren"}),
    )
    assert kept(con, "last_contact_date") == [("2021-01-01", "01-01-2021")]
    assert [(row[2], row[-1]) for row in noted(con)] == [("gisteren", True)]
    load(con, tmp_path, {}, ("01-01-2022", {"datum_laatste_contact": "gisteren"}))
    assert kept(con, "last_contact_date") == [("gisteren", "gisteren")]


def test_a_form_of_nobody_is_listed_not_lost(con, tmp_path):
    write_dutch(
        tmp_path,
        {
            "patient": [{"patientnr": "P1"}],
            "vervolg": [
                {"patientnr": "P1", "formulierdatum": "01-01-2022"},
                {"patientnr": "P9", "formulierdatum": "01-01-2022", "vitale_status": "1"},
                {"patientnr": "", "formulierdatum": "01-01-2022", "vitale_status": "1"},
            ],
        },
    )
    registration = load_export(con, tmp_path, "dmtr")
    assert rows(con, "select * from source.unmatched_forms order by line") == [
        ("patients", "P9", "vervolg.csv", 3),
        ("patients", "", "vervolg.csv", 4),
    ]
    sentence = next(text for text in registration.warnings if "belong to no record" in text)
    assert "vervolg.csv: 2 forms belong to no record of patients (lines 3, 4)" in sentence
    assert "P9" not in sentence


def test_the_follow_up_file_may_be_absent(con, tmp_path):
    write_dutch(tmp_path, {"patient": [{"patientnr": "P1", "vitale_status": "1"}]})
    (tmp_path / "vervolg.csv").unlink()
    load_export(con, tmp_path, "dmtr")
    assert kept(con, "vital_status") == [("alive", "1")]
