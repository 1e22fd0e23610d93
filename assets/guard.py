"""What may be said of an error in Dagster's event log: sentences, never a patient's value.

Belongs here: turning whatever goes wrong inside a step into an error that can be shown.
Does not belong here: deciding what to do about it.

Dagster keeps every error for ever and shows it to anybody who can open the page. DuckDB quotes
the offending value in conversion and constraint errors, pandas and pandera quote cells; their
messages are therefore replaced. Errors written for people, errors of the machine and errors about
our own code are safe and pass.
"""

from collections.abc import Callable
from typing import TypeVar

import duckdb

from etl.environment import environment_error
from etl.errors import RechallengeError
from expectations.contracts import ContractBrokenError, ContractError
from expectations.errors import ExpectationError

_SPOKEN = (RechallengeError, ExpectationError, ContractError, ContractBrokenError)
_ABOUT_OUR_CODE = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    NameError,
    ImportError,
)


Result = TypeVar("Result")


class StepFailedError(RechallengeError):
    """A step of the refresh failed for a reason that lies in the program, not in the data."""


def spoken(what: str, work: Callable[[], Result]) -> Result:
    """Do a step's work; an error leaves it as a sentence without data.

    Raises:
        RechallengeError: the work failed.
    """
    try:
        return work()
    except BaseException as error:
        said = say(what, error)
    # Raised outside the handler (a context manager would not do), so that the original, with
    # the value it quotes, does not travel along as the context.
    raise said


def say(what: str, error: BaseException) -> BaseException:
    """The error that may be shown for an error that happened."""
    if not isinstance(error, Exception):
        return error  # an interruption carries no data
    if isinstance(error, RechallengeError):
        return type(error)(str(error))
    if isinstance(error, _SPOKEN):
        return _with_code(str(error), getattr(error, "exit_code", 1))
    of_the_environment = environment_error(error)
    if of_the_environment is not None:
        return of_the_environment
    kind = type(error).__name__
    if isinstance(error, _ABOUT_OUR_CODE):
        return StepFailedError(f"{what} failed: {kind}: {error}")
    return StepFailedError(
        f"{what} failed with {kind}{_place(error)}. Its message is withheld, because it may "
        "quote a patient's data."
    )


def _with_code(message: str, exit_code: int) -> StepFailedError:
    said = StepFailedError(message)
    said.exit_code = exit_code
    return said


def _place(error: BaseException) -> str:
    """The innermost line of our own code that the error passed through."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.split(".")[0] in {"etl", "expectations", "assets"} and module != __name__:
            place = f" at {module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
