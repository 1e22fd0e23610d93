"""Patients of the second course of KEYNOTE-006: two ways in which the first course qualifies."""

from tests.studies.language import left_out, taken

STUDY = "keynote-006-second-course"
AGAIN = "800 scan PD; 820-900 pembrolizumab; 900 scan PR"
PATIENTS = (
    taken(
        "Stable disease and 731 days of pembrolizumab",
        f"0-731 pembrolizumab reason=completed; 84 scan SD; {AGAIN}",
        initial_response="SD",
        rechallenge_responder=True,
    ),
    left_out(
        "first_alternatives",
        "Stable disease and 730 days",
        f"0-730 pembrolizumab reason=completed; 84 scan SD; {AGAIN}",
    ),
    taken(
        "A partial response and 731 days",
        f"0-731 pembrolizumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    left_out(
        "first_alternatives",
        "A partial response and 183 days: only a complete one is enough that early",
        f"0-183 pembrolizumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    taken(
        "A complete response and 183 days",
        f"0-183 pembrolizumab reason=completed; 84 scan PR; 168 scan CR; {AGAIN}",
        initial_response="CR",
    ),
    left_out(
        "first_alternatives",
        "A complete response and 182 days",
        f"0-182 pembrolizumab reason=completed; 84 scan CR; {AGAIN}",
    ),
    left_out(
        "first_alternatives",
        "Two years without an evaluable response",
        f"0-731 pembrolizumab reason=completed; 84 scan NE; {AGAIN}",
    ),
    left_out(
        "minimum_age",
        "17 years old when advanced disease was found",
        f"0-731 pembrolizumab; 84 scan CR; {AGAIN}",
        born="2002-01-02",
    ),
    taken(
        "18 years old on the day",
        f"0-731 pembrolizumab; 84 scan CR; {AGAIN}",
        born="2002-01-01",
    ),
    left_out("initial_line", "Never on pembrolizumab", "0-731 nivolumab; 84 scan CR"),
    taken(
        "Pembrolizumab in second line",
        "-200--100 dacarbazine; -60 scan PD; 0-731 pembrolizumab; 84 scan CR; " + AGAIN,
    ),
    left_out(
        "initial_line",
        "Pembrolizumab in third line",
        "-400--300 dacarbazine; -290 scan PD; -200--100 temozolomide; -60 scan PD;"
        "0-731 pembrolizumab; 84 scan CR; " + AGAIN,
    ),
    left_out(
        "no_earlier_class",
        "Ipilimumab before",
        "-200--100 ipilimumab; -60 scan PD; 0-731 pembrolizumab; 84 scan CR; " + AGAIN,
    ),
    left_out("later_line", "One course", "0-731 pembrolizumab; 84 scan CR; 800 scan PD"),
    left_out(
        "rechallenge_line",
        "Nivolumab is not a second course of pembrolizumab",
        "0-731 pembrolizumab; 84 scan CR; 800 scan PD; 820-900 nivolumab",
    ),
    left_out(
        "no_line_between",
        "Another line between",
        "0-731 pembrolizumab; 84 scan CR; 800 scan PD; 810-850 dacarbazine; 870-900 pembrolizumab",
    ),
    left_out(
        "no_progression_at_stop",
        "Progression on the last day",
        "0-731 pembrolizumab; 84 scan CR; 731 scan PD; 850-900 pembrolizumab",
    ),
    taken(
        "Progression the day after",
        "0-731 pembrolizumab; 84 scan CR; 732 scan PD; 850-900 pembrolizumab",
    ),
    left_out(
        "progression_after_stop",
        "A second course without a progression",
        "0-731 pembrolizumab; 84 scan CR; 850-900 pembrolizumab",
    ),
)
