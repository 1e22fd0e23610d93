"""The `rechallenge` command: its verbs, and how it ends.

Belongs here: putting the verbs together, exit codes, sentences instead of stack traces. Does
not belong here: what a verb does (`cli_refresh`, `cli_quality`, `cli_explain` ...).
Nothing heavy is imported until a verb needs it, so that `--help` is quick.
"""

import os
import signal
import sys
from collections.abc import Sequence

import typer

from assets import (
    cli_compare,
    cli_deliveries,
    cli_digest,
    cli_explain,
    cli_findings,
    cli_governance,
    cli_opinion,
    cli_quality,
    cli_queries,
    cli_refresh,
    cli_rejudge,
    cli_snapshots,
    cli_stewardship,
    cli_ui,
    cli_worklist,
)
from assets.cli_common import err

_MODULES = (
    cli_refresh,
    cli_rejudge,
    cli_quality,
    cli_findings,
    cli_stewardship,
    cli_queries,
    cli_opinion,
    cli_deliveries,
    cli_explain,
    cli_snapshots,
    cli_compare,
    cli_ui,
    cli_worklist,
    cli_governance,
    cli_digest,
)

app = typer.Typer(
    name="rechallenge",
    help="Registry exports in; judged records, lines of therapy, studies and marts out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _module in _MODULES:
    for _verb in _module.VERBS:
        app.command(name=_verb.__name__.rstrip("_").replace("_", "-"))(_verb)
    for _name, _group in getattr(_module, "GROUPS", {}).items():
        app.add_typer(_group, name=_name)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command; ends the process with the exit code of contracts, section 2."""
    from etl.errors import StoppedError

    before = {one: signal.signal(one, _stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        app(list(argv) if argv is not None else None)
    except StoppedError as stopped:
        err(str(stopped))
        sys.exit(stopped.exit_code)
    except Exception as error:
        if os.environ.get("RECHALLENGE_DEBUG"):
            raise
        sentence, code = _ending(error)
        err(sentence)
        sys.exit(code)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: object) -> None:
    del frame
    from etl.errors import StoppedError

    raise StoppedError(f"Stopped by {signal.Signals(number).name}. Nothing is half-published.")


def _ending(error: Exception) -> tuple[str, int]:
    """What is said of an error, and the exit code."""
    from duckdb import BinderException, CatalogException

    from assets.guard import StepFailedError, say
    from etl.errors import OtherVersionError

    if isinstance(error, BinderException | CatalogException):
        error = OtherVersionError.of(str(error))
    said = say("The command", error)
    hint = ""
    if isinstance(said, StepFailedError) and not _is_for_people(error):
        hint = " Set RECHALLENGE_DEBUG=1 to see where it happened."
    return f"{said}{hint}", int(getattr(said, "exit_code", 1))


def _is_for_people(error: Exception) -> bool:
    from etl.errors import RechallengeError
    from expectations.errors import ExpectationError

    return isinstance(error, RechallengeError | ExpectationError)
