"""Great Expectations as the second opinion: the same catalogue, judged by somebody else.

Belongs here: expressing every rule for Great Expectations, running it in the session's DuckDB,
comparing its counts with ours, and its Data Docs without values. Does not belong here: our own
verdicts (`expectations.evaluate`), when it runs (`assets`).

Great Expectations takes 5 to 8 seconds to import, so its users here (`dialect`, `suites`,
`validate`, `data_docs`) are imported when they are needed.
"""
