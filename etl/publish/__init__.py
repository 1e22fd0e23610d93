"""Versioned, immutable, read-only snapshots and the gate before them.

Belongs here: the shelf of snapshots (`shelf`), building one (`snapshot`), its identity
(`identity`, `night`), the gate (`gate`, `steps`), the order of it all (`publication`). Does not
belong here: when it happens (`assets`).
"""
