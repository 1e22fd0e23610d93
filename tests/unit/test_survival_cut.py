"""How far a curve is drawn, and where an axis of time ends."""

from dataclasses import dataclass

import pytest

from etl.outputs.panels import MOST_MONTHS, ticks_of
from etl.survival.cut import while_at_risk


@dataclass(frozen=True)
class Step:
    """A step with so many at risk."""

    at_risk: int


def last_at_risk(subjects: int, least: int = 5, share: float = 0.1) -> int | None:
    """Patients at risk at the last step drawn, when they leave one by one."""
    steps = [Step(left) for left in range(subjects, 0, -1)]
    kept = while_at_risk(steps, subjects, least, share)
    assert list(kept) == steps[: len(kept)]
    return kept[-1].at_risk if kept else None


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [(4, None), (5, 5), (6, 5), (49, 5), (50, 5), (51, 6), (100, 10), (101, 11), (1000, 100)],
)
def test_a_curve_ends_where_fewer_than_five_or_a_tenth_are_at_risk(
    subjects: int, expected: int | None
) -> None:
    assert last_at_risk(subjects) == expected


def test_a_study_may_ask_for_more_or_fewer() -> None:
    assert last_at_risk(100, least=20) == 20
    assert last_at_risk(100, share=0.25) == 25
    assert last_at_risk(100, least=1, share=0) == 1


def test_ties_are_drawn_when_enough_were_at_risk_before_them() -> None:
    """The drop itself belongs to those at risk just before it."""
    assert len(while_at_risk([Step(12), Step(5), Step(2)], 12, 5, 0.1)) == 2


def test_with_delayed_entry_only_the_end_is_cut() -> None:
    entering = [Step(number) for number in (2, 3, 9, 6, 4, 1)]
    assert len(while_at_risk(entering, 12, 5, 0.1)) == 4


@pytest.mark.parametrize("last", [0, 0.4, 9, 9.1, 54, 54.1, 216, 217, 540, 719, 720, 721, 95_760])
def test_an_axis_has_ten_ticks_at_most_and_an_end(last: float) -> None:
    ticks = ticks_of(last)
    assert 2 <= len(ticks) <= 11
    assert ticks[-1] >= min(last, MOST_MONTHS)
    assert ticks[-1] <= MOST_MONTHS
