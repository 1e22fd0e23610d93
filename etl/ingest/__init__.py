"""Register an export, decode it, load it all-VARCHAR with file and line, reject, reconcile.

Belongs here: everything between a folder of files and the `source` schema. Does not belong here:
what a registry looks like (`etl/sources`), types and code lists (`etl/sql/staging`).
"""
