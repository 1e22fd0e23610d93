"""The words of a message: what is news to an owner, as text and as HTML.

Belongs here: pure functions from facts to a message, or to none when nothing changed. Does not
belong here: reading (`facts`), sending (`send`), what was said before (`memory`, given as `known`).

Stewards hear of records, deliveries, queries and acceptances; engineers of failed nights, of rules
that missed their own example and of the marts' invariants; a hospital of its own queries and
delivery. No record, no value and no patient is ever in a message.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from etl.digest.facts import Facts, RuleNews
from etl.digest.heartbeat import Ended, Heartbeat
from etl.outputs.quality.addresses import Addresses

STEWARDS, ENGINEERS, HOSPITAL = "stewards", "engineers", "hospital:"
_LISTED = 15

Known = Mapping[str, Sequence[str]]
"""What was mentioned before, by kind."""


@dataclass(frozen=True)
class Line:
    """A sentence, and the page that says more."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Part:
    """A heading and its lines."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Message:
    """One message to one owner.

    Attributes:
        key: what it is about; it is sent once.
        title: one line.
        parts: what it says.
        mentions: what it speaks of, by kind: not news the next time.
    """

    key: str
    title: str
    parts: tuple[Part, ...]
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """As plain text."""
        blocks = []
        for part in self.parts:
            lines = [part.heading] if part.heading else []
            lines += [f"- {line.text}" if part.heading else line.text for line in part.lines]
            blocks.append("\n".join(lines))
        links = dict.fromkeys(line.link for part in self.parts for line in part.lines if line.link)
        return "\n\n".join([*blocks, "\n".join(links)]).strip() + "\n"

    @property
    def html(self) -> str:
        """As HTML."""
        blocks = []
        for part in self.parts:
            if part.heading:
                items = "".join(f"<li>{_html(line)}</li>" for line in part.lines)
                blocks.append(f"<h3>{escape(part.heading)}</h3><ul>{items}</ul>")
            else:
                blocks += [f"<p>{_html(line)}</p>" for line in part.lines]
        return "\n".join(blocks)


def about_night(owner: str, facts: Facts, known: Known, pages: Addresses) -> Message | None:
    """What a published night brings an owner; None when nothing of it is news.

    Args:
        owner: stewards, engineers, or `hospital:` and its code.
        facts: the night.
        known: what was mentioned before.
        pages: where the pages stand.
    """
    news, mentions = {
        STEWARDS: _to_stewards,
        ENGINEERS: _to_engineers,
    }.get(owner, _to_hospital(owner))(facts, known, pages)
    parts = [part for part in news if part.lines]
    if not parts:
        return None
    said = ", ".join(f"{part.heading[0].lower()}{part.heading[1:]}" for part in parts)
    title = f"Rechallenge {facts.as_of}: {said}"
    closing: list[Line] = []
    if owner == STEWARDS:
        closed = f"{facts.corrected:,} corrected and {facts.vanished:,} vanished since."
        closing = [
            Line(f"Open errors in all: {facts.open_errors:,}; {closed}"),
            Line(f"The morning page says more: {pages.morning_page}", pages.morning_page),
        ]
    closing.append(Line(f"Snapshot {facts.snapshot_id}, {facts.patients:,} patients."))
    if owner.startswith(HOSPITAL):
        closing = []
    parts.append(Part("", tuple(closing)))
    return Message(f"night:{facts.snapshot_id}", title, tuple(parts), mentions)


def about_end(owner: str, ended: Ended, pages: Addresses) -> Message | None:
    """A night that failed or was held; None for who can do nothing about it, or when it ended well.

    A rule that missed its own example is told to engineers and to nobody else.
    """
    if ended.succeeded or owner.startswith(HOSPITAL):
        return None
    if ended.is_for_engineers_alone and owner != ENGINEERS:
        return None
    moment = f"{ended.ended_at:%Y-%m-%d %H:%M} UTC"
    lines = [Line(ended.sentence or "It ended without saying why; its run in the UI says more.")]
    if ended.step:
        lines.append(Line(f"Step: {ended.step.replace('__', '.')}"))
    lines += [
        Line("Nothing was published: what analysts read is as it was the night before."),
        Line(f"The last published night: {pages.morning_page}", pages.morning_page),
    ]
    title = f"Rechallenge: the night of {moment} published nothing"
    return Message(f"run:{ended.run_id}", title, (Part("", tuple(lines)),))


def about_silence(beat: Heartbeat, now: datetime, hours: int) -> Message | None:
    """No night ended well for too long: something does not run. Once a day."""
    if not beat.is_late(now, hours):
        return None
    last = beat.last_success
    ended = f"ended at {last.ended_at:%Y-%m-%d %H:%M} UTC" if last else "never came"
    lines = [
        Line(f"The last night that ended well {ended}; that is more than {hours} hours ago."),
        Line(
            "Look whether the daemon runs, whether a delivery stands in the inbox, and what the "
            "last run said."
        ),
    ]
    if beat.last is not None and not beat.last.succeeded:
        lines.append(Line(f"The last run said: {beat.last.sentence}"))
    title = f"Rechallenge: no night for more than {hours} hours"
    return Message(f"silence:{now:%Y-%m-%d}", title, (Part("", tuple(lines)),))


def about_quiet(beat: Heartbeat, nights: int, now: datetime, pages: Addresses) -> Message | None:
    """Nothing changed for so many nights, and nights run: silence meant something."""
    if beat.last_success is None:
        return None
    ended = f"{beat.last_success.ended_at:%Y-%m-%d %H:%M} UTC"
    return Message(
        f"quiet:{now:%Y-%m-%d}",
        f"Rechallenge: nothing changed for {nights} nights",
        (
            Part(
                "",
                (
                    Line(f"Nothing changed for {nights} nights; the last one ended at {ended}."),
                    Line(f"The morning page: {pages.morning_page}", pages.morning_page),
                ),
            ),
        ),
    )


News = tuple[list[Part], dict[str, tuple[str, ...]]]
Composer = Callable[[Facts, Known, Addresses], News]


def _to_stewards(facts: Facts, known: Known, pages: Addresses) -> News:
    rules = [rule for rule in facts.rules if not rule.is_of_marts]
    late = [
        one
        for one in facts.deliveries
        if _said(one.hospital_id, one.status) not in known.get("deliveries", ())
    ]
    answered = [one for one in facts.queries if one.state == "answered"]
    fresh = [one for one in answered if one.query_id not in known.get("answered", ())]
    lapsing = [one for one in facts.acceptances if _said(*one) not in known.get("acceptances", ())]
    left = [one for one in facts.not_taken if one not in known.get("not_taken", ())]
    remarks = [
        one for one in facts.about_deliveries if one not in known.get("about_deliveries", ())
    ]
    answers: dict[str, int] = {}
    for one in fresh:
        answers[one.answer or "no answer named"] = answers.get(one.answer or "", 0) + 1
    parts = [
        _errors(rules, pages),
        Part(
            _counted(len(late), "delivery", "deliveries") + " not as expected",
            tuple(
                _listed(
                    Line(f"{one.hospital_id}: {one.status}{_days(one.days_since_delivery)}")
                    for one in late
                )
            ),
        ),
        Part(
            _counted(len(left), "folder", "folders") + " of the inbox not taken",
            tuple(_listed(Line(sentence) for sentence in left)),
        ),
        Part(
            _counted(len(remarks), "remark", "remarks") + " on the last delivery",
            tuple(Line(sentence) for sentence in remarks),
        ),
        Part(
            _counted(len(fresh), "query", "queries") + " answered",
            tuple(Line(f"{answer}: {count:,}") for answer, count in sorted(answers.items())),
        ),
        Part(
            _counted(len(lapsing), "acceptance", "acceptances") + " lapsing",
            tuple(_listed(Line(f"{acceptance}: {usage}") for acceptance, usage in lapsing)),
        ),
    ]
    return parts, {
        "deliveries": tuple(_said(one.hospital_id, one.status) for one in facts.deliveries),
        "answered": tuple(one.query_id for one in answered),
        "acceptances": tuple(_said(*one) for one in facts.acceptances),
        "not_taken": facts.not_taken,
        "about_deliveries": facts.about_deliveries,
    }


def _to_engineers(facts: Facts, known: Known, pages: Addresses) -> News:
    rules = [rule for rule in facts.rules if rule.is_of_marts]
    missed = [rule for rule in facts.missed_controls if rule not in known.get("controls", ())]
    parts = [
        _errors(rules, pages),
        Part(
            _counted(len(missed), "rule", "rules") + " missed an example of its own",
            tuple(_listed(Line(rule, pages.rule_page(rule)) for rule in missed)),
        ),
    ]
    return parts, {"controls": facts.missed_controls}


def _to_hospital(owner: str) -> Composer:
    hospital = owner.removeprefix(HOSPITAL)

    def news(facts: Facts, known: Known, pages: Addresses) -> News:
        del pages  # a hospital does not reach the registry's pages
        asked = [
            one for one in facts.queries if one.hospital_id == hospital and one.state == "released"
        ]
        fresh = [one for one in asked if one.query_id not in known.get("asked", ())]
        rules: dict[tuple[str, str], int] = {}
        for one in fresh:
            rules[one.rule_id, one.title] = rules.get((one.rule_id, one.title), 0) + 1
        lines = [Line(f"{rule_id}, {title}: {n:,}") for (rule_id, title), n in rules.items()]
        if lines:
            oldest = max((one.days_since_asked or 0 for one in asked), default=0)
            lines.append(
                Line(
                    f"Open in all: {len(asked):,}; the oldest was asked {oldest} days ago. They "
                    "stand in the worklist that the registry sends you."
                )
            )
        mine = [one for one in facts.deliveries if one.hospital_id == hospital]
        late = [
            one
            for one in mine
            if one.status in ("late", "missing")
            and _said(one.hospital_id, one.status) not in known.get("deliveries", ())
        ]
        parts = [
            Part(_counted(len(fresh), "query", "queries") + " to you", tuple(_listed(lines))),
            Part(
                "Your delivery is late",
                tuple(
                    Line(f"Status: {one.status}{_days(one.days_since_delivery)}.") for one in late
                ),
            ),
        ]
        return parts, {
            "asked": tuple(one.query_id for one in asked),
            "deliveries": tuple(_said(one.hospital_id, one.status) for one in mine),
        }

    return news


def _errors(rules: Sequence[RuleNews], pages: Addresses) -> Part:
    new, reopened = sum(one.new for one in rules), sum(one.reopened for one in rules)
    both = ((new, "new"), (reopened, "reopened"))
    counts = [f"{count:,} {what}" for count, what in both if count]
    lines = (
        Line(
            f"{one.rule_id}, {one.title}: {one.new:,} new"
            + (f", {one.reopened:,} reopened" if one.reopened else ""),
            pages.rule_page(one.rule_id),
        )
        for one in rules
    )
    word = "error" if new + reopened == 1 else "errors"
    of = f" of {_counted(len(rules), 'rule', 'rules')}"
    return Part(f"{' and '.join(counts)} {word}{of}", tuple(_listed(lines)))


def _listed(lines: Iterable[Line]) -> list[Line]:
    """The first lines, and how many there are besides."""
    every = list(lines)
    more = len(every) - _LISTED
    return [*every[:_LISTED], Line(f"and {more:,} more")] if more > 0 else every


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _days(days: int | None) -> str:
    return "" if days is None else f", its newest delivery is {days} days old"


def _said(what: str, how: str) -> str:
    return f"{what} {how}"


def _html(line: Line) -> str:
    text = escape(line.text)
    return f'<a href="{escape(line.link)}">{text}</a>' if line.link else text
