"""Why a start of treatment opens a line, or goes on with the one before, in words with numbers.

Belongs here: one sentence for each clause of `derived.line_steps`. Does not belong here: what else
is said of a line (`lines`), the clauses themselves (`etl/sql/derived/line_steps.sql`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from etl.explain.document import Statement
from etl.explain.facts import Evidence, Facts, Given, Source, Start
from etl.explain.words import SETTINGS, days, joined, on, sources


@dataclass(frozen=True)
class Judged:
    """A start with what the clauses look at: the line as it stood, and what came between."""

    facts: Facts
    start: Start

    @property
    def so_far(self) -> tuple[Start, ...]:
        """The starts of the line that stood."""
        return self.facts.line_so_far(self.start)

    @property
    def given(self) -> tuple[Given, ...]:
        """What starts."""
        return self.facts.given_at(self.start)

    @property
    def names(self) -> str:
        """What starts, by name."""
        return joined(sorted({one.substance for one in self.given}))

    @property
    def are(self) -> str:
        """'was' or 'were', for what starts."""
        return "was" if len({one.substance for one in self.given}) == 1 else "were"

    @property
    def given_before(self) -> tuple[Given, ...]:
        """What the line had been given, carried or started."""
        if not self.so_far:
            return ()
        carried = [one for one in self.facts.given_in(self.so_far[0].line_id) if one.is_carried]
        started = [one for start in self.so_far for one in self.facts.given_at(start)]
        return (*carried, *started)

    @property
    def new(self) -> list[str]:
        """Substances that the line had not been given."""
        known = {one.substance for one in self.given_before}
        return sorted({one.substance for one in self.given} - known)

    @property
    def missing(self) -> list[str]:
        """Substances that the line had been given and that do not start."""
        known = {one.substance for one in self.given_before}
        return sorted(known - {one.substance for one in self.given})

    @property
    def days_from_line_start(self) -> int:
        """From the start of the line that stood."""
        return (self.start.start_date - self.so_far[0].start_date).days

    @property
    def pause(self) -> int:
        """From the last day on which the line may have gone on; negative while it did."""
        if self.start.pause_days is not None:
            return self.start.pause_days
        last = max(one.last_possible_date for one in self.so_far)
        return (self.start.start_date - last).days

    @property
    def shown_pause(self) -> int:
        """From the last day on which the line is known to have gone on."""
        shown = [one.last_shown_date for one in self.so_far]
        shown += [one.stop_date for one in self.given_before if one.is_carried and one.stop_date]
        return (self.start.start_date - max(shown)).days

    @property
    def gap_limit(self) -> int:
        """The longest pause that does not open a line."""
        if self.start.gap_limit_days is not None:
            return self.start.gap_limit_days
        limits = self.facts.parameters
        usual = limits.gap_oral_days if self.start.is_oral else limits.gap_days
        held = limits.toxicity_hold_days if self.start.is_after_toxicity else 0
        return max(usual, held)

    @property
    def last_stops(self) -> tuple[Given, ...]:
        """What stopped last in the line that stood."""
        stops = [one for one in self.given_before if one.stop_date is not None]
        last = max((one.stop_date for one in stops if one.stop_date), default=None)
        return tuple(one for one in stops if one.stop_date == last)

    @property
    def progressions(self) -> tuple[Evidence, ...]:
        """What shows progression since anything last began, up to and including this day."""
        before = self.facts.before(self.start)
        if before is None:
            return ()
        shown = self.facts.evidence
        since, day = before.start_date, self.start.start_date
        between = [
            one
            for one in shown
            if since < one.evidence_date <= day
            # What starts and stops on one day did not progress before it.
            and not one.evidence_date == day == one.episode_last_start_date
        ]
        # An episode may have stopped for progression on the very day it started.
        stopped = (one for one in shown if one.evidence == "stop_reason")
        same_day = [one for one in stopped if one.evidence_date == since]
        # What only went on since has spent none.
        unspent = [one for one in shown if one.evidence_date == self.start.unspent_progression_date]
        return tuple(between or same_day or unspent)


def opened(judged: Judged) -> Statement:
    """Why the start opens a line."""
    return _said(judged, "Opened", OPENING)


def went_on(judged: Judged) -> Statement:
    """Why the start goes on with the line before."""
    return _said(judged, "Went on", CONTINUING)


def _said(judged: Judged, label: str, sentences: Mapping[str, "Sentence"]) -> Statement:
    clause = judged.start.clause
    text, rests_on = sentences[clause](judged)
    when = on(judged.start.start_date, judged.facts)
    return Statement(label, f"{when}: {text}", (*sources(judged.given), *rests_on), clause)


Said = tuple[str, tuple[Source, ...]]
Sentence = Callable[[Judged], Said]


def _first_treatment(judged: Judged) -> Said:
    return f"{judged.names} {judged.are} the patient's first systemic treatment.", ()


def _setting_change(judged: Judged) -> Said:
    before = SETTINGS[judged.so_far[-1].line_setting]
    now = SETTINGS[judged.start.setting]
    return (
        (
            f"{judged.names} started for {now}, and the line before was {before}. "
            "Each setting has its own lines."
        ),
        sources(judged.given_before[-1:]),
    )


def shown_by(evidence: Evidence, facts: Facts) -> str:
    """What shows a progression: 'PD on 2020-04-01 (day 91; R3)'."""
    day = on(evidence.evidence_date, facts)
    if evidence.evidence == "stop_reason":
        return f"{evidence.record_key} stopped for progression, {day}"
    found = [one for one in facts.assessments if one.record_key == evidence.record_key]
    code = found[0].response if found else "PD"
    later = found[0].assessment_date if found else None
    counts = f", counted from its first iUPD on {day}" if later != evidence.evidence_date else ""
    seen = on(later, facts) if later else day
    return f"{evidence.record_key} is {code} on {seen}{counts}"


def _progression(judged: Judged) -> Said:
    facts, limit = judged.facts, judged.facts.parameters.beyond_progression_days
    shown = joined(shown_by(one, facts) for one in judged.progressions)
    paused = judged.start.own_pause_days
    if judged.new:
        verb = "was" if len(judged.new) == 1 else "were"
        instead = f"{joined(judged.new)} {verb} not given in the line before"
    elif paused is not None and paused > limit:
        instead = (
            f"{judged.names} had stopped {days(paused)} before, and treatment goes on beyond "
            f"progression only within {days(limit)}"
        )
    else:
        instead = f"{judged.names} {judged.are} not part of the line before"
    return (
        (
            f"{judged.names} started after the disease had progressed: {shown}; {instead}, so "
            "this is another line."
        ),
        sources(facts.record(one.record_key) for one in judged.progressions),
    )


def _new_substance(judged: Judged) -> Said:
    limits = judged.facts.parameters
    verb = "was" if len(judged.new) == 1 else "were"
    if judged.days_from_line_start <= limits.combination_window_days:
        return (
            (
                f"{joined(judged.new)} {verb} new, {days(judged.days_from_line_start)} after the "
                "line before started; that is within the combination window of "
                f"{days(limits.combination_window_days)}, but everything given in it had stopped "
                "by then, for progression, toxicity or the patient's choice, and none of it "
                "started again: this is a switch."
            ),
            sources(judged.given_before),
        )
    text = (
        f"{joined(judged.new)} {verb} new, {days(judged.days_from_line_start)} after the line "
        "before started, later than the combination window of "
        f"{days(limits.combination_window_days)}"
    )
    if judged.start.replaceable_since_step >= judged.so_far[0].step:
        text += (
            f", and {days(judged.shown_pause)} after the last stop, later than a substitute may "
            f"start ({days(limits.substitution_days)})"
        )
    return f"{text}.", sources(judged.last_stops)


def _gap(judged: Judged) -> Said:
    kind = "oral treatment" if judged.start.is_oral else "treatment that is not all oral"
    if judged.start.is_after_toxicity and judged.facts.parameters.toxicity_hold_days:
        kind += " after a stop for toxicity"
    return (
        (
            f"{judged.names} started again after a pause of {days(judged.pause)} from the last "
            f"stop, longer than the limit of {days(judged.gap_limit)} for {kind}."
        ),
        sources(judged.last_stops),
    )


def _local_therapy(judged: Judged) -> Said:
    before = judged.facts.before(judged.start)
    since = before.start_date if before else judged.start.start_date
    between = [
        one
        for one in judged.facts.local
        if one.is_placed
        and (one.kind or "other") in judged.facts.parameters.local_therapy_opens
        and one.start_date
        and since < one.start_date <= judged.start.start_date
    ]
    kinds = joined(sorted({one.kind or "of no known kind" for one in between}))
    return (
        (
            f"{judged.names} started after local therapy ({kinds}), of a kind after which the next "
            "start opens a line."
        ),
        sources(between),
    )


def _dropped_component(judged: Judged) -> Said:
    return (
        (
            f"{judged.names} went on without {joined(judged.missing)}, and going on without a "
            "component opens a line."
        ),
        sources(judged.given_before),
    )


def _component_given_back(judged: Judged) -> Said:
    return (
        (
            f"{judged.names} {judged.are} given after the line had gone on without it, and giving "
            "a component back opens a line."
        ),
        sources(judged.given_before),
    )


def _combination(judged: Judged) -> Said:
    window = judged.facts.parameters.combination_window_days
    return (
        (
            f"{joined(judged.new)} joined {days(judged.days_from_line_start)} after the line's "
            f"start, within the combination window of {days(window)}."
        ),
        (),
    )


def _substitution(judged: Judged) -> Said:
    limit = judged.facts.parameters.substitution_days
    since = (
        f"{days(judged.shown_pause)} after the last stop"
        if judged.shown_pause > 0
        else "while the line still ran"
    )
    return (
        (
            f"{joined(judged.new)} took over as a permitted substitute, {since}, within "
            f"{days(limit)} and without progression between."
        ),
        sources(judged.last_stops),
    )


def _beyond_progression(judged: Judged) -> Said:
    facts, limit = judged.facts, judged.facts.parameters.beyond_progression_days
    paused = judged.start.own_pause_days or 0
    since = f"at most {days(paused)} after it stopped" if paused > 0 else "without a pause"
    shown = joined(shown_by(one, facts) for one in judged.progressions)
    return (
        (
            f"{judged.names} went on beyond progression ({shown}): all of it was given in the line "
            f"before and started again {since}, within {days(limit)}."
        ),
        sources(facts.record(one.record_key) for one in judged.progressions),
    )


def _gap_exempt(judged: Judged) -> Said:
    return (
        (
            f"{judged.names} started again after a pause of {days(judged.pause)}, longer than the "
            f"limit of {days(judged.gap_limit)}, but may pause for any time."
        ),
        sources(judged.last_stops),
    )


def _addition(judged: Judged) -> Said:
    which = {
        "never": "and an addition opens no line",
        "class": "of a class that the line had been given, which opens no line",
    }.get(str(getattr(judged.facts.parameters, "addition_opens", "never")), "")
    return (
        (
            f"{joined(judged.new)} joined {days(judged.days_from_line_start)} after the line's "
            f"start, after the combination window, {which}."
        ),
        (),
    )


def _resumption_after_toxicity(judged: Judged) -> Said:
    return (
        (
            f"{judged.names} {judged.are} resumed after a stop for toxicity and a pause of "
            f"{days(judged.pause)}, not longer than the limit of {days(judged.gap_limit)}."
        ),
        sources(judged.last_stops),
    )


def _continuation(judged: Judged) -> Said:
    return f"{judged.names} {judged.are} part of the line; {_how_long(judged)}.", sources(
        judged.last_stops
    )


def _how_long(judged: Judged) -> str:
    if judged.pause > 0:
        return (
            f"a pause of {days(judged.pause)} is not longer than the limit of "
            f"{days(judged.gap_limit)}"
        )
    if any(one.stop_date is None and not one.is_ongoing for one in judged.given_before):
        return "the stop before is not registered, so no pause can be shown"
    return "treatment had not stopped"


OPENING: Mapping[str, Sentence] = {
    "first_treatment": _first_treatment,
    "setting_change": _setting_change,
    "progression": _progression,
    "local_therapy": _local_therapy,
    "new_substance": _new_substance,
    "gap": _gap,
    "dropped_component": _dropped_component,
    "component_given_back": _component_given_back,
}
CONTINUING: Mapping[str, Sentence] = {
    "combination": _combination,
    "substitution": _substitution,
    "beyond_progression": _beyond_progression,
    "gap_exempt": _gap_exempt,
    "addition": _addition,
    "resumption_after_toxicity": _resumption_after_toxicity,
    "continuation": _continuation,
}
CLOSED: Mapping[str, str] = {
    "setting_change": "treatment for another setting started",
    "progression": "treatment started after progression",
    "new_substance": "a new substance started",
    "gap": "treatment started again after too long a pause",
    "local_therapy": "treatment started after local therapy",
    "dropped_component": "treatment went on without a component",
    "component_given_back": "a component was given back",
    "death": "Closed by death: no later line is registered.",
    "ongoing": "Not closed: the treatment that started last is registered as ongoing.",
    "no_later_line": "Not closed by another line: none is registered.",
}
