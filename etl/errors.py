"""The errors a person meets, each with the exit code of the command (contracts, section 2).

Belongs here: exception classes whose message is a sentence a data manager can act on: what,
where (file, line, column), what was expected, what to do. Does not belong here: handling.
"""


class RechallengeError(Exception):
    """An error whose message is meant to be read by a person. `exit_code` ends the command."""

    exit_code = 1


class GateHeldError(RechallengeError):
    """The run finished, and the publish gate held: nothing was published."""

    exit_code = 1


class EnvironmentFailedError(RechallengeError):
    """The machine failed the program: disk full, read-only home, too little memory."""

    exit_code = 1


class WrongUseError(RechallengeError):
    """The command or a definition file was used wrongly."""

    exit_code = 2


class WrongKeyError(WrongUseError):
    """The encryption key is missing, or is not the one the database was written with."""


class InputUnreadableError(RechallengeError):
    """An input (export, manifest, mapping) could not be read."""

    exit_code = 3


class OtherVersionError(InputUnreadableError):
    """The warehouse or a snapshot lacks what this version reads of it: another one made it."""

    @classmethod
    def of(cls, reason: str) -> "OtherVersionError":
        """The sentence about a column or table that is not there; `reason` as DuckDB gives it."""
        return cls(
            "The warehouse or snapshot was made by another version of Rechallenge, and lacks what "
            f"this one reads ({reason.splitlines()[0].rstrip('.!')}). Run `rechallenge refresh` "
            "first, and again what you asked. Set RECHALLENGE_DEBUG=1 to see where it happened, "
            "should a refresh not help."
        )


class WarehouseBusyError(RechallengeError):
    """Another run holds the warehouse."""

    exit_code = 4


class StoppedError(BaseException):
    """A signal asked the command to end; no `Exception`, so that nothing takes it for a fault."""

    exit_code = 143
