"""Contracts of re-exposures: lines that give again what an earlier line gave.

Belongs here: the pairs of every patient, whatever a study would call them. Does not belong here:
the pair that one study picks (`studies`), lines themselves (`derived_lines`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

KINDS = ("same_regimen", "same_substance", "same_class", "class_crossing")
REASONS = (
    "after_progression",
    "after_toxicity",
    "after_planned_stop",
    "after_elective_stop",
    "after_another_line",
    "unknown",
)
REASON_SOURCES = ("stop_reason", "adverse_event", "progression", "later_line", "none")
_KIND = (
    "The closest of: same_regimen (one label), same_substance, same_class (substances of one "
    "mechanism), class_crossing (another class of the same group)."
)


class ReexposurePairs(Contract):
    """Pairs of an exposure and a later re-exposure, by what they share."""

    layer = "derived"
    table = "reexposure_pairs"
    grain = (
        "One row per line and later line of the patient that gives again what it gave, or "
        "something alike."
    )
    primary_key = ("initial_line_id", "reexposure_line_id")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    initial_line_id: Series[str] = column("Line of the first exposure.", nullable=False)
    reexposure_line_id: Series[str] = column("Line of the re-exposure.", nullable=False)
    initial_sequence: Series[int] = column(
        "Number of the initial line over all settings.", nullable=False, ge=1
    )
    reexposure_sequence: Series[int] = column(
        "Number of the re-exposure over all settings.", nullable=False, ge=2
    )
    kind: Series[str] = column(_KIND, nullable=False, isin=KINDS)
    shared_substances: Series[str] = column("Substances given in both, joined by '+'.")
    shared_classes: Series[str] = column("Classes of one mechanism in both, joined by '+'.")
    crossed_groups: Series[str] = column(
        "For class_crossing, the groups of which each gave another class, joined by '+'."
    )
    time_off_days: Series[int] = column(
        "From the last day of the initial line on which something shared in the closest way was "
        "given to its first day in the re-exposure; 0 when it was still given; missing when it may "
        "have been given longer.",
        unit="days",
        ge=0,
    )
    intervening_lines: Series[int] = column(
        "Lines of any setting between the two.", nullable=False, ge=0
    )
    reexposures_between: Series[int] = column(
        "Those of the lines between that are re-exposures of the initial line themselves.",
        nullable=False,
        ge=0,
    )
    is_flagged: Series[bool] = column(
        "The pair that marts.treatment_lines names for the re-exposure: the closest kind, and of "
        "several the latest initial line.",
        nullable=False,
    )


class Reexposures(Contract):
    """Every exposure with every later re-exposure of the patient."""

    layer = "marts"
    table = "reexposures"
    grain = (
        "One row per patient, line and later line that gives again what it gave, or something "
        "alike."
    )
    primary_key = ("initial_line_id", "reexposure_line_id")
    owner = "team:registry"

    patient_id: Series[str] = column("Patient.", nullable=False)
    initial_line_id: Series[str] = column("Line of the first exposure.", nullable=False)
    reexposure_line_id: Series[str] = column("Line of the re-exposure.", nullable=False)
    kind: Series[str] = column(_KIND, nullable=False, isin=KINDS)
    shared_substances: Series[str] = column("Substances given in both, joined by '+'.")
    shared_classes: Series[str] = column("Classes of one mechanism in both, joined by '+'.")
    crossed_groups: Series[str] = column(
        "For class_crossing, the groups of which each gave another class, joined by '+'."
    )
    is_flagged: Series[bool] = column(
        "The pair that marts.treatment_lines names for the re-exposure.", nullable=False
    )
    reexposures_between: Series[int] = column(
        "Earlier re-exposures of the initial line; 0 for its first.", nullable=False, ge=0
    )

    initial_setting: Series[str] = column(
        "Setting of the first exposure.", nullable=False, codelist="setting"
    )
    initial_line_number: Series[int] = column("Its number per setting.", nullable=False, ge=1)
    initial_regimen: Series[str] = column("Its label.", nullable=False)
    initial_start_date: Series[date] = column("Its first day.", nullable=False)
    initial_end_date: Series[date] = column("Its last day; missing when not known.")
    reexposure_setting: Series[str] = column(
        "Setting of the re-exposure.", nullable=False, codelist="setting"
    )
    reexposure_line_number: Series[int] = column("Its number per setting.", nullable=False, ge=1)
    reexposure_regimen: Series[str] = column("Its label.", nullable=False)
    reexposure_start_date: Series[date] = column("Its first day.", nullable=False)

    reason: Series[str] = column(
        "Why the first exposure had stopped: as registered, else the event registered as having "
        "led to it, else a progression at the stop, else that another line followed.",
        nullable=False,
        isin=REASONS,
    )
    reason_source: Series[str] = column(
        "Which of them told it.", nullable=False, isin=REASON_SOURCES
    )
    reason_grade: Series[int] = column("Grade of the toxicity that stopped it.", ge=1, le=5)
    reason_category: Series[str] = column(
        "Organ class of the toxicity that stopped it.", codelist="organ_class"
    )
    reason_event_id: Series[str] = column("The adverse event they are of.")

    time_off_days: Series[int] = column(
        "From the last day of the initial line on which something shared in the closest way was "
        "given to its first day in the re-exposure; 0 when it was still given; missing when it may "
        "have been given longer.",
        unit="days",
        ge=0,
    )
    interval_days: Series[int] = column(
        "From the initial line's end to the start of the re-exposure.", unit="days", ge=0
    )
    intervening_lines: Series[int] = column(
        "Lines of any setting between the two.", nullable=False, ge=0
    )
    intervening_regimens: Series[str] = column("Their labels in order, joined by ', '.")
    intervening_classes: Series[str] = column("Their drug classes, joined by '+'.")
    progression_between: Series[bool] = column(
        "A progression of the initial line, or of one between, after that line's start and on or "
        "before the start of the re-exposure.",
        nullable=False,
    )
    progression_between_date: Series[date] = column("The first such progression.")

    initial_duration_days: Series[int] = column(
        "From the initial line's start to its end.", unit="days", ge=0
    )
    initial_response: Series[str] = column(
        "Best overall response of the initial line, unconfirmed.", codelist="response"
    )
    initial_responder: Series[bool] = column("CR or PR; missing when not evaluable.")
    initial_disease_control: Series[bool] = column(
        "CR, PR, SD or NON-CR/NON-PD; missing when not evaluable."
    )
    initial_pfs_days: Series[int] = column(
        "Progression-free survival from the initial line.", unit="days", ge=0
    )
    initial_pfs_event: Series[bool] = column("Progression or death, not censored.")
    initial_benefit: Series[bool] = column(
        "CR or PR, or stable disease that lasted (benefit_stable_days); missing when not evaluable "
        "or not followed for so long."
    )
    reexposure_response: Series[str] = column(
        "Best overall response of the re-exposure, unconfirmed.", codelist="response"
    )
    reexposure_responder: Series[bool] = column("CR or PR; missing when not evaluable.")
