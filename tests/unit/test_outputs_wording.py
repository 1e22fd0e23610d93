"""How numbers are written."""

import pytest

from etl.outputs import wording


@pytest.mark.parametrize(
    ("value", "written"),
    [(13 / 36, "36.1%"), (5 / 16, "31.3%"), (0.0, "0.0%"), (1.0, "100.0%"), (None, "\u2013")],
)
def test_percentages_round_halves_up(value: float | None, written: str) -> None:
    assert wording.percent(value) == written


def test_a_proportion_carries_its_fraction_and_interval() -> None:
    row = {"value": 13 / 36, "lower": 0.2082, "upper": 0.5378, "numerator": 13, "denominator": 36}
    assert wording.proportion_cell(row) == "13/36 = 36.1% (20.8 to 53.8)"
    nobody = {"value": None, "lower": None, "upper": None, "numerator": 0, "denominator": 0}
    assert wording.proportion_cell(nobody) == "0/0"


def test_what_is_not_reached_is_said_to_be() -> None:
    row = {"value": None, "lower": 3.25, "upper": None, "denominator": 9}
    assert wording.median_cell(row) == "not reached (3.3 to not reached)"
    assert wording.median_cell(row | {"value": 8.0}) == "8.0 (3.3 to not reached)"
    assert wording.median_cell(row | {"denominator": 0}) == "\u2013"


def test_a_set_says_when_doubtful_values_have_left() -> None:
    assert wording.evaluable_set("response_evaluable_sound") == (
        "response evaluable, doubtful values left out"
    )
