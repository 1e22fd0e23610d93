"""Patients of Chapman 2021: the combination again at least 6 months after the first course."""

from tests.studies.language import left_out, taken

STUDY = "chapman-2021"
PATIENTS = (
    taken(
        "183 days after the first course",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 246-300 ipilimumab + nivolumab;"
        "300 scan PR",
        interval_days=183,
        discordant=False,
    ),
    left_out(
        "minimum_gap",
        "182 days after the first course",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 245-300 ipilimumab + nivolumab",
    ),
    taken(
        "Without a progression",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 246-300 ipilimumab + nivolumab",
        progression_between=False,
    ),
    taken(
        "Without a response to the first course",
        "0-63 ipilimumab + nivolumab; 84 scan PD; 246-300 ipilimumab + nivolumab; 300 scan PR",
        initial_responder=False,
        discordant=True,
    ),
    left_out(
        "minimum_gap",
        "Nivolumab that follows belongs to the first course",
        "0-63 ipilimumab + nivolumab; 84-300 nivolumab; 320 scan PD;482-540 ipilimumab + nivolumab",
    ),
    taken(
        "183 days after the nivolumab that follows",
        "0-63 ipilimumab + nivolumab; 84-300 nivolumab; 320 scan PD;483-540 ipilimumab + nivolumab",
        interval_days=183,
    ),
    taken(
        "A line between is allowed",
        "0-63 ipilimumab + nivolumab; 84 scan PD; 100-160 dacarbazine; 150 scan PD;"
        "260-300 ipilimumab + nivolumab",
        intervening_lines=1,
    ),
    left_out(
        "initial_line", "Never on the combination", "0-63 ipilimumab; 84 scan PR; 200 scan PD"
    ),
    left_out("later_line", "Treated once", "0-63 ipilimumab + nivolumab; 84 scan PR"),
    left_out(
        "rechallenge_line",
        "Ipilimumab alone is not the combination again",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 300-363 ipilimumab",
    ),
)
