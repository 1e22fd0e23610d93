"""Patients of Lebbe 2014: ipilimumab again after ipilimumab in a trial."""

from tests.studies.language import left_out, taken

STUDY = "lebbe-2014"
PATIENTS = (
    taken(
        "Ipilimumab, progression, ipilimumab",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab severe=yes; 304 scan PR;"
        "270 event Colitis 3 of=T2 irae=yes",
        stratum="all",
        rechallenge_responder=True,
        irae_grade3plus=True,
    ),
    taken(
        "Grade 2 is not severe",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab severe=no;"
        "270 event Colitis 2 of=T2 irae=yes",
        irae_grade3plus=False,
    ),
    taken(
        "No benefit from the first treatment is asked for",
        "0-63 ipilimumab; 84 scan PD; 220-283 ipilimumab",
        initial_responder=False,
    ),
    taken(
        "Progression of a line between counts",
        "0-63 ipilimumab; 84 scan PR; 120-180 dacarbazine; 170 scan PD; 220-283 ipilimumab",
        intervening_lines=1,
    ),
    left_out("initial_line", "Never on ipilimumab", "0-63 dacarbazine; 84 scan PR"),
    left_out("later_line", "Treated once", "0-63 ipilimumab; 84 scan PR; 200 scan PD"),
    left_out(
        "later_line",
        "Maintenance after 90 days without progression is one line",
        "0-63 ipilimumab; 84 scan PR; 153-237 ipilimumab; 230 scan PD",
    ),
    left_out(
        "rechallenge_line",
        "With nivolumab it is not ipilimumab alone again",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab + nivolumab",
    ),
    left_out(
        "progression_between",
        "Ipilimumab again without a progression",
        "0-63 ipilimumab; 84 scan PR; 220-283 ipilimumab",
    ),
)
