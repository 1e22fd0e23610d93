"""Contracts of the staging tables that mirror the files of an export.

Belongs here: one class per file, with what staging adds to it. Does not belong here: the columns
of the files (`expectations.export_format`) and how they expand (`staging_base`).
"""

from expectations import export_format
from expectations.contracts.base import Series, column
from expectations.contracts.staging_base import StagingContract


class StagingPatients(StagingContract):
    """Patients as registered, typed."""

    export = export_format.PATIENTS


class StagingBaselines(StagingContract):
    """Baselines as registered, typed."""

    export = export_format.BASELINES

    hospital_id: Series[str] = column("Hospital of the patient.")


class StagingTreatments(StagingContract):
    """Treatment episodes as registered, typed."""

    export = export_format.TREATMENTS


class StagingDrugs(StagingContract):
    """Substances within episodes as registered, typed."""

    export = export_format.DRUGS

    patient_id: Series[str] = column("Patient of the treatment episode.")
    hospital_id: Series[str] = column("Hospital of the treatment episode.")


class StagingResponses(StagingContract):
    """Response assessments as registered, typed."""

    export = export_format.RESPONSES

    hospital_id: Series[str] = column("Hospital of the patient.")


class StagingAdverseEvents(StagingContract):
    """Adverse events as registered, typed."""

    export = export_format.ADVERSE_EVENTS

    hospital_id: Series[str] = column("Hospital of the patient.")


class StagingLocalTreatments(StagingContract):
    """Local procedures as registered, typed."""

    export = export_format.LOCAL_TREATMENTS

    hospital_id: Series[str] = column("Hospital of the patient.")


class StagingHospitals(StagingContract):
    """Hospitals that deliver to the registry, typed."""

    export = export_format.HOSPITALS
