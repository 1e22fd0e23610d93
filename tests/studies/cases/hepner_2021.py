"""Patients of Hepner 2021: acquired resistance to ipilimumab and anti-PD-1, ipilimumab again."""

from tests.studies.language import left_out, taken

STUDY = "hepner-2021"
PATIENTS = (
    taken(
        "Ipilimumab alone again",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 220-283 ipilimumab; 304 scan PR",
        stratum="anti-CTLA-4",
        rechallenge_responder=True,
    ),
    taken(
        "Ipilimumab with the other anti-PD-1 again",
        "0-63 ipilimumab + pembrolizumab; 84 scan CR; 200 scan PD; 220-283 ipilimumab + nivolumab",
        stratum="anti-CTLA-4+anti-PD-1",
    ),
    left_out("initial_line", "Ipilimumab alone first", "0-63 ipilimumab; 84 scan PR; 200 scan PD"),
    left_out("later_line", "Treated once", "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD"),
    left_out(
        "rechallenge_line",
        "Nivolumab alone holds no ipilimumab",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 220-283 nivolumab",
    ),
    taken(
        "Stable disease on day 42",
        "0-63 ipilimumab + nivolumab; 42 scan SD; 200 scan PD; 220-283 ipilimumab",
    ),
    left_out(
        "first_benefit",
        "Stable disease on day 41 only",
        "0-63 ipilimumab + nivolumab; 41 scan SD; 200 scan PD; 220-283 ipilimumab",
    ),
    left_out(
        "first_benefit",
        "Innate resistance: progression as best response",
        "0-63 ipilimumab + nivolumab; 84 scan PD; 220-283 ipilimumab",
    ),
    left_out(
        "initial_progression",
        "No progression",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 220-283 ipilimumab",
    ),
    taken(
        "Progression found on the day of the second treatment",
        "0-63 ipilimumab + nivolumab; 84 scan PR; 220 scan PD; 220-283 ipilimumab",
    ),
)
