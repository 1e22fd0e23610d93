"""Contract of the mart of baselines: the state of a patient at diagnosis and at each line's start.

Belongs here: that table. Does not belong here: one value a patient, which studies select on
(`marts.patients`).
"""

from datetime import date

from expectations.contracts.base import Contract, Series, column


class Baselines(Contract):
    """Baselines as registered: at diagnosis of advanced disease and at each line's start.

    A line without a row has no baseline registered at its start: it was not collected.
    """

    layer = "marts"
    table = "baselines"
    grain = (
        "One row per patient at diagnosis of advanced disease, and per line with a baseline at its "
        "start."
    )
    primary_key = ("patient_id", "line_id")
    owner = "team:registry"

    patient_id: Series[str] = column("Patient.", nullable=False)
    line_id: Series[str] = column(
        "Line at whose start it was taken; missing at diagnosis of advanced disease."
    )
    measured_date: Series[date] = column("Day of the measurements.")
    days_from_line_start: Series[int] = column(
        "From the line's start to the measurements; negative before it.", unit="days"
    )
    stage: Series[str] = column("AJCC stage.", codelist="stage")
    m_category: Series[str] = column("AJCC M category.", codelist="m_category")
    ecog: Series[str] = column("ECOG performance status.", codelist="ecog")
    ldh_category: Series[str] = column("LDH class as entered.", codelist="ldh_category")
    ldh_u_per_l: Series[float] = column("Lactate dehydrogenase.", unit="U/l")
    ldh_uln_u_per_l: Series[float] = column("Upper limit of normal of LDH.", unit="U/l")
    brain_metastases: Series[str] = column("Brain metastases.", codelist="brain_metastases")
    liver_metastases: Series[str] = column("Liver metastases.", codelist="yes_no_unknown")
    organ_sites: Series[int] = column("Organ sites with metastases.", ge=0)
    braf: Series[str] = column("BRAF mutation.", codelist="braf")
    nras: Series[str] = column("NRAS mutation.", codelist="nras")
    comorbidities: Series[int] = column("Comorbidities.", ge=0)
