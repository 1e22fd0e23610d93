"""The cohort and the counts that the synthetic registry is calibrated to.

Belongs here: the numbers of the paper's abstract and of the reconstruction that meets every one of
them, with their source, and nowhere else in the code. Does not belong here: how patients are made
from them (`cohort.py`), or anything the pipeline reads: it never sees this module.

Source of the printed numbers: van Dijk et al., Br J Cancer 2025;133:66-75 (abstract). The table
of responses and the days of progression-free survival are a *reconstruction*: one synthetic cohort
that has all of the printed numbers, out of many that would. Only 13/36, 15/37 and 12/31 are forced
by the printed percentages; 12/30, 16/30 and the split of the gains over the groups are choices.
Meeting the abstract with it shows that the arithmetic is right, not that the registry's definitions
are these.
"""

from dataclasses import dataclass
from typing import Literal

Initial = Literal["R", "N", "missing"]
"""Initial response: responder, evaluable and not a responder, or not evaluable."""

Rechallenge = Literal["R", "N", "NE"]
"""Response to rechallenge: responder, evaluable and not a responder, or not evaluable."""

DEFAULT_PATIENTS = 7_500
IPILIMUMAB_TREATED = 3_759
DEFAULT_SEED = 20250303
HOSPITALS = 14
EXPORT_DATE = "2025-03-03"


@dataclass(frozen=True)
class Cell:
    """One cell of the reconstructed table of responses, with its progression-free survival.

    `pfs` lists days from the start of rechallenge; a `+` marks censoring.
    """

    regimen: Literal["ipi", "ipinivo"]
    initial: Initial
    rechallenge: Rechallenge
    pfs: str


CELLS: tuple[Cell, ...] = (
    Cell("ipinivo", "R", "R", "196 252 336 420 504 560 588 672"),
    Cell("ipinivo", "N", "R", "308 476 700+ 812+ 900+"),
    Cell("ipinivo", "R", "N", "43 49 55+ 58 62 66 70 84 84 84 85 118"),
    Cell("ipinivo", "N", "N", "38 44 52 57 61 71 84 84 85 140"),
    Cell("ipinivo", "missing", "N", "168"),
    Cell("ipinivo", "R", "NE", "21 30"),
    Cell("ipinivo", "N", "NE", "26 60+ 80+"),
    Cell("ipi", "R", "R", "280 620"),
    Cell("ipi", "N", "R", "224 310 392 476 560 590+ 730+ 800+ 870 950+"),
    Cell("ipi", "R", "N", "60 84 86 110 140 170"),
    Cell("ipi", "N", "N", "48 57 66+ 80 83 85 98 119 126 150 252 336"),
    Cell("ipi", "N", "NE", "25 70+"),
)

SEVERE_TOXICITY = {"ipinivo": (15, 37), "ipi": (12, 31)}
"""Patients with a grade 3+ immune-related event at rechallenge, of those in whom it is known."""


@dataclass(frozen=True)
class Member:
    """One patient of the reconstructed cohort."""

    regimen: Literal["ipi", "ipinivo"]
    initial: Initial
    rechallenge: Rechallenge
    pfs_days: int
    is_event: bool


def members() -> tuple[Member, ...]:
    """The cohort, patient by patient, in the order of the table."""
    return tuple(
        Member(
            cell.regimen,
            cell.initial,
            cell.rechallenge,
            int(text.removesuffix("+")),
            not text.endswith("+"),
        )
        for cell in CELLS
        for text in cell.pfs.split()
    )
