"""What the open errors make doubtful: which studies' patients, which lines, since when.

Belongs here: reading the doubt that stands in the marts. Does not belong here: deciding it
(`etl/sql/derived/line_doubts.sql`), what it moves (`impact`).
"""

from typing import Any

from etl.outputs.quality import wording
from etl.outputs.quality.desk import Desk, rule_cell
from etl.outputs.quality.page import Cell, Item, Section, table
from expectations.record_names import named_records

AFFECTS = ("lines", "response", "pfs", "os", "toxicity")
_NAMES = {"lines": "line", "response": "response", "pfs": "PFS", "os": "OS", "toxicity": "toxicity"}
_MOST_RECORDS = 25
_OPEN = "('new', 'reopened', 'persisting')"


def studies(desk: Desk) -> Section:
    """Which studies' patients open findings touch."""
    heading = "Studies whose patients are touched"
    if "marts.rechallenges" not in desk.tables or not desk.context.studies:
        return Section("studies", heading, ("No study was asked for this night.",))
    found = {
        row["study"]: row
        for row in desk.rows(_STUDIES.format(f=desk.ledger("findings"), persons=_PERSONS))
    }
    rows = [found.get(name, {"study": name}) for name in desk.context.studies]
    rows.sort(key=lambda one: (-one.get("with_error", 0), one["study"]))
    made = table(
        "studies",
        "Patients of each study with an open finding, of all its patients.",
        (
            *("Study", "With an open error", "With any open finding", "Response doubtful"),
            *("PFS doubtful", "OS doubtful", "Toxicity doubtful", "Rules behind the errors"),
        ),
        (_study_row(one) for one in rows),
        note=(
            "Doubtful patients are left out of the edition quality filtered, and stay in the "
            "edition as registered; both stand in the report."
        ),
    )
    return Section("studies", heading, (made,))


def _study_row(one: dict[str, Any]) -> tuple[Cell | str, ...]:
    report = Cell(one["study"], href=f"../{one['study']}/report.html")
    if "patients" not in one:
        return (report, "no patient", *[""] * 6)
    counts = ("with_error", "with_any", "response", "pfs", "os", "toxicity")
    return (
        report,
        *(
            Cell(wording.of(int(one[name]), int(one["patients"])), is_number=True)
            for name in counts
        ),
        ", ".join(one["rules"] or ()),
    )


# A finding names the pseudonym as delivered, a mart the person.
_PERSONS = """
    persons as (
        select unnest(string_split(patient_ids, ', ')) as patient_id, patient_id as person_id
        from marts.patients
        where contains(patient_ids, ', ')
    )"""
_STUDIES = """
    with {persons}, hit as (
        select coalesce(persons.person_id, f.patient_id) as patient_id,
            bool_or(severity = 'error') as has_error,
            list(distinct rule_id) filter (severity = 'error') as rules
        from {f} as f
        left join persons on persons.patient_id = f.patient_id
        where source = $source and status in ('new', 'reopened', 'persisting')
            and f.patient_id is not null
        group by all
    ),
    members as (
        select study, patient_id,
            response_doubtful_because is not null as response,
            pfs_doubtful_because is not null as pfs,
            os_doubtful_because is not null as os,
            toxicity_doubtful_because is not null as toxicity
        from marts.rechallenges
    )
    select m.study, count(*) as patients,
        count(*) filter (hit.patient_id is not null) as with_any,
        count(*) filter (hit.has_error) as with_error,
        count(*) filter (m.response) as response, count(*) filter (m.pfs) as pfs,
        count(*) filter (m.os) as os, count(*) filter (m.toxicity) as toxicity,
        list_sort(list_distinct(flatten(list(hit.rules) filter (hit.has_error)))) as rules
    from members as m
    left join hit using (patient_id)
    group by m.study
"""


def doubtful(desk: Desk) -> Section:
    """Which lines are doubtful, because of which record, and since when."""
    heading = "Doubtful lines, and since when"
    if "marts.treatment_lines" not in desk.tables:
        return Section("doubtful", heading, ("The lines of therapy were not built this night.",))
    sums = desk.one(
        "select count(*) as all_lines, "
        + ", ".join(f"count({name}_doubtful_because) as {name}" for name in AFFECTS)
        + f", count(*) filter ({_any_doubt()}) as doubtful from marts.treatment_lines"
    )
    if not sums["doubtful"]:
        return Section("doubtful", heading, ("No line of therapy is doubtful.",))
    told = wording.listed(
        [
            f"{_NAMES[name]} {wording.of(int(sums[name]), int(sums['all_lines']))}"
            for name in AFFECTS
        ]
    )
    whole = wording.of(int(sums["doubtful"]), int(sums["all_lines"]))
    items: list[Item] = [f"{whole} lines are doubtful in something: {told}."]
    records = desk.rows(_records_sql(desk))
    shown = records[:_MOST_RECORDS]
    items.append(
        table(
            "doubtful",
            "The records behind the doubt, the longest standing first.",
            ("Since", "Record", "File", "Line", "Hospital", "Rule", "Makes doubtful", "Lines"),
            (_record_row(one) for one in shown),
            note=_left_out(len(records), len(shown))
            + "Since is the day the finding was first seen. One record may make several lines "
            "of its patient doubtful.",
        )
    )
    return Section("doubtful", heading, tuple(items))


def _left_out(every: int, shown: int) -> str:
    if every == shown:
        return ""
    rest = wording.counted(every - shown, "more record")
    return f"{rest}: see the pages of the rules. "


def _record_row(one: dict[str, Any]) -> tuple[Cell | str | int | None, ...]:
    return (
        wording.day(one["first_seen"]),
        one["record"],
        one["source_file"],
        Cell(str(one["source_line"] or wording.NONE), is_number=True),
        one["hospital_id"],
        rule_cell(one["rule_id"]),
        ", ".join(_NAMES[name] for name in AFFECTS if name in one["affects"]),
        int(one["lines"]),
    )


def _any_doubt() -> str:
    return " or ".join(f"{name}_doubtful_because is not null" for name in AFFECTS)


def _records_sql(desk: Desk) -> str:
    """The open errors of the patients of doubtful lines, whose rule is among the reasons."""
    reasons = " union all ".join(
        f"select line_id, patient_id, '{name}' as affects, "
        f"trim(unnest(string_split({name}_doubtful_because, ','))) as rule_id "
        "from marts.treatment_lines"
        for name in AFFECTS
    )
    findings = f"""(
        select * from {desk.ledger("findings")}
        where source = $source and severity = 'error' and status in {_OPEN}
    )"""
    return f"""
        with reasons as ({reasons}),
        {_PERSONS},
        named as ({named_records(findings)}),
        behind as (
            select f.finding_id, list(distinct r.affects) as affects,
                count(distinct r.line_id) as lines
            from {findings} as f
            left join persons as person on person.patient_id = f.patient_id
            inner join reasons as r
                on r.rule_id = f.rule_id
                and r.patient_id = coalesce(person.person_id, f.patient_id)
            group by f.finding_id
        )
        select f.first_seen, named.record, f.source_file, f.source_line, f.hospital_id, f.rule_id,
            behind.affects, behind.lines
        from behind
        inner join {findings} as f using (finding_id)
        inner join named using (finding_id)
        order by f.first_seen, behind.lines desc, f.rule_id, f.source_file, f.source_line,
            f.finding_id
    """
