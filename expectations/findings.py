"""The rows behind a violated rule: writing tonight's findings, folding, accepting.

Belongs here: SQL that turns violated rows into `quality.findings_tonight`. Does not belong here:
counts (evaluate) and what becomes of findings from night to night (ledger).
"""

from collections.abc import Mapping, Sequence

import duckdb

from expectations.catalogue import Stage
from expectations.compile_rules import CompiledRule
from expectations.contracts.base import PLACE
from expectations.quality_tables import FINDINGS_TONIGHT
from expectations.subjects import Subject

CUT_OFF = "export_date"
FINDING_ID = "md5(concat_ws('|', source, rule_id, record_key, fingerprint))"
"""SQL of a finding's id, of the columns that make it."""


def write_findings(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    columns: Mapping[str, str],
    violated: Sequence[CompiledRule],
    *,
    repeats_keys: bool,
) -> None:
    """Append the rows that violate these rules of one subject: one read, one branch a rule.

    Args:
        con: The warehouse.
        subject: The subject whose view stands.
        columns: Columns of the view.
        violated: Rules of which at least one row is violated.
        repeats_keys: Whether a record key occurs twice; equal findings are then written once.
    """
    any_violated = " or ".join(f"({rule.violated})" for rule in violated)
    branches = "\nunion all\n".join(_branch(subject, columns, rule) for rule in violated)
    once = (
        f"qualify row_number() over (partition by finding_id order by {', '.join(PLACE)}) = 1"
        if repeats_keys
        else ""
    )
    con.execute(f"""
        insert into quality.findings_tonight ({", ".join(FINDINGS_TONIGHT)})
        with s as materialized (
            select s.* from {subject.view} as s where {any_violated}
        ),
        origin as (select coalesce(max(source), '') as source from source.export),
        found as (
            {branches}
        )
        select
            {FINDING_ID} as finding_id,
            rule_id, rule_hash, stage, subject, record_key, patient_id, hospital_id,
            source_file, source_line, source_part, source_number, raw_values, compared_with,
            fingerprint, severity,
            false as is_accepted, coalesce(accept_key, fingerprint), null as acceptance_id,
            origin.source
        from found cross join origin
        {once}
    """)


def value_text(columns: Mapping[str, str], column: str) -> str:
    """SQL of a judged value as a person entered it."""
    return f"{column}_text" if f"{column}_text" in columns else f"cast({column} as varchar)"


def _hash_of(columns: Mapping[str, str], names: Sequence[str]) -> str:
    values = ", ".join(f"coalesce({value_text(columns, name)}, '')" for name in names)
    return f"md5(concat_ws(chr(31), {values}))"


def values_json(columns: Mapping[str, str], names: Sequence[str]) -> str:
    """SQL of some values as written, as JSON text by column."""
    if not names:
        return "'{}'"
    pairs = ", ".join(f"'{name}', {value_text(columns, name)}" for name in names)
    return f"cast(json_object({pairs}) as varchar)"


def _with_forms(columns: Mapping[str, str], compared: str) -> str:
    """The values compared with, and the forms of a key where rows of one key differ in them."""
    if "key_forms" not in columns:
        return compared
    return (
        "case when key_forms is null then "
        f"{compared} else cast(json_merge_patch({compared}, "
        "json_object('key_forms', key_forms)) as varchar) end"
    )


def _lasting(names: Sequence[str]) -> list[str]:
    """Without the data cut-off: nobody entered it, and it is another one every night."""
    return [name for name in names if name != CUT_OFF]


def _branch(subject: Subject, columns: Mapping[str, str], compiled: CompiledRule) -> str:
    rule = compiled.rule
    judged = rule.judged_columns
    own = [name for name in _lasting(rule.shown_columns) if subject.is_own(name)]
    compared = [name for name in rule.shown_columns if name not in own]
    bound = _lasting(rule.accepted_columns)
    place = ", ".join(
        name if name in columns else f"cast(null as bigint) as {name}" for name in PLACE[2:]
    )
    accept_key = "null" if set(bound) == set(_lasting(judged)) else _hash_of(columns, bound)
    return f"""
        select
            '{rule.id}' as rule_id, '{rule.hash}' as rule_hash, '{rule.stage}' as stage,
            '{rule.subject}' as subject, record_key, patient_id, hospital_id,
            source_file, source_line, {place},
            {values_json(columns, own)} as raw_values,
            {_with_forms(columns, values_json(columns, compared))} as compared_with,
            {_hash_of(columns, _lasting(judged))} as fingerprint,
            cast({accept_key} as varchar) as accept_key, '{rule.severity}' as severity
        from s where {compiled.violated}"""


def mark_accepted(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Mark the findings of a stage that a valid acceptance covers."""
    con.execute(
        """
        update quality.findings_tonight as f
        set is_accepted = true, acceptance_id = a.acceptance_id
        from (
            select rule_id, rule_hash, record_key, accept_key, min(acceptance_id) as acceptance_id
            from quality.acceptances_tonight
            group by rule_id, rule_hash, record_key, accept_key
        ) as a
        where f.stage = ?
            and a.rule_id = f.rule_id
            and a.rule_hash = f.rule_hash
            and a.record_key = f.record_key
            and (a.accept_key is null or a.accept_key = f.accept_key)
        """,
        [stage],
    )


def fold(con: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Move findings of a stage whose cause is reported out of the list, keeping what they were.

    The cause is violated on the same record or, where it speaks of another subject, on the same
    patient. An accepted cause folds nothing: the value was confirmed, so its consequence stands.
    """
    for same, link in ((True, "record_key"), (False, "patient_id")):
        con.execute(
            f"""
            insert into quality.folded_tonight
            with causes as (
                select finding_id, rule_id, {link} from quality.findings_tonight
                where not is_accepted
                union all
                select cause_finding_id, rule_id, {link} from quality.folded_tonight
                where stage <> $stage
            )
            select f.finding_id, f.rule_id, f.stage, f.subject, f.record_key, f.patient_id,
                min(c.finding_id)
            from quality.findings_tonight as f
            inner join quality.rule_depends as d
                on d.rule_id = f.rule_id and d.same_subject = $same
            inner join causes as c on c.rule_id = d.cause_id and c.{link} = f.{link}
            where f.stage = $stage
                and not f.is_accepted
                and f.finding_id not in (select finding_id from quality.folded_tonight)
            group by all
            """,
            {"stage": stage, "same": same},
        )
    con.execute(
        """
        delete from quality.findings_tonight
        where stage = ? and finding_id in (select finding_id from quality.folded_tonight)
        """,
        [stage],
    )
