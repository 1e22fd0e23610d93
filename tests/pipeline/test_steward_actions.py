"""What a steward does from the command and from Dagster's Launchpad, on a published snapshot."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml
from dagster._core.snap import JobSnap
from dagster._core.snap.snap_to_yaml import default_values_yaml_from_type_snap

from assets.definitions import defs
from assets.steward_jobs import TAGS
from etl import stewards
from etl.settings import Settings
from expectations import acceptances, queries
from expectations.errors import AcceptanceError, QueryError
from tests.pipeline.support_refresh import Ended, ask, rechallenge

STEPS = {
    "accept": "give_acceptance",
    "approve": "approve_acceptances",
    "withdraw": "take_back_acceptance",
    "release": "release_findings",
}


def launch(home: Path, job: str, **typed: object) -> dg.ExecuteInProcessResult:
    """Run a steward's job as the Launchpad does, with what was typed there."""
    return defs.resolve_job_def(job).execute_in_process(
        run_config={
            "ops": {STEPS[job]: {"config": typed}},
            "resources": {"warehouse": {"config": {"home": str(home)}}},
        },
        raise_on_error=False,
    )


def sentence(result: dg.ExecuteInProcessResult) -> str:
    """What a job that failed says."""
    assert not result.success
    [event] = [one for one in result.all_events if one.event_type_value == "STEP_FAILURE"]
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    assert error is not None
    return error.message.strip()


def finding(home: Path) -> Mapping[str, str]:
    """One open finding on an adverse event."""
    names = ("finding_id", "rule_id", "record_key", "hospital_id")
    [row] = ask(
        home,
        f"select {', '.join(names)} from quality.findings where status = 'new' "
        "and subject = 'adverse_events' and hospital_id is not null order by finding_id limit 1",
    )
    return dict(zip(names, map(str, row), strict=True))


def do(home: Path, *typed: str) -> Ended:
    """Run a verb that ought to work."""
    ended = rechallenge(*typed, home=home)
    assert ended.code == 0, ended.err
    return ended


@pytest.mark.parametrize("name", sorted(STEPS))
def test_the_launchpad_is_laid_out_with_everything_to_type(name: str) -> None:
    job = defs.resolve_job_def(name)
    assert TAGS.items() <= job.tags.items()
    snap = JobSnap.from_job_def(job)
    schema = snap.config_schema_snapshot
    root = schema.get_config_snap(str(snap.mode_def_snaps[0].root_config_key))
    laid_out = yaml.safe_load(default_values_yaml_from_type_snap(schema, root))
    typed = laid_out["ops"][STEPS[name]]["config"]
    assert "author" in typed
    assert not any(typed.values())


def test_a_job_accepts_and_another_withdraws_while_a_run_holds_the_warehouse(home: Path) -> None:
    one = finding(home)
    with duckdb.connect(str(home / "warehouse.duckdb")):
        accepted = launch(
            home,
            "accept",
            rule=one["rule_id"],
            record=one["record_key"],
            author="J. Steward",
            reason="seen in the chart",
            until="2025-12-31",
        )
        assert accepted.success
        assert accepted.output_for_node("give_acceptance") == "A00001"
        path = Settings(home=home).acceptances_path
        [given] = acceptances.read(path)
        assert (given.target, given.record_key) == (one["rule_id"], one["record_key"])
        assert str(given.until) == "2025-12-31"
        gone = launch(home, "withdraw", acceptance="A00001", author="J. Steward", reason="no")
        assert gone.success
    [withdrawn] = acceptances.read(path)
    assert withdrawn.withdrawn_by == "J. Steward"


def test_a_job_releases_findings_and_another_approves_what_the_answer_proposed(
    home: Path,
) -> None:
    one = finding(home)
    settings = Settings(home=home)
    path = settings.acceptances_path
    released = launch(home, "release", findings=[one["finding_id"]], author="J. Steward")
    assert released.output_for_node("release_findings") == 1
    proposed = queries.answer(
        path, "Q00001", answer="value confirmed", comment="", who="Dr. A", on=settings.today()
    )
    assert proposed == "A00001"
    assert acceptances.valid_on(path, settings.today()) == []
    assert launch(home, "approve", acceptances=["A00001"], author="J. Steward").success
    [given] = acceptances.read(path)
    assert (given.approved_by, given.query_id) == ("J. Steward", "Q00001")
    [(bound_to,)] = ask(
        home, f"select accept_key from quality.findings where finding_id = '{one['finding_id']}'"
    )
    assert given.accept_key == bound_to


@pytest.mark.parametrize(
    ("job", "typed", "said"),
    [
        ("accept", {"rule": "AE-T19"}, "An acceptance needs its record, author, reason"),
        ("accept", {"rule": "AE-T9", "record": "E1"}, "There is no rule or family 'AE-T9'. Near"),
        ("accept", {"until": "soon"}, "until: 'soon' is not a day"),
        ("approve", {"author": "x"}, "An acceptance needs its acceptance"),
        ("approve", {"author": "x", "acceptances": ["A00007"]}, "There is no acceptance A00007"),
        ("withdraw", {"author": "x", "reason": "y", "acceptance": "A7"}, "no acceptance A7"),
        ("release", {"author": "x"}, "Say which findings to release"),
        ("release", {"author": "x", "findings": ["f"]}, "No open finding of the current snapshot"),
        ("release", {"hospital": "nowhere"}, "matches; nothing was released"),
    ],
)
def test_a_job_that_cannot_be_done_says_so_in_a_sentence(
    refreshed: Path, job: str, typed: dict[str, object], said: str
) -> None:
    assert said in sentence(launch(refreshed, job, **typed))
    assert acceptances.read(Settings(home=refreshed).acceptances_path) == []


def test_approving_several_approves_all_or_none(tmp_path: Path) -> None:
    path = Settings(home=tmp_path).acceptances_path
    for record in ("E1", "E2"):
        acceptances.propose(path, "AE-T19", record, author="Dr. A", reason="so it is")
    failed = launch(tmp_path, "approve", acceptances=["A00001", "A00009"], author="x")
    assert "There is no acceptance A00009" in sentence(failed)
    assert [one.is_approved for one in acceptances.read(path)] == [False, False]


def test_the_command_follows_a_query_from_its_release_to_its_end(home: Path) -> None:
    one = finding(home)
    author = ("--author", "J. Steward")
    asked = do(home, "query", "release", one["finding_id"], *author)
    assert "1 findings are asked about: Q00001." in asked.out
    do(home, "query", "assign", "Q00001", "--to", "Nurse B", *author)
    do(home, "query", "comment", "Q00001", "asked by phone", *author)
    answered = do(
        home, "query", "answer", "Q00001", "--answer", "value confirmed", "--who", "Dr. A"
    )
    assert "It proposes acceptance A00001" in answered.out
    listed = do(home, "queries", "--assignee", "Nurse B")
    assert "Q00001" in listed.out
    assert "value confirmed" in listed.out
    assert " 1 answered, " in listed.out
    told = do(home, "query", "show", "Q00001")
    assert "asked by phone" in told.out
    assert f"record key: {one['record_key']}" in told.out
    assert "fingerprint" not in told.out

    assert "A00001" in do(home, "acceptances", "--proposed").out
    do(home, "approve", "A00001", *author)
    assert do(home, "acceptances", "--proposed").out.strip() == "Nothing."
    assert "A00001" in do(home, "acceptances", "--unused").out
    do(home, "query", "close", "Q00001", "--reason", "accepted", *author)
    closed = do(home, "queries", "--state", "closed")
    assert "Q00001" in closed.out
    again = rechallenge("query", "close", "Q00001", "--reason", "accepted", *author, home=home)
    assert (again.code, "Q00001 was already closed on" in again.err) == (2, True)


def test_a_typing_error_is_told_and_an_unknown_record_is_remarked_on(refreshed: Path) -> None:
    settings = Settings(home=refreshed)
    with pytest.raises(AcceptanceError, match=r"no rule or family 'ae-t91'\. Near to it: AE-T19"):
        stewards.accept(settings, "ae-t91", "E1", author="x", reason="y")
    with pytest.raises(AcceptanceError, match=r"'ae-date'\. Near to it: ae-dates"):
        stewards.accept(settings, "ae-date", "E1", author="x", reason="y")
    with pytest.raises(QueryError, match="There is no query Q00099"):
        stewards.read_query(settings, "Q00099")


def test_an_acceptance_before_the_rule_first_fires_is_remarked_on_only_when_unknown(
    home: Path,
) -> None:
    settings = Settings(home=home)
    [(known,)] = ask(home, "select max(event_id) from marts.adverse_events")
    given = stewards.accept(settings, "AE-T19", str(known), author="x", reason="y")
    assert given.remark is None
    strange = stewards.accept(settings, "AE-T19", f"{known}0", author="x", reason="y")
    assert strange.acceptance_id == "A00002"
    assert strange.remark is not None
    assert f"No record '{known}0' that AE-T19 speaks of is known" in strange.remark
    assert str(known) in strange.remark.split("Near to it:")[1]


def test_a_record_of_every_table_is_looked_up_before_it_is_accepted(home: Path) -> None:
    """A treatment stands joined with others in its line, and is found all the same."""
    settings = Settings(home=home)
    known = {
        "EPI-T13": "split_part(treatment_ids, ',', -1) from marts.treatment_lines",
        "AE-T19": "event_id from marts.adverse_events",
        "RSP-C12": "response_id from marts.responses",
        "PAT-C02": "patient_id from marts.patients",
        "LIN-N26": "line_id from marts.treatment_lines",
    }
    for rule, column in known.items():
        [(key,)] = ask(home, f"select {column} order by 1 limit 1")
        given = stewards.accept(settings, rule, str(key), author="J.", reason="seen")
        assert given.remark is None, rule
