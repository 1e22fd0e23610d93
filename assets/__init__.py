"""When and where it runs: Dagster definitions and the `rechallenge` command.

Belongs here: orchestration only. Does not belong here: domain logic, which lives in `etl`
and `expectations`.
"""
