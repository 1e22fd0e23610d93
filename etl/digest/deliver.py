"""One message a night for each owner: what is due, sent once, tried again when it could not be.

Belongs here: putting facts, words, memory and sending together. Does not belong here: when this is
asked for (`assets`), clocks (the moment is given).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pydantic import SecretStr

from etl.deliveries.inbox import look, not_taken
from etl.digest import compose
from etl.digest.compose import ENGINEERS, HOSPITAL, STEWARDS, Message
from etl.digest.facts import read_facts
from etl.digest.heartbeat import Heartbeat, read_heartbeat
from etl.digest.memory import FILE, Told, hashed, read_memory, remembered
from etl.digest.send import NotSentError, send
from etl.errors import WrongUseError
from etl.home_state import read_state
from etl.outputs.quality.addresses import Addresses
from etl.publish.shelf import Published, Shelf
from etl.publish.snapshot import DATABASE
from etl.settings import Settings

Sender = Callable[[Message, str, str, int], None]


@dataclass(frozen=True)
class Owner:
    """Who gets a message: its name, where to, and the setting that says so."""

    name: str
    addresses: tuple[str, ...]
    setting: str


@dataclass(frozen=True)
class Outcome:
    """What became of a message: to how many addresses it went now, and what went wrong."""

    owner: str
    message: Message
    sent: int
    problems: tuple[str, ...]


def owners(settings: Settings) -> list[Owner]:
    """Those with an address."""
    named: list[tuple[str, SecretStr | None, str]] = [
        (STEWARDS, settings.digest_stewards, "RECHALLENGE_DIGEST_STEWARDS"),
        (ENGINEERS, settings.digest_engineers, "RECHALLENGE_DIGEST_ENGINEERS"),
        *(
            (f"{HOSPITAL}{code}", addresses, f"RECHALLENGE_DIGEST_HOSPITALS, hospital {code}")
            for code, addresses in sorted(settings.digest_hospitals.items())
        ),
    ]
    return [
        Owner(name, tuple(found.get_secret_value().split()), setting)
        for name, found, setting in named
        if found is not None and found.get_secret_value().strip()
    ]


def due(settings: Settings, owner: str, now: datetime) -> list[Message]:
    """What there is to say to an owner now that was not said; nothing is sent or remembered."""
    told = read_memory(settings.home / FILE).of(owner)
    return [one.message for one in _due(settings, owner, told, now) if one.message is not None]


def deliver(settings: Settings, now: datetime, sender: Sender = send) -> list[Outcome]:
    """Send what is due to everybody with an address.

    Args:
        settings: Gives the home, the addresses and the pages.
        now: The moment, with its zone.
        sender: Sends one message to one address.
    """
    outcomes: list[Outcome] = []
    asked = owners(settings)
    if not asked:
        return outcomes
    with remembered(settings) as memory:
        for owner in asked:
            told = memory.of(owner.name)
            for one in list(_due(settings, owner.name, told, now)):
                if one.message is not None:
                    outcomes.append(_send(owner, told, one.message, sender))
                    if outcomes[-1].problems:
                        continue
                    told.told_on = now.date().isoformat()
                told.settle(one.key)
                told.known.update({kind: list(of) for kind, of in one.mentions.items()})
                told.last_sequence = one.sequence or told.last_sequence
            told.told_on = told.told_on or now.date().isoformat()
    return outcomes


@dataclass(frozen=True)
class _Due:
    """A key that is not settled, its message (None: nothing to say), and the night it is of."""

    key: str
    message: Message | None
    sequence: int | None = None

    @property
    def mentions(self) -> Mapping[str, Sequence[str]]:
        return self.message.mentions if self.message else {}


def _due(settings: Settings, owner: str, told: Told, now: datetime) -> Iterator[_Due]:
    """What is not settled, the oldest first."""
    pages = Addresses(settings.ui_port)
    beat = read_heartbeat(settings)
    said = False
    if beat.last is not None and not beat.last.succeeded:
        message = compose.about_end(owner, beat.last, pages)
        key = f"run:{beat.last.run_id}"
        if key not in told.settled:
            said = message is not None
            yield _Due(key, message)
    head = Shelf(settings.published).head()
    if head is not None and _night_key(head) not in told.settled:
        as_of = date.fromisoformat(head.manifest["as_of"])
        facts = read_facts(head.folder / DATABASE, head.snapshot_id, as_of, told.last_sequence)
        facts = replace(
            facts,
            not_taken=tuple(one.said for one in not_taken(look(settings))),
            about_deliveries=tuple(read_state(settings).remarks),
        )
        message = compose.about_night(owner, facts, told.known, pages)
        said = said or message is not None
        yield _Due(_night_key(head), message, facts.sequence)
    # Engineers hear that a night is missing; stewards where no engineer has an address.
    concerned = ENGINEERS if settings.digest_engineers else STEWARDS
    silence = compose.about_silence(beat, now, settings.missed_night_hours)
    if owner == concerned and silence is not None and silence.key not in told.settled:
        said = True
        yield _Due(silence.key, silence)
    if not said and _is_quiet(beat, told, now, settings):
        quiet = compose.about_quiet(beat, settings.digest_heartbeat_nights, now, pages)
        if quiet is not None:
            yield _Due(quiet.key, quiet)


def _night_key(head: Published) -> str:
    return f"night:{head.snapshot_id}"


def _is_quiet(beat: Heartbeat, told: Told, now: datetime, settings: Settings) -> bool:
    """Whether nothing was said for so many nights while nights ran."""
    if not settings.digest_heartbeat_nights or told.told_on is None:
        return False
    if beat.last_success is None or beat.is_late(now, settings.missed_night_hours):
        return False
    since = now.date() - date.fromisoformat(told.told_on)
    return since >= timedelta(days=settings.digest_heartbeat_nights)


def _send(owner: Owner, told: Told, message: Message, sender: Sender) -> Outcome:
    got = told.sent.setdefault(message.key, [])
    sent, problems = 0, []
    for place, address in enumerate(owner.addresses, start=1):
        if hashed(address) in got:
            continue
        try:
            sender(message, address, owner.setting, place)
        except (NotSentError, WrongUseError) as error:
            problems.append(str(error))
        else:
            got.append(hashed(address))
            sent += 1
    return Outcome(owner.name, message, sent, tuple(problems))
