"""Acceptances: given before or after, bound to values, lapsing by themselves and saying so."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from expectations import acceptances
from expectations.errors import AcceptanceError
from tests.unit.ledger_support import catalogue_of, night, statuses

PATIENTS = "patient_id\nP1"
WRONG = """
    event_id | patient_id | term    | onset_date | resolved_date
    E1       | P1         | Colitis | 2021-03-02 | 2021-02-09
"""
STILL_WRONG = WRONG.replace("2021-02-09", "2021-02-10")
RIGHT = WRONG.replace("2021-02-09", "2021-03-09")
T19 = catalogue_of("AE-T19")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acceptances.sqlite"


def _accept(path: Path, target: str = "AE-T19", until: date | None = None) -> str:
    return acceptances.accept(
        path, target, "E1", author="J. Steward", reason="checked in the chart", until=until
    )


def _state(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str | None, bool]]:
    return con.execute(
        "select status, lapsed_because, is_used from quality.acceptances order by acceptance_id"
    ).fetchall()


def _details(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str | None]]:
    """What the last night's events say, in the order of their events."""
    return con.execute("""
        select event, detail from quality.finding_events
        where sequence = (select max(sequence) from quality.snapshots) order by event
    """).fetchall()


def _usage(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None]]:
    """Approval, usage and the day from which it no longer counts, of each acceptance."""
    return con.execute("""
        select approval, usage, lapses_on::varchar from quality.acceptances order by acceptance_id
    """).fetchall()


def test_an_accepted_finding_is_reported_as_accepted_and_counted(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    acceptance_id = _accept(path)
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "accepted", 1)]
    tonight = con.execute("select is_accepted, acceptance_id from quality.findings_tonight")
    assert tonight.fetchall() == [(True, acceptance_id)]
    counts = con.execute("select violated, accepted from quality.judged").fetchall()
    assert counts == [(1, 1)]
    assert _state(con) == [("valid", None, True)]


def test_an_acceptance_may_be_given_before_the_rule_first_fires(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    _accept(path)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=RIGHT)
    assert _state(con) == [("valid", None, False)]
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "accepted", 0)]


def test_it_lapses_when_the_value_changes_even_before_its_first_night(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    _accept(path)
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=STILL_WRONG)
    assert statuses(con) == [("E1", "superseded", 1), ("E1", "new", 0)]
    assert _state(con) == [("lapsed", "the value changed", False)]
    assert _usage(con) == [("approved", "lapsed", "2025-03-02")]
    assert _details(con) == [
        ("new", "its acceptance A00001 lapsed: the value changed"),
        ("superseded", "the values changed and are still wrong"),
    ]


def test_an_accepted_value_that_changes_says_so_of_both_findings(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    _accept(path)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=STILL_WRONG)
    lapsed = "its acceptance A00001 lapsed: the value changed"
    assert _details(con) == [
        ("new", lapsed),
        ("superseded", f"the values changed and are still wrong; {lapsed}"),
    ]
    night(con, 3, T19, path=path, patients=PATIENTS, adverse_events=STILL_WRONG)
    assert _details(con) == [("persisting", None)]


def test_a_lapsed_acceptance_does_not_come_back_with_the_old_value(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    _accept(path)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=STILL_WRONG)
    night(con, 3, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con)[0] == ("E1", "reopened", 0)
    assert _state(con) == [("lapsed", "the value changed", False)]


def test_it_lapses_when_the_rule_changes(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    _accept(path)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    changed = catalogue_of("AE-T19", applies_when="grade is null")
    assert changed.rules[0].hash != T19.rules[0].hash
    night(con, 2, changed, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "reopened", 0)]
    assert _state(con) == [("lapsed", "the rule changed", False)]
    assert _details(con) == [("reopened", "its acceptance A00001 lapsed: the rule changed")]


def test_it_lapses_with_the_rule_when_the_rule_binds_acceptances_to_other_columns(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    _accept(path)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    narrower = catalogue_of("AE-T19", accept_on=("resolved_date",))
    assert narrower.rules[0].hash == T19.rules[0].hash
    night(con, 2, narrower, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert _details(con) == [("reopened", "its acceptance A00001 lapsed: the rule changed")]


def test_it_says_when_the_rule_left_the_family_it_was_given_for(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    _accept(path, target=T19.rules[0].family)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    moved = catalogue_of("AE-T19", family="elsewhere")
    night(con, 2, moved, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert _details(con) == [("reopened", "its acceptance A00001 no longer covers it")]


def test_it_ends_on_its_last_day(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    _accept(path, until=date(2025, 3, 2))
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "accepted", 0)]
    night(con, 3, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "reopened", 0)]
    assert _state(con) == [("ended", None, False)]
    assert _usage(con) == [("approved", "ended", "2025-03-03")]
    assert _details(con) == [("reopened", "its acceptance A00001 ended on 2025-03-02")]


def test_it_is_withdrawn_and_the_finding_counts_again(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    acceptance_id = _accept(path)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    acceptances.withdraw(path, acceptance_id, author="J. Steward", reason="wrong record")
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "reopened", 0)]
    assert _state(con) == [("withdrawn", None, False)]
    assert _details(con) == [("reopened", "its acceptance A00001 was withdrawn by J. Steward")]


def test_a_proposal_does_not_count_until_it_is_approved(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    proposed = acceptances.propose(path, "AE-T19", "E1", author="Dr. A", reason="it is so")
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "persisting", 1)]
    assert _state(con) == [("proposed", None, False)]
    assert _usage(con) == [("proposed", "unused", None)]
    acceptances.approve(path, proposed, author="J. Steward")
    night(con, 3, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "accepted", 2)]
    assert _usage(con) == [("approved", "used", None)]


def test_a_proposal_is_bound_to_the_values_it_was_made_for_even_when_approved_later(
    con: duckdb.DuckDBPyConnection, path: Path
) -> None:
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    row = con.execute("select rule_hash, accept_key from quality.findings").fetchone()
    assert row is not None
    proposed = acceptances.propose(
        path, "AE-T19", "E1", author="a", reason="b", rule_hash=row[0], accept_key=row[1]
    )
    acceptances.approve(path, proposed, author="J. Steward")
    night(con, 2, T19, path=path, patients=PATIENTS, adverse_events=STILL_WRONG)
    assert statuses(con) == [("E1", "superseded", 1), ("E1", "new", 0)]
    assert _state(con) == [("lapsed", "the value changed", False)]


def test_a_rejected_proposal_never_counts(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    proposed = acceptances.propose(path, "AE-T19", "E1", author="Dr. A", reason="it is so")
    acceptances.reject(path, proposed, author="J. Steward", reason="not in the chart")
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "new", 0)]
    assert _usage(con) == [("proposed", "withdrawn", None)]
    with pytest.raises(AcceptanceError, match=r"was rejected or withdrawn by J\. Steward"):
        acceptances.approve(path, proposed, author="J. Steward")


@pytest.mark.parametrize(
    ("last_day", "usage"), [(2, "lapsing"), (31, "lapsing"), (32, "used"), (None, "used")]
)
def test_an_acceptance_that_ends_within_the_lapsing_days_is_listed_as_lapsing(
    con: duckdb.DuckDBPyConnection, path: Path, last_day: int | None, usage: str
) -> None:
    day_one = date(2025, 3, 1)
    _accept(path, until=day_one + timedelta(days=last_day - 2) if last_day else None)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    [(approval, used, _)] = _usage(con)
    assert (approval, used) == ("approved", usage)
    assert _state(con) == [("valid", None, True)]


def test_what_is_not_a_proposal_is_neither_approved_nor_rejected(path: Path) -> None:
    given = _accept(path)
    with pytest.raises(AcceptanceError, match=r"was already given by J\. Steward"):
        acceptances.approve(path, given, author="x")
    with pytest.raises(AcceptanceError, match="counts already; withdraw it instead"):
        acceptances.reject(path, given, author="x", reason="y")
    proposed = acceptances.propose(path, "AE-T19", "E2", author="Dr. A", reason="it is so")
    acceptances.approve(path, proposed, author="J. Steward")
    with pytest.raises(AcceptanceError, match=r"already approved by J\. Steward"):
        acceptances.approve(path, proposed, author="x")


def test_an_acceptance_covers_a_family(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    _accept(path, target=T19.rules[0].family)
    night(con, 1, T19, path=path, patients=PATIENTS, adverse_events=WRONG)
    assert statuses(con) == [("E1", "accepted", 0)]


def test_values_outside_accept_on_may_change(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    only_resolved = catalogue_of("AE-T19", accept_on=("resolved_date",))
    _accept(path)
    night(con, 1, only_resolved, path=path, patients=PATIENTS, adverse_events=WRONG)
    moved = WRONG.replace("2021-03-02", "2021-03-05")
    night(con, 2, only_resolved, path=path, patients=PATIENTS, adverse_events=moved)
    assert statuses(con)[1][:2] == ("E1", "accepted")
    assert _state(con) == [("valid", None, True)]


def test_what_counts_on_a_day_is_listed_in_order(path: Path) -> None:
    assert acceptances.valid_on(path, date(2025, 3, 1)) == []
    _accept(path, until=date(2025, 3, 1))
    _accept(path, "ae-dates")
    assert acceptances.valid_on(path, date(2025, 3, 1)) == [
        ("A00001", "AE-T19", "E1", "2025-03-01"),
        ("A00002", "ae-dates", "E1", None),
    ]
    acceptances.withdraw(path, "A00002", author="x", reason="y")
    assert acceptances.valid_on(path, date(2025, 3, 2)) == []


def test_wrong_use_gets_a_sentence(path: Path) -> None:
    with pytest.raises(AcceptanceError, match="needs its author; nothing was given"):
        acceptances.accept(path, "AE-T19", "E1", author=" ", reason="because")
    with pytest.raises(AcceptanceError, match="There is no acceptance A00009"):
        acceptances.withdraw(path, "A00009", author="x", reason="y")
    acceptance_id = _accept(path)
    acceptances.withdraw(path, acceptance_id, author="J. Steward", reason="z")
    with pytest.raises(AcceptanceError, match=r"was already withdrawn by J\. Steward"):
        acceptances.withdraw(path, acceptance_id, author="x", reason="y")
