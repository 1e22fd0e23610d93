"""Treatment patterns of the synthetic registry: regimens, eras, response and toxicity chances.

Belongs here: the assumptions the background population is drawn from, as data. They are round,
plausible figures for a national registry of advanced melanoma, not estimates of one. Does not
belong here: the calibration cohort (`calibration.py`) or any drawing (`courses.py`).
"""

from dataclasses import dataclass

import numpy as np

CATEGORIES = ("CR", "PR", "SD", "PD", "NE")


@dataclass(frozen=True)
class Regimen:
    """One regimen and what happens under it.

    `response` are the chances of CR, PR, SD, PD and of no assessment; `severe` that of a grade 3+
    event; `planned_days` how long it is given when nothing intervenes; `interval_days` between two
    doses; `dose` and `dose_unit` by substance.
    """

    key: str
    substances: tuple[str, ...]
    written: tuple[str, ...]
    response: tuple[float, float, float, float, float]
    severe: float
    planned_days: int
    interval_days: int
    doses: tuple[tuple[str, str], ...]
    immune: bool = False
    targeted: bool = False


_IPI = ("3", "mg/kg")
_FLAT = ("480", "mg")

REGIMENS: tuple[Regimen, ...] = (
    Regimen(
        "ipi",
        ("ipilimumab",),
        ("ipilimumab", "Ipilimumab", "Yervoy", "ipi"),
        (0.03, 0.12, 0.22, 0.56, 0.07),
        0.26,
        63,
        21,
        (_IPI,),
        immune=True,
    ),
    Regimen(
        "ipinivo",
        ("ipilimumab", "nivolumab"),
        ("ipilimumab + nivolumab", "Ipilimumab/Nivolumab", "ipi+nivo", "nivolumab + ipilimumab"),
        (0.15, 0.35, 0.14, 0.31, 0.05),
        0.48,
        730,
        28,
        (_IPI, ("1", "mg/kg")),
        immune=True,
    ),
    Regimen(
        "nivo",
        ("nivolumab",),
        ("nivolumab", "Nivolumab", "Opdivo"),
        (0.12, 0.28, 0.22, 0.32, 0.06),
        0.15,
        730,
        28,
        (_FLAT,),
        immune=True,
    ),
    Regimen(
        "pembro",
        ("pembrolizumab",),
        ("pembrolizumab", "Pembrolizumab", "Keytruda"),
        (0.12, 0.28, 0.22, 0.32, 0.06),
        0.15,
        730,
        21,
        (("200", "mg"),),
        immune=True,
    ),
    Regimen(
        "dabtram",
        ("dabrafenib", "trametinib"),
        ("dabrafenib + trametinib", "Dabrafenib/Trametinib", "trametinib + dabrafenib"),
        (0.12, 0.45, 0.26, 0.12, 0.05),
        0.22,
        2000,
        28,
        (("150", "mg"), ("2", "mg")),
        targeted=True,
    ),
    Regimen(
        "encobini",
        ("encorafenib", "binimetinib"),
        ("encorafenib + binimetinib", "Encorafenib/Binimetinib"),
        (0.12, 0.45, 0.26, 0.12, 0.05),
        0.22,
        2000,
        28,
        (("450", "mg"), ("45", "mg")),
        targeted=True,
    ),
    Regimen(
        "vem",
        ("vemurafenib",),
        ("vemurafenib", "Zelboraf"),
        (0.06, 0.42, 0.30, 0.16, 0.06),
        0.20,
        2000,
        28,
        (("960", "mg"),),
        targeted=True,
    ),
    Regimen(
        "dtic",
        ("dacarbazine",),
        ("dacarbazine", "Dacarbazine", "DTIC"),
        (0.01, 0.09, 0.26, 0.54, 0.10),
        0.15,
        105,
        21,
        (("1000", "mg/m2"),),
    ),
    Regimen(
        "carbotax",
        ("carboplatin", "paclitaxel"),
        ("carboplatin + paclitaxel", "Carboplatin/Paclitaxel"),
        (0.01, 0.12, 0.27, 0.50, 0.10),
        0.25,
        105,
        21,
        (("500", "mg"), ("175", "mg/m2")),
    ),
)
INDEX = {regimen.key: position for position, regimen in enumerate(REGIMENS)}

SPELLINGS: dict[str, tuple[str, ...]] = {
    "ipilimumab": ("ipilimumab", "Ipilimumab", "Yervoy", "L01FX04", "ipilimumab"),
    "nivolumab": ("nivolumab", "Nivolumab", "Opdivo", "L01FF01", "nivolumab"),
    "pembrolizumab": ("pembrolizumab", "Pembrolizumab", "Keytruda", "L01FF02"),
    "dabrafenib": ("dabrafenib", "Tafinlar", "L01EC02"),
    "trametinib": ("trametinib", "Mekinist", "L01EE01"),
    "encorafenib": ("encorafenib", "Braftovi", "L01EC03"),
    "binimetinib": ("binimetinib", "Mektovi", "L01EE03"),
    "vemurafenib": ("vemurafenib", "Zelboraf", "L01EC01"),
    "dacarbazine": ("dacarbazine", "Dacarbazine", "L01AX04"),
    "carboplatin": ("carboplatin", "Carboplatin"),
    "paclitaxel": ("paclitaxel", "Paclitaxel"),
}
"""How the substances are written in the drug rows: names, brands and ATC codes."""


@dataclass(frozen=True)
class Toxicity:
    """One adverse event term: its organ class and how the event tends to run."""

    term: str
    category: str
    weight: float
    resolves: float
    may_be_fatal: bool = False
    has_grade_4: bool = True


IMMUNE_EVENTS = (
    Toxicity("Colitis", "Gastrointestinal disorders", 0.24, 0.9, may_be_fatal=True),
    Toxicity("Diarrhea", "Gastrointestinal disorders", 0.14, 0.95),
    Toxicity("Alanine aminotransferase increased", "Investigations", 0.18, 0.9),
    Toxicity("Hypophysitis", "Endocrine disorders", 0.10, 0.1),
    Toxicity("Adrenal insufficiency", "Endocrine disorders", 0.05, 0.05),
    Toxicity(
        "Pneumonitis",
        "Respiratory, thoracic and mediastinal disorders",
        0.08,
        0.85,
        may_be_fatal=True,
    ),
    Toxicity(
        "Rash maculo-papular",
        "Skin and subcutaneous tissue disorders",
        0.13,
        0.9,
        has_grade_4=False,
    ),
    Toxicity("Myocarditis", "Cardiac disorders", 0.03, 0.7, may_be_fatal=True),
    Toxicity(
        "Arthritis", "Musculoskeletal and connective tissue disorders", 0.05, 0.6, has_grade_4=False
    ),
)
OTHER_EVENTS = (
    Toxicity("Fever", "General disorders and administration site conditions", 0.4, 0.98),
    Toxicity(
        "Fatigue",
        "General disorders and administration site conditions",
        0.25,
        0.7,
        has_grade_4=False,
    ),
    Toxicity("Neutrophil count decreased", "Investigations", 0.2, 0.95),
    Toxicity("Nausea", "Gastrointestinal disorders", 0.15, 0.95, has_grade_4=False),
)


def response_table() -> np.ndarray:
    """Cumulative chances of the response categories, one row a regimen."""
    return np.cumsum(np.array([regimen.response for regimen in REGIMENS]), axis=1)
