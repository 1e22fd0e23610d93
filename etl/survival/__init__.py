"""Statistics of the studies: exact proportions, paired tables, Kaplan-Meier.

Belongs here: estimators on plain sequences of numbers. Does not belong here: which patients
they are asked about (`etl/studies`) and how they are shown (`etl/outputs`).
"""
