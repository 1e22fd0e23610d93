"""Reports of studies that ask for other things than the seed study: each says what it asks for.

Belongs here: words, groups and sections that depend on a definition. Does not belong here: what
the report of any study holds (`test_outputs_report`), whole studies (tests/studies).
"""

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.outputs import wording
from etl.outputs.report import write_outputs
from expectations.contracts import contract_for, create_table_sql
from tests.pipeline.test_outputs_report import context
from tests.unit.study_support import (
    START,
    add_patient,
    build,
    cohort,
    insert,
    marts,
    study_with,
)

PLAIN: dict[str, Any] = {
    "study": "another",
    "title": "Another study",
    "question": "What came of it?",
    "assumptions": [],
    "publication": None,
}
NIVO = "nivolumab"


def page(con: duckdb.DuckDBPyConnection, folder: Path, **changes: Any) -> str:
    """The words of the report of a study, every run of blanks as one."""
    asked = study_with(**PLAIN | changes)
    build(con, asked)
    write_outputs(con, asked, folder, context(is_synthetic=False))
    text = (folder / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


STOPPED_FOR_COLITIS: dict[str, Any] = {
    "population": {"setting": "any", "exclude_primary_types": ["uveal"]},
    "initial": {"match": "contains_class", "regimens": [], "classes": ["anti-PD-1"]},
    "rechallenge": {"match": "same_substance", "regimens": [], "pick": "first_qualifying"},
    "between": {"progression_required": False, "minimum_gap_days": 30},
    "first_stop_reason": ["toxicity"],
    "first_stop_toxicity": {"minimum_grade": 3},
    "strata": "first_stop_reason",
    "index_date": "initial_start",
    "endpoints": {
        "recurrence": {"minimum_grade": 2},
        "toxicity": {"minimum_grade": 3, "cumulative_incidence_months": [3, 7]},
        "survival_at_months": [12],
    },
}


def stopped_for_colitis() -> duckdb.DuckDBPyConnection:
    """Ten patients stopped nivolumab for colitis and had it again; in four it came back."""
    con = marts()
    for table in ("derived.adverse_events_attributed", "derived.line_toxicity"):
        con.execute(create_table_sql(contract_for(table)))
    for number in range(10):
        first = {"regimen": NIVO, "start": 0, "end": 60, "end_reason": "toxicity"}
        times = {
            "os_days": 900 + number,
            "os_event": number < 5,
            "pfs_days": 500,
            "pfs_event": True,
        }
        again = {
            "regimen": NIVO,
            "start": 200,
            "end": 300,
            "toxicity_known": True,
            "os_days": 700 + number,
            "os_event": number < 5,
        }
        add_patient(con, f"p{number}", first | times, again | {"pfs_days": 300, "pfs_event": True})
        insert(
            con,
            "derived.line_toxicity",
            [
                {
                    "line_id": f"p{number}|advanced|2",
                    "patient_id": f"p{number}",
                    "toxicity_window_end_date": START + timedelta(days=390),
                    "toxicity_window_closed_by": "window_end",
                }
            ],
        )
        for line, grade in ((1, 3), (2, 3 if number < 4 else 0)):
            if grade:
                insert(
                    con,
                    "derived.adverse_events_attributed",
                    [
                        {
                            "event_id": f"e{number}-{line}",
                            "patient_id": f"p{number}",
                            "line_id": f"p{number}|advanced|{line}",
                            "organ_class": "colitis",
                            "grade": grade,
                            "is_irae": True,
                            "led_to_stop": "yes",
                            "days_from_line_start": 40,
                        }
                    ],
                )
    return con


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> str:
    with stopped_for_colitis() as con:
        return page(con, tmp_path_factory.mktemp("colitis"), **STOPPED_FOR_COLITIS)


@pytest.mark.parametrize(
    "said",
    [
        "The first line with anti-PD-1, in any setting.",
        (
            "The first later line that meets every criterion, a line sharing a substance with the "
            "initial treatment, in any setting."
        ),
        "The primary is not uveal, or its type is not registered.",
        "At least 30 days from the initial line's end to the rechallenge",
        "The initial line ended because of toxicity.",
        "an immune-related event of grade 3 or higher that led to stopping.",
        "By the reason for which the initial treatment stopped.",
        "Main estimates, by why the initial treatment stopped, as registered.",
        "The same immune-related event again (toxicity and its organ class known) 4/10",
        "(grade 2 or higher) of the same organ class during the rechallenge",
        "Cumulative incidence of a severe immune-related event",
        "from the start of the initial treatment; the living are censored",
        "patients had to live until the rechallenge to be in the study (immortal time)",
        "Overall survival (survival known, from the initial treatment: immortal time)",
        "Overall survival, delayed entry (followed after the rechallenge began)",
    ],
)
def test_the_report_says_what_the_study_asks_for(words: str, said: str) -> None:
    assert said in words


def test_the_report_says_nothing_of_another_study(words: str) -> None:
    study, _, _ = words.partition("Parameters under which lines")
    assert "ipilimumab" not in study
    assert "advanced setting" not in words
    assert "Found and printed" not in words
    assert "Synthetic" not in words


def test_incidence_over_time_is_that_of_the_events(words: str) -> None:
    # Four of ten had the event on day 40; nobody was watched beyond day 190.
    [row] = re.findall(r"toxicity 4/10 (\S+) \(.*?\) (\S+)", words)[:1]
    assert row == ("40.0%", wording.NONE)


def test_a_study_without_patients_has_a_page_that_says_so(tmp_path: Path) -> None:
    with stopped_for_colitis() as con:
        text = page(
            con,
            tmp_path,
            **STOPPED_FOR_COLITIS | {"first_duration": {"minimum_days": 61}},
        )
    assert "No patient meets the definition of this study" in text
    assert "The initial line lasted at least 61 days" in text


def test_groups_that_cannot_be_told_apart_are_not_drawn(tmp_path: Path) -> None:
    with cohort() as con:
        for number in range(9):
            con.execute(
                "update marts.treatment_lines set regimen_class = ? where patient_id in"
                f" ('b-{number + 1:02}', 'i-{number + 1:02}')",
                [f"class {number}"],
            )
        text = page(con, tmp_path, strata="rechallenge_class")
        assert "There are too many groups to draw each." in text
        assert "class 8 (N = 2)" in text
        written = con.execute(
            "select count(distinct stratum) from marts.estimates where study = 'another'"
        ).fetchone()
    assert written == (9 + 1 + 1,)  # those, the other patients' class, and all
