"""Patients of Pokorny 2021: an elective stop after more than 6 and less than 18 months."""

from tests.studies.language import left_out, taken

STUDY = "pokorny-2021"
AGAIN = "600 scan PD; 620-700 nivolumab; 700 scan SD"
PATIENTS = (
    taken(
        "Stopped by choice at one year, relapsed, treated again",
        f"0-365 nivolumab reason=patient_choice; 84 scan PR; {AGAIN}",
        primary="cutaneous",
        initial_response="PR",
        rechallenge_response="SD",
    ),
    taken(
        "Completed at one year; the second treatment may hold more than an anti-PD-1",
        "0-365 nivolumab reason=completed; 84 scan SD; 600 scan PD; 620-700 ipilimumab + nivolumab",
        rechallenge_regimen="ipilimumab+nivolumab",
    ),
    taken(
        "Acral melanoma is cutaneous",
        f"0-365 nivolumab reason=completed; 84 scan PR; {AGAIN}",
        primary="acral",
    ),
    left_out(
        "primary_type",
        "Uveal melanoma",
        f"0-365 nivolumab reason=completed; 84 scan PR; {AGAIN}",
        primary="uveal",
    ),
    left_out(
        "primary_type",
        "Mucosal melanoma",
        f"0-365 nivolumab reason=completed; 84 scan PR; {AGAIN}",
        primary="mucosal",
    ),
    left_out("initial_line", "Never on anti-PD-1 alone", "0-63 ipilimumab; 84 scan PR"),
    left_out(
        "no_earlier_class",
        "Anti-PD-1 before, with ipilimumab",
        "-200--140 ipilimumab + nivolumab; -30 scan PD;"
        f"0-365 nivolumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    taken(
        "Ipilimumab before is no anti-PD-1",
        f"-200--140 ipilimumab; -30 scan PD;0-365 nivolumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    left_out(
        "later_line", "Treated once", "0-365 nivolumab reason=completed; 84 scan PR; 600 scan PD"
    ),
    left_out(
        "rechallenge_line",
        "Ipilimumab is no anti-PD-1",
        "0-365 nivolumab reason=completed; 84 scan PR; 600 scan PD; 620-700 ipilimumab",
    ),
    left_out(
        "first_stop_reason",
        "Stopped for toxicity",
        f"0-365 nivolumab reason=toxicity; 84 scan PR; {AGAIN}",
    ),
    left_out(
        "first_stop_reason",
        "Stopped for progression",
        "0-365 nivolumab reason=progression; 84 scan PR; 620-700 nivolumab",
    ),
    left_out(
        "first_duration",
        "Stopped on day 182, within 6 months",
        f"0-182 nivolumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    taken(
        "Stopped on day 183, after more than 6 months",
        f"0-183 nivolumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    taken(
        "Stopped on day 547, within 18 months",
        f"0-547 nivolumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    left_out(
        "first_duration",
        "Stopped on day 548, after 18 months",
        f"0-548 nivolumab reason=completed; 84 scan PR; {AGAIN}",
    ),
    left_out(
        "first_benefit",
        "Without an evaluable response",
        "0-365 nivolumab reason=completed; 84 scan NE; 620-700 nivolumab",
    ),
    left_out(
        "no_progression_at_stop",
        "Progression on the last day",
        "0-365 nivolumab reason=completed; 84 scan PR; 365 scan PD; 620-700 nivolumab",
    ),
    taken(
        "Progression the day after",
        "0-365 nivolumab reason=completed; 84 scan PR; 366 scan PD; 620-700 nivolumab",
    ),
    left_out(
        "progression_after_stop",
        "Treated again without a progression",
        "0-365 nivolumab reason=completed; 84 scan PR; 620-700 nivolumab",
    ),
)
