"""The endpoints of a study: what is counted or timed, in which evaluable set, from which day.

Belongs here: endpoints and their sets, as the definition asks for them. Does not belong here: the
estimates (`estimates`), what a pair holds (`pairs`).
"""

from dataclasses import dataclass, replace

from etl.studies.definition import Study
from etl.studies.pairs import (
    DISEASE_CONTROL,
    INITIAL_RESPONSE,
    OS,
    PFS,
    RESPONSE,
    SELECTED,
    TOXICITY,
    EvaluableSet,
    Pair,
    Test,
    is_gained,
    is_lost,
)

RESPONDERS = "rechallenge_responders"


@dataclass(frozen=True)
class ProportionEndpoint:
    """A proportion: who has it, of which set."""

    name: str
    has: Test
    of: EvaluableSet


@dataclass(frozen=True)
class TimeEndpoint:
    """A time to event: its columns, set and estimator.

    Attributes:
        name: as in `marts.estimates`.
        days: column of the duration.
        event: column that says whether it ended with the event.
        of: the set it is estimated in.
        subsets: groups within a stratum for which it is estimated as well.
        index: day from which it counts.
        is_reverse: the reverse estimate, of follow-up.
        enters_late: patients are at risk only from the rechallenge on.
    """

    name: str
    days: str
    event: str
    of: EvaluableSet
    subsets: tuple[str, ...] = ("all",)
    index: str = "rechallenge_start"
    is_reverse: bool = False
    enters_late: bool = False

    @property
    def is_immortal(self) -> bool:
        """Whether patients could not have had the event before they were rechallenged."""
        return self.index == "initial_start" and not self.enters_late


def proportion_endpoints(study: Study) -> tuple[ProportionEndpoint, ...]:
    """The proportions a study reports."""
    asked = study.endpoints
    response = EvaluableSet(
        "response_evaluable", _true("response_evaluable"), (*SELECTED, RESPONSE)
    )
    if asked.response.denominator == "all":
        response = EvaluableSet("all", _everybody, (*SELECTED, RESPONSE))
    both = (*SELECTED, RESPONSE, INITIAL_RESPONSE)
    pairs = EvaluableSet("pair_evaluable", _true("pair_evaluable"), both)
    everybody = EvaluableSet("all", _everybody, both)
    differing = everybody if asked.discordance.denominator == "all" else pairs
    one_sided = pairs if asked.discordance.one_sided_denominator == "both_evaluable" else everybody
    endpoints = [
        ProportionEndpoint("orr", _true("rechallenge_responder"), response),
        ProportionEndpoint("dcr", _is_controlled, response),
        ProportionEndpoint("discordance", _true("discordant"), differing),
        ProportionEndpoint("rechallenge_only", is_gained, one_sided),
        ProportionEndpoint("initial_only", is_lost, one_sided),
        ProportionEndpoint(
            "irae_grade3plus",
            _true("irae_grade3plus"),
            toxicity_set(asked.toxicity.denominator),
        ),
    ]
    if asked.recurrence is not None:
        endpoints.append(
            ProportionEndpoint(
                "irae_recurrence",
                _true("irae_recurrence"),
                recurrence_set(asked.recurrence.denominator),
            )
        )
    return tuple(endpoints)


def toxicity_set(denominator: str) -> EvaluableSet:
    """The set in which toxicity is counted; nobody where no source asks for it."""
    if denominator == "all":
        return EvaluableSet("all", _true("toxicity_collected"), (*SELECTED, TOXICITY))
    return EvaluableSet("toxicity_known", _true("toxicity_known"), (*SELECTED, TOXICITY))


def toxicity_bounds(pairs: list[Pair], edition: str) -> tuple[float, float] | None:
    """The shares with severe toxicity if those of whom it is not known had none, or all had it.

    What is registered of them counts in both. None where nobody is left, or no source asks.
    """
    found = toxicity_set("all").of(pairs, edition)
    if not found:
        return None
    known = [pair for pair in found if pair["toxicity_known"]]
    severe = sum(pair["irae_grade3plus"] is True for pair in known)
    registered = sum(pair["irae_registered"] for pair in found if not pair["toxicity_known"])
    unknown = len(found) - len(known)
    return (severe + registered) / len(found), (severe + unknown) / len(found)


def recurrence_set(denominator: str) -> EvaluableSet:
    """The set in which recurrence is counted: of whom it is known, or everybody."""
    if denominator == "all":
        return toxicity_set("all")
    return EvaluableSet("recurrence_known", _known("irae_recurrence"), (*SELECTED, TOXICITY))


def incidence_set() -> EvaluableSet:
    """The set in which cumulative incidence is estimated."""

    def is_known(pair: Pair) -> bool:
        return pair["toxicity_known"] is True and pair["irae_cause"] is not None

    return EvaluableSet("toxicity_dated", is_known, (*SELECTED, TOXICITY))


def time_endpoints(study: Study) -> tuple[TimeEndpoint, ...]:
    """The times to event a study reports; with delayed entry beside those from the initial."""
    endpoints: list[TimeEndpoint] = []
    for name, index, doubt in (("pfs", study.pfs_index, PFS), ("os", study.os_index, OS)):
        days, event = f"{name}_days", f"{name}_event"
        plain = TimeEndpoint(
            name,
            days,
            event,
            EvaluableSet(_indexed(f"{name}_known", index), _known(days), (*SELECTED, doubt)),
            ("all", RESPONDERS),
            index,
        )
        endpoints.append(plain)
        if plain.is_immortal:
            late = EvaluableSet(f"{name}_known_at_entry", _enters(days), plain.of.doubts)
            endpoints.append(
                replace(plain, name=f"{name}_delayed_entry", of=late, enters_late=True)
            )
    os_known = EvaluableSet(
        _indexed("os_known", study.os_index), _known("os_days"), (*SELECTED, OS)
    )
    dated = EvaluableSet("response_dated", _known("dor_days"), (*SELECTED, RESPONSE, PFS))
    treated = EvaluableSet("ttnt_known", _known("ttnt_days"), (*SELECTED, OS))
    return (
        *endpoints,
        TimeEndpoint("dor", "dor_days", "dor_event", dated, (RESPONDERS,)),
        TimeEndpoint("ttnt", "ttnt_days", "ttnt_event", treated),
        TimeEndpoint(
            "follow_up", "os_days", "os_event", os_known, index=study.os_index, is_reverse=True
        ),
    )


def _indexed(name: str, index: str) -> str:
    return f"{name}_from_initial" if index == "initial_start" else name


def _true(column: str) -> Test:
    return lambda pair: pair[column] is True


def _known(column: str) -> Test:
    return lambda pair: pair[column] is not None


def _enters(days: str) -> Test:
    """Whether a patient was still followed after the rechallenge began."""
    return lambda pair: pair[days] is not None and pair[days] > pair["entry_days"]


def _everybody(_: Pair) -> bool:
    return True


def _is_controlled(pair: Pair) -> bool:
    return pair["response_evaluable"] is True and pair["rechallenge_response"] in DISEASE_CONTROL
