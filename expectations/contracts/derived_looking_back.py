"""Contracts of the tables that a start of treatment looks back at.

Belongs here: what of a start was given before, what had stopped by it and what goes on through it,
substance by substance. Does not belong here: what is read of a start as a whole
(`derived_starts`), lines (`derived_lines`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column


class StartSubstances(Contract):
    """What starts, and when each of it was given before."""

    layer = "derived"
    table = "start_substances"
    grain = "One row per start of treatment of a patient with several, and substance that starts."
    primary_key = ("patient_id", "step", "substance")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    step: Series[int] = column("Number of the start.", nullable=False, ge=1)
    substance: Series[str] = column("Generic name.", nullable=False)
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    drug_class: Series[str] = column("Its class, or its own name.", nullable=False)
    given_step: Series[int] = column(
        "Start at which it was given last before; 0 for never.", nullable=False, ge=0
    )
    class_given_step: Series[int] = column(
        "The same of its drug class; 0 unless additions are judged by class.",
        nullable=False,
        ge=0,
    )
    pause_days: Series[int] = column(
        "Since its last known day; 0 while registered as ongoing.", unit="days"
    )
    goes_on: Series[bool] = column(
        "It had stopped so shortly before, and for no reason that ends treatment, that it goes on.",
        nullable=False,
    )


class StartComponents(Contract):
    """What starts, a substitute counting as what it stands for."""

    layer = "derived"
    table = "start_components"
    grain = "One row per start of treatment of a patient with several, and component that starts."
    primary_key = ("patient_id", "step", "component")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    step: Series[int] = column("Number of the start.", nullable=False, ge=1)
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    start_date: Series[date] = column("Day of the start.", nullable=False)
    previous_start_date: Series[date] = column("Day of the patient's start before.")
    given_step: Series[int] = column(
        "Start at which it was given last before; 0 for never.", nullable=False, ge=0
    )
    given_again_step: Series[int] = column("Start at which it is given next.")
    given_until_date: Series[date] = column(
        "Last day on which what was given before may have gone on; 9999-12-31 for no end."
    )
    last_possible_date: Series[date] = column("The same, this start included.", nullable=False)


class DroppedComponents(Contract):
    """When treatment first goes on without a component."""

    layer = "derived"
    table = "dropped_components"
    grain = (
        "One row per component and the first start of treatment after its last day that is "
        "without it."
    )
    primary_key = ("patient_id", "component", "given_step")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    given_step: Series[int] = column("Start at which it was given last.", nullable=False, ge=1)
    given_until_date: Series[date] = column(
        "Last day on which it may have been given.", nullable=False
    )
    dropped_at_step: Series[int] = column("First start without it.", nullable=False, ge=2)


class StoppedSubstances(Contract):
    """What had stopped by a start soon after another."""

    layer = "derived"
    table = "stopped_substances"
    grain = "One row per start of treatment soon after another, and substance given before its day."
    primary_key = ("patient_id", "step", "substance")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    step: Series[int] = column("Number of the start.", nullable=False, ge=2)
    substance: Series[str] = column("Generic name.", nullable=False)
    given_step: Series[int] = column(
        "Start at which it was given last before.", nullable=False, ge=1
    )
    is_stopped: Series[bool] = column(
        "On every day that its stop and its episode's may be, it had stopped for progression, "
        "toxicity or the patient's choice.",
        nullable=False,
    )
    is_perhaps_stopped: Series[bool] = column("The same on some such day.", nullable=False)


class RunningSpans(Contract):
    """What goes on through a start of something else: what its line may take over."""

    layer = "derived"
    table = "running_spans"
    grain = (
        "One row per start of treatment and earlier span of a substance that goes on, or may go "
        "on, through it."
    )
    primary_key = ("patient_id", "step", "treatment_id", "substance", "span")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    step: Series[int] = column("Number of the start.", nullable=False, ge=2)
    substance: Series[str] = column("Generic name.", nullable=False)
    treatment_id: Series[str] = column("Treatment episode.", nullable=False)
    span: Series[int] = column("Number of the run.", nullable=False, ge=1)
    component: Series[str] = column("What it stands for in a regimen.", nullable=False)
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    how: Series[str] = column(
        "Shown to be given long enough after the start; not shown on every day that a partial "
        "date may be; or registered as ongoing in an episode of which nothing starts.",
        nullable=False,
        isin=("shown", "not_shown", "ongoing_elsewhere"),
    )
    given_step: Series[int] = column(
        "Start at which the substance was given last before.", nullable=False, ge=1
    )
    start_date: Series[date] = column("Day of the start, from which it goes on.", nullable=False)
    stop_date: Series[date] = column(
        "Last stop, or the start by which the next span takes it up; missing when not known."
    )
    last_shown_date: Series[date] = column(
        "Last day it is known to have been given.", nullable=False
    )
    is_ongoing: Series[bool] = column("Registered as ongoing.", nullable=False)
    stop_reason: Series[str] = column("Why the episode stopped.", codelist="stop_reason")
    source_file: Series[str] = column("File of its first source row.", nullable=False)
    source_line: Series[int] = column("Line of its first source row.", nullable=False, ge=1)
