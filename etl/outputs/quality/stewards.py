"""What stewards and hospitals have said, and what is not yet in anybody's list.

Belongs here: queries, acceptances, the precision of rules, rules in shadow, the positive
controls. Does not belong here: the findings themselves.
"""

from typing import Any

from etl.outputs.quality import wording
from etl.outputs.quality.desk import NOT_MADE, Desk, rule_cell
from etl.outputs.quality.page import Cell, Given, Item, Section, severity_cell, table
from etl.rounding import percent
from expectations.record_names import named_records

_OLDEST = 15
_MOST = 20
_POOR = 0.8
_USAGE = ("lapsing", "unused", "lapsed", "ended", "used", "withdrawn")


def queries(desk: Desk) -> Section:
    """The queries a hospital has not answered, longest first, and those answered, to close."""
    heading = "Oldest queries"
    if "quality.queries" not in desk.tables:
        return Section("queries", heading, (NOT_MADE,))
    states = {
        row["state"]: int(row["queries"])
        for row in desk.rows(
            "select state, count(*) as queries from quality.queries group by state order by state"
        )
    }
    asked = {state: number for state, number in states.items() if state != "candidate"}
    if not asked:
        waiting = states.get("candidate", 0)
        said = "No query was released to a hospital." + (
            f" {wording.counted(waiting, 'finding')} could be." if waiting else ""
        )
        return Section("queries", heading, (said,))
    told = wording.listed([f"{number:,} {state}" for state, number in asked.items()])
    items: list[Item] = [f"Of {wording.counted(sum(asked.values()), 'query')}: {told}."]
    for state, caption in (
        ("released", "Released and not answered, the oldest first."),
        ("answered", "Answered and not closed: for a steward to decide."),
    ):
        rows = desk.rows(
            f"""
            with asked as (
                select * from quality.queries where state = $state
                order by released_on, query_id limit {_OLDEST}
            ),
            behind as (
                select * from {desk.ledger("findings")}
                where finding_id in (select finding_id from asked)
            ),
            named as ({named_records("behind")})
            select q.query_id, q.rule_id, q.hospital_id, q.released_on, q.days_since_asked,
                q.assignee, q.answer, q.answered_on, named.record, f.source_file, f.source_line
            from asked as q
            left join behind as f using (finding_id)
            left join named using (finding_id)
            order by q.released_on, q.query_id
            """,
            state=state,
        )
        if rows:
            items.append(_queries_table(state, caption, rows, asked[state]))
    return Section("queries", heading, tuple(items))


def _queries_table(name: str, caption: str, rows: list[dict[str, Any]], of: int) -> Item:
    rest = of - len(rows)
    answer = ("Answer",) if name == "answered" else ()
    return table(
        f"queries-{name}",
        caption,
        (
            *("Query", "Days since asked", "Hospital", "Rule", "Record", "File", "Line"),
            *("Assignee", *answer),
        ),
        (
            (
                one["query_id"],
                Cell(str(one["days_since_asked"]), is_number=True),
                one["hospital_id"],
                rule_cell(one["rule_id"]),
                one["record"],
                one["source_file"],
                Cell(str(one["source_line"] or wording.NONE), is_number=True),
                one["assignee"],
                *([one["answer"]] if answer else []),
            )
            for one in rows
        ),
        note=f"{wording.counted(rest, 'more query')} in quality.queries." if rest else "",
    )


def acceptances(desk: Desk) -> Section:
    """Which acceptances are lapsing, unused, waiting for approval."""
    heading = "Acceptances"
    if "quality.acceptances" not in desk.tables:
        return Section("acceptances", heading, (NOT_MADE,))
    has_usage = desk.has_columns("quality.acceptances", ["usage", "approval", "lapses_on"])
    usage = "usage" if has_usage else "case when is_used then 'used' else 'unused' end"
    approval = "approval" if has_usage else "'approved'"
    lapses = "lapses_on" if has_usage else "until"
    rows = desk.rows(
        f"""
        select acceptance_id, target, author, cast(given_at as date) as given_on,
            {lapses} as lapses_on, {usage} as usage, {approval} as approval, lapsed_because
        from quality.acceptances order by {lapses} nulls last, acceptance_id
        """
    )
    if not rows:
        return Section("acceptances", heading, ("No acceptance was given.",))
    proposed = sum(one["approval"] == "proposed" for one in rows)
    by_usage = [(name, sum(one["usage"] == name for one in rows)) for name in _USAGE]
    told = wording.listed([f"{number:,} {name}" for name, number in by_usage if number])
    said = f"Of {wording.counted(len(rows), 'acceptance')}: {told}."
    if proposed:
        said += f" Not approved yet, and so not counted: {wording.count(proposed)}."
    telling = [one for one in rows if one["approval"] == "proposed" or one["usage"] != "used"]
    telling = [one for one in telling if one["usage"] != "withdrawn"]
    telling.sort(key=lambda one: _USAGE.index(one["usage"]) if one["usage"] in _USAGE else 9)
    if not telling:
        return Section("acceptances", heading, (said,))
    rest = len(telling) - _MOST
    more = f"{wording.counted(rest, 'more acceptance')} in quality.acceptances. "
    made = table(
        "acceptances",
        "Acceptances that ask for a look: lapsing, unused, lapsed, or proposed.",
        ("Acceptance", "Covers", "Use", "Approval", "Given", "By", "Last day", "Because"),
        (_acceptance_row(desk, one) for one in telling[:_MOST]),
        note=f"{more if rest > 0 else ''}An author is what was typed: there is no login behind it.",
    )
    return Section("acceptances", heading, (said, made))


def _acceptance_row(desk: Desk, one: dict[str, Any]) -> tuple[Given, ...]:
    target = str(one["target"])
    return (
        one["acceptance_id"],
        rule_cell(target) if target in desk.catalogue.by_id else f"family {target}",
        one["usage"],
        one["approval"],
        wording.day(one["given_on"]),
        one["author"],
        wording.day(one["lapses_on"]) if one["lapses_on"] else "until the value changes",
        one["lapsed_because"],
    )


def precision(desk: Desk) -> Section:
    """Rules of which hospitals say that they are wrong."""
    heading = "Rules with poor precision"
    if "quality.rule_precision" not in desk.tables:
        return Section("precision", heading, (NOT_MADE,))
    rows = desk.rows(
        "select rule_id, answered, rule_is_wrong, precision from quality.rule_precision "
        "where answered > 0 order by precision, answered desc, rule_id"
    )
    if not rows:
        return Section("precision", heading, ("No query was answered yet.",))
    poor = [one for one in rows if one["rule_is_wrong"] and one["precision"] < _POOR]
    if not poor:
        said = (
            f"Of {wording.counted(len(rows), 'rule')} with answered queries none is called wrong "
            f"in more than {percent(1 - _POOR)} of them."
        )
        return Section("precision", heading, (said,))
    titles = {rule.id: rule.title for rule in desk.catalogue.rules}
    made = table(
        "precision",
        "Rules that hospitals call wrong in more than a fifth of their answers.",
        ("Rule", "What it asks", "Called wrong, of answered"),
        (
            (
                rule_cell(one["rule_id"]),
                titles.get(one["rule_id"], wording.NONE),
                Cell(wording.of(int(one["rule_is_wrong"]), int(one["answered"])), is_number=True),
            )
            for one in poor[:_MOST]
        ),
    )
    return Section("precision", heading, (made,))


def shadow(desk: Desk) -> Section:
    """Rules that are tried: judged and counted, in nobody's list."""
    heading = "Rules in shadow"
    tried = [one for one in desk.results if one["shadow_nights_left"]]
    if not tried:
        return Section("shadow", heading, ("No rule is in shadow.",))
    made = table(
        "shadow",
        "Rules that are tried: judged and counted, in nobody's list, and nothing is doubtful "
        "because of them.",
        (
            *("Rule", "What must be true", "Severity", "Nights left"),
            *("Violated, of judged", "Findings it would give"),
        ),
        (
            (
                rule_cell(one["rule_id"]),
                one["title"],
                severity_cell(one["severity"]),
                int(one["shadow_nights_left"]),
                Cell(wording.of(int(one["violated"]), int(one["judged"])), is_number=True),
                int(one["shadowed"]),
            )
            for one in tried
        ),
        note="Tonight counts among the nights left.",
    )
    return Section("shadow", heading, (made,))


def controls(desk: Desk) -> Section:
    """Whether every rule found its own planted cases this night."""
    heading = "Positive controls"
    if "quality.controls" not in desk.tables:
        return Section("controls", heading, (NOT_MADE,))
    rows = desk.rows("select rule_id, examples, missed from quality.controls order by rule_id")
    missed = [one for one in rows if one["missed"]]
    examples = sum(int(one["examples"]) for one in rows)
    if not missed:
        said = (
            f"{wording.counted(examples, 'example')} of {wording.counted(len(rows), 'rule')} went "
            "through the same code this night, and every one had its verdict."
        )
        return Section("controls", heading, (said,))
    made = table(
        "controls",
        "Rules that missed a planted case. Their counts cannot be trusted this night.",
        ("Rule", "Missed, of examples"),
        (
            (
                rule_cell(one["rule_id"]),
                Cell(wording.of(int(one["missed"]), int(one["examples"])), is_number=True),
            )
            for one in missed
        ),
    )
    return Section("controls", heading, (made,))
