"""The patients of each study, one module a study, on both sides of every criterion.

Belongs here: patients. Does not belong here: how they are read and derived
(`tests/studies/language.py`), what is asserted (the test modules).
"""
