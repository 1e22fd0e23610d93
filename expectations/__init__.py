"""What must be true: contracts of tables, code lists, rules, and the judging of records.

Belongs here: anything that states or checks a fact about data. Imports neither `etl` nor
`assets`; a DuckDB connection is always passed in.
"""
