"""The real TCGA melanoma files, line by line: everything is accounted for, nothing is invented.

The files are public and not part of the project: point RECHALLENGE_TCGA at the folder, or put
them in data/tcga_skcm beside the project's folder. The expected numbers were counted from the
files with the standard library alone, as `counted` does here.
"""

import collections
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.ingest import Registration, fingerprint, load_export
from etl.warehouse import open_memory

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("RECHALLENGE_TCGA", ROOT.parent / "shared/data/tcga_skcm"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the TCGA files are not here")

NAME = "nationwidechildrens.org_clinical_{}_skcm.txt"
ANCHOR = dt.date(2000, 1, 1)


@pytest.fixture(scope="module")
def load() -> Iterator[tuple[duckdb.DuckDBPyConnection, Registration]]:
    with open_memory() as con:
        yield con, load_export(con, FOLDER, "tcga_skcm")


@pytest.fixture(scope="module")
def con(load: tuple[duckdb.DuckDBPyConnection, Registration]) -> duckdb.DuckDBPyConnection:
    return load[0]


@pytest.fixture(scope="module")
def registration(load: tuple[duckdb.DuckDBPyConnection, Registration]) -> Registration:
    return load[1]


def counted(form: str) -> list[dict[str, str]]:
    """The rows of a form, read the plain way; `line` is the line in the file."""
    lines = (FOLDER / NAME.format(form)).read_text("ascii").split("\n")
    names = lines[1].split("\t")
    return [
        dict(zip(names, line.split("\t"), strict=True)) | {"line": str(number)}
        for number, line in enumerate(lines, start=1)
        if line and number > 3
    ]


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return con.execute(sql).fetchall()


def test_every_line_of_every_file_is_loaded(registration):
    counts = {file.name: (file.lines, file.loaded, file.rejected) for file in registration.files}
    assert counts == {
        NAME.format("patient"): (470, 470, 0),
        NAME.format("follow_up_v2.0"): (389, 389, 0),
        NAME.format("drug"): (265, 265, 0),
        NAME.format("radiation"): (147, 147, 0),
    }


def test_the_forms_not_read_are_named(registration):
    unread = [
        text
        for text in registration.warnings
        if text.endswith("not part of the mapping, not read.")
    ]
    assert [text.split(":")[0] for text in unread] == [
        NAME.format("nte"),
        NAME.format("omf_v4.0"),
    ]


def test_the_export_is_dated_by_its_newest_form_and_has_a_steady_id(registration):
    assert registration.export_date == dt.date(2015, 6, 30)
    assert registration.export_id == fingerprint(FOLDER, "tcga_skcm")


def test_all_patients_are_there_on_their_own_lines(con):
    assert rows(con, "select patient_id, _line from source.patients order by _line") == [
        (row["bcr_patient_barcode"], int(row["line"])) for row in counted("patient")
    ]
    assert len(counted("patient")) == 470


def test_each_drug_row_is_an_episode_and_a_drug_line_by_line(con):
    expected = [
        (
            row["bcr_drug_barcode"],
            row["bcr_patient_barcode"],
            None if row["drug_name"] == "[Not Available]" else row["drug_name"],
            int(row["line"]),
        )
        for row in counted("drug")
    ]
    assert len(expected) == 265
    assert len({patient for _, patient, _, _ in expected}) == 146
    assert (
        rows(
            con,
            "select treatment_id, patient_id, regimen, _line from source.treatments order by _line",
        )
        == expected
    )
    assert rows(con, "select treatment_id, drug, _line from source.drugs order by _line") == [
        (treatment, drug, line) for treatment, _, drug, line in expected
    ]


def test_days_are_laid_on_the_anchor(con):
    expected = [
        (ANCHOR + dt.timedelta(int(row["days_to_drug_therapy_start"]))).isoformat()
        if row["days_to_drug_therapy_start"].lstrip("-").isdigit()
        else None
        for row in counted("drug")
    ]
    assert expected.count(None) == 3 + 5  # not available, withheld
    assert [day for (day,) in rows(con, "select start_date from source.drugs order by _line")] == (
        expected
    )


def test_best_responses_are_entered_ones_only(con):
    assert dict(
        rows(con, "select best_response, count(*) from source.treatments group by all")
    ) == {"PD": 94, "CR": 53, "PR": 19, "SD": 8, None: 34 + 29 + 28}
    assert rows(con, "select count(*) from source.responses") == [(0,)]
    assert dict(rows(con, "from source.declarations"))["responses"] == "best_response"
    assert dict(rows(con, "from source.declarations"))["calendar_dates"] == "no"


def test_the_setting_is_unknown_unless_the_form_says_it(con):
    indications = collections.Counter(row["regimen_indication"] for row in counted("drug"))
    assert indications["ADJUVANT"] == 8
    assert dict(rows(con, "select setting, count(*) from source.treatments group by all")) == {
        "adjuvant": 8,
        "advanced": 13 + 3,
        "unknown": 240 + 1,
    }


def test_a_stage_is_taken_from_stage_three_on(con):
    stages = collections.Counter(row["pathologic_stage"] for row in counted("patient"))
    below = sum(
        stages[stage] for stage in stages if stage.startswith(("Stage I", "Stage 0", "I/II"))
    )
    below -= sum(stages[stage] for stage in stages if stage.startswith(("Stage III", "Stage IV")))
    assert below + stages["[Not Available]"] == 238 + 38
    assert dict(rows(con, "select stage, count(*) from source.baselines group by all")) == {
        "IIIA": 16,
        "IIIB": 46,
        "IIIC": 68,
        "IV": 23,
        "Stage III": 41,
        None: 238 + 38,
    }


def test_what_is_not_collected_says_so(con):
    absent = {
        table
        for (table,) in rows(
            con,
            "select table_name from source.collected group by all having not bool_or(collected)",
        )
    }
    assert absent == {"responses", "adverse_events", "hospitals"}
    assert not rows(
        con,
        "select 1 from source.collected where collected and (table_name, column_name) in "
        "(('treatments', 'stop_reason'), ('treatments', 'severe_toxicity'), "
        "('baselines', 'braf'), ('patients', 'death_cause'))",
    )


def test_a_drug_name_that_came_broken_stays_as_written(con):
    assert rows(
        con, "select drug, drug__raw, _line from source.drugs where contains(drug, '?')"
    ) == [("Interferon-?2", "Interferon-?2", 227)]


def test_deaths_are_the_latest_word_of_any_form(con):
    """Patients whose newest form (then the one further along) says dead."""
    newest: dict[str, tuple[tuple[int, ...], bool]] = {}
    for row in [*counted("patient"), *counted("follow_up_v2.0")]:
        if row["vital_status"].startswith("["):
            continue
        day = tuple(int(part) for part in row["form_completion_date"].split("-"))
        said = (day, row["vital_status"] == "Dead")
        patient = row["bcr_patient_barcode"]
        newest[patient] = max(newest.get(patient, said), said)
    dead = {patient for patient, (_, is_dead) in newest.items() if is_dead}
    assert {
        patient
        for (patient,) in rows(
            con, "select patient_id from source.patients where vital_status = 'dead'"
        )
    } == dead


def test_real_contradictions_are_kept_with_both_lines(con):
    found = rows(
        con,
        "select record_key, column_name, kept_value, other_value, kept_line, other_line "
        "from source.repeated_values where is_contradiction order by column_name, record_key",
    )
    assert ("TCGA-D9-A1JX", "vital_status", "alive", "dead", 108, 77) in found
    assert ("TCGA-D9-A6EA", "last_contact_date", "2002-02-05", "[Discrepancy]", 87, 88) in found
    assert [column for _, column, *_ in found] == ["last_contact_date"] * 7 + ["vital_status"]


def test_no_follow_up_form_is_lost(con):
    assert rows(con, "select count(*) from source.unmatched_forms") == [(0,)]
    assert rows(con, "select count(*) from raw.follow_up") == [(389,)]
