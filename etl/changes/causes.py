"""Because of what a patient's contribution differs: records first, then what else differs.

Belongs here: whose contribution differs, and the kinds of cause. Does not belong here: which
records differ (`records`), which inputs do (`sides`).

A patient's own records that differ are named, each of them: which of several moved the value is
not tried. Where none differs, the cause lies in what the program was given beside the records: the
rules and acceptances for a doubt, else the study's definition, parameters, program and mapping,
those that differ; else the data cut-off; else somebody else's record.
"""

from collections.abc import Mapping

import duckdb

from etl.changes.estimates import KEY
from etl.changes.sides import Differences

DOUBTS = (
    "lines_doubtful_because",
    "selection_doubtful_because",
    "response_doubtful_because",
    "initial_response_doubtful_because",
    "pfs_doubtful_because",
    "os_doubtful_because",
    "toxicity_doubtful_because",
)
_VALUES = (
    ("stratum", "stratum"),
    ("response", "rechallenge_response"),
    ("responder", "rechallenge_responder"),
    ("response_evaluable", "response_evaluable"),
    ("pfs_days", "pfs_days"),
    ("pfs_event", "pfs_event"),
    ("os_days", "os_days"),
    ("os_event", "os_event"),
)
_OF_VALUES = ("study_definition", "parameters", "code", "mapping")
_OF_DOUBTS = ("rules", "parameters", "code")
_WITHOUT_PATIENT = ("study_definition", "parameters", "code", "mapping", "delivery")


def find_people(con: duckdb.DuckDBPyConnection) -> None:
    """Write `changes_people` and `changes_patients`: who contributes otherwise than before."""
    values = ", ".join(
        f"b.{column} as {name}_before, a.{column} as {name}_after" for name, column in _VALUES
    )
    con.execute(f"""
        create or replace temp table changes_people as
        with touched as (
            select study, patient_id, string_agg(distinct endpoint, ', ' order by endpoint)
                as endpoints
            from changes_touched group by study, patient_id
        )
        select t.study, t.patient_id, t.endpoints,
            coalesce(p.in_study, 'both') as in_study, coalesce(p.columns, []) as columns,
            {values}, {_rules("b")} as rules_before, {_rules("a")} as rules_after
        from touched as t
        left join changes_pairs as p on p.study = t.study and p.patient_id = t.patient_id
        left join changes_pairs_before as b on b.study = t.study and b.patient_id = t.patient_id
        left join changes_pairs_after as a on a.study = t.study and a.patient_id = t.patient_id
    """)
    con.execute(
        "create or replace temp table changes_patients as "
        "select distinct patient_id from changes_people"
    )


def find_causes(con: duckdb.DuckDBPyConnection, differing: Mapping[str, Differences]) -> None:
    """Write `changes_causes`, a row per study, patient and cause; records are laid out already.

    Args:
        con: session of the comparison, with `changes_governed`: patients of opt-outs and merges.
        differing: what differs between the two snapshots for each study.
    """
    con.execute("create or replace temp table changes_inputs (study varchar, input varchar)")
    pairs = [(study, name) for study, found in differing.items() for name in found.inputs]
    if pairs:
        con.executemany("insert into changes_inputs values (?, ?)", pairs)
    con.execute(_FROM_RECORDS)
    con.execute("""
        create or replace temp table changes_unexplained as
        from changes_people as p
        where not exists (
            from changes_causes as c where c.study = p.study and c.patient_id = p.patient_id
        )
    """)
    con.execute(_FROM_FINDINGS)
    con.execute(_FROM_INPUTS)
    con.execute(_NOTHING_ELSE)
    for study, found in differing.items():
        if found.parameters:
            con.execute(
                "update changes_causes set remark = $said where study = $study "
                "and cause = 'parameters'",
                {"study": study, "said": f"Parameters that differ: {', '.join(found.parameters)}."},
            )


def say_why(con: duckdb.DuckDBPyConnection) -> None:
    """Write `changes_because`: the kinds of cause of each estimate that differs."""
    con.execute(f"""
        create or replace temp table changes_because as
        with of_patients as (
            select {KEY}, string_agg(distinct c.cause, ', ' order by c.cause) as because
            from changes_moved as m
            inner join changes_causes as c using (study, patient_id)
            group by all
        ),
        of_inputs as (
            select study, string_agg(
                case input when 'delivery' then 'other_records' else input end, ', '
                order by input
            ) as because
            from changes_inputs where input in {_WITHOUT_PATIENT} group by study
        )
        select {KEY}, coalesce(p.because, i.because, 'other_records') as because
        from changes_estimates as e
        left join of_patients as p using ({KEY})
        left join of_inputs as i using (study)
    """)


def _rules(side: str) -> str:
    """The rules that make any value of a pair doubtful, sorted, without repeats."""
    lists = ", ".join(f"string_split(coalesce({side}.{name}, ''), ', ')" for name in DOUBTS)
    return f"list_sort(list_distinct(list_filter(flatten([{lists}]), one -> one <> '')))"


_NO_RECORD = """null::varchar as rule_id, null::varchar as subject, null::varchar as record_key,
        1::bigint as ordinal, null::varchar as file_before, null::bigint as line_before,
        null::varchar as file_after, null::bigint as line_after, ''::varchar as record_columns,
        null::varchar as values_before, null::varchar as values_after, null::varchar as remark"""

_FROM_RECORDS = f"""
    create or replace temp table changes_causes as
    select p.study, p.patient_id, r.cause, null::varchar as rule_id, r.subject, r.record_key,
        r.ordinal, r.file_before, r.line_before, r.file_after, r.line_after,
        array_to_string(r.columns, ', ') as record_columns, r.values_before, r.values_after,
        r.remark
    from changes_people as p
    inner join changes_records as r using (patient_id)
    union all
    select p.study, p.patient_id, 'governance', {_NO_RECORD}
    from changes_people as p
    inner join changes_inputs as i on i.study = p.study and i.input = 'governance'
    where p.patient_id in (select patient_id from changes_governed)
"""

# A rule that makes a value doubtful on one side only: its findings of the patient, each a row.
_FROM_FINDINGS = """
    insert into changes_causes
    with moved as (
        select p.study, p.patient_id, unnest(list_concat(
            list_filter(p.rules_before, one -> not list_contains(p.rules_after, one)),
            list_filter(p.rules_after, one -> not list_contains(p.rules_before, one))
        )) as rule_id
        from changes_unexplained as p
        where p.in_study = 'both'
    ),
    rules as (
        select coalesce(b.rule_id, a.rule_id) as rule_id,
            b.rule_hash is distinct from a.rule_hash
            or coalesce(b.rule_id, a.rule_id) in (
                select rule_id from changes_shadowed_before
                union select rule_id from changes_shadowed_after
            ) as is_other_rule
        from changes_rules_before as b
        full join changes_rules_after as a using (rule_id)
    ),
    findings as (
        select rule_id, subject, record_key,
            coalesce(b.patient_id, a.patient_id) as patient_id,
            b.source_file as file_before, b.source_line as line_before,
            a.source_file as file_after, a.source_line as line_after,
            b.is_accepted as was_accepted, a.is_accepted as is_accepted
        from (select distinct * from changes_findings_before) as b
        full join (select distinct * from changes_findings_after) as a
            using (rule_id, subject, record_key)
        where b.is_accepted is distinct from a.is_accepted
    ),
    said as (
        select m.study, m.patient_id, m.rule_id, f.subject, f.record_key,
            f.file_before, f.line_before, f.file_after, f.line_after,
            case
                when coalesce(r.is_other_rule, true) then 'rules'
                when f.was_accepted is not null and f.is_accepted is not null then 'acceptances'
                else 'other_records'
            end as cause
        from moved as m
        left join rules as r using (rule_id)
        left join findings as f on f.rule_id = m.rule_id and f.patient_id = m.patient_id
    )
    select study, patient_id, cause, rule_id, subject, record_key,
        row_number() over (
            partition by study, patient_id, cause, rule_id, subject, record_key
            order by file_after, line_after, file_before, line_before
        ),
        file_before, line_before, file_after, line_after, '', null, null, null
    from said
"""

_FROM_INPUTS = f"""
    insert into changes_causes
    select p.study, p.patient_id, i.input, {_NO_RECORD}
    from changes_unexplained as p
    inner join changes_inputs as i using (study)
    where case
        when p.in_study = 'both' and len(p.columns) > 0
            and list_has_all({list(DOUBTS)}, p.columns)
        then i.input in {_OF_DOUBTS} and p.rules_before = p.rules_after
        else i.input in {_OF_VALUES}
    end
"""

_NOTHING_ELSE = f"""
    insert into changes_causes
    select p.study, p.patient_id,
        case when exists (
            from changes_inputs as i where i.study = p.study and i.input = 'cut_off'
        ) then 'cut_off' else 'other_records' end,
        {_NO_RECORD}
    from changes_unexplained as p
    where not exists (
        from changes_causes as c where c.study = p.study and c.patient_id = p.patient_id
    )
"""
