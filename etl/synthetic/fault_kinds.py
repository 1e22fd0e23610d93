"""The mutations that break one rule each, by table.

Belongs here: what is done to a sound record, registered under the rule that has to find it. Does
not belong here: choosing patients and writing faults down, which the bench does (`faults.py`).
"""
