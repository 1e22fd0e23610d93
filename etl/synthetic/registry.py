"""The synthetic registry as one value: its native tables as text, and the truth about it.

Belongs here: `Registry`, `generate_registry`. Does not belong here: writing files (`export.py`).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.synthetic import population
from etl.synthetic.boundaries import plant_boundaries
from etl.synthetic.calibration import DEFAULT_PATIENTS, DEFAULT_SEED, EXPORT_DATE
from etl.synthetic.cohort import draw_cohort
from etl.synthetic.decoys import plant
from etl.synthetic.early_disease import add_early_disease
from etl.synthetic.faults import Bench, Fault, plant_faults
from etl.synthetic.frames import EVENT_COLUMNS, stack
from etl.synthetic.partial_dates import cut_dates
from etl.synthetic.rendering import Tables, render
from etl.synthetic.toxicity import background_events, fatal_events


@dataclass(frozen=True)
class Registry:
    """A synthetic registry.

    `tables` holds the native tables as text. `cohort`, `ipilimumab_treated` and `decoys` name the
    patients that the pipeline is expected to find or to see through, `boundaries` the bearer of
    each story of `boundaries.yaml`; nothing of it is exported.
    """

    name: str
    export_date: str
    seed: int
    tables: Tables
    cohort: tuple[str, ...]
    ipilimumab_treated: tuple[str, ...]
    decoys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    boundaries: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def generate_registry(
    patients: int = DEFAULT_PATIENTS,
    seed: int = DEFAULT_SEED,
    *,
    with_faults: bool = True,
    fault_share: float | None = None,
) -> Registry:
    """Draw a registry; the same arguments give the same registry.

    Args:
        patients: how many; the groups scale with it (see `population.sizes`).
        seed: seed of the one generator everything is drawn from.
        with_faults: whether wrong records are planted; without them no error rule is broken.
        fault_share: share of the rows of patients' tables that carries a fault, 0 to 1; without
            it each kind of fault is planted a few times.

    Raises:
        ValueError: fewer than one patient, or no share.
    """
    if fault_share is not None and not 0 <= fault_share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not at {fault_share}")
    if patients < 1:
        raise ValueError(f"a registry has at least one patient, not {patients}")
    rng = np.random.default_rng(seed)
    size = population.sizes(patients)
    parts = [population.draw_population(size, rng)]
    if size.cohort:
        parts.append(draw_cohort(size.cohort, rng))
    course = population.join(parts)
    decoys = plant(course, rng)
    add_early_disease(course, decoys.used, rng)
    course.episodes = course.episodes.sort_values(["pid", "start", "line"], kind="stable")
    course.episodes = course.episodes.reset_index(drop=True)
    fatal = fatal_events(course.patients, course.episodes, rng)
    ordinary = background_events(course.episodes, course.patients, rng)
    ordinary = ordinary[~ordinary["pid"].isin(fatal["pid"])]
    course.events = stack([course.events, ordinary, fatal], EVENT_COLUMNS)
    tables, labels = render(course, rng)
    treated = tuple(sorted(labels[course.patients["group"] == "ipilimumab"]))
    cohort = tuple(labels.iloc[: size.cohort])
    named = {kind: tuple(sorted(labels.reindex(pids))) for kind, pids in decoys.pids.items()}
    sealed = {*cohort, *(patient for ids in named.values() for patient in ids)}
    cut_dates(tables, sealed, rng)
    boundaries = plant_boundaries(tables, set(treated) - sealed)
    sealed.update(boundaries.values())
    bench = Bench(tables, rng, sealed, set(treated))
    return Registry(
        name="synthetic",
        export_date=EXPORT_DATE,
        seed=seed,
        tables=tables,
        cohort=cohort,
        ipilimumab_treated=treated,
        decoys=named,
        boundaries=boundaries,
        faults=plant_faults(bench, fault_share) if with_faults else (),
    )


def patient_count(tables: dict[str, pd.DataFrame]) -> int:
    """How many patients the tables register."""
    return len(tables["patients"])
