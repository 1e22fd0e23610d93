"""Worklists in Dagster: written every night, answers read when they arrive.

Belongs here: the asset, the job that imports answers, and the sensor on their folder. Does not
belong here: lists and answers themselves (`etl/worklists`). Nothing of a patient, and nothing
that was typed into a list, reaches the event log: counts and places only.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from assets import describe
from assets.guard import spoken
from assets.resources import Warehouse
from assets.stewardship import LEDGER, OWNER, WORKLISTS
from etl.settings import Settings

IMPORT_ANSWERS = "import_answers"
_SENTENCES = 20


def build_worklists_asset() -> dg.AssetsDefinition:
    """`quality/worklists`, after the ledger."""

    @dg.asset(
        key=WORKLISTS,
        deps=[LEDGER],
        description=(
            "One workbook a hospital and one of the registry: the open findings by patient, what "
            "keeps a patient out of a study first. They are current once the snapshot is published."
        ),
        group_name="quality",
        kinds={"xlsx"},
        owners=[OWNER],
    )
    def worklists(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.outputs.quality.addresses import Addresses
        from etl.refresh import write_worklists

        settings = warehouse.settings
        written = spoken(
            "Writing the worklists", lambda: write_worklists(warehouse.write(), settings)
        )
        counts = [one.counts for one in written]
        return dg.MaterializeResult(
            metadata={
                "lists": len(written),
                "findings_open": describe.number(sum(one.findings for one in counts)),
                "findings_listed": describe.number(sum(one.listed_findings for one in counts)),
                "findings_answered": describe.number(sum(one.answered for one in counts)),
                "registry_list": dg.MetadataValue.url(Addresses(settings.ui_port).worklist()),
                "by_list": dg.MetadataValue.table(
                    [
                        dg.TableRecord(
                            {
                                "list": one.list_id,
                                "errors": one.errors,
                                "warnings": one.warnings,
                                "listed": one.listed_findings,
                                "not_listed": one.findings - one.listed_findings,
                                "answered": one.answered,
                            }
                        )
                        for one in counts
                    ]
                ),
            }
        )

    return worklists


class AnswersConfig(dg.Config):
    """Which answered worklists to read, and who reads them."""

    files: list[str]
    author: str = "worklist import"


def build_import_job() -> dg.JobDefinition:
    """The job that reads answered worklists; from the Launchpad it takes paths."""

    @dg.op(name="read_answers", out=dg.Out(dg.Nothing))
    def read_answers(
        context: dg.OpExecutionContext, config: AnswersConfig, warehouse: Warehouse
    ) -> dg.Output[None]:
        from etl.errors import InputUnreadableError
        from etl.worklists.inbox import take_in

        settings = warehouse.settings

        def import_all() -> list[Any]:
            return [take_in(settings, Path(name), author=config.author) for name in config.files]

        outcomes = spoken("Reading the answers", import_all)
        problems = [str(one) for outcome in outcomes for one in outcome.problems]
        for sentence in problems[:_SENTENCES]:
            context.log.warning(sentence)
        refused = [outcome.refused for outcome in outcomes if outcome.refused]
        if refused:
            raise InputUnreadableError(" ".join(refused))
        return dg.Output(
            None,
            metadata={
                "files": len(outcomes),
                "recorded": sum(sum(one.recorded.values()) for one in outcomes),
                "known_already": sum(one.unchanged for one in outcomes),
                "not_recorded": len(problems),
                "acceptances_to_approve": ", ".join(
                    name for one in outcomes for name in one.proposed
                )
                or "none",
            },
        )

    @dg.job(
        name=IMPORT_ANSWERS,
        description="Reads answered worklists into the stewards' file, as `worklist import` does.",
        executor_def=dg.in_process_executor,
    )
    def import_answers() -> None:
        read_answers()

    return import_answers


def build_answers_sensor(
    settings: Settings, now: Callable[[], float] = time.time
) -> dg.SensorDefinition:
    """The sensor on `worklists/answers`. `now` is the clock by which a file has settled."""

    @dg.sensor(
        job_name=IMPORT_ANSWERS,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Reads each answered worklist that arrives and has not changed for a while, and moves "
            "it to done or rejected with a report beside it."
        ),
    )
    def answers_inbox(
        context: dg.SensorEvaluationContext,
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        from assets.runs import close_dead_runs
        from etl.publish.shelf import Shelf
        from etl.worklists.inbox import folder_of, waiting

        close_dead_runs(context.instance)
        settled, unsettled = waiting(settings, now())
        folder = folder_of(settings)
        if not settled:
            yield dg.SkipReason(f"{unsettled} worklists in {folder} have not settled yet.")
            return
        if Shelf(settings.published).current_id() is None:
            yield dg.SkipReason(f"{len(settled)} worklists wait in {folder}; nothing is published.")
            return
        for one in settled:
            yield dg.RunRequest(
                run_key=one.key,
                run_config={"ops": {"read_answers": {"config": {"files": [str(one.path)]}}}},
            )

    return answers_inbox
