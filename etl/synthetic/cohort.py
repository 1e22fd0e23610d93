"""The calibration cohort: patients rechallenged with ipilimumab + nivolumab, course by course.

Belongs here: raw courses whose derivation gives each member of `calibration.members()` its initial
response, response to rechallenge, progression-free survival and toxicity. Does not belong here: the
numbers themselves (`calibration.py`), or any flag that says who belongs to the cohort: nothing of
it is written but the raw rows.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.synthetic import population
from etl.synthetic.calibration import SEVERE_TOXICITY, Member, members
from etl.synthetic.frames import (
    ASSESSMENT_COLUMNS,
    EPISODE_COLUMNS,
    EVENT_COLUMNS,
    LINKAGE_DAY,
    LOCAL_COLUMNS,
    Course,
    day,
    empty,
    stack,
)
from etl.synthetic.patterns import INDEX
from etl.synthetic.toxicity import draw_events

SCAN_INTERVAL = 84


@dataclass
class _Story:
    """The rows of one member while they are written."""

    pid: int
    member: Member
    toxicity: str
    rng: np.random.Generator
    episodes: list[dict[str, object]] = field(default_factory=list)
    scans: list[dict[str, object]] = field(default_factory=list)
    events: list[pd.DataFrame] = field(default_factory=list)
    death: float = np.nan
    known_until: float = np.nan

    def between(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def line(self) -> int:
        return len(self.episodes)

    def treat(
        self, key: str, start: float, stop: float, reason: str, induction_stop: float = np.nan
    ) -> None:
        self.episodes.append(
            {
                "pid": self.pid,
                "line": self.line() + 1,
                "regimen": INDEX[key],
                "setting": "advanced",
                "start": start,
                "stop": stop,
                "reason": reason,
                "induction_stop": induction_stop if key == "ipinivo" else np.nan,
                "hospital": -1,
                "written": "",
                "severe_toxicity": "known",
                "rechallenge": "",
                "is_sealed": True,
            }
        )

    def scan(self, when: float, response: str) -> None:
        self.scans.append(
            {
                "pid": self.pid,
                "line": self.line(),
                "day": when,
                "criteria": "RECIST1.1",
                "response": response,
                "is_sealed": True,
            }
        )

    def follow(self, start: float, last: float, *, responds: bool) -> None:
        """Routine scans after `start` and at least 24 days before `last`."""
        number = 1
        best = "CR" if responds and self.rng.random() < 0.35 else "PR"
        planned = start + SCAN_INTERVAL + self.between(-6, 6)
        while planned <= last - 24:
            shown = "SD" if not responds else ("PR" if number == 1 else best)
            self.scan(planned, shown)
            number += 1
            planned = start + SCAN_INTERVAL * number + self.between(-6, 6)


def draw_cohort(count: int, rng: np.random.Generator) -> Course:
    """The first `count` patients of the registry, cycling through the calibration cohort."""
    everyone = members()
    stories = []
    for pid in range(count):
        position = pid % len(everyone)
        story = _Story(pid, everyone[position], _toxicity(position), rng)
        _tell(story)
        stories.append(story)
    first = np.array([float(str(story.episodes[0]["start"])) for story in stories])
    pids = np.arange(count)
    advanced = first - rng.integers(8, 45, count)
    patients = population.draw_persons(pids, advanced, "ipilimumab", rng)
    patients["death"] = [story.death for story in stories]
    patients["known_until"] = [story.known_until for story in stories]
    patients["is_sealed"] = True
    targeted = [INDEX[key] for key in ("dabtram", "encobini")]
    episodes = pd.DataFrame([row for story in stories for row in story.episodes])
    has_targeted = set(episodes.loc[episodes["regimen"].isin(targeted), "pid"])
    patients["is_targeted"] = [pid in has_targeted for pid in pids]
    episodes["hospital"] = patients["hospital"].to_numpy()[episodes["pid"].to_numpy()]
    return Course(
        patients,
        stack([episodes], EPISODE_COLUMNS),
        stack([pd.DataFrame([r for s in stories for r in s.scans])], ASSESSMENT_COLUMNS),
        stack([event for story in stories for event in story.events], EVENT_COLUMNS),
        empty(LOCAL_COLUMNS),
    )


def _toxicity(position: int) -> str:
    """Toxicity at rechallenge of the member at that position: yes, no or unknown.

    Those who are on study for at least six weeks come first for a severe event; those whose
    toxicity is unknown are taken from the end of each group.
    """
    everyone = members()
    regimen = everyone[position].regimen
    group = [i for i, member in enumerate(everyone) if member.regimen == regimen]
    severe, known = SEVERE_TOXICITY[regimen]
    switched = [i for i in group if _is_switched(everyone[i])]
    others = [i for i in group if i not in switched]
    unknown = others[: len(group) - known]
    spread = [i for i in others if i not in unknown and everyone[i].pfs_days >= 43]
    chosen = (switched + spread[::2] + spread[1::2])[:severe]
    if position in chosen:
        return "yes"
    return "unknown" if position in unknown else "no"


def _is_switched(member: Member) -> bool:
    """Not evaluable and alive: another treatment came before the first assessment."""
    return member.rechallenge == "NE" and not member.is_event


def _tell(story: _Story) -> None:
    rechallenged_on = _rechallenge_day(story)
    _initial_part(story, rechallenged_on)
    _rechallenge_part(story, rechallenged_on)
    if np.isnan(story.death) and np.isnan(story.known_until):
        story.known_until = LINKAGE_DAY - story.between(0, 10)
    if not np.isnan(story.death):
        story.known_until = story.death


def _rechallenge_day(story: _Story) -> int:
    """Start of rechallenge: censored patients are so because the export came."""
    member = story.member
    if not member.is_event:
        return LINKAGE_DAY - member.pfs_days - story.between(12, 40)
    earliest = day("2016-09-01") if member.regimen == "ipi" else day("2018-10-01")
    latest = LINKAGE_DAY - member.pfs_days - 150
    if member.regimen == "ipi":
        latest = min(latest, day("2020-06-01"))
    return story.between(earliest, latest)


def _initial_part(story: _Story, rechallenged_on: int) -> None:
    """The initial line, and what came between; written forwards, planned backwards."""
    member = story.member
    length = _initial_length(story)
    middle = _middle_lines(story)
    if member.regimen == "ipi":
        latest = day("2016-03-01")
        start = min(rechallenged_on - length - 60 - 160 * len(middle), latest)
        start = story.between(max(day("2013-08-01"), start - 400), max(start, day("2013-09-01")))
    else:
        start = rechallenged_on - length - 60 - 160 * len(middle) - story.between(0, 90)
    progressed = _initial_line(story, start, length)
    gaps = np.linspace(progressed, rechallenged_on, len(middle) + 1)
    for key, begin, end in zip(middle, gaps[:-1], gaps[1:], strict=True):
        from_day, until = int(begin) + story.between(14, 25), int(end) - story.between(16, 26)
        until = min(until, from_day + 420)
        story.treat(key, from_day, until, "progression")
        story.follow(from_day, until, responds=until - from_day > 220)
        story.scan(until, "PD")


def _initial_length(story: _Story) -> int:
    """Days from the initial start to its progression."""
    if story.member.initial == "R":
        return story.between(240, 520)
    return story.between(68, 100) if story.rng.random() < 0.6 else story.between(150, 185)


def _middle_lines(story: _Story) -> list[str]:
    member = story.member
    if member.initial == "missing":
        return ["dabtram"]
    if member.regimen == "ipi":
        return [["pembro"], ["nivo"], ["pembro", "dabtram"]][story.between(0, 2)]
    return [[], ["dabtram"], ["encobini"], ["carbotax"]][story.between(0, 3)]


def _initial_line(story: _Story, start: int, length: int) -> int:
    """Write the initial line; the day from which the next may be counted."""
    member = story.member
    if member.initial == "missing":
        story.treat("ipinivo", start, start + 21, "toxicity", start + 21)
        story.events.append(_event(story, start + 12, start + 20, led_to_stop=True))
        story.scan(start + 30, "NE")
        return start + 50
    progressed = start + length
    if member.regimen == "ipi":
        stop, reason, induction = start + 63, "completed", np.nan
    else:
        induction = start + 63
        stop, reason = (progressed + 2, "progression") if length > 120 else (induction, "completed")
    story.treat(member.regimen, start, stop, reason, induction)
    story.follow(start, progressed, responds=member.initial == "R")
    story.scan(progressed, "PD")
    return int(max(progressed, stop)) + 10


def _rechallenge_part(story: _Story, start: int) -> None:
    member, until = story.member, start + story.member.pfs_days
    if member.rechallenge == "NE":
        _not_evaluable(story, start, until)
        return
    doses = min(4, 1 + (member.pfs_days - 8) // 21)
    induction = start + 21 * (doses - 1)
    stop, reason = _rechallenge_stop(story, induction, until)
    story.treat("ipinivo", start, stop, reason, min(induction, stop))
    story.episodes[-1]["rechallenge"] = "yes" if story.rng.random() < 0.85 else "no"
    if story.toxicity == "unknown":
        story.episodes[-1]["severe_toxicity"] = "unknown"
    if story.toxicity == "yes":
        latest = stop if reason == "toxicity" else min(stop + 30, until)
        stops = reason == "toxicity"
        onset = story.between(start + 10, max(int(min(latest, start + 90)), start + 11))
        story.events.append(_event(story, onset, LINKAGE_DAY, led_to_stop=stops))
    story.follow(start, until, responds=member.rechallenge == "R")
    story.scan(until, "PD" if member.is_event else _last_seen(story))
    if member.is_event:
        _afterwards(story, int(max(until, stop)))


def _last_seen(story: _Story) -> str:
    return "SD" if story.member.rechallenge == "N" else "PR"


def _rechallenge_stop(story: _Story, induction: int, until: int) -> tuple[int, str]:
    member = story.member
    if story.toxicity == "yes" and story.rng.random() < 0.7:
        return min(induction + 10, until - 1), "toxicity"
    if member.is_event and until - induction < 400:
        return until + story.between(0, 4), "progression"
    return induction, "completed"


def _not_evaluable(story: _Story, start: int, until: int) -> None:
    """No evaluable assessment of the line: death, or another treatment before the first scan."""
    if story.member.is_event:
        story.treat("ipinivo", start, start + 1, "death", start + 1)
        story.episodes[-1].update(stop=until, induction_stop=start, rechallenge="yes")
        story.death = until
        if story.toxicity == "unknown":
            story.episodes[-1]["severe_toxicity"] = "unknown"
        return
    story.treat("ipinivo", start, start + 12, "toxicity", start)
    story.episodes[-1]["rechallenge"] = "yes"
    if story.toxicity == "yes":
        onset = start + story.between(6, 11)
        story.events.append(_event(story, onset, LINKAGE_DAY, led_to_stop=True))
    story.scan(start + 20, "NE")
    story.treat("dabtram", start + 33, np.nan, "")
    story.scan(until, "SD")


def _afterwards(story: _Story, progressed: int) -> None:
    """After progression at rechallenge: another line in some, and death in most."""
    last = progressed
    if story.rng.random() < 0.4:
        start = progressed + story.between(14, 40)
        stop = start + story.between(50, 110)
        if stop + 5 < LINKAGE_DAY:
            story.treat("dtic", start, stop, "progression")
            story.scan(stop, "PD")
            last = stop
    death = last + story.between(20, 60) + int(story.rng.exponential(220))
    if death < LINKAGE_DAY and story.rng.random() < 0.88:
        story.death = death


def _event(story: _Story, onset: int, latest: int, *, led_to_stop: bool) -> pd.DataFrame:
    """One severe immune-related event of the member."""
    frame = draw_events(
        np.array([story.pid]),
        np.array([float(onset)]),
        np.array([float(latest)]),
        np.array([True]),
        story.rng,
    )
    frame["led_to_stop"] = "yes" if led_to_stop else "no"
    return frame
