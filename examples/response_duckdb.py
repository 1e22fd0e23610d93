"""The query of response.sql, asked from Python.

Usage: python examples/response_duckdb.py [HOME]
"""

import sys
from pathlib import Path

import duckdb

home = Path(sys.argv[1] if len(sys.argv) > 1 else "var")
query = Path(__file__).with_name("response.sql").read_text(encoding="utf-8")

with duckdb.connect(home / "published/current/registry.duckdb", read_only=True) as con:
    print(con.sql(query).df().to_string(index=False))
