"""Patients of Jansen 2019: anti-PD-1 stopped electively, progression, anti-PD-1 next."""

from tests.studies.language import left_out, taken

STUDY = "jansen-2019"
PATIENTS = (
    taken(
        "Completed, relapsed, treated again",
        "0-300 pembrolizumab reason=completed; 84 scan CR; 400 scan PD; 420-500 pembrolizumab;"
        "500 scan PR",
        initial_response="CR",
        rechallenge_responder=True,
    ),
    taken(
        "Stopped by the patient's choice, in second line",
        "0-63 ipilimumab; 70 scan PD; 100-300 nivolumab reason=patient_choice; 184 scan PR;"
        "400 scan PD; 420-500 nivolumab",
        first_stop_reason="patient_choice",
    ),
    taken(
        "No response to the first treatment is asked for",
        "0-300 nivolumab reason=completed; 400 scan PD; 420-500 nivolumab",
        initial_response_evaluable=True,
    ),
    taken(
        "Severe toxicity that did not end the treatment is allowed",
        "0-300 nivolumab reason=completed severe=yes; 60 event Colitis 3 of=T1 irae=yes;"
        "84 scan PR; 400 scan PD; 420-500 nivolumab",
    ),
    left_out("initial_line", "Never on anti-PD-1 alone", "0-63 ipilimumab; 80 scan PD"),
    left_out("later_line", "Treated once", "0-300 nivolumab reason=completed; 400 scan PD"),
    left_out(
        "rechallenge_line",
        "Ipilimumab is no anti-PD-1",
        "0-300 nivolumab reason=completed; 400 scan PD; 420-500 ipilimumab",
    ),
    left_out(
        "no_line_between",
        "Another line before anti-PD-1 again",
        "0-300 nivolumab reason=completed; 84 scan PR; 400 scan PD; 420-480 dacarbazine;"
        "470 scan PD; 500-600 nivolumab",
    ),
    left_out(
        "first_stop_reason",
        "Stopped for toxicity",
        "0-300 nivolumab reason=toxicity; 84 scan PR; 400 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "first_stop_reason",
        "Stopped for a reason that is not registered",
        "0-300 nivolumab; 84 scan PR; 400 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "first_stop_reason",
        "Stopped for progression",
        "0-300 nivolumab reason=progression; 84 scan PR; 420-500 nivolumab",
    ),
    left_out(
        "no_progression_at_stop",
        "Completed, and progressed on the last day",
        "0-300 nivolumab reason=completed; 84 scan PR; 300 scan PD; 420-500 nivolumab",
    ),
    taken(
        "Completed, and progressed the day after",
        "0-300 nivolumab reason=completed; 84 scan PR; 301 scan PD; 420-500 nivolumab",
    ),
    left_out(
        "progression_after_stop",
        "Treated again without a progression",
        "0-300 nivolumab reason=completed; 84 scan PR; 420-500 nivolumab",
    ),
)
