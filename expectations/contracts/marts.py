"""Contracts of the published marts that every study and analyst reads.

Belongs here: patients, treatment lines, responses and adverse events (contracts, section 3).
Does not belong here: what a study adds (`studies`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column
from expectations.contracts.derived_lines import (
    CARRIED_SUBSTANCES,
    CLOSING_CLAUSES,
    END_REASONS,
    ENTERED_LINE_AGREES,
    HAS_ADDED_SUBSTANCE,
    HAS_COMPONENT_GIVEN_BACK,
    HAS_DROPPED_COMPONENT,
    IS_NOT_SHOWN,
    IS_STALE_ONGOING,
    LOCAL_TREATMENTS,
    LOT_NOTATION,
    OPENING_CLAUSES,
)
from expectations.contracts.derived_outcomes import (
    ENTERED_RESPONSE_AGREEMENTS,
    LINE_CRITERIA,
    OS_END_REASONS,
    PFS_END_REASONS,
    PROGRESSION_SOURCES,
    RESPONSE_ASSIGNMENTS,
)
from expectations.contracts.derived_toxicity import (
    EVENT_ASSIGNMENTS,
    IRAE_SOURCES,
    REPORTED,
    SEVERE_IRAE_END_REASONS,
    WINDOW_CLOSED_BY,
)
from expectations.contracts.reexposures import KINDS


class Patients(Contract):
    """Patients with their state at diagnosis of advanced disease."""

    layer = "marts"
    table = "patients"
    grain = "One row per patient with a readable key."
    primary_key = ("patient_id",)
    owner = "team:registry"

    patient_id: Series[str] = column("Pseudonym of the patient.", nullable=False)
    hospital_id: Series[str] = column("Hospital.")
    sex: Series[str] = column("Sex.", codelist="sex")
    age_at_advanced_diagnosis: Series[int] = column(
        "Completed years at diagnosis of advanced disease.", unit="years", ge=0
    )
    advanced_diagnosis_date: Series[date] = column("Diagnosis of advanced disease.")
    primary_type: Series[str] = column("Type of the primary.", codelist="primary_type")
    stage: Series[str] = column("AJCC stage.", codelist="stage")
    m_category: Series[str] = column("AJCC M category.", codelist="m_category")
    ecog: Series[str] = column("ECOG performance status.", codelist="ecog")
    ldh_category: Series[str] = column("LDH class as entered.", codelist="ldh_category")
    brain_metastases: Series[str] = column("Brain metastases.", codelist="brain_metastases")
    liver_metastases: Series[str] = column("Liver metastases.", codelist="yes_no_unknown")
    braf: Series[str] = column("BRAF mutation.", codelist="braf")
    nras: Series[str] = column("NRAS mutation.", codelist="nras")
    organ_sites: Series[int] = column("Organ sites with metastases.", ge=0)
    comorbidities: Series[int] = column("Comorbidities.", ge=0)
    vital_status: Series[str] = column("Vital status as registered.", codelist="vital_status")
    death_date: Series[date] = column("Day of death.")
    death_cause: Series[str] = column("Cause of death.", codelist="death_cause")
    last_contact_date: Series[date] = column("Last contact as registered.")
    patient_ids: Series[str] = column(
        "All pseudonyms of the person as delivered, joined by ', '.", nullable=False
    )


class TreatmentLines(Contract):
    """Lines of therapy with their outcomes."""

    layer = "marts"
    table = "treatment_lines"
    grain = "One row per patient and line of therapy."
    primary_key = ("line_id",)
    owner = "team:registry"

    line_id: Series[str] = column("Key of the line: patient|setting|number.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    setting: Series[str] = column("Setting.", nullable=False, codelist="setting")
    line_number: Series[int] = column("Number per setting, from 1.", nullable=False, ge=1)
    line_sequence: Series[int] = column(
        "Number over all settings, in order of time.", nullable=False, ge=1
    )
    lot_notation: Series[str] = column(LOT_NOTATION, nullable=False)
    regimen: Series[str] = column("Label: generic names joined by '+'.", nullable=False)
    regimen_class: Series[str] = column("Drug classes of the label joined by '+'.")
    start_date: Series[date] = column("First day.", nullable=False)
    end_date: Series[date] = column("Last day of treatment; missing when not known.")
    end_reason: Series[str] = column("Why treatment ended.", nullable=False, isin=END_REASONS)
    opened_because: Series[str] = column(
        "Clause that opened the line.", nullable=False, isin=OPENING_CLAUSES
    )
    closed_because: Series[str] = column(
        "Clause that opened the next line; death, ongoing or no_later_line when there is none.",
        nullable=False,
        isin=CLOSING_CLAUSES,
    )
    treatment_ids: Series[str] = column("Episodes of the line, joined by ','.", nullable=False)
    entered_line_numbers: Series[str] = column("Line numbers as entered, joined by ','.")
    entered_line_agrees: Series[bool] = column(ENTERED_LINE_AGREES)
    has_unknown_stop: Series[bool] = column(
        "A stop that is not ongoing is not registered.", nullable=False
    )
    has_substitution: Series[bool] = column("A substitute continued the line.", nullable=False)
    is_resumed_after_toxicity: Series[bool] = column(
        "Treatment was resumed after a stop for toxicity.", nullable=False
    )
    is_beyond_progression: Series[bool] = column(
        "Treatment went on beyond progression.", nullable=False
    )
    has_dropped_component: Series[bool] = column(HAS_DROPPED_COMPONENT, nullable=False)
    has_component_given_back: Series[bool] = column(HAS_COMPONENT_GIVEN_BACK, nullable=False)
    has_added_substance: Series[bool] = column(HAS_ADDED_SUBSTANCE, nullable=False)
    carried_substances: Series[str] = column(CARRIED_SUBSTANCES)
    is_not_shown: Series[bool] = column(IS_NOT_SHOWN, nullable=False)
    is_stale_ongoing: Series[bool] = column(IS_STALE_ONGOING, nullable=False)
    local_treatments: Series[int] = column(LOCAL_TREATMENTS, nullable=False, ge=0)
    is_adjuvant_refractory: Series[bool] = column(
        "The first advanced line after adjuvant treatment that failed early; missing where the "
        "last adjuvant dose is not known, no for every other line."
    )

    line_hospital_id: Series[str] = column(
        "Hospital whose pages count the line: the patient's, and of a person of several pseudonyms "
        "that of the line's first episode."
    )
    rechallenge_kind: Series[str] = column(
        "The closest way in which the line gives again what an earlier line of any setting gave; "
        "missing when it does not.",
        isin=KINDS,
    )
    rechallenge_of: Series[str] = column(
        "That earlier line; of several the last. All pairs stand in marts.reexposures."
    )
    entered_rechallenge: Series[str] = column(
        "Rechallenge as entered: yes when yes for any episode of the line, no when no for all that "
        "say.",
        codelist="yes_no",
    )
    entered_rechallenge_agrees: Series[bool] = column(
        "Entered yes for a line of a rechallenge kind, or no for another; missing when not entered "
        "and for class_crossing."
    )

    best_overall_response: Series[str] = column(
        "Best overall response, unconfirmed.", codelist="response"
    )
    best_overall_response_date: Series[date] = column("First day on which it was met.")
    best_overall_response_confirmed: Series[str] = column(
        "Best overall response, confirmed.", codelist="response"
    )
    response_source: Series[str] = column(
        "What the response was read from.", nullable=False, isin=("assessments", "entered")
    )
    response_evaluable: Series[bool] = column(
        "At least one evaluable assessment, whatever its day.", nullable=False
    )
    best_overall_response_confirmed_date: Series[date] = column(
        "First day on which the confirmed best response was met: the first of the pair."
    )
    responder: Series[bool] = column("CR or PR; missing when not evaluable.")
    disease_control: Series[bool] = column(
        "CR, PR, SD or NON-CR/NON-PD as best response; missing when not evaluable."
    )
    first_response_date: Series[date] = column("First CR or PR that counts.")
    days_to_response: Series[int] = column("To the first response.", unit="days", ge=1)
    first_response_confirmed_date: Series[date] = column(
        "First CR or PR that was confirmed, the first of the pair."
    )
    criteria: Series[str] = column(
        "Criteria of the line's assessments; a mixed line is read in RECIST 1.1.",
        isin=LINE_CRITERIA,
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

    progression_date: Series[date] = column("First progression of the line.")
    progression_source: Series[str] = column(
        "What shows the progression.", isin=PROGRESSION_SOURCES
    )
    pfs_days: Series[int] = column("Progression-free survival.", unit="days", ge=0)
    pfs_event: Series[bool] = column("Progression or death, not censored.")
    pfs_end_reason: Series[str] = column("What ended it.", isin=PFS_END_REASONS)
    os_days: Series[int] = column("Overall survival.", unit="days", ge=0)
    os_event: Series[bool] = column("Death, not censored.")
    os_end_reason: Series[str] = column("What ended it.", isin=OS_END_REASONS)
    next_line_start_date: Series[date] = column("First day of the next line of any setting.")
    ttnt_days: Series[int] = column("Time to next treatment or death.", unit="days", ge=0)
    ttnt_event: Series[bool] = column("Next line or death, not censored.")
    ttnt_end_reason: Series[str] = column("What ended it.")
    dor_days: Series[int] = column(
        "Duration of response: first CR or PR to the end of progression-free survival.",
        unit="days",
        ge=0,
    )
    dor_event: Series[bool] = column("Progression or death, not censored.")
    dor_end_reason: Series[str] = column("What ended it, or `no_response`.")

    severe_toxicity: Series[str] = column(
        "Severe toxicity as entered: yes when yes for any episode, no when no for all.",
        codelist="yes_no_unknown",
    )
    worst_grade: Series[int] = column("Worst grade of any event.", ge=1, le=5)
    worst_irae_grade: Series[int] = column("Worst grade of an immune-related event.", ge=1, le=5)
    toxicity_known: Series[bool] = column(
        "Whether it is known if the line was severely toxic: answered, or by a source that "
        "declares to capture it. An event alone does not tell, whatever its grade.",
        nullable=False,
    )
    toxicity_collected: Series[bool] = column(
        "The source asks for severe toxicity, or declares to capture it.", nullable=False
    )
    severe_toxicity_status: Series[str] = column(
        "Severe toxicity, as entered or by a grade 3+ event, which may be where toxicity is not "
        "known; no only where it is.",
        nullable=False,
        isin=REPORTED,
    )
    severe_irae_status: Series[str] = column(
        "A grade 3+ immune-related event, which may be where toxicity is not known; else not "
        "reported where that is so, or severe toxicity is known and what it was is not.",
        nullable=False,
        isin=REPORTED,
    )
    toxicity_led_to_stop: Series[str] = column(
        "Whether an event led to stopping: yes when any did, no when none; missing without events.",
        codelist="yes_no_unknown",
    )
    toxicity_episodes: Series[int] = column(
        "Episodes of toxicity, counted per organ class.", nullable=False, ge=0
    )
    first_severe_irae_date: Series[date] = column(
        "Earliest known onset of a grade 3+ immune-related event."
    )
    days_to_severe_irae: Series[int] = column(
        "From the line's start to that onset; missing when onset precedes it.", unit="days", ge=0
    )
    toxicity_window_end_date: Series[date] = column(
        "Day on which the toxicity window closes, or on which it is last known to be open."
    )
    toxicity_window_closed_by: Series[str] = column(
        "What closes the window.", nullable=False, isin=WINDOW_CLOSED_BY
    )
    severe_irae_days: Series[int] = column(
        "From the line's start to the first grade 3+ immune-related event in the window, else to "
        "the window's end.",
        unit="days",
        ge=0,
    )
    severe_irae_cause: Series[int] = column(
        "0 censored, 1 severe immune-related event, 2 next line, 3 death.", ge=0, le=3
    )
    severe_irae_end_reason: Series[str] = column(
        "The same in words.", nullable=False, isin=SEVERE_IRAE_END_REASONS
    )

    lines_doubtful_because: Series[str] = column("Rules that make the line doubtful.")
    response_doubtful_because: Series[str] = column("Rules that make the response doubtful.")
    pfs_doubtful_because: Series[str] = column("Rules that make PFS doubtful.")
    os_doubtful_because: Series[str] = column("Rules that make overall survival doubtful.")
    toxicity_doubtful_because: Series[str] = column("Rules that make toxicity doubtful.")


class Responses(Contract):
    """Response assessments with their line."""

    layer = "marts"
    table = "responses"
    grain = "One row per placed response assessment."
    primary_key = ("response_id",)
    owner = "team:registry"

    response_id: Series[str] = column("Assessment.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    line_id: Series[str] = column("Line; missing when none can be told.")
    assessment_date: Series[date] = column("Day of the assessment.")
    criteria: Series[str] = column("Response criteria.", codelist="criteria")
    response: Series[str] = column("Response.", codelist="response")
    line_assignment: Series[str] = column(
        "How the line was told.", nullable=False, isin=RESPONSE_ASSIGNMENTS
    )
    days_from_line_start: Series[int] = column("From the line's start.", unit="days", ge=0)


class AdverseEvents(Contract):
    """Adverse events with their line."""

    layer = "marts"
    table = "adverse_events"
    grain = "One row per placed adverse event."
    primary_key = ("event_id",)
    owner = "team:registry"

    event_id: Series[str] = column("Adverse event.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    line_id: Series[str] = column("Line; missing when none can be told.")
    term: Series[str] = column("Term as registered.")
    category: Series[str] = column("Organ class as entered.")
    organ_class: Series[str] = column(
        "Organ class by the term list, else by the entered category, else other.",
        nullable=False,
        codelist="organ_class",
    )
    grade: Series[int] = column(
        "Worst grade as registered; 5 where the outcome is fatal and no grade is."
    )
    is_irae: Series[bool] = column("Immune related; missing when not known.")
    irae_source: Series[str] = column(
        "Whether the entry or the term list said so.", isin=IRAE_SOURCES
    )
    led_to_stop: Series[str] = column(
        "Whether it led to stopping, as entered.", codelist="yes_no_unknown"
    )
    onset_date: Series[date] = column("Onset.")
    resolved_date: Series[date] = column("Resolution.")
    days_from_line_start: Series[int] = column("From the line's start.", unit="days", ge=0)
    begins_episode: Series[bool] = column(
        "The first of its organ class in the line, or begun after every earlier one had resolved.",
        nullable=False,
    )
    line_assignment: Series[str] = column(
        "How the line was told.", nullable=False, isin=EVENT_ASSIGNMENTS
    )
