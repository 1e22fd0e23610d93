"""Baseline characteristics at the diagnosis of advanced disease.

Belongs here: drawing them so that stage, metastases, LDH and mutations agree with each other, with
a registry's share of missing values. Does not belong here: faults, which `faults.py` plants.
"""

import numpy as np
import pandas as pd

from etl.synthetic.frames import day, iso

EIGHTH_EDITION = day("2018-01-01")


def draw_baselines(patients: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per patient with advanced disease, as text; `pid` and days of two dates kept."""
    frame = patients[patients["group"] != "adjuvant"]
    n = len(frame)
    advanced = frame["advanced"].to_numpy(dtype=float)
    primary = frame["primary"].to_numpy(dtype=float)
    is_eighth = advanced >= EIGHTH_EDITION
    is_stage_iii = rng.random(n) < 0.07
    has_brain = ~is_stage_iii & (rng.random(n) < 0.24)
    visceral = rng.choice(["M1a", "M1b", "M1c"], n, p=[0.14, 0.22, 0.64]).astype(object)
    brain_category = np.where(is_eighth, "M1d", "M1c")
    m_category = np.select([is_stage_iii, has_brain], ["M0", brain_category], visceral)
    liver = (m_category == "M1c") & (rng.random(n) < 0.45)
    liver |= (m_category == "M1d") & (rng.random(n) < 0.3)
    named = liver.astype(int) + has_brain
    sites = np.maximum(named, 1 + rng.poisson(1.4, n)).clip(max=8)
    brain = np.where(rng.random(n) < 0.62, "asymptomatic", "symptomatic")
    brain = np.where(has_brain, brain, "absent").astype(object)
    unknown_brain = ~has_brain & (rng.random(n) < 0.05)
    text = {
        "treatment_id": np.full(n, "", dtype=object),
        "measured_date": iso(np.fmax(advanced - rng.integers(0, 15, n), primary)),
        "primary_diagnosis_date": iso(primary),
        "advanced_diagnosis_date": iso(advanced),
        "ajcc_edition": np.where(is_eighth, "8", "7"),
        "stage": np.select(
            [is_stage_iii & is_eighth & (rng.random(n) < 0.15), is_stage_iii],
            ["IIID", "IIIC"],
            "IV",
        ),
        "resectable": np.where(rng.random(n) < 0.96, "no", "unknown"),
        "m_category": _blank(m_category, 0.02, rng),
        "ecog": rng.choice(["0", "1", "2", "3", "unknown"], n, p=[0.5, 0.33, 0.09, 0.03, 0.05]),
        "brain_metastases": np.where(unknown_brain, "unknown", brain),
        "liver_metastases": np.where(liver, "yes", np.where(rng.random(n) < 0.04, "unknown", "no")),
        "organ_sites": _blank(sites.astype(str).astype(object), 0.05, rng),
        "comorbidities": _blank(
            rng.poisson(0.9, n).clip(max=7).astype(str).astype(object), 0.08, rng
        ),
        **_primary(n, rng),
        **_ldh(n, rng),
        **_mutations(frame["is_targeted"].to_numpy(dtype=bool), rng),
    }
    baselines = pd.DataFrame(text)
    baselines.insert(0, "pid", frame.index.to_numpy())
    return baselines


def _primary(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    kind = rng.choice(
        ["cutaneous", "acral", "mucosal", "uveal", "unknown_primary", "unknown"],
        n,
        p=[0.76, 0.04, 0.05, 0.02, 0.11, 0.02],
    ).astype(object)
    breslow = rng.lognormal(0.9, 0.8, n).clip(0.3, 20).round(1)
    tier = np.digitize(breslow, [1.0001, 2.0001, 4.0001])
    ulcerated = rng.random(n) < 0.15 + 0.12 * tier
    measured = np.isin(kind, ["cutaneous", "acral"]) & (rng.random(n) < 0.87)
    letter = np.where(ulcerated, "b", "a").astype(object)
    category = np.array(["T1", "T2", "T3", "T4"], dtype=object)[tier] + letter
    return {
        "primary_type": kind,
        "breslow_mm": np.where(measured, [f"{value:.1f}" for value in breslow], ""),
        "t_category": np.where(measured, category, ""),
        "ulceration": np.where(
            measured,
            np.where(ulcerated, "yes", "no"),
            np.where(kind == "unknown_primary", "", "unknown"),
        ),
    }


def _ldh(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    limit = rng.choice([234, 240, 246, 252], n)
    value = rng.lognormal(5.45, 0.5, n).clip(90, 5200).round().astype(int)
    known = rng.random(n) < 0.93
    category = np.select(
        [value <= limit, value <= 2 * limit], ["normal", "elevated"], "over_2x_uln"
    )
    only_class = known & (rng.random(n) < 0.04)
    measured = known & ~only_class
    return {
        "ldh_u_per_l": np.where(measured, value.astype(str).astype(object), ""),
        "ldh_uln_u_per_l": np.where(measured, limit.astype(str).astype(object), ""),
        "ldh_category": np.where(known, category, "unknown"),
    }


def _mutations(is_targeted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    n = len(is_targeted)
    mutated = rng.choice(["V600E", "V600K", "V600_other"], n, p=[0.84, 0.12, 0.04]).astype(object)
    others = rng.choice(
        ["V600E", "V600K", "other_mutation", "wild_type", "not_tested"],
        n,
        p=[0.2, 0.03, 0.05, 0.65, 0.07],
    ).astype(object)
    braf = np.where(is_targeted, mutated, others)
    nras = np.where(rng.random(n) < 0.35, "mutated", "wild_type").astype(object)
    nras = np.where(braf == "wild_type", nras, "wild_type")
    nras = np.where((braf == "not_tested") | (rng.random(n) < 0.25), "not_tested", nras)
    return {"braf": braf, "nras": nras}


def _blank(values: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(len(values)) < share, "", values)
