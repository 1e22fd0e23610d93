"""Immune-related events of both exposures: worst grades, organ classes, the same class again.

Belongs here: counts of patients with events of a line, side by side. Does not belong here: the
estimates of severe events (`toxicity_tables`), which events belong to a line (`etl/toxicity`).

A patient counts once in an organ class, with the worst grade there. Percentages are of patients
whose toxicity is known in that exposure: that no event is recorded says nothing of the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from etl.outputs import wording
from etl.outputs.described import level_name
from etl.outputs.results import Record, Results
from etl.outputs.tables import Row, Table
from etl.studies.pairs import Pair
from etl.survival.proportions import clopper_pearson

MOST_STRATA = 3
"""Groups shown beside each other, `all` among them; with more only all patients are."""

_LOW, _NO_GRADE = "Grade 1 or 2", "Grade not recorded"
_GRADES = ("Grade 5", "Grade 4", "Grade 3", _LOW, _NO_GRADE)
_ONCE = "A patient counts once in each organ class, with the worst grade there."
_LOWER = (
    "A registry that records severe events only has no lower grades; none recorded is not none "
    "happened."
)


@dataclass(frozen=True)
class _Exposure:
    """One exposure of every pair: what is known of its toxicity."""

    name: str
    key: str
    results: Results

    @cached_property
    def lines(self) -> Mapping[str, Record]:
        return {line["line_id"]: line for of in self.results.lines.values() for line in of}

    @cached_property
    def worst(self) -> Mapping[str, Mapping[str, int | None]]:
        """Worst grade by organ class, by line; None where no grade is recorded."""
        found: dict[str, dict[str, int | None]] = {}
        of_study = {pair[self.key] for pair in self.results.pairs}
        for event in self.results.events:
            if event["is_irae"] and event["line_id"] in of_study:
                classes = found.setdefault(event["line_id"], {})
                before = classes.get(event["organ_class"])
                if event["organ_class"] not in classes or _is_worse(event["grade"], before):
                    classes[event["organ_class"]] = event["grade"]
        return found

    def is_known(self, pair: Pair) -> bool:
        if self.key == "rechallenge_line_id":
            return bool(pair["toxicity_known"])
        return bool(self.lines.get(pair[self.key], {}).get("toxicity_known"))

    def known(self, stratum: str) -> list[Pair]:
        return [pair for pair in self.results.members(stratum) if self.is_known(pair)]

    def of(self, pair: Pair) -> Mapping[str, int | None]:
        return self.worst.get(pair[self.key], {})


def _is_worse(grade: int | None, than: int | None) -> bool:
    return grade is not None and (than is None or grade > than)


def _exposures(results: Results) -> tuple[_Exposure, _Exposure]:
    return (
        _Exposure("Initial treatment", "initial_line_id", results),
        _Exposure("Rechallenge", "rechallenge_line_id", results),
    )


def _strata(results: Results) -> tuple[str, ...]:
    return results.strata if len(results.strata) <= MOST_STRATA else ("all",)


def worst_grade_table(results: Results) -> Table:
    """Worst grade of an immune-related event, both exposures side by side."""
    exposures, strata = _exposures(results), _strata(results)
    heads = [
        f"{one.name}: {wording.group_name(stratum)} (N = {len(one.known(stratum))})"
        for one in exposures
        for stratum in strata
    ]
    rows: list[Row] = []
    for grade in (5, 4, 3, 2, 1, None):
        cells = [
            wording.part_of(
                sum(one.lines[pair[one.key]]["worst_irae_grade"] == grade for pair in known),
                len(known),
            )
            for one in exposures
            for stratum in strata
            for known in [one.known(stratum)]
        ]
        rows.append(("None recorded" if grade is None else f"Grade {grade}", *cells))
    rows.append(
        (
            "Toxicity not known",
            *(
                str(len(results.members(stratum)) - len(one.known(stratum)))
                for one in exposures
                for stratum in strata
            ),
        )
    )
    return Table(
        "worst_grade",
        "Worst grade of an immune-related event, both exposures.",
        ("Worst grade", *heads),
        tuple(rows),
        f"N and percentages: patients whose toxicity in that exposure is known. {_LOWER}",
    )


def organ_class_table(results: Results) -> Table:
    """Patients with an immune-related event by organ class and worst grade, both exposures."""
    exposures, strata = _exposures(results), _strata(results)
    groups = [(one, one.known(stratum)) for one in exposures for stratum in strata]
    seen = Counter(name for one in exposures for pair in one.known("all") for name in one.of(pair))
    rows: list[Row] = []
    for name in sorted(seen, key=lambda name: (-seen[name], name)):
        for grade in ("Any grade", *_GRADES):
            counts = [
                sum(name in one.of(pair) and _is_of(one.of(pair)[name], grade) for pair in known)
                for one, known in groups
            ]
            if any(counts):
                cells = (
                    wording.part_of(count, len(known))
                    for count, (_, known) in zip(counts, groups, strict=True)
                )
                rows.append((f"{level_name(name)}: {grade}", *cells))
    return Table(
        "events",
        "Patients with an immune-related event by organ class and worst grade, both exposures.",
        (
            "Organ class and grade",
            *(
                f"{one.name}: {wording.group_name(stratum)} (N = {len(one.known(stratum))})"
                for one in exposures
                for stratum in strata
            ),
        ),
        tuple(rows),
        f"{_ONCE} N and percentages: patients whose toxicity in that exposure is known. {_LOWER}",
    )


def _is_of(grade: int | None, name: str) -> bool:
    if name == "Any grade":
        return True
    if grade is None:
        return name == _NO_GRADE
    return name == (_LOW if grade < 3 else f"Grade {grade}")


def same_class_table(results: Results) -> Table | str:
    """Of patients with an event of an organ class, who had it again; a sentence without any."""
    initial, again = _exposures(results)
    minimum = results.study.endpoints.toxicity.minimum_grade
    classes = {name for pair in results.pairs for name in initial.of(pair)}
    if not classes:
        return (
            "No immune-related event of the initial treatment is recorded in these patients, so "
            "none can be seen to come back."
        )

    def row(label: str, name: str | None) -> tuple[int, Row]:
        with_it = [
            pair
            for pair in results.pairs
            if (initial.of(pair) if name is None else name in initial.of(pair))
        ]
        known = [pair for pair in with_it if again.is_known(pair)]
        same = [_shared(initial.of(pair), again.of(pair), name) for pair in known]
        severe = [[grade for grade in grades if (grade or 0) >= minimum] for grades in same]
        other = [set(again.of(pair)) - set(initial.of(pair)) for pair in known]
        return len(with_it), (
            label,
            str(len(with_it)),
            *(_cell(sum(map(bool, found)), len(known)) for found in (same, severe)),
            wording.share(sum(map(bool, other)), len(known)),
        )

    by_class = sorted(
        (row(level_name(name), name) for name in classes), key=lambda one: (-one[0], one[1][0])
    )
    return Table(
        "same_class",
        "Patients with an immune-related event of the initial treatment, and whether one of the "
        "same organ class came back.",
        (
            "Organ class at the initial treatment",
            "Patients",
            "The same again, n/N = % (95% interval)",
            f"Again with grade {minimum} or higher",
            "A new organ class",
        ),
        (*(one for _, one in by_class), row("Any", None)[1]),
        "All patients of the study, whatever stopped the initial treatment; any recorded grade. N: "
        "those whose toxicity at the rechallenge is known. Intervals: Clopper-Pearson. A patient "
        "may stand in several rows; new is a class that the initial treatment had not brought. "
        f"{_LOWER}",
    )


def _shared(
    first: Mapping[str, int | None], second: Mapping[str, int | None], name: str | None
) -> Sequence[int | None]:
    """Grades at the second exposure of the classes that both have, or of one of them."""
    return [second[one] for one in first if one in second and name in (None, one)]


def _cell(part: int, whole: int) -> str:
    return wording.proportion_cell(asdict(clopper_pearson(part, whole)))
