"""Patients of Robert 2013: ipilimumab, benefit, progression, the same regimen again."""

from tests.studies.language import left_out, taken

STUDY = "robert-2013"
PATIENTS = (
    taken(
        "A response, progression, ipilimumab again",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab; 304 scan PR",
        stratum="ipilimumab",
        rechallenge_responder=True,
    ),
    taken(
        "The vaccine is part of the regimen",
        "0-63 ipilimumab + gp100 vaccine; 84 scan PR; 200 scan PD;"
        "220-283 gp100 vaccine + ipilimumab; 304 scan SD",
        stratum="gp100 vaccine+ipilimumab",
        rechallenge_responder=False,
    ),
    left_out("initial_line", "Never on ipilimumab", "0-63 dacarbazine; 84 scan PR"),
    left_out("later_line", "Treated once", "0-63 ipilimumab; 84 scan PR; 200 scan PD"),
    left_out(
        "rechallenge_line",
        "The other arm's regimen is not the same",
        "0-63 ipilimumab + gp100 vaccine; 84 scan PR; 200 scan PD; 220-283 ipilimumab",
    ),
    left_out(
        "no_line_between",
        "Another line between",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 210-240 dacarbazine; 260-320 ipilimumab",
    ),
    taken(
        "Stable disease until progression on day 92",
        "0-63 ipilimumab; 60 scan SD; 92 scan PD; 120-183 ipilimumab",
        initial_response="SD",
    ),
    left_out(
        "first_benefit",
        "Stable disease until progression on day 91",
        "0-63 ipilimumab; 60 scan SD; 91 scan PD; 120-183 ipilimumab",
    ),
    taken(
        "A response is benefit however soon progression comes",
        "0-63 ipilimumab; 50 scan PR; 70 scan PD; 120-183 ipilimumab",
        initial_response="PR",
    ),
    left_out(
        "first_benefit",
        "Progression as best response",
        "0-63 ipilimumab; 84 scan PD; 120-183 ipilimumab",
    ),
    left_out(
        "initial_progression",
        "A response without progression",
        "0-63 ipilimumab; 84 scan PR; 200-263 ipilimumab",
    ),
    taken(
        "Progression found on the day the second course starts",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 200-263 ipilimumab",
    ),
    left_out(
        "initial_progression",
        "Progression the day after is the second course's",
        "0-63 ipilimumab; 84 scan PR; 201 scan PD; 200-263 ipilimumab",
    ),
)
