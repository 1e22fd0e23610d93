"""Time-to-event and binomial statistics."""
