"""Great Expectations beside our verdicts: do both count the same, rule by rule?

Belongs here: which rules are asked, the two counts, and what is said of them. Does not belong
here: asking (validate), pages (data_docs).

Compared is the number of violated records before acceptances, folding and shadow, as judged on the
last night (`quality.judged`), on the views that stand since.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.catalogue import Catalogue, Rule
from expectations.second_opinion.express import How

if TYPE_CHECKING:
    from expectations.second_opinion.validate import Validated

NEVER_JUDGED = "it is new or was changed since the last night; refresh first"


@dataclass(frozen=True)
class Compared:
    """One rule, counted twice.

    Attributes:
        rule: the rule.
        expressed_as: how Great Expectations was asked; None when it was not.
        judged: records with a verdict of ours.
        violated: records that violate by our verdict.
        unexpected: records that Great Expectations did not expect; None when it was not asked
            or could not answer.
        not_asked_because: why it was not asked, of this night or at all.
        suite: the suite that asks it.
    """

    rule: Rule
    expressed_as: How | None
    judged: int
    violated: int
    unexpected: int | None
    not_asked_because: str | None = None
    suite: str | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether both count the same; None where only one was asked."""
        if self.not_asked_because is not None:
            return None
        return self.unexpected == self.violated

    def as_dict(self) -> dict[str, Any]:
        """The entry of `agreement.json`."""
        said: dict[str, Any] = {
            "rule_id": self.rule.id,
            "title": self.rule.title,
            "severity": self.rule.severity,
            "expressed_as": self.expressed_as,
            "judged": self.judged,
            "violated": self.violated,
            "unexpected": self.unexpected,
            "agrees": self.agrees,
        }
        if self.not_asked_because is not None:
            never = self.expressed_as == "not expressible"
            reason = "not_expressible_because" if never else "not_asked_because"
            said[reason] = self.not_asked_because
        return said


@dataclass(frozen=True)
class Opinion:
    """The second opinion on one warehouse: every rule compared, and what the pages show."""

    rules: tuple[Compared, ...]
    validated: tuple["Validated", ...]

    @property
    def disagreements(self) -> tuple[Compared, ...]:
        """The rules on which the counts differ, or that could not be answered."""
        return tuple(one for one in self.rules if one.agrees is False)

    def counts(self) -> dict[str, int]:
        """How many rules were expressed how, were asked, and agree."""
        how = [one.expressed_as for one in self.rules]
        return {
            "rules": len(self.rules),
            "native": how.count("native"),
            "sql": how.count("sql"),
            "not_expressible": how.count("not expressible"),
            "not_asked": sum(
                one.not_asked_because is not None and one.expressed_as != "not expressible"
                for one in self.rules
            ),
            "agree": sum(one.agrees is True for one in self.rules),
            "disagree": len(self.disagreements),
        }

    def sentences(self) -> list[str]:
        """One for each rule on which the counts differ."""
        return [
            f"{one.rule.id} ({one.rule.title}): Great Expectations could not be asked."
            if one.unexpected is None
            else f"{one.rule.id} ({one.rule.title}): we count {one.violated:,} violated records, "
            f"Great Expectations {one.unexpected:,}."
            for one in self.disagreements
        ]

    def to_json(self, snapshot_id: str | None = None) -> str:
        """The text of `agreement.json`."""
        whole = {
            "snapshot_id": snapshot_id,
            "counts": self.counts(),
            "rules": [one.as_dict() for one in self.rules],
        }
        return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def ask(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> Opinion:
    """Ask Great Expectations every rule that the last night judged, and compare.

    Args:
        con: The working warehouse after a night; read-only is enough.
        catalogue: The rules.
    """
    from expectations.second_opinion.validate import validate
    from expectations.suites import build_suites

    judged = _judged(con)
    why_not = {rule.id: _why_not(rule, judged) for rule in catalogue.rules}
    asked = [rule for rule in catalogue.rules if why_not[rule.id] is None]
    suites = build_suites(con, catalogue, asked)
    return compare(catalogue, judged, why_not, validate(con, suites))


def compare(
    catalogue: Catalogue,
    judged: Mapping[str, "Judged"],
    why_not: Mapping[str, str | None],
    validated: Sequence["Validated"],
) -> Opinion:
    """Lay the two counts of every rule beside each other."""
    answers = _answers(validated)
    rules = []
    for rule in catalogue.rules:
        ours = judged.get(rule.id, Judged("", 0, 0, None))
        how, unexpected, suite, because = answers.get(rule.id, (None, None, None, None))
        rules.append(
            Compared(
                rule,
                how,
                ours.judged,
                ours.violated,
                unexpected,
                because or why_not[rule.id],
                suite,
            )
        )
    return Opinion(tuple(rules), tuple(validated))


@dataclass(frozen=True)
class Judged:
    """What the last night counted of one rule."""

    rule_hash: str
    judged: int
    violated: int
    not_applicable_because: str | None


def _judged(con: duckdb.DuckDBPyConnection) -> dict[str, Judged]:
    rows = con.execute("""
        select j.rule_id, r.rule_hash, j.judged, j.violated, j.not_applicable_because
        from quality.judged as j
        inner join quality.rules as r using (rule_id)
    """).fetchall()
    return {str(row[0]): Judged(str(row[1]), int(row[2]), int(row[3]), row[4]) for row in rows}


def _why_not(rule: Rule, judged: Mapping[str, Judged]) -> str | None:
    """Why a rule is not asked tonight; None when it is."""
    found = judged.get(rule.id)
    if found is None or found.rule_hash != rule.hash:
        return NEVER_JUDGED
    return found.not_applicable_because


def _answers(
    validated: Iterable["Validated"],
) -> dict[str, tuple[How, int | None, str, str | None]]:
    return {
        one.rule.id: (one.how, done.unexpected.get(one.rule.id), done.suite.name, one.because)
        for done in validated
        for one in done.suite.expressed
    }
