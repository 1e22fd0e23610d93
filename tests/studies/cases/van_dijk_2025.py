"""Patients of the seed study: ipilimumab, alone or with nivolumab, then both after progression."""

from tests.studies.language import left_out, taken

STUDY = "van-dijk-2025"
PATIENTS = (
    taken(
        "Ipilimumab first",
        "0-63 ipilimumab; 84 scan PD; 120-183 ipilimumab + nivolumab; 204 scan PR",
        stratum="ipilimumab",
        discordant=True,
    ),
    taken(
        "The combination first",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab + nivolumab",
        stratum="ipilimumab+nivolumab",
    ),
    left_out("initial_line", "Nivolumab first and last", "0-300 nivolumab; 84 scan PD"),
    left_out("later_line", "Treated once", "0-63 ipilimumab; 84 scan PD"),
    left_out(
        "rechallenge_line",
        "Ipilimumab alone again",
        "0-63 ipilimumab; 84 scan PD; 120-183 ipilimumab",
    ),
    left_out(
        "progression_between",
        "The combination again without a progression",
        "0-63 ipilimumab; 84 scan PR; 200-263 ipilimumab + nivolumab",
    ),
    taken(
        "Progression on the day of the rechallenge",
        "0-63 ipilimumab; 84 scan PR; 200 scan PD; 200-263 ipilimumab + nivolumab",
    ),
    left_out(
        "progression_between",
        "Progression the day after the rechallenge starts",
        "0-63 ipilimumab; 84 scan PR; 201 scan PD; 200-263 ipilimumab + nivolumab",
    ),
)
