"""What stewards do, as jobs to launch from the Dagster UI: accept, approve, withdraw, release ...

Belongs here: the jobs and their run configuration. Does not belong here: what is checked and kept
(`etl.stewards`, `expectations`), the same as commands (`cli_stewardship`, `cli_queries`).

They write the stewards' file and read the published snapshot; the warehouse is never opened. What
was typed (a reason, a name, a record key) goes to that file, and what a job logs is ids and
counts: Dagster keeps its own copy of a run's configuration, so a reason must hold no patient data.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import dagster as dg
from pydantic import Field

from assets.guard import spoken
from assets.resources import Warehouse
from etl.settings import Settings

TAGS = {"rechallenge/steward": "true", "dagster/priority": "10"}
"""Found by this tag; and first in the queue, since a steward waits for it."""

_AUTHOR = "Who says so. It is kept as typed: there is no login behind it."
_REASON = "Why. Dagster keeps it, too: no patient's data."


class AcceptConfig(dg.Config):
    """An acceptance to give."""

    rule: str = Field("", description="Rule, or family of rules, such as AE-T19.")
    record: str = Field("", description="Record key, as findings show it.")
    author: str = Field("", description=_AUTHOR)
    reason: str = Field("", description=_REASON)
    until: str = Field("", description="Last day, 2025-12-31; empty: until the value changes.")


class ApproveConfig(dg.Config):
    """Proposed acceptances to approve."""

    acceptances: list[str] = Field([], description="Ids, such as A00012.")
    author: str = Field("", description=_AUTHOR)


class WithdrawConfig(dg.Config):
    """An acceptance to withdraw, or a proposal to reject."""

    acceptance: str = Field("", description="Id of the acceptance, such as A00012.")
    author: str = Field("", description=_AUTHOR)
    reason: str = Field("", description=_REASON)


class ReleaseConfig(dg.Config):
    """Findings to ask hospitals about: the open ones that match all that is given."""

    findings: list[str] = Field([], description="Findings, by id.")
    rule: str = Field("", description="Of this rule, or family of rules.")
    record: str = Field("", description="Of this record.")
    hospital: str = Field("", description="Of this hospital.")
    author: str = Field("", description=_AUTHOR)


@dg.op(description="Writes an acceptance to the stewards' file.", out=dg.Out(str))
def give_acceptance(
    context: dg.OpExecutionContext, config: AcceptConfig, warehouse: Warehouse
) -> str:
    """Accept; returns the id."""
    from etl import stewards

    settings = warehouse.settings
    given = spoken(
        "Accepting",
        lambda: stewards.accept(
            settings,
            config.rule,
            config.record,
            author=config.author,
            reason=config.reason,
            until=_day(config.until),
        ),
    )
    if given.remark:
        # The remark names record keys near to what was typed: keys, never values.
        context.log.warning(given.remark)
    context.log.info(f"Accepted as {given.acceptance_id}; it counts from the next refresh on.")
    context.add_output_metadata({"acceptance": given.acceptance_id})
    return given.acceptance_id


@dg.op(description="Approves proposed acceptances.", out=dg.Out(int))
def approve_acceptances(
    context: dg.OpExecutionContext, config: ApproveConfig, warehouse: Warehouse
) -> int:
    """Approve; returns how many."""
    from expectations import acceptances

    path = warehouse.settings.acceptances_path
    spoken(
        "Approving",
        lambda: acceptances.approve_all(path, config.acceptances, author=config.author),
    )
    context.log.info(f"Approved: {', '.join(config.acceptances)}.")
    context.add_output_metadata({"approved": len(config.acceptances)})
    return len(config.acceptances)


@dg.op(description="Withdraws an acceptance, or rejects a proposed one.", out=dg.Out(str))
def take_back_acceptance(
    context: dg.OpExecutionContext, config: WithdrawConfig, warehouse: Warehouse
) -> str:
    """Withdraw; returns the id."""
    from expectations import acceptances

    path = warehouse.settings.acceptances_path
    spoken(
        "Withdrawing",
        lambda: acceptances.withdraw(
            path, config.acceptance, author=config.author, reason=config.reason
        ),
    )
    context.log.info(f"Withdrawn: {config.acceptance}. It no longer counts from the next refresh.")
    return config.acceptance


@dg.op(description="Releases open findings to their hospitals as queries.", out=dg.Out(int))
def release_findings(
    context: dg.OpExecutionContext, config: ReleaseConfig, warehouse: Warehouse
) -> int:
    """Release; returns how many findings are asked about."""
    settings = warehouse.settings
    ids = spoken("Releasing", lambda: _release(settings, config))
    first, last = min(ids), max(ids)
    context.log.info(f"{len(ids):,} findings are asked about, {first} to {last}.")
    context.add_output_metadata({"queries": len(ids), "first": first, "last": last})
    return len(ids)


def build_steward_jobs() -> list[dg.JobDefinition]:
    """The jobs, each of one step."""
    return [
        _job("accept", give_acceptance, "Accept a confirmed oddity once, and not be asked again."),
        _job("approve", approve_acceptances, "Approve what hospitals' answers proposed."),
        _job("withdraw", take_back_acceptance, "Withdraw an acceptance, or reject a proposal."),
        _job("release", release_findings, "Ask hospitals about open findings."),
    ]


def _job(name: str, step: Callable[..., Any], description: str) -> dg.JobDefinition:
    @dg.job(
        name=name,
        description=f"{description} Counts from the next refresh on.",
        executor_def=dg.in_process_executor,
        tags=TAGS,
    )
    def one_step() -> None:
        step()

    return one_step


def _release(settings: Settings, config: ReleaseConfig) -> list[str]:
    from etl import stewards
    from expectations import queries

    found = stewards.find_candidates(
        settings,
        finding_ids=config.findings,
        rule=config.rule,
        record=config.record,
        hospital=config.hospital,
    )
    return queries.release(
        settings.acceptances_path, found, author=config.author, on=settings.today()
    )


def _day(text: str) -> date | None:
    from etl.errors import WrongUseError

    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise WrongUseError(f"until: {text!r} is not a day. Write it as 2025-12-31.") from None
