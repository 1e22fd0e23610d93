"""The digest as it arrives: a real mail server on loopback, a published night, nothing mocked."""

import email
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from etl.digest.deliver import Outcome, deliver, due
from etl.digest.heartbeat import Ended, record_end
from etl.errors import WrongUseError
from etl.settings import Settings
from tests.pipeline.support_refresh import ask, current, rechallenge

NIGHT = datetime(2025, 3, 10, 4, 30, tzinfo=UTC)


class Mailbox:
    """Keeps what arrives; may be told to refuse everything."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.refuses = False

    async def handle_DATA(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        if self.refuses:
            return "451 try again later"
        assert isinstance(envelope.content, bytes)
        self.received.append(email.message_from_bytes(envelope.content))
        return "250 taken"

    def texts(self) -> list[str]:
        """The plain and HTML parts of every message, decoded, with its subject."""
        found = []
        for message in self.received:
            parts = [str(message["Subject"])]
            for part in message.walk():
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes):
                    parts.append(payload.decode())
            found.append("\n".join(parts))
        return found


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def address(port: int, to: str) -> str:
    return f"mailto://127.0.0.1:{port}?from=registry@example.org&to={to}@example.org&mode=insecure"


def settings_of(home: Path, port: int, **more: object) -> Settings:
    """Settings of a home whose nights are told by the test."""
    (home / "heartbeat.json").unlink(missing_ok=True)
    return Settings.model_validate(
        {
            "home": home,
            "digest_stewards": address(port, "steward"),
            "digest_engineers": address(port, "engineer"),
            **more,
        }
    )


def ended_well(settings: Settings, moment: datetime) -> None:
    record_end(settings, Ended(f"run of {moment}", moment, True))


def test_a_night_arrives_once_with_counts_and_no_patient(
    home: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    settings = settings_of(home, port)
    outcomes = deliver(settings, NIGHT)
    assert [(one.owner, one.sent, one.problems) for one in outcomes] == [("stewards", 1, ())]
    [text] = box.texts()
    errors = ask(
        home,
        "select count(*), count(distinct rule_id) from quality.findings "
        "where severity = 'error' and status = 'new' and stage <> 'mart'",
    )
    count = int(str(errors[0][0]))
    assert count > 0
    assert f"{count:,} new errors of {errors[0][1]} rules" in text
    [(rule, title)] = ask(
        home,
        "select rule_id, any_value(title) from quality.findings inner join quality.rules "
        "using (rule_id) where findings.severity = 'error' group by rule_id "
        "order by count(*) desc, rule_id limit 1",
    )
    assert f"{rule}, {title}" in text
    assert f"http://127.0.0.1:3001/outputs/quality/rules/{rule}.html" in text
    assert "http://127.0.0.1:3001/outputs/quality/index.html" in text
    assert box.received[0]["To"] == "steward@example.org"
    words = set(text.replace("<", " ").replace(">", " ").replace(",", " ").split())
    for column in ("patient_id", "record_key"):
        known = {str(row[0]) for row in ask(home, f"select {column} from quality.findings")}
        assert known & words == set()
    patients = {str(row[0]) for row in ask(home, "select patient_id from marts.patients")}
    assert patients & words == set()

    assert deliver(settings, NIGHT + timedelta(hours=1)) == []
    assert len(box.received) == 1


def next_snapshot(home: Path, name: str, change: str) -> None:
    """Put one more night on the shelf: the published one, with a change to its tables."""
    published = home / "published"
    last = published / current(home)
    folder = published / name
    folder.mkdir()
    manifest = json.loads((last / "manifest.json").read_text())
    manifest |= {"snapshot_id": name, "sequence": manifest["sequence"] + 1, "as_of": "2025-03-11"}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    shutil.copyfile(last / "registry.duckdb", folder / "registry.duckdb")
    with duckdb.connect(str(folder / "registry.duckdb")) as con:
        con.execute(
            "insert into quality.snapshots select * replace ($name as snapshot_id, "
            "sequence + 1 as sequence) from quality.snapshots",
            {"name": name},
        )
        con.execute(change)


def test_the_next_night_is_told_when_it_changed_something_and_not_otherwise(
    home: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    settings = settings_of(home, port)
    deliver(settings, NIGHT)
    next_snapshot(home, "bbbbbbbbbbbb", "update quality.findings set status = 'persisting'")
    assert deliver(settings, NIGHT + timedelta(days=1)) == []
    next_snapshot(
        home,
        "cccccccccccc",
        """
        insert into quality.finding_events
        select e.* replace ('cccccccccccc' as snapshot_id, 'reopened' as event)
        from quality.finding_events as e
        inner join quality.findings as f using (finding_id)
        where f.severity = 'error' and f.stage = 'source' and e.event = 'new'
        order by finding_id limit 2;
        update quality.snapshots set sequence = 3 where snapshot_id = 'cccccccccccc'
        """,
    )
    manifest = home / "published" / "cccccccccccc" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"sequence": 3}))
    assert [one.sent for one in deliver(settings, NIGHT + timedelta(days=2))] == [1]
    assert str(box.received[-1]["Subject"]).startswith("Rechallenge 2025-03-11: 2 reopened errors")
    assert len(box.received) == 2


def test_a_message_that_was_refused_is_tried_again_and_only_where_it_was(
    home: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    two = f"{address(port, 'one')} {address(1, 'nobody-listens')}"
    settings = settings_of(home, port, digest_stewards=two)
    box.refuses = True
    [refused] = deliver(settings, NIGHT)
    assert refused.sent == 0
    assert len(refused.problems) == 2
    box.refuses = False
    [half] = deliver(settings, NIGHT)
    assert (half.sent, len(half.problems)) == (1, 1)
    assert half.problems[0].startswith(
        "RECHALLENGE_DIGEST_STEWARDS, address 2 (mailto://): the message was not accepted."
    )
    [again] = deliver(settings, NIGHT)
    assert (again.sent, len(again.problems)) == (0, 1)
    assert len(box.received) == 1


@pytest.mark.parametrize("wrong", ["nonsense://user:secret@x", "steward@example.org", "mailto://"])
def test_a_wrong_address_gets_a_sentence_without_what_it_holds(
    home: Path, mailbox: tuple[Mailbox, int], wrong: str
) -> None:
    box, port = mailbox
    settings = settings_of(home, port, digest_stewards=f"{address(port, 'good')} {wrong}")
    [outcome] = deliver(settings, NIGHT)
    assert outcome.sent == 1
    [problem] = outcome.problems
    assert problem.startswith("RECHALLENGE_DIGEST_STEWARDS, address 2 (")
    assert "secret" not in problem
    assert "example.org" not in problem
    assert len(box.received) == 1


def test_a_failed_night_is_told_to_both_and_a_missed_control_to_engineers_alone(
    home: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    settings = settings_of(home, port)
    deliver(settings, NIGHT)
    box.received.clear()
    sentence = "The gate held and nothing was published: responses became empty."
    record_end(settings, Ended("one", NIGHT, False, "published__snapshot", sentence))
    deliver(settings, NIGHT)
    assert sorted(str(one["To"]) for one in box.received) == [
        "engineer@example.org",
        "steward@example.org",
    ]
    assert all(sentence in text for text in box.texts())
    box.received.clear()
    later = NIGHT + timedelta(days=1)
    record_end(settings, Ended("two", later, False, "quality__controls", "AE-T19 missed."))
    deliver(settings, later)
    assert [str(one["To"]) for one in box.received] == ["engineer@example.org"]
    assert "AE-T19 missed." in box.texts()[0]
    assert deliver(settings, later) == []


def said(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(one.owner, one.message.title) for one in outcomes]


def test_a_night_that_never_came_is_told_once_a_day_to_engineers(
    home: Path, mailbox: tuple[Mailbox, int]
) -> None:
    _, port = mailbox
    settings = settings_of(home, port)
    ended_well(settings, NIGHT)
    deliver(settings, NIGHT)
    assert deliver(settings, NIGHT + timedelta(hours=26)) == []
    missing = NIGHT + timedelta(hours=27)
    expected = [("engineers", "Rechallenge: no night for more than 26 hours")]
    assert said(deliver(settings, missing)) == expected
    assert deliver(settings, missing + timedelta(hours=1)) == []
    assert said(deliver(settings, missing + timedelta(days=1))) == expected
    alone = settings.model_copy(update={"digest_engineers": None})
    assert said(deliver(alone, missing)) == [("stewards", expected[0][1])]
    ended_well(settings, missing + timedelta(days=1, hours=1))
    assert deliver(settings, missing + timedelta(days=1, hours=2)) == []


def test_after_a_quiet_week_both_hear_that_nights_still_run(
    home: Path, mailbox: tuple[Mailbox, int]
) -> None:
    _, port = mailbox
    settings = settings_of(home, port)
    for night in range(8):
        moment = NIGHT + timedelta(days=night)
        ended_well(settings, moment)
        outcomes = deliver(settings, moment)
        if 0 < night < 7:
            assert outcomes == [], night
    assert said(outcomes) == [
        ("stewards", "Rechallenge: nothing changed for 7 nights"),
        ("engineers", "Rechallenge: nothing changed for 7 nights"),
    ]
    assert "the last one ended at 2025-03-17 04:30 UTC" in outcomes[0].message.text
    assert deliver(settings, NIGHT + timedelta(days=8)) == []


def test_the_message_is_shown_without_being_sent(home: Path) -> None:
    shown = rechallenge("digest", home=home)
    assert shown.code == 0
    assert "new errors" in shown.out
    assert "http://127.0.0.1:3001/outputs/quality/index.html" in shown.out
    settings = Settings(home=home)
    [message] = due(settings, "stewards", NIGHT)
    assert message.title in shown.out
    assert not (home / "digest.json").exists()


def test_the_memory_holds_no_address(home: Path, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    box.refuses = True
    secret = f"mailto://user:secret@127.0.0.1:{port}?from=a@example.org&to=b@example.org"
    settings = settings_of(home, port, digest_stewards=secret)
    deliver(settings, NIGHT)
    written = (home / "digest.json").read_text()
    assert "secret" not in written
    assert "example.org" not in written
    assert "secret" not in repr(settings)


def test_the_heartbeat_can_be_asked_for(home: Path) -> None:
    settings = Settings(home=home)
    (home / "heartbeat.json").unlink(missing_ok=True)
    assert rechallenge("heartbeat", home=home).code == 1
    ended_well(settings, datetime.now(UTC) - timedelta(hours=2))
    fresh = rechallenge("heartbeat", "--json", home=home)
    assert fresh.code == 0
    assert json.loads(fresh.out)["is_late"] is False
    (home / "heartbeat.json").unlink()
    ended_well(settings, datetime.now(UTC) - timedelta(hours=27))
    late = rechallenge("heartbeat", "--json", home=home)
    assert (late.code, json.loads(late.out)["is_late"]) == (1, True)


def test_apprise_is_not_imported_before_something_is_sent() -> None:
    code = "import sys, etl.digest.deliver, assets.cli_digest\nprint('apprise' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_check_address_says_what_is_expected() -> None:
    from etl.digest.send import check_address

    with pytest.raises(WrongUseError, match="Expected one as mailto://"):
        check_address("nowhere", "RECHALLENGE_DIGEST_ENGINEERS", 1)
