"""Patients of Chiarion-Sileni 2014: ipilimumab again, survival from the first induction."""

from tests.studies.language import left_out, taken

STUDY = "chiarion-sileni-2014"
PATIENTS = (
    taken(
        "Survival counts from the first induction, progression from retreatment",
        "0-63 ipilimumab; 84 scan SD; 200 scan PD; 220-283 ipilimumab; 304 scan SD; 400 scan PD;"
        "700 death melanoma",
        os_days=700,
        os_event=True,
        pfs_days=180,
        pfs_event=True,
    ),
    taken(
        "The living are censored from the first induction too",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab; 304 scan SD; 900 contact",
        os_days=900,
        os_event=False,
    ),
    left_out("initial_line", "The combination first", "0-63 ipilimumab + nivolumab; 84 scan PR"),
    left_out("later_line", "Treated once", "0-63 ipilimumab; 84 scan PR; 200 scan PD"),
    left_out(
        "rechallenge_line",
        "With nivolumab it is not ipilimumab alone again",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab + nivolumab",
    ),
    left_out(
        "first_stop_reason",
        "Toxicity that ended the induction",
        "0-63 ipilimumab reason=toxicity; 84 scan PR; 200 scan PD; 220-283 ipilimumab",
    ),
    taken(
        "Toxicity that did not end it",
        "0-63 ipilimumab reason=completed severe=yes; 50 event Colitis 3 of=T1 irae=yes;"
        "84 scan PR; 200 scan PD; 220-283 ipilimumab",
    ),
    taken(
        "Stable disease on day 42 is disease control",
        "0-63 ipilimumab; 42 scan SD; 200 scan PD; 220-283 ipilimumab",
        initial_response="SD",
    ),
    left_out(
        "first_benefit",
        "Stable disease on day 41 only is none",
        "0-63 ipilimumab; 41 scan SD; 200 scan PD; 220-283 ipilimumab",
    ),
    left_out(
        "first_benefit",
        "Progression as best response",
        "0-63 ipilimumab; 84 scan PD; 220-283 ipilimumab",
    ),
    left_out(
        "initial_progression",
        "No progression before retreatment",
        "0-63 ipilimumab; 84 scan PR; 220-283 ipilimumab",
    ),
    left_out(
        "initial_progression",
        "Only the line between progressed",
        "0-63 ipilimumab; 84 scan PR; 120-180 dacarbazine; 170 scan PD; 220-283 ipilimumab",
    ),
    taken(
        "A line between after the progression is allowed",
        "0-63 ipilimumab; 84 scan PR; 110 scan PD; 120-180 dacarbazine; 220-283 ipilimumab",
        intervening_lines=1,
    ),
)
