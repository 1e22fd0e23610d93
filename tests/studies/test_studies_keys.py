"""Which lines a study picks: matching, picks, settings, on either side of what a key asks for.

Belongs here: keys of the population and of both exposures. Does not belong here: the course
between them (`test_studies_course`), doses and events (`test_studies_doses_and_events`), whole
studies (tests/studies).
"""

from typing import Any

import pytest

from etl.studies.engine import select_cohort
from tests.unit.study_support import BOTH, IPI, add_patient, again, line, marts, selected

NIVO, PEMBRO = "nivolumab", "pembrolizumab"
FREE = {"progression_required": False}


FIRST = line(NIVO, 0, 100)
LATER = line(PEMBRO, 400, 500)


@pytest.mark.parametrize(
    ("regimen", "exposure", "is_taken"),
    [
        (NIVO, {"match": "exact", "regimens": [NIVO]}, True),
        (BOTH, {"match": "exact", "regimens": [NIVO]}, False),
        (BOTH, {"match": "contains_class", "classes": ["anti-PD-1"]}, True),
        (IPI, {"match": "contains_class", "classes": ["anti-PD-1"]}, False),
        (BOTH, {"match": "contains_class", "classes": ["anti-PD-1", "anti-CTLA-4"]}, True),
        (IPI, {"match": "contains_class", "classes": ["anti-PD-1", "anti-CTLA-4"]}, False),
        (
            IPI,
            {"match": "contains_class", "classes": ["anti-PD-1", "anti-CTLA-4"], "needs": "any"},
            True,
        ),
        (BOTH, {"match": "contains_substance", "substances": [NIVO]}, True),
        (PEMBRO, {"match": "contains_substance", "substances": [NIVO]}, False),
        (PEMBRO, {"match": "contains_substance", "substances": [NIVO, PEMBRO]}, False),
        (
            PEMBRO,
            {"match": "contains_substance", "substances": [NIVO, PEMBRO], "needs": "any"},
            True,
        ),
        (
            NIVO,
            {
                "match": "contains_class",
                "classes": ["anti-PD-1"],
                "without_classes": ["anti-CTLA-4"],
            },
            True,
        ),
        (
            BOTH,
            {
                "match": "contains_class",
                "classes": ["anti-PD-1"],
                "without_classes": ["anti-CTLA-4"],
            },
            False,
        ),
    ],
)
def test_an_initial_line_is_recognised_by_its_label(
    regimen: str, exposure: dict[str, Any], is_taken: bool
) -> None:
    asked = again(
        initial={"regimens": [], "classes": [], **exposure},
        rechallenge={"match": "exact", "regimens": [PEMBRO], "classes": []},
    )
    assert (selected(line(regimen, 0, 100), LATER, of=asked) is not None) is is_taken


@pytest.mark.parametrize(
    ("later", "rechallenge", "is_taken"),
    [
        (BOTH, {"match": "same_regimen"}, True),
        (NIVO, {"match": "same_regimen"}, False),
        (NIVO, {"match": "same_substance"}, True),
        (PEMBRO, {"match": "same_substance"}, False),
        (NIVO, {"match": "same_substance", "substances": [IPI]}, False),
        (IPI, {"match": "same_substance", "substances": [IPI]}, True),
        (PEMBRO, {"match": "same_class"}, True),
        ("dabrafenib", {"match": "same_class"}, False),
        (PEMBRO, {"match": "same_class", "classes": ["anti-CTLA-4"]}, False),
        (PEMBRO, {"match": "same_class", "classes": ["anti-CTLA-4", "anti-PD-1"]}, True),
        (PEMBRO, {"match": "same_class", "without_classes": ["anti-CTLA-4"]}, True),
        (BOTH, {"match": "same_class", "without_classes": ["anti-CTLA-4"]}, False),
    ],
)
def test_a_rechallenge_may_be_told_by_comparison(
    later: str, rechallenge: dict[str, Any], is_taken: bool
) -> None:
    asked = again(
        initial={"match": "exact", "regimens": [BOTH], "classes": []},
        rechallenge={"classes": [], **rechallenge},
    )
    found = selected(line(BOTH, 0, 100), line(later, 400), of=asked)
    assert (found is not None) is is_taken


TWICE = (line(NIVO, 0, 100), line(PEMBRO, 200, 300), line(NIVO, 400, 500))


@pytest.mark.parametrize(
    ("initial", "rechallenge", "pair"),
    [
        ("first_matching_line", "first_after_initial", ("advanced|1", "advanced|2")),
        ("first_matching_line", "last", ("advanced|1", "advanced|3")),
        ("last_matching_line", "first_after_initial", ("advanced|2", "advanced|3")),
        ("any_matching_line", "first_after_initial", ("advanced|1", "advanced|2")),
    ],
)
def test_which_lines_are_picked(initial: str, rechallenge: str, pair: tuple[str, str]) -> None:
    asked = again(initial={"pick": initial}, rechallenge={"pick": rechallenge})
    assert selected(*TWICE, of=asked) == pair


@pytest.mark.parametrize(
    ("initial", "rechallenge", "pair"),
    [
        # Only the third line is 250 days or more after another: after the first, not the second.
        ("first_matching_line", "first_after_initial", None),
        ("first_matching_line", "first_qualifying", ("advanced|1", "advanced|3")),
        ("last_matching_line", "first_qualifying", None),
        ("any_matching_line", "first_qualifying", ("advanced|1", "advanced|3")),
        ("any_matching_line", "first_after_initial", None),
    ],
)
def test_a_pick_that_qualifies_looks_past_one_that_does_not(
    initial: str, rechallenge: str, pair: tuple[str, str] | None
) -> None:
    asked = again(
        initial={"pick": initial},
        rechallenge={"pick": rechallenge},
        between=FREE | {"minimum_gap_days": 250},
    )
    assert selected(*TWICE, of=asked) == pair


def test_any_matching_line_takes_a_later_initial_line() -> None:
    asked = again(
        initial={"pick": "any_matching_line"}, first_stop_reason=["completed"], between=FREE
    )
    lines = (
        line(NIVO, 0, 100, end_reason="toxicity"),
        line(NIVO, 200, 300, end_reason="completed"),
        line(NIVO, 400),
    )
    assert selected(*lines, of=asked) == ("advanced|2", "advanced|3")
    first = again(first_stop_reason=["completed"])
    assert selected(*lines, of=first) is None


def test_a_patient_leaves_at_the_step_that_the_furthest_pair_reaches() -> None:
    asked = again(
        initial={"pick": "any_matching_line"},
        first_stop_reason=["completed"],
        between=FREE | {"minimum_gap_days": 90},
    )
    with marts() as con:
        add_patient(
            con,
            "p",
            line(NIVO, 0, 100, end_reason="completed"),
            line(NIVO, 150, 160, end_reason="toxicity"),
            line(NIVO, 400),
        )
        select_cohort(con, asked)
        left_at = con.execute("select criterion from marts.attrition where excluded > 0").fetchall()
    # The second line has the gap and not the reason; the first has not even the gap.
    assert left_at == [("first_stop_reason",)]


@pytest.mark.parametrize(
    ("numbers", "is_taken"), [([1], False), ([2], True), ([1, 2], True), ([3], False)]
)
def test_the_initial_line_may_have_to_have_a_number(numbers: list[int], is_taken: bool) -> None:
    found = selected(
        line("dabrafenib+trametinib", 0, 50),
        line(NIVO, 100, 200),
        line(NIVO, 400),
        of=again(initial={"line_numbers": numbers}),
    )
    assert (found is not None) is is_taken


@pytest.mark.parametrize(
    ("settings", "pair"),
    [
        ({"population": {"setting": "advanced"}}, None),
        ({"population": {"setting": "any"}}, ("adjuvant|1", "advanced|1")),
        ({"initial": {"setting": "adjuvant"}}, ("adjuvant|1", "advanced|1")),
        ({"initial": {"setting": "neoadjuvant"}}, None),
        ({"population": {"setting": "adjuvant"}}, None),
        (
            {"population": {"setting": "adjuvant"}, "rechallenge": {"setting": "advanced"}},
            ("adjuvant|1", "advanced|1"),
        ),
    ],
)
def test_settings_of_both_lines(settings: dict[str, Any], pair: tuple[str, str] | None) -> None:
    lines = (line(NIVO, 0, 100, setting="adjuvant"), line(NIVO, 400))
    assert selected(*lines, of=again(**settings)) == pair


@pytest.mark.parametrize(
    ("primary", "is_taken"), [("uveal", False), ("cutaneous", True), (None, True)]
)
def test_a_type_of_primary_may_be_left_out(primary: str | None, is_taken: bool) -> None:
    asked = again(population={"exclude_primary_types": ["uveal"]})
    found = selected(FIRST, LATER, of=asked, primary_type=primary)
    assert (found is not None) is is_taken
