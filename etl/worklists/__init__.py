"""Worklists: one XLSX a hospital and one for the registry, out; answers, back in.

Belongs here: choosing and ordering what is asked, writing the workbooks, reading their answers
and handing them to the stewards' file. Does not belong here: findings and queries
(`expectations`), when lists are written and which folders are watched (`assets`).
"""
