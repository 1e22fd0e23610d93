"""Register an export, decode it, load it all-VARCHAR with file and line, reject, reconcile.

Belongs here: everything between a folder of files and the `source` schema. Does not belong here:
what a registry looks like (`etl/sources`), types and code lists (`etl/sql/staging`).
"""

from etl.ingest.delivery import fingerprint, is_complete
from etl.ingest.load import load_export
from etl.ingest.registration import FileCount, Registration, Reject

__all__ = [
    "FileCount",
    "Registration",
    "Reject",
    "fingerprint",
    "is_complete",
    "load_export",
]
