"""The pages of the quality desk: the morning page and one page a rule.

Belongs here: what a data steward reads of a night, written to `outputs/quality`. Does not belong
here: study reports (`etl/outputs`), judging and the ledger (`expectations`), worklists with
values (`etl/worklists`).
"""
