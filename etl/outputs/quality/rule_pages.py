"""One page a rule: what it judges, why, how to fix, its counts over the nights, its open records.

Belongs here: reading what the pages of all rules say, set-based, and writing them. Does not
belong here: the catalogue's page in the docs (`expectations.rule_pages`).
"""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup

from etl.outputs.quality import charts, wording
from etl.outputs.quality.addresses import DATA_DOCS, WORKLISTS, rule_page_path, worklist_name
from etl.outputs.quality.desk import Desk
from etl.outputs.quality.page import Cell, Chart, Table, environment, table
from etl.outputs.quality.trends import rule_histories
from expectations.catalogue import Example, Rule
from expectations.record_names import named_records

MOST_RECORDS = 200
"""Open records a page shows; the rest is counted, with the query to see all."""

_STATUSES = ("new", "reopened", "persisting", "accepted")
_SAID = {"persisting": "known"}


@dataclass(frozen=True)
class _Known:
    """What the night knows of all rules, by rule id."""

    tonight: dict[str, dict[str, Any]]
    histories: dict[str, list[dict[str, Any]]]
    records: dict[str, list[dict[str, Any]]]
    hospitals: dict[str, list[dict[str, Any]]]


def write_rule_pages(desk: Desk, outputs: Path) -> list[Path]:
    """Write the page of every rule of the catalogue below the folder of the outputs."""
    known = _Known(
        tonight={one["rule_id"]: one for one in desk.results},
        histories=rule_histories(desk),
        records=_by_rule(desk.rows(_records_sql(desk))),
        hospitals=_by_rule(desk.rows(_HOSPITALS.format(findings=desk.ledger("findings")))),
    )
    template = environment().get_template("rule.html")
    (outputs / rule_page_path("any")).parent.mkdir(parents=True, exist_ok=True)
    written = []
    for rule in desk.catalogue.rules:
        path = outputs / rule_page_path(rule.id)
        path.write_text(template.render(**_page(desk, rule, known)), encoding="utf-8")
        written.append(path)
    return written


def _by_rule(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {rule: list(of) for rule, of in groupby(rows, key=lambda one: str(one["rule_id"]))}


def _records_sql(desk: Desk) -> str:
    """The first records of every rule, open ones by what is new, in one query."""
    statuses = ", ".join(f"'{status}'" for status in _STATUSES)
    findings = desk.ledger("findings")
    return f"""
        with shown as (
            select finding_id, rule_id, record_key, patient_id, hospital_id, source_file,
                source_line, status, days_open, first_seen
            from {findings}
            where source = $source and status in ({statuses})
            qualify row_number() over (
                partition by rule_id
                order by list_position([{statuses}], status), source_file, source_line, finding_id
            ) <= {MOST_RECORDS}
        ),
        named as ({named_records("shown")})
        select shown.* exclude (record_key, patient_id), named.record
        from shown inner join named using (finding_id)
        order by rule_id, list_position([{statuses}], status), source_file, source_line, finding_id
    """


_HOSPITALS = """
    select rule_id, hospital_id, count(*) as open
    from {findings}
    where source = $source and status in ('new', 'reopened', 'persisting')
    group by rule_id, hospital_id
    order by rule_id, open desc, hospital_id nulls last
"""


def _page(desk: Desk, rule: Rule, known: _Known) -> dict[str, Any]:
    counts = known.tonight.get(rule.id)
    history = known.histories.get(rule.id, [])
    return {
        "context": desk.context,
        "rule": rule,
        "counts": counts,
        "lead": _lead(counts),
        "facts": _facts(desk, rule),
        "condition": _condition(rule),
        "records": _records_table(rule, known.records.get(rule.id, []), counts),
        "chart": _chart(history),
        "history": _history_table(history),
        "examples": _examples(rule),
        "query": query(rule.id),
        "worklists": _worklists(known.hospitals.get(rule.id, [])),
        "data_docs": f"../../../{DATA_DOCS}/index.html",
    }


def query(rule_id: str) -> str:
    """The query that shows every record of a rule with its values, for the published database."""
    statuses = ", ".join(f"'{status}'" for status in _STATUSES)
    return (
        "select record_key, hospital_id, source_file, source_line, raw_values, compared_with,\n"
        "    status, days_open\n"
        "from quality.findings\n"
        f"where rule_id = '{rule_id}' and status in ({statuses})\n"
        "order by source_file, source_line;"
    )


def _lead(counts: dict[str, Any] | None) -> str:
    if counts is None:
        return "This rule was not judged this night."
    if not counts["applicable"]:
        because = counts["not_applicable_because"] or "no record it speaks of was delivered"
        return f"Not applicable this night: {because}."
    violated = wording.of(int(counts["violated"]), int(counts["judged"]))
    left = int(counts["shadow_nights_left"])
    if left:
        return (
            f"In shadow for {wording.counted(left, 'more night')}: it would have found "
            f"{wording.count(int(counts['shadowed']))}. Violated by {violated} judged records; "
            "nobody is asked, and nothing is doubtful because of it."
        )
    parts = [
        f"{wording.count(int(counts[name]))} {word}"
        for name, word in (
            *(("new", "new"), ("reopened", "reopened"), ("persisting", "known")),
            ("accepted", "accepted"),
        )
    ]
    folded = int(counts["folded"])
    beside = f", {wording.count(folded)} explained by another rule" if folded else ""
    return f"{', '.join(parts)}{beside}. Violated by {violated} judged records."


def _facts(desk: Desk, rule: Rule) -> list[tuple[str, str]]:
    subject = desk.catalogue.subjects[rule.subject]
    facts = [
        ("Judges", f"{rule.subject.replace('_', ' ')} ({rule.stage}). {subject.grain}"),
        ("Severity", rule.severity + ("; holds the publication" if rule.gate else "")),
        ("Makes doubtful", ", ".join(rule.affects) if rule.severity == "error" else ""),
        ("Columns judged", ", ".join(rule.judged_columns)),
        ("Limits", ", ".join(f"{name} = {value}" for name, value in rule.limits.items())),
        ("Unverified", "its limit has no checked source" if rule.unverified else ""),
        ("Shadow", wording.counted(rule.shadow_nights, "night") if rule.shadow_nights else ""),
        ("Standard", rule.standard),
        ("Category", rule.kahn),
        ("Family", rule.family),
        ("An acceptance is bound to", ", ".join(rule.accepted_columns)),
        ("Check in Dagster", rule.check_name),
    ]
    return [(name, text) for name, text in facts if text]


def _condition(rule: Rule) -> str:
    """The condition as it stands in the catalogue: its SQL, or its kind and columns."""
    if rule.sql is not None:
        holds = " ".join(rule.sql.holds.split())
    else:
        given = rule.spec.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        holds = f"{rule.kind}: " + ", ".join(f"{name} = {value}" for name, value in given.items())
    if rule.applies_when:
        return f"{holds}\n\napplies when: {' '.join(rule.applies_when.split())}"
    return holds


def _records_table(
    rule: Rule, rows: list[dict[str, Any]], counts: dict[str, Any] | None
) -> Table | None:
    if not rows:
        return None
    of = sum(int(counts[name]) for name in ("new", "reopened", "persisting")) if counts else 0
    of += sum(one["status"] == "accepted" for one in rows) if counts else len(rows)
    shown = [
        (
            Cell(_SAID.get(one["status"], one["status"]), mark=f"status {one['status']}"),
            one["record"],
            one["source_file"],
            Cell(str(one["source_line"] or wording.NONE), is_number=True),
            one["hospital_id"],
            Cell(str(one["days_open"]), is_number=True),
            wording.day(one["first_seen"]),
        )
        for one in rows
    ]
    rest = of - len(rows)
    more = f"{wording.counted(rest, 'more record')}; the query below shows all. "
    return table(
        "records",
        f"Records of {rule.id} that are open or accepted.",
        ("Status", "Record", "File", "Line", "Hospital", "Days open", "First seen"),
        shown,
        note=more * (rest > 0) + "Values stand in the worklists and the published database.",
    )


def _chart(history: list[dict[str, Any]]) -> Chart | None:
    if len(history) < 2:
        return None
    days = [f"{one['as_of'].day} {one['as_of']:%b}" for one in history]
    told = (
        f"Over {wording.counted(len(history), 'night')} violated records went from "
        f"{wording.count(int(history[0]['violated']))} to "
        f"{wording.count(int(history[-1]['violated']))}, open findings from "
        f"{wording.count(int(history[0]['open']))} to {wording.count(int(history[-1]['open']))}."
    )
    drawn: Markup = charts.lines(
        told,
        days,
        [
            charts.Line("violated", "warning", [int(one["violated"]) for one in history]),
            charts.Line("open", "error", [int(one["open"]) for one in history]),
        ],
    )
    return Chart(drawn, told)


def _history_table(history: list[dict[str, Any]]) -> Table | None:
    if not history:
        return None
    names = ("new", "reopened", "persisting", "accepted", "corrected", "vanished")
    return table(
        "history",
        "Counts of this rule, newest night first.",
        (
            *("Night", "Applicable", "Cannot judge", "Violated, of judged", "New", "Reopened"),
            *("Known", "Accepted", "Corrected", "Vanished"),
        ),
        (
            (
                wording.day(one["as_of"]),
                int(one["applicable"]),
                int(one["cannot_judge"]),
                Cell(wording.of(int(one["violated"]), int(one["judged"])), is_number=True),
                *(int(one[name]) for name in names),
            )
            for one in reversed(history)
        ),
    )


def _examples(rule: Rule) -> Table:
    return table(
        "examples",
        "The rule's own examples; they go through the same code every night.",
        ("Example", "Verdict"),
        ((_example(example), example.verdict) for example in rule.examples),
    )


def _example(example: Example) -> str:
    tables = example.tables or {"": [example.row]}
    return "; ".join(
        (f"{name}: " if name else "")
        + " / ".join(
            ", ".join(f"{column} = {text or '(empty)'}" for column, text in row.items())
            for row in rows
        )
        for name, rows in tables.items()
    )


def _worklists(rows: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Name, address and open findings of each worklist this rule has lines in."""
    return [
        (
            one["hospital_id"] or "registry",
            f"../../../{WORKLISTS}/{worklist_name(one['hospital_id'])}",
            int(one["open"]),
        )
        for one in rows
    ]
