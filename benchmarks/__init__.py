"""Timings of a night."""
