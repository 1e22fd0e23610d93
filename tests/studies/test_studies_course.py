"""What a study asks of the course: gaps, progression, the first line, and how it reads responses.

Belongs here: keys that are read from the marts, each on either side of what it asks for. Does not
belong here: which lines are picked (`test_studies_keys`), doses and events
(`test_studies_doses_and_events`).
"""

from typing import Any

import pytest

from etl.studies.engine import select_cohort
from tests.unit.study_support import (
    BOTH,
    IPI,
    add_patient,
    again,
    insert,
    line,
    marts,
    selected,
)

NIVO, PEMBRO = "nivolumab", "pembrolizumab"
FREE = {"progression_required": False}
FIRST = line(NIVO, 0, 100)
LATER = line(PEMBRO, 400, 500)
TWICE = (line(NIVO, 0, 100), line(PEMBRO, 200, 300), line(NIVO, 400, 500))


@pytest.mark.parametrize(
    ("between", "is_taken"),
    [
        ({"minimum_gap_days": 300}, True),
        ({"minimum_gap_days": 301}, False),
        ({"maximum_gap_days": 300}, True),
        ({"maximum_gap_days": 299}, False),
        ({"maximum_gap_days": 400, "gap_from": "line_start"}, True),
        ({"maximum_gap_days": 399, "gap_from": "line_start"}, False),
    ],
)
def test_bounds_of_the_gap_are_inclusive(between: dict[str, Any], is_taken: bool) -> None:
    assert (selected(FIRST, LATER, of=again(between=FREE | between)) is not None) is is_taken


@pytest.mark.parametrize("bound", [{"minimum_gap_days": 1}, {"maximum_gap_days": 9_999}])
def test_an_unknown_gap_leaves_out(bound: dict[str, Any]) -> None:
    assert selected(line(NIVO, 0), LATER, of=again(between=FREE | bound)) is None


@pytest.mark.parametrize(
    ("days", "end", "is_taken"), [(90, 100, True), (91, 100, False), (1, None, False)]
)
def test_follow_up_after_the_stop(days: int, end: int | None, is_taken: bool) -> None:
    asked = again(between=FREE | {"minimum_follow_up_after_stop_days": days})
    found = selected(line(NIVO, 0, end, os_days=190, os_event=True), LATER, of=asked)
    assert (found is not None) is is_taken


@pytest.mark.parametrize(
    ("between", "is_taken"),
    [
        ({"intervening_classes": ["BRAF inhibitor"]}, True),
        ({"intervening_classes": ["BRAF inhibitor", "anti-CTLA-4"]}, True),
        ({"intervening_classes": ["chemotherapy"]}, False),
        ({"intervening_classes": ["anti-PD-1"]}, False),  # both lines are, none between is
        ({"intervening_substances": ["ipilimumab", "trametinib"]}, True),
        ({"intervening_substances": ["vemurafenib"]}, False),
    ],
)
def test_what_was_given_between(between: dict[str, Any], is_taken: bool) -> None:
    found = selected(
        FIRST,
        line("dabrafenib+trametinib", 150, 200),
        line(IPI, 250, 300),
        LATER,
        of=again(between=FREE | between),
    )
    assert (found is not None) is is_taken


@pytest.mark.parametrize(
    ("first", "middle", "is_taken"), [(150, None, True), (None, 250, False), (401, None, False)]
)
def test_a_progression_may_have_to_be_the_initial_lines_own(
    first: int | None, middle: int | None, is_taken: bool
) -> None:
    def progressed(day: int | None) -> dict[str, Any]:
        return {} if day is None else {"progression": day}

    found = selected(
        line(NIVO, 0, 100, **progressed(first)),
        line(IPI, 200, 300, **progressed(middle)),
        LATER,
        of=again(between={"progression_required": "on_or_after_initial"}),
    )
    assert (found is not None) is is_taken


@pytest.mark.parametrize(
    ("progression", "end", "is_taken"),
    [(100, 100, False), (101, 100, True), (400, 100, True), (401, 100, False), (101, None, False)],
)
def test_relapse_after_the_stop(progression: int, end: int | None, is_taken: bool) -> None:
    asked = again(between={"progression_required": True, "progression_after_stop": True})
    found = selected(
        line(NIVO, 0, end, progression=progression, end_reason="completed"), LATER, of=asked
    )
    assert (found is not None) is is_taken


@pytest.mark.parametrize(
    ("progression", "end", "reason", "is_taken"),
    [
        (100, 100, "completed", False),
        (101, 100, "completed", True),
        (None, 100, "completed", True),
        (None, 100, "progression", False),
        (None, None, "unknown", True),
        (100, None, "unknown", False),  # it cannot be told which came first
    ],
)
def test_no_progression_at_the_stop(
    progression: int | None, end: int | None, reason: str, is_taken: bool
) -> None:
    more = {} if progression is None else {"progression": progression}
    asked = again(between=FREE | {"no_progression_at_stop": True})
    found = selected(line(NIVO, 0, end, end_reason=reason, **more), LATER, of=asked)
    assert (found is not None) is is_taken


@pytest.mark.parametrize(
    ("duration", "end", "is_taken"),
    [
        ({"minimum_days": 183}, 183, True),
        ({"minimum_days": 183}, 182, False),
        ({"maximum_days": 548}, 548, True),
        ({"maximum_days": 548}, 549, False),
        ({"minimum_days": 183, "maximum_days": 548, "bounds": "exclusive"}, 183, False),
        ({"minimum_days": 183, "maximum_days": 548, "bounds": "exclusive"}, 184, True),
        ({"minimum_days": 183, "maximum_days": 548, "bounds": "exclusive"}, 547, True),
        ({"minimum_days": 183, "maximum_days": 548, "bounds": "exclusive"}, 548, False),
        ({"minimum_days": 0}, None, False),
    ],
)
def test_how_long_the_first_course_lasted(
    duration: dict[str, Any], end: int | None, is_taken: bool
) -> None:
    asked = again(first_duration=duration)
    assert (selected(line(NIVO, 0, end), line(NIVO, 900), of=asked) is not None) is is_taken


@pytest.mark.parametrize(
    ("benefit", "response", "pfs_days", "is_taken"),
    [
        ({"best_response": ["CR", "PR"]}, "PR", 10, True),
        ({"best_response": ["CR", "PR"]}, "SD", 10, False),
        ({"best_response": ["CR", "PR"]}, "iPR", 10, True),
        ({"best_response": ["CR"]}, "iCR", 10, True),
        ({"best_response": ["CR", "PR"]}, "iSD", 10, False),
        ({"best_response": ["CR", "PR"]}, "iUPD", 10, False),
        ({"best_response": ["SD"], "minimum_sd_days": 90}, "iSD", 90, True),
        ({"best_response": ["SD"], "minimum_sd_days": 90}, "iSD", 89, False),
        (
            {"best_response": ["NON-CR/NON-PD"], "minimum_sd_days": 90},
            "NON-iCR/NON-iUPD",
            89,
            False,
        ),
        ({"best_response": ["NON-CR/NON-PD"]}, "NON-iCR/NON-iUPD", 10, True),
        ({"best_response": ["CR", "PR", "SD"], "minimum_sd_days": 90}, "SD", 90, True),
        ({"best_response": ["CR", "PR", "SD"], "minimum_sd_days": 90}, "SD", 89, False),
        ({"best_response": ["CR", "PR", "SD"], "minimum_sd_days": 90}, "SD", None, False),
        ({"best_response": ["CR", "PR", "SD"], "minimum_sd_days": 90}, "PR", 10, True),
        ({"best_response": ["CR", "PR"], "minimum_pfs_days": 183}, "PR", 183, True),
        ({"best_response": ["CR", "PR"], "minimum_pfs_days": 183}, "PR", 182, False),
        ({"minimum_pfs_days": 183}, None, 183, True),
        ({"minimum_pfs_days": 183}, None, 182, False),
    ],
)
def test_benefit_from_the_first_course(
    benefit: dict[str, Any], response: str | None, pfs_days: int | None, is_taken: bool
) -> None:
    first = line(NIVO, 0, 100, best_overall_response=response, pfs_days=pfs_days)
    asked = again(first_benefit=benefit)
    assert (selected(first, LATER, of=asked) is not None) is is_taken


@pytest.mark.parametrize(
    ("response", "end", "reason", "is_taken"),
    [
        ("SD", 730, "completed", True),
        ("SD", 729, "completed", False),
        ("CR", 182, "patient_choice", False),
        ("CR", 183, "patient_choice", True),
        ("PR", 183, "toxicity", True),
        ("PR", 183, "completed", False),
    ],
)
def test_one_of_several_ways_is_enough(
    response: str, end: int, reason: str, is_taken: bool
) -> None:
    asked = again(
        first_alternatives=[
            {
                "first_benefit": {"best_response": ["CR", "PR", "SD"]},
                "first_duration": {"minimum_days": 730},
            },
            {
                "first_benefit": {"best_response": ["CR"]},
                "first_duration": {"minimum_days": 183},
            },
            {"first_stop_reason": ["toxicity"]},
        ]
    )
    first = line(NIVO, 0, end, best_overall_response=response, end_reason=reason)
    assert (selected(first, line(NIVO, 900), of=asked) is not None) is is_taken


@pytest.mark.parametrize(
    ("source", "reading", "response"),
    [
        ("derived", "unconfirmed", "PR"),
        ("derived", "confirmed", "SD"),
        ("entered", "unconfirmed", "CR"),
    ],
)
def test_which_response_is_read(source: str, reading: str, response: str) -> None:
    endpoints = {"response": {"best_response": reading}}
    both = {
        "best_overall_response": "PR",
        "best_overall_response_confirmed": "SD",
        "entered_best_response": "CR",
        "response_evaluable": True,
    }
    asked = again(response_source=source, endpoints=endpoints)
    with marts() as con:
        add_patient(con, "p", {**FIRST, **both}, {**LATER, **both})
        select_cohort(con, asked)
        found = con.execute(
            "select initial_response, rechallenge_response, rechallenge_responder"
            " from marts.rechallenges"
        ).fetchone()
    assert found == (response, response, response != "SD")


@pytest.mark.parametrize(
    ("entered", "is_evaluable"), [("SD", True), ("iPR", True), ("NE", False), (None, False)]
)
def test_an_entered_response_is_evaluable_when_it_is_one(
    entered: str | None, is_evaluable: bool
) -> None:
    with marts() as con:
        add_patient(con, "p", FIRST, {**LATER, "entered_best_response": entered})
        select_cohort(con, again(response_source="entered"))
        found = con.execute("select response_evaluable from marts.rechallenges").fetchone()
    assert found == (is_evaluable,)


@pytest.mark.parametrize(
    ("strata", "stratum"),
    [
        ("initial_regimen", BOTH),
        ("rechallenge_regimen", PEMBRO),
        ("rechallenge_class", "anti-PD-1"),
        ("first_stop_reason", "patient_choice"),
        ("first_stop_progression", "another_reason"),
        ("none", "all"),
    ],
)
def test_groups(strata: str, stratum: str) -> None:
    with marts() as con:
        add_patient(con, "p", line(BOTH, 0, 100, end_reason="patient_choice"), LATER)
        select_cohort(con, again(strata=strata))
        assert con.execute("select stratum from marts.rechallenges").fetchone() == (stratum,)


@pytest.mark.parametrize(
    ("reason", "stratum"),
    [("progression", "progression"), ("unknown", "unknown"), ("ongoing", "another_reason")],
)
def test_stopping_for_progression_is_told_from_other_reasons(reason: str, stratum: str) -> None:
    with marts() as con:
        add_patient(con, "p", line(NIVO, 0, 100, end_reason=reason), LATER)
        select_cohort(con, again(strata="first_stop_progression"))
        assert con.execute("select stratum from marts.rechallenges").fetchone() == (stratum,)


def test_a_doubt_about_what_the_selection_rests_on_is_a_step_of_its_own() -> None:
    asked = again(first_benefit={"best_response": ["PR"]})
    with marts() as con:
        doubtful = {"best_overall_response": "PR", "response_doubtful_because": "RS-T01"}
        add_patient(con, "p", {**FIRST, **doubtful}, LATER)
        select_cohort(con, asked)
        steps = con.execute(
            "select criterion, excluded from marts.attrition"
            " where edition = 'quality_filtered' order by step limit 2"
        ).fetchall()
    assert steps == [("lines_sound", 0), ("selection_sound", 1)]


def test_other_patients_have_no_influence() -> None:
    with marts() as con:
        for number in range(3):
            add_patient(con, f"p{number}", *TWICE)
        insert(con, "marts.patients", [{"patient_id": "untreated"}])
        select_cohort(con, again(initial={"pick": "last_matching_line"}))
        found = con.execute(
            "select count(*), count(distinct initial_line_id[4:]) from marts.rechallenges"
        ).fetchone()
    assert found == (3, 1)
