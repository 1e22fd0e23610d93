"""Disclosure control: what counts as small, and whether what is shown gives a small count away.

Belongs here: the policy, counts over unknown patients, and the audit of a release. Does not belong
here: which counts a study has (`etl/studies/release`) or how a release looks
(`etl/outputs/shareable`).
"""
