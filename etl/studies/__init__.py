"""Declarative study definitions and what reads them."""
