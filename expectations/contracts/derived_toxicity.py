"""Contracts of the tables in which toxicity and doubt are attributed to lines.

Belongs here: adverse events with their line, toxicity per line, doubts per line. Does not belong
here: lines (`derived_lines`), responses and times (`derived_outcomes`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column

EVENT_ASSIGNMENTS = ("treatment", "date", "unassigned")
AFFECTS = ("lines", "response", "pfs", "os", "toxicity", "baseline")


class AdverseEventsAttributed(Contract):
    """Adverse events with the line they are attributed to."""

    layer = "derived"
    table = "adverse_events_attributed"
    grain = "One row per placed adverse event."
    primary_key = ("event_id",)
    owner = "team:derivations"

    event_id: Series[str] = column("Adverse event.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    line_id: Series[str] = column("Line; missing when none can be told.")
    line_assignment: Series[str] = column(
        "By the entered episode, by date, or not at all.", nullable=False, isin=EVENT_ASSIGNMENTS
    )
    term: Series[str] = column("Term as registered.")
    category: Series[str] = column("Organ class as entered.")
    grade: Series[int] = column("Worst grade as registered.")
    is_irae: Series[bool] = column(
        "Immune related: as entered, else by the term list; missing when neither knows."
    )
    onset_date: Series[date] = column(
        "Onset; a partial date is its representative day, not before the start of the entered "
        "episode where its interval allows."
    )
    resolved_date: Series[date] = column("Resolution.")
    days_from_line_start: Series[int] = column(
        "From the line's start to onset; missing when onset precedes it.", unit="days", ge=0
    )


class LineToxicity(Contract):
    """Toxicity of a line."""

    layer = "derived"
    table = "line_toxicity"
    grain = "One row per line."
    primary_key = ("line_id",)
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    patient_id: Series[str] = column("Patient.", nullable=False)
    severe_toxicity: Series[str] = column(
        "As entered: yes when yes for any episode, no when no for all.",
        nullable=False,
        codelist="yes_no_unknown",
    )
    events: Series[int] = column("Adverse events of the line.", nullable=False, ge=0)
    worst_grade: Series[int] = column("Worst grade of any event.", ge=1, le=5)
    worst_irae_grade: Series[int] = column("Worst grade of an immune-related event.", ge=1, le=5)
    toxicity_known: Series[bool] = column(
        "Whether it is known if the line was severely toxic.", nullable=False
    )


class LineDoubts(Contract):
    """Error findings on source records, by the line whose values they feed."""

    layer = "derived"
    table = "line_doubts"
    grain = "One row per line, affected value and rule."
    primary_key = ("line_id", "affects", "rule_id")
    owner = "team:derivations"

    line_id: Series[str] = column("Line.", nullable=False)
    affects: Series[str] = column("What is made doubtful.", nullable=False, isin=AFFECTS)
    rule_id: Series[str] = column("Rule that was violated.", nullable=False)
