"""Contracts of the tables in which responses and times are derived.

Belongs here: assessments, best overall response, progression, follow-up and times of a line.
Does not belong here: lines themselves (`derived_lines`) or toxicity (`derived_toxicity`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

PFS_END_REASONS = (
    "progression",
    "death",
    "censored_last_evaluable_assessment",
    "censored_line_start",
    "censored_last_contact",
    "unknown_progression_undated",
    "unknown_progression_not_collected",
    "unknown_death_undated",
    "unknown_death_before_start",
    "unknown_start_after_linkage",
    "unknown_no_contact",
)
OS_END_REASONS = (
    "death",
    "censored_vital_status_date",
    "censored_last_contact",
    "censored_last_record",
    "unknown_death_undated",
    "unknown_death_before_start",
    "unknown_start_after_linkage",
    "unknown_no_contact",
)
DOR_END_REASONS = (
    *PFS_END_REASONS,
    "no_response",
    "unknown_response_undated",
    "unknown_response_after_end",
)
LAST_CONTACT_SOURCES = ("vital_status_date", "last_contact")
LAST_ALIVE_SOURCES = (*LAST_CONTACT_SOURCES, "last_record")
PROGRESSION_SOURCES = (
    "assessment",
    "unconfirmed_iUPD",
    "stop_reason",
    "stop_reason_undated",
    "assessment_undated",
    "entered_response_undated",
)
LINE_CRITERIA = ("RECIST1.1", "iRECIST", "clinical", "mixed")
ENTERED_RESPONSE_AGREEMENTS = ("same", "same_when_confirmed", "same_responder_status", "differs")
RESPONSE_ASSIGNMENTS = ("treatment_and_date", "date", "date_against_treatment", "unassigned")


class Assessments(Contract):
    """Response assessments with a date, read as the definitions read them."""

    layer = "derived"
    table = "assessments"
    grain = "One row per placed response assessment with a date and a known code."
    primary_key = ("response_id",)
    owner = "team:derivations"

    response_id: Series[str] = column("Assessment.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    treatment_id: Series[str] = column("Episode as entered.")
    assessment_date: Series[date] = column(
        "Day; a partial date is its representative day, moved after the start of the entered "
        "episode where its interval allows.",
        nullable=False,
    )
    response: Series[str] = column("Code as registered.", nullable=False, codelist="response")
    category: Series[str] = column(
        "The code without regard to its dictionary: CR, PR, SD, NON-CR/NON-PD, PD, NE or iUPD.",
        nullable=False,
    )
    dictionary: Series[str] = column(
        "The criteria its code belongs to; for NE those registered.",
        nullable=False,
        isin=("RECIST1.1", "iRECIST", "clinical"),
    )
    is_evaluable: Series[bool] = column("Any code but NE.", nullable=False)
    is_worst_of_day: Series[bool] = column(
        "The worst of the patient's assessments of the day, which counts.", nullable=False
    )


class LineAssessments(Contract):
    """Assessments of a line."""

    layer = "derived"
    table = "line_assessments"
    grain = "One row per assessment attributed to a line."
    primary_key = ("response_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    response_id: Series[str] = column("Assessment.", nullable=False)
    assessment_date: Series[date] = column("Day.", nullable=False)
    response: Series[str] = column(
        "The code in its own dictionary; of a line with mixed criteria in that of RECIST 1.1.",
        nullable=False,
        codelist="response",
    )
    category: Series[str] = column(
        "The code as the line reads it: without regard to its dictionary, and an iUPD of a line "
        "with mixed criteria as PD.",
        nullable=False,
    )
    is_evaluable: Series[bool] = column("Any code but NE.", nullable=False)
    is_worst_of_day: Series[bool] = column(
        "The worst of the patient's assessments of the day, which counts.", nullable=False
    )
    days_from_line_start: Series[int] = column(
        "From the line's start.", nullable=False, unit="days", ge=1
    )
    is_immune: Series[bool] = column("The line is read by iRECIST.", nullable=False)


class LineCriteria(Contract):
    """Criteria that the assessments of a line were judged by, where they are not all RECIST 1.1."""

    layer = "derived"
    table = "line_criteria"
    grain = "One row per line of a patient who has anything but RECIST 1.1."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    line_criteria: Series[str] = column("Criteria of the line.", nullable=False, isin=LINE_CRITERIA)


class LineProgressions(Contract):
    """First progression of a line."""

    layer = "derived"
    table = "line_progressions"
    grain = "One row per line that progressed."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    progression_date: Series[date] = column(
        "First progression; missing when it is registered without a date."
    )
    progression_source: Series[str] = column(
        "What shows the progression.", nullable=False, isin=PROGRESSION_SOURCES
    )
    record_key: Series[str] = column("Key of the assessment or the episode.", nullable=False)
    is_immune_confirmed: Series[bool] = column(
        "iRECIST: the first PD was confirmed later, and dated at the first iUPD of its block.",
        nullable=False,
    )
    undated_from_date: Series[date] = column(
        "The earliest day on which a progression without a date may have been."
    )
    first_pd_date: Series[date] = column("First PD that was assessed.")
    stop_date: Series[date] = column("First stop for progression.")


class LineResponses(Contract):
    """Best overall response of a line."""

    layer = "derived"
    table = "line_responses"
    grain = "One row per line."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    assessments: Series[int] = column("Number of assessments.", nullable=False, ge=0)
    best_overall_response: Series[str] = column("Unconfirmed.", codelist="response")
    best_overall_response_date: Series[date] = column("First day on which it was met.")
    best_overall_response_confirmed: Series[str] = column("Confirmed.", codelist="response")
    best_overall_response_confirmed_date: Series[date] = column(
        "First day on which the confirmed best response was met: the first of the pair."
    )
    response_source: Series[str] = column(
        "What the source registers.", nullable=False, isin=("assessments", "entered")
    )
    response_evaluable: Series[bool] = column(
        "At least one evaluable assessment among those that count, whatever its day.",
        nullable=False,
    )
    responder: Series[bool] = column("CR or PR; missing when not evaluable.")
    disease_control: Series[bool] = column(
        "CR, PR, SD or NON-CR/NON-PD as best response; missing when not evaluable."
    )
    first_response_date: Series[date] = column(
        "First CR or PR that counts: up to the first PD or the stop for progression."
    )
    days_to_response: Series[int] = column("To the first response.", unit="days", ge=1)
    first_response_confirmed_date: Series[date] = column(
        "First CR or PR that was confirmed, the first of the pair."
    )
    criteria: Series[str] = column(
        "Criteria of the line; a mixed line is read in RECIST 1.1.", isin=LINE_CRITERIA
    )
    entered_best_response: Series[str] = column(
        "Best response as entered, the best of the line's episodes.", codelist="response"
    )
    entered_responder: Series[bool] = column(
        "CR or PR as entered; missing when none or NE is entered."
    )
    entered_response_agreement: Series[str] = column(
        "How the entered best response compares with the one derived from assessments; missing "
        "when there is not both.",
        isin=ENTERED_RESPONSE_AGREEMENTS,
    )


class FollowUp(Contract):
    """How long a patient is known to have lived."""

    layer = "derived"
    table = "follow_up"
    grain = "One row per placed patient."
    primary_key = ("patient_id",)
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    is_dead: Series[bool] = column("Registered as dead, or with a date of death.", nullable=False)
    death_date: Series[date] = column(
        "Day of death; a partial date is its representative day, moved after the last record and "
        "up to the data cut-off where its interval allows."
    )
    death_cause: Series[str] = column("Cause of death.", codelist="death_cause")
    linked_until_date: Series[date] = column(
        "Where the source declares that its linkage is complete: the vital status date, after "
        "which no time runs."
    )
    last_alive_date: Series[date] = column(
        "Last day the patient is known to have lived: the latest of vital status date, last "
        "contact, a start, dose, assessment, procedure, onset of an event or progression."
    )
    last_alive_source: Series[str] = column("Which of them.", isin=LAST_ALIVE_SOURCES)
    last_alive_record_table: Series[str] = column(
        "Table of the record that says so.", nullable=False
    )
    last_alive_record_key: Series[str] = column("Its key.", nullable=False)
    last_contact_date: Series[date] = column(
        "Last day alive as entered: the later of vital status date and last contact."
    )
    last_contact_source: Series[str] = column("Which of them.", isin=LAST_CONTACT_SOURCES)


class LineSurvival(Contract):
    """Times from the start of a line in the default variants, and what every variant is made of."""

    layer = "derived"
    table = "line_survival"
    grain = "One row per line."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    start_date: Series[date] = column("First day of the line.", nullable=False)
    next_line_start_date: Series[date] = column("First day of the next line, of any setting.")
    first_progression_date: Series[date] = column(
        "First progression from the line's start on, in this line or a later one."
    )
    first_progression_source: Series[str] = column("What shows it.", isin=PROGRESSION_SOURCES)
    first_progression_record_key: Series[str] = column("Key of the assessment or the episode.")
    undated_progression_from_date: Series[date] = column(
        "A progression is registered without its day; it may have been on this one, or later."
    )
    undated_progression_source: Series[str] = column("What shows it.", isin=PROGRESSION_SOURCES)
    undated_progression_record_key: Series[str] = column("Key of the record that says so.")
    is_dead: Series[bool] = column("The patient is known to have died.", nullable=False)
    death_date: Series[date] = column("Day of death.")
    last_evaluable_date: Series[date] = column(
        "Last assessment on or after the start that could be evaluated."
    )
    last_assessment_date: Series[date] = column(
        "Last assessment on or after the start, those that could not be evaluated included."
    )
    last_evaluable_before_progression_date: Series[date] = column(
        "Last assessment on or after the start that could be evaluated, before the first "
        "progression and not the one that shows it."
    )
    last_evaluable_by_death_date: Series[date] = column(
        "Last assessment on or after the start that could be evaluated, up to and including the "
        "day of death."
    )
    last_evaluable_by_next_line_date: Series[date] = column(
        "Last assessment on or after the start that could be evaluated, up to and including the "
        "next line's start."
    )
    last_assessment_by_next_line_date: Series[date] = column(
        "Last assessment on or after the start, up to and including the next line's start."
    )
    last_alive_date: Series[date] = column(
        "Last day the patient is known to have lived, later records included."
    )
    last_alive_source: Series[str] = column("Which record says so.", isin=LAST_ALIVE_SOURCES)
    last_contact_date: Series[date] = column(
        "Last day alive as entered: the later of vital status date and last contact."
    )
    last_contact_source: Series[str] = column("Which of them.", isin=LAST_CONTACT_SOURCES)
    last_alive_record_table: Series[str] = column(
        "Table of the record by which the patient was last known to live.", nullable=False
    )
    last_alive_record_key: Series[str] = column("Its key.", nullable=False)
    linked_until_date: Series[date] = column("Day after which no time runs; see follow_up.")
    registers_best_responses: Series[bool] = column(
        "The source registers best responses instead of every assessment, so the living are "
        "censored at last contact.",
        nullable=False,
    )
    collects_progression: Series[bool] = column(
        "The source could have told of a progression.", nullable=False
    )
    pfs_end_date: Series[date] = column("Day on which progression-free survival ends.")
    pfs_days: Series[int] = column("Progression-free survival.", unit="days", ge=0)
    pfs_event: Series[bool] = column("Progression or death, not censored.")
    pfs_end_reason: Series[str] = column("What ended it.", nullable=False, isin=PFS_END_REASONS)
    pfs_record_key: Series[str] = column("Record that ended it.")
    os_end_date: Series[date] = column("Day on which overall survival ends.")
    os_days: Series[int] = column("Overall survival.", unit="days", ge=0)
    os_event: Series[bool] = column("Death, not censored.")
    os_end_reason: Series[str] = column("What ended it.", nullable=False, isin=OS_END_REASONS)
    ttnt_end_date: Series[date] = column("Day on which time to next treatment ends.")
    ttnt_days: Series[int] = column("Time to next treatment or death.", unit="days", ge=0)
    ttnt_event: Series[bool] = column("Next line or death, not censored.")
    ttnt_end_reason: Series[str] = column(
        "What ended it.", nullable=False, isin=("next_line", *OS_END_REASONS)
    )
    dor_days: Series[int] = column(
        "Duration of response: first CR or PR to the end of progression-free survival.",
        unit="days",
        ge=0,
    )
    dor_event: Series[bool] = column("Progression or death, not censored.")
    dor_end_reason: Series[str] = column(
        "What ended it, or why there is none.", nullable=False, isin=DOR_END_REASONS
    )
