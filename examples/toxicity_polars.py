"""Severe immune-related events of each regimen, with polars.

Usage: python examples/toxicity_polars.py [HOME]
"""

import sys
from pathlib import Path

import polars as pl

home = Path(sys.argv[1] if len(sys.argv) > 1 else "var")
lines = pl.scan_parquet(home / "published/current/parquet/marts.treatment_lines.parquet")

table = (
    lines.filter(pl.col("setting") == "advanced", pl.col("toxicity_known"))
    .group_by("regimen")
    .agg(
        pl.len().alias("lines"),
        (pl.col("worst_irae_grade") >= 3).sum().alias("grade_3_or_worse"),
    )
    .sort("lines", "regimen", descending=[True, False])
    .head(10)
)
for regimen, count, severe in table.collect().iter_rows():
    print(f"{regimen}: {severe} of {count}")
