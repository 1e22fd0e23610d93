"""The life of a query in the stewards' file: who said what, on which day."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from expectations import acceptances, queries, steward_file
from expectations.errors import QueryError, StewardFileError
from expectations.queries import Finding

MARCH = [date(2025, 3, day) for day in range(1, 32)]
COLITIS = Finding("f1", "AE-T19", "h1", "E1", "H01", "k1")
RASH = Finding("f2", "AE-T19", "h1", "E2", "H02", "k2")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acceptances.sqlite"


def release(path: Path, *findings: Finding, day: int = 1) -> list[str]:
    return queries.release(path, findings, author="J. Steward", on=MARCH[day - 1])


def answer(path: Path, query: str, said: str, *, comment: str = "", day: int = 3) -> str | None:
    return queries.answer(path, query, answer=said, comment=comment, who="Dr. A", on=MARCH[day - 1])


def test_a_finding_released_twice_keeps_its_query_and_its_day(path: Path) -> None:
    assert release(path, COLITIS, RASH) == ["Q00001", "Q00002"]
    assert release(path, RASH, COLITIS, COLITIS, day=9) == ["Q00002", "Q00001", "Q00001"]
    asked = [(one.query_id, one.state, one.released_on) for one in queries.read(path)]
    assert asked == [("Q00001", "released", MARCH[0]), ("Q00002", "released", MARCH[0])]


def test_an_answer_is_kept_with_who_gave_it_and_when(path: Path) -> None:
    release(path, COLITIS)
    assert answer(path, "Q00001", "corrected at source", comment="typo") is None
    [query] = queries.read(path)
    assert (query.state, query.answer, query.answer_comment) == (
        "answered",
        "corrected at source",
        "typo",
    )
    assert (query.answered_by, query.answered_on) == ("Dr. A", MARCH[2])


def test_a_confirmed_value_proposes_an_acceptance_bound_to_what_was_asked(path: Path) -> None:
    release(path, COLITIS)
    proposed = answer(path, "Q00001", "value confirmed", comment="seen in the chart")
    assert proposed == "A00001"
    [acceptance] = acceptances.read(path)
    assert (acceptance.target, acceptance.record_key) == ("AE-T19", "E1")
    assert (acceptance.rule_hash, acceptance.accept_key) == ("h1", "k1")
    assert (acceptance.author, acceptance.reason) == ("Dr. A", "seen in the chart")
    assert acceptance.query_id == "Q00001"
    assert acceptances.valid_on(path, MARCH[9]) == []
    acceptances.approve(path, "A00001", author="J. Steward")
    assert [one[0] for one in acceptances.valid_on(path, MARCH[9])] == ["A00001"]


def test_the_same_answer_again_records_nothing(path: Path) -> None:
    release(path, COLITIS)
    assert answer(path, "Q00001", "value confirmed", comment="seen") == "A00001"
    before = queries.said(path)
    assert answer(path, "Q00001", "value confirmed", comment="seen", day=8) == "A00001"
    assert queries.said(path) == before
    assert len(acceptances.read(path)) == 1


def test_another_answer_takes_back_what_the_first_had_proposed(path: Path) -> None:
    release(path, COLITIS)
    answer(path, "Q00001", "value confirmed")
    answer(path, "Q00001", "corrected at source", day=4)
    [acceptance] = acceptances.read(path)
    assert acceptance.withdrawn_because == "Q00001 was answered anew: corrected at source"
    assert not acceptance.is_pending
    assert answer(path, "Q00001", "value confirmed", day=5) == "A00002"


def test_another_answer_leaves_what_a_steward_approved(path: Path) -> None:
    release(path, COLITIS)
    answer(path, "Q00001", "value confirmed")
    acceptances.approve(path, "A00001", author="J. Steward")
    answer(path, "Q00001", "rule is wrong", day=4)
    assert [one[0] for one in acceptances.valid_on(path, MARCH[9])] == ["A00001"]


def test_comments_and_the_assignee_stay_with_a_query_that_is_asked_anew(path: Path) -> None:
    release(path, COLITIS)
    queries.assign(path, "Q00001", assignee="Nurse B", author="J. Steward", on=MARCH[0])
    queries.add_comment(path, "Q00001", author="Nurse B", text="asked by phone", on=MARCH[1])
    answer(path, "Q00001", "not our patient", comment="moved in 2019")
    queries.close(path, "Q00001", author="J. Steward", reason="sent to H02", on=MARCH[4])
    [closed] = queries.read(path)
    assert (closed.state, closed.closed_on, closed.closed_because) == (
        "closed",
        MARCH[4],
        "sent to H02",
    )
    assert release(path, COLITIS, day=10) == ["Q00001"]
    [again] = queries.read(path)
    assert (again.state, again.released_on, again.answer) == ("released", MARCH[9], None)
    assert (again.closed_on, again.assignee) == (None, "Nurse B")
    said = [(one.said_with, one.author, one.text) for one in queries.read_comments(path)]
    assert said == [
        ("commented", "Nurse B", "asked by phone"),
        ("answered", "Dr. A", "moved in 2019"),
        ("closed", "J. Steward", "sent to H02"),
    ]


def test_a_finding_that_was_reopened_since_is_asked_anew_under_its_new_meaning(
    path: Path,
) -> None:
    release(path, COLITIS)
    reopened = Finding("f1", "AE-T19", "h2", "E1", "H01", "k1", opened_on=MARCH[6])
    assert release(path, reopened, day=8) == ["Q00001"]
    assert release(path, reopened, day=9) == ["Q00001"]
    [query] = queries.read(path)
    assert (query.released_on, query.rule_hash) == (MARCH[7], "h2")


def test_wrong_use_gets_a_sentence(path: Path) -> None:
    with pytest.raises(QueryError, match="There is no query Q00001"):
        queries.add_comment(path, "Q00001", author="x", text="y", on=MARCH[0])
    release(path, COLITIS)
    for strange in ("A00001", "Q1x", ""):
        with pytest.raises(QueryError, match="There is no query"):
            queries.add_comment(path, strange, author="x", text="y", on=MARCH[0])
    with pytest.raises(QueryError, match="needs its author; nothing was given"):
        queries.release(path, [RASH], author=" ", on=MARCH[0])
    with pytest.raises(QueryError, match=r"'maybe' is not an answer .* It can be: corrected at"):
        answer(path, "Q00001", "maybe")
    queries.close(path, "Q00001", author="x", reason="phoned", on=MARCH[1])
    with pytest.raises(QueryError, match="was closed on 2025-03-02: phoned"):
        answer(path, "Q00001", "value confirmed")
    with pytest.raises(QueryError, match="was already closed on 2025-03-02"):
        queries.close(path, "Q00001", author="x", reason="again", on=MARCH[2])
    assert len(queries.said(path)) == 2


def test_what_fails_half_way_leaves_nothing(path: Path) -> None:
    broken = Finding("f3", "AE-T19", "h1", None, "H01", "k3")  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        release(path, COLITIS, broken)
    assert queries.read(path) == []


def test_a_file_of_the_first_version_is_brought_up_to_date_and_loses_nothing(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.executescript("""
            create table acceptances (
                number integer primary key autoincrement,
                target text not null, record_key text not null, author text not null,
                reason text not null, until text, given_at text not null
            );
            create table withdrawals (
                acceptance_id text primary key, author text not null, reason text not null,
                withdrawn_at text not null
            );
            insert into acceptances values
                (1, 'AE-T19', 'E1', 'a', 'b', null, 'c'), (2, 'AE-T19', 'E2', 'a', 'b', null, 'c');
            insert into withdrawals values ('A00002', 'x', 'y', 'z');
        """)
    db.close()
    assert acceptances.valid_on(path, MARCH[0]) == [("A00001", "AE-T19", "E1", None)]
    assert acceptances.accept(path, "AE-T19", "E3", author="a", reason="b") == "A00003"
    assert release(path, COLITIS) == ["Q00001"]


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    release(path, COLITIS)
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 99")
    db.close()
    with pytest.raises(StewardFileError, match="is of version 99, made by a newer Rechallenge"):
        release(path, RASH)
    with pytest.raises(StewardFileError):
        queries.read(path)


def test_a_night_reads_one_copy_whatever_is_said_meanwhile(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "night.sqlite"
    steward_file.copy_file(path, copy)
    assert queries.read(copy) == []
    release(path, COLITIS)
    steward_file.copy_file(path, copy)
    answer(path, "Q00001", "rule is wrong")
    assert [one.state for one in queries.read(copy)] == ["released"]
    path.unlink()
    steward_file.copy_file(path, copy)
    assert not copy.exists()
