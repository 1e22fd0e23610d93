"""The shareable version of a study's report.

Belongs here: its tables, page and files. Does not belong here: what may be shown of the estimates
(`etl/studies/release`), the audit (`etl/disclosure`), the internal report (`etl/outputs`).
"""
