"""Patients of CRICKET: colorectal, irinotecan and cetuximab in first and in third line."""

from tests.studies.language import left_out, taken

STUDY = "cricket"
FIRST = "0-210 irinotecan + cetuximab; 84 scan PR; 215 scan PD"
SECOND = "230-400 oxaliplatin + bevacizumab; 390 scan PD"
THIRD = "410-500 irinotecan + cetuximab; 490 scan PR"
PATIENTS = (
    taken(
        "First, second and third line as in the trial",
        f"{FIRST}; {SECOND}; {THIRD}",
        initial_regimen="cetuximab+irinotecan",
        intervening_lines=1,
        rechallenge_responder=True,
    ),
    taken(
        "Fluorouracil and folinic acid may be given with them",
        "0-210 FOLFIRI + Erbitux; 84 scan PR; 215 scan PD; 230-400 FOLFOX + Avastin; 390 scan PD;"
        "410-500 irinotecan + cetuximab",
        initial_regimen="cetuximab+fluorouracil+irinotecan",
    ),
    taken(
        "Not evaluable again counts as no response",
        f"{FIRST}; {SECOND}; 410-500 irinotecan + cetuximab; 490 scan NE",
        response_evaluable=False,
    ),
    left_out(
        "initial_line",
        "Irinotecan and cetuximab in second line only",
        "-100--10 capecitabine; -5 scan PD; " + f"{FIRST}; {SECOND}; {THIRD}",
    ),
    left_out(
        "initial_line",
        "Panitumumab is not cetuximab",
        f"0-210 irinotecan + panitumumab; 84 scan PR; 215 scan PD; {SECOND}; {THIRD}",
    ),
    left_out("later_line", "Treated once", FIRST),
    left_out(
        "rechallenge_line",
        "Cetuximab alone in third line",
        f"{FIRST}; {SECOND}; 410-500 cetuximab",
    ),
    left_out(
        "rechallenge_line",
        "Again in second line, without one between",
        f"{FIRST}; 300-400 irinotecan + cetuximab",
    ),
    left_out(
        "rechallenge_line",
        "Again in fourth line",
        f"{FIRST}; {SECOND}; 410-450 regorafenib; 440 scan PD; 460-500 irinotecan + cetuximab",
    ),
    left_out(
        "substances_between",
        "No bevacizumab in second line",
        f"{FIRST}; 230-400 oxaliplatin + capecitabine; 390 scan PD; {THIRD}",
    ),
    left_out(
        "substances_between",
        "No oxaliplatin in second line",
        f"{FIRST}; 230-400 capecitabine + bevacizumab; 390 scan PD; {THIRD}",
    ),
    left_out(
        "first_benefit",
        "Stable disease is no response",
        f"0-210 irinotecan + cetuximab; 84 scan SD; 215 scan PD; {SECOND}; {THIRD}",
    ),
    taken(
        "Progression-free for 183 days",
        f"0-170 irinotecan + cetuximab; 84 scan PR; 183 scan PD; {SECOND}; {THIRD}",
    ),
    left_out(
        "first_benefit",
        "Progression-free for 182 days",
        f"0-170 irinotecan + cetuximab; 84 scan PR; 182 scan PD; {SECOND}; {THIRD}",
    ),
    taken(
        "Progression 28 days after the last dose",
        f"0-200 irinotecan + cetuximab; 84 scan PR; 228 scan PD; {SECOND}; {THIRD}",
    ),
    left_out(
        "progression_by_last_dose",
        "Progression 29 days after the last dose",
        f"0-200 irinotecan + cetuximab; 84 scan PR; 229 scan PD; {SECOND}; {THIRD}",
    ),
    taken(
        "Progression under treatment",
        f"0-210 irinotecan + cetuximab; 84 scan PR; 200 scan PD; {SECOND}; {THIRD}",
    ),
    left_out(
        "progression_by_last_dose",
        "No progression of the first line",
        f"0-210 irinotecan + cetuximab; 84 scan PR; {SECOND}; {THIRD}",
    ),
)
