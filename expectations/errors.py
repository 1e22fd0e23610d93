"""The errors that a person who writes expectations meets; each message is a sentence.

Belongs here: errors about rules, subjects and acceptances, with the exit code of the command
(contracts, section 2). Does not belong here: findings, which are data and never errors.
"""


class ExpectationError(Exception):
    """An expectation was written or used wrongly. `exit_code` ends the command."""

    exit_code = 2


class CatalogueError(ExpectationError):
    """An entry of the rule catalogue cannot be used."""


class AcceptanceError(ExpectationError):
    """An acceptance was given or withdrawn wrongly."""


class QueryError(ExpectationError):
    """A query was released, answered or closed wrongly."""


class LedgerError(ExpectationError):
    """The ledger was asked about a night it does not hold."""


class StewardFileError(ExpectationError):
    """The stewards' file cannot be read by this version of the program."""
