"""What people look at: report, tables, figures, and what a shared version must not print.

Belongs here: rendering of marts that are already computed. Does not belong here: computing a
number that is not in a mart (`etl/studies`), or where files are published (`etl/publish`).
"""
