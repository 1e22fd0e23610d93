"""Patients of Whitman 2020: anti-PD-1 alone, a gap of at least 90 days, anti-PD-1 alone."""

from tests.studies.language import left_out, taken

STUDY = "whitman-2020"
PATIENTS = (
    taken(
        "A gap of exactly 90 days, with a progression that opens the line",
        "0-100 nivolumab; 84 scan SD; 120 scan PD; 190-250 nivolumab; 250 scan PR",
        interval_days=90,
        rechallenge_responder=True,
    ),
    left_out(
        "minimum_gap",
        "A gap of 89 days",
        "0-100 nivolumab; 84 scan SD; 120 scan PD; 189-250 nivolumab",
    ),
    taken(
        "A gap of 91 days, without a progression",
        "0-100 nivolumab; 84 scan SD; 191-250 nivolumab",
        interval_days=91,
        progression_between=False,
    ),
    left_out(
        "later_line",
        "A gap of exactly 90 days without a progression opens no line",
        "0-100 nivolumab; 84 scan SD; 190-250 nivolumab",
    ),
    taken(
        "A gap of exactly 90 days around another line",
        "0-100 nivolumab; 84 scan SD; 130-150 dacarbazine; 190-250 pembrolizumab",
        interval_days=90,
        intervening_lines=1,
    ),
    left_out(
        "minimum_gap",
        "A stop that is not registered leaves the gap unknown",
        "0- nivolumab; 84 scan SD; 120 scan PD; 300-350 nivolumab",
    ),
    taken(
        "Not evaluable again is taken, and is no non-responder",
        "0-100 nivolumab; 84 scan PR; 120 scan PD; 300-350 nivolumab; 350 scan NE",
        response_evaluable=False,
        rechallenge_responder=None,
    ),
    left_out(
        "initial_line", "Never on anti-PD-1 alone", "0-100 ipilimumab + nivolumab; 84 scan PR"
    ),
    left_out(
        "rechallenge_line",
        "The combination is no monotherapy again",
        "0-100 nivolumab; 84 scan PR; 120 scan PD; 300-350 ipilimumab + nivolumab",
    ),
    left_out(
        "first_benefit",
        "Progression as best response",
        "0-100 nivolumab; 84 scan PD; 300-350 nivolumab",
    ),
    left_out(
        "first_benefit",
        "A first course without an evaluable response",
        "0-100 nivolumab; 84 scan NE; 300-350 nivolumab",
    ),
)
