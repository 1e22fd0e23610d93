"""Patients of Betof Warner 2020: anti-PD-1 alone, a relapse, anti-PD-1 again or with ipilimumab."""

from tests.studies.language import left_out, taken

STUDY = "betof-warner-2020"
ALONE, BOTH = "anti-PD-1", "anti-CTLA-4+anti-PD-1"
PATIENTS = (
    taken(
        "Anti-PD-1 again, alone",
        "0-100 nivolumab; 84 scan CR; 200 scan PD; 220-300 pembrolizumab; 300 scan SD; 500 contact",
        stratum=ALONE,
        rechallenge_responder=False,
    ),
    taken(
        "Anti-PD-1 again, with ipilimumab",
        "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 ipilimumab + nivolumab; 300 scan PR;"
        "500 contact",
        stratum=BOTH,
        rechallenge_responder=True,
    ),
    taken(
        "Stopped for progression, without a response",
        "0-100 nivolumab reason=progression; 84 scan PD; 220-300 ipilimumab + pembrolizumab;"
        "500 contact",
        stratum=BOTH,
        first_stop_reason="progression",
    ),
    left_out(
        "primary_type",
        "Uveal melanoma",
        "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 nivolumab; 500 contact",
        primary="uveal",
    ),
    taken(
        "Mucosal melanoma is not uveal",
        "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 nivolumab; 500 contact",
        primary="mucosal",
    ),
    left_out(
        "initial_line",
        "The combination first",
        "0-100 ipilimumab + nivolumab; 84 scan PR; 200 scan PD; 220-300 ipilimumab + nivolumab",
    ),
    left_out("later_line", "Treated once", "0-100 nivolumab; 84 scan PR; 200 scan PD; 500 contact"),
    left_out(
        "rechallenge_line",
        "Ipilimumab alone holds no anti-PD-1",
        "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 ipilimumab; 500 contact",
    ),
    left_out(
        "rechallenge_line",
        "Anti-PD-1 with another drug than ipilimumab",
        "0-100 nivolumab; 84 scan PR; 200 scan PD; 220-300 nivolumab + relatlimab; 500 contact",
    ),
    taken(
        "Followed for 92 days after the stop",
        "0-100 nivolumab; 84 scan PR; 130 scan PD; 150-180 nivolumab; 192 contact",
    ),
    left_out(
        "follow_up_after_stop",
        "Followed for 91 days after the stop",
        "0-100 nivolumab; 84 scan PR; 130 scan PD; 150-180 nivolumab; 191 contact",
    ),
    left_out(
        "progression_between",
        "Treated again without a relapse",
        "0-100 nivolumab; 84 scan PR; 220-300 nivolumab; 500 contact",
    ),
    taken(
        "A relapse found on the day of the second treatment",
        "0-100 nivolumab; 84 scan PR; 220 scan PD; 220-300 nivolumab; 500 contact",
    ),
    left_out(
        "progression_between",
        "Progression the day after is the second treatment's",
        "0-100 nivolumab; 84 scan PR; 221 scan PD; 220-300 nivolumab; 500 contact",
    ),
)
