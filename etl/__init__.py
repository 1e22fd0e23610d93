"""How data move: ingest, staging, derivation, marts, outputs, publication.

Belongs here: everything that reads or writes registry data. Imports `expectations` to know
what must be true. Does not belong here: Dagster, schedules, the command line (see `assets`).
"""
