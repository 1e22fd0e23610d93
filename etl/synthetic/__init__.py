"""The synthetic registry generator."""
