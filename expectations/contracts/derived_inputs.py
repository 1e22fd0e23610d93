"""Contracts of the tables that derivations start from: records as read, by person and cut-off.

Belongs here: the tables between staging and the derivations. Does not belong here: staging, which
keeps ids and values as delivered, or anything derived from these tables.
"""

import inspect
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from expectations import export_format
from expectations.contracts.base import PLACE, Contract, Series, column
from expectations.contracts.staging_base import expand
from expectations.contracts.staging_derived import READINGS
from expectations.export_format import Table

UNDATED_SUBJECTS = ("responses", "treatments")


class InputContract(Contract):
    """Placed rows of a table of the export; dates read by the cut-off, `patient_id` the person's.

    A subclass names its table and the columns that no derivation asks for.
    """

    if TYPE_CHECKING:
        export: ClassVar[Table]
        left_out: ClassVar[tuple[str, ...]]

    source_file: Series[str] = column("File the row was read from.", nullable=False)
    source_line: Series[int] = column("Line of the row in that file.", nullable=False, ge=1)
    source_part: Series[int] = column("Part of the mapping it was read by.", nullable=False, ge=1)
    source_number: Series[int] = column("Number within that part.", nullable=False, ge=1)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Expand the columns of the export, before those the class declares itself."""
        export = cls.__dict__.get("export")
        if export is not None:
            cls.layer, cls.table, cls.owner = "derived", export.name, "team:derivations"
            expanded: dict[str, type] = {}
            for declared in export.columns:
                if declared.name in cls.__dict__.get("left_out", ()):
                    continue
                for name, kind, field in expand(declared):
                    if not name.endswith("_text"):
                        field.__set_name__(cls, name)
                        setattr(cls, name, field)
                        expanded[name] = kind
            cls.__annotations__ = expanded | inspect.get_annotations(cls)
        super().__init_subclass__(**kwargs)

    @classmethod
    def _get_model_attrs(cls) -> dict[str, Any]:
        attributes = super()._get_model_attrs()
        for name in ("export", "left_out"):
            attributes.pop(name, None)
        return attributes


class DeliveredCutoffs(Contract):
    """Data cut-offs, and how many patients have a record shortly past theirs."""

    layer = "derived"
    table = "delivered_cutoffs"
    grain = "One row per delivery that the state of the registry is made of."
    primary_key = ("export_id",)
    owner = "team:derivations"

    export_id: Series[str] = column("The delivery.")
    cutoff_date: Series[date] = column("Its data cut-off.")
    patients: Series[int] = column("Patients it delivers.", nullable=False, ge=0)
    patients_later: Series[int] = column(
        "Those with an assessment, event, dose, procedure or last contact 1 to 366 days past it.",
        nullable=False,
        ge=0,
    )
    is_taken_to_be_wrong: Series[bool] = column(
        "So many that publication is held until the cut-off is put right.", nullable=False
    )


class InputPatients(InputContract):
    """Persons as the derivations read them."""

    export = export_format.PATIENTS
    left_out = ("person_key", "source_record_ref")
    grain = "One row per person."
    primary_key = ("patient_id",)

    patient_ids: Series[str] = column(
        "Pseudonyms of the person as delivered, joined by ', '.", nullable=False
    )
    death_dates_differ: Series[bool] = column(
        "Whether linked pseudonyms give dates of death that lie too far apart.", nullable=False
    )
    cutoff_date: Series[date] = column(
        "Data cut-off of the person: the latest of the deliveries the pseudonyms came from."
    )


class InputBaselines(InputContract):
    """Baselines as the derivations read them."""

    export = export_format.BASELINES
    left_out = ("breslow_mm", "t_category", "ulceration", "ajcc_edition", "resectable")
    grain = "One row per placed baseline; of linked pseudonyms one at diagnosis."
    primary_key = ("patient_id", "treatment_id", *PLACE)


class InputTreatments(InputContract):
    """Treatment episodes as the derivations read them."""

    export = export_format.TREATMENTS
    left_out = ("source_record_ref",)
    grain = "One row per placed treatment episode."
    primary_key = ("treatment_id",)


class InputDrugSubstances(Contract):
    """Substances given, as the derivations read them."""

    layer = "derived"
    table = "drug_substances"
    grain = "One row per substance of a row that had started by the cut-off, or has no start."
    primary_key = ("record_key", *PLACE, "substance_ordinal")
    owner = "team:derivations"

    treatment_id: Series[str] = column("Key of the treatment episode.", nullable=False)
    patient_id: Series[str] = column("Patient of the treatment episode.", nullable=False)
    substance: Series[str] = column("Generic name; NULL when what was written is not recognised.")
    substance_ordinal: Series[int] = column(
        "Number of the substance within the cell, from 1.", nullable=False, ge=1
    )
    drug_class: Series[str] = column("Class of the substance.", codelist="drug_class")
    route: Series[str] = column("Usual route of the substance.", codelist="route")
    is_systemic: Series[bool] = column(
        "Systemic antitumour therapy; NULL when the substance is not recognised."
    )
    reading: Series[str] = column("What was read.", nullable=False, isin=READINGS)
    unknown_drug: Series[str] = column(
        "What tells an unknown systemic drug from others, where nothing systemic is read that was "
        "given from the episode's start."
    )
    is_after_arrow: Series[bool] = column(
        "Follows an arrow and did not stand before it: its start is not known.", nullable=False
    )
    is_before_arrow: Series[bool] = column(
        "Something new follows it by an arrow: its stop is not known, and it is not ongoing.",
        nullable=False,
    )
    origin: Series[str] = column(
        "Whether the substance was read from a drug row or from the regimen of the episode.",
        nullable=False,
        isin=("drugs", "regimen"),
    )
    written: Series[str] = column("The words of the cell that were read.")
    source_file: Series[str] = column("File the row was read from.", nullable=False)
    source_line: Series[int] = column("Line of the row in that file.", nullable=False, ge=1)
    source_part: Series[int] = column("Part of the mapping it was read by.", nullable=False, ge=1)
    source_number: Series[int] = column("Number within that part.", nullable=False, ge=1)
    record_key: Series[str] = column("Key of the drug row or of the episode.", nullable=False)
    start_date: Series[date] = column("First day. Representative day where partial.")
    start_date_earliest: Series[date] = column("Earliest possible first day.")
    start_date_latest: Series[date] = column("Latest possible first day.")
    stop_date: Series[date] = column(
        "Last day; missing where it lies past the cut-off. Representative day where partial."
    )
    stop_date_earliest: Series[date] = column("Earliest possible last day.")
    stop_date_latest: Series[date] = column("Latest possible last day.")
    is_stop_past_cutoff: Series[bool] = column(
        "The stop lies past the cut-off: ongoing at the cut-off.", nullable=False
    )
    doses: Series[int] = column("Number of doses given.")


class InputResponses(InputContract):
    """Response assessments as the derivations read them."""

    export = export_format.RESPONSES
    grain = "One row per placed assessment, less those past the cut-off and repeats of linked ids."
    primary_key = ("response_id",)


class InputAdverseEvents(InputContract):
    """Adverse events as the derivations read them."""

    export = export_format.ADVERSE_EVENTS
    left_out = ("management", "management_start_date")
    grain = (
        "One row per placed adverse event, less those past the cut-off and repeats of linked ids."
    )
    primary_key = ("event_id",)


class InputLocalTreatments(InputContract):
    """Local procedures as the derivations read them."""

    export = export_format.LOCAL_TREATMENTS
    left_out = ("site", "intent")
    grain = "One row per placed local procedure, less those dated past the cut-off."
    primary_key = ("procedure_id",)


class UndatedProgressions(Contract):
    """Progressions that are registered past the cut-off, and so lie on an unknown day."""

    layer = "derived"
    table = "undated_progressions"
    grain = "One row per PD assessment, or stop for progression, dated past the cut-off."
    primary_key = ("subject", "record_key")
    owner = "team:derivations"

    patient_id: Series[str] = column("Patient.", nullable=False)
    treatment_id: Series[str] = column("Episode: the progression is of its line, else the last.")
    subject: Series[str] = column("Table of the record.", nullable=False, isin=UNDATED_SUBJECTS)
    record_key: Series[str] = column("Key of the assessment or the episode.", nullable=False)
