"""Median progression-free survival of the rechallenge, with pandas and lifelines.

Usage: python examples/survival_pandas.py [HOME]
"""

import sys
from pathlib import Path

import pandas as pd
from lifelines import KaplanMeierFitter

home = Path(sys.argv[1] if len(sys.argv) > 1 else "var")
pairs = pd.read_parquet(home / "published/current/parquet/marts.rechallenges.parquet")
known = pairs[(pairs["study"] == "van-dijk-2025") & pairs["pfs_days"].notna()]

for stratum, group in known.groupby("stratum"):
    fitter = KaplanMeierFitter().fit(group["pfs_days"] / 30.4375, group["pfs_event"].astype(bool))
    print(f"{stratum}: {fitter.median_survival_time_:.1f} months, {len(group)} patients")
