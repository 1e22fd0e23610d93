"""The `rechallenge` command: its verbs, and how it ends.

Belongs here: putting the verbs together, exit codes, sentences instead of stack traces. Does
not belong here: what a verb does (`cli_refresh`, `cli_quality`, `cli_explain` ...).
Nothing heavy is imported until a verb needs it, so that `--help` is quick.
"""

import os
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
    try:
        app(list(argv) if argv is not None else None)
    except Exception as error:
        if os.environ.get("RECHALLENGE_DEBUG"):
            raise
        err(_sentence(error))
        sys.exit(_exit_code(error))


def _sentence(error: Exception) -> str:
    if _is_for_people(error):
        return str(error)
    from assets.guard import say

    return f"{say('The command', error)} Set RECHALLENGE_DEBUG=1 to see where it happened."


def _exit_code(error: Exception) -> int:
    return int(getattr(error, "exit_code", 1)) if _is_for_people(error) else 1


def _is_for_people(error: Exception) -> bool:
    from etl.errors import RechallengeError
    from expectations.errors import ExpectationError

    return isinstance(error, RechallengeError | ExpectationError)
