"""Versioned, immutable, read-only snapshots and the gate before them."""
