"""Patients of van Not 2024: BRAF and MEK inhibitors again, by reason of the first stop."""

from tests.studies.language import left_out, taken

STUDY = "van-not-2024"
PATIENTS = (
    taken(
        "Stopped for progression",
        "0-200 dabrafenib + trametinib reason=progression; 84 scan PR; 190 scan PD;"
        "300-400 dabrafenib + trametinib; 384 scan SD",
        first_stop_reason="progression",
        rechallenge_responder=False,
    ),
    taken(
        "Stopped for another reason",
        "0-200 dabrafenib + trametinib reason=toxicity; 84 scan PR;"
        "300-400 dabrafenib + trametinib; 384 scan PR",
        first_stop_reason="toxicity",
        progression_between=False,
    ),
    taken(
        "Stopped for a reason that is not registered",
        "0-200 dabrafenib + trametinib; 84 scan PR; 300-400 dabrafenib + trametinib",
        first_stop_reason="unknown",
    ),
    taken(
        "Another pair of the two classes, after immunotherapy",
        "0-200 dabrafenib + trametinib reason=progression; 84 scan PR; 220-280 nivolumab;"
        "270 scan PD; 300-400 encorafenib + binimetinib",
        rechallenge_regimen="binimetinib+encorafenib",
        intervening_lines=1,
    ),
    left_out(
        "initial_line",
        "A BRAF inhibitor alone first",
        "0-200 vemurafenib reason=progression; 84 scan PR",
    ),
    left_out("later_line", "Treated once", "0-200 dabrafenib + trametinib; 84 scan PR"),
    left_out(
        "later_line",
        "A pause of oral treatment of 60 days is one line",
        "0-200 dabrafenib + trametinib; 84 scan PR; 260-400 dabrafenib + trametinib",
    ),
    taken(
        "A pause of oral treatment of 61 days opens a line",
        "0-200 dabrafenib + trametinib; 84 scan PR; 261-400 dabrafenib + trametinib",
        interval_days=61,
    ),
    left_out(
        "rechallenge_line",
        "A BRAF inhibitor alone is not both again",
        "0-200 dabrafenib + trametinib reason=progression; 84 scan PR; 300-400 vemurafenib",
    ),
)
