"""The words of a message: what is news to whom, and none when nothing is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from etl.digest import compose
from etl.digest.compose import ENGINEERS, STEWARDS
from etl.digest.facts import Delivery, Facts, QueryNews, RuleNews
from etl.digest.heartbeat import Ended, Heartbeat, read_heartbeat, record_end, watch
from etl.outputs.quality.addresses import Addresses
from etl.settings import Settings

PAGES = Addresses(3000)
NOW = datetime(2025, 3, 10, 4, 30, tzinfo=UTC)
QUIET = Facts("abc123", 7, date(2025, 3, 10), 1200, 40, 3, 0)
NEW = RuleNews("AE-T19", "An event does not resolve before it began", False, 12, 3)
OF_MARTS = RuleNews("EST-D03", "Numerator and set contain one another", True, 1, 0)
RULES = replace(QUIET, rules=(NEW, OF_MARTS))


def query(number: int, state: str, hospital: str = "H1", answer: str | None = None) -> QueryNews:
    return QueryNews(f"Q{number:05}", hospital, "AE-T19", NEW.title, state, answer, number)


def test_a_night_without_news_is_no_message() -> None:
    for owner in (STEWARDS, ENGINEERS, "hospital:H1"):
        assert compose.about_night(owner, QUIET, {}, PAGES) is None


def test_stewards_hear_of_records_and_engineers_of_the_marts() -> None:
    stewards = compose.about_night(STEWARDS, RULES, {}, PAGES)
    engineers = compose.about_night(ENGINEERS, RULES, {}, PAGES)
    assert stewards is not None
    assert engineers is not None
    assert stewards.title == "Rechallenge 2025-03-10: 12 new and 3 reopened errors of 1 rule"
    assert "- AE-T19, An event does not resolve before it began: 12 new, 3 reopened" in (
        stewards.text
    )
    assert "http://127.0.0.1:3001/outputs/quality/rules/AE-T19.html" in stewards.text
    assert "EST-D03" not in stewards.text
    assert engineers.title == "Rechallenge 2025-03-10: 1 new error of 1 rule"
    assert "AE-T19" not in engineers.text


def test_stewards_hear_once_of_what_the_inbox_holds_back_and_of_remarks() -> None:
    facts = replace(
        QUIET,
        not_taken=("h7: responses.csv: the file is missing.",),
        about_deliveries=("Delivery a had come before.",),
    )
    first = compose.about_night(STEWARDS, facts, {}, PAGES)
    assert first is not None
    assert "- h7: responses.csv: the file is missing." in first.text
    assert "- Delivery a had come before." in first.text
    assert compose.about_night(STEWARDS, facts, first.mentions, PAGES) is None
    other = replace(facts, not_taken=("h7: its hash differs.",))
    again = compose.about_night(STEWARDS, other, first.mentions, PAGES)
    assert again is not None
    assert "came before" not in again.text
    for owner in (ENGINEERS, "hospital:H1"):
        assert compose.about_night(owner, facts, {}, PAGES) is None


def test_many_rules_are_counted_beyond_the_first() -> None:
    rules = tuple(replace(NEW, rule_id=f"AE-T{number:02}") for number in range(20))
    message = compose.about_night(STEWARDS, replace(QUIET, rules=rules), {}, PAGES)
    assert message is not None
    assert message.title.endswith("240 new and 60 reopened errors of 20 rules")
    assert "AE-T14" in message.text
    assert "AE-T15" not in message.text
    assert "- and 5 more" in message.text


def test_what_was_mentioned_is_not_news_until_it_changes() -> None:
    facts = replace(
        QUIET,
        deliveries=(Delivery("H2", "late", 40),),
        queries=(query(1, "answered", answer="value confirmed"),),
        acceptances=(("A00001", "lapsing"),),
    )
    first = compose.about_night(STEWARDS, facts, {}, PAGES)
    assert first is not None
    assert first.title == (
        "Rechallenge 2025-03-10: 1 delivery not as expected, 1 query answered, 1 acceptance lapsing"
    )
    assert "- H2: late, its newest delivery is 40 days old" in first.text
    assert "- value confirmed: 1" in first.text
    assert compose.about_night(STEWARDS, facts, first.mentions, PAGES) is None
    worse = replace(facts, deliveries=(Delivery("H2", "missing", 41),))
    again = compose.about_night(STEWARDS, worse, first.mentions, PAGES)
    assert again is not None
    assert again.title == "Rechallenge 2025-03-10: 1 delivery not as expected"


def test_answers_are_counted_by_what_was_answered() -> None:
    facts = replace(
        QUIET,
        queries=(
            query(1, "answered", answer="rule is wrong"),
            query(2, "answered", answer="value confirmed"),
            query(3, "answered", answer="rule is wrong"),
            query(4, "released"),
        ),
    )
    message = compose.about_night(STEWARDS, facts, {}, PAGES)
    assert message is not None
    assert "3 queries answered\n- rule is wrong: 2\n- value confirmed: 1" in message.text


def test_a_hospital_hears_of_its_own_queries_and_delivery_alone() -> None:
    facts = replace(
        RULES,
        queries=(query(3, "released"), query(9, "released"), query(4, "released", "H2")),
        deliveries=(Delivery("H1", "late", 40), Delivery("H2", "late", 99)),
    )
    message = compose.about_night("hospital:H1", facts, {}, PAGES)
    assert message is not None
    assert message.title == "Rechallenge 2025-03-10: 2 queries to you, your delivery is late"
    assert "- AE-T19, An event does not resolve before it began: 2" in message.text
    assert "Open in all: 2; the oldest was asked 9 days ago." in message.text
    assert "H2" not in message.text
    assert "127.0.0.1" not in message.text
    assert compose.about_night("hospital:H3", facts, {}, PAGES) is None


def test_a_missed_control_goes_to_engineers_and_not_to_stewards() -> None:
    facts = replace(QUIET, missed_controls=("AE-T19",))
    assert compose.about_night(STEWARDS, facts, {}, PAGES) is None
    message = compose.about_night(ENGINEERS, facts, {}, PAGES)
    assert message is not None
    assert message.title == "Rechallenge 2025-03-10: 1 rule missed an example of its own"
    ended = Ended("run", NOW, False, "quality__controls", "AE-T19 missed its example.")
    assert compose.about_end(STEWARDS, ended, PAGES) is None
    told = compose.about_end(ENGINEERS, ended, PAGES)
    assert told is not None
    assert "AE-T19 missed its example." in told.text


def test_a_night_that_ended_well_is_no_message_and_a_held_one_goes_to_no_hospital() -> None:
    held = Ended("run", NOW, False, "published__snapshot", "The gate held.")
    assert compose.about_end(STEWARDS, replace(held, succeeded=True), PAGES) is None
    assert compose.about_end("hospital:H1", held, PAGES) is None
    message = compose.about_end(STEWARDS, held, PAGES)
    assert message is not None
    assert "The gate held.\nStep: published.snapshot\nNothing was published" in message.text


def test_html_shows_a_title_as_text_whatever_it_holds() -> None:
    odd = replace(NEW, title="Grade <script> & co")
    message = compose.about_night(STEWARDS, replace(QUIET, rules=(odd,)), {}, PAGES)
    assert message is not None
    assert "<script>" not in message.html
    assert "Grade &lt;script&gt; &amp; co" in message.html


def test_a_first_night_that_never_comes_is_missed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert compose.about_silence(Heartbeat(), NOW, 26) is None
    watch(settings, NOW)
    beat = watch(settings, NOW + timedelta(hours=27))
    message = compose.about_silence(beat, NOW + timedelta(hours=27), 26)
    assert message is not None
    assert "The last night that ended well never came" in message.text


def test_the_heartbeat_keeps_the_last_good_night(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    record_end(settings, Ended("one", NOW, True))
    record_end(settings, Ended("two", NOW + timedelta(days=1), False, "raw__export", "No file."))
    # A sensor that comes late with an earlier run does not turn the clock back.
    record_end(settings, Ended("one", NOW, True))
    beat = read_heartbeat(settings)
    assert beat.last is not None
    assert beat.last_success is not None
    assert (beat.last.run_id, beat.last_success.run_id) == ("two", "one")
    assert beat.last.sentence == "No file."
    assert not beat.is_late(NOW + timedelta(hours=26), 26)
    assert beat.is_late(NOW + timedelta(hours=26, minutes=1), 26)
