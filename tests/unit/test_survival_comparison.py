"""Landmarks, the log-rank test and Cox at their edges; their numbers are held to R elsewhere."""

import pytest

from etl.survival.comparison import cox, landmark, log_rank
from etl.survival.kaplan_meier import Estimate, fit_kaplan_meier, fit_reverse_kaplan_meier


def test_a_landmark_keeps_those_who_go_on_after_it() -> None:
    kept = landmark([89, 90, 90, 91, 200], [True, True, False, True, False], at=90)
    assert kept.kept == (3, 4)
    assert kept.durations == (1, 110)
    assert kept.events == (True, False)


def test_guaranteed_time_goes_at_the_landmark() -> None:
    # Called responders at day 90: counted from the start, none of them can fail before.
    durations, events = [100, 120, 400], [True, True, True]
    from_start = fit_kaplan_meier(durations, events)
    kept = landmark(durations, events, at=90)
    from_landmark = fit_kaplan_meier(kept.durations, kept.events)
    assert from_start.median().value == 120
    assert from_landmark.median().value == 30


def test_without_events_or_with_one_group_there_is_no_log_rank() -> None:
    nothing = log_rank([5, 6], [False, False], ["a", "b"])
    assert (nothing.chi_square, nothing.p_value) == (None, None)
    assert nothing.observed == {"a": 0, "b": 0}
    alone = log_rank([5, 6], [True, True], ["a", "a"])
    assert (alone.chi_square, alone.degrees) == (None, 0)


def test_the_expected_events_add_up_to_the_observed() -> None:
    found = log_rank([1, 2, 2, 3, 5, 8], [True] * 5 + [False], ["a", "b", "a", "b", "c", "c"])
    assert sum(found.expected.values()) == pytest.approx(sum(found.observed.values()))
    assert found.degrees == 2


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 durations, 1 event marks, 2 groups"):
        log_rank([1, 2], [True], ["a", "b"])


def test_a_model_says_whom_it_rests_on() -> None:
    model = cox([4, 3, 1, 1, 2, 2, 3], [1, 1, 1, 0, 1, 1, 0], {"x": [0, 2, 1, 1, 1, 0, 0]})
    assert (model.subjects, model.events) == (7, 5)
    (only,) = model.coefficients
    assert only.name == "x"
    assert only.lower < only.hazard_ratio < only.upper
    assert 0 < only.p_value < 1


def test_who_enters_late_is_not_at_risk_before() -> None:
    curve = fit_kaplan_meier([4, 6, 9], [True, True, False], entries=[0, 4, 5])
    # At 4 only the first: who enters on day 4 is at risk from the day after.
    assert [(step.time, step.at_risk) for step in curve.steps] == [(4, 1), (6, 2), (9, 1)]
    assert curve.at_risk(4) == 1
    assert curve.at_risk(5) == 1
    assert curve.at_risk(6) == 2


def test_who_leaves_on_the_day_of_entry_is_never_at_risk() -> None:
    with_it = fit_kaplan_meier([4, 6, 5], [True, True, True], entries=[0, 0, 5])
    without = fit_kaplan_meier([4, 6], [True, True], entries=[0, 0])
    assert with_it == without
    assert fit_kaplan_meier([5], [True], entries=[5]).median() == Estimate(None, None, None)


def test_follow_up_with_delayed_entry_turns_the_events_too() -> None:
    curve = fit_reverse_kaplan_meier([4, 6], [True, False], entries=[0, 1])
    assert curve.median().value == 6


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([1], "2 durations, 1 entries"),
        ([-1, 0], "an entry is negative or not a number"),
        ([0, 7], "an entry is after the end of its subject's time"),
    ],
)
def test_a_wrong_entry_is_refused(entries: list[float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fit_kaplan_meier([4, 6], [True, True], entries=entries)


def test_a_confidence_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1, not at 1"):
        fit_kaplan_meier([4], [True], confidence=1)
