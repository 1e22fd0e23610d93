"""Who a study selects, step by step, on patients of a line or two."""

from itertools import pairwise
from typing import Any

import pytest

from etl.studies import Study
from etl.studies.engine import select_cohort
from tests.unit.study_support import BOTH, IPI, add_patient, cohort, marts, seed_study


def study(**changes: Any) -> Study:
    """The seed study with parts replaced, validated again."""
    written = seed_study().model_dump(mode="json")
    for part, value in changes.items():
        before = written[part]
        merges = isinstance(value, dict) and isinstance(before, dict)
        written[part] = before | value if merges else value
    return Study.model_validate(written)


def selected(*lines: dict[str, Any], of: Study | None = None) -> tuple[str, str, int] | None:
    """Initial line, rechallenge line and lines between, of a patient with these lines."""
    with marts() as con:
        add_patient(con, "p", *lines)
        select_cohort(con, of or seed_study())
        return con.execute(
            "select initial_line_id[3:], rechallenge_line_id[3:], intervening_lines"
            " from marts.rechallenges"
        ).fetchone()


PROGRESSED = {"start": 0, "end": 60, "progression": 100}


def test_the_first_later_line_of_the_combination_is_the_rechallenge() -> None:
    assert selected(
        {"regimen": IPI, **PROGRESSED},
        {"regimen": "nivolumab", "start": 120},
        {"regimen": BOTH, "start": 300},
        {"regimen": BOTH, "start": 600},
    ) == ("advanced|1", "advanced|3", 1)


def test_the_combination_may_be_its_own_initial_treatment() -> None:
    assert selected({"regimen": BOTH, **PROGRESSED}, {"regimen": BOTH, "start": 300}) == (
        "advanced|1",
        "advanced|2",
        0,
    )


def test_ipilimumab_again_alone_is_no_rechallenge_of_this_study() -> None:
    assert selected({"regimen": IPI, **PROGRESSED}, {"regimen": IPI, "start": 300}) is None


def test_adjuvant_ipilimumab_is_no_initial_treatment() -> None:
    assert (
        selected(
            {"regimen": IPI, "setting": "adjuvant", **PROGRESSED}, {"regimen": BOTH, "start": 300}
        )
        is None
    )


def test_without_a_progression_between_there_is_no_rechallenge() -> None:
    assert selected({"regimen": IPI, "end": 60}, {"regimen": BOTH, "start": 300}) is None


@pytest.mark.parametrize(
    ("progression", "is_between"),
    [(0, False), (1, True), (300, True), (301, False)],
)
def test_progression_counts_after_the_start_and_up_to_the_rechallenge(
    progression: int, is_between: bool
) -> None:
    found = selected(
        {"regimen": IPI, "start": 0, "end": 60, "progression": progression},
        {"regimen": BOTH, "start": 300},
    )
    assert (found is not None) is is_between


def test_a_progression_on_an_unknown_day_is_before_the_next_line() -> None:
    stopped = {"regimen": IPI, "start": 0, "progression_source": "stop_reason_undated"}
    assert selected(stopped, {"regimen": BOTH, "start": 300}) == ("advanced|1", "advanced|2", 0)
    of_the_rechallenge = {"regimen": BOTH, "start": 300, "progression_source": "assessment_undated"}
    assert selected({"regimen": IPI, "end": 60}, of_the_rechallenge) is None


def test_progression_of_a_line_between_counts() -> None:
    assert selected(
        {"regimen": IPI, "end": 60},
        {"regimen": "nivolumab", "start": 120, "progression": 200},
        {"regimen": BOTH, "start": 300},
    ) == ("advanced|1", "advanced|3", 1)


def test_the_interval_runs_from_the_end_of_the_initial_line() -> None:
    with marts() as con:
        add_patient(con, "p", {"regimen": IPI, **PROGRESSED}, {"regimen": BOTH, "start": 300})
        add_patient(con, "q", {"regimen": IPI, "progression": 9}, {"regimen": BOTH, "start": 300})
        select_cohort(con, seed_study())
        assert con.execute(
            "select patient_id, interval_days from marts.rechallenges order by patient_id"
        ).fetchall() == [("p", 300 - 60), ("q", None)]


@pytest.mark.parametrize(
    ("gap", "gap_from", "is_selected"),
    [(240, "line_end", True), (241, "line_end", False), (300, "line_start", True)],
)
def test_a_gap_of_exactly_the_minimum_is_enough(gap: int, gap_from: str, is_selected: bool) -> None:
    asked = study(between={"minimum_gap_days": gap, "gap_from": gap_from})
    found = selected({"regimen": IPI, **PROGRESSED}, {"regimen": BOTH, "start": 300}, of=asked)
    assert (found is not None) is is_selected


@pytest.mark.parametrize(
    ("changes", "is_selected"),
    [
        ({"between": {"intervening_lines": "required"}}, True),
        ({"between": {"intervening_lines": "forbidden"}}, False),
        ({"first_stop_reason": ["toxicity", "completed"]}, True),
        ({"first_stop_reason": ["progression"]}, False),
        ({"first_benefit": {"best_response": ["SD"]}}, True),
        ({"first_benefit": {"best_response": ["CR", "PR"]}}, False),
        ({"population": {"minimum_age": 60}}, True),
        ({"population": {"minimum_age": 61}}, False),
        ({"rechallenge": {"match": "same_regimen", "regimens": []}}, False),
    ],
)
def test_a_criterion_that_the_study_asks_for_is_applied(
    changes: dict[str, Any], is_selected: bool
) -> None:
    found = selected(
        {
            "regimen": IPI,
            **PROGRESSED,
            "end_reason": "toxicity",
            "best_overall_response": "SD",
            "response_evaluable": True,
        },
        {"regimen": "nivolumab", "start": 120},
        {"regimen": BOTH, "start": 300},
        of=study(**changes),
    )
    assert (found is not None) is is_selected


def test_a_rechallenge_may_be_asked_for_by_class() -> None:
    asked = study(
        rechallenge={"match": "contains_class", "regimens": [], "classes": ["anti-CTLA-4"]}
    )
    with marts() as con:
        con.execute(
            "create table derived.line_substances"
            " (line_id varchar, substance varchar, drug_class varchar, is_label boolean)"
        )
        add_patient(
            con,
            "p",
            {"regimen": BOTH, **PROGRESSED},
            {"regimen": "nivolumab", "start": 200},
            {"regimen": IPI, "start": 300},
        )
        con.execute(
            "insert into derived.line_substances values"
            " ('p|advanced|2', 'nivolumab', 'anti-PD-1', true),"
            " ('p|advanced|2', 'ipilimumab', 'anti-CTLA-4', false),"
            " ('p|advanced|3', 'ipilimumab', 'anti-CTLA-4', true)"
        )
        select_cohort(con, asked)
        assert con.execute("select rechallenge_line_id from marts.rechallenges").fetchall() == [
            ("p|advanced|3",)
        ]


def test_attrition_adds_up_and_ends_at_the_pairs() -> None:
    with cohort() as con:
        select_cohort(con, seed_study())
        steps = con.execute(
            "select step, criterion, edition, patients, excluded from marts.attrition order by step"
        ).fetchall()
    assert [(criterion, patients) for _, criterion, _, patients, _ in steps[:6]] == [
        ("every_patient", 73 + 20 + 7 + 1),
        ("setting", 73 + 20 + 7),
        ("initial_line", 73 + 20),
        ("later_line", 73),
        ("rechallenge_line", 73),
        ("progression_between", 73),
    ]
    for before, after in pairwise(steps):
        assert after[3] + after[4] == before[3]
    assert {edition for *_, edition, _, _ in steps[6:]} == {"quality_filtered"}


def test_doubtful_values_are_steps_of_their_own() -> None:
    with cohort() as con:
        con.execute(
            "update marts.treatment_lines set pfs_doubtful_because = 'RS-T01'"
            " where line_id in ('b-01|advanced|2', 'i-01|advanced|2')"
        )
        select_cohort(con, seed_study())
        steps = con.execute(
            "select criterion, patients, excluded from marts.attrition"
            " where edition = 'quality_filtered' order by step"
        ).fetchall()
    assert steps == [
        ("lines_sound", 73, 0),
        ("responses_sound", 73, 0),
        ("pfs_sound", 71, 2),
        ("os_sound", 71, 0),
        ("toxicity_sound", 71, 0),
    ]


def outcome(column: str, rechallenge: dict[str, Any], of: Study | None = None) -> object:
    """A column of the pair of a patient whose rechallenge has these values."""
    with marts() as con:
        add_patient(
            con,
            "p",
            {"regimen": IPI, **PROGRESSED, "response_evaluable": True},
            {"regimen": BOTH, "start": 300, **rechallenge},
        )
        select_cohort(con, of or seed_study())
        row = con.execute(f"select {column} from marts.rechallenges").fetchone()
        assert row is not None
        return row[0]


@pytest.mark.parametrize(
    ("response", "is_evaluable", "responder"),
    [
        ("CR", True, True),
        ("PR", True, True),
        ("SD", True, False),
        ("NE", True, False),
        (None, False, None),
        ("NE", False, None),
    ],
)
def test_a_responder_is_missing_when_not_evaluable(
    response: str | None, is_evaluable: bool, responder: bool | None
) -> None:
    values = {"best_overall_response": response, "response_evaluable": is_evaluable}
    assert outcome("rechallenge_responder", values) is responder
    discordant = None if responder is None else responder
    assert outcome("discordant", values) is discordant


@pytest.mark.parametrize(
    ("values", "asked", "severe"),
    [
        ({"toxicity_known": True, "worst_irae_grade": 3}, {}, True),
        ({"toxicity_known": True, "worst_irae_grade": 2}, {}, False),
        ({"toxicity_known": True}, {}, False),
        ({"toxicity_known": False}, {}, None),
        ({"toxicity_known": True, "worst_irae_grade": 3}, {"minimum_grade": 4}, False),
        ({"toxicity_known": True, "severe_toxicity": "yes"}, {}, False),
        (
            {"toxicity_known": True, "severe_toxicity": "yes"},
            {"count_bare_severe_toxicity": True},
            True,
        ),
        (
            {"toxicity_known": True, "severe_toxicity": "yes", "worst_grade": 3},
            {"count_bare_severe_toxicity": True},
            False,
        ),
    ],
)
def test_severe_toxicity_is_an_immune_related_event_unless_the_study_counts_more(
    values: dict[str, Any], asked: dict[str, Any], severe: bool | None
) -> None:
    endpoints = seed_study().endpoints.model_dump(mode="json")
    endpoints["toxicity"] |= asked
    assert outcome("irae_grade3plus", values, of=study(endpoints=endpoints)) is severe
