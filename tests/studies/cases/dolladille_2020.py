"""Patients of Dolladille 2020: stopped for an immune-related event, the same drug again."""

from tests.studies.language import left_out, taken

STUDY = "dolladille-2020"
STOPPED = "0-63 nivolumab reason=toxicity; 60 event Colitis 3 of=T1 irae=yes stopped=yes"
PATIENTS = (
    taken(
        "Colitis, and colitis again",
        f"{STOPPED}; 200-260 nivolumab severe=no; 240 event Colitis 2 of=T2 irae=yes",
        toxicity_known=True,
        irae_recurrence=True,
    ),
    taken(
        "Colitis, and hepatitis then: another event",
        f"{STOPPED}; 200-260 nivolumab severe=yes; 240 event Hepatitis 3 of=T2 irae=yes",
        irae_recurrence=False,
    ),
    taken(
        "Colitis, and nothing then",
        f"{STOPPED}; 200-260 nivolumab severe=no",
        irae_recurrence=False,
    ),
    taken(
        "Colitis, and then toxicity that was not answered",
        f"{STOPPED}; 200-260 nivolumab",
        toxicity_known=False,
        irae_recurrence=None,
    ),
    taken(
        "Grade 1 is an event",
        "0-63 nivolumab reason=toxicity; 60 event Colitis 1 of=T1 irae=yes stopped=yes;"
        "200-260 nivolumab severe=no",
    ),
    taken(
        "Adjuvant first and advanced then",
        "0-63 nivolumab setting=adjuvant reason=toxicity;"
        "60 event Colitis 3 of=T1 irae=yes stopped=yes; 400-460 nivolumab severe=no",
    ),
    taken(
        "A substance in common is enough",
        "0-63 ipilimumab + nivolumab reason=toxicity;"
        "60 event Colitis 3 of=T1 irae=yes stopped=yes; 200-260 nivolumab severe=no",
        rechallenge_regimen="nivolumab",
    ),
    left_out("initial_line", "Never on a checkpoint inhibitor", "0-63 dacarbazine; 84 scan PR"),
    left_out("later_line", "Treated once", STOPPED),
    left_out(
        "later_line",
        "A pause for toxicity of 90 days is one line",
        f"{STOPPED}; 153-200 nivolumab severe=no",
    ),
    taken(
        "A pause for toxicity of 91 days opens a line",
        f"{STOPPED}; 154-200 nivolumab severe=no",
    ),
    left_out(
        "rechallenge_line",
        "Another anti-PD-1 is not the same drug",
        f"{STOPPED}; 200-260 pembrolizumab severe=no",
    ),
    left_out(
        "rechallenge_line",
        "A shared substance that is no checkpoint inhibitor",
        "0-63 ipilimumab + dacarbazine reason=toxicity;"
        "60 event Colitis 3 of=T1 irae=yes stopped=yes; 200-260 dacarbazine severe=no",
    ),
    left_out(
        "first_stop_reason",
        "Completed, with an event registered as what it was stopped for",
        "0-63 nivolumab reason=completed; 60 event Colitis 3 of=T1 irae=yes stopped=yes;"
        "200-260 nivolumab severe=no",
    ),
    left_out(
        "first_stop_toxicity",
        "Stopped for toxicity, and the event did not lead to it",
        "0-63 nivolumab reason=toxicity; 60 event Colitis 3 of=T1 irae=yes;"
        "200-260 nivolumab severe=no",
    ),
    left_out(
        "first_stop_toxicity",
        "Stopped for an event that is not immune related",
        "0-63 nivolumab reason=toxicity; 60 event Anemia 3 of=T1 irae=no stopped=yes;"
        "200-260 nivolumab severe=no",
    ),
    left_out(
        "first_stop_toxicity",
        "Stopped for toxicity, and no event is registered",
        "0-63 nivolumab reason=toxicity; 200-260 nivolumab severe=no",
    ),
)
